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

#include "netdev-dpdkvkernel.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dp-packet.h"
#include "dpdk.h"
#include "netdev-dpdkvkernel-private.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "packets.h"
#include "rtnetlink.h"
#include "smap.h"
#include "vkernel-error.h"
#include "vkernel-hugepages.h"
#include "vkernel-mempool.h"
#include "vkernel-printable.h"
#include "vkernel-retry.h"
#include "vkernel-tap.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel);

struct ovs_mutex netdev_dpdkvkernel_ports_mutex = OVS_MUTEX_INITIALIZER;

struct ovs_list netdev_dpdkvkernel_ports
    OVS_GUARDED_BY(netdev_dpdkvkernel_ports_mutex)
    = OVS_LIST_INITIALIZER(&netdev_dpdkvkernel_ports);

netdev_dpdkvkernel_find_bridge_func *netdev_dpdkvkernel_find_bridge;

/* See netdev_dpdkvkernel_register(). */
static netdev_dpdkvkernel_get_other_config_func *get_other_config;

struct netdev_rxq_dpdkvkernel {
    struct netdev_rxq up;
    struct vkernel_rxq_counters *counters; /* In the netdev's ledger. */
    struct vkernel_rx rx;       /* The netdev's... */
    bool running;               /* ...if there is a port to receive from. */
};

static const struct netdev_class dpdkvkernel_class;

static struct netdev_rxq_dpdkvkernel *
netdev_rxq_dpdkvkernel_cast(const struct netdev_rxq *rxq)
{
    return CONTAINER_OF(rxq, struct netdev_rxq_dpdkvkernel, up);
}

/* Why Interfaces could not be opened, as it was logged last, by name.  A
 * netdev lives as long as its attempt only, and there may be many attempts. */
static struct shash refusals OVS_GUARDED_BY(netdev_dpdkvkernel_ports_mutex)
    = SHASH_INITIALIZER(&refusals);

/* Logs 'message', which says why 'name' could not be opened, or that it was if
 * NULL, unless it is the same as last time.  Returns 'message'. */
static char *
log_refusal(const char *name, char *message)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    const char *last = shash_find_data(&refusals, name);

    if (message && !nullable_string_is_equal(last, message)) {
        VLOG_WARN("%s", message);
        free(shash_replace(&refusals, name, xstrdup(message)));
    } else if (!message && last) {
        free(shash_find_and_delete(&refusals, name));
    }
    return message;
}

/* Forgets what was said of Interfaces that are not there any more, so that it
 * is said again should they come back. */
static void
forget_refusals(void)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    struct shash_node *node;

    SHASH_FOR_EACH_SAFE (node, &refusals) {
        if (!netdev_dpdkvkernel_find_bridge(node->name)) {
            free(node->data);
            shash_delete(&refusals, node);
        }
    }
}

/* Life cycle. */

static struct netdev *
netdev_dpdkvkernel_alloc(void)
{
    struct netdev_dpdkvkernel *dev = xzalloc(sizeof *dev);

    return &dev->up;
}

static void
netdev_dpdkvkernel_dealloc(struct netdev *netdev)
{
    free(netdev_dpdkvkernel_cast(netdev));
}

static int
netdev_dpdkvkernel_construct(struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_init(&dev->mutex);
    atomic_init(&dev->admin_up, true);
    ovsrcu_init(&dev->rx_policer, NULL);
    ovsrcu_init(&dev->tx_policer, NULL);
    dev->stats = vkernel_stats_create();
    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        ovs_spin_init(&dev->txqs[q].lock);
        dev->txqs[q].counters = &dev->stats->txq[q];
    }
    dev->tx.txqs = dev->txqs;
    dev->tx.n_txqs = 1;
    ovs_mutex_lock(&dev->mutex);
    dev->link_error = ENODEV;
    dev->host = vkernel_host_create();
    dev->place_at = LLONG_MAX;
    ovs_mutex_unlock(&dev->mutex);

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    ovs_list_push_back(&netdev_dpdkvkernel_ports, &dev->node);
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);

    netdev_request_reconfigure(netdev);
    return 0;
}

static void
netdev_dpdkvkernel_destruct(struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    ovs_list_remove(&dev->node);
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);

    ovs_mutex_lock(&dev->mutex);
    vkernel_error_clear(netdev_get_name(netdev));
    netdev_dpdkvkernel_discard_change(dev);
    netdev_dpdkvkernel_undo_host(dev);
    vkernel_host_destroy(dev->host);
    netdev_dpdkvkernel_leave_tap(dev);
    vkernel_device_close(&dev->device);
    vkernel_config_uninit(&dev->wanted_config);
    free(dev->offloads);
    netdev_dpdkvkernel_destroy_policers(dev);
    ovs_mutex_unlock(&dev->mutex);

    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        ovs_spin_destroy(&dev->txqs[q].lock);
    }
    vkernel_stats_destroy(dev->stats);
    netdev_dpdkvkernel_name_changed();
    ovs_mutex_destroy(&dev->mutex);
}

