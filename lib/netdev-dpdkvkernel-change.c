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
#include <rte_lcore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "rtnetlink.h"
#include "smap.h"
#include "timeval.h"
#include "vkernel-error.h"
#include "vkernel-port.h"
#include "vkernel-printable.h"
#include "vkernel-retry.h"
#include "vkernel-tap.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_change);

/* What Open vSwitch may leave to the port to do, with TSO. */
#define OFFLOADS (NETDEV_TX_OFFLOAD_TCP_CKSUM       \
                  | NETDEV_TX_OFFLOAD_UDP_CKSUM     \
                  | NETDEV_TX_OFFLOAD_TCP_TSO)

void
netdev_dpdkvkernel_set_error(struct netdev_dpdkvkernel *dev,
                             enum vkernel_error_source source, char *message)
{
    const char *name = netdev_get_name(&dev->up);
    char *text = NULL;

    if (message) {
        text = xasprintf("%s: %s", name, message);
        free(message);
    }
    if (vkernel_error_set_within(name, source, text, &dev->budget)) {
        /* The datapath reconfigures ports after the bridge has written their
         * error columns.  A report of any link has the bridge write them
         * again. */
        rtnetlink_report_link();
        /* "status" tells it, too. */
        netdev_change_seq_changed(&dev->up);
    }
}

void
netdev_dpdkvkernel_discard_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (dev->next_ready) {
        dev->next_ready = false;
        vkernel_device_discard(&dev->next, &dev->device);
    }
}

/* Returns true if 'dev->device' is not what it should be. */
static bool
is_change_wanted(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return (!dev->device.port
            || dev->workers.reopen
            || dev->altered
            || dev->link_error == ENODEV
            || dev->device.mtu != dev->wanted_mtu
            || !vkernel_config_equals(&dev->device.config,
                                      &dev->wanted_config));
}

void
netdev_dpdkvkernel_request_heal(struct netdev_dpdkvkernel *dev)
{
    netdev_dpdkvkernel_discard_change(dev);
    dev->retry_at = 0;
    dev->retry_delay = 0;
    if (dev->name_refused) {
        dev->name_refused = false;
        netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_DEVICE, NULL);
    }
}

void
netdev_dpdkvkernel_request_change(struct netdev_dpdkvkernel *dev)
{
    netdev_dpdkvkernel_request_heal(dev);
    dev->asked = true;
}

bool
netdev_dpdkvkernel_may_heal(struct netdev_dpdkvkernel *dev,
                            long long int *atp)
{
    long long int now = time_msec();
    long long int at = vkernel_budget_get_next_heal(&dev->budget, now);

    if (!at) {
        vkernel_budget_healed(&dev->budget, now);
        dev->healing_late = false;
        return true;
    }
    if (!dev->healing_late) {
        dev->healing_late = true;
        dev->stats->events[VKERNEL_EVENT_HEAL_DELAYED]++;
    }
    *atp = at;
    return false;
}

/* May the change that is wanted be made now?  The user's at once, and so is
 * what is tried again, which has delays of its own; but what others bring
 * about only as far as the budget allows. */
static bool
may_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return (dev->asked
            || (dev->retry_at && !vkernel_budget_is_noisy(&dev->budget))
            || netdev_dpdkvkernel_may_heal(dev, &dev->heal_at));
}

/* Does the change that is wanted wait for a file?  The namespace matters only
 * where the tap is to be made. */
static bool
lacks_file(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_config *config = &dev->wanted_config;

    return (vkernel_retry_lacks_vhost(config)
            || ((dev->link_error == ENODEV
                 || vkernel_device_needs_other_tap(&dev->device, config))
                && vkernel_retry_lacks_netns(config)));
}

/* Takes note of what came of a change: nothing, or 'message', which this
 * function takes over. */
static void
set_change_result(struct netdev_dpdkvkernel *dev, char *message)
    OVS_REQUIRES(dev->mutex)
{
    if (message && lacks_file(dev)) {
        dev->retry_at = vkernel_retry_look_again();
    } else if (message) {
        dev->stats->events[VKERNEL_EVENT_CHANGE_FAILED]++;
        dev->retry_at = vkernel_retry_back_off(&dev->retry_delay);
        if (vkernel_budget_is_noisy(&dev->budget)) {
            /* The noise may be what was in the way. */
            dev->retry_at = MIN(dev->retry_at, (time_msec()
                                                + VKERNEL_BUDGET_HEAL_MSEC));
        }
    } else {
        dev->retry_at = 0;
        dev->retry_delay = 0;
    }
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_DEVICE, message);
}

