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
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "smap.h"
#include "timeval.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-printable.h"
#include "vkernel-record.h"
#include "vkernel-retry.h"
#include "vkernel-tap.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(netdev_dpdkvkernel_place);

/* Milliseconds between two looks at the file of a namespace, for the kernel
 * does not tell of its end. */
#define LOOK_INTERVAL 1000

/* Milliseconds until ports that can be opened have been, so that a free tap
 * with the mark of such a port is known to be left behind. */
#define SETTLE_TIME 10000

bool netdev_dpdkvkernel_exiting;
bool netdev_dpdkvkernel_cleaning_up;

netdev_dpdkvkernel_has_database_func *netdev_dpdkvkernel_has_database;

/* When to remove what was left behind, as time_msec(): as soon as the database
 * is there, when ports have settled, and when a port was deleted. */
static long long int sweep_at;

/* When ports will have settled; 0 while the database is not there yet. */
static long long int settled_at;

/* Was some port not opened for what the record has of its tap? */
static bool some_refused;

void
netdev_dpdkvkernel_look_at_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    dev->place_at = 0;
    dev->look_at_persist = true;
}

/* Where the tap is. */

/* The namespace of the tap was deleted.  The tap would keep it alive, and so
 * keep everything else that is in it: let go, and wait for one of that
 * name. */
static void
lose_netns(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    VKERNEL_BUDGET_LOG(&dev->budget, VLL_WARN,
                       "%s: network namespace \"%s\" was deleted, making the "
                       "tap again where there is one",
                       netdev_get_name(&dev->up),
                       VKERNEL_SHOW(dev->wanted_config.host.netns));
    dev->stats->events[VKERNEL_EVENT_NETNS_DELETED]++;
    netdev_dpdkvkernel_request_change(dev);
    dev->abandon_tap = true;
    netdev_request_reconfigure(&dev->up);
}

/* Moves the tap to where the options want it, where it was before if
 * 'back'. */
static void
move_tap(struct netdev_dpdkvkernel *dev, bool back)
    OVS_REQUIRES(dev->mutex)
{
    const char *netns = dev->wanted_config.host.netns;
    char *message;

    message = vkernel_tap_move(dev->device.tap, netns);
    if (message) {
        char *text = xasprintf("%s; the tap stays where it is", message);

        free(message);
        message = text;
        dev->misplaced = true;
        dev->place_at = (vkernel_retry_lacks_netns(&dev->wanted_config)
                         ? vkernel_retry_look_again()
                         : vkernel_retry_back_off(&dev->place_delay));
    } else {
        VKERNEL_BUDGET_LOG(&dev->budget, VLL_INFO,
                           "%s: moved the tap %sto %s%s%s",
                           netdev_get_name(&dev->up), back ? "back " : "",
                           netns ? "network namespace \"" : "",
                           netns ? netns : "the daemon's network namespace",
                           netns ? "\"" : "");
        free(dev->device.config.host.netns);
        dev->device.config.host.netns = nullable_xstrdup(netns);
        netdev_dpdkvkernel_follow_link(dev);
        netdev_change_seq_changed(&dev->up);
    }
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_PLACE, message);
}

/* Returns a message if the tap is where it cannot be watched, otherwise
 * NULL. */
static char *
check_is_watched(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return (dev->link_error
            ? xasprintf("cannot watch the tap \"%s\" in the network namespace "
                        "that it was moved to (%s)%s",
                        VKERNEL_SHOW(vkernel_tap_get_name(dev->device.tap)),
                        ovs_strerror(dev->link_error),
                        dev->link_error == EPERM
                        ? ": CAP_SYS_ADMIN is needed; packets pass all the "
                          "same"
                        : "")
            : NULL);
}

/* Is there a tap to be looked at, from place_at on? */
static bool
has_tap_to_place(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    return dev->device.tap && dev->link_error != ENODEV && !dev->abandon_tap
           && !dev->waits_for_name && dev->place_at != LLONG_MAX;
}

void
netdev_dpdkvkernel_wait_place(struct netdev_dpdkvkernel *dev)
{
    if (has_tap_to_place(dev)) {
        poll_timer_wait_until(dev->place_at);
    }
}

