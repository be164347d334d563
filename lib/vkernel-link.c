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

#include "vkernel-link.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-printable.h"
#include "vkernel-rtnl.h"

/* Starts in 'request' a message about the device 'ifindex'. */
static void
link_request_init(struct ofpbuf *request, int type, int flags, int ifindex)
{
    struct ifinfomsg *ifi;

    ofpbuf_init(request, 0);
    nl_msg_put_nlmsghdr(request, sizeof *ifi + NL_ATTR_SIZE(IFNAMSIZ),
                        type, NLM_F_REQUEST | flags);
    ifi = ofpbuf_put_zeros(request, sizeof *ifi);
    ifi->ifi_family = AF_UNSPEC;
    ifi->ifi_index = ifindex;
}

/* Takes what only tun and tap devices have out of 'data'. */
static void
parse_tun(const struct nlattr *data, struct vkernel_link *link)
{
    static const struct nl_policy policy[] = {
        [IFLA_TUN_TYPE] = { .type = NL_A_U8 },
        [IFLA_TUN_MULTI_QUEUE] = { .type = NL_A_U8 },
        [IFLA_TUN_PERSIST] = { .type = NL_A_U8, .optional = true },
        [IFLA_TUN_OWNER] = { .type = NL_A_U32, .optional = true },
        [IFLA_TUN_GROUP] = { .type = NL_A_U32, .optional = true },
        [IFLA_TUN_VNET_HDR] = { .type = NL_A_U8, .optional = true },
        [IFLA_TUN_PI] = { .type = NL_A_U8, .optional = true },
        [IFLA_TUN_NUM_QUEUES] = { .type = NL_A_U32, .optional = true },
        [IFLA_TUN_NUM_DISABLED_QUEUES] = { .type = NL_A_U32,
                                           .optional = true },
    };
    struct nlattr *tun[ARRAY_SIZE(policy)];

    if (!nl_parse_nested(data, policy, tun, ARRAY_SIZE(tun))) {
        return;
    }
    link->is_tap = nl_attr_get_u8(tun[IFLA_TUN_TYPE]) == IFF_TAP;
    link->multi_queue = nl_attr_get_u8(tun[IFLA_TUN_MULTI_QUEUE]);
    link->persistent = (tun[IFLA_TUN_PERSIST]
                        && nl_attr_get_u8(tun[IFLA_TUN_PERSIST]));
    if (tun[IFLA_TUN_OWNER]) {
        link->owner = nl_attr_get_u32(tun[IFLA_TUN_OWNER]);
    }
    if (tun[IFLA_TUN_GROUP]) {
        link->group = nl_attr_get_u32(tun[IFLA_TUN_GROUP]);
    }
    link->vnet_hdr = (tun[IFLA_TUN_VNET_HDR]
                      && nl_attr_get_u8(tun[IFLA_TUN_VNET_HDR]));
    link->packet_info = (tun[IFLA_TUN_PI]
                         && nl_attr_get_u8(tun[IFLA_TUN_PI]));
    if (tun[IFLA_TUN_NUM_QUEUES] && tun[IFLA_TUN_NUM_DISABLED_QUEUES]) {
        link->n_queues = nl_attr_get_u32(tun[IFLA_TUN_NUM_QUEUES]);
        link->n_disabled_queues
            = nl_attr_get_u32(tun[IFLA_TUN_NUM_DISABLED_QUEUES]);
    }
}

/* Takes the routing table of a VRF out of 'data'. */
static void
parse_vrf(const struct nlattr *data, struct vkernel_link *link)
{
    static const struct nl_policy policy[] = {
        [IFLA_VRF_TABLE] = { .type = NL_A_U32 },
    };
    struct nlattr *vrf[ARRAY_SIZE(policy)];

    if (nl_parse_nested(data, policy, vrf, ARRAY_SIZE(vrf))) {
        link->vrf_table = nl_attr_get_u32(vrf[IFLA_VRF_TABLE]);
    }
}

