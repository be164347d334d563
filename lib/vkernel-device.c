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

#include "vkernel-device.h"

#include <errno.h>
#include <linux/virtio_net.h>
#include <string.h>

#include "netlink-socket.h"
#include "packets.h"
#include "userspace-tso.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-port.h"
#include "vkernel-printable.h"
#include "vkernel-stats.h"
#include "vkernel-tap.h"
#include "vkernel-watch.h"
#include "vkernel-worker.h"

/* Bytes of the header that the tap has before each frame: the driver takes
 * VIRTIO_F_VERSION_1, which vhost-net always has, and asks for this one. */
#define HEADER_SIZE ((int) sizeof(struct virtio_net_hdr_mrg_rxbuf))

/* How often the driver is probed until its queues are the tap's: a name that
 * it was given may be another device's by then. */
#define MAX_PROBES 4

/* Makes the buffers that the configuration and MTU of 'device' take. */
static char *
create_buffers(struct vkernel_device *device)
{
    const struct vkernel_buffers_args args = {
        .n_queues = device->config.n_queues,
        .ring_size = device->config.ring_size,
        .mtu = device->mtu,
        .gso_max_size = device->gso_max_size,
        .socket_id = device->socket_id,
    };

    return vkernel_buffers_create(&device->buffers, &args);
}

/* Asks the kernel how the tap of 'device' is, which was there just before. */
static char *
get_link(const struct vkernel_device *device, struct vkernel_link *link)
{
    int error = vkernel_tap_get_link(device->tap, link);

    return (error
            ? xasprintf("the tap \"%s\" is gone (%s)",
                        VKERNEL_SHOW(vkernel_tap_get_name(device->tap)),
                        ovs_strerror(error))
            : NULL);
}

enum vkernel_link_state
vkernel_device_check(const struct vkernel_device *device,
                     const struct vkernel_link *link, char **messagep)
{
    int n_queues = device->port ? device->config.n_queues : 0;
    enum vkernel_link_state state;
    int size;

    state = vkernel_link_check_tap(link, n_queues, messagep);
    if (state == VKERNEL_LINK_SHARED || state == VKERNEL_LINK_ALTERED
        || !device->port) {
        return state;
    }
    size = vkernel_tap_get_header_size(device->tap);
    if (size && size != HEADER_SIZE) {
        free(*messagep);
        *messagep = xasprintf("another program has changed the header of the "
                              "tap \"%s\" from %d to %d bytes",
                              VKERNEL_SHOW(link->ifname), HEADER_SIZE, size);
        return VKERNEL_LINK_ALTERED;
    }
    return state;
}

/* Returns a message if the kernel may hand over longer frames than the buffers
 * of 'device' hold, otherwise NULL. */
static char *
check_gso_max_size(const struct vkernel_device *device,
                   const struct vkernel_link *link)
{
    int size = MAX(link->gso_max_size, link->gso_ipv4_max_size);

    return (device->gso_max_size && size > device->gso_max_size
            ? xasprintf("the kernel gave the tap \"%s\" a %s of %d, not the "
                        "%d that was asked for",
                        VKERNEL_SHOW(vkernel_tap_get_name(device->tap)),
                        (size == link->gso_max_size
                         ? "gso_max_size" : "gso_ipv4_max_size"),
                        size, device->gso_max_size)
            : NULL);
}

/* Compares what the kernel has with what 'device' asked for: that no call
 * failed proves nothing.  An MTU that somebody has set meanwhile is followed
 * as it is later.  Stores into '*againp' whether the driver's queues went
 * elsewhere, which is worth another try. */
static char *
check_granted(struct vkernel_device *device, bool *againp)
{
    struct vkernel_link link;
    char *message;

    message = get_link(device, &link);
    if (!message) {
        enum vkernel_link_state state;

        state = vkernel_device_check(device, &link, &message);
        *againp = state == VKERNEL_LINK_ALTERED
                  || state == VKERNEL_LINK_DETACHED;
    }
    return message ? message : check_gso_max_size(device, &link);
}

/* Sets what the tap of 'device' must have before its queues are attached.
 * Returns NULL if successful, otherwise a message. */
