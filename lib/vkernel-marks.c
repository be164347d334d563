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

/* Returns where the IP packet of 'level' ends in 'packet': behind the end of
 * 'packet' if that is cut, or the header's place is not known. */
static size_t
get_end(const struct dp_packet *packet,
        const struct vkernel_compat_level *level)
{
    return vkernel_headers_get_end(dp_packet_data(packet),
                                   dp_packet_size(packet), level->l3_ofs);
}

/* Returns the least offset that what follows the IP header of 'level' has. */
static size_t
get_min_l4_ofs(const struct dp_packet *packet,
               const struct vkernel_compat_level *level)
{
    const uint8_t *data = dp_packet_data(packet);

    return level->l3_ofs + (IP_VER(data[level->l3_ofs]) == 4
                            ? IP_HEADER_LEN : IPV6_HEADER_LEN);
}

/* Returns true if Open vSwitch can complete the checksum of TCP, UDP or SCTP
 * of 'level', which ends at 'end' of 'packet', or, with 'is_tso', cut it, and
 * does so rightly. */
static bool
l4_fits(const struct dp_packet *packet,
        const struct vkernel_compat_level *level, size_t end, bool is_tso)
{
    size_t min_ofs = get_min_l4_ofs(packet, level);
    size_t l4_ofs = level->l4_ofs;
    size_t l4_len;

    if (l4_ofs < min_ofs || l4_ofs > end) {
        return false;
    }
    if (level->l4_proto == IPPROTO_SCTP) {
        return !is_tso && end - l4_ofs >= SCTP_HEADER_LEN;
    }
    l4_len = vkernel_headers_get_l4_len(dp_packet_data(packet), l4_ofs, end,
                                        level->l4_proto);
    if (is_tso) {
        return (l4_len && end - l4_ofs > l4_len
                && level->l4_proto == IPPROTO_TCP);
    }
    /* It would take the first extension header of IPv6 for the protocol. */
    return l4_len && (min_ofs == level->l3_ofs + IP_HEADER_LEN
                      || l4_ofs == min_ofs);
}

/* Returns true if Open vSwitch can do what 'marks' say of the innermost
 * headers of 'packet'. */
static bool
inner_fits(const struct dp_packet *packet,
           const struct vkernel_compat_marks *marks)
{
    const struct vkernel_compat_level *inner = &marks->inner;
    bool has_l4 = inner->has_l4_csum || marks->is_tso;
    size_t end;

    if (!has_l4 && !inner->has_ip_csum) {
        return true;
    }
    if (marks->is_tunnel) {
        /* GRE's header is the shortest. */
        if (inner->l3_ofs < marks->outer.l4_ofs + (marks->outer.has_l4_csum
                                                   ? UDP_HEADER_LEN : 4)) {
            return false;
        }
        /* A tunnel's checksum may be made from that of what is inside, even if
         * the latter is complete. */
        has_l4 |= inner->l4_proto != 0;
    }
    end = get_end(packet, inner);
    if (marks->is_tunnel && end != get_end(packet, &marks->outer)) {
        /* What is padding inside would be summed up with the rest. */
        return false;
    }
    return (end <= dp_packet_size(packet)
            && (!marks->is_tso || !marks->lacks_segsz)
            && (!has_l4 || l4_fits(packet, inner, end, marks->is_tso)));
}

/* Returns true if Open vSwitch can do what 'marks' say of the headers of the
 * tunnel that 'packet' is in. */
static bool
outer_fits(const struct dp_packet *packet,
           const struct vkernel_compat_marks *marks)
{
    const struct vkernel_compat_level *outer = &marks->outer;
    size_t end = get_end(packet, outer);

    return (end <= dp_packet_size(packet)
            && outer->l4_ofs >= get_min_l4_ofs(packet, outer)
            && outer->l4_ofs + UDP_HEADER_LEN <= end
            && (!outer->has_l4_csum || outer->l4_proto == IPPROTO_UDP));
}

/* Takes the innermost headers of 'packet' to be 'h'.  Returns false if 'marks'
 * are about another protocol. */
