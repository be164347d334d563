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
#include <rte_lcore.h>
#include <stdlib.h>
#include <string.h>

#include "dp-packet.h"
#include "dpdk.h"
#include "netdev-offload.h"
#include "netdev-provider.h"
#include "openvswitch/list.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "ovs-thread.h"
#include "packets.h"
#include "rtnetlink.h"
#include "smap.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-error.h"
#include "vkernel-port.h"
#include "vkernel-retry.h"
#include "vkernel-rx.h"
#include "vkernel-stats.h"
#include "vkernel-tap.h"
#include "vkernel-tx.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel);

/* What Open vSwitch may leave to the port to do, with TSO. */
#define OFFLOADS (NETDEV_TX_OFFLOAD_TCP_CKSUM       \
                  | NETDEV_TX_OFFLOAD_UDP_CKSUM     \
                  | NETDEV_TX_OFFLOAD_TCP_TSO)

static struct ovs_mutex ports_mutex = OVS_MUTEX_INITIALIZER;

/* Contains all "struct netdev_dpdkvkernel"s.  The lock order is ports_mutex,
 * then a netdev's mutex. */
static struct ovs_list ports OVS_GUARDED_BY(ports_mutex)
    = OVS_LIST_INITIALIZER(&ports);

struct netdev_dpdkvkernel {
    struct netdev up;

    /* In 'ports'. */
    struct ovs_list node OVS_GUARDED_BY(ports_mutex);

    /* Administratively up, in Open vSwitch.  The fast path reads it. */
    atomic_bool admin_up;

    /* Written by construct() and reconfigure() only, while no thread sends;
     * the fast path reads them without a lock. */
    struct vkernel_rx rx;
    struct vkernel_tx tx;
    struct vkernel_txq txqs[VKERNEL_MAX_QUEUES];
    bool running;               /* There is a port to receive from. */

    /* The ledger.  Its queues' counters are the fast path's. */
    struct vkernel_stats *stats;

    struct ovs_mutex mutex;

    /* What carries the traffic. */
    struct vkernel_device device OVS_GUARDED;

    /* What reconfigure() shall make of it. */
    struct vkernel_config wanted_config OVS_GUARDED;
    int wanted_mtu OVS_GUARDED;

    /* What run() or the bridge has prepared for reconfigure() to switch to, if
     * 'next_ready'. */
    struct vkernel_device next OVS_GUARDED;
    bool next_ready OVS_GUARDED;

    /* Nonzero if that failed: when to try again, as time_msec(), and how long
     * to wait after one more failure. */
    long long int retry_at OVS_GUARDED;
    int retry_delay OVS_GUARDED;

    /* True once the Interface's mac column has said which MAC it wants. */
    bool mac_wanted OVS_GUARDED;

    /* The tap as it was last seen; valid if 'link_error' is 0. */
    struct vkernel_link link OVS_GUARDED;
    int link_error OVS_GUARDED;
    bool carrier OVS_GUARDED;   /* Link state. */
    long long int carrier_resets OVS_GUARDED; /* Changes of 'carrier'. */

    /* Driver's counters of devices that were closed. */
    struct vkernel_driver_stats past_driver_stats OVS_GUARDED;
};

struct netdev_rxq_dpdkvkernel {
    struct netdev_rxq up;
    struct vkernel_rxq_counters *counters; /* In the netdev's ledger. */
    struct vkernel_rx rx;       /* The netdev's... */
    bool running;               /* ...if there is a port to receive from. */
};

/* Finds the bridge of an Interface: see netdev_dpdkvkernel_register(). */
static netdev_dpdkvkernel_find_bridge_func *find_bridge;

static const struct netdev_class dpdkvkernel_class;

static struct netdev_dpdkvkernel *
netdev_dpdkvkernel_cast(const struct netdev *netdev)
{
    return CONTAINER_OF(netdev, struct netdev_dpdkvkernel, up);
}

