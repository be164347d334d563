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

#ifndef VKERNEL_COMPAT_H
#define VKERNEL_COMPAT_H 1

/* What differs between the releases of Open vSwitch and DPDK that this
 * provider serves, and nothing else.
 *
 * Every other file uses the names below; no other file tests a VKERNEL_HAVE_*
 * probe (configure's results, in vkernel-probes.h) or a version number.
 *
 * Everything here may be called from any thread, without a lock. */

#include <rte_version.h>

#include "dp-packet.h"
#include "netdev-provider.h"
#include "openvswitch/json.h"
#include "vkernel-probes.h"
#if VKERNEL_HAVE_NETDEV_FLOW_API
#include "netdev-offload.h"
#else
#include "dpif-offload.h"
#endif

/* The most queue pairs that the driver accepts in its "queues" argument.  It
 * exports no name for this limit: 8 up to DPDK 22.11, 128 after (the driver's
 * VIRTIO_MAX_VIRTQUEUE_PAIRS). */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define VKERNEL_MAX_QUEUES 128
#else
#define VKERNEL_MAX_QUEUES 8
#endif

/* Initializes the member get_speed of a struct netdev_class, if it has one. */
#if VKERNEL_HAVE_NETDEV_CLASS_GET_SPEED
#define VKERNEL_COMPAT_GET_SPEED(FUNCTION) .get_speed = FUNCTION,
#else
#define VKERNEL_COMPAT_GET_SPEED(FUNCTION)
#endif

/* The parameters of ovs_router_insert(), and arguments of the same names, with
 * 'DEVICE' for the network device. */
#if VKERNEL_HAVE_OVS_ROUTER_RULE_ADD
#define VKERNEL_COMPAT_ROUTE_PARAMS(DEVICE) \
    uint32_t table, uint32_t mark, const struct in6_addr *dst, uint8_t plen, \
    bool user, const char DEVICE[], const struct in6_addr *gw, \
    const struct in6_addr *src
#define VKERNEL_COMPAT_ROUTE_ARGS(DEVICE) \
    table, mark, dst, plen, user, DEVICE, gw, src
#elif VKERNEL_HAVE_OVS_ROUTER_FORCE_INSERT
#define VKERNEL_COMPAT_ROUTE_PARAMS(DEVICE) \
    uint32_t mark, const struct in6_addr *dst, uint8_t plen, bool local, \
    const char DEVICE[], const struct in6_addr *gw, \
    const struct in6_addr *src
#define VKERNEL_COMPAT_ROUTE_ARGS(DEVICE) \
    mark, dst, plen, local, DEVICE, gw, src
#else
#define VKERNEL_COMPAT_ROUTE_PARAMS(DEVICE) \
    uint32_t mark, const struct in6_addr *dst, uint8_t plen, bool local, \
    const char DEVICE[], const struct in6_addr *gw
#define VKERNEL_COMPAT_ROUTE_ARGS(DEVICE) mark, dst, plen, local, DEVICE, gw
#endif

/* The parameters of netdev_push_header(), and arguments of the same names. */
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
#define VKERNEL_COMPAT_PUSH_PARAMS \
    const struct netdev *netdev, const struct netdev *ingress, \
    struct dp_packet_batch *batch, const struct ovs_action_push_tnl *data
#define VKERNEL_COMPAT_PUSH_ARGS netdev, ingress, batch, data
#else
#define VKERNEL_COMPAT_PUSH_PARAMS \
    const struct netdev *netdev, struct dp_packet_batch *batch, \
    const struct ovs_action_push_tnl *data
#define VKERNEL_COMPAT_PUSH_ARGS netdev, batch, data
#endif

/* The arguments of netdev_tnl_push_udp_header() that push 'DATA' in front of
 * 'PACKET', of no port in particular. */
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
#define VKERNEL_COMPAT_PUSH_UDP_ARGS(PACKET, DATA) NULL, NULL, PACKET, DATA
#else
#define VKERNEL_COMPAT_PUSH_UDP_ARGS(PACKET, DATA) NULL, PACKET, DATA
#endif

