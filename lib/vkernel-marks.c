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

#include "vkernel-marks.h"

#include <netinet/in.h>

#include "csum.h"
#include "dp-packet.h"
#include "packets.h"
#include "vkernel-compat.h"
#include "vkernel-csum.h"
#include "vkernel-headers.h"

/* Returns true if the header of IPv4 or IPv6 at 'l3_ofs' of 'packet', and all
 * that it announces, is there. */
static bool
is_whole(const struct dp_packet *packet, size_t l3_ofs)
{
    size_t size = dp_packet_size(packet);

    return vkernel_headers_get_end(dp_packet_data(packet), size, l3_ofs)
           <= size;
}

/* Returns the IPPROTO_* that 'marks' are about. */
static uint8_t
get_l4_proto(const struct vkernel_compat_marks *marks)
{
    return (marks->is_tso || marks->l4_flags == RTE_MBUF_F_TX_TCP_CKSUM
            ? IPPROTO_TCP
            : marks->l4_flags == RTE_MBUF_F_TX_UDP_CKSUM
            ? IPPROTO_UDP : IPPROTO_SCTP);
}

/* Returns true if Open vSwitch can do for 'packet', which is whole, what
 * 'marks' say of TCP, UDP or SCTP, and does it rightly. */
static bool
l4_fits(const struct dp_packet *packet,
        const struct vkernel_compat_marks *marks)
{
    const uint8_t *data = dp_packet_data(packet);
    bool is_ipv4 = data[marks->l3_ofs] >> 4 == 4;
    size_t l4_ofs = marks->l4_ofs;
    size_t end = vkernel_headers_get_end(data, dp_packet_size(packet),
                                         marks->l3_ofs);
    size_t min_ofs = (marks->l3_ofs
                      + (is_ipv4 ? IP_HEADER_LEN : IPV6_HEADER_LEN));
    uint8_t l4_proto = get_l4_proto(marks);
    size_t l4_len;

    if (l4_ofs < min_ofs || l4_ofs > end) {
        return false;
    }
    if (l4_proto == IPPROTO_SCTP) {
        return end - l4_ofs >= SCTP_HEADER_LEN;
    }
    l4_len = vkernel_headers_get_l4_len(data, l4_ofs, end, l4_proto);
    if (marks->is_tso) {
        return l4_len && end - l4_ofs > l4_len && !marks->lacks_segsz;
    }
    /* It would take the first extension header of IPv6 for the protocol. */
    return l4_len && (is_ipv4 || marks->is_tunnel || l4_ofs == min_ofs);
}

/* Returns true if Open vSwitch can do what 'marks' say for 'packet'. */
static bool
marks_fit(const struct dp_packet *packet,
          const struct vkernel_compat_marks *marks)
{
    return (is_whole(packet, marks->l3_ofs)
            && (!marks->is_tunnel || is_whole(packet, packet->l3_ofs))
            && (!(marks->l4_flags || marks->is_tso)
                || l4_fits(packet, marks)));
}

/* Looks for the headers of 'packet', which is in no tunnel of ours.  Completes
 * its checksum, or sets its offsets.  Returns false if that cannot be done. */
static bool
find_offsets(struct dp_packet *packet, struct vkernel_compat_marks *marks)
{
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;

    if (marks->is_tunnel
        || vkernel_headers_find(dp_packet_data(packet), size, &h)
           != VKERNEL_HEADERS_FOUND
        || h.end > size || h.is_fragment || h.l4_ofs >= UINT16_MAX) {
        return false;
    }
    packet->l3_ofs = marks->l3_ofs = h.l3_ofs;
    packet->l4_ofs = marks->l4_ofs = h.l4_ofs;
    if (marks->l4_flags || marks->is_tso) {
        if (h.l4_proto != get_l4_proto(marks)) {
            return false;
        }
        if (h.has_extensions && !marks->is_tso && h.l4_proto != IPPROTO_SCTP) {
            if (!vkernel_headers_get_l4_len(dp_packet_data(packet), h.l4_ofs,
                                            h.end, h.l4_proto)) {
                return false;
            }
            vkernel_csum_complete(dp_packet_data(packet), &h);
            vkernel_compat_clear_marks(packet);
            return true;
        }
    }
    dp_packet_set_l2_pad_size(packet, size - h.end);
    return marks_fit(packet, marks);
}

/* Completes the checksum of the header at 'l3_ofs' of 'packet', if that is one
 * of IPv4 and there. */
static void
complete_ip_csum(struct dp_packet *packet, size_t l3_ofs)
{
    size_t size = dp_packet_size(packet);

    if (l3_ofs + IP_HEADER_LEN <= size) {
        struct ip_header *ip = ALIGNED_CAST(struct ip_header *,
                                            (uint8_t *) dp_packet_data(packet)
                                            + l3_ofs);
        size_t len = IP_IHL(ip->ip_ihl_ver) * 4;

        if (IP_VER(ip->ip_ihl_ver) == 4 && len >= IP_HEADER_LEN
            && l3_ofs + len <= size) {
            ip->ip_csum = 0;
            ip->ip_csum = csum(ip, len);
        }
    }
}

/* As vkernel_marks_fit(), for a 'packet' whose 'marks' do not fit. */
static void
make_fit(struct dp_packet *packet, struct vkernel_compat_marks *marks)
{
    if (find_offsets(packet, marks)) {
        return;
    }
    if (marks->has_ip_csum) {
        complete_ip_csum(packet, packet->l3_ofs);
        if (marks->is_tunnel) {
            complete_ip_csum(packet, marks->l3_ofs);
        }
    }
    vkernel_compat_clear_marks(packet);
}

void
vkernel_marks_fit(struct dp_packet *packet)
{
    struct vkernel_compat_marks marks;

    if (OVS_LIKELY(!vkernel_compat_has_marks(packet))) {
        return;
    }
    vkernel_compat_get_marks(packet, &marks);
    if (!marks.l4_flags && !marks.is_tso && !marks.is_tunnel
        && !marks.has_ip_csum) {
        return;
    }
    if (OVS_UNLIKELY(!marks_fit(packet, &marks))) {
        make_fit(packet, &marks);
    }
}
