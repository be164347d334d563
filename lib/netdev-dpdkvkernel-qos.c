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
#include <rte_cycles.h>
#include <stdlib.h>
#include <string.h>

#include "ovs-rcu.h"
#include "packets.h"
#include "rtnetlink.h"
#include "smap.h"
#include "sset.h"
#include "vkernel-error.h"
#include "vkernel-policer.h"

/* The bridge configures a port by set_qos(), then delete_queue() and
 * set_queue() for its queues, and last set_policing(), at each configuration
 * and without looking at what they return.  So set_policing() is where all
 * that was wrong is known. */

/* Walks through the queues. */
struct queue_dump {
    uint32_t *ids;
    size_t n, next;
};

/* Returns how many bytes behind its Ethernet header the longest packet has. */
static uint32_t
get_min_burst(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return ((dev->device.gso_max_size ? UINT16_MAX : dev->device.mtu)
            + 2 * VLAN_HEADER_LEN);
}

static struct vkernel_policer *
get_policer(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return ovsrcu_get_protected(struct vkernel_policer *, &dev->tx_policer);
}

/* Returns the policer if it has queues. */
static struct vkernel_policer *
get_trtcm_policer(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_policer *policer = get_policer(dev);

    return (policer && (vkernel_policer_get_config(policer)->type
                        == VKERNEL_POLICER_TRTCM)
            ? policer : NULL);
}

/* Adds 'message', which this function takes over and which may be NULL, to
 * what is wrong with the QoS. */
static int
add_qos_error(struct netdev_dpdkvkernel *dev, char *message, int error)
    OVS_REQUIRES(dev->mutex)
{
    const char *name = netdev_get_name(&dev->up);

    if (message) {
        char *text = (dev->qos_error
                      ? xasprintf("%s; %s", dev->qos_error, message)
                      : xasprintf("%s: QoS %s", name, message));

        free(dev->qos_error);
        dev->qos_error = text;
        free(message);
    }
    return error;
}

/* Makes the policer that '*policerp' holds, or none, what 'config', or NULL,
 * wants. */
static int
configure_policer(struct netdev_dpdkvkernel *dev,
                  netdev_dpdkvkernel_policer *policerp,
                  const struct vkernel_policer_config *config)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_policer *old = ovsrcu_get_protected(
        struct vkernel_policer *, policerp);
    const struct vkernel_policer_config *old_config
        = old ? vkernel_policer_get_config(old) : NULL;
    uint32_t min_burst = get_min_burst(dev);
    uint64_t now = rte_get_tsc_cycles();
    struct vkernel_policer *new = NULL;
    int error = 0;

    if (old && config && old_config->type == config->type) {
        if (memcmp(old_config, config, sizeof *config)) {
            netdev_change_seq_changed(&dev->up);
        }
        return vkernel_policer_set(old, config, min_burst, now);
    }
    if (config) {
        error = vkernel_policer_create(config, min_burst, now, &new);
    }
    if (!error && old != new) {
        ovsrcu_set(policerp, new);
        vkernel_policer_postpone_destroy(old);
        netdev_change_seq_changed(&dev->up);
    }
    return error;
}

static void
resize_policer(struct netdev_dpdkvkernel *dev,
               netdev_dpdkvkernel_policer *policerp)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_policer *policer = ovsrcu_get_protected(
        struct vkernel_policer *, policerp);

    if (policer) {
        struct vkernel_policer_config config
            = *vkernel_policer_get_config(policer);

        configure_policer(dev, policerp, &config);
    }
}

void
netdev_dpdkvkernel_resize_policers(struct netdev_dpdkvkernel *dev)
{
    resize_policer(dev, &dev->rx_policer);
    resize_policer(dev, &dev->tx_policer);
}

void
netdev_dpdkvkernel_destroy_policers(struct netdev_dpdkvkernel *dev)
{
    vkernel_policer_destroy(ovsrcu_get_protected(struct vkernel_policer *,
                                                 &dev->rx_policer));
    vkernel_policer_destroy(get_policer(dev));
    free(dev->qos_error);
}

