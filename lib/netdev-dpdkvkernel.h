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

#ifndef NETDEV_DPDKVKERNEL_H
#define NETDEV_DPDKVKERNEL_H 1

/* The netdev class "dpdkvkernel".
 *
 * Open vSwitch calls it through struct netdev_class: rxq_recv() and send()
 * from PMD threads (send() also from the main thread), get_etheraddr() from
 * any thread that translates flows, for a tunnel whose packets leave by the
 * port, and all else from the main thread.  The functions below are for
 * vswitchd/ and for netdev-dpdkvkernel-unixctl.c, all from the main thread,
 * without a lock: they take those of the ports that they are about. */

#include <stdbool.h>

#include "vkernel-device.h"
#include "vkernel-link.h"

struct ds;
struct ovsrec_bridge;
struct ovsrec_port;
struct smap;
struct vkernel_host;
struct vkernel_host_config;
struct vkernel_policer;
struct vkernel_stats;

/* Returns the bridge that the database has the Interface 'name' on, or NULL if
 * that is not known. */
typedef const struct ovsrec_bridge *netdev_dpdkvkernel_find_bridge_func(
    const char *name);

/* Returns the Port 'name' of a bridge, or NULL if that is not known. */
typedef const struct ovsrec_port *netdev_dpdkvkernel_find_port_func(
    const char *name);

/* Returns true if the database is connected, has been read, and is this
 * daemon's to configure ports from. */
typedef bool netdev_dpdkvkernel_has_database_func(void);

/* Returns the other_config column of the Open_vSwitch table, or NULL if there
 * is no database yet. */
typedef const struct smap *netdev_dpdkvkernel_get_other_config_func(void);

/* Registers the class.  To be called before the first bridge is configured;
 * does not depend on DPDK being initialized. */
void netdev_dpdkvkernel_register(netdev_dpdkvkernel_find_bridge_func *,
                                 netdev_dpdkvkernel_find_port_func *,
                                 netdev_dpdkvkernel_has_database_func *,
                                 netdev_dpdkvkernel_get_other_config_func *);

/* Says that the daemon is about to end, and that ports which are destroyed
 * from now on have not been deleted from the database.  With 'cleanup',
 * nothing shall be left of them all the same. */
void netdev_dpdkvkernel_exit(bool cleanup);

/* Does for the Interface 'name' what Open vSwitch's bridge leaves out for
 * types it does not know: applies 'mac', the value of the Interface's mac
 * column or NULL.
 *
 * Returns what the Interface's error column should say where the bridge would
 * say 'error' (NULL: nothing), in a string that the caller must free(), or
 * NULL for nothing. */
char *netdev_dpdkvkernel_configure(const char *name, const char *mac,
                                   const char *error);

/* Returns the name that the port of the tap 'ifname', in the daemon's network
 * namespace, has in Open vSwitch: that of its Interface.  Returns 'ifname' if
 * it is no such tap, or NULL if it is none and has the name of an Interface
 * whose tap is another device. */
const char *netdev_dpdkvkernel_name_device(const char *ifname);

/* One port, as it is at the moment of the call. */
struct netdev_dpdkvkernel_info {
    const char *name;           /* Of the Interface. */
    bool admin_up;              /* Administratively up, in Open vSwitch. */
    bool carrier;               /* Link state. */
    long long int carrier_resets; /* Changes of 'carrier'. */
    const struct vkernel_device *device;
    const struct vkernel_link *link; /* Valid if 'link_error' is 0. */
    int link_error;             /* As vkernel_tap_get_link() returns it. */
    const struct vkernel_host *host; /* What the tap has of what is asked
                                      * for. */
    int workers_error;          /* Why the workers' default CPUs were refused,
                                 * as an errno value. */
    const struct vkernel_stats *stats;
    const struct vkernel_host_config *wanted; /* What is asked of the tap. */
    const char *netns;          /* Where the tap should be, or NULL. */
    const char *down_port;      /* The port that carrier-from names, if it is
                                 * down, otherwise NULL. */
    bool netns_missing;         /* Is there no such namespace now? */
    const struct vkernel_policer *rx_policer; /* Or NULL. */
    const struct vkernel_policer *tx_policer; /* Or NULL. */
};

/* Calls 'cb' for the port of the Interface 'name', or for each, ordered by
 * name, if 'name' is NULL.  What 'info' points to is valid during the call
 * only.  Returns the number of calls. */
int netdev_dpdkvkernel_for_each(
    const char *name,
    void (*cb)(const struct netdev_dpdkvkernel_info *, void *aux), void *aux);

/* Adds to 'status' what the port was granted: the status column. */
void netdev_dpdkvkernel_format_status(const struct netdev_dpdkvkernel_info *,
                                      struct smap *status);

/* Appends a line for the worker of each queue pair, if they are known. */
void netdev_dpdkvkernel_format_workers(const struct netdev_dpdkvkernel_info *,
                                       struct ds *);

#endif /* netdev-dpdkvkernel.h */
