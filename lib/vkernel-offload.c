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

#include "csum.h"
#include "dp-packet.h"
#include "flow.h"
#include "packets.h"
#include "unaligned.h"
#include "vkernel-compat.h"
#include "vkernel-csum.h"
#include "vkernel-headers.h"

/* The least bytes of a TCP segment of a large frame: what Linux leaves of the
 * least MSS that it takes from a peer, 48, when all 40 bytes of options are
 * used. */
#define MIN_SEGMENT_SIZE 8

/* The most segments of a frame: 64 KiB of those of an MSS of 48 with time
 * stamps, and some.  Whoever has to cut a frame makes a packet of each. */
#define MAX_SEGMENTS 2048

/* The most segments that are shorter than MIN_SEGMENT_SIZE: Linux's GRO makes
 * a frame of a few such ones, as of two keystrokes. */
#define MAX_SHORT_SEGMENTS 16

/* The most bytes of the headers of Ethernet and of IP that the 7 and 9 bits of
 * an mbuf's "l2_len" and "l3_len" can say. */
#define MAX_L2_LEN 127
#define MAX_L3_LEN 511

/* Returns true if Open vSwitch finds TCP or UDP in the packet of 'size' bytes
 * with the headers 'h', and, where it completes checksums, does so rightly: it
 * looks at so many tags only, and takes what is behind the header of IPv6 for
 * the protocol. */
static bool
can_be_completed(const struct vkernel_headers *h, size_t size)
{
    return (h->n_tags <= flow_vlan_limit && !h->has_extensions
            && h->end == size);
}

/* Marks 'packet', just received, which has 'payload' bytes of payload, as one
 * whose checksum of 'l4_proto' is left to do, and, with 'is_tso', that is to
 * be cut to segments.  Returns false if there can be no such segments. */
static inline bool
mark(struct dp_packet *packet, bool is_ipv4, uint8_t l4_proto, size_t payload,
     bool is_tso)
{
    size_t segsz = packet->mbuf.tso_segsz;

    if (is_tso) {
        size_t max_segments = (OVS_LIKELY(segsz >= MIN_SEGMENT_SIZE)
                               ? MAX_SEGMENTS : MAX_SHORT_SEGMENTS);

        if (OVS_UNLIKELY(!payload || payload > segsz * max_segments)) {
            return false;
        }
        /* A single segment is none to be cut. */
        is_tso = payload > segsz;
    }
    vkernel_compat_mark_partial(packet, is_ipv4, l4_proto);
    if (is_tso) {
        vkernel_compat_mark_tso(packet);
    } else {
        /* The last user of the buffer may have left one. */
        packet->mbuf.tso_segsz = 0;
    }
    return true;
}

/* Does what vkernel_offload_rx() does with a 'packet' that claims an offload,
 * TSO if 'is_tso' is true.  Not inlined: it would cost others, too. */
static __rte_noinline bool
take_claims(struct dp_packet *packet, bool is_tso)
{
    uint8_t *data = dp_packet_data(packet);
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;
    size_t l4_len, payload;

    if (OVS_UNLIKELY(vkernel_headers_find(data, size, &h)
                     != VKERNEL_HEADERS_FOUND
                     || h.end > size || h.is_fragment || h.n_labels
                     || h.is_encapsulated)) {
        return false;
    }
    l4_len = vkernel_headers_get_l4_len(data, h.l4_ofs, h.end, h.l4_proto);
    if (OVS_UNLIKELY(!l4_len
                     || (h.l4_proto == IPPROTO_UDP
                         && vkernel_headers_read_be16(data + h.l4_ofs + 4)
                            != h.end - h.l4_ofs))) {
        /* Whoever completes the checksum takes UDP's length from IP, and
         * whoever checks it from UDP. */
        return false;
    }
    payload = h.end - h.l4_ofs - l4_len;
    if (is_tso) {
        if (OVS_UNLIKELY(h.l4_proto != IPPROTO_TCP || h.end != size
                         || h.l3_ofs > MAX_L2_LEN
                         || h.l4_ofs - h.l3_ofs > MAX_L3_LEN
                         || (h.is_routed && !(packet->mbuf.packet_type
                                              & RTE_PTYPE_L4_MASK)))) {
            /* Nobody can be asked to cut a frame with longer headers.  And
             * where the driver finds no TCP it takes the sum of the whole
             * frame, and overwrites the one that only the sender of a routing
             * header could know. */
            return false;
        }
    } else if (OVS_UNLIKELY(!can_be_completed(&h, size))) {
        packet->mbuf.tso_segsz = 0;
        vkernel_csum_complete(data, &h);
        return true;
    }
    return mark(packet, h.is_ipv4, h.l4_proto, payload, is_tso);
}

