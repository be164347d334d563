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

#include "vkernel-addr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-rtnl.h"

/* Starts in 'request' a message about the addresses of family 'family' of the
 * device 'ifindex'. */
static struct ifaddrmsg *
addr_request_init(struct ofpbuf *request, int type, int flags, int family,
                  int ifindex)
{
    struct ifaddrmsg *ifa;

    ofpbuf_init(request, 128);
    nl_msg_put_nlmsghdr(request, sizeof *ifa, type, NLM_F_REQUEST | flags);
    ifa = ofpbuf_put_zeros(request, sizeof *ifa);
    ifa->ifa_family = family;
    ifa->ifa_index = ifindex;
    return ifa;
}

/* Returns the scope that "ip addr add" gives to an address.  The kernel finds
 * that of IPv6 itself. */
static uint8_t
default_scope(const struct vkernel_prefix *prefix)
{
    bool is_loopback = vkernel_addr_is_ipv4(&prefix->addr)
                       && prefix->addr.s6_addr[12] == 127;

    return is_loopback ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
}

/* Adds or deletes, as 'type' and 'flags' say, an address. */
static int
change(struct nl_sock *sock, int type, int flags, int ifindex,
       const struct vkernel_prefix *prefix)
{
    bool is_ipv4 = vkernel_addr_is_ipv4(&prefix->addr);
    struct ofpbuf request, reply;
    struct ifaddrmsg *ifa;
    int error;

    ifa = addr_request_init(&request, type, NLM_F_ACK | flags,
                            is_ipv4 ? AF_INET : AF_INET6, ifindex);
    ifa->ifa_prefixlen = prefix->plen;
    ifa->ifa_scope = default_scope(prefix);
    if (is_ipv4) {
        ovs_be32 ip = in6_addr_get_mapped_ipv4(&prefix->addr);

        nl_msg_put_be32(&request, IFA_LOCAL, ip);
        nl_msg_put_be32(&request, IFA_ADDRESS, ip);
    } else {
        nl_msg_put_in6_addr(&request, IFA_LOCAL, &prefix->addr);
        nl_msg_put_in6_addr(&request, IFA_ADDRESS, &prefix->addr);
    }
    if (type == RTM_NEWADDR) {
        nl_msg_put_u8(&request, IFA_PROTO, VKERNEL_RTNL_PROTOCOL);
    }
    error = vkernel_rtnl_transact(sock, &request, &reply);
    ofpbuf_uninit(&reply);
    return error;
}

int
vkernel_addr_add(struct nl_sock *sock, int ifindex,
                 const struct vkernel_prefix *prefix)
{
    return change(sock, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex,
                  prefix);
}

/* Removes an address of IPv4, while the kernel promotes others. */
static int
delete_ipv4(struct nl_sock *sock, int ifindex,
            const struct vkernel_prefix *prefix)
{
    struct vkernel_link link;
    int error;

    error = vkernel_link_get(sock, NULL, ifindex, &link);
    if (error) {
        return error;
    } else if (link.promote_secondaries) {
        return change(sock, RTM_DELADDR, 0, ifindex, prefix);
    }

    /* The setting is the administrator's: it is only lent. */
    error = vkernel_link_set_promote_secondaries(sock, ifindex, true);
    if (!error) {
        error = change(sock, RTM_DELADDR, 0, ifindex, prefix);
    }
    vkernel_link_set_promote_secondaries(sock, ifindex, false);
    return error;
}

int
vkernel_addr_delete(struct nl_sock *sock, int ifindex,
                    const struct vkernel_prefix *prefix)
{
    return (vkernel_addr_is_ipv4(&prefix->addr)
            ? delete_ipv4(sock, ifindex, prefix)
            : change(sock, RTM_DELADDR, 0, ifindex, prefix));
}

/* Fills 'addr' from the attributes of a message about 'ifa'. */
static void
parse_attrs(const struct ifaddrmsg *ifa, struct nlattr *attrs[],
            struct vkernel_addr *addr)
{
    /* With a peer, IFA_ADDRESS is the peer's. */
    const struct nlattr *local = (attrs[IFA_LOCAL] ? attrs[IFA_LOCAL]
                                  : attrs[IFA_ADDRESS]);

