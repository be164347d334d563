/*
 * Copyright (c) 2026 The dpdkvkernel Authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

#include <config.h>

#include "vkernel-route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-rtnl.h"

/* The metric of an IPv6 route if nothing is said: IP6_RT_PRIO_USER of
 * linux/ipv6_route.h, which does not go together with netinet/in.h. */
#define IPV6_DEFAULT_METRIC 1024

/* Starts in 'request' a message about routes of family 'family' through the
 * device 'ifindex' in 'table'. */
static struct rtmsg *
route_request_init(struct ofpbuf *request, int type, int flags, int family,
                   int ifindex, uint32_t table)
{
    struct rtmsg *rtm;

    /* Enough for all that is put after it, so that 'rtm' stays valid. */
    ofpbuf_init(request, 256);
    nl_msg_put_nlmsghdr(request, sizeof *rtm, type, NLM_F_REQUEST | flags);
    rtm = ofpbuf_put_zeros(request, sizeof *rtm);
    rtm->rtm_family = family;
    rtm->rtm_type = RTN_UNICAST;
    nl_msg_put_u32(request, RTA_TABLE, table ? table : RT_TABLE_MAIN);
    nl_msg_put_u32(request, RTA_OIF, ifindex);
    return rtm;
}

/* Puts an address, in the form that its family has. */
static void
put_address(struct ofpbuf *request, uint16_t type, const struct in6_addr *addr)
{
    if (vkernel_addr_is_ipv4(addr)) {
        nl_msg_put_be32(request, type, in6_addr_get_mapped_ipv4(addr));
    } else {
        nl_msg_put_in6_addr(request, type, addr);
    }
}

/* Adds or deletes, as 'type' and 'flags' say, a route. */
static int
change(struct nl_sock *sock, int type, int flags, int ifindex, uint32_t table,
       const struct vkernel_route *route, uint8_t protocol)
{
    bool is_ipv4 = vkernel_addr_is_ipv4(&route->prefix.addr);
    struct ofpbuf request, reply;
    struct rtmsg *rtm;
    int error;

    rtm = route_request_init(&request, type, NLM_F_ACK | flags,
                             is_ipv4 ? AF_INET : AF_INET6, ifindex, table);
    rtm->rtm_dst_len = route->prefix.plen;
    rtm->rtm_protocol = protocol;
    rtm->rtm_scope = RT_SCOPE_UNIVERSE;
    if (route->prefix.plen) {
        put_address(&request, RTA_DST, &route->prefix.addr);
    }
    put_address(&request, RTA_GATEWAY, &route->gateway);
    /* Said even if it is the default: a deletion without it takes any. */
    nl_msg_put_u32(&request, RTA_PRIORITY,
                   route->metric || is_ipv4 ? route->metric
                                            : IPV6_DEFAULT_METRIC);
    error = vkernel_rtnl_transact(sock, &request, &reply);
    ofpbuf_uninit(&reply);
    return error;
}

int
vkernel_route_add(struct nl_sock *sock, int ifindex, uint32_t table,
                  const struct vkernel_route *route)
{
    return change(sock, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, ifindex,
                  table, route, VKERNEL_RTNL_PROTOCOL);
}

int
vkernel_route_delete(struct nl_sock *sock, int ifindex, uint32_t table,
                     const struct vkernel_route *route)
{
    return change(sock, RTM_DELROUTE, 0, ifindex, table, route,
                  route->protocol);
}

/* Fills 'route' from the attributes of a message about 'rtm'. */
static void
parse_attrs(const struct rtmsg *rtm, struct nlattr *attrs[],
            struct vkernel_route *route)
{
    bool is_ipv4 = rtm->rtm_family == AF_INET;

    memset(route, 0, sizeof *route);
    if (is_ipv4) {
        route->prefix.addr = in6_addr_mapped_ipv4(
            attrs[RTA_DST] ? nl_attr_get_be32(attrs[RTA_DST]) : 0);
        route->gateway = in6_addr_mapped_ipv4(
            nl_attr_get_be32(attrs[RTA_GATEWAY]));
    } else {
        if (attrs[RTA_DST]) {
            route->prefix.addr = nl_attr_get_in6_addr(attrs[RTA_DST]);
        }
        route->gateway = nl_attr_get_in6_addr(attrs[RTA_GATEWAY]);
    }
    route->prefix.plen = rtm->rtm_dst_len;
    route->protocol = rtm->rtm_protocol;
    if (attrs[RTA_PRIORITY]) {
        route->metric = nl_attr_get_u32(attrs[RTA_PRIORITY]);
    }
    if (!is_ipv4 && route->metric == IPV6_DEFAULT_METRIC) {
        route->metric = 0;
    }
}

