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

#include "openvswitch/nsh.h"
#include "packets.h"

/* The least bytes of an IPv6 extension header, which its own count of 8 bytes
 * does not include. */
#define EXTENSION_LEN 8

/* Steps over the Ethernet header at 'ofs' of the 'size' bytes at 'frame', and
 * the VLAN tags behind it.  Returns the offset of what follows and stores its
 * Ethertype into '*type', or returns 0 if the frame ends before. */
static size_t
skip_ethernet(const uint8_t *frame, size_t size, size_t ofs,
              struct vkernel_headers *h, ovs_be16 *type)
{
    ofs += 2 * ETH_ADDR_LEN;
    for (;;) {
        if (OVS_UNLIKELY(ofs + sizeof *type > size)) {
            return 0;
        }
        *type = htons(vkernel_headers_read_be16(frame + ofs));
        ofs += sizeof *type;
        if (OVS_LIKELY(!eth_type_vlan(*type))) {
            return ofs;
        }
        ofs += VLAN_HEADER_LEN - sizeof *type;
        h->n_tags++;
    }
}

/* Likewise, over the MPLS labels at 'ofs'. */
static size_t
skip_labels(const uint8_t *frame, size_t size, size_t ofs,
            struct vkernel_headers *h)
{
    bool is_last = false;

    while (!is_last) {
        if (ofs + MPLS_HLEN > size) {
            return 0;
        }
        is_last = frame[ofs + 2] & 1;
        ofs += MPLS_HLEN;
        h->n_labels++;
    }
    return ofs;
}

/* Likewise, over the network service header at 'ofs', and the Ethernet header
 * that may be in it. */
static size_t
skip_nsh(const uint8_t *frame, size_t size, size_t ofs,
         struct vkernel_headers *h, ovs_be16 *type)
{
    size_t len;

    h->is_encapsulated = true;
    if (ofs + NSH_BASE_HDR_LEN > size) {
        return 0;
    }
    len = (vkernel_headers_read_be16(frame + ofs) & NSH_LEN_MASK) * 4;
    switch (len >= NSH_BASE_HDR_LEN ? frame[ofs + 3] : 0) {
    case NSH_P_IPV4:
        *type = htons(ETH_TYPE_IP);
        return ofs + len;
    case NSH_P_IPV6:
        *type = htons(ETH_TYPE_IPV6);
        return ofs + len;
    case NSH_P_ETHERNET:
        return skip_ethernet(frame, size, ofs + len, h, type);
    default:
        *type = 0;
        return ofs;
    }
}

/* Steps over what is in front of the IP header of the 'size' bytes at
 * 'frame'. */
static enum vkernel_headers_result
skip_to_ip(const uint8_t *frame, size_t size, struct vkernel_headers *h)
{
    ovs_be16 type = 0;
    size_t ofs;

    ofs = skip_ethernet(frame, size, 0, h, &type);
    if (OVS_UNLIKELY(ofs && type == htons(ETH_TYPE_NSH))) {
        ofs = skip_nsh(frame, size, ofs, h, &type);
    }
    if (OVS_UNLIKELY(ofs && eth_type_mpls(type))) {
        ofs = skip_labels(frame, size, ofs, h);
    } else if (ofs && type != htons(ETH_TYPE_IP)
               && type != htons(ETH_TYPE_IPV6)) {
        return VKERNEL_HEADERS_UNKNOWN;
    }
    if (OVS_UNLIKELY(!ofs)) {
        return VKERNEL_HEADERS_CUT;
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

/* Looks for an Ethernet frame with IP in it behind the MPLS labels of 'h', and
 * returns true if there is one. */
static bool
find_ethernet_in_mpls(const uint8_t *frame, size_t size,
                      struct vkernel_headers *h)
{
    struct vkernel_headers inner = {
        .n_tags = h->n_tags,
        .n_labels = h->n_labels,
        .is_encapsulated = true,
    };
    ovs_be16 type = 0;

    inner.l3_ofs = skip_ethernet(frame, size, h->l3_ofs, &inner, &type);
    inner.is_ipv4 = type == htons(ETH_TYPE_IP);
    if ((!inner.is_ipv4 && type != htons(ETH_TYPE_IPV6))
        || look_at_ip(frame, size, &inner) != VKERNEL_HEADERS_FOUND) {
        return false;
    }
    *h = inner;
    return true;
}

enum vkernel_headers_result
vkernel_headers_find__(const void *frame, size_t size,
                       struct vkernel_headers *h)
{
    enum vkernel_headers_result result;

    *h = (struct vkernel_headers) { .n_tags = 0 };
    result = skip_to_ip(frame, size, h);
    if (OVS_LIKELY(result == VKERNEL_HEADERS_FOUND)) {
        result = look_at_ip(frame, size, h);
        if (OVS_UNLIKELY(h->n_labels
                         && (result != VKERNEL_HEADERS_FOUND || h->end > size)
                         && find_ethernet_in_mpls(frame, size, h))) {
            result = VKERNEL_HEADERS_FOUND;
        }
    }
    return result;
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