static void
netdev_dpdkvkernel_run(const struct netdev_class *netdev_class OVS_UNUSED)
{
    struct netdev_dpdkvkernel *dev;

    netdev_dpdkvkernel_carrier_run();
    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        netdev_dpdkvkernel_check_name(dev);
        netdev_dpdkvkernel_run_port(dev);
    }
    forget_refusals();
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    netdev_dpdkvkernel_sweep_run();
    vkernel_mempool_sweep();
    if (vkernel_retry_run(netdev_dpdkvkernel_is_wanted)) {
        rtnetlink_report_link();
    }
}

static void
netdev_dpdkvkernel_wait(const struct netdev_class *netdev_class OVS_UNUSED)
{
    struct netdev_dpdkvkernel *dev;

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        netdev_dpdkvkernel_wait_port(dev);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    netdev_dpdkvkernel_carrier_wait();
    netdev_dpdkvkernel_sweep_wait();
    vkernel_retry_wait();
}

/* Returns why there is no DPDK for the Interface 'name' and what to do about
 * it.  The caller must free() that. */
static char *
explain_no_dpdk(const char *name)
{
    static const struct smap nothing = SMAP_INITIALIZER(&nothing);
    /* The bridge starts DPDK before it creates ports, and never again. */
    static bool failed;
    const struct smap *other_config = get_other_config();
    struct vkernel_hugepages pages;
    char *message, *text;

    if (!other_config) {
        other_config = &nothing;
    }
    failed = failed || vkernel_hugepages_dpdk_is_wanted(other_config);
    vkernel_hugepages_read(NULL, NULL, &pages);
    message = vkernel_hugepages_explain(&pages, other_config, failed);
    text = xasprintf("%s: %s", name, message);
    free(message);
    return vkernel_printable(text);
}

static int
netdev_dpdkvkernel_set_config(struct netdev *netdev,
                              const struct smap *options, char **errp)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    const char *name = netdev_get_name(netdev);
    char *message;
    bool is_open;

    if (!dpdk_available()) {
        ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
        *errp = log_refusal(name, explain_no_dpdk(name));
        ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
        return EINVAL;
    }

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    message = netdev_dpdkvkernel_apply_options(dev, options);
    ovs_mutex_lock(&dev->mutex);
    is_open = dev->device.tap != NULL;
    ovs_mutex_unlock(&dev->mutex);
    if (!is_open) {
        message = log_refusal(name, vkernel_printable(message));
    } else {
        log_refusal(name, NULL);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    if (!message) {
        vkernel_error_set(name, VKERNEL_ERROR_OPTIONS,
                          vkernel_config_unknown(name, options));
        return 0;
    } else if (is_open) {
        /* An error here would make the bridge delete the port, and with it
         * the tap and its addresses, for a slip of the user's.  The port goes
         * on as it was; netdev_dpdkvkernel_configure() tells. */
        vkernel_error_set(name, VKERNEL_ERROR_OPTIONS, message);
        return 0;
    } else {
        *errp = message;
        return EINVAL;
    }
}

