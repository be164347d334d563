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

#ifndef VKERNEL_CSUM_H
#define VKERNEL_CSUM_H 1

/* Checksums of TCP and UDP in a frame whose headers are known.
 *
 * Pure functions, which any thread may call without a lock, for frames that
 * are whole: vkernel_headers_find() has found their headers, and their size is
 * at least the "end" of these. */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "openvswitch/types.h"

struct vkernel_headers;

/* Returns the 4 bytes at 'p'. */
static inline uint32_t
vkernel_csum_load32(const uint8_t *p)
{
    uint32_t value;

    memcpy(&value, p, sizeof value);
    return value;
}

/* Returns the checksum of the header of IPv4 without options at 'ip', whatever
 * is in the field for it.  The sum is the same in either order of bytes. */
static inline ovs_be16
vkernel_csum_ipv4(const uint8_t *ip)
{
    uint64_t sum = vkernel_csum_load32(ip);
    uint16_t middle;

    memcpy(&middle, ip + 8, sizeof middle);
    sum += vkernel_csum_load32(ip + 4);
    sum += middle;
    sum += vkernel_csum_load32(ip + 12);
    sum += vkernel_csum_load32(ip + 16);
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    return (OVS_FORCE ovs_be16) ~(uint16_t) ((sum & UINT16_MAX) + (sum >> 16));
}

/* Returns the sum of the pseudo-header of the packet in 'frame', for 'l4_len'
 * bytes of TCP or UDP. */
uint32_t vkernel_csum_pseudoheader(const uint8_t *frame,
                                   const struct vkernel_headers *,
                                   size_t l4_len);

/* Fills in the checksum of the packet of TCP or UDP in 'frame', the field of
 * which has the sum of the pseudo-header. */
void vkernel_csum_complete(uint8_t *frame, const struct vkernel_headers *);

#endif /* vkernel-csum.h */