void
netdev_dpdkvkernel_place_tap(struct netdev_dpdkvkernel *dev)
{
    const char *netns = dev->wanted_config.host.netns;

    if (!has_tap_to_place(dev) || time_msec() < dev->place_at) {
        return;
    }
    dev->misplaced = false;
    dev->place_at = netns ? time_msec() + LOOK_INTERVAL : LLONG_MAX;
    switch (vkernel_tap_find(dev->device.tap, netns)) {
    case VKERNEL_TAP_RIGHT:
        dev->place_delay = 0;
        netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_PLACE,
                                     check_is_watched(dev));
        break;

    case VKERNEL_TAP_TO_MOVE:
        move_tap(dev, false);
        break;

    case VKERNEL_TAP_ASTRAY:
        if (netdev_dpdkvkernel_may_heal(dev, &dev->place_at)) {
            move_tap(dev, true);
        } else {
            dev->misplaced = true;
        }
        break;

    case VKERNEL_TAP_LOST:
        if (netdev_dpdkvkernel_may_heal(dev, &dev->place_at)) {
            lose_netns(dev);
        } else {
            dev->misplaced = true;
        }
        break;
    }
}

/* How long the tap lives. */

/* Has the kernel keep what it knows of neighbours, or not, while nobody holds
 * the tap, and it has no carrier.  Kernels before 5.16 cannot.  Returns NULL,
 * or a message if something else is in the way. */
static char *
keep_neighbours(struct netdev_dpdkvkernel *dev, bool keep)
    OVS_REQUIRES(dev->mutex)
{
    static const char *const keys[] = {
        "net.ipv4.conf.IF.arp_evict_nocarrier",
        "net.ipv6.conf.IF.ndisc_evict_nocarrier",
    };

    char *message = NULL;

    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        int error = vkernel_tap_set_sysctl(dev->device.tap, keys[i],
                                           keep ? "0" : "1");

        if (error && error != ENOENT && !message) {
            message = xasprintf("neighbours will be forgotten while no daemon "
                                "runs: cannot set the sysctl %s (%s)%s",
                                keys[i], ovs_strerror(error),
                                error == EACCES || error == EPERM
                                ? ": CAP_NET_ADMIN is needed" : "");
        }
    }
    return message;
}

static char *
set_persistent(struct netdev_dpdkvkernel *dev, bool persistent)
    OVS_REQUIRES(dev->mutex)
{
    int error = vkernel_tap_set_persistent(dev->device.tap, persistent);

    return (error
            ? xasprintf("cannot make the tap %spersistent (%s)",
                        persistent ? "" : "not ", ovs_strerror(error))
            : NULL);
}

static bool
has_prefix(const char *alias)
{
    return !strncmp(alias, VKERNEL_ALIAS_PREFIX, strlen(VKERNEL_ALIAS_PREFIX));
}

/* Gives the tap its mark, unless it has an alias of somebody else's.  Returns
 * NULL, or a message if the next daemon may not find it. */
static char *
mark_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const char *alias = dev->link.alias;
    char *problem, *message;
    char *mark;

    problem = vkernel_orphan_mark(dev->device.config.ifname,
                                  netdev_get_name(&dev->up), &mark);
    if (mark && strcmp(alias, mark) && !dev->wanted_config.host.alias
        && (!alias[0] || has_prefix(alias))) {
        vkernel_tap_set_alias(dev->device.tap, mark);
    }
    free(mark);
    if (!problem) {
        problem = vkernel_record_get_error();
    }
    message = (problem
               ? xasprintf("a daemon that starts again may not find the tap: "
                           "%s", problem)
               : NULL);
    free(problem);
    return message;
}

/* Why the record has the tap. */
enum {
    RECORD_PERSIST = 1 << 0,    /* It outlives the daemon. */
    RECORD_STRAY = 1 << 1,      /* It must not come back here if somebody has
                                 * moved it. */
    RECORD_GONE = 1 << 2,       /* It was deleted: the record has where it
                                 * was, if that is known. */
    RECORD_LOOKED = 1 << 3,     /* Always there. */
};