/* Prepares the change in 'dev->next'.  A tap that this port has not had yet,
 * it may have had from an earlier daemon, or in an earlier life. */
static char *
prepare_next(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_orphan_trace trace = VKERNEL_ORPHAN_TRACE_INITIALIZER;
    const struct vkernel_config *config = &dev->wanted_config;
    char *message = NULL;

    if (vkernel_device_needs_other_tap(&dev->device, config)) {
        message = netdev_dpdkvkernel_find_trace(dev, config, &trace);
    }
    if (!message) {
        message = vkernel_device_prepare(&dev->device, config,
                                         dev->wanted_mtu, &trace, &dev->next);
    }
    netdev_dpdkvkernel_free_trace(&trace);
    return message;
}

void
netdev_dpdkvkernel_prepare_change(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    char *message;

    dev->heal_at = 0;
    if (dev->next_ready || dev->abandon_tap || dev->waits_for_name
        || time_msec() < dev->retry_at) {
        return;
    }
    if (!is_change_wanted(dev)) {
        /* What could not be done may be wanted no more, or have been done on
         * the way back. */
        dev->asked = false;
        set_change_result(dev, NULL);
        return;
    }
    if (!may_change(dev)) {
        return;
    }
    dev->asked = false;
    message = prepare_next(dev);
    if (message) {
        set_change_result(dev, message);
    } else {
        dev->next_ready = true;
        netdev_request_reconfigure(&dev->up);
    }
}

/* The kernel's side. */

/* Makes the tap what the options ask for, if it is where they ask for it: in
 * another namespace, addresses and routes might do harm. */
static void
run_host(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (dev->misplaced || dev->waits_for_name) {
        return;
    }
    if (vkernel_host_run(dev->host, dev->device.tap,
                         &dev->wanted_config.host)) {
        const char *error = vkernel_host_get_error(dev->host);

        netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_HOST,
                                     nullable_xstrdup(error));
        netdev_change_seq_changed(&dev->up);
    }
}

void
netdev_dpdkvkernel_undo_host(struct netdev_dpdkvkernel *dev)
{
    if (dev->device.tap && !dev->wanted_config.host.persist) {
        vkernel_host_undo(dev->host, dev->device.tap);
        netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_HOST, NULL);
    }
}

/* Follows what the kernel has told, if the budget allows for a look.  Returns
 * true if there was anything. */
static bool
follow_kernel(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    long long int now = time_msec();
    int events;

    if (!vkernel_budget_may_look(&dev->budget, now)) {
        return false;
    }
    events = vkernel_tap_run(dev->device.tap);
    if (events) {
        vkernel_budget_looked(&dev->budget, now);
    }
    if (events & ~VKERNEL_TAP_NEWS) {
        vkernel_budget_changed(&dev->budget, now);
        netdev_dpdkvkernel_follow_link(dev);
        dev->late_events |= events;
    }
    return events;
}

/* Does what is due after the kernel has told something, if the budget allows
 * for it. */
static void
follow_events(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (dev->late_events) {
        dev->follow_at = vkernel_budget_get_next_full(&dev->budget,
                                                      time_msec());
        if (!dev->follow_at) {
            netdev_dpdkvkernel_follow_events(dev, dev->late_events);
            dev->late_events = 0;
        }
    }
}

void
netdev_dpdkvkernel_run_port(struct netdev_dpdkvkernel *dev)
{
    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap) {
        long long int cpu_start = vkernel_budget_cpu_usec();
        long long int start = time_usec();
        bool is_late = dev->late_events;
        bool has_looked;

        netdev_dpdkvkernel_keep_offloads(dev);
        has_looked = follow_kernel(dev);
        follow_events(dev);
        netdev_dpdkvkernel_place_tap(dev);
        netdev_dpdkvkernel_keep_tap(dev);
        if (!dev->late_events) {
            netdev_dpdkvkernel_set_carrier(dev);
            run_host(dev);
        }
        if (has_looked || is_late) {
            /* Not otherwise: a pause ends with a turn, and that with the
             * next pause. */
            vkernel_budget_spent(&dev->budget, time_msec(),
                                 vkernel_budget_cpu_usec() - cpu_start,
                                 time_usec() - start);
        }

        netdev_dpdkvkernel_run_workers(dev);
        netdev_dpdkvkernel_prepare_change(dev);
    }
    ovs_mutex_unlock(&dev->mutex);
}