static char *
set_up_tap(struct vkernel_device *device)
{
    const char *ifname = vkernel_tap_get_name(device->tap);
    int error;

    error = vkernel_tap_set_mtu(device->tap, device->mtu);
    if (error) {
        return xasprintf("cannot set the MTU of tap \"%s\" to %d (%s)",
                         VKERNEL_SHOW(ifname), device->mtu,
                         ovs_strerror(error));
    }
    error = (device->gso_max_size
             ? vkernel_tap_set_gso_max_size(device->tap, device->gso_max_size,
                                            device->gso_max_size)
             : 0);
    if (error) {
        return xasprintf("cannot set the gso_max_size of tap \"%s\" to %d "
                         "(%s)", VKERNEL_SHOW(ifname), device->gso_max_size,
                         ovs_strerror(error));
    }
    return NULL;
}

/* Probes the port of 'device' with 'args', and finds the threads that the
 * kernel makes for it. */
static char *
probe_port(struct vkernel_device *device,
           const struct vkernel_port_args *args)
{
    char *message;

    device->workers = vkernel_workers_begin(NULL, args->vhost_path);
    message = vkernel_port_open(args, &device->port);
    if (message) {
        vkernel_workers_destroy(device->workers);
        device->workers = NULL;
    } else {
        /* Without them it works all the same. */
        vkernel_workers_end(device->workers, args->n_queues);
    }
    return message;
}

/* As probe_port(), but with the tap's address.  The driver sets that to its
 * own, at its probe and again when it is configured: only the kernel's events
 * tell of one that an administrator has given the tap in between. */
static char *
probe_port_with_mac(struct vkernel_device *device,
                    struct vkernel_port_args *args)
{
    struct vkernel_link link;
    struct nl_sock *watch;
    struct eth_addr mac;
    char *message;

    /* Without it works all the same. */
    vkernel_watch_open(&watch);
    message = get_link(device, &link);
    if (!message) {
        if (watch) {
            vkernel_watch_filter(watch, link.ifindex, false, false);
        }
        args->mac = device->mac = link.mac;
        message = probe_port(device, args);
    }
    if (!message && watch
        && vkernel_watch_take_mac(watch, link.ifindex, device->mac, &mac)) {
        vkernel_device_set_mac(device, mac);
    }
    nl_sock_destroy(watch);
    return message;
}

/* Closes the port of 'device', if it has one. */
static void
close_port__(struct vkernel_device *device)
{
    vkernel_workers_destroy(device->workers);
    device->workers = NULL;
    vkernel_port_close(device->port);
    device->port = NULL;
}

/* Opens the port of 'device' from the tap's namespace, with the device's
 * address or, if 'follow_mac', with the tap's.  The driver finds the tap by
 * 'handle'. */
static char *
open_port_here(struct vkernel_device *device, const char *handle,
               bool follow_mac)
{
    struct vkernel_port_args args = {
        .vhost_path = device->config.vhost_path,
        .ifname = vkernel_tap_get_name(device->tap),
        .handle = handle,
        .mac = device->mac,
        .n_queues = device->config.n_queues,
        .ring_size = device->config.ring_size,
        .mtu = device->mtu,
        .socket_id = device->socket_id,
        .offloads = device->gso_max_size > 0,
        .rx_mp = device->buffers.ring.mp,
    };
    char *message;

    message = set_up_tap(device);
    if (!message) {
        message = (follow_mac
                   ? probe_port_with_mac(device, &args)
                   : probe_port(device, &args));
    }
    return message;
}

/* Opens the port of 'device' once.  Stores into '*againp' whether the driver
 * may have met another device of the tap's name. */
static char *
open_port_once(struct vkernel_device *device, bool follow_mac, bool *againp)
{
    char handle[IFNAMSIZ];
    char *message;
    int saved;
    int error;

    *againp = false;
    error = vkernel_tap_enter_netns(device->tap, &saved);
    if (error) {
        return xasprintf("cannot enter the network namespace of tap \"%s\" "
                         "(%s)%s",
                         VKERNEL_SHOW(vkernel_tap_get_name(device->tap)),
                         ovs_strerror(error),
                         error == EPERM ? ": CAP_SYS_ADMIN is needed" : "");
    }
    vkernel_tap_get_handle(device->tap, handle);
    message = open_port_here(device, handle, follow_mac);
    vkernel_tap_put_handle(device->tap, handle);
    vkernel_netns_leave(saved);
    if (!message) {
        message = check_granted(device, againp);
        if (message) {
            close_port__(device);
        }
    }
    return message;
}