/* Never fails: the datapath would drop a port for which it did. */
static int
netdev_dpdkvkernel_reconfigure(struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    /* Of what an administrator has just changed, run() may not know yet.  It
     * must not be undone. */
    netdev_dpdkvkernel_follow_link(dev);
    netdev_dpdkvkernel_switch(dev);
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static int
netdev_dpdkvkernel_set_mtu(struct netdev *netdev, int mtu)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    const char *name = netdev_get_name(netdev);
    char *message = vkernel_config_check_mtu(name, mtu);
    bool valid = !message;

    vkernel_error_set(name, VKERNEL_ERROR_MTU, message);
    if (!valid) {
        return EINVAL;
    }
    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap && dev->wanted_mtu != mtu) {
        dev->wanted_mtu = mtu;
        netdev_dpdkvkernel_request_change(dev);
    }
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static int
netdev_dpdkvkernel_set_etheraddr(struct netdev *netdev,
                                 const struct eth_addr mac)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int error = 0;

    ovs_mutex_lock(&dev->mutex);
    if (!dev->device.tap) {
        error = ENODEV;
    } else if (!eth_addr_equals(dev->device.mac, mac)) {
        error = vkernel_device_set_mac(&dev->device, mac);
        if (!error) {
            netdev_dpdkvkernel_refresh_link(dev);
            netdev_change_seq_changed(netdev);
        }
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

/* Applies the mac column, if it is set. */
static char *
apply_mac(struct netdev_dpdkvkernel *dev, const char *value)
{
    const char *name = netdev_get_name(&dev->up);
    struct eth_addr mac;
    int error;

    ovs_mutex_lock(&dev->mutex);
    dev->mac_wanted = false;
    ovs_mutex_unlock(&dev->mutex);
    if (!value || !value[0]) {
        return NULL;
    }
    if (!eth_addr_from_string(value, &mac) || eth_addr_is_zero(mac)
        || eth_addr_is_multicast(mac)) {
        return xasprintf("%s: mac=\"%s\" is not valid: a unicast Ethernet "
                         "address such as 02:00:00:00:00:01 is accepted",
                         name, VKERNEL_SHOW(value));
    }
    error = netdev_dpdkvkernel_set_etheraddr(&dev->up, mac);
    if (error) {
        return xasprintf("%s: cannot set mac=\"%s\" (%s)", name,
                         VKERNEL_SHOW(value), ovs_strerror(error));
    }
    ovs_mutex_lock(&dev->mutex);
    dev->mac_wanted = true;
    ovs_mutex_unlock(&dev->mutex);
    return NULL;
}

char *
netdev_dpdkvkernel_configure(const char *name, const char *mac,
                             const char *error)
{
    struct netdev *netdev = netdev_from_name(name);

    if (netdev && netdev_get_class(netdev) == &dpdkvkernel_class && !error) {
        struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

        vkernel_error_set(name, VKERNEL_ERROR_MAC, apply_mac(dev, mac));
        if (!netdev->mtu_user_config) {
            vkernel_error_set(name, VKERNEL_ERROR_MTU, NULL);
        }
        ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
        netdev_dpdkvkernel_check_name(dev);
        ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
        ovs_mutex_lock(&dev->mutex);
        netdev_dpdkvkernel_prepare_change(dev);
        ovs_mutex_unlock(&dev->mutex);
    }
    netdev_close(netdev);

    return error ? vkernel_printable(xstrdup(error)) : vkernel_error_get(name);
}

static int
netdev_dpdkvkernel_update_flags(struct netdev *netdev, enum netdev_flags off,
                                enum netdev_flags on,
                                enum netdev_flags *old_flagsp)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    bool was_up;

    if ((off | on) & ~(NETDEV_UP | NETDEV_PROMISC)) {
        return EINVAL;
    }
    /* All frames come through, so the port is always promiscuous. */
    atomic_read_relaxed(&dev->admin_up, &was_up);
    *old_flagsp = NETDEV_PROMISC | (was_up ? NETDEV_UP : 0);
    if ((on & NETDEV_UP && !was_up) || (off & NETDEV_UP && was_up)) {
        atomic_store_relaxed(&dev->admin_up, !was_up);
        ovs_mutex_lock(&dev->mutex);
        netdev_dpdkvkernel_set_carrier(dev);
        ovs_mutex_unlock(&dev->mutex);
        netdev_change_seq_changed(netdev);
    }
    return 0;
}

/* The fast path. */

static int
netdev_dpdkvkernel_send(struct netdev *netdev, int qid,
                        struct dp_packet_batch *batch, bool concurrent_txq)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    bool admin_up;

    atomic_read_relaxed(&dev->admin_up, &admin_up);
    if (OVS_LIKELY(admin_up && dev->running)) {
        vkernel_tx_burst(&dev->tx, qid,
                         ovsrcu_get(struct vkernel_policer *,
                                    &dev->tx_policer),
                         batch, concurrent_txq);
    } else {
        vkernel_tx_drop_down(&dev->tx, qid, batch, concurrent_txq);
    }
    return 0;
}

static struct netdev_rxq *
netdev_dpdkvkernel_rxq_alloc(void)
{
    struct netdev_rxq_dpdkvkernel *rx = xzalloc_cacheline(sizeof *rx);

    return &rx->up;
}

static int
netdev_dpdkvkernel_rxq_construct(struct netdev_rxq *rxq)
{
    struct netdev_rxq_dpdkvkernel *rx = netdev_rxq_dpdkvkernel_cast(rxq);
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(rxq->netdev);

    rx->counters = &dev->stats->rxq[rxq->queue_id];
    rx->rx = dev->rx;
    rx->running = dev->running;
    return 0;
}

static void
netdev_dpdkvkernel_rxq_destruct(struct netdev_rxq *rxq OVS_UNUSED)
{
}

