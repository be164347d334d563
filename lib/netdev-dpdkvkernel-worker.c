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

#include "netdev-dpdkvkernel-private.h"

#include <errno.h>
#include <stdlib.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "smap.h"
#include "timeval.h"
#include "vkernel-worker.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_worker);

/* A packet in a queue that is stalled is no news for ever. */
static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(10, 10);

/* How often workers are looked at, in ms. */
#define LOOK_INTERVAL VKERNEL_STALL_MSEC

/* How long a worker that got no time on its CPUs stays away from them. */
#define AWAY_MSEC (60 * 1000)

/* How long not to open a device again because of a stalled queue after that
 * was done. */
#define REOPEN_MSEC (60 * 1000)

void
netdev_dpdkvkernel_new_workers(struct netdev_dpdkvkernel *dev)
{
    struct netdev_dpdkvkernel_workers *workers = &dev->workers;

    workers->reopen = false;
    workers->busyloop_us = 0;
    workers->busyloop_error = 0;
    vkernel_stall_reset(&workers->stall);
    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        struct netdev_dpdkvkernel_worker *worker = &workers->queues[q];

        worker->past_cpu_msec += worker->cpu_msec;
        worker->cpu_msec = 0;
        worker->starves = false;
        worker->helped = false;
        worker->away_until = 0;
        worker->placed = false;
        worker->error = 0;
    }
    netdev_dpdkvkernel_place_workers(dev);
}

/* Has the device opened again, which makes workers anew. */
static void
reopen(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    dev->workers.reopen = true;
    dev->workers.n_reopened++;
    netdev_dpdkvkernel_request_heal(dev);
}

/* Looks at the worker of 'queue'.  One that runs, or would run, and has used
 * no time since the last look, gets none. */
static void
look_at_worker(struct netdev_dpdkvkernel *dev, int queue)
    OVS_REQUIRES(dev->mutex)
{
    struct netdev_dpdkvkernel_worker *worker = &dev->workers.queues[queue];
    struct vkernel_worker_info info;

    if (vkernel_workers_peek(dev->device.workers, queue, &info)) {
        if (!dev->workers.reopen) {
            VLOG_WARN("%s: the vhost worker of queue %d is gone, opening the "
                      "device again", netdev_get_name(&dev->up), queue);
            reopen(dev);
        }
        return;
    }
    worker->starves = info.state == 'R' && info.cpu_msec == worker->cpu_msec;
    worker->cpu = info.cpu;
    worker->cpu_msec = info.cpu_msec;
    if (worker->away_until && time_msec() >= worker->away_until) {
        worker->away_until = 0;
    }
}

/* Does what may help 'queue', which is stalled, without any harm. */
static void
help(struct netdev_dpdkvkernel *dev, int queue)
    OVS_REQUIRES(dev->mutex)
{
    struct netdev_dpdkvkernel_worker *worker = &dev->workers.queues[queue];
    const char *name = netdev_get_name(&dev->up);

    if (worker->starves) {
        if (!worker->away_until) {
            worker->away_from = worker->cpu;
            worker->away_until = time_msec() + AWAY_MSEC;
            VLOG_WARN_RL(&rl, "%s: queue %d is stalled, as its vhost worker "
                         "gets no time on CPU %d: moving it away", name, queue,
                         worker->cpu);
        }
    } else {
        VLOG_WARN_RL(&rl, "%s: queue %d is stalled: waking its vhost worker",
                     name, queue);
        vkernel_workers_kick(dev->device.workers);
    }
}

/* Does the rest.  To close a device is to wait for its workers, in the kernel,
 * so it must not be done for one that does not run. */
static void
help_more(struct netdev_dpdkvkernel *dev, int queue)
    OVS_REQUIRES(dev->mutex)
{
    struct netdev_dpdkvkernel_workers *workers = &dev->workers;

    if (workers->queues[queue].starves) {
        help(dev, queue);
    } else if (!workers->reopen
               && vkernel_workers_count(dev->device.workers)
               && time_msec() >= workers->no_reopen_until) {
        VLOG_WARN_RL(&rl, "%s: queue %d is still stalled: opening the device "
                     "again", netdev_get_name(&dev->up), queue);
        workers->no_reopen_until = time_msec() + REOPEN_MSEC;
        reopen(dev);
    }
}

static void
help_queues(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    for (int q = 0; q < dev->device.config.n_queues; q++) {
        struct netdev_dpdkvkernel_worker *worker = &dev->workers.queues[q];

        if (!vkernel_stall_is_stalled(&dev->workers.stall, q)) {
            worker->helped = false;
        } else if (!worker->helped) {
            worker->helped = true;
            worker->n_stalls++;
            help(dev, q);
        } else {
            help_more(dev, q);
        }
    }
}

/* Returns a number that changes whenever the kernel takes packets.  What an
 * XDP program sends back or elsewhere is in none of the tap's counters: then a
 * worker that runs has to do for a sign. */
static uint64_t
count_taken(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_link_stats *kernel = &dev->link.stats;

    return (kernel->rx_packets + kernel->rx_dropped + kernel->rx_errors
            + (dev->link.xdp
               ? vkernel_workers_get_cpu_nsec(dev->device.workers)
               : 0));
}