static struct netdev_rxq_dpdkvkernel *
netdev_rxq_dpdkvkernel_cast(const struct netdev_rxq *rxq)
{
    return CONTAINER_OF(rxq, struct netdev_rxq_dpdkvkernel, up);
}

/* Sets what the Interface's error column says of the device to 'message',
 * which lacks the Interface's name and which this function takes over, or
 * clears it if 'message' is NULL. */
static void
set_device_error(const struct netdev_dpdkvkernel *dev, char *message)
{
    const char *name = netdev_get_name(&dev->up);
    char *text = NULL;

    if (message) {
        text = xasprintf("%s: %s", name, message);
        free(message);
    }
    if (vkernel_error_set(name, VKERNEL_ERROR_DEVICE, text)) {
        /* The datapath reconfigures ports after the bridge has written their
         * error columns.  A report of any link has the bridge write them
         * again. */
        rtnetlink_report_link();
    }
}

/* Gives up what was prepared for a change. */
static void
discard_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (dev->next_ready) {
        dev->next_ready = false;
        vkernel_device_discard(&dev->next, &dev->device);
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
    dev->stats = vkernel_stats_create();
    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        ovs_spin_init(&dev->txqs[q].lock);
        dev->txqs[q].counters = &dev->stats->txq[q];
    }
    dev->tx.txqs = dev->txqs;
    dev->tx.n_txqs = 1;
    ovs_mutex_lock(&dev->mutex);
    dev->link_error = ENODEV;
    ovs_mutex_unlock(&dev->mutex);

    ovs_mutex_lock(&ports_mutex);
    ovs_list_push_back(&ports, &dev->node);
    ovs_mutex_unlock(&ports_mutex);

    netdev_request_reconfigure(netdev);
    return 0;
}

static void
netdev_dpdkvkernel_destruct(struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&ports_mutex);
    ovs_list_remove(&dev->node);
    ovs_mutex_unlock(&ports_mutex);

    ovs_mutex_lock(&dev->mutex);
    vkernel_error_clear(netdev_get_name(netdev));
    discard_change(dev);
    vkernel_device_close(&dev->device);
    vkernel_config_uninit(&dev->wanted_config);
    ovs_mutex_unlock(&dev->mutex);

    for (int q = 0; q < VKERNEL_MAX_QUEUES; q++) {
        ovs_spin_destroy(&dev->txqs[q].lock);
    }
    vkernel_stats_destroy(dev->stats);
    ovs_mutex_destroy(&dev->mutex);
}

/* Following the kernel. */

static void
update_carrier(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    bool carrier = dev->device.port && !dev->link_error && dev->link.up;

    if (carrier != dev->carrier) {
        dev->carrier = carrier;
        dev->carrier_resets++;
    }
}

/* Looks at the tap.  Has no effect on it. */
static void
refresh_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (!dev->device.tap) {
        dev->link_error = ENODEV;
    } else {
        struct vkernel_link link;

        dev->link_error = vkernel_tap_get_link(dev->device.tap, &link);
        if (!dev->link_error) {
            dev->link = link;
            dev->stats->kernel = link.stats;
        }
    }
    update_carrier(dev);
}

/* Returns true if 'dev->device' is not what it should be. */
static bool
is_change_wanted(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return (!dev->device.port
            || dev->link_error == ENODEV
            || dev->device.mtu != dev->wanted_mtu
            || !vkernel_config_equals(&dev->device.config,
                                      &dev->wanted_config));
}

/* Takes note of a new wish, which is tried without the delay that is due after
 * a failure. */
static void
request_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    discard_change(dev);
    dev->retry_at = 0;
    dev->retry_delay = 0;
}

/* Takes note of what came of a change: nothing, or 'message', which this
 * function takes over. */
static void
set_change_result(struct netdev_dpdkvkernel *dev, char *message)
    OVS_REQUIRES(dev->mutex)
{
    if (message) {
        dev->retry_at = vkernel_retry_back_off(&dev->retry_delay);
    } else {
        dev->retry_at = 0;
        dev->retry_delay = 0;
    }
    set_device_error(dev, message);
}

