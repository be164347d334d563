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

#ifndef VKERNEL_TX_H
#define VKERNEL_TX_H 1

/* The fast path from Open vSwitch to the kernel.
 *
 * Called from any thread: PMD threads, and the main thread for packet-outs
 * and for what it receives itself.  A queue's lock is taken only if the
 * datapath says that other threads may use the queue at the same time.
 * Allocates only buffers of its own pool, and makes no system call, but for
 * the driver's eventfd when the worker sleeps. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ovs-thread.h"

struct dp_packet_batch;
struct rte_mempool;
struct vkernel_policer;
struct vkernel_txq_counters;

/* A queue. */
struct vkernel_txq {
    struct ovs_spin lock;       /* Taken around use by several threads. */
    struct vkernel_txq_counters *counters;
};

/* What transmission needs to know of a port. */
struct vkernel_tx {
    uint16_t port_id;           /* DPDK's. */
    int mtu;                    /* In bytes. */
    size_t max_frame_size;      /* In bytes, tags included. */
    struct rte_mempool *copy_mp; /* For packets that are not in mbufs... */
    struct rte_mempool *large_copy_mp; /* ...of TSO, or NULL without TSO. */
    int n_txqs;
    struct vkernel_txq *txqs;
};

/* Sends 'batch' on queue 'queue_id', modulo the number of queues, and takes
 * it over.  'policer', if nonnull, says which packets to drop; 'concurrent' is
 * what netdev_send() says.  Each packet is sent or counted under the drop that
 * befell it. */
void vkernel_tx_burst(const struct vkernel_tx *, int queue_id,
                      struct vkernel_policer *policer,
                      struct dp_packet_batch *batch, bool concurrent);

/* Deletes 'batch' and counts it as dropped because the port is down. */
void vkernel_tx_drop_down(const struct vkernel_tx *, int queue_id,
                          struct dp_packet_batch *batch, bool concurrent);

#endif /* vkernel-tx.h */