/* Returns true if the four bytes at 'p' are those of 'value', but for the bits
 * that are not in 'mask'. */
static inline bool
matches(const uint8_t *p, uint32_t value, uint32_t mask)
{
    return ((vkernel_csum_load32(p) & (OVS_FORCE uint32_t) htonl(mask))
            == (OVS_FORCE uint32_t) htonl(value));
}

/* Returns true if the header of IPv4 at 'ip' has no options, and is that of a
 * whole packet of TCP with 'len' bytes. */
static inline bool
is_plain_ipv4_tcp(const uint8_t *ip, size_t len)
{
    /* Its identification may be anything, and so may "do not fragment", and
     * the time to live. */
    return (ip[0] == 0x45
            && matches(ip + 6, IPPROTO_TCP,
                       (IP_MORE_FRAGMENTS | IP_FRAG_OFF_MASK) << 16 | 0xff)
            && vkernel_headers_read_be16(ip + 2) == len);
}

/* Returns true if the 'size' bytes at 'data' are what most frames are: TCP
 * over IPv4, without a tag, options of IPv4, and padding.  Stores the number
 * of bytes of payload into '*payload'. */
static inline bool
is_plain_tcp(const uint8_t *data, size_t size, size_t *payload)
{
    const uint8_t *ip = data + ETH_HEADER_LEN;
    size_t tcp_len, max_len;

    if (size < ETH_HEADER_LEN + IP_HEADER_LEN + TCP_HEADER_LEN
        || !matches(ip - 2, ETH_TYPE_IP << 16 | 0x4500, 0xffffff00)
        || !is_plain_ipv4_tcp(ip, size - ETH_HEADER_LEN)) {
        return false;
    }
    tcp_len = (ip[IP_HEADER_LEN + 12] & 0xf0) >> 2;
    max_len = size - ETH_HEADER_LEN - IP_HEADER_LEN;
    *payload = max_len - tcp_len;
    return tcp_len >= TCP_HEADER_LEN && tcp_len <= max_len;
}