/* Prepares the change that is wanted, if any, and has the datapath call
 * reconfigure() for it.  Until then the port goes on as it is, so that what
 * fails here disturbs nobody. */
static void
prepare_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    char *message;

    if (dev->next_ready || time_msec() < dev->retry_at) {
        return;
    }
    if (!is_change_wanted(dev)) {
        /* What could not be done may be wanted no more, or have been done on
         * the way back. */
        set_change_result(dev, NULL);
        return;
    }
    message = vkernel_device_prepare(&dev->device, &dev->wanted_config,
                                     dev->wanted_mtu, &dev->next);
    if (message) {
        set_change_result(dev, message);
    } else {
        dev->next_ready = true;
        netdev_request_reconfigure(&dev->up);
    }
}

/* An MTU that an administrator gave the tap holds unless OVSDB asks for
 * another one. */
static void
follow_mtu(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    int mtu = dev->link.mtu;

    if (mtu == dev->device.mtu || mtu == dev->wanted_mtu) {
        return;
    }
    if (!dev->up.mtu_user_config
        && mtu >= VKERNEL_MIN_MTU && mtu <= VKERNEL_MAX_MTU) {
        VLOG_INFO("%s: following the tap's MTU of %d",
                  netdev_get_name(&dev->up), mtu);
        dev->wanted_mtu = mtu;
        request_change(dev);
    } else {
        VLOG_INFO("%s: setting the tap's MTU back from %d to %d",
                  netdev_get_name(&dev->up), mtu, dev->device.mtu);
        vkernel_tap_set_mtu(dev->device.tap, dev->device.mtu);
    }
}

/* Nor may the kernel hand over more than a buffer holds. */
static void
limit_gso_max_size(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    int size = dev->device.gso_max_size;

    if (size && dev->link.gso_max_size > size) {
        VLOG_INFO("%s: setting the tap's gso_max_size back from %d to %d",
                  netdev_get_name(&dev->up), dev->link.gso_max_size, size);
        vkernel_tap_set_gso_max_size(dev->device.tap, size);
    }
}

/* Likewise for the MAC. */
static void
follow_mac(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (!eth_addr_equals(dev->link.mac, dev->device.mac)) {
        vkernel_device_set_mac(&dev->device, (dev->mac_wanted
                                              ? dev->device.mac
                                              : dev->link.mac));
    }
}

/* Looks at the tap, and follows what an administrator has changed, or changes
 * it back. */
static void
follow_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    refresh_link(dev);
    if (!dev->link_error) {
        follow_mtu(dev);
        limit_gso_max_size(dev);
        follow_mac(dev);
    }
}

static void
run_port(struct netdev_dpdkvkernel *dev)
{
    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap && vkernel_tap_run(dev->device.tap)) {
        follow_link(dev);
        if (dev->link_error == ENODEV) {
            VLOG_WARN("%s: the tap was deleted, making it again",
                      netdev_get_name(&dev->up));
            request_change(dev);
        }
        netdev_change_seq_changed(&dev->up);
    }
    if (dev->device.tap) {
        prepare_change(dev);
    }
    ovs_mutex_unlock(&dev->mutex);
}

static void
netdev_dpdkvkernel_run(const struct netdev_class *netdev_class OVS_UNUSED)
{
    struct netdev_dpdkvkernel *dev;

    ovs_mutex_lock(&ports_mutex);
    LIST_FOR_EACH (dev, node, &ports) {
        run_port(dev);
    }
    ovs_mutex_unlock(&ports_mutex);
    vkernel_mempool_sweep();
    if (vkernel_retry_run()) {
        rtnetlink_report_link();
    }
}

