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
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "smap.h"
#include "vkernel-error.h"
#include "vkernel-policer.h"
#include "vkernel-port.h"
#include "vkernel-printable.h"
#include "vkernel-retry.h"
#include "vkernel-tap.h"

int
netdev_dpdkvkernel_get_numa_id(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int numa_id;

    ovs_mutex_lock(&dev->mutex);
    numa_id = dev->device.socket_id;
    ovs_mutex_unlock(&dev->mutex);
    return numa_id;
}

int
netdev_dpdkvkernel_get_etheraddr(const struct netdev *netdev,
                                 struct eth_addr *mac)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *mac = dev->device.mac;
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

int
netdev_dpdkvkernel_get_mtu(const struct netdev *netdev, int *mtup)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *mtup = dev->device.mtu;
    ovs_mutex_unlock(&dev->mutex);
    return 0;
}

/* For Open vSwitch, an ifindex is one of the daemon's own namespace, where
 * sFlow's and IPFIX's collectors, and the kernel's TC, take it for another
 * device's.  With hardware offload, TC would claim any port that has one, and
 * divert its traffic. */
int
netdev_dpdkvkernel_get_ifindex(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    int ifindex;

    if (vkernel_compat_is_hw_offload_enabled()) {
        return -EOPNOTSUPP;
    }
    ovs_mutex_lock(&dev->mutex);
    ifindex = (dev->link_error ? -dev->link_error
               : vkernel_tap_is_in_own_netns(dev->device.tap)
               ? dev->link.ifindex
               : -EOPNOTSUPP);
    ovs_mutex_unlock(&dev->mutex);
    return ifindex;
}

int
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
int
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

long long int
netdev_dpdkvkernel_get_carrier_resets(const struct netdev *netdev)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);
    long long int carrier_resets;

    ovs_mutex_lock(&dev->mutex);
    carrier_resets = dev->carrier_resets;
    ovs_mutex_unlock(&dev->mutex);
    return carrier_resets;
}

/* Returns the bit of a speed in Mbit/s, with full duplex. */
static enum netdev_features
speed_to_feature(uint32_t speed)
{
    switch (speed) {
    case 10: return NETDEV_F_10MB_FD;
    case 100: return NETDEV_F_100MB_FD;
    case 1000: return NETDEV_F_1GB_FD;
    case 10000: return NETDEV_F_10GB_FD;
    case 40000: return NETDEV_F_40GB_FD;
    case 100000: return NETDEV_F_100GB_FD;
    case 1000000: return NETDEV_F_1TB_FD;
    default: return NETDEV_F_OTHER;
    }
}

/* The tap's speed, in Mbit/s, which means nothing to the tap.  An
 * administrator may change it for those who reckon with it. */
int
netdev_dpdkvkernel_get_speed(const struct netdev *netdev, uint32_t *current,
                             uint32_t *max)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *current = (dev->link_error ? 0
                : vkernel_tap_get_speed(dev->device.tap));
    ovs_mutex_unlock(&dev->mutex);
    *max = 0;
    return 0;
}

/* Likewise, as far as there is a bit for it. */
int
netdev_dpdkvkernel_get_features(const struct netdev *netdev,
                                enum netdev_features *current,
                                enum netdev_features *advertised,
                                enum netdev_features *supported,
                                enum netdev_features *peer)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    *current = (dev->link_error ? 0
                : speed_to_feature(vkernel_tap_get_speed(dev->device.tap)));
    ovs_mutex_unlock(&dev->mutex);
    *advertised = *supported = *peer = 0;
    return 0;
}

int
netdev_dpdkvkernel_get_config(const struct netdev *netdev,
                              struct smap *options)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap) {
        vkernel_config_format(&dev->wanted_config, options);
        vkernel_printable_smap(options);
    }
    ovs_mutex_unlock(&dev->mutex);
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
    netdev_dpdkvkernel_refresh_link(dev);
    if (!dev->link_error) {
        /* The kernel reports no change of these. */
        netdev_dpdkvkernel_limit_gso_max_size(dev);
        netdev_dpdkvkernel_follow_queues(dev);
    }
}

int
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

int
netdev_dpdkvkernel_get_custom_stats(const struct netdev *netdev,
                                    struct netdev_custom_stats *stats)
{
    struct netdev_dpdkvkernel *dev = netdev_dpdkvkernel_cast(netdev);