/* Wakes the poll loop for what the kernel tells, but while the budget is used
 * up, only when there is one again. */
static void
wait_kernel(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (vkernel_budget_may_look(&dev->budget, time_msec())) {
        vkernel_tap_wait(dev->device.tap);
    } else {
        poll_timer_wait_until(vkernel_budget_get_next_look(&dev->budget));
    }
}

void
netdev_dpdkvkernel_wait_port(struct netdev_dpdkvkernel *dev)
{
    ovs_mutex_lock(&dev->mutex);
    if (dev->device.tap) {
        wait_kernel(dev);
        if (dev->late_events) {
            poll_timer_wait_until(dev->follow_at);
        } else if (!dev->misplaced && !dev->waits_for_name) {
            vkernel_host_wait(dev->host);
        }
    }
    netdev_dpdkvkernel_wait_workers(dev);
    if (dev->heal_at) {
        poll_timer_wait_until(dev->heal_at);
    } else if (dev->retry_at && !dev->waits_for_name) {
        poll_timer_wait_until(dev->retry_at);
    }
    netdev_dpdkvkernel_wait_name(dev);
    netdev_dpdkvkernel_wait_place(dev);
    ovs_mutex_unlock(&dev->mutex);
}

/* Configuration. */

/* Parses 'options' into '*config'.  Returns NULL if successful, otherwise a
 * message for the user. */
static char *
parse_options(struct netdev_dpdkvkernel *dev,
              const struct smap *options, struct vkernel_config *config)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    const char *name = netdev_get_name(&dev->up);
    const char *user;
    char *message;

    message = vkernel_config_parse(name, options, config);
    if (message) {
        return message;
    }
    user = netdev_dpdkvkernel_find_tap_user(dev, config);
    if (user) {
        message = xasprintf("%s: the tap \"%s\" belongs to interface \"%s\": "
                            "options:ifname sets another name", name,
                            VKERNEL_SHOW(config->ifname), VKERNEL_SHOW(user));
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

    if (device->tap) {
        vkernel_tap_set_budget(device->tap, &dev->budget);
    }
    dev->running = device->port != NULL;
    dev->shared = dev->altered = false;
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_SHARED, NULL);
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
    netdev_dpdkvkernel_resize_policers(dev);
    netdev_dpdkvkernel_refresh_link(dev);
    if (!device->port) {
        /* Somebody who is there may be why: it is tried again when he goes. */
        netdev_dpdkvkernel_follow_queues(dev);
    }
    /* The driver sets the tap's offloads. */
    netdev_dpdkvkernel_note_offloads(dev);
    netdev_dpdkvkernel_look_at_tap(dev);
    netdev_dpdkvkernel_new_workers(dev);
    netdev_dpdkvkernel_name_changed();
    netdev_dpdkvkernel_report_name(dev);
    netdev_change_seq_changed(&dev->up);
}

void
netdev_dpdkvkernel_switch(struct netdev_dpdkvkernel *dev)
{
    if (dev->abandon_tap) {
        dev->abandon_tap = false;
        netdev_dpdkvkernel_discard_change(dev);
        netdev_dpdkvkernel_undo_host(dev);
        vkernel_device_abandon_tap(&dev->device, &dev->past_driver_stats);
        dev->link_error = ENODEV;
        publish(dev);
    }
    if (dev->next_ready) {
        dev->next_ready = false;
        if (dev->next.tap != dev->device.tap) {
            netdev_dpdkvkernel_undo_host(dev);
        }
        if (strcmp(dev->next.config.ifname, dev->device.config.ifname)) {
            /* Where the old one was does not matter any more. */
            netdev_dpdkvkernel_request_sweep();
        }
        set_change_result(dev, vkernel_device_switch(&dev->device, &dev->next,
                                                     !dev->mac_wanted,
                                                     &dev->past_driver_stats));
        if (!dev->wanted_mtu) {
            dev->wanted_mtu = dev->device.mtu;
        }
        publish(dev);
    }
}

/* Fails if 'name' is on a bridge whose datapath does not poll.  It would
 * refuse the port, after all was made, with no more than "Invalid
 * argument". */