/* The most bytes that actions may put in front of a packet in a buffer of
 * DPDK's.  Open vSwitch 4.0 moves the packet to a larger buffer, as often as
 * the largest one has room for; before, the headroom is all there is, and more
 * than that ends the daemon (dp_packet_resize()). */
#if VKERNEL_HAVE_NETDEV_DPDK_EXTBUF
#define VKERNEL_COMPAT_MAX_PUSH (6 * 512)
#else
#define VKERNEL_COMPAT_MAX_PUSH RTE_PKTMBUF_HEADROOM
#endif

/* The elements of a JSON array. */
static inline size_t
vkernel_compat_json_array_size(const struct json *array)
{
#if VKERNEL_HAVE_JSON_ARRAY_SIZE
    return json_array_size(array);
#else
    return json_array(array)->n;
#endif
}

static inline const struct json *
vkernel_compat_json_array_at(const struct json *array, size_t i)
{
#if VKERNEL_HAVE_JSON_ARRAY_SIZE
    return json_array_at(array, i);
#else
    return json_array(array)->elems[i];
#endif
}

/* Returns true if other_config:hw-offload is on, and ports with an interface
 * index may be taken for ones of the kernel's datapath. */
static inline bool
vkernel_compat_is_hw_offload_enabled(void)
{
#if VKERNEL_HAVE_NETDEV_FLOW_API
    return netdev_is_flow_api_enabled();
#else
    return dpif_offload_enabled();
#endif
}

/* Initializes what Open vSwitch expects of a packet that was just received
 * into 'packet', whose mbuf may have been used before. */
static inline void
vkernel_compat_init_rx_packet(struct dp_packet *packet)
{
    dp_packet_reset_cutlen(packet);
    packet->packet_type = htonl(PT_ETH);
#if VKERNEL_HAVE_DP_PACKET_CSUM_START
    packet->csum_start = 0;
    packet->csum_offset = 0;
#endif
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    packet->has_hash = false;
    packet->has_mark = false;
    packet->offloads = 0;
    if (!(packet->mbuf.ol_flags & RTE_MBUF_F_RX_LRO)) {
        packet->mbuf.tso_segsz = 0;
    }
#endif
}

/* Open vSwitch's words for offloads.
 *
 * Up to 3.5 they are flags of the mbuf, the same ones as DPDK's for
 * transmission, which say what is left to do, and for reception, which say
 * what is known of a checksum.  Of a checksum that is left to do they say,
 * before 3.2, that it is good; since 3.3, both "good" and "bad", that is
 * "partial".  3.2 itself has no word for that, and takes back what is left to
 * do if it is called good.
 *
 * After 3.5 they are in a field of their own, with "partial" for what is left
 * to do, and a packet with a size of segments is one to be cut. */

/* True if a packet that is to be cut into segments says how long they are. */
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
#define VKERNEL_COMPAT_TSO_HAS_SIZE true
#else
#define VKERNEL_COMPAT_TSO_HAS_SIZE false
#endif

/* Marks 'packet', just received, as one whose checksum of 'l4_proto',
 * IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP, is that of the pseudo-header only.
 *
 * Its sender vouches for the rest, and so must the mark, or else the end of a
 * tunnel would add up the checksum of the outer packet and drop it. */
static inline void
vkernel_compat_mark_partial(struct dp_packet *packet, bool is_ipv4 OVS_UNUSED,
                            uint8_t l4_proto)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    dp_packet_l4_checksum_set_partial(packet);
    if (l4_proto == IPPROTO_TCP) {
        dp_packet_l4_proto_set_tcp(packet);
    } else if (l4_proto == IPPROTO_UDP) {
        dp_packet_l4_proto_set_udp(packet);
    } else {
        dp_packet_l4_proto_set_sctp(packet);
    }
