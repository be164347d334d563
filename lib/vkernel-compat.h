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
#include "vkernel-probes.h"

/* The most queue pairs that the driver accepts in its "queues" argument.  It
 * exports no name for this limit: 8 up to DPDK 22.11, 128 after (the driver's
 * VIRTIO_MAX_VIRTQUEUE_PAIRS). */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define VKERNEL_MAX_QUEUES 128
#else
#define VKERNEL_MAX_QUEUES 8
#endif

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
    packet->mbuf.tso_segsz = 0;
#endif
}

/* Open vSwitch's words for offloads.  Up to 3.5 they are flags of the mbuf,
 * the same ones as DPDK's for transmission, and say what is left to do. */

/* Marks 'packet', just received, as one whose checksum of 'l4_proto',
 * IPPROTO_TCP or IPPROTO_UDP, is that of the pseudo-header only.
 *
 * Its sender vouches for the rest, so it is marked as good, too, or else the
 * end of a tunnel would add up the checksum of the outer packet and drop
 * it. */
static inline void
vkernel_compat_mark_partial(struct dp_packet *packet, bool is_ipv4,
                            uint8_t l4_proto)
{
    if (is_ipv4) {
        dp_packet_hwol_set_tx_ipv4(packet);
    } else {
        dp_packet_hwol_set_tx_ipv6(packet);
    }
    if (l4_proto == IPPROTO_TCP) {
        dp_packet_hwol_set_csum_tcp(packet);
    } else {
        dp_packet_hwol_set_csum_udp(packet);
    }
    *dp_packet_ol_flags_ptr(packet) |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}

/* Marks 'packet', which vkernel_compat_mark_partial() was called for, as one
 * to be cut into TCP segments, the size of which is in its mbuf. */
static inline void
vkernel_compat_mark_tso(struct dp_packet *packet)
{
    dp_packet_hwol_set_tcp_seg(packet);
}

/* Returns what is left to do for 'packet' as flags of RTE_MBUF_F_TX_*: one of
 * RTE_MBUF_F_TX_IPV4 and RTE_MBUF_F_TX_IPV6, one of those in
 * RTE_MBUF_F_TX_L4_MASK, and RTE_MBUF_F_TX_TCP_SEG; 0 if it is complete. */
static inline uint64_t
vkernel_compat_get_tx_flags(const struct dp_packet *packet)
{
    uint64_t flags = *dp_packet_ol_flags_ptr(packet);

    return flags & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG)
           ? flags & (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG
                      | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6)
           : 0;
}

/* Returns true if 'packet' is to be cut into TCP segments. */
static inline bool
vkernel_compat_is_tso(const struct dp_packet *packet)
{
    return dp_packet_hwol_is_tso(packet);
}

/* Copies what is left to do for 'src', from wherever it comes, to 'dst', whose
 * mbuf is new. */
static inline void
vkernel_compat_copy_offloads(struct dp_packet *dst,
                             const struct dp_packet *src)
{
    dst->mbuf.ol_flags = *dp_packet_ol_flags_ptr(src)
                         & RTE_MBUF_F_TX_OFFLOAD_MASK;
    dst->mbuf.tso_segsz = src->mbuf.tso_segsz;
}

#endif /* vkernel-compat.h */
