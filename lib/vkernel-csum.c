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

#include "vkernel-csum.h"

#include <netinet/in.h>
#include <netinet/ip6.h>

#include "csum.h"
#include "packets.h"
#include "unaligned.h"
#include "vkernel-headers.h"

uint32_t
vkernel_csum_pseudoheader(const uint8_t *frame,
                          const struct vkernel_headers *h, size_t l4_len)
{
    const uint8_t *l3 = frame + h->l3_ofs;
    uint32_t sum = (h->is_ipv4
                    ? csum_continue(0, l3 + offsetof(struct ip_header, ip_src),
                                    2 * sizeof(ovs_be32))
                    : csum_continue(0, l3 + offsetof(struct ip6_hdr, ip6_src),
                                    2 * sizeof(struct in6_addr)));

    sum = csum_add16(sum, htons(h->l4_proto));
    return csum_add16(sum, htons(l4_len));
}

void
vkernel_csum_complete(uint8_t *frame, const struct vkernel_headers *h)
{
    bool is_udp = h->l4_proto == IPPROTO_UDP;
    uint8_t *l4 = frame + h->l4_ofs;
    uint8_t *field = l4 + (is_udp ? offsetof(struct udp_header, udp_csum)
                           : offsetof(struct tcp_header, tcp_csum));
    size_t l4_len = h->end - h->l4_ofs;
    ovs_be16 result;
    uint32_t sum;

    if (h->is_routed) {
        /* Its last destination counts, which its sender knew. */
        sum = csum_add16(0, get_unaligned_be16(ALIGNED_CAST(ovs_be16 *,
                                                            field)));
    } else {
        sum = vkernel_csum_pseudoheader(frame, h, l4_len);
    }
    put_unaligned_be16(ALIGNED_CAST(ovs_be16 *, field), 0);
    result = csum_finish(csum_continue(sum, l4, l4_len));
    if (is_udp && !result) {
        result = OVS_BE16_MAX;
    }
    put_unaligned_be16(ALIGNED_CAST(ovs_be16 *, field), result);
}
