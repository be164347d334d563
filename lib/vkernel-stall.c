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

#include <config.h>

#include "vkernel-stall.h"

#include <string.h>

/* Notes what 'queue' has at the first look, or whenever the kernel takes
 * packets: from here on, it is waited for what comes. */
static void
note_progress(struct vkernel_stall_queue *queue,
              const struct vkernel_stall_sample *sample)
{
    queue->base = sample->packets;
    queue->waiting_since = 0;
}

/* Looks whether packets wait in 'queue'. */
static bool
look_for_waiting(struct vkernel_stall_queue *queue, long long int now,
                 const struct vkernel_stall_sample *sample)
{
    if (sample->packets == queue->base) {
        return false;
    }
    if (!queue->waiting_since) {
        queue->waiting_since = now;
    }
    return now - queue->waiting_since >= VKERNEL_STALL_MSEC;
}

/* Looks whether the ring of 'queue' is full, at 'now', and was at 'before',
 * the time of the last look. */
static bool
look_for_full(struct vkernel_stall_queue *queue, long long int before,
              long long int now, const struct vkernel_stall_sample *sample)
{
    if (sample->packets != queue->last.packets) {
        queue->full_since = 0;
        return false;
    }
    if (sample->full_drops == queue->last.full_drops) {
        /* Nothing tried, so nothing is known. */
        return queue->stalled && queue->full_since;
    }
    if (!queue->full_since) {
        queue->full_since = now;
    }
    return before - queue->full_since >= VKERNEL_STALL_MSEC;
}

void
vkernel_stall_look(struct vkernel_stall *stall, long long int now,
                   uint64_t taken, int n_queues,
                   const struct vkernel_stall_sample samples[])
{
    bool first = !stall->looked_at;
    bool progress = first || taken != stall->taken;

    for (int q = 0; q < n_queues; q++) {
        struct vkernel_stall_queue *queue = &stall->queues[q];
        bool waiting, full;

        if (progress) {
            note_progress(queue, &samples[q]);
        }
        waiting = look_for_waiting(queue, now, &samples[q]);
        full = !first && look_for_full(queue, stall->looked_at, now,
                                       &samples[q]);
        queue->stalled = waiting || full;
        queue->last = samples[q];
    }
    stall->looked_at = now;
    stall->taken = taken;
}

bool
vkernel_stall_is_idle(const struct vkernel_stall *stall, int n_queues,
                      const struct vkernel_stall_sample samples[])
{
    for (int q = 0; q < n_queues; q++) {
        const struct vkernel_stall_queue *queue = &stall->queues[q];

        if (queue->waiting_since || queue->full_since
            || samples[q].packets != queue->base
            || samples[q].full_drops != queue->last.full_drops) {
            return false;
        }
    }
    return stall->looked_at != 0;
}

bool
vkernel_stall_is_stalled(const struct vkernel_stall *stall, int queue)
{
    return stall->queues[queue].stalled;
}

void
vkernel_stall_reset(struct vkernel_stall *stall)
{
    memset(stall, 0, sizeof *stall);
}
