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

#ifndef VKERNEL_MEMPOOL_H
#define VKERNEL_MEMPOOL_H 1

/* Pools of DPDK buffers that are dp_packets.
 *
 * A pool outlives its port: packets received on the port may sit in another
 * port's Tx ring, or wait for reassembly, long after it is closed.  So a pool
 * that is put goes to a list, and vkernel_mempool_sweep() frees it once all
 * of its buffers are back.
 *
 * All functions are called from the main thread, whatever locks it holds: the
 * list has one of its own, which is taken last.  The buffers are taken and
 * given back by any thread. */

#include <stdbool.h>
#include <stddef.h>

struct rte_mempool;

/* A pool and what it takes. */
struct vkernel_mempool {
    struct rte_mempool *mp;     /* The pool itself. */
    size_t memory;              /* Bytes of hugepages it takes, about. */
};

/* Makes a pool of 'n_buffers' on NUMA node 'socket_id', each of which holds a
 * frame of 'frame_size' bytes behind the usual headroom.  If it is 'cached',
 * each thread may keep some free buffers to itself, which is faster.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name that says what was asked for and what there is, to be free()d by the
 * caller. */
char *vkernel_mempool_create(struct vkernel_mempool *, unsigned int n_buffers,
                             size_t frame_size, bool cached, int socket_id);

/* Gives the pool up and empties '*pool'.  Does nothing if it is empty. */
void vkernel_mempool_put(struct vkernel_mempool *);

/* Frees the pools that were given up and have all of their buffers back. */
void vkernel_mempool_sweep(void);

#endif /* vkernel-mempool.h */
