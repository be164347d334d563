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

#include "fuzz-packet.h"

#include <netinet/in.h>
#include <rte_mbuf.h>
#include <rte_net.h>
#include <stdlib.h>
#include <string.h>

#include "dp-packet.h"
#include "fuzz.h"
#include "packets.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-offload.h"

void
fuzz_packet_init(struct dp_packet *packet, const void *data, size_t size)
{
    /* A frame in an mbuf begins at a multiple of 16, but for OVS's pushes and
     * pops, which leave two bytes of alignment. */
    memset(packet, 0, sizeof *packet);
    dp_packet_use_stub(packet, fuzz_guard(data, size, 16), size);
    dp_packet_set_size(packet, size);
    packet->mbuf.nb_segs = 1;
    /* What the last user has left. */
    packet->mbuf.tso_segsz = 4711;
    packet->mbuf.hash.usr = UINT32_MAX;
    vkernel_compat_init_rx_packet(packet);
}

static unsigned int
get_be16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

/* Steps over the extension headers of IPv6 in the first 'size' bytes of
 * 'data', from 'h->l4_ofs' on. */
static void
parse_extensions(const uint8_t *data, size_t size, struct fuzz_headers *h)
{
    while (h->l4_ofs + 8 <= size) {
        const uint8_t *ext = data + h->l4_ofs;

        switch (h->proto) {
        case IPPROTO_HOPOPTS:
        case IPPROTO_ROUTING:
        case IPPROTO_DSTOPTS:
            h->l4_ofs += (ext[1] + 1) * 8;
            break;
        case IPPROTO_AH:
            h->l4_ofs += (ext[1] + 2) * 4;
            break;
        case IPPROTO_FRAGMENT:
            /* The whole packet in one fragment is none: RFC 6946. */
            h->is_fragment |= (get_be16(ext + 2) & 0xfff9) != 0;
            h->l4_ofs += 8;
            break;
        default:
            return;
        }
        h->proto = ext[0];
    }
}

bool
fuzz_packet_parse(const struct dp_packet *packet, struct fuzz_headers *h)
{
    const uint8_t *data = dp_packet_data(packet);
    size_t size = dp_packet_size(packet);
    size_t ofs = 2 * ETH_ADDR_LEN;
    unsigned int type;

    memset(h, 0, sizeof *h);
    while (ofs + VLAN_HEADER_LEN <= size
           && ((type = get_be16(data + ofs)) == ETH_TYPE_VLAN_8021Q
               || type == ETH_TYPE_VLAN_8021AD)) {
        ofs += VLAN_HEADER_LEN;
    }
    if (ofs + 2 > size) {
        return false;
    }
    type = get_be16(data + ofs);
    ofs += 2;
    h->l3_ofs = ofs;
    h->is_encapsulated = (type == ETH_TYPE_MPLS || type == ETH_TYPE_NSH
                          || type == ETH_TYPE_MPLS_MCAST);
    if (type == ETH_TYPE_IP && ofs + IP_HEADER_LEN <= size) {
        h->is_ipv4 = true;
        h->proto = data[ofs + 9];
        h->is_fragment = get_be16(data + ofs + 6) & 0x3fff;
        h->l4_ofs = ofs + (data[ofs] & 15) * 4;
        h->end = ofs + get_be16(data + ofs + 2);
        return (data[ofs] >= 0x45 && data[ofs] <= 0x4f && h->end <= size
                && h->l4_ofs <= h->end);
    } else if (type == ETH_TYPE_IPV6 && ofs + IPV6_HEADER_LEN <= size) {
        h->proto = data[ofs + 6];
        h->l4_ofs = ofs + IPV6_HEADER_LEN;
        h->end = h->l4_ofs + get_be16(data + ofs + 4);
        parse_extensions(data, MIN(size, h->end), h);
        return data[ofs] >> 4 == 6 && h->end <= size && h->l4_ofs <= h->end;
    }
    return false;
}

bool
fuzz_packet_is_tcp_with_data(const struct dp_packet *packet,
                             const struct fuzz_headers *h)
{
    const uint8_t *tcp = (uint8_t *) dp_packet_data(packet) + h->l4_ofs;
    size_t header_len;

    if (h->proto != IPPROTO_TCP || h->is_fragment
        || h->l4_ofs + TCP_HEADER_LEN > h->end) {
        return false;
    }
    header_len = (tcp[12] >> 4) * 4;
    return (header_len >= TCP_HEADER_LEN
            && h->l4_ofs + header_len < h->end);
}

/* Checks that 'mbuf', after vkernel_offload_tx(), asks for nothing outside of
 * the frame.  Returns where its checksum field is, or 0 if nothing is asked
 * for. */