/* Has the record say where the tap was when it was deleted, or given up, if
 * somebody had moved it there. */
static void
record_gone_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    int netns_fd;
    int error;

    error = vkernel_tap_get_stray_netns(dev->device.tap, &netns_fd);
    if (error == ENODEV || netns_fd >= 0) {
        vkernel_record_set(netdev_get_name(&dev->up),
                           dev->device.config.ifname, netns_fd, 0, true);
    }
}

/* Has the record say where the tap is, if a daemon that starts again must
 * know. */
static void
record_tap(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const struct vkernel_host_config *host = &dev->wanted_config.host;
    const char *ifname = dev->device.config.ifname;
    const char *name = netdev_get_name(&dev->up);
    struct vkernel_tap *tap = dev->device.tap;
    unsigned int seq = vkernel_tap_get_netns_seq(tap);
    bool away = !vkernel_tap_is_in_own_netns(tap);
    unsigned int why = RECORD_LOOKED;

    why |= host->persist ? RECORD_PERSIST : 0;
    why |= (!host->netns && vkernel_host_config_uses_stack(host)
            ? RECORD_STRAY : 0);
    why |= dev->link_error == ENODEV ? RECORD_GONE : 0;
    if (seq == dev->recorded_seq && why == dev->recorded_why) {
        return;
    }
    dev->recorded_seq = seq;
    dev->recorded_why = why;
    if (why & RECORD_GONE) {
        if (why & RECORD_STRAY) {
            record_gone_tap(dev);
        }
    } else if (why & RECORD_PERSIST || (why & RECORD_STRAY && away)) {
        int netns_fd, ifindex;

        vkernel_tap_get_netns(tap, &netns_fd, &ifindex);
        vkernel_record_set(name, ifname, netns_fd, ifindex,
                           away && !host->netns);
    } else {
        vkernel_record_forget(name, ifname);
    }
}

/* Returns a message if the next daemon may not know that somebody has moved
 * the tap, otherwise NULL. */
static char *
check_is_recorded(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    char *message = NULL;
    char *problem;

    if (dev->recorded_why & RECORD_STRAY
        && !vkernel_tap_is_in_own_netns(dev->device.tap)) {
        problem = vkernel_record_get_error();
        if (problem) {
            message = xasprintf("a daemon that starts again may make the tap "
                                "in its own network namespace: %s", problem);
            free(problem);
        }
    }
    return message;
}

void
netdev_dpdkvkernel_keep_tap(struct netdev_dpdkvkernel *dev)
{
    const struct vkernel_config *config = &dev->wanted_config;
    struct vkernel_tap *tap = dev->device.tap;
    bool persist = config->host.persist;
    bool marked = has_prefix(dev->link.alias);
    char *message = NULL;

    record_tap(dev);
    if (!dev->look_at_persist || dev->link_error) {
        return;
    }
    dev->look_at_persist = false;
    if (persist) {
        if (!vkernel_tap_is_persistent(tap)) {
            message = set_persistent(dev, true);
        }
        if (!message) {
            message = mark_tap(dev);
        }
        if (!message) {
            message = keep_neighbours(dev, true);
        }
    } else if (marked || vkernel_tap_is_persistent(tap)) {
        message = set_persistent(dev, false);
        if (marked) {
            vkernel_tap_set_alias(tap, "");
        }
        free(keep_neighbours(dev, false));
    }
    if (!message) {
        message = check_is_recorded(dev);
    }
    netdev_dpdkvkernel_set_error(dev, VKERNEL_ERROR_PERSIST, message);
}

/* What an earlier daemon has left. */

/* Returns the record of the tap that 'dev' may have had, for 'config', before
 * this life of the port, or NULL.  A tap of another name counts if somebody
 * had moved it, for that holds whatever the name, as it does while the daemon
 * runs.  A port that has had a tap in this life knows better. */
