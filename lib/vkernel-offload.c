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

#include "vkernel-offload.h"

#include <netinet/in.h>
#include <netinet/ip6.h>
#include <rte_mbuf.h>
#include <rte_net.h>

#include "csum.h"
#include "dp-packet.h"
#include "packets.h"
#include "unaligned.h"
#include "vkernel-compat.h"

/* In the field hash.usr of a packet to send, which nobody reads any more: what
 * its checksum field must hold, if this flag is set. */
#define HAS_CSUM (1u << 16)

void
vkernel_offload_rx(struct dp_packet *packet)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    uint64_t flags = mbuf->ol_flags;
    uint32_t type = mbuf->packet_type;
    uint32_t l4_type = type & RTE_PTYPE_L4_MASK;

    /* "None" is both bits of the mask: nothing is known of the checksum, or,
     * as virtio has it, it is known to be incomplete. */
    if ((flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE) {
        mbuf->ol_flags &= ~RTE_MBUF_F_RX_L4_CKSUM_MASK;
        if (l4_type == RTE_PTYPE_L4_TCP || l4_type == RTE_PTYPE_L4_UDP) {
            vkernel_compat_mark_partial(packet, RTE_ETH_IS_IPV4_HDR(type),
                                        (l4_type == RTE_PTYPE_L4_TCP
                                         ? IPPROTO_TCP : IPPROTO_UDP));
        }
    } else if (flags & RTE_MBUF_F_RX_L4_CKSUM_GOOD) {
        vkernel_compat_mark_good(packet);
    }
    if (flags & RTE_MBUF_F_RX_LRO) {
        mbuf->ol_flags &= ~RTE_MBUF_F_RX_LRO;
        vkernel_compat_mark_tso(packet);
    } else {
        /* The last user of the buffer may have left one. */
        mbuf->tso_segsz = 0;
    }
}

/* Sets the lengths of the headers in 'packet', by its offsets, or, if those
 * are not known, by looking, and adds the network protocol to '*flags'.
 * Returns false if the packet ends before, or an mbuf has no room for them. */
static bool
set_header_lengths(struct dp_packet *packet, uint64_t *flags)
{
    const uint8_t *data = dp_packet_data(packet);
    struct rte_mbuf *mbuf = &packet->mbuf;
    unsigned int l2_len, l3_len;

    if (packet->l3_ofs != UINT16_MAX && packet->l4_ofs != UINT16_MAX) {
        l2_len = packet->l3_ofs;
        l3_len = packet->l4_ofs - packet->l3_ofs;
    } else {
        struct rte_net_hdr_lens lens;

        rte_net_get_ptype(mbuf, &lens, RTE_PTYPE_ALL_MASK);
        l2_len = lens.l2_len;
        l3_len = lens.l3_len;
    }
    mbuf->l2_len = l2_len;
    mbuf->l3_len = l3_len;
    if (mbuf->l2_len != l2_len || mbuf->l3_len != l3_len
        || l2_len >= rte_pktmbuf_data_len(mbuf)) {
        return false;
    }
    *flags |= (IP_VER(data[l2_len]) == 4 ? RTE_MBUF_F_TX_IPV4
                                         : RTE_MBUF_F_TX_IPV6);
    return true;
}

