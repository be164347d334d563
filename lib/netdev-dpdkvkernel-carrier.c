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

#include "connectivity.h"
#include "openvswitch/shash.h"
#include "openvswitch/vlog.h"
#include "ovs-atomic.h"
#include "seq.h"
#include "smap.h"
#include "vkernel-printable.h"
#include "vkernel-tap.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_carrier);

/* The link state of another port. */
enum other_state {
    OTHER_UP,
    OTHER_DOWN,
    OTHER_MISSING
};

netdev_dpdkvkernel_find_port_func *netdev_dpdkvkernel_find_port;

/* The change sequence number that was current when carrier-from was looked at
 * last, if any port has that. */
static uint64_t last_seq;
static bool in_use;

/* Adds to 'names' those of the ports that carrier-from names. */
static void
collect_names(struct shash *names)
{
    struct netdev_dpdkvkernel *dev;

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        ovs_mutex_lock(&dev->mutex);
        if (dev->wanted_config.host.carrier_from) {
            shash_add_once(names, dev->wanted_config.host.carrier_from, NULL);
        }
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
}

static bool
is_up(const char *name)
{
    struct netdev *netdev = netdev_from_name(name);
    bool up = netdev && netdev_get_carrier(netdev);

    netdev_close(netdev);
    return up;
}

/* Returns true if 'iface', of 'port', can be in use.  Where LACP is, the bond
 * uses no Interface whose partner does not answer, unless it falls back. */
static bool
is_member_up(const struct ovsrec_port *port,
             const struct ovsrec_interface *iface)
{
    return (is_up(iface->name)
            && (!iface->n_lacp_current || iface->lacp_current[0]
                || smap_get_bool(&port->other_config, "lacp-fallback-ab",
                                 false)));
}

static enum other_state
get_port_state(const struct ovsrec_port *port)
{
    for (size_t i = 0; i < port->n_interfaces; i++) {
        if (is_member_up(port, port->interfaces[i])) {
            return OTHER_UP;
        }
    }
    return OTHER_DOWN;
}

/* Returns the Port 'name', or NULL if there is none, or an Interface of that
 * name.  Open vSwitch opens devices for its routes, too, so a netdev of that
 * name may be neither. */
static const struct ovsrec_port *
find_port(const char *name)
{
    return (netdev_dpdkvkernel_find_bridge(name)
            ? NULL : netdev_dpdkvkernel_find_port(name));
}

static enum other_state
get_state(const char *name)
{
    const struct ovsrec_port *port = find_port(name);
    struct netdev *netdev;
    enum other_state state;

    if (port) {
        return get_port_state(port);
    }
    netdev = netdev_from_name(name);
    state = (!netdev ? OTHER_MISSING
             : netdev_get_carrier(netdev) ? OTHER_UP
             : OTHER_DOWN);
    netdev_close(netdev);
    return state;
}

/* Takes over what 'states' says of the port that 'dev' follows. */
static void
follow_other(struct netdev_dpdkvkernel *dev, const struct shash *states)
    OVS_REQUIRES(dev->mutex)
{
    const char *other = dev->wanted_config.host.carrier_from;
    const enum other_state *state = (other
                                     ? shash_find_data(states, other)
                                     : NULL);
    char *message = NULL;

    dev->carrier_from_down = state && *state == OTHER_DOWN;
    if (state && *state == OTHER_MISSING) {
        message = xasprintf("options:carrier-from=\"%s\" is no port of Open "
                            "vSwitch: the name of another port is accepted; "
                            "the carrier stays up", VKERNEL_SHOW(other));
    }
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_CARRIER, message);
}

void
netdev_dpdkvkernel_carrier_run(void)
{
    struct shash states = SHASH_INITIALIZER(&states);
    struct netdev_dpdkvkernel *dev;
    struct shash_node *node;
    bool was_in_use = in_use;

    last_seq = seq_read(connectivity_seq_get());
    collect_names(&states);
    in_use = !shash_is_empty(&states);
    if (!in_use && !was_in_use) {
        shash_destroy(&states);
        return;
    }
    SHASH_FOR_EACH (node, &states) {
        enum other_state state = get_state(node->name);

        node->data = xmemdup(&state, sizeof state);
    }
    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        ovs_mutex_lock(&dev->mutex);
        if (dev->device.tap) {
            follow_other(dev, &states);
        }
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    shash_destroy_free_data(&states);
}

void
netdev_dpdkvkernel_carrier_wait(void)
{
    if (in_use) {
        seq_wait(connectivity_seq_get(), last_seq);
    }
}

void
netdev_dpdkvkernel_set_carrier(struct netdev_dpdkvkernel *dev)
{
    bool carrier;
    int error;

    atomic_read_relaxed(&dev->admin_up, &carrier);
    carrier = carrier && !dev->carrier_from_down;
    /* Without a port, there are no queues, and the kernel gives no
     * carrier. */
    if (!dev->device.port || dev->link_error
        || dev->link.carrier == carrier) {
        return;
    }
    error = vkernel_tap_set_carrier(dev->device.tap, carrier);
    if (error) {
        static struct vlog_rate_limit rl = VLOG_RATE_LIMIT_INIT(1, 5);

        VLOG_WARN_RL(&rl, "%s: cannot set the tap's carrier (%s)",
                     netdev_get_name(&dev->up), ovs_strerror(error));
    } else {
        dev->link.carrier = carrier;
    }
}