/* Takes the kind, and what is peculiar to it, out of 'linkinfo'. */
static void
parse_linkinfo(const struct nlattr *linkinfo, struct vkernel_link *link)
{
    static const struct nl_policy policy[] = {
        [IFLA_INFO_KIND] = { .type = NL_A_STRING, .optional = true },
        [IFLA_INFO_DATA] = { .type = NL_A_NESTED, .optional = true },
    };
    struct nlattr *info[ARRAY_SIZE(policy)];

    if (!nl_parse_nested(linkinfo, policy, info, ARRAY_SIZE(info))
        || !info[IFLA_INFO_KIND]) {
        return;
    }
    ovs_strlcpy(link->kind, nl_attr_get_string(info[IFLA_INFO_KIND]),
                sizeof link->kind);
    if (!info[IFLA_INFO_DATA]) {
        return;
    } else if (!strcmp(link->kind, "tun")) {
        parse_tun(info[IFLA_INFO_DATA], link);
    } else if (!strcmp(link->kind, "vrf")) {
        parse_vrf(info[IFLA_INFO_DATA], link);
    }
}

/* Returns the number 'key', IPV4_DEVCONF_*, of the settings of IPv4 in
 * 'af_spec', or 0 if it is not there. */
static uint32_t
parse_inet_conf(const struct nlattr *af_spec, size_t key)
{
    const struct nlattr *inet = nl_attr_find_nested(af_spec, AF_INET);
    const struct nlattr *conf = (inet
                                 ? nl_attr_find_nested(inet, IFLA_INET_CONF)
                                 : NULL);
    size_t n = conf ? nl_attr_get_size(conf) / sizeof(uint32_t) : 0;

    /* Numbers begin with 1. */
    return key <= n ? ((const uint32_t *) nl_attr_get(conf))[key - 1] : 0;
}

static void
parse_stats(const struct nlattr *attr, struct vkernel_link_stats *stats)
{
    struct rtnl_link_stats64 s;

    memset(&s, 0, sizeof s);
    memcpy(&s, nl_attr_get(attr), MIN(nl_attr_get_size(attr), sizeof s));
    stats->rx_packets = s.rx_packets;
    stats->rx_bytes = s.rx_bytes;
    stats->rx_dropped = s.rx_dropped;
    /* The tun driver counts bad headers as frame errors alone. */
    stats->rx_errors = s.rx_errors + s.rx_frame_errors;
    stats->tx_packets = s.tx_packets;
    stats->tx_bytes = s.tx_bytes;
    stats->tx_dropped = s.tx_dropped;
}

/* Returns true if 'attr' tells of an XDP program. */
static bool
parse_xdp(const struct nlattr *attr)
{
    const struct nlattr *attached = nl_attr_find_nested(attr,
                                                        IFLA_XDP_ATTACHED);

    return (attached && nl_attr_get_size(attached) == sizeof(uint8_t)
            && nl_attr_get_u8(attached) != XDP_ATTACHED_NONE);
}

/* Takes what not every device has out of 'attrs'. */
static void
parse_optional(struct nlattr *const attrs[], struct vkernel_link *link)
{
    if (attrs[IFLA_GSO_MAX_SIZE]) {
        link->gso_max_size = nl_attr_get_u32(attrs[IFLA_GSO_MAX_SIZE]);
    }
    if (attrs[VKERNEL_IFLA_GSO_IPV4_MAX_SIZE]) {
        link->gso_ipv4_max_size = nl_attr_get_u32(
            attrs[VKERNEL_IFLA_GSO_IPV4_MAX_SIZE]);
    }
    if (attrs[IFLA_TXQLEN]) {
        link->txqueuelen = nl_attr_get_u32(attrs[IFLA_TXQLEN]);
    }
    if (attrs[IFLA_MASTER]) {
        link->master = nl_attr_get_u32(attrs[IFLA_MASTER]);
    }
    if (attrs[IFLA_IFALIAS]) {
        ovs_strlcpy(link->alias, nl_attr_get_string(attrs[IFLA_IFALIAS]),
                    sizeof link->alias);
    }
    if (attrs[IFLA_CARRIER]) {
        link->carrier = nl_attr_get_u8(attrs[IFLA_CARRIER]);
    }
    if (attrs[IFLA_ADDRESS]
        && nl_attr_get_size(attrs[IFLA_ADDRESS]) == ETH_ADDR_LEN) {
        link->mac = nl_attr_get_eth_addr(attrs[IFLA_ADDRESS]);
    }
    if (attrs[IFLA_LINKINFO]) {
        parse_linkinfo(attrs[IFLA_LINKINFO], link);
    }
    if (attrs[IFLA_XDP]) {
        link->xdp = parse_xdp(attrs[IFLA_XDP]);
    }
    if (attrs[IFLA_AF_SPEC]) {
        link->promote_secondaries = parse_inet_conf(
            attrs[IFLA_AF_SPEC], IPV4_DEVCONF_PROMOTE_SECONDARIES) != 0;
    }
    if (attrs[IFLA_STATS64]) {
        parse_stats(attrs[IFLA_STATS64], &link->stats);
    }
}

