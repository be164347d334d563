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
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "openvswitch/vlog.h"
#include "packets.h"
#include "timeval.h"
#include "vkernel-port.h"
#include "vkernel-tap.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_link);

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

/* Takes note that the tap, which was there, was deleted. */
static void
lose_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    VKERNEL_BUDGET_LOG(&dev->budget, VLL_WARN,
                       "%s: the tap was deleted, making it again",
                       netdev_get_name(&dev->up));
    dev->stats->events[VKERNEL_EVENT_TAP_DELETED]++;
    netdev_dpdkvkernel_request_heal(dev);
}

void
netdev_dpdkvkernel_refresh_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    bool was_there = dev->link_error != ENODEV;

    if (!dev->device.tap) {
        dev->link_error = ENODEV;
    } else {
        struct vkernel_link link;

        dev->link_error = vkernel_tap_get_link(dev->device.tap, &link);
        if (!dev->link_error) {
            dev->link = link;
            dev->stats->kernel = link.stats;
        } else if (dev->link_error == ENODEV && was_there) {
            lose_tap(dev);
        }
    }
    update_carrier(dev);
}

/* An MTU that an administrator gave the tap holds unless OVSDB asks for
 * another one. */
static void
follow_mtu(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    bool is_back = dev->link.mtu == dev->device.mtu;
    int mtu = dev->link.mtu;

    if (mtu == dev->wanted_mtu
        || (is_back && (dev->up.mtu_user_config || dev->retry_at))) {
        return;
    }
    dev->stats->events[VKERNEL_EVENT_MTU_CHANGED]++;
    if (!dev->up.mtu_user_config
        && mtu >= VKERNEL_MIN_MTU && mtu <= VKERNEL_MAX_MTU) {
        VKERNEL_BUDGET_LOG(&dev->budget, VLL_INFO,
                           "%s: following the tap's MTU of %d",
                           netdev_get_name(&dev->up), mtu);
        dev->wanted_mtu = mtu;
        netdev_dpdkvkernel_request_heal(dev);
    } else {
        VKERNEL_BUDGET_LOG(&dev->budget, VLL_INFO,
                           "%s: setting the tap's MTU back from %d to %d",
                           netdev_get_name(&dev->up), mtu, dev->device.mtu);
        vkernel_tap_set_mtu(dev->device.tap, dev->device.mtu);
    }
}

/* So does a MAC, unless the mac column asks for another one. */
static void
follow_mac(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    if (eth_addr_equals(dev->link.mac, dev->device.mac)) {
        return;
    }
    if (dev->mac_wanted) {
        vkernel_device_set_mac(&dev->device, dev->device.mac);
    } else {
        vkernel_device_follow_mac(&dev->device, dev->link.mac);
    }
}

/* Returns 'value' of the tap's limit 'name' or, if that is more than a buffer
 * holds, what it is to be set back to. */
static int
limit_gso_max_size(struct netdev_dpdkvkernel *dev, const char *name, int value)
    OVS_REQUIRES(dev->mutex)
{
    int max = dev->device.gso_max_size;

    if (value <= max) {
        return value;
    }
    VKERNEL_BUDGET_LOG(&dev->budget, VLL_INFO,
                       "%s: setting the tap's %s back from %d to %d",
                       netdev_get_name(&dev->up), name, value, max);
    return max;
}

void
netdev_dpdkvkernel_limit_gso_max_size(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_link *link = &dev->link;

    if (dev->device.gso_max_size
        && MAX(link->gso_max_size, link->gso_ipv4_max_size)
           > dev->device.gso_max_size) {
        /* One of them may be lower, and stays so. */
        vkernel_tap_set_gso_max_size(
            dev->device.tap,
            limit_gso_max_size(dev, "gso_max_size", link->gso_max_size),
            limit_gso_max_size(dev, "gso_ipv4_max_size",
                               link->gso_ipv4_max_size));
    }
}

/* As netdev_dpdkvkernel_follow_queues(), where there is no device: the queue
 * of somebody else may be why, and 'state' says whether it is there. */
static void
follow_queues_without_port(struct netdev_dpdkvkernel *dev,
                           enum vkernel_link_state state)
    OVS_REQUIRES(dev->mutex)
{
    bool shared = state == VKERNEL_LINK_SHARED;

    if (dev->shared && !shared) {
        netdev_dpdkvkernel_request_heal(dev);
    }
    dev->shared = shared;
}