/* Opens the port of 'device', which has its tap and buffers, with the device's
 * address or, if 'follow_mac', with the tap's. */
static char *
open_port(struct vkernel_device *device, bool follow_mac)
{
    char *message = NULL;
    bool again = true;

    for (int i = 0; again && i < MAX_PROBES; i++) {
        free(message);
        message = open_port_once(device, follow_mac, &again);
    }
    return message;
}

static char *
open_tap(struct vkernel_device *device, const struct vkernel_tap *former,
         const struct vkernel_orphan_trace *trace)
{
    struct vkernel_link link;
    char *message;
    int error;

    message = vkernel_tap_open(device->config.ifname,
                               device->config.host.netns, former, trace,
                               &device->tap);
    if (message) {
        return message;
    }
    error = vkernel_tap_get_link(device->tap, &link);
    if (error) {
        return xasprintf("cannot query the tap \"%s\" (%s)",
                         VKERNEL_SHOW(device->config.ifname),
                         ovs_strerror(error));
    }
    device->mtu = MIN(MAX(link.mtu, VKERNEL_MIN_MTU), VKERNEL_MAX_MTU);
    device->mac = link.mac;
    return NULL;
}

/* Takes 'config' over into 'device'. */
static void
set_config(struct vkernel_device *device, const struct vkernel_config *config)
{
    vkernel_config_clone(&device->config, config);
    device->gso_max_size = (config->tso && userspace_tso_enabled()
                            ? config->gso_max_size
                            : 0);
}

char *
vkernel_device_open(struct vkernel_device *device,
                    const struct vkernel_config *config, int socket_id,
                    const struct vkernel_orphan_trace *trace,
                    bool *tap_opened)
{
    char *message;

    set_config(device, config);
    device->socket_id = socket_id;
    message = vkernel_port_check_vhost(config->vhost_path);
    if (!message) {
        message = open_tap(device, NULL, trace);
    }
    *tap_opened = !message;
    if (!message) {
        message = create_buffers(device);
    }
    if (!message) {
        message = open_port(device, true);
    }
    if (!message) {
        message = vkernel_tap_settle(device->tap);
    }
    if (message) {
        vkernel_device_close(device);
    }
    return message;
}

char *
vkernel_device_open_later(struct vkernel_device *device,
                          const struct vkernel_config *config, int socket_id)
{
    char *message = vkernel_port_check_vhost(config->vhost_path);

    if (!message) {
        set_config(device, config);
        device->socket_id = socket_id;
        device->mtu = ETH_PAYLOAD_MAX;
        device->tap = vkernel_tap_create_absent(config->ifname);
    }
    return message;
}

static void
close_port(struct vkernel_device *device, struct vkernel_driver_stats *stats)
{
    if (device->port) {
        struct vkernel_driver_stats last;

        vkernel_port_get_stats(device->port, &last);
        vkernel_driver_stats_add(stats, &last);
        close_port__(device);
    }
}

bool
vkernel_device_needs_other_tap(const struct vkernel_device *device,
                               const struct vkernel_config *config)
{
    return (!vkernel_tap_was_open(device->tap)
            || (strcmp(config->ifname, device->config.ifname)
                && strcmp(config->ifname,
                          vkernel_tap_get_name(device->tap))));
}

/* Opens a tap for 'next' in place of that of 'device': that of 'given', or
 * where the options say, or, if they say nothing, where somebody has moved the
 * latter to.  In the daemon's own namespace it would be part of another
 * network. */
static char *
open_next_tap(const struct vkernel_device *device,
              const struct vkernel_orphan_trace *given,
              struct vkernel_device *next)
{
    struct vkernel_orphan_trace trace = *given;
    int error = 0;

    if (!next->config.host.netns && trace.netns_fd < 0) {
        error = vkernel_tap_get_stray_netns(device->tap, &trace.netns_fd);
    }
    if (!error || !vkernel_host_config_uses_stack(&next->config.host)) {
        return open_tap(next, device->tap, &trace);
    }
    return xasprintf("the tap is not made again: the network namespace that "
                     "it was moved to %s (%s)%s; options:host-netns says "
                     "where else to make it",
                     error == ENODEV ? "is not known" : "cannot be entered",
                     ovs_strerror(error),
                     error == EPERM ? ": CAP_SYS_ADMIN is needed" : "");
}