static bool
take_headers(struct dp_packet *packet, struct vkernel_compat_marks *marks,
             const struct vkernel_headers *h)
{
    struct vkernel_compat_level *level = &marks->inner;

    level->l3_ofs = h->l3_ofs;
    level->l4_ofs = h->l4_ofs;
    if (level->has_l4_csum || marks->is_tso) {
        if (!level->l4_proto) {
            /* Open vSwitch has marked it without a look at the protocol, and
             * would end the daemon. */
            level->l4_proto = h->l4_proto;
        }
        if (h->l4_proto != level->l4_proto) {
            return false;
        }
    }
    vkernel_compat_set_inner(packet, marks);
    return true;
}

/* Completes the checksum of the header of 'level' of 'packet', if that is left
 * to do, and the header is one of IPv4 and there. */
static void
complete_ip_csum(struct dp_packet *packet,
                 const struct vkernel_compat_level *level)
{
    size_t size = dp_packet_size(packet);

    if (level->has_ip_csum && level->l3_ofs + IP_HEADER_LEN <= size) {
        struct ip_header *ip = ALIGNED_CAST(struct ip_header *,
                                            (uint8_t *) dp_packet_data(packet)
                                            + level->l3_ofs);
        size_t len = IP_IHL(ip->ip_ihl_ver) * 4;

        if (IP_VER(ip->ip_ihl_ver) == 4 && len >= IP_HEADER_LEN
            && level->l3_ofs + len <= size) {
            ip->ip_csum = 0;
            ip->ip_csum = csum(ip, len);
        }
    }
}

/* Completes the checksum of TCP or UDP of 'packet' with the headers 'h', if
 * there is one. */
static void
complete_l4(struct dp_packet *packet, const struct vkernel_headers *h)
{
    uint8_t *data = dp_packet_data(packet);

    if (vkernel_headers_get_l4_len(data, h->l4_ofs, h->end, h->l4_proto)) {
        vkernel_csum_complete(data, h);
    }
}

/* Looks for the headers of 'packet', which is in no tunnel of ours.  Completes
 * its checksum, or sets its offsets.  Returns false if that cannot be done. */
static bool
find_offsets(struct dp_packet *packet, struct vkernel_compat_marks *marks)
{
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;

    if (vkernel_headers_find(dp_packet_data(packet), size, &h)
        != VKERNEL_HEADERS_FOUND
        || h.end > size || h.is_fragment || h.l4_ofs >= UINT16_MAX
        || !take_headers(packet, marks, &h)) {
        return false;
    }
    if (marks->inner.has_l4_csum && !marks->is_tso
        && (h.has_extensions || h.is_encapsulated)
        && h.l4_proto != IPPROTO_SCTP) {
        complete_ip_csum(packet, &marks->inner);
        complete_l4(packet, &h);
        vkernel_compat_clear_marks(packet);
        return true;
    }
    dp_packet_set_l2_pad_size(packet, size - h.end);
    return inner_fits(packet, marks);
}

/* Likewise, for the headers in a tunnel, of which the first is known. */
static bool
find_inner_offsets(struct dp_packet *packet,
                   struct vkernel_compat_marks *marks)
{
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;

    if (vkernel_headers_find_ip(dp_packet_data(packet), size,
                                marks->inner.l3_ofs, &h)
        != VKERNEL_HEADERS_FOUND
        || h.end > size || h.is_fragment || h.l4_ofs >= UINT16_MAX
        || !take_headers(packet, marks, &h)) {
        return false;
    }
    if (inner_fits(packet, marks)) {
        return true;
    }
    if (marks->inner.has_l4_csum && !marks->is_tso) {
        complete_l4(packet, &h);
    }
    return false;
}

/* Likewise, for the headers of a tunnel: Open vSwitch forgets them when an
 * MPLS label is put in front and the packet parsed again. */
static bool
find_outer_offsets(struct dp_packet *packet,
                   struct vkernel_compat_marks *marks)
{
    size_t size = dp_packet_size(packet);
    struct vkernel_headers h;