    ovs_mutex_lock(&dev->mutex);
    refresh_stats(dev);
    vkernel_stats_get_custom(dev->stats, dev->device.config.n_queues, stats);
    netdev_dpdkvkernel_add_worker_stats(dev, stats);
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
    info->host = dev->host;
    info->workers_error = dev->workers.default_error;
    info->stats = dev->stats;
    info->wanted = &dev->wanted_config.host;
    info->netns = dev->wanted_config.host.netns;
    info->down_port = (dev->carrier_from_down
                       ? dev->wanted_config.host.carrier_from
                       : NULL);
    info->netns_missing = (info->netns && dev->link_error
                           && vkernel_retry_lacks_netns(&dev->wanted_config));
    info->rx_policer = ovsrcu_get_protected(struct vkernel_policer *,
                                            &dev->rx_policer);
    info->tx_policer = ovsrcu_get_protected(struct vkernel_policer *,
                                            &dev->tx_policer);
}

static void
format_policer(const char *key, const struct vkernel_policer *policer,
               struct smap *status)
{
    if (policer) {
        struct ds s = DS_EMPTY_INITIALIZER;

        vkernel_policer_format(policer, &s);
        smap_add_nocopy(status, xstrdup(key), ds_steal_cstr(&s));
    }
}

/* Returns the network namespace that the tap is in, as far as it has a
 * name. */
static const char *
get_netns_text(const struct netdev_dpdkvkernel_info *info)
{
    const struct vkernel_tap *tap = info->device->tap;

    if (vkernel_tap_is_in_own_netns(tap)) {
        return "own";
    }
    return (info->netns
            && vkernel_tap_find(tap, info->netns) == VKERNEL_TAP_RIGHT
            ? info->netns
            : "other");
}

/* Adds the tap's carrier, and why it is off. */
static void
format_carrier(const struct netdev_dpdkvkernel_info *info,
               struct smap *status)
{
    if (info->link->carrier) {
        smap_add(status, "carrier", "up");
    } else if (!info->admin_up) {
        smap_add(status, "carrier", "down (the port is down)");
    } else if (info->down_port) {
        smap_add_format(status, "carrier", "down (carrier-from \"%s\")",
                        VKERNEL_SHOW(info->down_port));
    } else {
        smap_add(status, "carrier", "down");
    }
}

static void
format_status(const struct netdev_dpdkvkernel_info *info, struct smap *status)
{
    const struct vkernel_device *device = info->device;
    char *problem = vkernel_error_get(info->name);

    smap_add(status, "driver_name", "net_virtio_user");
    smap_add(status, "dpdkvkernel_version", VKERNEL_VERSION);
    smap_add(status, "vhost", device->config.vhost_path);
    if (device->port) {
        smap_add_format(status, "dpdk_port", "%d",
                        vkernel_port_get_id(device->port));
    }
    smap_add_format(status, "numa_id", "%d", device->socket_id);
    smap_add_format(status, "queues", "%d", device->config.n_queues);
    smap_add_format(status, "ring_size", "%d", device->config.ring_size);
    netdev_dpdkvkernel_format_workers_status(info, status);
    format_policer("ingress_policing", info->rx_policer, status);
    format_policer("qos", info->tx_policer, status);
    if (problem) {
        smap_add_nocopy(status, xstrdup("problem"), problem);
    }
    if (info->netns_missing) {
        smap_add_format(status, "tap", "waiting for network namespace \"%s\"",
                        VKERNEL_SHOW(info->netns));
        return;
    } else if (info->link_error) {
        smap_add(status, "tap", (info->link_error == ENODEV ? "deleted"
                                 : ovs_strerror(info->link_error)));
        return;
    }
    smap_add(status, "tap", info->link->up ? "up" : "down");
    smap_add(status, "ifname", info->link->ifname);
    smap_add_format(status, "ifindex", "%d", info->link->ifindex);
    smap_add(status, "netns", get_netns_text(info));
    format_carrier(info, status);
    if (device->gso_max_size) {
        smap_add_format(status, "gso_max_size", "%d",
                        info->link->gso_max_size);
        if (info->link->gso_ipv4_max_size) {
            smap_add_format(status, "gso_ipv4_max_size", "%d",
                            info->link->gso_ipv4_max_size);
        }
    }
    smap_add_nocopy(status, xstrdup("features"),
                    vkernel_tap_format_offloads(device->tap));
    vkernel_host_format_status(info->host, status);
}

/* The database takes no other text than a printable one, and stops at it for
 * all ports of all bridges. */
void
netdev_dpdkvkernel_format_status(const struct netdev_dpdkvkernel_info *info,
                                 struct smap *status)
{
    format_status(info, status);
    vkernel_printable_smap(status);
}

int
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

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    sorted = xcalloc(ovs_list_size(&netdev_dpdkvkernel_ports),
                     sizeof *sorted);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
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
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    free(sorted);
    return n;
}
