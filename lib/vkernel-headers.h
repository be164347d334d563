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

#ifndef VKERNEL_HEADERS_H
#define VKERNEL_HEADERS_H 1

/* Where the headers of a frame are, by the frame's own bytes: the sender's
 * word for it counts for nothing here.
 *
 * Pure functions, which any thread may call without a lock.  vkernel-offload.c
 * calls them for frames with an offload left to do. */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packets.h"

/* What came of looking. */
enum vkernel_headers_result {
    VKERNEL_HEADERS_FOUND,      /* All of "struct vkernel_headers" is set. */
    VKERNEL_HEADERS_CUT,        /* The frame ends within its headers. */
    VKERNEL_HEADERS_UNKNOWN     /* They are not IP's, or not valid. */
};

/* The headers of an Ethernet frame with IPv4 or IPv6 in it.  Offsets are from
 * the start of the frame, in bytes. */
struct vkernel_headers {
    uint32_t l3_ofs;            /* Of the header of IPv4 or IPv6. */
    uint32_t l4_ofs;            /* Behind options and extension headers, at
                                 * most the size of the frame. */
    uint32_t end;               /* Of the packet by IP's length: less than the
                                 * frame's size if the frame is padded, more
                                 * if it was cut. */
    uint32_t n_tags;            /* VLAN tags, of either kind, of the outer and
                                 * of the encapsulated frame. */
    uint32_t n_labels;          /* MPLS labels behind them. */
    uint8_t l4_proto;           /* IPPROTO_* of what is at 'l4_ofs'. */
    bool is_ipv4;               /* Or else IPv6. */
    bool is_fragment;           /* Part of a packet only? */
    bool has_extensions;        /* Has IPv6 extension headers? */
    bool is_routed;             /* Is IPv6's destination not the last one? */
    bool is_encapsulated;       /* Is it in NSH, or a frame in MPLS? */
};

/* As vkernel_headers_find(). */
enum vkernel_headers_result vkernel_headers_find__(const void *frame,
                                                   size_t size,
                                                   struct vkernel_headers *);

/* Likewise, from the header of IPv4 or IPv6 at 'l3_ofs'. */
enum vkernel_headers_result vkernel_headers_find_ip(const void *frame,
                                                    size_t size, size_t l3_ofs,
                                                    struct vkernel_headers *);

static inline uint16_t
vkernel_headers_read_be16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

/* Looks for the headers of the 'size' bytes at 'frame': any number of VLAN
 * tags, of 802.1Q and of 802.1ad, MPLS labels, NSH, IPv4 with options, and
 * IPv6 with any number of hop-by-hop, routing, destination and fragment
 * headers of any length.  In NSH and MPLS there may be a frame with tags of
 * its own. */
static inline enum vkernel_headers_result
vkernel_headers_find(const void *frame, size_t size,
                     struct vkernel_headers *h)
{
    const uint8_t *ip = (const uint8_t *) frame + ETH_HEADER_LEN;
    size_t l3_len;

    if (OVS_UNLIKELY(size < ETH_HEADER_LEN + IPV6_HEADER_LEN)) {
        return vkernel_headers_find__(frame, size, h);
    }
    *h = (struct vkernel_headers) { .l3_ofs = ETH_HEADER_LEN };
    if (vkernel_headers_read_be16(ip - 2) == ETH_TYPE_IP && ip[0] == 0x45) {
        l3_len = IP_HEADER_LEN;
        h->is_ipv4 = true;
        h->end = ETH_HEADER_LEN + vkernel_headers_read_be16(ip + 2);
        h->l4_proto = ip[9];
        h->is_fragment = vkernel_headers_read_be16(ip + 6)
                         & (IP_MORE_FRAGMENTS | IP_FRAG_OFF_MASK);
    } else if (vkernel_headers_read_be16(ip - 2) == ETH_TYPE_IPV6
               && (ip[6] == IPPROTO_TCP || ip[6] == IPPROTO_UDP)
               && ip[0] >> 4 == 6) {
        l3_len = IPV6_HEADER_LEN;
        h->end = (ETH_HEADER_LEN + IPV6_HEADER_LEN
                  + vkernel_headers_read_be16(ip + 4));
        h->l4_proto = ip[6];
    } else {
        return vkernel_headers_find__(frame, size, h);
    }
    h->l4_ofs = ETH_HEADER_LEN + l3_len;
    return (OVS_LIKELY(h->l4_ofs <= h->end)
            ? VKERNEL_HEADERS_FOUND : VKERNEL_HEADERS_UNKNOWN);
}

/* Returns where the packet whose header of IPv4 or IPv6 is at 'l3_ofs' of the
 * 'size' bytes at 'frame' ends, by IP's length.  If that header is cut, the
 * result is more than 'size'. */
static inline size_t
vkernel_headers_get_end(const void *frame, size_t size, size_t l3_ofs)
{
    const uint8_t *ip = (const uint8_t *) frame + l3_ofs;

    if (OVS_UNLIKELY(l3_ofs + IP_HEADER_LEN > size)) {
        return size + 1;
    }
    return (ip[0] >> 4 == 4
            ? l3_ofs + vkernel_headers_read_be16(ip + 2)
            : l3_ofs + IPV6_HEADER_LEN + vkernel_headers_read_be16(ip + 4));
}

/* Returns the length of the header of 'l4_proto' at 'l4_ofs' of 'frame', where
 * the packet ends at 'end', or 0 if that is neither TCP nor UDP, or there is
 * no room for it. */
static inline size_t
vkernel_headers_get_l4_len(const void *frame, size_t l4_ofs, size_t end,
                           uint8_t l4_proto)
{
    const uint8_t *l4 = (const uint8_t *) frame + l4_ofs;
    size_t max_len = end - l4_ofs;

    if (OVS_LIKELY(l4_proto == IPPROTO_TCP && max_len >= TCP_HEADER_LEN)) {
        size_t len = (l4[12] >> 4) * 4;

        return len >= TCP_HEADER_LEN && len <= max_len ? len : 0;
    }
    return (l4_proto == IPPROTO_UDP && max_len >= UDP_HEADER_LEN
            ? UDP_HEADER_LEN : 0);
}

#endif /* vkernel-headers.h */
