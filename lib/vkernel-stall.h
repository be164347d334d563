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

#ifndef VKERNEL_STALL_H
#define VKERNEL_STALL_H 1

/* Finds out that packets wait in a queue for the kernel, and that it takes
 * none.
 *
 * What the kernel takes, it counts for the tap, all queues together.  So a
 * queue is found to be stalled in one of two ways:
 *
 *   - Packets were put into it, and the kernel has taken none, of any queue,
 *     for a second since.
 *
 *   - Its ring is full, and has been without a gap for a second, whatever the
 *     other queues do: no packet went into it, and one was dropped both before
 *     and after.
 *
 * Pure: no I/O, no lock, no clock.  Called from the main thread, about once a
 * second. */

#include <stdbool.h>
#include <stdint.h>

#include "vkernel-compat.h"

/* How long nothing must move, in ms. */
#define VKERNEL_STALL_MSEC 1000

/* What is counted for a queue. */
struct vkernel_stall_sample {
    uint64_t packets;           /* Put into the ring. */
    uint64_t full_drops;        /* Dropped, as the ring was full. */
};

/* What is known of a queue. */
struct vkernel_stall_queue {
    struct vkernel_stall_sample last; /* At the last look. */
    uint64_t base;              /* 'packets', when the kernel took some. */
    long long int waiting_since; /* Since when packets wait, or 0. */
    long long int full_since;   /* Since when the ring is full, or 0. */
    bool stalled;               /* What came of it. */
};

/* What is known of a port.  All zeros if nothing is. */
struct vkernel_stall {
    long long int looked_at;    /* Time of the last look, or 0. */
    uint64_t taken;             /* What the kernel had taken by then. */
    struct vkernel_stall_queue queues[VKERNEL_MAX_QUEUES];
};

/* Takes a look at time 'now', in ms, at a port with 'n_queues' queues, whose
 * counters are 'samples', and of whose packets the kernel has counted 'taken'
 * up to now, whatever it did with them. */
void vkernel_stall_look(struct vkernel_stall *, long long int now,
                        uint64_t taken, int n_queues,
                        const struct vkernel_stall_sample samples[]);

/* Returns true if the next look would find the same, given the same 'samples',
 * whatever the kernel has taken. */
bool vkernel_stall_is_idle(const struct vkernel_stall *, int n_queues,
                           const struct vkernel_stall_sample samples[]);

/* Returns true if 'queue' was stalled at the last look. */
bool vkernel_stall_is_stalled(const struct vkernel_stall *, int queue);

/* Forgets all, for what is watched has changed. */
void vkernel_stall_reset(struct vkernel_stall *);

#endif /* vkernel-stall.h */