static void
netdev_dpdkvkernel_wait(const struct netdev_class *netdev_class OVS_UNUSED)
{
    struct netdev_dpdkvkernel *dev;

    ovs_mutex_lock(&ports_mutex);
    LIST_FOR_EACH (dev, node, &ports) {
        ovs_mutex_lock(&dev->mutex);
        if (dev->device.tap) {
            vkernel_tap_wait(dev->device.tap);
        }
        if (dev->retry_at) {
            poll_timer_wait_until(dev->retry_at);
        }
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&ports_mutex);
    vkernel_retry_wait();
}

/* Configuration. */

/* Returns the name of another Interface that asks for the tap 'ifname', or
 * NULL. */
static const char *
find_ifname_user(const struct netdev_dpdkvkernel *dev, const char *ifname)
    OVS_REQUIRES(ports_mutex)
{
    struct netdev_dpdkvkernel *other;

    LIST_FOR_EACH (other, node, &ports) {
        bool same;

        if (other == dev) {
            continue;
        }
        ovs_mutex_lock(&other->mutex);
        same = other->device.tap
               && (!strcmp(other->device.config.ifname, ifname)
                   || !strcmp(other->wanted_config.ifname, ifname));
        ovs_mutex_unlock(&other->mutex);
        if (same) {
            return netdev_get_name(&other->up);
        }
    }
    return NULL;
}

/* Parses 'options' into '*config'.  Returns NULL if successful, otherwise a
 * message for the user. */
static char *
parse_options(const struct netdev_dpdkvkernel *dev,
              const struct smap *options, struct vkernel_config *config)
    OVS_REQUIRES(ports_mutex)
{
    const char *name = netdev_get_name(&dev->up);
    const char *user;
    char *message;

    message = vkernel_config_parse(name, options, config);
    if (message) {
        return message;
    }
    user = find_ifname_user(dev, config->ifname);
    if (user) {
        message = xasprintf("%s: the tap \"%s\" belongs to interface \"%s\": "
                            "options:ifname sets another name", name,
                            config->ifname, user);
        vkernel_config_uninit(config);
    }
    return message;
}

/* Makes what the fast path needs of 'dev->device', while no thread receives
 * or sends. */
static void
publish(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_device *device = &dev->device;

    dev->running = device->port != NULL;
    dev->rx.port_id = device->port ? vkernel_port_get_id(device->port) : 0;
    dev->rx.offloads = device->gso_max_size > 0;
    dev->rx.copy_mp = device->buffers.rx_copies.mp;
    dev->rx.max_copy_size = device->buffers.max_frame_size;
    dev->rx.ring_mp = device->buffers.ring.mp;
    dev->rx.reserve = device->buffers.rx_reserve;
    dev->tx.port_id = dev->rx.port_id;
    dev->tx.mtu = device->mtu;
    dev->tx.max_frame_size = device->buffers.max_frame_size;
    dev->tx.copy_mp = device->buffers.tx_copies.mp;
    dev->tx.large_copy_mp = device->buffers.tx_large_copies.mp;
    dev->tx.n_txqs = device->config.n_queues;
    dev->up.ol_flags = device->gso_max_size ? OFFLOADS : 0;
    dev->up.n_rxq = dev->up.n_txq = device->config.n_queues;
    refresh_link(dev);
    netdev_change_seq_changed(&dev->up);
}

/* Fails if 'name' is on a bridge whose datapath does not poll.  It would
 * refuse the port, after all was made, with no more than "Invalid
 * argument". */
static char *
check_datapath(const char *name)
{
    const struct ovsrec_bridge *bridge = find_bridge(name);

    if (!bridge || (bridge->datapath_type[0]
                    && strcmp(bridge->datapath_type, "system"))) {
        return NULL;
    }
    return xasprintf("%s: bridge \"%s\" has datapath_type \"%s\", but only "
                     "\"netdev\" takes ports of type dpdkvkernel: \"ovs-vsctl "
                     "set Bridge %s datapath_type=netdev\" changes it", name,
                     bridge->name, (bridge->datapath_type[0]
                                    ? bridge->datapath_type
                                    : "system"), bridge->name);
}

/* Opens the device for the first time.  Returns NULL if successful, otherwise
 * a message for the user. */
