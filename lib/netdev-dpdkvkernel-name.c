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
#include <unistd.h>

#include "openvswitch/vlog.h"
#include "rtnetlink.h"
#include "seq.h"
#include "sset.h"
#include "vkernel-printable.h"
#include "vkernel-tap.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_name);

/* The bridge configures ports one after the other, in any order, so a port may
 * get the name of a tap while the database has already given another one to
 * the port that still has this tap.  Such a port waits.  Where ports wait for
 * each other in a circle, one of them closes its tap before it has the next
 * one. */

/* Changes when a port may have given up its tap. */
static struct seq *names_seq;

/* 'names_seq' when ports that wait were looked at last. */
static uint64_t last_seq;

static struct seq *
get_names_seq(void)
{
    if (!names_seq) {
        names_seq = seq_create();
    }
    return names_seq;
}

void
netdev_dpdkvkernel_name_changed(void)
{
    seq_change(get_names_seq());
}

void
netdev_dpdkvkernel_wait_name(const struct netdev_dpdkvkernel *dev)
{
    if (dev->waits_for_name) {
        seq_wait(get_names_seq(), last_seq);
    }
}

/* Do both ask for the same tap?  In another namespace, another tap may have
 * the same name. */
static bool
is_same_tap(const struct vkernel_config *a, const struct vkernel_config *b)
{
    return (!strcmp(a->ifname, b->ifname)
            && nullable_string_is_equal(a->host.netns, b->host.netns));
}

/* Returns true if 'dev' has not yet the tap of 'config'. */
static bool
lacks_tap(const struct netdev_dpdkvkernel *dev,
          const struct vkernel_config *config)
    OVS_REQUIRES(dev->mutex)
{
    return (!dev->device.tap || dev->link_error == ENODEV
            || !is_same_tap(&dev->device.config, config));
}

/* Likewise, for whoever does not hold the mutex. */
static bool
lacks_tap_now(struct netdev_dpdkvkernel *dev,
              const struct vkernel_config *config)
    OVS_EXCLUDED(dev->mutex)
{
    bool lacks;

    ovs_mutex_lock(&dev->mutex);
    lacks = lacks_tap(dev, config);
    ovs_mutex_unlock(&dev->mutex);
    return lacks;
}

/* A tap by the name that an option has for it, and by what has this name in
 * the kernel at the moment, if anything does. */
struct wish {
    const struct vkernel_config *config;
    int netns_fd;               /* The namespace, or -1. */
    int ifindex;                /* Of the device, in there, or 0. */
};

static void
wish_init(struct wish *wish, const struct vkernel_config *config)
{
    wish->config = config;
    wish->ifindex = vkernel_tap_look_up(config->ifname, config->host.netns,
                                        &wish->netns_fd);
}

static void
wish_uninit(struct wish *wish)
{
    if (wish->netns_fd >= 0) {
        close(wish->netns_fd);
    }
}

/* Has 'dev' the tap of 'wish' now, under whatever name it was opened? */
static bool
has_now(struct netdev_dpdkvkernel *dev, const struct wish *wish)
    OVS_EXCLUDED(dev->mutex)
{
    bool has;

    if (!wish->ifindex) {
        return false;
    }
    ovs_mutex_lock(&dev->mutex);
    has = (dev->device.tap && dev->link_error != ENODEV
           && vkernel_tap_is(dev->device.tap, wish->netns_fd, wish->ifindex));
    ovs_mutex_unlock(&dev->mutex);
    return has;
}

/* Has 'dev' options that ask for the tap of 'wish'? */
static bool
asks_for(struct netdev_dpdkvkernel *dev, const struct wish *wish)
    OVS_EXCLUDED(dev->mutex)
{
    bool asks;

    ovs_mutex_lock(&dev->mutex);
    asks = (dev->device.tap
            && is_same_tap(&dev->wanted_config, wish->config));
    ovs_mutex_unlock(&dev->mutex);
    return asks;
}

static bool will_give_up(struct netdev_dpdkvkernel *dev,
                         const struct wish *wish, struct sset *asked)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex);

/* Returns a port that has the tap of 'wish' or asks for it, and goes on to do
 * so.  Leaves out those that are in 'asked'. */