int
vkernel_link_parse(const struct ofpbuf *msg, struct vkernel_link *link)
{
    static const struct nl_policy policy[] = {
        [IFLA_ADDRESS] = { .type = NL_A_UNSPEC, .optional = true },
        [IFLA_IFNAME] = { .type = NL_A_STRING },
        [IFLA_MTU] = { .type = NL_A_U32 },
        [IFLA_GSO_MAX_SIZE] = { .type = NL_A_U32, .optional = true },
        [IFLA_TXQLEN] = { .type = NL_A_U32, .optional = true },
        [IFLA_MASTER] = { .type = NL_A_U32, .optional = true },
        [IFLA_IFALIAS] = { .type = NL_A_STRING, .optional = true },
        [IFLA_CARRIER] = { .type = NL_A_U8, .optional = true },
        [IFLA_LINKINFO] = { .type = NL_A_NESTED, .optional = true },
        [IFLA_AF_SPEC] = { .type = NL_A_NESTED, .optional = true },
        [IFLA_XDP] = { .type = NL_A_NESTED, .optional = true },
        /* Counters have been added at the end over time.  The kernel may be
         * older, or younger, than the header that we were built with. */
        [IFLA_STATS64] = { .type = NL_A_UNSPEC, .optional = true,
                           .min_len = offsetof(struct rtnl_link_stats64,
                                               rx_nohandler) },
        [VKERNEL_IFLA_GSO_IPV4_MAX_SIZE] = { .type = NL_A_U32,
                                             .optional = true },
    };
    struct nlattr *attrs[ARRAY_SIZE(policy)];
    const struct ifinfomsg *ifi;

    memset(link, 0, sizeof *link);
    link->owner = link->group = UINT32_MAX;
    if (nl_msg_nlmsghdr(msg)->nlmsg_type != RTM_NEWLINK
        || !nl_policy_parse(msg, NLMSG_HDRLEN + sizeof *ifi, policy, attrs,
                            ARRAY_SIZE(attrs))) {
        return EPROTO;
    }
    ifi = ofpbuf_at_assert(msg, NLMSG_HDRLEN, sizeof *ifi);
    link->ifindex = ifi->ifi_index;
    link->up = ifi->ifi_flags & IFF_UP;
    link->is_ethernet = ifi->ifi_type == ARPHRD_ETHER;
    ovs_strlcpy(link->ifname, nl_attr_get_string(attrs[IFLA_IFNAME]),
                sizeof link->ifname);
    link->mtu = nl_attr_get_u32(attrs[IFLA_MTU]);
    parse_optional(attrs, link);
    return 0;
}

int
vkernel_link_get(struct nl_sock *sock, const char *ifname, int ifindex,
                 struct vkernel_link *link)
{
    struct ofpbuf request, reply;
    int error;

    link_request_init(&request, RTM_GETLINK, 0, ifname ? 0 : ifindex);
    if (ifname) {
        nl_msg_put_string(&request, IFLA_IFNAME, ifname);
    }
    error = vkernel_rtnl_transact(sock, &request, &reply);
    if (!error) {
        error = vkernel_link_parse(&reply, link);
    }
    ofpbuf_uninit(&reply);
    return error;
}