static void
netdev_dpdkvkernel_rxq_dealloc(struct netdev_rxq *rxq)
{
    free_cacheline(netdev_rxq_dpdkvkernel_cast(rxq));
}

static int
netdev_dpdkvkernel_rxq_recv(struct netdev_rxq *rxq,
                            struct dp_packet_batch *batch, int *qfill)
{
    struct netdev_rxq_dpdkvkernel *rx = netdev_rxq_dpdkvkernel_cast(rxq);
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(rxq->netdev);
    bool admin_up;

    if (qfill) {
        /* The driver cannot tell. */
        *qfill = -ENOTSUP;
    }
    atomic_read_relaxed(&dev->admin_up, &admin_up);
    return (OVS_LIKELY(admin_up && rx->running)
            ? vkernel_rx_burst(&rx->rx, rxq->queue_id, rx->counters,
                               ovsrcu_get(struct vkernel_policer *,
                                          &dev->rx_policer),
                               batch)
            : EAGAIN);
}

static const struct netdev_class dpdkvkernel_class = {
    .type = "dpdkvkernel",
    .is_pmd = true,
    .run = netdev_dpdkvkernel_run,
    .wait = netdev_dpdkvkernel_wait,
    .alloc = netdev_dpdkvkernel_alloc,
    .construct = netdev_dpdkvkernel_construct,
    .destruct = netdev_dpdkvkernel_destruct,
    .dealloc = netdev_dpdkvkernel_dealloc,
    .get_config = netdev_dpdkvkernel_get_config,
    .set_config = netdev_dpdkvkernel_set_config,
    .get_numa_id = netdev_dpdkvkernel_get_numa_id,
    .send = netdev_dpdkvkernel_send,
    .set_etheraddr = netdev_dpdkvkernel_set_etheraddr,
    .get_etheraddr = netdev_dpdkvkernel_get_etheraddr,
    .get_mtu = netdev_dpdkvkernel_get_mtu,
    .set_mtu = netdev_dpdkvkernel_set_mtu,
    .get_ifindex = netdev_dpdkvkernel_get_ifindex,
    .get_carrier = netdev_dpdkvkernel_get_carrier,
    .get_features = netdev_dpdkvkernel_get_features,
    VKERNEL_COMPAT_GET_SPEED(netdev_dpdkvkernel_get_speed)
    .get_carrier_resets = netdev_dpdkvkernel_get_carrier_resets,
    .get_stats = netdev_dpdkvkernel_get_stats,
    .get_custom_stats = netdev_dpdkvkernel_get_custom_stats,
    .get_addr_list = netdev_dpdkvkernel_get_addr_list,
    .get_status = netdev_dpdkvkernel_get_status,
    .set_policing = netdev_dpdkvkernel_set_policing,
    .get_qos_types = netdev_dpdkvkernel_get_qos_types,
    .get_qos = netdev_dpdkvkernel_get_qos,
    .set_qos = netdev_dpdkvkernel_set_qos,
    .get_queue = netdev_dpdkvkernel_get_queue,
    .set_queue = netdev_dpdkvkernel_set_queue,
    .delete_queue = netdev_dpdkvkernel_delete_queue,
    .get_queue_stats = netdev_dpdkvkernel_get_queue_stats,
    .queue_dump_start = netdev_dpdkvkernel_queue_dump_start,
    .queue_dump_next = netdev_dpdkvkernel_queue_dump_next,
    .queue_dump_done = netdev_dpdkvkernel_queue_dump_done,
    .dump_queue_stats = netdev_dpdkvkernel_dump_queue_stats,
    .update_flags = netdev_dpdkvkernel_update_flags,
    .reconfigure = netdev_dpdkvkernel_reconfigure,
    .rxq_alloc = netdev_dpdkvkernel_rxq_alloc,
    .rxq_construct = netdev_dpdkvkernel_rxq_construct,
    .rxq_destruct = netdev_dpdkvkernel_rxq_destruct,
    .rxq_dealloc = netdev_dpdkvkernel_rxq_dealloc,
    .rxq_recv = netdev_dpdkvkernel_rxq_recv,
};

void
netdev_dpdkvkernel_register(
    netdev_dpdkvkernel_find_bridge_func *find_bridge,
    netdev_dpdkvkernel_find_port_func *find_port,
    netdev_dpdkvkernel_has_database_func *has_database,
    netdev_dpdkvkernel_get_other_config_func *get_other_config_)
{
    get_other_config = get_other_config_;
    netdev_dpdkvkernel_find_bridge = find_bridge;
    netdev_dpdkvkernel_find_port = find_port;
    netdev_dpdkvkernel_has_database = has_database;
    netdev_register_provider(&dpdkvkernel_class);
}