static size_t
check_request(const struct rte_mbuf *mbuf, int mtu)
{
    uint64_t flags = mbuf->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK;
    size_t l4_ofs = mbuf->l2_len + mbuf->l3_len;
    uint64_t l4 = flags & RTE_MBUF_F_TX_L4_MASK;
    size_t size = rte_pktmbuf_data_len(mbuf);

    if (!flags) {
        return 0;
    }
    ovs_assert(l4 == RTE_MBUF_F_TX_TCP_CKSUM || l4 == RTE_MBUF_F_TX_UDP_CKSUM);
    ovs_assert(!(flags & RTE_MBUF_F_TX_IPV4) != !(flags & RTE_MBUF_F_TX_IPV6));
    /* With this one the driver would zero IPv4's checksum. */
    ovs_assert(!(flags & (RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TUNNEL_MASK
                          | RTE_MBUF_F_TX_OUTER_IP_CKSUM)));
    ovs_assert(!mbuf->outer_l2_len && !mbuf->outer_l3_len);
    ovs_assert(mbuf->l3_len >= (flags & RTE_MBUF_F_TX_IPV4 ? IP_HEADER_LEN
                                                           : IPV6_HEADER_LEN));
    ovs_assert(l4_ofs + mbuf->l4_len <= size);
    if (flags & RTE_MBUF_F_TX_TCP_SEG) {
        ovs_assert(l4 == RTE_MBUF_F_TX_TCP_CKSUM);
        ovs_assert(mbuf->tso_segsz
                   && mbuf->l3_len + mbuf->l4_len + mbuf->tso_segsz <= mtu);
    }
    if (l4 == RTE_MBUF_F_TX_UDP_CKSUM) {
        ovs_assert(mbuf->l4_len == UDP_HEADER_LEN);
        return l4_ofs + offsetof(struct udp_header, udp_csum);
    }
    ovs_assert(mbuf->l4_len >= TCP_HEADER_LEN);
    return l4_ofs + offsetof(struct tcp_header, tcp_csum);
}

/* Checks that the first 'size' bytes at 'before' and 'after' differ in the
 * checksum fields that 'h' leads to at most. */
static void
check_changes(const uint8_t *before, const uint8_t *after, size_t size,
              const struct fuzz_headers *h)
{
    size_t csum_ofs = h->l4_ofs + (h->proto == IPPROTO_UDP
                                   ? offsetof(struct udp_header, udp_csum)
                                   : offsetof(struct tcp_header, tcp_csum));

    for (size_t i = 0; i < size; i++) {
        if (before[i] != after[i]) {
            ovs_assert(h->l4_ofs);
            ovs_assert((i >= csum_ofs && i < csum_ofs + 2)
                       || (h->is_ipv4 && i >= h->l3_ofs + 10
                           && i < h->l3_ofs + 12));
        }
    }
}

/* Are the offsets of 'packet' unknown, or those of its bytes?  Open vSwitch
 * gives no others; whatever they are, nothing outside of the frame may be
 * touched. */
static bool
has_true_offsets(const struct dp_packet *packet, bool is_ip,
                 const struct fuzz_headers *h)
{
    return (packet->l3_ofs == UINT16_MAX || packet->l4_ofs == UINT16_MAX
            || (is_ip && packet->l3_ofs == h->l3_ofs
                && packet->l4_ofs == h->l4_ofs));
}

void
fuzz_packet_send(struct dp_packet *packet, int mtu)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    size_t size = dp_packet_size(packet);
    uint8_t *before = xmemdup(dp_packet_data(packet), size);
    enum vkernel_tx_drop drop = VKERNEL_N_TX_DROPS;
    struct fuzz_headers h;
    bool is_ip, is_true, ok;

    is_ip = fuzz_packet_parse(packet, &h);
    is_true = !h.is_encapsulated && has_true_offsets(packet, is_ip, &h);
    ok = vkernel_offload_tx(packet, mtu, &drop);
    /* Padding may go. */
    ovs_assert(dp_packet_size(packet) == size || !is_true
               || (is_ip && dp_packet_size(packet) == h.end));
    if (!ok) {
        ovs_assert(drop < VKERNEL_N_TX_DROPS);
    } else {
        size_t csum_ofs = check_request(mbuf, mtu);

        /* What the driver does. */
        ovs_assert(!rte_net_intel_cksum_prepare(mbuf));
        if (csum_ofs && vkernel_offload_tx_is_unfinished(mbuf)) {
            vkernel_offload_tx_finish(mbuf);
        }
        if (is_true) {
            check_changes(before, dp_packet_data(packet),
                          dp_packet_size(packet), &h);
        }
    }
    free(before);
}
