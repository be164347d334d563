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

#include "vkernel-stats.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"

/* A drop's name and meaning. */
struct drop_text {
    const char *name;           /* In custom statistics. */
    const char *meaning;        /* For people. */
};

#define VKERNEL_DROP(ID, NAME, MEANING) \
    [VKERNEL_DROP_##ID] = { NAME, MEANING },
static const struct drop_text rx_drop_texts[] = { VKERNEL_RX_DROPS };
static const struct drop_text tx_drop_texts[] = { VKERNEL_TX_DROPS };
#undef VKERNEL_DROP

/* The events' names in custom statistics. */
#define VKERNEL_EVENT(ID, NAME) [VKERNEL_EVENT_##ID] = NAME,
static const char *const event_names[] = { VKERNEL_EVENTS };
#undef VKERNEL_EVENT

/* Sums over all queues, also those that a reconfiguration has taken away. */
struct totals {
    uint64_t rx_packets, rx_bytes, rx_drops[VKERNEL_N_RX_DROPS], rx_dropped;
    uint64_t tx_packets, tx_bytes, tx_drops[VKERNEL_N_TX_DROPS], tx_dropped;
};

struct vkernel_stats *
vkernel_stats_create(void)
{
    struct vkernel_stats *stats = xzalloc_cacheline(sizeof *stats);

    return stats;
}

void
vkernel_stats_destroy(struct vkernel_stats *stats)
{
    free_cacheline(stats);
}

void
vkernel_driver_stats_add(struct vkernel_driver_stats *sum,
                         const struct vkernel_driver_stats *more)
{
    sum->rx_errors += more->rx_errors;
    sum->rx_multicast += more->rx_multicast;
    sum->rx_broadcast += more->rx_broadcast;
    sum->tx_multicast += more->tx_multicast;
    sum->tx_broadcast += more->tx_broadcast;
    sum->rx_no_buffer += more->rx_no_buffer;
}

static void
get_totals(const struct vkernel_stats *stats, struct totals *t)
{
    memset(t, 0, sizeof *t);
    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        const struct vkernel_rxq_counters *rxq = &stats->rxq[q];
        const struct vkernel_txq_counters *txq = &stats->txq[q];

        t->rx_packets += vkernel_counter_read(&rxq->packets);
        t->rx_bytes += vkernel_counter_read(&rxq->bytes);
        for (int i = 0; i < VKERNEL_N_RX_DROPS; i++) {
            t->rx_drops[i] += vkernel_counter_read(&rxq->drops[i]);
        }
        t->tx_packets += vkernel_counter_read(&txq->packets);
        t->tx_bytes += vkernel_counter_read(&txq->bytes);
        for (int i = 0; i < VKERNEL_N_TX_DROPS; i++) {
            t->tx_drops[i] += vkernel_counter_read(&txq->drops[i]);
        }
    }
    for (int i = 0; i < VKERNEL_N_RX_DROPS; i++) {
        t->rx_dropped += t->rx_drops[i];
    }
    for (int i = 0; i < VKERNEL_N_TX_DROPS; i++) {
        t->tx_dropped += t->tx_drops[i];
    }
}

void
vkernel_stats_get(const struct vkernel_stats *stats, struct netdev_stats *out)
{
    struct totals t;

    get_totals(stats, &t);
    out->rx_packets = t.rx_packets;
    out->rx_bytes = t.rx_bytes;
    out->rx_errors = stats->driver.rx_errors;
    /* What the kernel could not queue for us is missed, as a NIC would say,
     * and counts as dropped on the way in. */
    out->rx_dropped = t.rx_dropped + stats->kernel.tx_dropped;
    out->rx_missed_errors = stats->kernel.tx_dropped;
    out->multicast = stats->driver.rx_multicast;
    out->rx_broadcast_packets = stats->driver.rx_broadcast;

    out->tx_packets = t.tx_packets;
    out->tx_bytes = t.tx_bytes;
    out->tx_errors = stats->kernel.rx_errors;
    out->tx_dropped = t.tx_dropped;
    out->tx_multicast_packets = stats->driver.tx_multicast;
    out->tx_broadcast_packets = stats->driver.tx_broadcast;

    out->collisions = 0;
}

static void OVS_PRINTF_FORMAT(3, 4)
add_custom(struct netdev_custom_stats *out, uint64_t value,
           const char *format, ...)
{
    struct netdev_custom_counter *counter = &out->counters[out->size++];
    va_list args;

    counter->value = value;
    va_start(args, format);
    vsnprintf(counter->name, sizeof counter->name, format, args);
    va_end(args);
}

static void
add_custom_queue(struct netdev_custom_stats *out, const char *direction,
                 int queue, const atomic_uint64_t *packets,
                 const atomic_uint64_t *bytes)
{
    add_custom(out, vkernel_counter_read(packets), "%s_q%d_packets",
               direction, queue);
    add_custom(out, vkernel_counter_read(bytes), "%s_q%d_bytes",
               direction, queue);
}

