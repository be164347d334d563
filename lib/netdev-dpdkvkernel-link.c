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

#include "openvswitch/vlog.h"
#include "packets.h"
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
    VLOG_WARN("%s: the tap was deleted, making it again",
              netdev_get_name(&dev->up));
    dev->stats->events[VKERNEL_EVENT_TAP_DELETED]++;
    netdev_dpdkvkernel_request_change(dev);
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
    int mtu = dev->link.mtu;

    if (mtu == dev->device.mtu || mtu == dev->wanted_mtu) {
        return;
    }
    dev->stats->events[VKERNEL_EVENT_MTU_CHANGED]++;
    if (!dev->up.mtu_user_config
        && mtu >= VKERNEL_MIN_MTU && mtu <= VKERNEL_MAX_MTU) {
        VLOG_INFO("%s: following the tap's MTU of %d",
                  netdev_get_name(&dev->up), mtu);
        dev->wanted_mtu = mtu;
        netdev_dpdkvkernel_request_change(dev);
    } else {
        VLOG_INFO("%s: setting the tap's MTU back from %d to %d",
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

void
netdev_dpdkvkernel_limit_gso_max_size(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    int size = dev->device.gso_max_size;

    if (size && dev->link.gso_max_size > size) {
        VLOG_INFO("%s: setting the tap's gso_max_size back from %d to %d",
                  netdev_get_name(&dev->up), dev->link.gso_max_size, size);
        vkernel_tap_set_gso_max_size(dev->device.tap, size);
    }
}

void
netdev_dpdkvkernel_follow_link(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    netdev_dpdkvkernel_refresh_link(dev);
    if (!dev->link_error) {
        follow_mtu(dev);
        netdev_dpdkvkernel_limit_gso_max_size(dev);
        follow_mac(dev);
    }
}

/* Says that somebody has switched offloads of the tap on or off.  That is
 * theirs to say, as long as they leave frames that a buffer can hold. */
static void
follow_offloads(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    char *offloads = vkernel_tap_format_offloads(dev->device.tap);

    if (dev->offloads && strcmp(offloads, dev->offloads)) {
        VLOG_INFO("%s: the tap's offloads were changed from %s to %s",
                  netdev_get_name(&dev->up), dev->offloads, offloads);
        dev->stats->events[VKERNEL_EVENT_OFFLOADS_CHANGED]++;
    }
    free(dev->offloads);
    dev->offloads = offloads;
}

void
netdev_dpdkvkernel_follow_events(struct netdev_dpdkvkernel *dev, int events)
    OVS_REQUIRES(dev->mutex)
{
    netdev_dpdkvkernel_follow_link(dev);
    if (events & (VKERNEL_TAP_RENAMED | VKERNEL_TAP_MOVED)) {
        netdev_dpdkvkernel_report_name(dev);
    }
    if (events & VKERNEL_TAP_RENAMED) {
        dev->stats->events[VKERNEL_EVENT_TAP_RENAMED]++;
    }
    if (events & VKERNEL_TAP_MOVED) {
        dev->stats->events[VKERNEL_EVENT_TAP_MOVED]++;
    }
    if (!dev->link_error) {
        follow_offloads(dev);
    }
    netdev_dpdkvkernel_look_at_tap(dev);
    netdev_change_seq_changed(&dev->up);
}
