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

/* From the kernel to Open vSwitch, and on to another kernel.
 *
 * Input: a struct virtio_net_hdr, two bytes of how to go on, and a frame. */

#include <config.h>

#include "fuzz.h"

#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <rte_mbuf.h>
#include <rte_net.h>
#include <string.h>

#include "dp-packet.h"
#include "flow.h"
#include "fuzz-packet.h"
#include "openvswitch/flow.h"
#include "packets.h"
#include "unaligned.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-offload.h"

/* Does to 'packet' what the driver does when it has received it with 'hdr'.
 * Returns false if it drops it. */
static bool
driver_receive(struct dp_packet *packet, const struct virtio_net_hdr *hdr)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    struct rte_net_hdr_lens lens = { .l2_len = 0 };
    size_t end = hdr->csum_start + hdr->csum_offset + 2;
    uint32_t l4;

    mbuf->packet_type = rte_net_get_ptype(mbuf, &lens, RTE_PTYPE_ALL_MASK);
    l4 = mbuf->packet_type & RTE_PTYPE_L4_MASK;
    if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        if (end > dp_packet_size(packet)) {
            return false;
        }
        if (hdr->csum_start <= lens.l2_len + lens.l3_len + lens.l4_len
            && (l4 == RTE_PTYPE_L4_TCP || l4 == RTE_PTYPE_L4_UDP
                || l4 == RTE_PTYPE_L4_SCTP)) {
            mbuf->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_NONE;
        }
    } else if (hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID
               && (l4 == RTE_PTYPE_L4_TCP || l4 == RTE_PTYPE_L4_UDP)) {
        mbuf->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
    }
    switch (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN) {
    case VIRTIO_NET_HDR_GSO_NONE:
        return true;
    case VIRTIO_NET_HDR_GSO_TCPV4:
    case VIRTIO_NET_HDR_GSO_TCPV6:
        mbuf->ol_flags |= RTE_MBUF_F_RX_LRO;
        mbuf->tso_segsz = hdr->gso_size;
        return hdr->gso_size != 0;
    default:
        return false;
    }
}

/* Checks the marks of 'packet', which was received with 'hdr': Open vSwitch
 * may rely on them. */
static void
check_marks(const struct dp_packet *packet, const struct virtio_net_hdr *hdr)
{
    uint64_t flags = vkernel_compat_get_tx_flags(packet);
    uint64_t l4 = flags & RTE_MBUF_F_TX_L4_MASK;
    struct fuzz_headers headers;
    bool is_ip = fuzz_packet_parse(packet, &headers);

    if (vkernel_compat_is_tso(packet)) {
        ovs_assert(hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE);
        ovs_assert(is_ip && fuzz_packet_is_tcp_with_data(packet, &headers));
        ovs_assert(l4 == RTE_MBUF_F_TX_TCP_CKSUM);
        ovs_assert(packet->mbuf.tso_segsz == hdr->gso_size);
    } else {
        ovs_assert(!packet->mbuf.tso_segsz);
    }
    if (l4 == RTE_MBUF_F_TX_UDP_CKSUM) {
        const uint8_t *udp = (uint8_t *) dp_packet_data(packet)
                             + headers.l4_ofs;

        ovs_assert(is_ip && (udp[4] << 8 | udp[5])
                            == headers.end - headers.l4_ofs);
    }
    if (l4) {
        ovs_assert(vkernel_compat_is_vouched_for(packet));
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    struct virtio_net_hdr hdr;
    struct dp_packet packet;
    bool parse;
    int mtu;

    hdr.flags = fuzz_take_u8(&input);
    hdr.gso_type = fuzz_take_u8(&input);
    hdr.hdr_len = fuzz_take_u16(&input);
    hdr.gso_size = fuzz_take_u16(&input);
    hdr.csum_start = fuzz_take_u16(&input);
    hdr.csum_offset = fuzz_take_u16(&input);
    parse = fuzz_take_u8(&input) & 1;
    mtu = 68 + fuzz_take_u8(&input) * 32;

    /* The kernel sends no less than a header. */
    if (input.size < ETH_HEADER_LEN || input.size > UINT16_MAX) {
        return 0;
    }
    fuzz_packet_init(&packet, input.data, input.size);
    if (driver_receive(&packet, &hdr) && vkernel_offload_rx(&packet)) {
        check_marks(&packet, &hdr);
        if (parse) {
            struct flow flow;

            flow_extract(&packet, &flow);
        }
        fuzz_packet_send(&packet, mtu);
    }
    dp_packet_uninit(&packet);
    return 0;
}