    if (vkernel_headers_find(dp_packet_data(packet), size, &h)
        != VKERNEL_HEADERS_FOUND
        || h.end > size || h.is_fragment || h.l4_ofs >= UINT16_MAX) {
        return false;
    }
    packet->l3_ofs = marks->outer.l3_ofs = h.l3_ofs;
    packet->l4_ofs = marks->outer.l4_ofs = h.l4_ofs;
    dp_packet_set_l2_pad_size(packet, size - h.end);
    return outer_fits(packet, marks);
}

/* Leaves 'packet', the 'marks' of which fit, whole if it is to be cut into a
 * single segment.  Open vSwitch 4.0 would go on with it as it is, and end the
 * daemon when it completes the checksum of a tunnel. */
static void
fit_segments(struct dp_packet *packet,
             const struct vkernel_compat_marks *marks)
{
    if (marks->is_tso && VKERNEL_COMPAT_TSO_HAS_SIZE) {
        size_t l4_ofs = marks->inner.l4_ofs;
        size_t end = get_end(packet, &marks->inner);
        size_t l4_len = vkernel_headers_get_l4_len(dp_packet_data(packet),
                                                   l4_ofs, end, IPPROTO_TCP);

        if (OVS_UNLIKELY(end - l4_ofs - l4_len <= packet->mbuf.tso_segsz)) {
            vkernel_compat_clear_tso(packet);
        }
    }
}

/* As vkernel_marks_fit(), for a 'packet' in no tunnel of ours with 'marks'. */
static void
fit_plain(struct dp_packet *packet, struct vkernel_compat_marks *marks)
{
    if (OVS_UNLIKELY(!inner_fits(packet, marks)
                     && !find_offsets(packet, marks))) {
        complete_ip_csum(packet, &marks->inner);
        vkernel_compat_clear_marks(packet);
        return;
    }
    fit_segments(packet, marks);
    if (OVS_UNLIKELY(marks->is_tso && dp_packet_l2_pad_size(packet))) {
        /* It would become padding of the first segment and, in a tunnel, a
         * part of the last one. */
        dp_packet_set_size(packet, (dp_packet_size(packet)
                                    - dp_packet_l2_pad_size(packet)));
        dp_packet_set_l2_pad_size(packet, 0);
    }
}

/* Likewise, for one in a tunnel.  Each of the two levels of headers is held
 * against its own marks: what is inside need not even be IP. */
static void
fit_tunnel(struct dp_packet *packet, struct vkernel_compat_marks *marks)
{
    if (OVS_UNLIKELY(!outer_fits(packet, marks)
                     && !find_outer_offsets(packet, marks))) {
        complete_ip_csum(packet, &marks->outer);
        complete_ip_csum(packet, &marks->inner);
        vkernel_compat_clear_marks(packet);
    } else if (OVS_UNLIKELY(!inner_fits(packet, marks)
                            && !find_inner_offsets(packet, marks))) {
        complete_ip_csum(packet, &marks->inner);
        vkernel_compat_clear_inner_marks(packet);
    } else {
        fit_segments(packet, marks);
    }
}

/* Corrects what Open vSwitch believes of the padding of 'packet', which it
 * does not do when it cuts the packet there: sizes would be negative. */
static void
fit_padding(struct dp_packet *packet)
{
    size_t size = dp_packet_size(packet);
    size_t end = vkernel_headers_get_end(dp_packet_data(packet), size,
                                         packet->l3_ofs);

    if (OVS_UNLIKELY(end <= size
                     && dp_packet_l2_pad_size(packet) != size - end)) {
        dp_packet_set_l2_pad_size(packet, size - end);
    }
}

void
vkernel_marks_fit__(struct dp_packet *packet)
{
    struct vkernel_compat_marks marks;

    vkernel_compat_get_marks(packet, &marks);
    fit_padding(packet);
    if (OVS_UNLIKELY(marks.is_tunnel)) {
        fit_tunnel(packet, &marks);
    } else {
        fit_plain(packet, &marks);
    }
}