#else
    if (is_ipv4) {
        dp_packet_hwol_set_tx_ipv4(packet);
    } else {
        dp_packet_hwol_set_tx_ipv6(packet);
    }
    if (l4_proto == IPPROTO_TCP) {
        dp_packet_hwol_set_csum_tcp(packet);
    } else if (l4_proto == IPPROTO_UDP) {
        dp_packet_hwol_set_csum_udp(packet);
    } else {
        dp_packet_hwol_set_csum_sctp(packet);
    }
#if VKERNEL_HAVE_DP_PACKET_OL_SET_L4_CSUM_PARTIAL
    dp_packet_ol_set_l4_csum_partial(packet);
#elif !VKERNEL_HAVE_DP_PACKET_OL_SEND_PREPARE
    *dp_packet_ol_flags_ptr(packet) |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
#endif
#endif
}

/* Marks 'packet', just received, as one whose checksum of TCP or UDP the
 * driver has found to be good, in the flags of its mbuf. */
static inline void
vkernel_compat_mark_good(struct dp_packet *packet OVS_UNUSED)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    dp_packet_l4_checksum_set_good(packet);
#endif
}

/* Open vSwitch 3.1 does not copy the size of segments when it clones a packet.
 * It does copy the key of the tunnel that a packet came from, and reads it
 * only where there was a tunnel.  What comes from the kernel has come from
 * none, so the size is kept there as well, with a mark for it. */
#define VKERNEL_COMPAT_SEGSZ_MARK UINT64_C(0x766b736567730000)
#define VKERNEL_COMPAT_SEGSZ_MASK UINT64_C(0xffff)

/* Marks 'packet', which vkernel_compat_mark_partial() was called for, as one
 * to be cut into TCP segments, the size of which is in its mbuf. */
static inline void
vkernel_compat_mark_tso(struct dp_packet *packet OVS_UNUSED)
{
#if !VKERNEL_HAVE_DP_PACKET_OFFLOADS
    dp_packet_hwol_set_tcp_seg(packet);
#if !VKERNEL_HAVE_DP_PACKET_SET_TSO_SEGSZ
    packet->md.tunnel.tun_id = htonll(VKERNEL_COMPAT_SEGSZ_MARK
                                      | packet->mbuf.tso_segsz);
#endif
#endif
}

/* Returns true if the end of a tunnel takes 'packet' without adding up its
 * checksum of UDP. */
static inline bool
vkernel_compat_is_vouched_for(const struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    return dp_packet_l4_checksum_valid(packet);
#elif VKERNEL_HAVE_DP_PACKET_OL_SET_L4_CSUM_PARTIAL
    return dp_packet_l4_checksum_good(packet)
           || dp_packet_ol_l4_csum_partial(packet);
#else
    return *dp_packet_ol_flags_ptr(packet) & RTE_MBUF_F_RX_L4_CKSUM_GOOD;
#endif
}

/* Returns true if Open vSwitch takes 'packet', which has something left to do,
 * for IPv4 or, if 'is_ipv4' is false, for IPv6.  Where there is no mark, it
 * looks at the packet. */
static inline bool
vkernel_compat_is_marked_as(const struct dp_packet *packet OVS_UNUSED,
                            bool is_ipv4 OVS_UNUSED)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    return true;
#else
    uint64_t flags = *dp_packet_ol_flags_ptr(packet);

    return (flags & (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6))
           == (is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6);
#endif
}

/* Completes 'packet', which is to be sent, if it is in a tunnel and something
 * is left to do for what is inside: we can only do so for the outermost
 * headers.  It has no segments to be cut into. */
static inline void
vkernel_compat_complete_tunnel(struct dp_packet *packet OVS_UNUSED)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    if (OVS_UNLIKELY(dp_packet_tunnel(packet))) {
        dp_packet_ol_send_prepare(packet, 0);
    }
#elif VKERNEL_HAVE_DP_PACKET_OL_SEND_PREPARE
    if (OVS_UNLIKELY(*dp_packet_ol_flags_ptr(packet)
                     & RTE_MBUF_F_TX_TUNNEL_MASK)) {
        dp_packet_ol_send_prepare(packet, 0);
    }
#endif
}

/* What Open vSwitch is going to do for the headers of IP and of what is in it,
 * and by which offsets. */
