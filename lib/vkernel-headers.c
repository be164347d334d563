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

#include "vkernel-headers.h"

#include <netinet/in.h>
#include <netinet/ip6.h>

#include "packets.h"

/* The least bytes of an IPv6 extension header, which its own count of 8 bytes
 * does not include. */
#define EXTENSION_LEN 8

/* Steps over the VLAN tags and MPLS labels of the 'size' bytes at 'frame'. */
static enum vkernel_headers_result
skip_tags(const uint8_t *frame, size_t size, struct vkernel_headers *h)
{
    size_t ofs = 2 * ETH_ADDR_LEN;
    ovs_be16 type;

    for (;;) {
        if (OVS_UNLIKELY(ofs + sizeof type > size)) {
            return VKERNEL_HEADERS_CUT;
        }
        type = htons(vkernel_headers_read_be16(frame + ofs));
        ofs += sizeof type;
        if (OVS_LIKELY(!eth_type_vlan(type))) {
            break;
        }
        ofs += VLAN_HEADER_LEN - sizeof type;
        h->n_tags++;
    }
    if (OVS_UNLIKELY(eth_type_mpls(type))) {
        bool is_last = false;

        while (!is_last) {
            if (ofs + MPLS_HLEN > size) {
                return VKERNEL_HEADERS_CUT;
            }
            is_last = frame[ofs + 2] & 1;
            ofs += MPLS_HLEN;
            h->n_labels++;
        }
    } else if (type != htons(ETH_TYPE_IP) && type != htons(ETH_TYPE_IPV6)) {
        return VKERNEL_HEADERS_UNKNOWN;
    }
    h->l3_ofs = ofs;
    h->is_ipv4 = type == htons(ETH_TYPE_IP);
    if (h->n_labels) {
        /* Nothing but the packet itself says what it is. */
        h->is_ipv4 = ofs < size && IP_VER(frame[ofs]) == 4;
    }
    return VKERNEL_HEADERS_FOUND;
}

static enum vkernel_headers_result
look_at_ipv4(const uint8_t *frame, size_t size, struct vkernel_headers *h)
{
    const uint8_t *ip = frame + h->l3_ofs;
    unsigned int header_len, total_len;

    if (OVS_UNLIKELY(h->l3_ofs + IP_HEADER_LEN > size)) {
        return VKERNEL_HEADERS_CUT;
    }
    header_len = IP_IHL(ip[0]) * 4;
    total_len = vkernel_headers_read_be16(ip + 2);
    if (OVS_UNLIKELY(IP_VER(ip[0]) != 4 || header_len < IP_HEADER_LEN
                     || total_len < header_len)) {
        return VKERNEL_HEADERS_UNKNOWN;
    }
    h->l4_ofs = h->l3_ofs + header_len;
    h->end = h->l3_ofs + total_len;
    h->l4_proto = ip[9];
    h->is_fragment = vkernel_headers_read_be16(ip + 6)
                     & (IP_MORE_FRAGMENTS | IP_FRAG_OFF_MASK);
    return (h->l4_ofs <= size ? VKERNEL_HEADERS_FOUND : VKERNEL_HEADERS_CUT);
}

/* Steps over the IPv6 extension header at 'h->l4_ofs', which has at least
 * EXTENSION_LEN bytes in the frame. */
static void
skip_extension(const uint8_t *frame, struct vkernel_headers *h)
{
    const uint8_t *header = frame + h->l4_ofs;

    h->has_extensions = true;
    if (h->l4_proto == IPPROTO_FRAGMENT) {
        if (vkernel_headers_read_be16(header + 2)
            & ntohs(IP6F_OFF_MASK | IP6F_MORE_FRAG)) {
            h->is_fragment = true;
        }
        h->l4_ofs += EXTENSION_LEN;
    } else {
        h->is_routed |= h->l4_proto == IPPROTO_ROUTING && header[3];
        h->l4_ofs += EXTENSION_LEN + header[1] * EXTENSION_LEN;
    }
    h->l4_proto = header[0];
}

static enum vkernel_headers_result
look_at_ipv6(const uint8_t *frame, size_t size, struct vkernel_headers *h)
{
    const uint8_t *ip = frame + h->l3_ofs;

    if (OVS_UNLIKELY(h->l3_ofs + IPV6_HEADER_LEN > size)) {
        return VKERNEL_HEADERS_CUT;
    }
    if (OVS_UNLIKELY(IP_VER(ip[0]) != 6)) {
        return VKERNEL_HEADERS_UNKNOWN;
    }
    h->l4_ofs = h->l3_ofs + IPV6_HEADER_LEN;
    h->end = h->l4_ofs + vkernel_headers_read_be16(ip + 4);
    h->l4_proto = ip[6];
    while (OVS_UNLIKELY(h->l4_proto == IPPROTO_HOPOPTS
                        || h->l4_proto == IPPROTO_ROUTING
                        || h->l4_proto == IPPROTO_DSTOPTS
                        || h->l4_proto == IPPROTO_FRAGMENT)) {
        if (h->l4_ofs + EXTENSION_LEN > h->end) {
            return VKERNEL_HEADERS_UNKNOWN;
        }
        if (h->l4_ofs + EXTENSION_LEN > size) {
            return VKERNEL_HEADERS_CUT;
        }
        skip_extension(frame, h);
        if (h->is_fragment) {
            /* What follows need not be a header. */
            break;
        }
    }
    return (h->l4_ofs > h->end ? VKERNEL_HEADERS_UNKNOWN
            : h->l4_ofs > size ? VKERNEL_HEADERS_CUT : VKERNEL_HEADERS_FOUND);
}

/* Looks at the header of IP at 'h->l3_ofs', and what follows. */
static enum vkernel_headers_result
look_at_ip(const uint8_t *frame, size_t size, struct vkernel_headers *h)
{
    return (h->is_ipv4
            ? look_at_ipv4(frame, size, h)
            : look_at_ipv6(frame, size, h));
}

enum vkernel_headers_result
vkernel_headers_find__(const void *frame, size_t size,
                       struct vkernel_headers *h)
{
    enum vkernel_headers_result result;

    *h = (struct vkernel_headers) { .n_tags = 0 };
    result = skip_tags(frame, size, h);
    return (result == VKERNEL_HEADERS_FOUND
            ? look_at_ip(frame, size, h) : result);
}

enum vkernel_headers_result
vkernel_headers_find_ip(const void *frame, size_t size, size_t l3_ofs,
                        struct vkernel_headers *h)
{
    const uint8_t *data = frame;

    *h = (struct vkernel_headers) {
        .l3_ofs = l3_ofs,
        .is_ipv4 = l3_ofs < size && IP_VER(data[l3_ofs]) == 4,
    };
    return look_at_ip(frame, size, h);
}
