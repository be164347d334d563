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

/* What stands between the datapath and whatever completes a packet, by the
 * linker's --wrap: all that leaves by a port, goes into a tunnel, or goes up
 * to a controller.
 *
 * Called in the fast path, from any thread, without a lock. */

#include <config.h>

#include "dp-packet.h"
#include "netdev.h"
#include "openvswitch/compiler.h"
#include "vkernel-compat.h"
#include "vkernel-marks.h"

int __real_netdev_send(struct netdev *, int qid, struct dp_packet_batch *,
                       bool concurrent_txq);
int __wrap_netdev_send(struct netdev *, int qid, struct dp_packet_batch *,
                       bool concurrent_txq);
int __real_netdev_push_header(VKERNEL_COMPAT_PUSH_PARAMS);
int __wrap_netdev_push_header(VKERNEL_COMPAT_PUSH_PARAMS);
/* Weak, because Open vSwitch 3.1 has no such function, and does not call ours
 * either. */
void __real_dp_packet_ol_send_prepare(struct dp_packet *, uint64_t flags)
    __attribute__((weak));
void __wrap_dp_packet_ol_send_prepare(struct dp_packet *, uint64_t flags);

static void
fit_batch(struct dp_packet_batch *batch)
{
    struct dp_packet *packet;

    DP_PACKET_BATCH_FOR_EACH (i, packet, batch) {
        vkernel_marks_fit(packet);
    }
}

int
__wrap_netdev_send(struct netdev *netdev, int qid,
                   struct dp_packet_batch *batch, bool concurrent_txq)
{
    fit_batch(batch);
    return __real_netdev_send(netdev, qid, batch, concurrent_txq);
}

int
__wrap_netdev_push_header(VKERNEL_COMPAT_PUSH_PARAMS)
{
    fit_batch(batch);
    return __real_netdev_push_header(VKERNEL_COMPAT_PUSH_ARGS);
}

void
__wrap_dp_packet_ol_send_prepare(struct dp_packet *packet, uint64_t flags)
{
    vkernel_marks_fit(packet);
    __real_dp_packet_ol_send_prepare(packet, flags);
}
