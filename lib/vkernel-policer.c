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

#include "vkernel-policer.h"

#include <errno.h>
#include <inttypes.h>
#include <rte_meter.h>
#include <stdlib.h>

#include "dp-packet.h"
#include "hash.h"
#include "netdev.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/hmap.h"
#include "ovs-rcu.h"
#include "ovs-thread.h"
#include "packets.h"
#include "timeval.h"
#include "util.h"

/* Queues that there is room for without allocating under the lock. */
#define N_QUEUES 64

/* A bucket of one rate, of bytes or of packets. */
struct bucket {
    uint64_t rate, burst;       /* As configured; no limit if 'rate' is 0. */
    struct rte_meter_srtcm_profile profile;
    struct rte_meter_srtcm meter;
};

/* Two buckets of bytes, of RFC 4115. */
struct colors {
    struct vkernel_rates rates; /* As configured. */
    struct rte_meter_trtcm_rfc4115_profile profile;
    struct rte_meter_trtcm_rfc4115 meter;
};

/* A queue of a trtcm-policer. */
struct queue {
    struct hmap_node node;      /* In 'queues' of the policer, by 'id'. */
    uint32_t id;
    struct vkernel_rates rates; /* As asked for. */
    struct colors colors;
    struct netdev_queue_stats stats;
};

struct vkernel_policer {
    /* As asked for.  Only the main thread changes these, under the lock, so
     * that it may read them without. */
    struct vkernel_policer_config config;
    uint32_t min_burst;         /* In bytes. */

    struct ovs_spin lock;

    /* The latest time that any thread told, in cycles. */
    uint64_t now OVS_GUARDED;

    struct bucket bytes OVS_GUARDED;   /* Ingress and egress-policer. */
    struct bucket packets OVS_GUARDED; /* Ingress. */
    struct colors port OVS_GUARDED;    /* trtcm-policer. */

    /* Of trtcm-policer.  Only the main thread changes the map, under the
     * lock, so that it may read it without. */
    struct hmap queues;
};

/* Buckets. */

/* Makes 'bucket' a full one of 'burst', unless it is one of that already.  A
 * 'rate' of 0 is no limit. */
static int
configure_bucket(struct bucket *bucket, uint64_t rate, uint64_t burst,
                 uint64_t now)
{
    struct rte_meter_srtcm_params params = { .cir = rate, .cbs = burst };
    struct bucket new = { .rate = rate, .burst = burst };

    if (bucket->rate == rate && bucket->burst == burst) {
        return 0;
    }
    if (rate && (rte_meter_srtcm_profile_config(&new.profile, &params)
                 || rte_meter_srtcm_config(&new.meter, &new.profile))) {
        return EINVAL;
    }
    new.meter.time = now;
    *bucket = new;
    return 0;
}

/* Likewise.  Rates of 0 let nothing pass. */
static int
configure_colors(struct colors *colors, const struct vkernel_rates *rates,
                 uint32_t min_burst, uint64_t now)
{
    struct rte_meter_trtcm_rfc4115_params params = {
        .cir = rates->cir,
        .cbs = rates->cir ? MAX(rates->cbs, min_burst) : 0,
        .eir = rates->eir,
        .ebs = rates->eir ? MAX(rates->ebs, min_burst) : 0,
    };
    struct colors new = {
        .rates = { params.cir, params.cbs, params.eir, params.ebs },
    };

    if (vkernel_rates_equal(&colors->rates, &new.rates)) {
        return 0;
    }
    if (rte_meter_trtcm_rfc4115_profile_config(&new.profile, &params)
        || rte_meter_trtcm_rfc4115_config(&new.meter, &new.profile)) {
        return EINVAL;
    }
    new.meter.time_tc = new.meter.time_te = now;
    *colors = new;
    return 0;
}

static bool
take_from_bucket(struct bucket *bucket, uint32_t n, uint64_t now)
{
    return !bucket->rate
           || rte_meter_srtcm_color_blind_check(&bucket->meter,
                                                &bucket->profile, now,
                                                n) == RTE_COLOR_GREEN;
}

/* Returns how many bytes of 'packet' count. */
static uint32_t
get_length(const struct dp_packet *packet)
{
    uint32_t size = dp_packet_size(packet);

    return size > ETH_HEADER_LEN ? size - ETH_HEADER_LEN : 0;
}

/* A packet that one bucket has too little for takes nothing from the other. */
static bool
admit_by_buckets(struct vkernel_policer *policer, uint32_t length,
                 uint64_t now)
    OVS_REQUIRES(policer->lock)
{
    struct rte_meter_srtcm before = policer->packets.meter;

    if (!take_from_bucket(&policer->packets, 1, now)) {
        return false;
    }
    if (!take_from_bucket(&policer->bytes, length, now)) {
        policer->packets.meter = before;
        return false;
    }
    return true;
}

