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

#ifndef VKERNEL_RX_H
#define VKERNEL_RX_H 1

/* The fast path from the kernel to Open vSwitch.
 *
 * Called from the PMD thread that polls the queue, one thread a queue,
 * without a lock.  Allocates nothing and makes no system call, but for the
 * driver's eventfd when the worker sleeps on an empty ring. */

#include <stdint.h>

struct dp_packet_batch;
struct vkernel_rxq_counters;

/* Receives into 'batch', which must be empty, up to NETDEV_MAX_BURST packets
 * from queue 'queue_id' of DPDK's port 'port_id', and counts them.
 *
 * Returns 0 if there is a packet in 'batch', EAGAIN if there is none. */
int vkernel_rx_burst(uint16_t port_id, uint16_t queue_id,
                     struct vkernel_rxq_counters *,
                     struct dp_packet_batch *batch);

#endif /* vkernel-rx.h */