static char *
open_device(struct netdev_dpdkvkernel *dev,
            const struct vkernel_config *config)
    OVS_REQUIRES(dev->mutex)
{
    const char *name = netdev_get_name(&dev->up);
    int socket_id = rte_lcore_to_socket_id(rte_get_main_lcore());
    bool tap_opened;
    char *message;

    message = check_datapath(name);
    if (!message) {
        message = vkernel_retry_check(name, config);
    }
    if (message) {
        return message;
    }
    message = vkernel_device_open(&dev->device, config, socket_id,
                                  &tap_opened);
    if (message) {
        char *text = xasprintf("%s: %s", name, message);

        free(message);
        if (tap_opened) {
            vkernel_retry_failed(name, config, text);
        }
        return text;
    }
    vkernel_retry_forget(name);
    vkernel_config_clone(&dev->wanted_config, config);
    dev->wanted_mtu = dev->device.mtu;
    publish(dev);
    VLOG_INFO("%s: opened tap \"%s\" with %d queue pair%s of %d descriptors",
              name, config->ifname, config->n_queues,
              config->n_queues == 1 ? "" : "s", config->ring_size);
    return NULL;
}

/* Takes 'options' over into 'dev'.  Returns NULL if successful, otherwise a
 * message for the user; 'dev' is then as before. */
static char *
apply_options(struct netdev_dpdkvkernel *dev, const struct smap *options)
    OVS_REQUIRES(ports_mutex)
{
    struct vkernel_config config;
    char *message;

    message = parse_options(dev, options, &config);
    if (message) {
        return message;
    }
    ovs_mutex_lock(&dev->mutex);
    if (!dev->device.tap) {
        message = open_device(dev, &config);
    } else if (!vkernel_config_equals(&dev->wanted_config, &config)) {
        vkernel_config_uninit(&dev->wanted_config);
        vkernel_config_clone(&dev->wanted_config, &config);
        request_change(dev);
    }
    ovs_mutex_unlock(&dev->mutex);
    vkernel_config_uninit(&config);
    return message;
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
        VLOG_WARN_BUF(errp, "%s: DPDK is not initialized: \"ovs-vsctl set "
                      "Open_vSwitch . other_config:dpdk-init=true\" starts "
                      "it", name);
        return EINVAL;
    }

    ovs_mutex_lock(&ports_mutex);
    message = apply_options(dev, options);
    ovs_mutex_unlock(&ports_mutex);

    ovs_mutex_lock(&dev->mutex);
    is_open = dev->device.tap != NULL;
    ovs_mutex_unlock(&dev->mutex);
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
        VLOG_WARN_BUF(errp, "%s", message);
        free(message);
        return EINVAL;
    }
}

static int
netdev_dpdkvkernel_get_config(const struct netdev *netdev,
                              struct smap *options)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap) {
        vkernel_config_format(&dev->wanted_config, options);
    }
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

/* Never fails: the datapath would drop a port for which it did. */
static int
netdev_dpdkvkernel_reconfigure(struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    /* Of what an administrator has just changed, run() may not know yet.  It
     * must not be undone. */
    follow_link(dev);
    if (dev->next_ready) {
        dev->next_ready = false;
        set_change_result(dev, vkernel_device_switch(&dev->device, &dev->next,
                                                     &dev->past_driver_stats));
        publish(dev);
    }
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
        request_change(dev);
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
            refresh_link(dev);
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
                         name, value);
    }
    error = netdev_dpdkvkernel_set_etheraddr(&dev->up, mac);
    if (error) {
        return xasprintf("%s: cannot set mac=\"%s\" (%s)", name, value,
                         ovs_strerror(error));
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
        ovs_mutex_lock(&dev->mutex);
        prepare_change(dev);
        ovs_mutex_unlock(&dev->mutex);
    }
    netdev_close(netdev);

    return error ? xstrdup(error) : vkernel_error_get(name);
}

/* Queries. */