void
vkernel_stats_get_custom(const struct vkernel_stats *stats, int n_queues,
                         struct netdev_custom_stats *out)
{
    const struct vkernel_link_stats *kernel = &stats->kernel;
    enum {
        N_FIXED = (VKERNEL_N_RX_DROPS + VKERNEL_N_TX_DROPS + 6
                   + VKERNEL_N_EVENTS)
    };
    struct totals t;

    get_totals(stats, &t);
    out->size = 0;
    out->counters = xcalloc(N_FIXED + 4 * n_queues, sizeof *out->counters);
    for (int i = 0; i < VKERNEL_N_RX_DROPS; i++) {
        add_custom(out, t.rx_drops[i], "%s", rx_drop_texts[i].name);
    }
    for (int i = 0; i < VKERNEL_N_TX_DROPS; i++) {
        add_custom(out, t.tx_drops[i], "%s", tx_drop_texts[i].name);
    }
    add_custom(out, stats->driver.rx_no_buffer, "rx_refill_failures");
    add_custom(out, kernel->rx_packets, "kernel_rx_packets");
    add_custom(out, kernel->rx_dropped, "kernel_rx_dropped");
    add_custom(out, kernel->rx_errors, "kernel_rx_errors");
    add_custom(out, kernel->tx_packets, "kernel_tx_packets");
    add_custom(out, kernel->tx_dropped, "kernel_tx_dropped");
    for (int i = 0; i < VKERNEL_N_EVENTS; i++) {
        add_custom(out, stats->events[i], "%s", event_names[i]);
    }
    for (int q = 0; q < n_queues; q++) {
        add_custom_queue(out, "rx", q, &stats->rxq[q].packets,
                         &stats->rxq[q].bytes);
        add_custom_queue(out, "tx", q, &stats->txq[q].packets,
                         &stats->txq[q].bytes);
    }
}

static void
format_row(struct ds *out, char sign, const char *name, uint64_t value,
           const char *meaning)
{
    ds_put_format(out, "  %c %-24s %15"PRIu64"  %s\n", sign, name, value,
                  meaning);
}

static void
format_drops(struct ds *out, const struct drop_text *texts, size_t n,
             const uint64_t *drops)
{
    for (size_t i = 0; i < n; i++) {
        format_row(out, '-', texts[i].name, drops[i], texts[i].meaning);
    }
}

void
vkernel_stats_format(const struct vkernel_stats *stats, int n_queues,
                     struct ds *out)
{
    const struct vkernel_link_stats *kernel = &stats->kernel;
    struct totals t;

    get_totals(stats, &t);

    ds_put_cstr(out, "  Open vSwitch to kernel (tx), packets:\n");
    format_row(out, ' ', "offered", t.tx_packets + t.tx_dropped,
               "output to this port");
    format_drops(out, tx_drop_texts, VKERNEL_N_TX_DROPS, t.tx_drops);
    format_row(out, '=', "tx_packets", t.tx_packets, "handed to vhost-net");
    format_row(out, ' ', "kernel_rx_packets", kernel->rx_packets,
               "taken by the kernel's stack");
    format_row(out, ' ', "kernel_rx_dropped", kernel->rx_dropped,
               "refused by the tap");
    format_row(out, ' ', "kernel_rx_errors", kernel->rx_errors,
               "refused by the tap as malformed");

    ds_put_cstr(out, "  kernel to Open vSwitch (rx), packets:\n");
    format_row(out, ' ', "kernel_tx_packets", kernel->tx_packets,
               "taken off the tap's queues by vhost-net");
    format_row(out, ' ', "kernel_tx_dropped", kernel->tx_dropped,
               "not queued: the tap's queue was full");
    format_row(out, ' ', "polled",
               t.rx_packets + t.rx_dropped + stats->driver.rx_errors,
               "taken off the rings");
    format_row(out, '-', "rx_errors", stats->driver.rx_errors,
               "refused by the driver as malformed");
    format_drops(out, rx_drop_texts, VKERNEL_N_RX_DROPS, t.rx_drops);
    format_row(out, '=', "rx_packets", t.rx_packets,
               "delivered to the datapath");

    ds_put_cstr(out, "  queue      rx packets        rx bytes"
                     "      tx packets        tx bytes\n");
    for (int q = 0; q < n_queues; q++) {
        ds_put_format(out, "  %5d %15"PRIu64" %15"PRIu64" %15"PRIu64
                      " %15"PRIu64"\n", q,
                      vkernel_counter_read(&stats->rxq[q].packets),
                      vkernel_counter_read(&stats->rxq[q].bytes),
                      vkernel_counter_read(&stats->txq[q].packets),
                      vkernel_counter_read(&stats->txq[q].bytes));
    }
}