static struct netdev_dpdkvkernel *
find_user(const struct wish *wish, struct sset *asked)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    struct netdev_dpdkvkernel *dev;

    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        if (!sset_contains(asked, netdev_get_name(&dev->up))
            && (asks_for(dev, wish) || has_now(dev, wish))
            && !will_give_up(dev, wish, asked)) {
            return dev;
        }
    }
    return NULL;
}

/* Has the database 'dev' give up the tap of 'wish', and can it? */
static bool
will_give_up(struct netdev_dpdkvkernel *dev, const struct wish *wish,
             struct sset *asked)
{
    const char *name = netdev_get_name(&dev->up);
    const struct ovsrec_interface *iface;
    struct vkernel_config config;
    bool gives_up;
    char *message;

    if (!netdev_dpdkvkernel_has_database()) {
        return false;
    }
    iface = netdev_dpdkvkernel_find_interface(name);
    if (!iface) {
        return true;
    }
    message = vkernel_config_parse(name, &iface->options, &config);
    if (message) {
        /* It goes on as it is. */
        free(message);
        return false;
    }
    gives_up = (!is_same_tap(&config, wish->config)
                && (lacks_tap_now(dev, &config) || !has_now(dev, wish)));
    if (gives_up) {
        struct wish next;

        sset_add(asked, name);
        wish_init(&next, &config);
        gives_up = !find_user(&next, asked);
        wish_uninit(&next);
    }
    vkernel_config_uninit(&config);
    return gives_up;
}

const char *
netdev_dpdkvkernel_find_tap_user(struct netdev_dpdkvkernel *dev,
                                 const struct vkernel_config *config)
{
    struct sset asked = SSET_INITIALIZER(&asked);
    struct netdev_dpdkvkernel *user = NULL;

    if (lacks_tap_now(dev, config)) {
        struct wish wish;

        sset_add(&asked, netdev_get_name(&dev->up));
        wish_init(&wish, config);
        user = find_user(&wish, &asked);
        wish_uninit(&wish);
    }
    sset_destroy(&asked);
    return user ? netdev_get_name(&user->up) : NULL;
}

/* Returns the port, other than 'dev', that has the tap of 'wish' now, or
 * NULL. */
static struct netdev_dpdkvkernel *
find_holder(const struct netdev_dpdkvkernel *dev, const struct wish *wish)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    struct netdev_dpdkvkernel *other;

    LIST_FOR_EACH (other, node, &netdev_dpdkvkernel_ports) {
        if (other != dev && has_now(other, wish)) {
            return other;
        }
    }
    return NULL;
}

bool
netdev_dpdkvkernel_is_tap_in_use(struct netdev_dpdkvkernel *dev,
                                 const struct vkernel_config *config)
{
    struct wish wish;
    bool in_use;

    if (!lacks_tap_now(dev, config)) {
        return false;
    }
    wish_init(&wish, config);
    in_use = find_holder(dev, &wish) != NULL;
    wish_uninit(&wish);
    return in_use;
}

/* Stores into '*config', to be vkernel_config_uninit()ed, what 'dev' asks for.
 * Returns false if it has that, or could not have it for another reason than
 * a name. */
static bool
get_wanted(struct netdev_dpdkvkernel *dev, struct vkernel_config *config)
    OVS_EXCLUDED(dev->mutex)
{
    bool lacks;

    ovs_mutex_lock(&dev->mutex);
    lacks = (dev->device.tap && !dev->abandon_tap
             && lacks_tap(dev, &dev->wanted_config));
    if (lacks) {
        vkernel_config_clone(config, &dev->wanted_config);
    }
    ovs_mutex_unlock(&dev->mutex);
    return lacks;
}

/* What a port can do that wants a tap. */
enum turn {
    TURN_GO,                    /* Take it. */
    TURN_WAIT,                  /* Wait for another port to give it up. */
    TURN_YIELD,                 /* Give up its own, for others to go on. */
    TURN_REFUSED                /* Another port keeps it. */
};

/* Finds out whose turn it is, if 'holder' has the tap of 'wish', which 'dev'
 * asks for: follows who waits for whom. */