static int
netdev_dpdkvkernel_get_numa_id(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int numa_id;

    ovs_mutex_lock(&dev->mutex);
    numa_id = dev->device.socket_id;
    ovs_mutex_unlock(&dev->mutex);
    return numa_id;
}

static int
netdev_dpdkvkernel_get_etheraddr(const struct netdev *netdev,
                                 struct eth_addr *mac)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *mac = dev->device.mac;
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static int
netdev_dpdkvkernel_get_mtu(const struct netdev *netdev, int *mtup)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *mtup = dev->device.mtu;
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

/* With hardware offload the kernel's TC would claim any port that has an
 * ifindex, and divert its traffic. */
static int
netdev_dpdkvkernel_get_ifindex(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int ifindex;

    if (netdev_is_flow_api_enabled()) {
        return -EOPNOTSUPP;
    }
    ovs_mutex_lock(&dev->mutex);
    ifindex = dev->link_error ? -dev->link_error : dev->link.ifindex;
    ovs_mutex_unlock(&dev->mutex);
    return ifindex;
}

static int
netdev_dpdkvkernel_get_carrier(const struct netdev *netdev, bool *carrier)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *carrier = dev->carrier;
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

/* The tap's addresses, which make it an endpoint for tunnels.  In another
 * namespace than the daemon's they mean nothing to Open vSwitch's routing. */
static int
netdev_dpdkvkernel_get_addr_list(const struct netdev *netdev,
                                 struct in6_addr **addrs,
                                 struct in6_addr **masks, int *n_addrs)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int error = EOPNOTSUPP;

    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap && vkernel_tap_is_in_own_netns(dev->device.tap)) {
        error = netdev_get_addrs(vkernel_tap_get_name(dev->device.tap),
                                 addrs, masks, n_addrs);
    }
    ovs_mutex_unlock(&dev->mutex);
    return error;
}

static long long int
netdev_dpdkvkernel_get_carrier_resets(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    long long int carrier_resets;

    ovs_mutex_lock(&dev->mutex);
    carrier_resets = dev->carrier_resets;
    ovs_mutex_unlock(&dev->mutex);
    return carrier_resets;
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
        netdev_change_seq_changed(netdev);
    }
    return 0;
}

/* Brings the counters that the main thread keeps up to date. */
static void
refresh_stats(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    dev->stats->driver = dev->past_driver_stats;
    if (dev->device.port) {
        struct vkernel_driver_stats present;

        vkernel_port_get_stats(dev->device.port, &present);
        vkernel_driver_stats_add(&dev->stats->driver, &present);
    }
    refresh_link(dev);
    if (!dev->link_error) {
        /* The kernel reports no change of it. */
        limit_gso_max_size(dev);
    }
}

static int
netdev_dpdkvkernel_get_stats(const struct netdev *netdev,
                             struct netdev_stats *stats)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    refresh_stats(dev);
    vkernel_stats_get(dev->stats, stats);
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static int
netdev_dpdkvkernel_get_custom_stats(const struct netdev *netdev,
                                    struct netdev_custom_stats *stats)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    refresh_stats(dev);
    vkernel_stats_get_custom(dev->stats, dev->device.config.n_queues, stats);
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static void
get_info(struct netdev_dpdkvkernel *dev, struct netdev_dpdkvkernel_info *info)
    OVS_REQUIRES(dev->mutex)
{
    info->name = netdev_get_name(&dev->up);
    atomic_read_relaxed(&dev->admin_up, &info->admin_up);
    info->carrier = dev->carrier;
    info->carrier_resets = dev->carrier_resets;
    info->device = &dev->device;
    info->link = &dev->link;
    info->link_error = dev->link_error;
    info->stats = dev->stats;
}

void
netdev_dpdkvkernel_format_status(const struct netdev_dpdkvkernel_info *info,
                                 struct smap *status)
{
    const struct vkernel_device *device = info->device;