bool
vkernel_offload_rx(struct dp_packet *packet)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    uint64_t flags = mbuf->ol_flags;

    /* "None" is both bits of the mask: nothing is known of the checksum, or,
     * as virtio has it, it is known to be incomplete. */
    if ((flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE
        || flags & RTE_MBUF_F_RX_LRO) {
        bool is_tso = flags & RTE_MBUF_F_RX_LRO;
        size_t payload;

        mbuf->ol_flags &= ~(RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO);
        if (OVS_LIKELY(is_plain_tcp(rte_pktmbuf_mtod(mbuf, uint8_t *),
                                    dp_packet_size(packet), &payload))) {
            return mark(packet, true, IPPROTO_TCP, payload, is_tso);
        }
        return take_claims(packet, is_tso);
    }
    if (flags & RTE_MBUF_F_RX_L4_CKSUM_GOOD) {
        vkernel_compat_mark_good(packet);
    }
    /* The last user of the buffer may have left one. */
    mbuf->tso_segsz = 0;
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

/* Finds the headers of 'packet': by its offsets or, if those are not known or
 * lead past extension headers, by looking. */
static inline enum vkernel_headers_result
find_headers(const struct dp_packet *packet, struct vkernel_headers *h)
{
    const uint8_t *data = dp_packet_data(packet);
    size_t size = dp_packet_size(packet);
    size_t l3_ofs = packet->l3_ofs;
    size_t l4_ofs = packet->l4_ofs;

    /* An offset that is not known is more than any size. */
    if (OVS_LIKELY(l3_ofs + IP_HEADER_LEN <= size && l4_ofs <= size)) {
        bool is_ipv4 = IP_VER(data[l3_ofs]) == 4;

        if (OVS_LIKELY(is_ipv4 ? l4_ofs >= l3_ofs + IP_HEADER_LEN
                       : l4_ofs == l3_ofs + IPV6_HEADER_LEN)) {
            *h = (struct vkernel_headers) {
                .l3_ofs = l3_ofs,
                .l4_ofs = l4_ofs,
                .end = vkernel_headers_get_end(data, size, l3_ofs),
                .l4_proto = data[l3_ofs + (is_ipv4 ? 9 : 6)],
                .is_ipv4 = is_ipv4,
            };
            return VKERNEL_HEADERS_FOUND;
        }
    }
    return vkernel_headers_find(data, size, h);
}

/* Returns the length of the header of TCP or UDP in 'packet', whose headers
 * are 'h', or 0 if it does not fit 'flags'. */
static inline size_t
check_headers(const struct dp_packet *packet, uint64_t flags,
              const struct vkernel_headers *h)
{
    uint64_t l4_flags = flags & RTE_MBUF_F_TX_L4_MASK;
    bool is_tso = (flags & RTE_MBUF_F_TX_TCP_SEG) != 0;
    bool is_udp = wants_udp_csum(flags) && !is_tso;
    bool is_tcp = (l4_flags == RTE_MBUF_F_TX_TCP_CKSUM
                   || (is_tso && !l4_flags));

    if (OVS_UNLIKELY(!(is_udp ? h->l4_proto == IPPROTO_UDP
                       : is_tcp && h->l4_proto == IPPROTO_TCP)
                     || h->is_fragment || h->l4_ofs > h->end)) {
        return 0;
    }
    return vkernel_headers_get_l4_len(dp_packet_data(packet), h->l4_ofs,
                                      h->end, h->l4_proto);
}

/* Stores the lengths of the headers 'h' into 'mbuf'.  Returns false if it has
 * no room for them. */
static bool
set_header_lengths(struct rte_mbuf *mbuf, const struct vkernel_headers *h,
                   size_t l4_len)
{
    size_t l3_len = h->l4_ofs - h->l3_ofs;

    mbuf->l2_len = h->l3_ofs;
    mbuf->l3_len = l3_len;
    mbuf->l4_len = l4_len;
    mbuf->outer_l2_len = 0;
    mbuf->outer_l3_len = 0;
    return h->l3_ofs <= MAX_L2_LEN && l3_len <= MAX_L3_LEN;
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

/* Prepares the network header of 'packet', whose headers are 'h', where the
 * driver does not, or not rightly. */
static void
prepare_network_header(struct dp_packet *packet,
                       const struct vkernel_headers *h)
{
    uint8_t *data = dp_packet_data(packet);
    struct rte_mbuf *mbuf = &packet->mbuf;

    if (h->is_ipv4) {
        /* Conntrack does not update it in a packet with these marks, virtio
         * has no such offload, and with RTE_MBUF_F_TX_IP_CKSUM the driver
         * would zero it. */
        struct ip_header *ip = ALIGNED_CAST(struct ip_header *,
                                            data + h->l3_ofs);

        ip->ip_csum = 0;
        ip->ip_csum = csum(ip, h->l4_ofs - h->l3_ofs);
    } else if (h->has_extensions) {
        /* DPDK takes it that TCP or UDP follows the header of IPv6 at once,
         * and would sum up the wrong protocol and length. */
        mbuf->hash.usr = VKERNEL_OFFLOAD_HAS_CSUM | (OVS_FORCE uint16_t)
                         (h->is_routed
                          ? get_unaligned_be16(get_csum_field(mbuf))
                          : ~csum_finish(vkernel_csum_pseudoheader(
                                             data, h, h->end - h->l4_ofs)));
    }
}

/* Does for 'packet', whose headers are 'h', what the driver has no words for:
 * they are longer than an mbuf can say, or those of a frame in another one.
 * Returns false if that is to cut it to segments. */
static bool
complete_in_software(struct dp_packet *packet, uint64_t flags,
                     const struct vkernel_headers *h)
{
    if (flags & RTE_MBUF_F_TX_TCP_SEG) {
        return false;
    }
    if (h->is_ipv4) {
        prepare_network_header(packet, h);
    }
    vkernel_csum_complete(dp_packet_data(packet), h);
    return true;
}

/* As vkernel_offload_tx(), for 'packet' with something left to do, 'flags',
 * and headers 'h', the last of which has 'l4_len' bytes. */
static bool
set_tx_offloads(struct dp_packet *packet, uint64_t flags,
                const struct vkernel_headers *h, size_t l4_len, int mtu,
                enum vkernel_tx_drop *drop)
{
    struct rte_mbuf *mbuf = &packet->mbuf;

    if (OVS_UNLIKELY(!set_header_lengths(mbuf, h, l4_len)
                     || h->is_encapsulated)) {
        *drop = VKERNEL_DROP_TX_OFFLOAD;
        return complete_in_software(packet, flags, h);
    }
    flags |= h->is_ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
    if (flags & RTE_MBUF_F_TX_TCP_SEG) {
        flags |= RTE_MBUF_F_TX_TCP_CKSUM;
        if (!set_segment_size(mbuf, mtu)) {
            *drop = VKERNEL_DROP_TX_SEGMENT_TOO_BIG;
            return false;
        }
    }
    mbuf->ol_flags |= flags;
    prepare_network_header(packet, h);
    return true;
}

/* As vkernel_offload_tx(), for 'packet' with something left to do, 'flags'. */
static __rte_noinline bool
request_offloads(struct dp_packet *packet, uint64_t flags, int mtu,
                 enum vkernel_tx_drop *drop)
{
    enum vkernel_headers_result result;
    struct vkernel_headers h;
    size_t l4_len;

    result = find_headers(packet, &h);
    if (OVS_UNLIKELY(result == VKERNEL_HEADERS_CUT
                     || (result == VKERNEL_HEADERS_FOUND
                         && h.end > dp_packet_size(packet)))) {
        /* What a checksum would be of is not there. */
        return true;
    }
    l4_len = (result == VKERNEL_HEADERS_FOUND
              ? check_headers(packet, flags, &h) : 0);
    if (OVS_UNLIKELY(!l4_len)) {
        *drop = VKERNEL_DROP_TX_OFFLOAD;
        return false;
    }
    if (OVS_UNLIKELY(h.end < dp_packet_size(packet))) {
        /* The kernel would take padding for payload. */
        dp_packet_set_size(packet, h.end);
    }
    return set_tx_offloads(packet, flags, &h, l4_len, mtu, drop);
}

/* Does what request_offloads() does if 'packet' is what most are: TCP over
 * IPv4, without options of IPv4, padding, and headers longer than an mbuf can
 * say, in segments that fit 'mtu'.  Returns false, and leaves it as it was, if
 * it is not. */
static inline bool
request_plain_tcp(struct dp_packet *packet, uint64_t flags, int mtu)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    uint8_t *data = rte_pktmbuf_mtod(mbuf, uint8_t *);
    size_t size = dp_packet_size(packet);
    size_t l3_ofs = packet->l3_ofs;
    uint8_t *ip = data + l3_ofs;
    bool is_tso = flags & RTE_MBUF_F_TX_TCP_SEG;
    size_t segsz = is_tso ? mbuf->tso_segsz : 0;
    size_t tcp_len;

    if ((flags & ~RTE_MBUF_F_TX_TCP_SEG) != RTE_MBUF_F_TX_TCP_CKSUM
        || l3_ofs > MAX_L2_LEN || packet->l4_ofs != l3_ofs + IP_HEADER_LEN
        || l3_ofs + IP_HEADER_LEN + TCP_HEADER_LEN > size
        || !is_plain_ipv4_tcp(ip, size - l3_ofs)) {
        return false;
    }
    tcp_len = (ip[IP_HEADER_LEN + 12] & 0xf0) >> 2;
    if (tcp_len < TCP_HEADER_LEN
        || l3_ofs + IP_HEADER_LEN + tcp_len > size
        || (is_tso
            && (!segsz || IP_HEADER_LEN + tcp_len + segsz > (size_t) mtu))) {
        return false;
    }
    mbuf->tx_offload = rte_mbuf_tx_offload(l3_ofs, IP_HEADER_LEN, tcp_len,
                                           segsz, 0, 0, 0);
    mbuf->ol_flags |= flags | RTE_MBUF_F_TX_IPV4;
    /* See prepare_network_header(). */
    put_unaligned_be16(ALIGNED_CAST(ovs_be16 *, ip + 10),
                       vkernel_csum_ipv4(ip));
    return true;
}

bool
vkernel_offload_tx(struct dp_packet *packet, int mtu,
                   enum vkernel_tx_drop *drop)
{
    uint64_t flags = vkernel_compat_get_tx_flags(packet);

    packet->mbuf.hash.usr = 0;
    packet->mbuf.ol_flags &= ~RTE_MBUF_F_TX_OFFLOAD_MASK;
    if (!flags || OVS_LIKELY(request_plain_tcp(packet, flags, mtu))) {
        return true;
    }
    return request_offloads(packet, flags, mtu, drop);
}

bool
vkernel_offload_tx_is_cut(const struct dp_packet *packet)
{
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;

    switch (vkernel_headers_find(dp_packet_data(packet), size, &h)) {
    case VKERNEL_HEADERS_FOUND:
        return h.end > size;
    case VKERNEL_HEADERS_CUT:
        return true;
    case VKERNEL_HEADERS_UNKNOWN:
    default:
        return false;
    }
}

void
vkernel_offload_tx_finish(struct rte_mbuf *mbuf)
{
    put_unaligned_be16(get_csum_field(mbuf),
                       (OVS_FORCE ovs_be16) (uint16_t) mbuf->hash.usr);
}