static struct vkernel_record *
find_record(const struct netdev_dpdkvkernel *dev,
            const struct vkernel_config *config)
    OVS_REQUIRES(dev->mutex)
{
    const char *name = netdev_get_name(&dev->up);
    const struct vkernel_tap *tap = dev->device.tap;
    struct vkernel_record *record;

    record = vkernel_record_find(name, config->ifname);
    if (!record && !config->host.netns
        && !(tap && vkernel_tap_was_open(tap))) {
        record = vkernel_record_find_stray(name);
    }
    return record;
}

char *
netdev_dpdkvkernel_find_trace(struct netdev_dpdkvkernel *dev,
                              const struct vkernel_config *config,
                              struct vkernel_orphan_trace *trace)
{
    const struct vkernel_host_config *host = &config->host;
    const char *name = netdev_get_name(&dev->up);
    struct vkernel_record *record;
    char *mark = NULL;

    *trace = (struct vkernel_orphan_trace) VKERNEL_ORPHAN_TRACE_INITIALIZER;
    record = find_record(dev, config);
    if (record && !vkernel_netns_find(&record->netns, &trace->netns_fd)) {
        trace->ifindex = (strcmp(record->ifname, config->ifname)
                          ? 0 : record->ifindex);
    } else if (record && !host->netns
               && vkernel_host_config_uses_stack(host)) {
        record->refused = some_refused = true;
        return xasprintf("the tap \"%s\" was last in another network "
                         "namespace, which does not exist any more or has no "
                         "name in /run/netns, and is not made in the "
                         "daemon's own: options:host-netns says where to make "
                         "it; deleting the port and adding it again has it "
                         "made here", VKERNEL_SHOW(record->ifname));
    }
    if (record || host->persist) {
        /* Without a mark, it is found by its index, or by its name. */
        free(vkernel_orphan_mark(config->ifname, name, &mark));
        trace->mark = mark;
    }
    return NULL;
}

void
netdev_dpdkvkernel_free_trace(struct vkernel_orphan_trace *trace)
{
    if (trace->netns_fd >= 0) {
        close(trace->netns_fd);
    }
    free(CONST_CAST(char *, trace->mark));
}

const struct ovsrec_interface *
netdev_dpdkvkernel_find_interface(const char *name)
{
    const struct ovsrec_bridge *bridge = netdev_dpdkvkernel_find_bridge(name);

    for (size_t i = 0; bridge && i < bridge->n_ports; i++) {
        const struct ovsrec_port *port = bridge->ports[i];

        for (size_t j = 0; j < port->n_interfaces; j++) {
            const struct ovsrec_interface *iface = port->interfaces[j];

            if (!strcmp(iface->name, name)
                && !strcmp(iface->type, "dpdkvkernel")) {
                return iface;
            }
        }
    }
    return NULL;
}

bool
netdev_dpdkvkernel_is_wanted(const char *name)
{
    return (!netdev_dpdkvkernel_has_database()
            || netdev_dpdkvkernel_find_interface(name));
}

/* Will the database have a port opened again with the tap that 'dev' has
 * now? */
static bool
comes_back(const struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    const char *name = netdev_get_name(&dev->up);
    const struct ovsrec_interface *iface
        = netdev_dpdkvkernel_find_interface(name);
    struct vkernel_config config;
    bool comes_back;
    char *message;

    if (!iface) {
        return false;
    }
    message = vkernel_config_parse(name, &iface->options, &config);
    if (message) {
        free(message);
        return true;
    }
    comes_back = (config.host.persist
                  && !strcmp(config.ifname, dev->wanted_config.ifname));
    vkernel_config_uninit(&config);
    return comes_back;
}

/* Takes note of where the tap is, which somebody may just have moved. */
static void
record_last(struct netdev_dpdkvkernel *dev)
    OVS_REQUIRES(dev->mutex)
{
    struct vkernel_link link;

    dev->link_error = vkernel_tap_get_link(dev->device.tap, &link);
    record_tap(dev);
    if (netdev_dpdkvkernel_exiting) {
        vkernel_record_flush();
    }
}