/* Sends 'request', which changes something, and frees its data. */
static int
change(struct nl_sock *sock, struct ofpbuf *request)
{
    struct ofpbuf reply;
    int error;

    error = vkernel_rtnl_transact(sock, request, &reply);
    ofpbuf_uninit(&reply);
    return error;
}

/* Sets the attribute 'type' of the device 'ifindex' to 'value'. */
static int
set_u32(struct nl_sock *sock, int ifindex, uint16_t type, uint32_t value)
{
    struct ofpbuf request;

    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    nl_msg_put_u32(&request, type, value);
    return change(sock, &request);
}

int
vkernel_link_set_mtu(struct nl_sock *sock, int ifindex, int mtu)
{
    return set_u32(sock, ifindex, IFLA_MTU, mtu);
}

int
vkernel_link_set_gso_max_size(struct nl_sock *sock, int ifindex, int size,
                              int ipv4_size)
{
    struct ofpbuf request;

    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    nl_msg_put_u32(&request, IFLA_GSO_MAX_SIZE, size);
    /* A change of the former changes this, too, but no change does not. */
    nl_msg_put_u32(&request, VKERNEL_IFLA_GSO_IPV4_MAX_SIZE, ipv4_size);
    return change(sock, &request);
}

int
vkernel_link_set_txqueuelen(struct nl_sock *sock, int ifindex, int n_packets)
{
    return set_u32(sock, ifindex, IFLA_TXQLEN, n_packets);
}

int
vkernel_link_set_up(struct nl_sock *sock, int ifindex, bool up)
{
    struct ofpbuf request;
    struct ifinfomsg *ifi;

    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    ifi = ofpbuf_at_assert(&request, NLMSG_HDRLEN, sizeof *ifi);
    ifi->ifi_flags = up ? IFF_UP : 0;
    ifi->ifi_change = IFF_UP;
    return change(sock, &request);
}

int
vkernel_link_set_master(struct nl_sock *sock, int ifindex, int master)
{
    return set_u32(sock, ifindex, IFLA_MASTER, master);
}

int
vkernel_link_set_alias(struct nl_sock *sock, int ifindex, const char *alias)
{
    struct ofpbuf request;

    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    /* Without the '\0': the kernel takes its length for that of the alias, and
     * removes it only if that is zero. */
    nl_msg_put_unspec(&request, IFLA_IFALIAS, alias, strlen(alias));
    return change(sock, &request);
}

int
vkernel_link_set_promote_secondaries(struct nl_sock *sock, int ifindex,
                                     bool promote)
{
    struct ofpbuf request;
    size_t families, inet, conf;

    /* What sysctl net.ipv4.conf.IF.promote_secondaries is, but for any
     * namespace. */
    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    families = nl_msg_start_nested(&request, IFLA_AF_SPEC);
    inet = nl_msg_start_nested(&request, AF_INET);
    conf = nl_msg_start_nested(&request, IFLA_INET_CONF);
    nl_msg_put_u32(&request, IPV4_DEVCONF_PROMOTE_SECONDARIES, promote);
    nl_msg_end_nested(&request, conf);
    nl_msg_end_nested(&request, inet);
    nl_msg_end_nested(&request, families);
    return change(sock, &request);
}

int
vkernel_link_set_netns(struct nl_sock *sock, int ifindex, int netns_fd)
{
    return set_u32(sock, ifindex, IFLA_NET_NS_FD, netns_fd);
}

int
vkernel_link_set_name(struct nl_sock *sock, int ifindex, const char *name)
{
    struct ofpbuf request;

    link_request_init(&request, RTM_SETLINK, NLM_F_ACK, ifindex);
    nl_msg_put_string(&request, IFLA_IFNAME, name);
    return change(sock, &request);
}

/* Adds an alternative name to the device 'ifindex', or deletes it. */
static int
change_altname(struct nl_sock *sock, int type, int flags, int ifindex,
               const char *name)
{
    struct ofpbuf request;
    size_t offset;

    link_request_init(&request, type, NLM_F_ACK | flags, ifindex);
    offset = nl_msg_start_nested(&request, IFLA_PROP_LIST | NLA_F_NESTED);
    nl_msg_put_string(&request, IFLA_ALT_IFNAME, name);
    nl_msg_end_nested(&request, offset);
    return change(sock, &request);
}

