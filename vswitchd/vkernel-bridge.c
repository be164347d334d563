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

#include "vkernel-bridge.h"

#include <stdlib.h>
#include <string.h>

#include "netdev-dpdkvkernel.h"
#include "netdev-provider.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovsdb-idl.h"
#include "vkernel-version.h"
#include "vswitch-idl.h"

VLOG_DEFINE_THIS_MODULE(vkernel_bridge);

/* The database of bridge.o, which keeps it to itself. */
static struct ovsdb_idl *bridge_idl;

struct ovsdb_idl *__real_ovsdb_idl_create(const char *remote,
                                          const struct ovsdb_idl_class *,
                                          bool monitor_everything_by_default,
                                          bool retry);
struct ovsdb_idl *__wrap_ovsdb_idl_create(const char *remote,
                                          const struct ovsdb_idl_class *,
                                          bool monitor_everything_by_default,
                                          bool retry);
void __real_ovsrec_interface_set_error(const struct ovsrec_interface *,
                                       const char *error);
void __wrap_ovsrec_interface_set_error(const struct ovsrec_interface *,
                                       const char *error);

int __real_netdev_set_config(struct netdev *, const struct smap *args,
                             char **errp);
int __wrap_netdev_set_config(struct netdev *, const struct smap *args,
                             char **errp);
void __real_bridge_exit(bool delete_datapath);
void __wrap_bridge_exit(bool delete_datapath);

static void
log_version(void)
{
    struct ds version = DS_EMPTY_INITIALIZER;

    vkernel_version_format(&version, ", ");
    VLOG_INFO("%s", ds_cstr(&version));
    ds_destroy(&version);
}

/* bridge.o calls this when it starts. */
struct ovsdb_idl *
__wrap_ovsdb_idl_create(const char *remote,
                        const struct ovsdb_idl_class *class,
                        bool monitor_everything_by_default, bool retry)
{
    struct ovsdb_idl *idl;

    idl = __real_ovsdb_idl_create(remote, class,
                                  monitor_everything_by_default, retry);
    if (class == &ovsrec_idl_class) {
        bridge_idl = idl;
        log_version();
    }
    return idl;
}

static bool
has_interface(const struct ovsrec_port *port, const char *name)
{
    for (size_t i = 0; i < port->n_interfaces; i++) {
        if (!strcmp(port->interfaces[i]->name, name)) {
            return true;
        }
    }
    return false;
}

const struct ovsrec_bridge *
vkernel_bridge_find(const char *name)
{
    const struct ovsrec_bridge *bridge;

    if (!bridge_idl) {
        return NULL;
    }
    OVSREC_BRIDGE_FOR_EACH (bridge, bridge_idl) {
        for (size_t i = 0; i < bridge->n_ports; i++) {
            if (has_interface(bridge->ports[i], name)) {
                return bridge;
            }
        }
    }
    return NULL;
}

const struct ovsrec_port *
vkernel_bridge_find_port(const char *name)
{
    const struct ovsrec_bridge *bridge;

    if (!bridge_idl) {
        return NULL;
    }
    OVSREC_BRIDGE_FOR_EACH (bridge, bridge_idl) {
        for (size_t i = 0; i < bridge->n_ports; i++) {
            if (!strcmp(bridge->ports[i]->name, name)) {
                return bridge->ports[i];
            }
        }
    }
    return NULL;
}

bool
vkernel_bridge_has_database(void)
{
    return (bridge_idl && ovsdb_idl_has_lock(bridge_idl)
            && ovsrec_open_vswitch_first(bridge_idl));
}

const struct smap *
vkernel_bridge_get_other_config(void)
{
    const struct ovsrec_open_vswitch *row;

    row = bridge_idl ? ovsrec_open_vswitch_first(bridge_idl) : NULL;
    return row ? &row->other_config : NULL;
}

/* ovs-vswitchd.o calls this when the daemon is to end, and bridge.o then
 * destroys ports as if they had been deleted. */
void
__wrap_bridge_exit(bool delete_datapath)
{
    netdev_dpdkvkernel_exit(delete_datapath);
    bridge_idl = NULL;
    __real_bridge_exit(delete_datapath);
}

/* bridge.o calls this for a port each time it configures it, and again each
 * time anything is configured if that fails.  Open vSwitch would log each of
 * these failures, without the reason, which the port logs once. */
int
__wrap_netdev_set_config(struct netdev *netdev, const struct smap *args,
                         char **errp)
{
    const struct netdev_class *class = netdev->netdev_class;

    return (args && errp && !strcmp(class->type, "dpdkvkernel")
            ? class->set_config(netdev, args, errp)
            : __real_netdev_set_config(netdev, args, errp));
}

/* bridge.o calls this for a port once while it configures it, to clear the
 * error column, and when it cannot create a port, to say so. */
void
__wrap_ovsrec_interface_set_error(const struct ovsrec_interface *row,
                                  const char *error)
{
    if (strcmp(row->type, "dpdkvkernel")) {
        __real_ovsrec_interface_set_error(row, error);
    } else {
        char *text = netdev_dpdkvkernel_configure(row->name, row->mac, error);

        __real_ovsrec_interface_set_error(row, text);
        free(text);
    }
}