/* Finds out which queues are stalled.  The kernel is asked only while there
 * may be packets on their way to it. */
static void
watch_queues(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_stall_sample samples[VKERNEL_MAX_QUEUES];
    int n_queues = dev->device.config.n_queues;

    for (int q = 0; q < n_queues; q++) {
        const struct vkernel_txq_counters *txq = &dev->stats->txq[q];

        samples[q].packets = vkernel_counter_read(&txq->packets);
        samples[q].full_drops = vkernel_counter_read(
            &txq->drops[VKERNEL_DROP_TX_RING_FULL]);
    }
    if (vkernel_stall_is_idle(&dev->workers.stall, n_queues, samples)) {
        return;
    }
    netdev_dpdkvkernel_refresh_link(dev);
    if (dev->link_error || !dev->link.up) {
        vkernel_stall_reset(&dev->workers.stall);
    } else {
        vkernel_stall_look(&dev->workers.stall, time_msec(),
                           count_taken(dev), n_queues, samples);
    }
    help_queues(dev);
}

void
netdev_dpdkvkernel_run_workers(struct netdev_dpdkvkernel *dev)
{
    long long int now = time_msec();

    if (!dev->device.workers || now < dev->workers.next_look) {
        return;
    }
    /* All ports at the same time, so that the main thread wakes up once. */
    dev->workers.next_look = (now / LOOK_INTERVAL + 1) * LOOK_INTERVAL;
    for (size_t q = 0; q < vkernel_workers_count(dev->device.workers); q++) {
        look_at_worker(dev, q);
    }
    watch_queues(dev);
    netdev_dpdkvkernel_place_workers(dev);
}

void
netdev_dpdkvkernel_wait_workers(struct netdev_dpdkvkernel *dev)
{
    if (dev->device.workers) {
        poll_timer_wait_until(dev->workers.next_look);
    }
}

/* Showing them. */

static void OVS_PRINTF_FORMAT(3, 4)
add_counter(struct netdev_custom_stats *stats, uint64_t value,
            const char *format, ...)
{
    struct netdev_custom_counter *counter = &stats->counters[stats->size++];
    va_list args;

    counter->value = value;
    va_start(args, format);
    vsnprintf(counter->name, sizeof counter->name, format, args);
    va_end(args);
}

void
netdev_dpdkvkernel_add_worker_stats(struct netdev_dpdkvkernel *dev,
                                    struct netdev_custom_stats *stats)
{
    const struct netdev_dpdkvkernel_workers *workers = &dev->workers;
    int n_queues = dev->device.config.n_queues;
    size_t n_known = (dev->device.workers
                      ? vkernel_workers_count(dev->device.workers)
                      : 0);

    stats->counters = xrealloc(stats->counters,
                               (stats->size + 1 + 2 * n_queues)
                               * sizeof *stats->counters);
    add_counter(stats, workers->n_reopened, "vhost_restarts");
    for (int q = 0; q < n_queues; q++) {
        const struct netdev_dpdkvkernel_worker *worker = &workers->queues[q];

        /* As of the last look, so that it never goes back. */
        if (n_known) {
            add_counter(stats, worker->past_cpu_msec + worker->cpu_msec,
                        "vhost_q%d_cpu_ms", q);
        }
        add_counter(stats, worker->n_stalls, "tx_q%d_stalls", q);
    }
}

/* Appends what the worker of 'pair' does. */
static void
format_worker(struct vkernel_workers *workers, size_t pair, struct ds *out)
{
    struct vkernel_worker_info info;

    ds_put_format(out, "  vhost_q%"PRIuSIZE": ", pair);
    if (vkernel_workers_get(workers, pair, &info)) {
        ds_put_cstr(out, "gone\n");
    } else {
        ds_put_format(out, "thread %d, CPUs %s, on CPU %d, %.2f s",
                      (int) info.tid, info.cpus, info.cpu,
                      info.cpu_msec / 1000.0);
        if (info.percent >= 0) {
            ds_put_format(out, ", %d%%", info.percent);
        }
        ds_put_char(out, '\n');
    }
    vkernel_worker_info_uninit(&info);
}

void
netdev_dpdkvkernel_format_workers(const struct netdev_dpdkvkernel_info *info,
                                  struct ds *out)
{
    struct vkernel_workers *workers = info->device->workers;
    size_t n = workers ? vkernel_workers_count(workers) : 0;

    for (size_t pair = 0; pair < n; pair++) {
        format_worker(workers, pair, out);
    }
}

void
netdev_dpdkvkernel_format_workers_status(
    const struct netdev_dpdkvkernel_info *info, struct smap *status)
{
    struct vkernel_workers *workers = info->device->workers;

    if (workers && !vkernel_workers_count(workers)) {
        smap_add(status, "workers", "unknown");
    } else if (workers && info->workers_error) {
        smap_add_format(status, "workers", "not placed (%s)%s",
                        ovs_strerror(info->workers_error),
                        info->workers_error == EPERM
                        ? ": CAP_SYS_NICE is needed" : "");
    }
}