void
netdev_dpdkvkernel_follow_queues(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    enum vkernel_link_state state;
    char *message;

    if (!dev->device.tap || dev->link_error) {
        return;
    }
    vkernel_tap_clean(dev->device.tap);
    state = vkernel_device_check(&dev->device, &dev->link, &message);
    if (!dev->device.port) {
        follow_queues_without_port(dev, state);
        free(message);
        return;
    }
    if (state == VKERNEL_LINK_SHARED) {
        dev->stats->events[VKERNEL_EVENT_TAP_SHARED] += !dev->shared;
        dev->shared = true;
    } else if (!dev->shared && state != VKERNEL_LINK_ALTERED) {
        /* Only the daemon's own descriptors can detach its queues: one is
         * stalled. */
        free(message);
        return;
    } else if (!dev->altered) {
        /* It has left.  It may have been there and gone between two looks. */
        dev->altered = true;
        vkernel_tap_reclaim(dev->device.tap);
        netdev_dpdkvkernel_request_heal(dev);
    }
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_SHARED, message);
}

void
netdev_dpdkvkernel_follow_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    netdev_dpdkvkernel_refresh_link(dev);
    if (!dev->link_error) {
        netdev_dpdkvkernel_follow_queues(dev);
        follow_mtu(dev);
        netdev_dpdkvkernel_limit_gso_max_size(dev);
        follow_mac(dev);
    }
}

void
netdev_dpdkvkernel_note_offloads(struct netdev_dpdkvkernel *dev)
{
    struct vkernel_tap *tap = dev->device.tap;

    free(dev->offloads);
    dev->offloads = NULL;
    memset(&dev->features, 0, sizeof dev->features);
    dev->memory_seq = vkernel_port_get_memory_seq();
    if (!dev->link_error) {
        dev->offloads = vkernel_tap_format_offloads(tap);
        vkernel_tap_get_features(tap, &dev->features);
    }
}

void
netdev_dpdkvkernel_keep_offloads(struct netdev_dpdkvkernel *dev)
{
    unsigned int memory_seq = vkernel_port_get_memory_seq();

    if (memory_seq != dev->memory_seq) {
        dev->memory_seq = memory_seq;
        if (dev->offloads && !dev->link_error) {
            vkernel_tap_set_features(dev->device.tap, &dev->features);
            /* The bridge may have seen them in between. */
            netdev_change_seq_changed(&dev->up);
        }
    }
}

/* Says that somebody has switched offloads of the tap on or off.  That is
 * theirs to say, as long as they leave frames that a buffer can hold.  Returns
 * true if somebody has. */
static bool
follow_offloads(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    bool changed;
    char *offloads;

    vkernel_tap_get_features(dev->device.tap, &dev->features);
    offloads = vkernel_tap_format_offloads(dev->device.tap);
    changed = dev->offloads && strcmp(offloads, dev->offloads);
    if (changed) {
        VKERNEL_BUDGET_LOG(&dev->budget, VLL_INFO,
                           "%s: the tap's offloads were changed from %s to %s",
                           netdev_get_name(&dev->up), dev->offloads, offloads);
        dev->stats->events[VKERNEL_EVENT_OFFLOADS_CHANGED]++;
    }
    free(dev->offloads);
    dev->offloads = offloads;
    return changed;
}

/* Returns true if 'a' and 'b', of which vkernel_link_parse() has cleared all
 * that it does not set, differ in more than counters. */
static bool
link_differs(const struct vkernel_link *a, const struct vkernel_link *b)
{
    return memcmp(a, b, offsetof(struct vkernel_link, stats)) != 0;
}

void
netdev_dpdkvkernel_follow_events(struct netdev_dpdkvkernel *dev, int events)
    OVS_REQUIRES(dev->mutex)
{
    bool changed;

    if (events & (VKERNEL_TAP_RENAMED | VKERNEL_TAP_MOVED)) {
        netdev_dpdkvkernel_report_name(dev);
    }
    if (events & VKERNEL_TAP_RENAMED) {
        dev->stats->events[VKERNEL_EVENT_TAP_RENAMED]++;
    }
    if (events & VKERNEL_TAP_MOVED) {
        dev->stats->events[VKERNEL_EVENT_TAP_MOVED]++;
    }
    changed = (events & (VKERNEL_TAP_RENAMED | VKERNEL_TAP_MOVED)
               || dev->link_error != dev->shown_error
               || link_differs(&dev->link, &dev->shown_link));
    dev->shown_link = dev->link;
    dev->shown_error = dev->link_error;
    if (!dev->link_error) {
        changed |= follow_offloads(dev);
    }
    netdev_dpdkvkernel_look_at_tap(dev);
    if (changed) {
        /* To tell the bridge costs much more than to find that out. */
        netdev_change_seq_changed(&dev->up);
    }
}