static struct queue *
find_queue(const struct vkernel_policer *policer, uint32_t id)
{
    struct queue *queue;

    HMAP_FOR_EACH_WITH_HASH (queue, node, hash_int(id, 0), &policer->queues) {
        if (queue->id == id) {
            return queue;
        }
    }
    return NULL;
}

static bool
admit_by_colors(struct vkernel_policer *policer, uint32_t queue_id,
                uint32_t length, uint64_t now)
    OVS_REQUIRES(policer->lock)
{
    struct queue *queue = find_queue(policer, queue_id);
    enum rte_color color = RTE_COLOR_GREEN;

    if (!queue && queue_id) {
        queue = find_queue(policer, 0);
    }
    if (queue) {
        color = rte_meter_trtcm_rfc4115_color_blind_check(
            &queue->colors.meter, &queue->colors.profile, now, length);
    }
    color = rte_meter_trtcm_rfc4115_color_aware_check(
        &policer->port.meter, &policer->port.profile, now, length, color);
    if (queue && color == RTE_COLOR_RED) {
        queue->stats.tx_errors++;
    } else if (queue) {
        queue->stats.tx_packets++;
        queue->stats.tx_bytes += length;
    }
    return color != RTE_COLOR_RED;
}

static bool
admit(struct vkernel_policer *policer, const struct dp_packet *packet,
      uint64_t now)
    OVS_REQUIRES(policer->lock)
{
    uint32_t length = get_length(packet);

    return (policer->config.type == VKERNEL_POLICER_TRTCM
            ? admit_by_colors(policer, packet->md.skb_priority, length, now)
            : admit_by_buckets(policer, length, now));
}

/* Returns 'now', or what was told before if that is later: another thread may
 * have read the clock later and got the lock earlier.  To a meter, time that
 * goes back is an age that has passed, and a full bucket. */
static uint64_t
advance(struct vkernel_policer *policer, uint64_t now)
    OVS_REQUIRES(policer->lock)
{
    policer->now = MAX(now, policer->now);
    return policer->now;
}

size_t
vkernel_policer_run(struct vkernel_policer *policer,
                    struct dp_packet **packets, size_t n, uint64_t now)
{
    size_t n_passed = 0;

    ovs_spin_lock(&policer->lock);
    now = advance(policer, now);
    for (size_t i = 0; i < n; i++) {
        struct dp_packet *packet = packets[i];

        if (admit(policer, packet, now)) {
            packets[i] = packets[n_passed];
            packets[n_passed++] = packet;
        }
    }
    ovs_spin_unlock(&policer->lock);
    return n_passed;
}

/* Life cycle. */

static int
configure_queues(struct vkernel_policer *policer, uint32_t min_burst,
                 uint64_t now)
    OVS_REQUIRES(policer->lock)
{
    struct queue *queue;
    int error = 0;

    HMAP_FOR_EACH (queue, node, &policer->queues) {
        int retval = configure_colors(&queue->colors, &queue->rates, min_burst,
                                      now);

        error = error ? error : retval;
    }
    return error;
}

int
vkernel_policer_set(struct vkernel_policer *policer,
                    const struct vkernel_policer_config *config,
                    uint32_t min_burst, uint64_t now)
{
    const struct vkernel_rates *rates = &config->rates;
    int error;

    ovs_spin_lock(&policer->lock);
    now = advance(policer, now);
    if (policer->config.type == VKERNEL_POLICER_TRTCM) {
        error = configure_colors(&policer->port, rates, min_burst, now);
        if (!error) {
            error = configure_queues(policer, min_burst, now);
        }
    } else {
        error = configure_bucket(&policer->bytes, rates->cir,
                                 MAX(rates->cbs, min_burst), now);
        if (!error) {
            error = configure_bucket(&policer->packets, config->packet_rate,
                                     config->packet_burst, now);
        }
    }
    if (!error) {
        policer->config = *config;
        policer->min_burst = min_burst;
    }
    ovs_spin_unlock(&policer->lock);
    return error;
}

int
vkernel_policer_create(const struct vkernel_policer_config *config,
                       uint32_t min_burst, uint64_t now,
                       struct vkernel_policer **policerp)
{
    struct vkernel_policer *policer = xzalloc(sizeof *policer);
    int error;