void
netdev_dpdkvkernel_leave_tap(struct netdev_dpdkvkernel *dev)
{
    bool wanted = (netdev_dpdkvkernel_exiting
                   ? !netdev_dpdkvkernel_cleaning_up
                   : netdev_dpdkvkernel_find_interface(
                       netdev_get_name(&dev->up)) != NULL);

    if (wanted && dev->device.tap) {
        record_last(dev);
    }
    if (netdev_dpdkvkernel_exiting ? wanted : comes_back(dev)) {
        if (dev->device.tap) {
            vkernel_tap_leave(dev->device.tap);
        }
    } else if (!netdev_dpdkvkernel_exiting && !wanted) {
        /* It may never have been opened, and yet have left a tap. */
        netdev_dpdkvkernel_request_sweep();
    }
}

void
netdev_dpdkvkernel_request_sweep(void)
{
    sweep_at = MIN(sweep_at, time_msec());
}

/* Is the Interface 'name' open, with a tap for which it did not ask by the
 * name 'ifname', unless that is NULL? */
static bool
has_tap(const char *name, const char *ifname)
{
    struct netdev_dpdkvkernel *dev;
    bool has_tap = false;

    ovs_mutex_lock(&netdev_dpdkvkernel_ports_mutex);
    LIST_FOR_EACH (dev, node, &netdev_dpdkvkernel_ports) {
        ovs_mutex_lock(&dev->mutex);
        has_tap |= (!strcmp(netdev_get_name(&dev->up), name)
                    && dev->device.tap && !dev->link_error
                    && (!ifname
                        || (strcmp(dev->device.config.ifname, ifname)
                            && strcmp(dev->wanted_config.ifname, ifname))));
        ovs_mutex_unlock(&dev->mutex);
    }
    ovs_mutex_unlock(&netdev_dpdkvkernel_ports_mutex);
    return has_tap;
}

/* Is a free tap that was made for the Interface 'name' of no use any more?  If
 * the Interface has a tap, it is another one. */
static bool
is_orphan(const char *name)
{
    return !netdev_dpdkvkernel_find_interface(name) || has_tap(name, NULL);
}

/* Removes the tap of 'record', which may be in another namespace, if it is of
 * no use any more. */
static bool
sweep_record(struct vkernel_record *record, void *aux OVS_UNUSED)
{
    if (netdev_dpdkvkernel_find_interface(record->iface)
        && !has_tap(record->iface, record->ifname)) {
        return false;
    }
    vkernel_orphan_remove(record);
    return true;
}

/* Forgets what kept a port from being opened, once that was deleted. */
static bool
sweep_refused(struct vkernel_record *record, void *aux OVS_UNUSED)
{
    bool wanted = (!record->refused
                   || netdev_dpdkvkernel_find_interface(record->iface));

    some_refused |= record->refused && wanted;
    return !wanted;
}

/* The database says which ports there are to be.  Nobody waits for it here: a
 * change of the database wakes the main thread up, and so does its lock, which
 * another daemon may hold. */
static bool
may_sweep(void)
{
    return !netdev_dpdkvkernel_exiting && netdev_dpdkvkernel_has_database();
}

void
netdev_dpdkvkernel_sweep_run(void)
{
    vkernel_record_run();
    if (some_refused && may_sweep()) {
        some_refused = false;
        vkernel_record_for_each(sweep_refused, NULL);
    }
    if (time_msec() < sweep_at || !may_sweep()) {
        return;
    }
    if (!settled_at) {
        settled_at = time_msec() + SETTLE_TIME;
    }
    sweep_at = time_msec() < settled_at ? settled_at : LLONG_MAX;
    vkernel_record_for_each(sweep_record, NULL);
    vkernel_orphan_sweep(is_orphan);
}

void
netdev_dpdkvkernel_sweep_wait(void)
{
    vkernel_record_wait();
    if (settled_at && sweep_at != LLONG_MAX && may_sweep()) {
        poll_timer_wait_until(sweep_at);
    }
}

void
netdev_dpdkvkernel_exit(bool cleanup)
{
    netdev_dpdkvkernel_exiting = true;
    netdev_dpdkvkernel_cleaning_up = cleanup;
    if (cleanup) {
        vkernel_record_forget_all();
    }
    vkernel_record_flush();
}
