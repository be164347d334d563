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

#ifndef VKERNEL_BUFFERS_H
#define VKERNEL_BUFFERS_H 1

/* The packet buffers of a device, which are made and given up together, and
 * what they take.
 *
 * How many there are, and why they do: Documentation/topics/design.rst,
 * "Buffers and memory".
 *
 * All functions are called from the main thread, with the netdev's mutex held.
 * The fast path takes buffers from the pools. */

#include <stdbool.h>
#include <stddef.h>

#include "vkernel-mempool.h"

/* What buffers are for. */
struct vkernel_buffers_args {
    int n_queues;               /* Queue pairs. */
    int ring_size;              /* Descriptors in each ring. */
    int mtu;                    /* In bytes. */
    int gso_max_size;           /* Of the tap, in bytes; 0 without TSO. */
    int socket_id;              /* NUMA node. */
};

struct vkernel_buffers {
    /* What the receive rings are filled with.  If it is large, because of
     * TSO, frames of up to 'max_frame_size' are copied into 'rx_copies', and
     * larger ones are delivered as they are while more than 'rx_reserve'
     * buffers are left.  Else all are delivered as they are, and 'rx_copies'
     * is empty. */
    struct vkernel_mempool ring;
    struct vkernel_mempool rx_copies;
    unsigned int rx_reserve;

    /* For packets to send that are not in DPDK's buffers: of up to
     * 'max_frame_size', and, with TSO, up to 65280 bytes. */
    struct vkernel_mempool tx_copies;
    struct vkernel_mempool tx_large_copies;

    size_t max_frame_size;      /* Of a frame that is no TSO frame. */
};

/* Makes 'buffers' of what 'args' tells.
 *
 * Returns NULL if successful, otherwise a message as vkernel_mempool_create()
 * does; 'buffers' is then empty. */
char *vkernel_buffers_create(struct vkernel_buffers *,
                             const struct vkernel_buffers_args *);

/* Gives 'buffers' up, as vkernel_mempool_put() does, and empties it.  Does
 * nothing if it is all zeros. */
void vkernel_buffers_put(struct vkernel_buffers *);

/* Return how many bytes the buffers for each direction take. */
size_t vkernel_buffers_get_rx_memory(const struct vkernel_buffers *);
size_t vkernel_buffers_get_tx_memory(const struct vkernel_buffers *);

/* Returns the most bytes that a frame of an MTU of 'mtu' may have: the
 * Ethernet header and two VLAN tags more. */
size_t vkernel_buffers_max_frame_size(int mtu);

#endif /* vkernel-buffers.h */
