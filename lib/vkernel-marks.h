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

#ifndef VKERNEL_MARKS_H
#define VKERNEL_MARKS_H 1

/* What Open vSwitch believes is left to do for a packet, held against the
 * packet's bytes.
 *
 * Open vSwitch completes checksums and cuts frames into segments by marks and
 * by offsets of headers, and looks at neither the length nor the bytes.  But
 * it does not know the offsets of a frame that has more VLAN tags than it
 * looks at, or an MPLS label, and leaves the marks of a frame that an action
 * has cut.  It then ends the daemon, or reads and writes beyond the frame.
 *
 * vswitchd/vkernel-send.c calls this in the fast path, from any thread,
 * without a lock. */

#include "openvswitch/compiler.h"
#include "vkernel-compat.h"

/* As vkernel_marks_fit(), for a packet that may have something left to do. */
void vkernel_marks_fit__(struct dp_packet *packet);

/* Sets the offsets of 'packet' if something is left to do for it and they are
 * not known.  Where its bytes are not what the marks say, or their end was cut
 * off, nothing is left to do from here on: there is no right checksum. */
static inline void
vkernel_marks_fit(struct dp_packet *packet)
{
    if (OVS_UNLIKELY(vkernel_compat_has_marks(packet))) {
        vkernel_marks_fit__(packet);
    }
}

#endif /* vkernel-marks.h */