struct vkernel_compat_level {
    uint16_t l3_ofs;            /* UINT16_MAX if not known. */
    uint16_t l4_ofs;            /* Likewise. */
    uint8_t l4_proto;           /* IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP, or
                                 * 0 if the marks do not say. */
    bool has_ip_csum;           /* Is IPv4's checksum left to do? */
    bool has_l4_csum;           /* Is that of 'l4_proto'? */
};

/* What Open vSwitch is going to do with a packet. */
struct vkernel_compat_marks {
    struct vkernel_compat_level inner;  /* Of the innermost headers. */
    struct vkernel_compat_level outer;  /* Of those of a tunnel. */
    bool is_tunnel;             /* Are there any of a tunnel? */
    bool is_tso;                /* Is to be cut into segments? */
    bool lacks_segsz;           /* Is their size not known, but needed? */
};

/* Returns true if anything is left to do for 'packet', or may be. */
static inline bool
vkernel_compat_has_marks(const struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    /* What is left to do is both "good" and "bad". */
    return (packet->offloads & (DP_PACKET_OL_IP_CKSUM_BAD
                                | DP_PACKET_OL_L4_CKSUM_BAD
                                | DP_PACKET_OL_INNER_IP_CKSUM_BAD
                                | DP_PACKET_OL_INNER_L4_CKSUM_BAD)
            || dp_packet_get_tso_segsz(packet));
#elif VKERNEL_HAVE_DP_PACKET_OL_SEND_PREPARE
    return *dp_packet_ol_flags_ptr(packet)
           & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG
              | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_OUTER_IP_CKSUM
              | RTE_MBUF_F_TX_OUTER_UDP_CKSUM);
#else
    return *dp_packet_ol_flags_ptr(packet)
           & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG);
#endif
}

#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
/* Returns what 'offloads', those of the outermost headers, say. */
static inline struct vkernel_compat_level
vkernel_compat_get_level(uint32_t offloads, uint16_t l3_ofs, uint16_t l4_ofs)
{
    uint32_t proto = offloads & DP_PACKET_OL_L4_PROTO_MASK;

    return (struct vkernel_compat_level) {
        .l3_ofs = l3_ofs,
        .l4_ofs = l4_ofs,
        .l4_proto = (proto == DP_PACKET_OL_L4_PROTO_TCP ? IPPROTO_TCP
                     : proto == DP_PACKET_OL_L4_PROTO_UDP ? IPPROTO_UDP
                     : proto ? IPPROTO_SCTP : 0),
        .has_ip_csum = ((offloads & DP_PACKET_OL_IP_CKSUM_MASK)
                        == DP_PACKET_OL_IP_CKSUM_MASK),
        .has_l4_csum = ((offloads & DP_PACKET_OL_L4_CKSUM_MASK)
                        == DP_PACKET_OL_L4_CKSUM_MASK),
    };
}
#else
/* Returns what 'flags' say of the innermost headers of 'packet'. */
static inline struct vkernel_compat_level
vkernel_compat_get_level(const struct dp_packet *packet, uint64_t flags)
{
    uint64_t l4_flags = flags & RTE_MBUF_F_TX_L4_MASK;

    return (struct vkernel_compat_level) {
        .l3_ofs = packet->l3_ofs,
        .l4_ofs = packet->l4_ofs,
        .l4_proto = (flags & RTE_MBUF_F_TX_TCP_SEG
                     || l4_flags == RTE_MBUF_F_TX_TCP_CKSUM ? IPPROTO_TCP
                     : l4_flags == RTE_MBUF_F_TX_UDP_CKSUM ? IPPROTO_UDP
                     : l4_flags ? IPPROTO_SCTP : 0),
#if VKERNEL_HAVE_DP_PACKET_OL_SEND_PREPARE
        .has_ip_csum = flags & RTE_MBUF_F_TX_IP_CKSUM,
#endif
        .has_l4_csum = l4_flags,
    };
}
#endif

