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

/* From Open vSwitch to any port: a packet with any marks and any offsets, of
 * one or two levels of headers, which may have been cut after it was parsed.
 * Whatever Open vSwitch does with it afterwards must stay within the packet.
 *
 * Input: the padding, the bytes cut off, the marks, the segments' size, the
 * offsets of the network and the transport header, of the outer and the inner
 * packet, and a frame. */

#include <config.h>

#include "fuzz.h"

#include "dp-packet.h"
#include "fuzz-packet.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-marks.h"

/* Segments are longer, so that there are not too many of them. */
#define MIN_SEGMENT_SIZE 64

/* Bytes that take_marks() takes. */
#define MARKS_LEN 14

/* Not every release has these. */
void dp_packet_ol_send_prepare(struct dp_packet *, uint64_t flags)
    __attribute__((weak));
void dp_packet_gso_batch(struct dp_packet_batch *) __attribute__((weak));

/* Takes an offset from 'input': Open vSwitch knows even ones only. */
static uint16_t
take_offset(struct fuzz_input *input)
{
    uint16_t offset = fuzz_take_u16(input);

    return offset == UINT16_MAX ? offset : offset & ~1;
}

/* Takes the marks and offsets of 'packet' from 'input'. */
static void
take_marks(struct fuzz_input *input, struct dp_packet *packet)
{
    struct vkernel_compat_marks marks;
    uint32_t bits = fuzz_take_u16(input);
    uint16_t segsz;

    bits |= (uint32_t) fuzz_take_u16(input) << 16;
    segsz = fuzz_take_u16(input);
    vkernel_compat_set_any_marks(packet, bits);
    packet->mbuf.tso_segsz = segsz ? MAX(segsz, MIN_SEGMENT_SIZE) : 0;
    packet->l3_ofs = take_offset(input);
    packet->l4_ofs = take_offset(input);

    vkernel_compat_get_marks(packet, &marks);
    marks.inner.l3_ofs = take_offset(input);
    marks.inner.l4_ofs = take_offset(input);
    if (marks.is_tunnel) {
        vkernel_compat_set_inner(packet, &marks);
    }
}

/* Does with 'packet', which is taken over, what Open vSwitch does before it
 * sends it by a port that can do nothing. */
static void
send_packet(struct dp_packet *packet)
{
    struct dp_packet_batch batch;

    vkernel_marks_fit(packet);
    dp_packet_batch_init_packet(&batch, packet);
    if (dp_packet_gso_batch && vkernel_compat_is_tso(packet)) {
        dp_packet_gso_batch(&batch);
    }
    if (dp_packet_ol_send_prepare) {
        DP_PACKET_BATCH_FOR_EACH (i, packet, &batch) {
            vkernel_marks_fit(packet);
            dp_packet_ol_send_prepare(packet, 0);
        }
    }
    dp_packet_delete_batch(&batch, true);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = { data, size };
    size_t padding = fuzz_take_u16(&input);
    size_t n_cut = fuzz_take_u16(&input);
    struct dp_packet *packet;

    if (input.size <= MARKS_LEN || input.size > UINT16_MAX) {
        return 0;
    }
    packet = xzalloc(sizeof *packet);
    size = input.size - MARKS_LEN;
    /* What is behind the cut must not be touched. */
    fuzz_packet_init(packet, input.data + MARKS_LEN,
                     size - MIN(n_cut, size - 1));
    take_marks(&input, packet);
    packet->l2_pad_size = MIN(padding, size);
    send_packet(packet);
    return 0;
}