static char *
check_datapath(const char *name)
{
    const struct ovsrec_bridge *bridge = netdev_dpdkvkernel_find_bridge(name);

    if (!bridge || (bridge->datapath_type[0]
                    && strcmp(bridge->datapath_type, "system"))) {
        return NULL;
    }
    return xasprintf("%s: bridge \"%s\" has datapath_type \"%s\", but only "
                     "\"netdev\" takes ports of type dpdkvkernel: \"ovs-vsctl "
                     "set Bridge %s datapath_type=netdev\" changes it", name,
                     VKERNEL_SHOW(bridge->name),
                     VKERNEL_SHOW(bridge->datapath_type[0]
                                  ? bridge->datapath_type
                                  : "system"),
                     VKERNEL_SHOW(bridge->name));
}

/* Opens 'dev' without a tap, for another port has it and is about to give it
 * up. */
static char *
open_later(struct netdev_dpdkvkernel *dev,
           const struct vkernel_config *config, int socket_id)
    OVS_REQUIRES(dev->mutex)
{
    char *message = vkernel_device_open_later(&dev->device, config, socket_id);

    if (message) {
        char *text = xasprintf("%s: %s", netdev_get_name(&dev->up), message);

        free(message);
        return text;
    }
    vkernel_config_clone(&dev->wanted_config, config);
    dev->wanted_mtu = 0;
    publish(dev);
    return NULL;
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
    struct vkernel_orphan_trace trace;
    bool tap_opened = false;
    char *message;

    message = check_datapath(name);
    if (!message) {
        message = vkernel_retry_check(name, config);
    }
    if (message) {
        return message;
    }
    if (dev->waits_for_name) {
        return open_later(dev, config, socket_id);
    }
    message = netdev_dpdkvkernel_find_trace(dev, config, &trace);
    if (!message) {
        message = vkernel_device_open(&dev->device, config, socket_id, &trace,
                                      &tap_opened);
    }
    netdev_dpdkvkernel_free_trace(&trace);
    if (message) {
        char *text = xasprintf("%s: %s", name, message);

        free(message);
        if (tap_opened || vkernel_retry_lacks_file(config)) {
            vkernel_retry_failed(name, config, text);
        }
        return text;
    }
    vkernel_retry_forget(name);
    vkernel_config_clone(&dev->wanted_config, config);
    dev->wanted_mtu = dev->device.mtu;
    publish(dev);
    VLOG_INFO("%s: opened tap \"%s\" with %d queue pair%s of %d descriptors",
              name, VKERNEL_SHOW(config->ifname), config->n_queues,
              config->n_queues == 1 ? "" : "s", config->ring_size);
    return NULL;
}

/* Takes note of what is wanted of an open device from now on. */
static void
set_wanted_config(struct netdev_dpdkvkernel *dev,
                  const struct vkernel_config *config)
    OVS_REQUIRES(dev->mutex)
{
    bool change = !vkernel_config_equals(&dev->wanted_config, config);
    bool host = !vkernel_host_config_equals(&dev->wanted_config.host,
                                            &config->host);

    if (change || host) {
        vkernel_config_uninit(&dev->wanted_config);
        vkernel_config_clone(&dev->wanted_config, config);
        vkernel_budget_renew_lines(&dev->budget);
    }
    if (change) {
        netdev_dpdkvkernel_request_change(dev);
    }
    if (host) {
        vkernel_host_request(dev->host);
        netdev_dpdkvkernel_look_at_tap(dev);
    }
}

char *
netdev_dpdkvkernel_apply_options(struct netdev_dpdkvkernel *dev,
                                 const struct smap *options)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    struct vkernel_config config;
    char *message;
    bool in_use;

    message = parse_options(dev, options, &config);
    if (message) {
        return message;
    }
    in_use = netdev_dpdkvkernel_is_tap_in_use(dev, &config);
    ovs_mutex_lock(&dev->mutex);
    dev->waits_for_name = in_use;
    if (!dev->device.tap) {
        message = open_device(dev, &config);
    } else {
        set_wanted_config(dev, &config);
    }
    if (!message) {
        netdev_dpdkvkernel_place_tap(dev);
        run_host(dev);
    }
    if (dev->device.tap) {
        netdev_dpdkvkernel_place_workers(dev);
    }
    ovs_mutex_unlock(&dev->mutex);
    vkernel_config_uninit(&config);
    return message;
}