/* Makes in 'next', whose configuration is set, what 'device' lacks for it. */
static char *
prepare(const struct vkernel_device *device,
        const struct vkernel_orphan_trace *trace, int mtu,
        struct vkernel_device *next)
{
    struct vkernel_link link;
    char *message;
    int error;

    message = vkernel_port_check_vhost(next->config.vhost_path);
    if (message) {
        return message;
    }
    error = (vkernel_device_needs_other_tap(device, &next->config)
             ? ENODEV
             : vkernel_tap_get_link(device->tap, &link));
    if (error == ENODEV) {
        message = open_next_tap(device, trace, next);
    } else if (error) {
        message = xasprintf("the tap \"%s\" cannot be reached (%s)%s",
                            VKERNEL_SHOW(vkernel_tap_get_name(device->tap)),
                            ovs_strerror(error),
                            error == EPERM
                            ? ": CAP_SYS_ADMIN is needed" : "");
    } else {
        next->tap = device->tap;
    }
    if (mtu) {
        next->mtu = mtu;
    }
    next->mac = device->mac;
    return message ? message : create_buffers(next);
}

char *
vkernel_device_prepare(const struct vkernel_device *device,
                       const struct vkernel_config *config, int mtu,
                       const struct vkernel_orphan_trace *trace,
                       struct vkernel_device *next)
{
    char *message;

    memset(next, 0, sizeof *next);
    set_config(next, config);
    next->socket_id = device->socket_id;
    message = prepare(device, trace, mtu, next);
    if (message) {
        vkernel_device_discard(next, device);
    }
    return message;
}

void
vkernel_device_discard(struct vkernel_device *next,
                       const struct vkernel_device *device)
{
    if (next->tap == device->tap) {
        next->tap = NULL;
    }
    vkernel_device_close(next);
}

char *
vkernel_device_switch(struct vkernel_device *device,
                      struct vkernel_device *next, bool follow_mac,
                      struct vkernel_driver_stats *stats)
{
    bool keep_mac = !follow_mac || (next->tap != device->tap
                                    && !eth_addr_is_zero(device->mac));
    char *message, *again;
    struct vkernel_link link;

    close_port(device, stats);
    /* It may have changed since, and not have been looked at. */
    if (follow_mac && !vkernel_tap_get_link(device->tap, &link)) {
        device->mac = link.mac;
    }
    next->mac = device->mac;
    message = open_port(next, !keep_mac);
    if (!message) {
        message = vkernel_tap_settle(next->tap);
    }
    if (!message) {
        vkernel_device_discard(device, next);
        *device = *next;
        memset(next, 0, sizeof *next);
        return NULL;
    }

    vkernel_device_discard(next, device);
    again = open_port(device, follow_mac);
    if (again) {
        char *both = xasprintf("%s; and on the way back: %s", message, again);

        free(message);
        free(again);
        message = both;
    }
    return message;
}

void
vkernel_device_abandon_tap(struct vkernel_device *device,
                           struct vkernel_driver_stats *stats)
{
    close_port(device, stats);
    vkernel_tap_abandon(device->tap);
}

int
vkernel_device_follow_mac(struct vkernel_device *device, struct eth_addr mac)
{
    int error = device->port ? vkernel_port_set_mac(device->port, mac) : 0;

    if (!error) {
        device->mac = mac;
    }
    return error;
}

int
vkernel_device_set_mac(struct vkernel_device *device, struct eth_addr mac)
{
    int error = vkernel_tap_set_mac(device->tap, mac);

    if (!error) {
        error = vkernel_device_follow_mac(device, mac);
        if (error) {
            vkernel_tap_set_mac(device->tap, device->mac);
        }
    }
    return error;
}

void
vkernel_device_close(struct vkernel_device *device)
{
    close_port__(device);
    vkernel_buffers_put(&device->buffers);
    vkernel_tap_close(device->tap);
    vkernel_config_uninit(&device->config);
    memset(device, 0, sizeof *device);
}
