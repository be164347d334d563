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

/* From Open vSwitch to the kernel: a packet with any marks and any offsets,
 * which may have been cut after it was parsed.
 *
 * Input: what is left to do, the segments' size, the MTU, the offsets of the
 * network and the transport header, and a frame. */

#include <config.h>

#include "fuzz.h"

#include <netinet/in.h>

#include "dp-packet.h"
#include "fuzz-packet.h"
#include "util.h"
#include "vkernel-compat.h"

/* Marks 'packet' as 'todo' says. */
static void
mark(struct dp_packet *packet, uint8_t todo)
{
    static const uint8_t protos[] = {
        0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP
    };
    uint8_t proto = protos[todo & 3];

    if (proto) {
        vkernel_compat_mark_partial(packet, !(todo & 4), proto);
    }
    if (proto && todo & 8) {
        vkernel_compat_mark_tso(packet);
    }
    if (todo & 16) {
        vkernel_compat_mark_good(packet);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    uint8_t todo = fuzz_take_u8(&input);
    uint16_t segsz = fuzz_take_u16(&input);
    /* As the options allow. */
    int mtu = 68 + fuzz_take_u16(&input) % (9698 - 68 + 1);
    uint16_t l3_ofs = fuzz_take_u16(&input);
    uint16_t l4_ofs = fuzz_take_u16(&input);
    struct dp_packet packet;

    if (!input.size || input.size > UINT16_MAX) {
        return 0;
    }
    fuzz_packet_init(&packet, input.data, input.size);
    packet.mbuf.tso_segsz = todo & 8 ? segsz : 0;
    mark(&packet, todo);
    packet.l3_ofs = MIN(l3_ofs, l4_ofs);
    packet.l4_ofs = MAX(l3_ofs, l4_ofs);
    fuzz_packet_send(&packet, mtu);
    dp_packet_uninit(&packet);
    return 0;
}