/* Fills 'route' from 'msg'.  Returns false if it is not about a unicast route
 * of 'family' by way of a single gateway behind the device 'ifindex' in
 * 'table'.  IPv4-mapped addresses of IPv6 are of neither family. */
static bool
parse_route(const struct ofpbuf *msg, int family, int ifindex, uint32_t table,
            struct vkernel_route *route)
{
    static const struct nl_policy policy4[] = {
        [RTA_DST] = { .type = NL_A_BE32, .optional = true },
        [RTA_OIF] = { .type = NL_A_U32 },
        [RTA_GATEWAY] = { .type = NL_A_BE32 },
        [RTA_PRIORITY] = { .type = NL_A_U32, .optional = true },
        [RTA_TABLE] = { .type = NL_A_U32 },
    };
    static const struct nl_policy policy6[] = {
        [RTA_DST] = { .type = NL_A_IPV6, .optional = true },
        [RTA_OIF] = { .type = NL_A_U32 },
        [RTA_GATEWAY] = { .type = NL_A_IPV6 },
        [RTA_PRIORITY] = { .type = NL_A_U32, .optional = true },
        [RTA_TABLE] = { .type = NL_A_U32 },
    };
    struct nlattr *attrs[ARRAY_SIZE(policy4)];
    const struct rtmsg *rtm;

    BUILD_ASSERT_DECL(ARRAY_SIZE(policy4) == ARRAY_SIZE(policy6));
    rtm = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *rtm);
    /* A look at the header, and for the gateway, first: nl_policy_parse() logs
     * what lacks one. */
    if (nl_msg_nlmsghdr(msg)->nlmsg_type != RTM_NEWROUTE
        || !rtm || rtm->rtm_family != family || rtm->rtm_type != RTN_UNICAST
        || rtm->rtm_flags & RTM_F_CLONED
        || !nl_attr_find(msg, NLMSG_HDRLEN + sizeof *rtm, RTA_OIF)
        || !nl_attr_find(msg, NLMSG_HDRLEN + sizeof *rtm, RTA_GATEWAY)
        || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *rtm,
                            family == AF_INET ? policy4 : policy6, attrs,
                            ARRAY_SIZE(attrs))
        || nl_attr_get_u32(attrs[RTA_OIF]) != ifindex
        || nl_attr_get_u32(attrs[RTA_TABLE]) != table) {
        return false;
    }
    parse_attrs(rtm, attrs, route);
    return (vkernel_prefix_is_valid(&route->prefix, family)
            && (vkernel_addr_is_ipv4(&route->gateway)
                == (family == AF_INET)));
}

/* Appends to 'routes', of struct vkernel_route, those of 'family'. */
static int
list_family(struct nl_sock *sock, int family, int ifindex, uint32_t table,
            uint8_t protocol, struct ofpbuf *routes)
{
    struct ofpbuf request, messages, all, msg;
    struct rtmsg *rtm;
    int error;

    rtm = route_request_init(&request, RTM_GETROUTE, NLM_F_DUMP, family,
                             ifindex, table);
    rtm->rtm_protocol = protocol;
    error = vkernel_rtnl_dump(sock, &request, &messages);
    all = messages;
    while (nl_msg_next(&all, &msg)) {
        struct vkernel_route route;

        if (parse_route(&msg, family, ifindex, table, &route)
            && (!protocol || route.protocol == protocol)) {
            ofpbuf_put(routes, &route, sizeof route);
        }
    }
    ofpbuf_uninit(&messages);
    /* A table that nothing was ever put into does not exist. */
    return error == ENOENT ? 0 : error;
}

int
vkernel_route_list(struct nl_sock *sock, int ifindex, uint32_t table,
                   uint8_t protocol, struct vkernel_route **routesp,
                   size_t *np)
{
    struct ofpbuf routes;
    int error;

    if (!table) {
        table = RT_TABLE_MAIN;
    }
    ofpbuf_init(&routes, 0);
    error = list_family(sock, AF_INET, ifindex, table, protocol, &routes);
    if (!error) {
        error = list_family(sock, AF_INET6, ifindex, table, protocol,
                            &routes);
    }
    if (error) {
        ofpbuf_clear(&routes);
    }
    *np = routes.size / sizeof **routesp;
    *routesp = ofpbuf_steal_data(&routes);
    return error;
}

bool
vkernel_route_equals(const struct vkernel_route *a,
                     const struct vkernel_route *b)
{
    return (vkernel_prefix_equals(&a->prefix, &b->prefix)
            && !memcmp(&a->gateway, &b->gateway, sizeof a->gateway)
            && a->metric == b->metric);
}
