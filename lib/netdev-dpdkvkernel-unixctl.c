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

#include "netdev-dpdkvkernel-unixctl.h"

#include <stdlib.h>

#include "netdev-dpdkvkernel.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "smap.h"
#include "unixctl.h"
#include "util.h"
#include "vkernel-error.h"
#include "vkernel-host-config.h"
#include "vkernel-printable.h"
#include "vkernel-stats.h"
#include "vkernel-version.h"

/* Appends one port to the "struct ds" 'reply'. */
typedef void format_port_func(const struct netdev_dpdkvkernel_info *,
                              void *reply);

static const char *
up_or_down(bool up)
{
    return up ? "up" : "down";
}

static void
format_list(const struct netdev_dpdkvkernel_info *info, void *reply)
{
    ds_put_format(reply, "%-16s %-16s %6d  %-4s  %s\n",
                  VKERNEL_SHOW(info->name),
                  info->link_error ? "-" : VKERNEL_SHOW(info->link->ifname),
                  info->device->config.n_queues, up_or_down(info->carrier),
                  info->link_error ? "-" : up_or_down(info->link->carrier));
}

/* Appends what is wrong, a line for each source. */
static void
format_error(const struct netdev_dpdkvkernel_info *info, struct ds *reply)
{
    char *error = vkernel_error_join(info->name, "\n  error: ");

    if (error) {
        ds_put_format(reply, "  error: %s\n", error);
        free(error);
    }
}

/* Appends the options whose effect no other line tells. */
static void
format_options(const struct netdev_dpdkvkernel_info *info, struct ds *reply)
{
    static const char *const keys[] = {
        "carrier-from", "host-sysctl", "host-txqueuelen", "persist",
        "vhost-busyloop-us",
    };
    const char *prefix = "  options:";
    struct smap options;

    smap_init(&options);
    vkernel_host_config_format(info->wanted, &options);
    vkernel_printable_smap(&options);
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        const char *value = smap_get(&options, keys[i]);

        if (value) {
            ds_put_format(reply, "%s %s=%s", prefix, keys[i], value);
            prefix = "";
        }
    }
    ds_put_cstr(reply, *prefix ? "" : "\n");
    smap_destroy(&options);
}

static void
format_show(const struct netdev_dpdkvkernel_info *info, void *reply_)
{
    const struct vkernel_device *device = info->device;
    const struct smap_node **nodes;
    struct ds *reply = reply_;
    struct smap status;

    ds_put_format(reply, "%s:\n", VKERNEL_SHOW(info->name));
    format_error(info, reply);
    ds_put_format(reply, "  admin_state: %s\n", up_or_down(info->admin_up));
    ds_put_format(reply, "  link_state: %s (%lld change%s)\n",
                  up_or_down(info->carrier), info->carrier_resets,
                  info->carrier_resets == 1 ? "" : "s");
    ds_put_format(reply, "  mac: "ETH_ADDR_FMT"\n",
                  ETH_ADDR_ARGS(device->mac));
    ds_put_format(reply, "  mtu: %d\n", device->mtu);
    ds_put_format(reply, "  memory: %.1f MiB for rx, %.1f MiB for tx\n",
                  (vkernel_buffers_get_rx_memory(&device->buffers)
                   / 1048576.0),
                  (vkernel_buffers_get_tx_memory(&device->buffers)
                   / 1048576.0));
    format_options(info, reply);

    smap_init(&status);
    netdev_dpdkvkernel_format_status(info, &status);
    /* format_error() has told, and dpdkvkernel/version does. */
    smap_remove(&status, "problem");
    smap_remove(&status, "dpdkvkernel_version");
    nodes = smap_sort(&status);
    for (size_t i = 0; i < smap_count(&status); i++) {
        ds_put_format(reply, "  %s: %s\n", nodes[i]->key, nodes[i]->value);
    }
    free(nodes);
    smap_destroy(&status);
    netdev_dpdkvkernel_format_workers(info, reply);
}

static void
format_stats(const struct netdev_dpdkvkernel_info *info, void *reply_)
{
    struct ds *reply = reply_;

    ds_put_format(reply, "%s:\n", VKERNEL_SHOW(info->name));
    vkernel_stats_format(info->stats, info->device->config.n_queues, reply);
}

/* Replies with 'format' of the port that 'argv[1]' names, or of each. */
static void
reply_ports(struct unixctl_conn *conn, int argc, const char *argv[],
            const char *heading, format_port_func *format)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    struct ds reply = DS_EMPTY_INITIALIZER;

    ds_put_cstr(&reply, heading);
    if (netdev_dpdkvkernel_for_each(name, format, &reply) || !name) {
        unixctl_command_reply(conn, ds_cstr(&reply));
    } else {
        char *error = xasprintf("no port of type dpdkvkernel is named \"%s\": "
                                "dpdkvkernel/list names those there are; "
                                "\"ovs-vsctl get Interface %s error\" tells "
                                "why a new one is not, or what it waits for",
                                VKERNEL_SHOW(name), VKERNEL_SHOW(name));

        unixctl_command_reply_error(conn, error);
        free(error);
    }
    ds_destroy(&reply);
}

static void
unixctl_list(struct unixctl_conn *conn, int argc, const char *argv[],
             void *aux OVS_UNUSED)
{
    reply_ports(conn, argc, argv,
                "interface        tap              queues  link  carrier\n",
                format_list);
}

static void
unixctl_show(struct unixctl_conn *conn, int argc, const char *argv[],
             void *aux OVS_UNUSED)
{
    reply_ports(conn, argc, argv, "", format_show);
}

static void
unixctl_stats(struct unixctl_conn *conn, int argc, const char *argv[],
              void *aux OVS_UNUSED)
{
    reply_ports(conn, argc, argv, "", format_stats);
}

static void
unixctl_version(struct unixctl_conn *conn, int argc OVS_UNUSED,
                const char *argv[] OVS_UNUSED, void *aux OVS_UNUSED)
{
    struct ds reply = DS_EMPTY_INITIALIZER;

    vkernel_version_format(&reply, "\n");
    unixctl_command_reply(conn, ds_cstr(&reply));
    ds_destroy(&reply);
}

void
netdev_dpdkvkernel_unixctl_register(void)
{
    unixctl_command_register("dpdkvkernel/list", "", 0, 0, unixctl_list,
                             NULL);
    unixctl_command_register("dpdkvkernel/show", "[port]", 0, 1,
                             unixctl_show, NULL);
    unixctl_command_register("dpdkvkernel/stats", "[port]", 0, 1,
                             unixctl_stats, NULL);
    unixctl_command_register("dpdkvkernel/version", "", 0, 0,
                             unixctl_version, NULL);
}