/* Stores what is left to do for 'packet' into '*marks'. */
static inline void
vkernel_compat_get_marks(const struct dp_packet *packet,
                         struct vkernel_compat_marks *marks)
{
    *marks = (struct vkernel_compat_marks) { .is_tunnel = false };
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    marks->is_tso = dp_packet_get_tso_segsz(packet);
    marks->is_tunnel = dp_packet_tunnel(packet);
    marks->outer = vkernel_compat_get_level(packet->offloads, packet->l3_ofs,
                                            packet->l4_ofs);
    marks->inner = (marks->is_tunnel
                    ? vkernel_compat_get_level(packet->offloads
                                               >> DP_PACKET_OL_SHIFT_COUNT,
                                               packet->inner_l3_ofs,
                                               packet->inner_l4_ofs)
                    : marks->outer);
#else
    uint64_t flags = *dp_packet_ol_flags_ptr(packet);

    marks->is_tso = flags & RTE_MBUF_F_TX_TCP_SEG;
    marks->inner = vkernel_compat_get_level(packet, flags);
#if VKERNEL_HAVE_DP_PACKET_SET_TSO_SEGSZ
    marks->lacks_segsz = !dp_packet_get_tso_segsz(packet);
#endif
#if VKERNEL_HAVE_DP_PACKET_OL_SET_L4_CSUM_PARTIAL
    if (flags & RTE_MBUF_F_TX_TUNNEL_MASK) {
        marks->is_tunnel = true;
        marks->outer = (struct vkernel_compat_level) {
            .l3_ofs = packet->l3_ofs,
            .l4_ofs = packet->l4_ofs,
            .l4_proto = flags & RTE_MBUF_F_TX_OUTER_UDP_CKSUM
                        ? IPPROTO_UDP : 0,
            .has_ip_csum = flags & RTE_MBUF_F_TX_OUTER_IP_CKSUM,
            .has_l4_csum = flags & RTE_MBUF_F_TX_OUTER_UDP_CKSUM,
        };
        marks->inner.l3_ofs = packet->inner_l3_ofs;
        marks->inner.l4_ofs = packet->inner_l4_ofs;
    }
#endif
#endif
}

/* Makes the offsets and the protocol that 'marks' have of the innermost
 * headers those of 'packet'. */
static inline void
vkernel_compat_set_inner(struct dp_packet *packet,
                         const struct vkernel_compat_marks *marks)
{
    const struct vkernel_compat_level *level = &marks->inner;
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    uint32_t proto = (level->l4_proto == IPPROTO_TCP
                      ? DP_PACKET_OL_L4_PROTO_TCP
                      : level->l4_proto == IPPROTO_UDP
                      ? DP_PACKET_OL_L4_PROTO_UDP
                      : level->l4_proto == IPPROTO_SCTP
                      ? DP_PACKET_OL_L4_PROTO_MASK : 0);
    int shift = marks->is_tunnel ? DP_PACKET_OL_SHIFT_COUNT : 0;

    packet->offloads &= ~((uint32_t) DP_PACKET_OL_L4_PROTO_MASK << shift);
    packet->offloads |= proto << shift;
#endif
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS \
    || VKERNEL_HAVE_DP_PACKET_OL_SET_L4_CSUM_PARTIAL
    if (marks->is_tunnel) {
        packet->inner_l3_ofs = level->l3_ofs;
        packet->inner_l4_ofs = level->l4_ofs;
        return;
    }
#endif
    packet->l3_ofs = level->l3_ofs;
    packet->l4_ofs = level->l4_ofs;
}

/* Gives 'packet' marks that can be anything, from 'bits', for tests. */
static inline void
vkernel_compat_set_any_marks(struct dp_packet *packet, uint32_t bits)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    packet->offloads = bits;
#else
    *dp_packet_ol_flags_ptr(packet) = ((uint64_t) bits << 32
                                       & RTE_MBUF_F_TX_OFFLOAD_MASK);
#endif
}

