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

#ifndef VKERNEL_POLICER_H
#define VKERNEL_POLICER_H 1

/* Policers: what may pass of the packets that a port is given, and what is
 * dropped, by token buckets of DPDK's rte_meter.
 *
 *   ingress         from the kernel: bytes a second, packets a second, or
 *                   both, when a packet passes only if both buckets have
 *                   enough for it;
 *
 *   egress-policer  to the kernel: bytes a second;
 *
 *   trtcm-policer   to the kernel: the two rates and three colours of RFC
 *                   4115, for the queue of each packet first, whose colour is
 *                   then what the packet has at the port.  What is red there
 *                   is dropped.
 *
 * As in Open vSwitch's dpdk ports, the bytes of a packet are those behind its
 * Ethernet header.  A packet that is still to be cut to TCP segments counts
 * with all of its bytes, at once.  A bucket that is smaller than the longest
 * packet would stop a connection for ever, so none is.
 *
 * vkernel_policer_run() is called from any thread that receives or sends, all
 * else from the main thread.  A spin lock of the policer's is held while a
 * batch is looked at, and while the main thread changes or reads what that
 * needs.  Threads keep no pointer to a policer longer than one batch. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vkernel-policer-config.h"

struct dp_packet;
struct ds;
struct netdev_queue_stats;
struct vkernel_policer;

/* Makes '*policerp', with full buckets, at the time 'now', in cycles of
 * rte_get_tsc_cycles().  No bucket of bytes is smaller than 'min_burst', the
 * length of the longest packet.  Returns 0, or EINVAL if rte_meter refuses
 * 'config', which it does not if that was parsed; '*policerp' is NULL then. */
int vkernel_policer_create(const struct vkernel_policer_config *config,
                           uint32_t min_burst, uint64_t now,
                           struct vkernel_policer **policerp);
void vkernel_policer_destroy(struct vkernel_policer *);

/* Destroys the policer once no thread can be using it any more. */
void vkernel_policer_postpone_destroy(struct vkernel_policer *);

/* Changes what the policer was created with, but for the type.  A bucket whose
 * rate or size changes is full again, others go on as they are.  Queues stay.
 * Returns likewise; a bucket that was refused goes on as before. */
int vkernel_policer_set(struct vkernel_policer *,
                        const struct vkernel_policer_config *config,
                        uint32_t min_burst, uint64_t now);

const struct vkernel_policer_config *vkernel_policer_get_config(
    const struct vkernel_policer *);

/* Looks at the 'n' 'packets', in this order, at the time 'now'.  Moves those
 * that may pass, in their order, to the beginning of 'packets', and the others
 * behind them, where the caller must drop them.  Returns how many may pass. */
size_t vkernel_policer_run(struct vkernel_policer *,
                           struct dp_packet **packets, size_t n, uint64_t now);

/* Appends what is in force, sizes of buckets included, for people. */
void vkernel_policer_format(const struct vkernel_policer *, struct ds *);

/* Queues of a trtcm-policer.  A packet goes by the queue that was chosen for
 * it (set_queue in OpenFlow), or by queue 0 if there is no such queue, or by
 * the port alone if there is no queue 0 either. */

/* Makes queue 'id', or changes it.  Returns as vkernel_policer_set(). */
int vkernel_policer_set_queue(struct vkernel_policer *, uint32_t id,
                              const struct vkernel_rates *, uint64_t now);

/* Removes queue 'id', if there is one. */
void vkernel_policer_delete_queue(struct vkernel_policer *, uint32_t id);

/* Returns the rates of queue 'id', or NULL if there is none. */
const struct vkernel_rates *vkernel_policer_get_queue(
    const struct vkernel_policer *, uint32_t id);

/* Returns the numbers of all queues, in ascending order, in an array that the
 * caller must free(), and how many there are in '*np'. */
uint32_t *vkernel_policer_get_queues(const struct vkernel_policer *,
                                     size_t *np);

/* Fills '*stats' with what passed by queue 'id', and as errors what was
 * dropped.  Returns false if there is no such queue. */
bool vkernel_policer_get_queue_stats(struct vkernel_policer *, uint32_t id,
                                     struct netdev_queue_stats *stats);

#endif /* vkernel-policer.h */