/* Returns true if 'flags', of RTE_MBUF_F_TX_*, ask for UDP's checksum. */
static bool
wants_udp_csum(uint64_t flags)
{
    return (flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_UDP_CKSUM;
}

/* Returns the checksum field of 'mbuf', whose header lengths and flags are
 * set. */
static ovs_be16 *
get_csum_field(const struct rte_mbuf *mbuf)
{
    return rte_pktmbuf_mtod_offset(mbuf, ovs_be16 *,
                                   mbuf->l2_len + mbuf->l3_len
                                   + (wants_udp_csum(mbuf->ol_flags)
                                      ? offsetof(struct udp_header, udp_csum)
                                      : offsetof(struct tcp_header,
                                                 tcp_csum)));
}

/* Checks the headers of 'mbuf', and sets the length of that of TCP or UDP.
 * Returns false if there are none that fit 'flags'. */
static bool
check_headers(struct rte_mbuf *mbuf, uint64_t flags)
{
    size_t l4_ofs = mbuf->l2_len + mbuf->l3_len;
    size_t size = rte_pktmbuf_data_len(mbuf);
    bool is_tcp = flags & RTE_MBUF_F_TX_TCP_SEG
                  || ((flags & RTE_MBUF_F_TX_L4_MASK)
                      == RTE_MBUF_F_TX_TCP_CKSUM);

    if (mbuf->l3_len < (flags & RTE_MBUF_F_TX_IPV4 ? IP_HEADER_LEN
                                                   : IPV6_HEADER_LEN)) {
        return false;
    }
    if (is_tcp) {
        const struct tcp_header *tcp;

        if (l4_ofs + TCP_HEADER_LEN > size) {
            return false;
        }
        tcp = rte_pktmbuf_mtod_offset(mbuf, struct tcp_header *, l4_ofs);
        mbuf->l4_len = TCP_OFFSET(tcp->tcp_ctl) * 4;
        return mbuf->l4_len >= TCP_HEADER_LEN && l4_ofs + mbuf->l4_len <= size;
    }
    mbuf->l4_len = UDP_HEADER_LEN;
    return wants_udp_csum(flags) && l4_ofs + UDP_HEADER_LEN <= size;
}

/* Sets the size of the segments to be made of 'mbuf': what its sender said, or
 * else what the MTU allows.  Returns false if they do not fit the MTU. */
static bool
set_segment_size(struct rte_mbuf *mbuf, int mtu)
{
    int max_size = mtu - mbuf->l3_len - mbuf->l4_len;

    if (!mbuf->tso_segsz) {
        mbuf->tso_segsz = MAX(max_size, 0);
    }
    return mbuf->tso_segsz && mbuf->tso_segsz <= max_size;
}

/* Returns the sum of the pseudo-header of 'packet', which is IPv6 with
 * extension headers. */
static ovs_be16
get_pseudoheader6_sum(struct dp_packet *packet)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    const struct ovs_16aligned_ip6_hdr *ip6
        = rte_pktmbuf_mtod_offset(mbuf, void *, mbuf->l2_len);
    uint8_t next_header = 0;
    bool first_frag = false;
    uint32_t sum;

    if (packet->l4_ofs != UINT16_MAX
        && packet_rh_present(packet, &next_header, &first_frag)) {
        /* Its last destination counts, which its sender knew. */
        return get_unaligned_be16(get_csum_field(mbuf));
    }
    sum = csum_continue(0, &ip6->ip6_src, sizeof ip6->ip6_src);
    sum = csum_continue(sum, &ip6->ip6_dst, sizeof ip6->ip6_dst);
    sum = csum_add16(sum, htons(wants_udp_csum(mbuf->ol_flags)
                                ? IPPROTO_UDP : IPPROTO_TCP));
    sum = csum_add16(sum, htons(ntohs(ip6->ip6_plen)
                                - (mbuf->l3_len - IPV6_HEADER_LEN)));
    return ~csum_finish(sum);
}

/* Prepares the network header of 'packet' where the driver does not, or not
 * rightly. */
static void
prepare_network_header(struct dp_packet *packet)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    void *l3 = rte_pktmbuf_mtod_offset(mbuf, void *, mbuf->l2_len);

    if (mbuf->ol_flags & RTE_MBUF_F_TX_IPV4) {
        /* Conntrack does not update it in a packet with these marks, virtio
         * has no such offload, and with RTE_MBUF_F_TX_IP_CKSUM the driver
         * would zero it. */
        struct ip_header *ip = l3;

        ip->ip_csum = 0;
        ip->ip_csum = csum(ip, mbuf->l3_len);
    } else if (mbuf->l3_len > IPV6_HEADER_LEN) {
        /* DPDK takes it that TCP or UDP follows the header of IPv6 at once,
         * and would sum up the wrong protocol and length. */
        mbuf->hash.usr = HAS_CSUM | (OVS_FORCE uint16_t)
                         get_pseudoheader6_sum(packet);
    }
}

bool
vkernel_offload_tx(struct dp_packet *packet, int mtu,
                   enum vkernel_tx_drop *drop)
{
    uint64_t flags = vkernel_compat_get_tx_flags(packet);
    struct rte_mbuf *mbuf = &packet->mbuf;

    mbuf->hash.usr = 0;
    mbuf->ol_flags &= ~RTE_MBUF_F_TX_OFFLOAD_MASK;
    if (!flags) {
        return true;
    }

    if (!set_header_lengths(packet, &flags)
        || !check_headers(mbuf, flags)) {
        *drop = VKERNEL_DROP_TX_OFFLOAD;
        return false;
    }
    mbuf->outer_l2_len = 0;
    mbuf->outer_l3_len = 0;
    if (flags & RTE_MBUF_F_TX_TCP_SEG) {
        flags |= RTE_MBUF_F_TX_TCP_CKSUM;
        if (!set_segment_size(mbuf, mtu)) {
            *drop = VKERNEL_DROP_TX_SEGMENT_TOO_BIG;
            return false;
        }
    }
    mbuf->ol_flags |= flags;
    prepare_network_header(packet);
    return true;
}

bool
vkernel_offload_tx_is_unfinished(const struct rte_mbuf *mbuf)
{
    return mbuf->hash.usr & HAS_CSUM;
}

void
vkernel_offload_tx_finish(struct rte_mbuf *mbuf)
{
    put_unaligned_be16(get_csum_field(mbuf),
                       (OVS_FORCE ovs_be16) (uint16_t) mbuf->hash.usr);
}