int
netdev_dpdkvkernel_set_policing(struct netdev *netdev,
                                unsigned int kbits_rate,
                                unsigned int kbits_burst,
                                unsigned int kpkts_rate,
                                unsigned int kpkts_burst)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer_config config;
    bool is_limited = vkernel_policer_config_ingress(
        &config, kbits_rate, kbits_burst, kpkts_rate, kpkts_burst);
    int error;

    ovs_mutex_lock(&dev->mutex);
    error = configure_policer(dev, &dev->rx_policer,
                              is_limited ? &config : NULL);
    if (vkernel_error_set(netdev_get_name(netdev), VKERNEL_ERROR_QOS,
                          dev->qos_error)) {
        /* The bridge has written the error column already, and does so again
         * when it hears of any link. */
        rtnetlink_report_link();
    }
    dev->qos_error = NULL;
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

/* QoS. */

int
netdev_dpdkvkernel_get_qos_types(const struct netdev *netdev OVS_UNUSED,
                                 struct sset *types)
{
    sset_add(types, vkernel_policer_type_to_string(VKERNEL_POLICER_EGRESS));
    sset_add(types, vkernel_policer_type_to_string(VKERNEL_POLICER_TRTCM));
    return 0;
}

int
netdev_dpdkvkernel_get_qos(const struct netdev *netdev, const char **typep,
                           struct smap *details)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer *policer;

    ovs_mutex_lock(&dev->mutex);
    policer = get_policer(dev);
    *typep = "";
    if (policer) {
        const struct vkernel_policer_config *config
            = vkernel_policer_get_config(policer);

        *typep = vkernel_policer_type_to_string(config->type);
        vkernel_rates_format(&config->rates, config->type, details);
    }
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