int
vkernel_link_add_altname(struct nl_sock *sock, int ifindex, const char *name)
{
    return change_altname(sock, RTM_NEWLINKPROP,
                          NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, ifindex,
                          name);
}

int
vkernel_link_delete_altname(struct nl_sock *sock, int ifindex,
                            const char *name)
{
    return change_altname(sock, RTM_DELLINKPROP, 0, ifindex, name);
}

int
vkernel_link_delete(struct nl_sock *sock, int ifindex)
{
    struct ofpbuf request;

    link_request_init(&request, RTM_DELLINK, NLM_F_ACK, ifindex);
    return change(sock, &request);
}

int
vkernel_link_for_each(struct nl_sock *sock, const char *kind,
                      void (*cb)(const struct vkernel_link *, void *aux),
                      void *aux)
{
    struct ofpbuf request, messages, all, msg;
    size_t offset;
    int error;

    link_request_init(&request, RTM_GETLINK, NLM_F_DUMP, 0);
    offset = nl_msg_start_nested(&request, IFLA_LINKINFO);
    nl_msg_put_string(&request, IFLA_INFO_KIND, kind);
    nl_msg_end_nested(&request, offset);
    error = vkernel_rtnl_dump(sock, &request, &messages);
    all = messages;
    while (nl_msg_next(&all, &msg)) {
        struct vkernel_link link;

        if (!vkernel_link_parse(&msg, &link)) {
            cb(&link, aux);
        }
    }
    ofpbuf_uninit(&messages);
    return error;
}

enum vkernel_link_state
vkernel_link_check_tap(const struct vkernel_link *link, int n_queues,
                       char **messagep)
{
    int n_others = link->n_queues + link->n_disabled_queues - n_queues - 1;
    enum vkernel_link_state state = VKERNEL_LINK_ALTERED;

    *messagep = NULL;
    if (n_others > 0) {
        *messagep = xasprintf("another program has attached %d queue%s to the "
                              "tap \"%s\": end that program, for the tap must "
                              "be the daemon's alone", n_others,
                              n_others == 1 ? "" : "s",
                              VKERNEL_SHOW(link->ifname));
        return VKERNEL_LINK_SHARED;
    } else if (!link->vnet_hdr || link->packet_info || !link->multi_queue
               || !link->is_ethernet) {
        *messagep = xasprintf("the tap \"%s\" lacks flags that were asked "
                              "for: %s%s%s%s", VKERNEL_SHOW(link->ifname),
                              link->vnet_hdr ? "" : " IFF_VNET_HDR",
                              link->packet_info ? " IFF_NO_PI" : "",
                              link->multi_queue ? "" : " IFF_MULTI_QUEUE",
                              link->is_ethernet ? "" : " Ethernet");
    } else if (link->owner != geteuid()) {
        *messagep = xasprintf("somebody has made the tap \"%s\" that of "
                              "user %"PRIu32, VKERNEL_SHOW(link->ifname),
                              link->owner);
    } else if (link->n_queues != n_queues || n_others) {
        *messagep = xasprintf("%d queues of the tap \"%s\" are attached and "
                              "%d detached, not %d and 1", link->n_queues,
                              VKERNEL_SHOW(link->ifname),
                              link->n_disabled_queues, n_queues);
        state = VKERNEL_LINK_DETACHED;
    }
    return *messagep ? state : VKERNEL_LINK_OURS;
}

int
vkernel_link_parse_event(struct ofpbuf *msg)
{
    const struct ifinfomsg *ifi = ofpbuf_at(msg, NLMSG_HDRLEN, sizeof *ifi);
    uint16_t type = nl_msg_nlmsghdr(msg)->nlmsg_type;

    return ((type == RTM_NEWLINK || type == RTM_DELLINK) && ifi
            ? ifi->ifi_index
            : 0);
}