    memset(addr, 0, sizeof *addr);
    addr->prefix.addr = (ifa->ifa_family == AF_INET
                         ? in6_addr_mapped_ipv4(nl_attr_get_be32(local))
                         : nl_attr_get_in6_addr(local));
    addr->prefix.plen = ifa->ifa_prefixlen;
    addr->scope = ifa->ifa_scope;
    addr->flags = (attrs[IFA_FLAGS] ? nl_attr_get_u32(attrs[IFA_FLAGS])
                   : ifa->ifa_flags);
    addr->marked = (attrs[IFA_PROTO]
                    && (nl_attr_get_u8(attrs[IFA_PROTO])
                        == VKERNEL_RTNL_PROTOCOL));
}

/* Fills 'addr' from 'msg'.  Returns false if it is not about an address of
 * 'family' of the device 'ifindex'.  An IPv4-mapped address of IPv6 is none,
 * as it would be taken for one of IPv4. */
static bool
parse_addr(const struct ofpbuf *msg, int family, int ifindex,
           struct vkernel_addr *addr)
{
    static const struct nl_policy policy4[] = {
        [IFA_ADDRESS] = { .type = NL_A_BE32, .optional = true },
        [IFA_LOCAL] = { .type = NL_A_BE32, .optional = true },
        [IFA_FLAGS] = { .type = NL_A_U32, .optional = true },
        [IFA_PROTO] = { .type = NL_A_U8, .optional = true },
    };
    static const struct nl_policy policy6[] = {
        [IFA_ADDRESS] = { .type = NL_A_IPV6, .optional = true },
        [IFA_LOCAL] = { .type = NL_A_IPV6, .optional = true },
        [IFA_FLAGS] = { .type = NL_A_U32, .optional = true },
        [IFA_PROTO] = { .type = NL_A_U8, .optional = true },
    };
    struct nlattr *attrs[ARRAY_SIZE(policy4)];
    const struct ifaddrmsg *ifa;

    BUILD_ASSERT_DECL(ARRAY_SIZE(policy4) == ARRAY_SIZE(policy6));
    ifa = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifa);
    if (nl_msg_nlmsghdr(msg)->nlmsg_type != RTM_NEWADDR
        || !ifa || ifa->ifa_family != family || ifa->ifa_index != ifindex
        || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifa,
                            family == AF_INET ? policy4 : policy6, attrs,
                            ARRAY_SIZE(attrs))
        || (!attrs[IFA_LOCAL] && !attrs[IFA_ADDRESS])) {
        return false;
    }
    parse_attrs(ifa, attrs, addr);
    return vkernel_prefix_is_valid(&addr->prefix, family);
}

/* Appends to 'addrs', of struct vkernel_addr, those of 'family'. */
static int
list_family(struct nl_sock *sock, int family, int ifindex,
            struct ofpbuf *addrs)
{
    struct ofpbuf request, messages, all, msg;
    int error;

    addr_request_init(&request, RTM_GETADDR, NLM_F_DUMP, family, ifindex);
    error = vkernel_rtnl_dump(sock, &request, &messages);
    all = messages;
    while (nl_msg_next(&all, &msg)) {
        struct vkernel_addr addr;

        if (parse_addr(&msg, family, ifindex, &addr)) {
            ofpbuf_put(addrs, &addr, sizeof addr);
        }
    }
    ofpbuf_uninit(&messages);
    return error;
}

int
vkernel_addr_list(struct nl_sock *sock, int ifindex,
                  struct vkernel_addr **addrsp, size_t *np)
{
    struct ofpbuf addrs;
    int error;

    ofpbuf_init(&addrs, 0);
    error = list_family(sock, AF_INET, ifindex, &addrs);
    if (!error) {
        error = list_family(sock, AF_INET6, ifindex, &addrs);
    }
    if (error) {
        ofpbuf_clear(&addrs);
    }
    *np = addrs.size / sizeof **addrsp;
    *addrsp = ofpbuf_steal_data(&addrs);
    return error;
}