int
netdev_dpdkvkernel_set_qos(struct netdev *netdev, const char *type,
                           const struct smap *details)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer_config config;
    char *message = NULL;
    int error;

    if (type[0]) {
        message = vkernel_policer_config_parse(type, details, &config);
    }
    ovs_mutex_lock(&dev->mutex);
    free(dev->qos_error);
    dev->qos_error = NULL;
    dev->qos_refused = message != NULL;
    error = (message
             ? add_qos_error(dev, message, EINVAL)
             : configure_policer(dev, &dev->tx_policer,
                                 type[0] ? &config : NULL));
    if (!message && type[0]) {
        add_qos_error(dev, vkernel_policer_config_unknown(config.type,
                                                          details), 0);
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

/* Queues. */

int
netdev_dpdkvkernel_get_queue(const struct netdev *netdev,
                             unsigned int queue_id, struct smap *details)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer *policer;
    int error = 0;

    ovs_mutex_lock(&dev->mutex);
    policer = get_trtcm_policer(dev);
    if (!policer) {
        error = EOPNOTSUPP;
    } else {
        const struct vkernel_rates *rates
            = vkernel_policer_get_queue(policer, queue_id);

        if (rates) {
            vkernel_rates_format(rates, VKERNEL_POLICER_TRTCM, details);
        } else {
            error = EINVAL;
        }
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

/* Does the work of set_queue(). */
static int
set_queue(struct netdev_dpdkvkernel *dev, unsigned int queue_id,
          const struct smap *details)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_policer *policer = get_trtcm_policer(dev);
    bool is_default = !queue_id && smap_is_empty(details);
    struct vkernel_rates rates;
    char *message;

    if (dev->qos_refused) {
        /* These are queues of the QoS that was refused. */
        return EINVAL;
    } else if (!policer) {
        return add_qos_error(dev, (!get_policer(dev) || is_default ? NULL
                                   : xasprintf("queue %u has no effect: only "
                                               "trtcm-policer has queues",
                                               queue_id)), EOPNOTSUPP);
    }
    if (is_default) {
        rates = vkernel_policer_get_config(policer)->rates;
    } else {
        message = vkernel_policer_queue_parse(details, &rates);
        if (message) {
            char *text = xasprintf("queue %u: %s", queue_id, message);

            free(message);
            return add_qos_error(dev, text, EINVAL);
        }
        message = vkernel_policer_config_unknown(VKERNEL_POLICER_TRTCM,
                                                 details);
        if (message) {
            add_qos_error(dev, xasprintf("queue %u: %s", queue_id, message),
                          0);
            free(message);
        }
    }
    return vkernel_policer_set_queue(policer, queue_id, &rates,
                                     rte_get_tsc_cycles());
}

int
netdev_dpdkvkernel_set_queue(struct netdev *netdev, unsigned int queue_id,
                             const struct smap *details)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int error;

    ovs_mutex_lock(&dev->mutex);
    error = set_queue(dev, queue_id, details);
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

/* Queue 0 is always there: the bridge would have it deleted at each
 * configuration where the database does not mention it, and made again. */
int
netdev_dpdkvkernel_delete_queue(struct netdev *netdev, unsigned int queue_id)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer *policer;
    int error = 0;

    ovs_mutex_lock(&dev->mutex);
    policer = get_trtcm_policer(dev);
    if (!policer || dev->qos_refused || !queue_id) {
        error = EOPNOTSUPP;
    } else {
        vkernel_policer_delete_queue(policer, queue_id);
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

int
netdev_dpdkvkernel_get_queue_stats(const struct netdev *netdev,
                                   unsigned int queue_id,
                                   struct netdev_queue_stats *stats)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer *policer;
    int error = 0;

    ovs_mutex_lock(&dev->mutex);
    policer = get_trtcm_policer(dev);
    if (!policer) {
        error = EOPNOTSUPP;
    } else if (!vkernel_policer_get_queue_stats(policer, queue_id, stats)) {
        error = EINVAL;
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

int
netdev_dpdkvkernel_queue_dump_start(const struct netdev *netdev,
                                    void **statep)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct vkernel_policer *policer;
    int error = 0;

    ovs_mutex_lock(&dev->mutex);
    policer = get_trtcm_policer(dev);
    if (!policer) {
        error = EOPNOTSUPP;
    } else {
        struct queue_dump *dump = xzalloc(sizeof *dump);

        dump->ids = vkernel_policer_get_queues(policer, &dump->n);
        *statep = dump;
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

int
netdev_dpdkvkernel_queue_dump_next(const struct netdev *netdev, void *state,
                                   unsigned int *queue_id,
                                   struct smap *details)
{
    struct queue_dump *dump = state;

    if (dump->next >= dump->n) {
        return EOF;
    }
    *queue_id = dump->ids[dump->next++];
    return netdev_dpdkvkernel_get_queue(netdev, *queue_id, details);
}

int
netdev_dpdkvkernel_queue_dump_done(const struct netdev *netdev OVS_UNUSED,
                                   void *state)
{
    struct queue_dump *dump = state;

    free(dump->ids);
    free(dump);
    return 0;
}

int
netdev_dpdkvkernel_dump_queue_stats(
    const struct netdev *netdev,
    void (*cb)(unsigned int queue_id, struct netdev_queue_stats *, void *aux),
    void *aux)
{
    struct queue_dump *dump;
    void *state;
    int error;

    error = netdev_dpdkvkernel_queue_dump_start(netdev, &state);
    if (error) {
        return error;
    }
    dump = state;
    for (size_t i = 0; i < dump->n; i++) {
        struct netdev_queue_stats stats;

        if (!netdev_dpdkvkernel_get_queue_stats(netdev, dump->ids[i],
                                                &stats)) {
            cb(dump->ids[i], &stats, aux);
        }
    }
    return netdev_dpdkvkernel_queue_dump_done(netdev, state);
}