    smap_add(status, "driver_name", "net_virtio_user");
    smap_add(status, "vhost", device->config.vhost_path);
    if (device->port) {
        smap_add_format(status, "dpdk_port", "%d",
                        vkernel_port_get_id(device->port));
    }
    smap_add_format(status, "numa_id", "%d", device->socket_id);
    smap_add_format(status, "queues", "%d", device->config.n_queues);
    smap_add_format(status, "ring_size", "%d", device->config.ring_size);
    if (info->link_error) {
        smap_add(status, "tap", (info->link_error == ENODEV ? "deleted"
                                 : ovs_strerror(info->link_error)));
        return;
    }
    smap_add(status, "tap", info->link->up ? "up" : "down");
    smap_add(status, "ifname", info->link->ifname);
    smap_add_format(status, "ifindex", "%d", info->link->ifindex);
    smap_add(status, "netns", (vkernel_tap_is_in_own_netns(device->tap)
                               ? "own" : "other"));
    if (device->gso_max_size) {
        smap_add_format(status, "gso_max_size", "%d",
                        info->link->gso_max_size);
    }
    smap_add_nocopy(status, xstrdup("features"),
                    vkernel_tap_format_offloads(device->tap));
}

static int
netdev_dpdkvkernel_get_status(const struct netdev *netdev,
                              struct smap *status)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    struct netdev_dpdkvkernel_info info;

    ovs_mutex_lock(&dev->mutex);
    get_info(dev, &info);
    netdev_dpdkvkernel_format_status(&info, status);
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

static int
compare_ports_by_name(const void *a_, const void *b_)
{
    struct netdev_dpdkvkernel *const *a = a_;
    struct netdev_dpdkvkernel *const *b = b_;

    return strcmp(netdev_get_name(&(*a)->up), netdev_get_name(&(*b)->up));
}

int
netdev_dpdkvkernel_for_each(
    const char *name,
    void (*cb)(const struct netdev_dpdkvkernel_info *, void *aux), void *aux)
{
    struct netdev_dpdkvkernel *dev, **sorted;
    int n = 0;

    ovs_mutex_lock(&ports_mutex);
    sorted = xcalloc(ovs_list_size(&ports), sizeof *sorted);
    LIST_FOR_EACH (dev, node, &ports) {
        if (!name || !strcmp(name, netdev_get_name(&dev->up))) {
            sorted[n++] = dev;
        }
    }
    qsort(sorted, n, sizeof *sorted, compare_ports_by_name);
    for (int i = 0; i < n; i++) {
        struct netdev_dpdkvkernel_info info;

        dev = sorted[i];
        ovs_mutex_lock(&dev->mutex);
        refresh_stats(dev);
        get_info(dev, &info);
        cb(&info, aux);
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&ports_mutex);
    free(sorted);
    return n;
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
        vkernel_tx_burst(&dev->tx, qid, batch, concurrent_txq);
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
            ? vkernel_rx_burst(&rx->rx, rxq->queue_id, rx->counters, batch)
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
    .get_carrier_resets = netdev_dpdkvkernel_get_carrier_resets,
    .get_stats = netdev_dpdkvkernel_get_stats,
    .get_custom_stats = netdev_dpdkvkernel_get_custom_stats,
    .get_addr_list = netdev_dpdkvkernel_get_addr_list,
    .get_status = netdev_dpdkvkernel_get_status,
    .update_flags = netdev_dpdkvkernel_update_flags,
    .reconfigure = netdev_dpdkvkernel_reconfigure,
    .rxq_alloc = netdev_dpdkvkernel_rxq_alloc,
    .rxq_construct = netdev_dpdkvkernel_rxq_construct,
    .rxq_destruct = netdev_dpdkvkernel_rxq_destruct,
    .rxq_dealloc = netdev_dpdkvkernel_rxq_dealloc,
    .rxq_recv = netdev_dpdkvkernel_rxq_recv,
};

void
netdev_dpdkvkernel_register(netdev_dpdkvkernel_find_bridge_func *func)
{
    find_bridge = func;
    netdev_register_provider(&dpdkvkernel_class);
}