    ovs_spin_init(&policer->lock);
    hmap_init(&policer->queues);
    hmap_reserve(&policer->queues, N_QUEUES);
    policer->config.type = config->type;
    error = vkernel_policer_set(policer, config, min_burst, now);
    if (error) {
        vkernel_policer_destroy(policer);
        policer = NULL;
    }
    *policerp = policer;
    return error;
}

void
vkernel_policer_destroy(struct vkernel_policer *policer)
{
    if (policer) {
        struct queue *queue;

        HMAP_FOR_EACH_POP (queue, node, &policer->queues) {
            free(queue);
        }
        hmap_destroy(&policer->queues);
        ovs_spin_destroy(&policer->lock);
        free(policer);
    }
}

void
vkernel_policer_postpone_destroy(struct vkernel_policer *policer)
{
    if (policer) {
        ovsrcu_postpone(vkernel_policer_destroy, policer);
    }
}

const struct vkernel_policer_config *
vkernel_policer_get_config(const struct vkernel_policer *policer)
{
    return &policer->config;
}

static void
format_colors(const struct colors *colors, struct ds *s)
{
    ds_put_format(s, "cir=%"PRIu64" cbs=%"PRIu64" eir=%"PRIu64" ebs=%"PRIu64,
                  colors->rates.cir, colors->rates.cbs,
                  colors->rates.eir, colors->rates.ebs);
}

void
vkernel_policer_format(const struct vkernel_policer *policer, struct ds *s)
    OVS_NO_THREAD_SAFETY_ANALYSIS
{
    /* Configurations are changed by the main thread only, which this is. */
    if (policer->config.type == VKERNEL_POLICER_TRTCM) {
        ds_put_cstr(s, "trtcm-policer ");
        format_colors(&policer->port, s);
        return;
    }
    if (policer->config.type == VKERNEL_POLICER_EGRESS) {
        ds_put_cstr(s, "egress-policer ");
    }
    if (policer->bytes.rate) {
        ds_put_format(s, "%"PRIu64" bytes/s, bursts of %"PRIu64,
                      policer->bytes.rate, policer->bytes.burst);
    }
    if (policer->packets.rate) {
        ds_put_format(s, "%s%"PRIu64" packets/s, bursts of %"PRIu64,
                      policer->bytes.rate ? "; " : "",
                      policer->packets.rate, policer->packets.burst);
    }
}

/* Queues. */

int
vkernel_policer_set_queue(struct vkernel_policer *policer, uint32_t id,
                          const struct vkernel_rates *rates, uint64_t now)
{
    struct queue *queue = find_queue(policer, id);
    struct queue *new = NULL;
    int error;

    if (!queue) {
        queue = new = xzalloc(sizeof *new);
        new->id = id;
        new->stats.created = time_msec();
    }
    ovs_spin_lock(&policer->lock);
    error = configure_colors(&queue->colors, rates, policer->min_burst,
                             advance(policer, now));
    if (!error) {
        queue->rates = *rates;
        if (new) {
            hmap_insert(&policer->queues, &new->node, hash_int(id, 0));
            new = NULL;
        }
    }
    ovs_spin_unlock(&policer->lock);
    free(new);
    return error;
}

void
vkernel_policer_delete_queue(struct vkernel_policer *policer, uint32_t id)
{
    struct queue *queue = find_queue(policer, id);

    if (queue) {
        ovs_spin_lock(&policer->lock);
        hmap_remove(&policer->queues, &queue->node);
        ovs_spin_unlock(&policer->lock);
        free(queue);
    }
}

const struct vkernel_rates *
vkernel_policer_get_queue(const struct vkernel_policer *policer, uint32_t id)
{
    struct queue *queue = find_queue(policer, id);

    return queue ? &queue->rates : NULL;
}

static int
compare_ids(const void *a_, const void *b_)
{
    const uint32_t *a = a_;
    const uint32_t *b = b_;

    return *a < *b ? -1 : *a > *b;
}

uint32_t *
vkernel_policer_get_queues(const struct vkernel_policer *policer, size_t *np)
{
    uint32_t *ids = xcalloc(hmap_count(&policer->queues), sizeof *ids);
    struct queue *queue;
    size_t n = 0;

    HMAP_FOR_EACH (queue, node, &policer->queues) {
        ids[n++] = queue->id;
    }
    qsort(ids, n, sizeof *ids, compare_ids);
    *np = n;
    return ids;
}

bool
vkernel_policer_get_queue_stats(struct vkernel_policer *policer, uint32_t id,
                                struct netdev_queue_stats *stats)
{
    struct queue *queue = find_queue(policer, id);

    if (queue) {
        ovs_spin_lock(&policer->lock);
        *stats = queue->stats;
        ovs_spin_unlock(&policer->lock);
    }
    return queue != NULL;
}