static enum turn
follow_holders(const struct netdev_dpdkvkernel *dev, const struct wish *wish,
               struct netdev_dpdkvkernel *holder)
    OVS_REQUIRES(netdev_dpdkvkernel_ports_mutex)
{
    size_t n = ovs_list_size(&netdev_dpdkvkernel_ports);
    bool keeps;

    ovs_mutex_lock(&holder->mutex);
    keeps = (is_same_tap(&holder->wanted_config, wish->config)
             || !lacks_tap(holder, &holder->wanted_config)
             || holder->retry_at || holder->name_refused);
    ovs_mutex_unlock(&holder->mutex);
    if (keeps) {
        return TURN_REFUSED;
    }
    for (size_t i = 0; holder && holder != dev && i < n; i++) {
        struct vkernel_config config;
        struct wish next;

        if (!get_wanted(holder, &config)) {
            holder = NULL;
            break;
        }
        wish_init(&next, &config);
        holder = find_holder(holder, &next);
        wish_uninit(&next);
        vkernel_config_uninit(&config);
    }
    return holder == dev ? TURN_YIELD : TURN_WAIT;
}

/* Does what 'turn' asks of 'dev'.  'user' is the port that has the tap
 * 'ifname'. */
static void
take_turn(struct netdev_dpdkvkernel *dev, enum turn turn, const char *ifname,
          const struct netdev_dpdkvkernel *user)
    OVS_EXCLUDED(dev->mutex)
{
    ovs_mutex_lock(&dev->mutex);
    if (turn == TURN_REFUSED) {
        dev->name_refused = true;
        netdev_dpdkvkernel_set_error(
            dev, VKERNEL_ERROR_DEVICE,
            xasprintf("the tap \"%s\" belongs to interface \"%s\": "
                      "options:ifname sets another name", VKERNEL_SHOW(ifname),
                      VKERNEL_SHOW(netdev_get_name(&user->up))));
    } else if (dev->name_refused) {
        netdev_dpdkvkernel_request_change(dev);
    }
    if (dev->waits_for_name != (turn != TURN_GO)) {
        dev->waits_for_name = turn != TURN_GO;
        if (dev->waits_for_name) {
            netdev_dpdkvkernel_discard_change(dev);
        }
        netdev_dpdkvkernel_look_at_tap(dev);
    }
    if (turn == TURN_YIELD) {
        VLOG_INFO("%s: closing the tap for another interface",
                  netdev_get_name(&dev->up));
        netdev_dpdkvkernel_discard_change(dev);
        dev->abandon_tap = true;
        netdev_request_reconfigure(&dev->up);
    }
    ovs_mutex_unlock(&dev->mutex);
}

void
netdev_dpdkvkernel_check_name(struct netdev_dpdkvkernel *dev)
{
    struct netdev_dpdkvkernel *user = NULL;
    struct vkernel_config config;
    enum turn turn = TURN_GO;
    struct wish wish;

    last_seq = seq_read(get_names_seq());
    if (!get_wanted(dev, &config)) {
        take_turn(dev, TURN_GO, NULL, NULL);
        return;
    }
    wish_init(&wish, &config);
    user = find_holder(dev, &wish);
    if (user) {
        turn = follow_holders(dev, &wish, user);
    }
    take_turn(dev, turn, config.ifname, user);
    wish_uninit(&wish);
    vkernel_config_uninit(&config);
}

/* Routes. */

static bool
is_own_device(const struct netdev_dpdkvkernel *dev, const char *ifname)
    OVS_REQUIRES(dev->mutex)
{
    return (!dev->link_error
            && !strcmp(vkernel_tap_get_name(dev->device.tap), ifname)
            && vkernel_tap_is_in_own_netns(dev->device.tap));
}

const char *
netdev_dpdkvkernel_name_device(const char *ifname)
{
    struct netdev_dpdkvkernel *dev;
    const char *name = ifname;
    bool found = false;

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        const char *iface = netdev_get_name(&dev->up);

        ovs_mutex_lock(&dev->mutex);
        if (dev->device.tap && is_own_device(dev, ifname)) {
            name = iface;
            found = true;
        } else if (dev->device.tap && !strcmp(iface, ifname) && !found) {
            name = NULL;
        }
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    return name;
}

void
netdev_dpdkvkernel_report_name(const struct netdev_dpdkvkernel *dev)
{
    if (!dev->link_error
        && strcmp(vkernel_tap_get_name(dev->device.tap),
                  netdev_get_name(&dev->up))
        && vkernel_tap_is_in_own_netns(dev->device.tap)) {
        rtnetlink_report_link();
    }
}
