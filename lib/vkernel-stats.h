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

#ifndef VKERNEL_STATS_H
#define VKERNEL_STATS_H 1

/* The ledger of a port: what became of every packet, by queue and direction,
 * in the words of Open vSwitch: "rx" is from the kernel, "tx" to it.
 *
 * rx: polled = delivered + each drop.  tx: offered = sent + each drop.
 *
 * The fast path (vkernel-rx.c, vkernel-tx.c) adds to the counters of one
 * queue from one thread at a time: an rxq's only poller, or the holder of a
 * txq's lock.  Any thread may read them at any time, without a lock.  They
 * live as long as the netdev, so a re-probe of the device loses none. */

#include <stdint.h>

#include "openvswitch/netdev.h"
#include "ovs-atomic.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-link.h"

struct ds;

/* Why packets are dropped: identifier, name in custom statistics, meaning. */
#define VKERNEL_RX_DROPS                                                    \
    VKERNEL_DROP(RX_CHAINED, "rx_chained_drops",                            \
                 "frame in more than one buffer")                           \
    VKERNEL_DROP(RX_POLICING, "rx_policing_drops",                          \
                 "more than ingress_policing lets pass")                    \
    VKERNEL_DROP(RX_NO_BUFFER, "rx_no_buffer_drops",                        \
                 "no buffer: other ports hold too many")                    \
    VKERNEL_DROP(RX_BAD_OFFLOAD, "rx_bad_offload_drops",                    \
                 "offload asked for that the frame's bytes contradict")

#define VKERNEL_TX_DROPS                                                    \
    VKERNEL_DROP(TX_DOWN, "tx_down_drops",                                  \
                 "port administratively down, or not running")              \
    VKERNEL_DROP(TX_QOS, "tx_qos_drops",                                    \
                 "more than the port's QoS lets pass")                      \
    VKERNEL_DROP(TX_TOO_BIG, "tx_mtu_exceeded_drops",                       \
                 "frame longer than the MTU allows")                        \
    VKERNEL_DROP(TX_SEGMENT_TOO_BIG, "tx_tso_segment_drops",                \
                 "TCP segments to be made longer than the MTU allows")      \
    VKERNEL_DROP(TX_CHAINED, "tx_chained_drops",                            \
                 "frame in more than one buffer")                           \
    VKERNEL_DROP(TX_OFFLOAD, "tx_offload_drops",                            \
                 "offload asked for that is not possible for the frame")    \
    VKERNEL_DROP(TX_NO_BUFFER, "tx_no_buffer_drops",                        \
                 "no buffer to copy the packet to")                         \
    VKERNEL_DROP(TX_INVALID, "tx_invalid_drops",                            \
                 "refused by the driver's preparation")                     \
    VKERNEL_DROP(TX_RING_FULL, "tx_ring_full_drops",                        \
                 "ring full: the vhost worker is behind")

enum vkernel_rx_drop {
#define VKERNEL_DROP(ID, NAME, MEANING) VKERNEL_DROP_##ID,
    VKERNEL_RX_DROPS
    VKERNEL_N_RX_DROPS
};

enum vkernel_tx_drop {
    VKERNEL_TX_DROPS
#undef VKERNEL_DROP
    VKERNEL_N_TX_DROPS
};

/* What has happened to the tap or the device, and was followed or mended, as
 * ID and name. */
#define VKERNEL_EVENTS                                          \
    VKERNEL_EVENT(TAP_DELETED, "tap_deleted")                   \
    VKERNEL_EVENT(TAP_RENAMED, "tap_renamed")                   \
    VKERNEL_EVENT(TAP_MOVED, "tap_moved")                       \
    VKERNEL_EVENT(NETNS_DELETED, "netns_deleted")               \
    VKERNEL_EVENT(MTU_CHANGED, "tap_mtu_changed")               \
    VKERNEL_EVENT(OFFLOADS_CHANGED, "tap_offloads_changed")     \
    VKERNEL_EVENT(CHANGE_FAILED, "change_failures")             \
    VKERNEL_EVENT(HEAL_DELAYED, "tap_heals_delayed")            \
    VKERNEL_EVENT(TAP_SHARED, "tap_shared")

enum vkernel_event {
#define VKERNEL_EVENT(ID, NAME) VKERNEL_EVENT_##ID,
    VKERNEL_EVENTS
#undef VKERNEL_EVENT
    VKERNEL_N_EVENTS
};

/* Counters of an rxq.  A cache line of its own each, as they have different
 * writers. */
struct vkernel_rxq_counters {
    OVS_ALIGNED_VAR(CACHE_LINE_SIZE)
    atomic_uint64_t packets;    /* Delivered to the datapath. */
    atomic_uint64_t bytes;
    atomic_uint64_t drops[VKERNEL_N_RX_DROPS];
};

/* Counters of a txq, likewise. */
struct vkernel_txq_counters {
    OVS_ALIGNED_VAR(CACHE_LINE_SIZE)
    atomic_uint64_t packets;    /* Handed to vhost-net. */
    atomic_uint64_t bytes;
    atomic_uint64_t drops[VKERNEL_N_TX_DROPS];
};

/* What only the driver counts; all queues together, from the probe on. */
struct vkernel_driver_stats {
    uint64_t rx_errors;         /* Headers that the driver could not parse. */
    uint64_t rx_multicast;
    uint64_t rx_broadcast;
    uint64_t tx_multicast;
    uint64_t tx_broadcast;
    uint64_t rx_no_buffer;      /* Refills put off: no packet was lost. */
};

/* The ledger of one port. */
struct vkernel_stats {
    struct vkernel_rxq_counters rxq[VKERNEL_MAX_QUEUES];
    struct vkernel_txq_counters txq[VKERNEL_MAX_QUEUES];

    /* All are of the main thread, under the netdev's mutex. */
    struct vkernel_driver_stats driver;
    struct vkernel_link_stats kernel;   /* The tap's, which say rx for tx. */
    uint64_t events[VKERNEL_N_EVENTS];
};

/* Adds 'n' to 'counter', which has no other writer at this moment, and so
 * needs no locked instruction. */
static inline void
vkernel_counter_add(atomic_uint64_t *counter, uint64_t n)
{
    uint64_t old;

    atomic_read_relaxed(counter, &old);
    atomic_store_relaxed(counter, old + n);
}

static inline uint64_t
vkernel_counter_read(const atomic_uint64_t *counter)
{
    uint64_t value;

    atomic_read_relaxed(CONST_CAST(atomic_uint64_t *, counter), &value);
    return value;
}

struct vkernel_stats *vkernel_stats_create(void);
void vkernel_stats_destroy(struct vkernel_stats *);

/* Adds 'more' to 'sum'. */
void vkernel_driver_stats_add(struct vkernel_driver_stats *sum,
                              const struct vkernel_driver_stats *more);

/* Fills what is known of 'out', for the 'statistics' column and OpenFlow. */
void vkernel_stats_get(const struct vkernel_stats *, struct netdev_stats *out);

/* Fills 'out', whose counters the caller must free(), with each drop, the
 * kernel's side, each event and the first 'n_queues' queues. */
void vkernel_stats_get_custom(const struct vkernel_stats *, int n_queues,
                              struct netdev_custom_stats *out);

/* Appends the ledger to 'out', for people. */
void vkernel_stats_format(const struct vkernel_stats *, int n_queues,
                          struct ds *out);

#endif /* vkernel-stats.h */
