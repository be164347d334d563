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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dp_packet_batch;
struct rte_mempool;
struct vkernel_policer;
struct vkernel_rxq_counters;

/* What reception needs to know of a port. */
struct vkernel_rx {
    uint16_t port_id;           /* DPDK's. */
    bool offloads;              /* The driver leaves work to do? */

    /* If 'copy_mp' is nonnull, frames of up to 'max_copy_size' bytes are
     * copied into its buffers, so that the rings' own, which are large, go
     * back at once; larger ones are delivered as they are only while 'ring_mp'
     * has more than 'reserve' buffers left, so that the rings cannot run
     * dry. */
    struct rte_mempool *copy_mp;
    size_t max_copy_size;
    struct rte_mempool *ring_mp;
    unsigned int reserve;
};

/* Receives into 'batch', which must be empty, up to NETDEV_MAX_BURST packets
 * from queue 'queue_id', and counts them.  'policer', if nonnull, says which
 * of them to drop.
 *
 * Returns 0 if there is a packet in 'batch', EAGAIN if there is none. */
int vkernel_rx_burst(const struct vkernel_rx *, uint16_t queue_id,
                     struct vkernel_rxq_counters *, struct vkernel_policer *,
                     struct dp_packet_batch *batch);

#endif /* vkernel-rx.h */