/* Leaves nothing to do for 'packet'. */
static inline void
vkernel_compat_clear_marks(struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    packet->offloads = 0;
    dp_packet_set_tso_segsz(packet, 0);
#else
    *dp_packet_ol_flags_ptr(packet) &= ~(RTE_MBUF_F_TX_OFFLOAD_MASK
                                         | RTE_MBUF_F_RX_L4_CKSUM_MASK);
#endif
}

/* Leaves nothing to do for what is in the tunnel of 'packet'. */
static inline void
vkernel_compat_clear_inner_marks(struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    packet->offloads &= ~(DP_PACKET_OL_INNER_IP_CKSUM_MASK
                          | DP_PACKET_OL_INNER_L4_CKSUM_MASK);
    dp_packet_set_tso_segsz(packet, 0);
#else
    *dp_packet_ol_flags_ptr(packet) &= ~(RTE_MBUF_F_TX_IP_CKSUM
                                         | RTE_MBUF_F_TX_L4_MASK
                                         | RTE_MBUF_F_TX_TCP_SEG);
#endif
}

/* Leaves 'packet' whole, its checksum still to be completed. */
static inline void
vkernel_compat_clear_tso(struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    dp_packet_set_tso_segsz(packet, 0);
#else
    *dp_packet_ol_flags_ptr(packet) &= ~RTE_MBUF_F_TX_TCP_SEG;
#endif
}

/* Returns true if 'packet' is to be cut into TCP segments. */
static inline bool
vkernel_compat_is_tso(const struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    return dp_packet_get_tso_segsz(packet);
#else
    return dp_packet_hwol_is_tso(packet);
#endif
}

/* Returns what is left to do for 'packet' as flags of RTE_MBUF_F_TX_*: one of
 * those in RTE_MBUF_F_TX_L4_MASK, and RTE_MBUF_F_TX_TCP_SEG; 0 if it is
 * complete. */
static inline uint64_t
vkernel_compat_get_tx_flags(const struct dp_packet *packet)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    uint64_t flags = 0;

    if (dp_packet_l4_checksum_partial(packet)) {
        flags = (dp_packet_l4_proto_tcp(packet) ? RTE_MBUF_F_TX_TCP_CKSUM
                 : dp_packet_l4_proto_udp(packet) ? RTE_MBUF_F_TX_UDP_CKSUM
                 : RTE_MBUF_F_TX_SCTP_CKSUM);
    }
    return flags | (dp_packet_get_tso_segsz(packet)
                    ? RTE_MBUF_F_TX_TCP_SEG : 0);
#else
    return (*dp_packet_ol_flags_ptr(packet)
            & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG));
#endif
}

/* Returns the size of segments of 'packet', or 0 if it is not known.  Open
 * vSwitch 3.1 neither sets nor copies it, so in a packet in memory of its own
 * it is what was there before: see VKERNEL_COMPAT_SEGSZ_MARK. */
static inline uint16_t
vkernel_compat_get_segment_size(const struct dp_packet *packet)
{
#if !VKERNEL_HAVE_DP_PACKET_SET_TSO_SEGSZ
    if (packet->source != DPBUF_DPDK) {
        uint64_t id = ntohll(packet->md.tunnel.tun_id);

        return (dp_packet_hwol_is_tso(packet)
                && !flow_tnl_dst_is_set(&packet->md.tunnel)
                && (id & ~VKERNEL_COMPAT_SEGSZ_MASK)
                   == VKERNEL_COMPAT_SEGSZ_MARK
                ? id & VKERNEL_COMPAT_SEGSZ_MASK : 0);
    }
#endif
    return packet->mbuf.tso_segsz;
}

/* Copies what is left to do for 'src', from wherever it comes, to 'dst', whose
 * mbuf is new. */
static inline void
vkernel_compat_copy_offloads(struct dp_packet *dst,
                             const struct dp_packet *src)
{
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    dst->offloads = src->offloads;
#else
    dst->mbuf.ol_flags = *dp_packet_ol_flags_ptr(src)
                         & RTE_MBUF_F_TX_OFFLOAD_MASK;
#endif
    dst->mbuf.tso_segsz = vkernel_compat_get_segment_size(src);
}

#endif /* vkernel-compat.h */
