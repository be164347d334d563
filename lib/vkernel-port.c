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

#include "vkernel-port.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/major.h>
#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_memory.h>
#include <rte_version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/vlog.h"
#include "ovs-atomic.h"
#include "ovs-thread.h"
#include "packets.h"
#include "util.h"
#include "vkernel-config.h"
#include "vkernel-module.h"
#include "vkernel-path.h"
#include "vkernel-printable.h"
#include "vkernel-stats.h"
#include "vkernel-text.h"

VLOG_DEFINE_THIS_MODULE(vkernel_port);

/* The minor number of /dev/vhost-net, fixed by the kernel (its
 * Documentation/admin-guide/devices.txt) but in no header for programs. */
#define VHOST_NET_MINOR 238

/* What may be in a name that DPDK is given: it splits arguments at commas,
 * and brackets, quotes and more have meanings of their own. */
#define HANDLE_PUNCTUATION "-_.~:@+"
#define HANDLE_CHARACTERS                                               \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"    \
    HANDLE_PUNCTUATION

/* What Open vSwitch can use of what virtio offers.  The kernel leaves TCP
 * segmentation to us only together with checksums. */
#define RX_OFFLOADS (RTE_ETH_RX_OFFLOAD_TCP_CKSUM       \
                     | RTE_ETH_RX_OFFLOAD_UDP_CKSUM     \
                     | RTE_ETH_RX_OFFLOAD_TCP_LRO)
#define TX_OFFLOADS (RTE_ETH_TX_OFFLOAD_TCP_CKSUM       \
                     | RTE_ETH_TX_OFFLOAD_UDP_CKSUM     \
                     | RTE_ETH_TX_OFFLOAD_TCP_TSO)

struct vkernel_port {
    char name[RTE_DEV_NAME_MAX_LEN]; /* DPDK's name for the device. */
    uint16_t id;                /* DPDK's number for it... */
    bool has_id;                /* ...valid? */
    bool started;               /* rte_eth_dev_start() succeeded? */

    /* The driver's extended statistics: their values, in the driver's order,
     * and for each the member of struct vkernel_driver_stats that it belongs
     * to, as an offset, or SIZE_MAX. */
    struct rte_eth_xstat *xstats;
    size_t *xstat_offsets;
    int n_xstats;
};

/* Which statistics of the driver go where: "rx_q0_errors", "rx_q1_errors"
 * and so on are added up in 'rx_errors'. */
static const struct {
    const char *prefix;
    const char *suffix;
    size_t offset;
} xstat_map[] = {
    { "rx_q", "_errors", offsetof(struct vkernel_driver_stats, rx_errors) },
    { "rx_q", "_multicast_packets",
      offsetof(struct vkernel_driver_stats, rx_multicast) },
    { "rx_q", "_broadcast_packets",
      offsetof(struct vkernel_driver_stats, rx_broadcast) },
    { "tx_q", "_multicast_packets",
      offsetof(struct vkernel_driver_stats, tx_multicast) },
    { "tx_q", "_broadcast_packets",
      offsetof(struct vkernel_driver_stats, tx_broadcast) },
};

/* Fails if 'path_fd', which is what is at 'vhost_path', is not vhost-net, or
 * not for us. */
static char *
check_is_vhost(const char *vhost_path, int path_fd)
{
    char path[VKERNEL_PATH_SIZE];
    struct stat s;

    if (fstat(path_fd, &s)) {
        return xasprintf("cannot look at options:vhost-path=\"%s\" (%s)",
                         VKERNEL_SHOW(vhost_path), ovs_strerror(errno));
    }
    if (!S_ISCHR(s.st_mode)) {
        return xasprintf("options:vhost-path=\"%s\" is not a character "
                         "device: that of vhost-net, usually /dev/vhost-net, "
                         "is accepted", VKERNEL_SHOW(vhost_path));
    }
    /* Opening another device might have effects of its own. */
    if (s.st_rdev != makedev(MISC_MAJOR, VHOST_NET_MINOR)) {
        return xasprintf("options:vhost-path=\"%s\" is character device "
                         "%u:%u, not vhost-net: that of vhost-net, %d:%d, "
                         "usually /dev/vhost-net, is accepted",
                         VKERNEL_SHOW(vhost_path), major(s.st_rdev),
                         minor(s.st_rdev), MISC_MAJOR, VHOST_NET_MINOR);
    }
    vkernel_path_format(path_fd, path);
    if (access(path, R_OK | W_OK)) {
        int error = errno;

        return xasprintf("no permission for options:vhost-path=\"%s\" (%s): "
                         "the daemon's user must be able to read and write "
                         "it", VKERNEL_SHOW(vhost_path), ovs_strerror(error));
    }
    return NULL;
}

/* Returns what to do if vhost-net is not at 'vhost_path', where "modprobe" has
 * 'effect'.  The caller must free() it. */
static char *
advise_vhost(const char *vhost_path, const char *effect)
{
    static const char usual[] = VKERNEL_DEFAULT_VHOST_PATH;

    return (strcmp(vhost_path, usual) && !access(usual, F_OK)
            ? xasprintf("%s, the default, is there", usual)
            : vkernel_module_advise("vhost_net", effect, usual,
                                    VHOST_NET_MINOR));
}

/* Returns that 'vhost_path' cannot be found, for the reason 'error'. */
static char *
format_no_vhost(const char *vhost_path, int error)
{
    char *advice = (error == ENOENT || error == ENOTDIR
                    ? advise_vhost(vhost_path, "makes /dev/vhost-net")
                    : error == EACCES
                    ? xstrdup("the daemon's user needs access to it")
                    : NULL);
    char *message = xasprintf("cannot find options:vhost-path=\"%s\" (%s)%s%s",
                              VKERNEL_SHOW(vhost_path), ovs_strerror(error),
                              advice ? ": " : "", advice ? advice : "");

    free(advice);
    return message;
}

/* Returns that the device of vhost-net at 'vhost_path' cannot be opened, for
 * the reason 'error'. */
static char *
format_no_driver(const char *vhost_path, int error)
{
    char *advice = (error == ENODEV || error == ENXIO
                    ? advise_vhost(vhost_path, "loads its driver")
                    : error == EPERM
                    ? xstrdup("the daemon's control group does not allow that "
                              "device (DeviceAllow= of systemd, or the "
                              "container's settings)")
                    : NULL);
    char *message = xasprintf("cannot open options:vhost-path=\"%s\" (%s)%s%s",
                              VKERNEL_SHOW(vhost_path), ovs_strerror(error),
                              advice ? ": " : "", advice ? advice : "");

    free(advice);
    return message;
}

/* Stores into '*path_fdp' a descriptor of the device of vhost-net at
 * 'vhost_path', of vkernel_path_open(), which the caller must close.  Nothing
 * else is ever opened. */
static char *
find_vhost(const char *vhost_path, int *path_fdp)
{
    int error = vkernel_path_open(vhost_path, 0, path_fdp);
    char *message;

    if (error) {
        return format_no_vhost(vhost_path, error);
    }
    message = check_is_vhost(vhost_path, *path_fdp);
    if (message) {
        close(*path_fdp);
        *path_fdp = -1;
    }
    return message;
}

char *
vkernel_port_check_vhost(const char *vhost_path)
{
    char *message;
    int path_fd;
    int error;
    int fd;

    message = find_vhost(vhost_path, &path_fd);
    if (message) {
        return message;
    }
    /* The device node may be there without a driver behind it. */
    error = vkernel_path_reopen(path_fd, O_RDWR, &fd);
    close(path_fd);
    if (error) {
        return format_no_driver(vhost_path, error);
    }
    close(fd);
    return NULL;
}

static char *
format_failure(const struct vkernel_port_args *args, const char *what,
               int error)
{
    return xasprintf("DPDK cannot %s the virtio-user device of tap \"%s\" "
                     "with %d queue pair%s of %d descriptors and MTU %d (%s)",
                     what, VKERNEL_SHOW(args->ifname), args->n_queues,
                     args->n_queues == 1 ? "" : "s", args->ring_size,
                     args->mtu, rte_strerror(error));
}

/* Probes 'port' with the device of vhost-net at 'vhost_path'.
 *
 * All arguments are given, as a default could not be relied on: see
 * Documentation/topics/design.rst for each. */
static char *
probe__(struct vkernel_port *port, const struct vkernel_port_args *args,
        const char *vhost_path)
{
    static unsigned int next_id;
    struct ds devargs = DS_EMPTY_INITIALIZER;
    int error;

    snprintf(port->name, sizeof port->name, "net_virtio_user_vkernel%u",
             next_id++);
    ds_put_format(&devargs, "path=%s,iface=%s,mac="ETH_ADDR_FMT
                  ",queues=%d,queue_size=%d,mrg_rxbuf=0,in_order=0,"
                  "packed_vq=0,vectorized=0", vhost_path, args->handle,
                  ETH_ADDR_ARGS(args->mac), args->n_queues, args->ring_size);
    VLOG_DBG("probing %s with %s", port->name, ds_cstr(&devargs));
    /* rte_eal_hotplug_add() takes no more than 127 bytes since DPDK 24.11. */
    error = -rte_vdev_init(port->name, ds_cstr(&devargs));
    ds_destroy(&devargs);
    if (error) {
        port->name[0] = '\0';
        return format_failure(args, "probe", error);
    }

    error = -rte_eth_dev_get_port_by_name(port->name, &port->id);
    if (error) {
        return format_failure(args, "find", error);
    }
    port->has_id = true;
    return NULL;
}

/* Fails if DPDK would take a part of the tap's name for something else. */
static char *
check_handle(const struct vkernel_port_args *args)
{
    return (args->handle[strspn(args->handle, HANDLE_CHARACTERS)]
            ? xasprintf("DPDK does not take the name of tap \"%s\": one of "
                        "letters, digits and %s is accepted",
                        VKERNEL_SHOW(args->ifname), HANDLE_PUNCTUATION)
            : NULL);
}

/* Probes 'port'.  The driver opens the path that it is given, some time after
 * that was looked at, and again for each queue pair; but not once it has been
 * probed. */
static char *
probe(struct vkernel_port *port, const struct vkernel_port_args *args)
{
    char path[VKERNEL_PATH_SIZE];
    char *message;
    int path_fd;

    message = check_handle(args);
    if (!message) {
        message = find_vhost(args->vhost_path, &path_fd);
    }
    if (!message) {
        vkernel_path_format(path_fd, path);
        message = probe__(port, args, path);
        close(path_fd);
    }
    return message;
}

/* The most that the driver takes: it then frees what the kernel has taken at
 * each transmission, not only when the ring is nearly full. */
static uint16_t
get_tx_free_thresh(const struct vkernel_port_args *args)
{
    return args->ring_size - 4;
}

static char *
setup_queues(struct vkernel_port *port, const struct vkernel_port_args *args)
{
    const struct rte_eth_txconf tx_conf = {
        .tx_free_thresh = get_tx_free_thresh(args),
        .offloads = args->offloads ? TX_OFFLOADS : 0,
    };

    for (int q = 0; q < args->n_queues; q++) {
        int error;

        error = -rte_eth_tx_queue_setup(port->id, q, args->ring_size,
                                        args->socket_id, &tx_conf);
        if (error) {
            return format_failure(args, "set up a Tx queue of", error);
        }
        error = -rte_eth_rx_queue_setup(port->id, q, args->ring_size,
                                        args->socket_id, NULL, args->rx_mp);
        if (error) {
            return format_failure(args, "set up an Rx queue of", error);
        }
    }
    return NULL;
}

static char *
configure(struct vkernel_port *port, const struct vkernel_port_args *args)
{
    const struct rte_eth_conf conf = {
        .rxmode = {
            .mtu = args->mtu,
            .offloads = args->offloads ? RX_OFFLOADS : 0,
        },
        .txmode = { .offloads = args->offloads ? TX_OFFLOADS : 0 },
    };
    struct rte_eth_dev_info info;
    char *message;
    int error;

    error = -rte_eth_dev_info_get(port->id, &info);
    if (error) {
        return format_failure(args, "query", error);
    }
    if (args->n_queues > info.max_rx_queues
        || args->n_queues > info.max_tx_queues) {
        return xasprintf("the driver gave the tap \"%s\" %d queue pairs, not "
                         "the %d that were asked for",
                         VKERNEL_SHOW(args->ifname),
                         MIN(info.max_rx_queues, info.max_tx_queues),
                         args->n_queues);
    }
    error = -rte_eth_dev_configure(port->id, args->n_queues, args->n_queues,
                                   &conf);
    if (error) {
        return format_failure(args, "configure", error);
    }
    message = setup_queues(port, args);
    if (message) {
        return message;
    }
    error = -rte_eth_dev_start(port->id);
    if (error) {
        return format_failure(args, "start", error);
    }
    port->started = true;
    return NULL;
}

static size_t
find_xstat_offset(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(xstat_map); i++) {
        size_t prefix_len = strlen(xstat_map[i].prefix);

        if (!strncmp(name, xstat_map[i].prefix, prefix_len)) {
            const char *rest = name + prefix_len;

            if (!strcmp(rest + strspn(rest, "0123456789"),
                        xstat_map[i].suffix)) {
                return xstat_map[i].offset;
            }
        }
    }
    return SIZE_MAX;
}

/* Finds out which extended statistics the driver has.  It may have none:
 * traffic does not depend on them. */
static void
map_xstats(struct vkernel_port *port)
{
    struct rte_eth_xstat_name *names;
    int n = rte_eth_xstats_get_names(port->id, NULL, 0);

    if (n <= 0) {
        return;
    }
    names = xcalloc(n, sizeof *names);
    if (rte_eth_xstats_get_names(port->id, names, n) == n) {
        port->n_xstats = n;
        port->xstats = xcalloc(n, sizeof *port->xstats);
        port->xstat_offsets = xcalloc(n, sizeof *port->xstat_offsets);
        for (int i = 0; i < n; i++) {
            port->xstat_offsets[i] = find_xstat_offset(names[i].name);
        }
    }
    free(names);
}

/* See vkernel_port_get_memory_seq().  Any thread may have DPDK get memory. */
static atomic_count memory_seq = ATOMIC_COUNT_INIT(0);

static void
memory_changed(enum rte_mem_event event OVS_UNUSED,
               const void *addr OVS_UNUSED, size_t size OVS_UNUSED,
               void *arg OVS_UNUSED)
{
    atomic_count_inc(&memory_seq);
}

unsigned int
vkernel_port_get_memory_seq(void)
{
    return atomic_count_get(&memory_seq);
}

/* Has memory_changed() called.  With memory that never changes, there is
 * nothing to be called for. */
static void
watch_memory(void)
{
    static struct ovsthread_once once = OVSTHREAD_ONCE_INITIALIZER;

    if (ovsthread_once_start(&once)) {
        rte_mem_event_callback_register("dpdkvkernel", memory_changed, NULL);
        ovsthread_once_done(&once);
    }
}

char *
vkernel_port_open(const struct vkernel_port_args *args,
                  struct vkernel_port **portp)
{
    struct vkernel_port *port = xzalloc(sizeof *port);
    char *message;

    *portp = NULL;
    watch_memory();
    message = probe(port, args);
    if (!message) {
        message = configure(port, args);
    }
    if (message) {
        vkernel_port_close(port);
        return message;
    }
    map_xstats(port);
    *portp = port;
    return NULL;
}

void
vkernel_port_close(struct vkernel_port *port)
{
    int error;

    if (!port) {
        return;
    }
    if (port->started) {
        error = -rte_eth_dev_stop(port->id);
        if (error) {
            VLOG_WARN("%s: cannot stop (%s)", port->name,
                      rte_strerror(error));
        }
    }
    if (port->has_id) {
        error = -rte_eth_dev_close(port->id);
        if (error) {
            VLOG_WARN("%s: cannot close (%s)", port->name,
                      rte_strerror(error));
        }
    }
    if (port->name[0]) {
        error = -rte_vdev_uninit(port->name);
        if (error) {
            VLOG_WARN("%s: cannot remove (%s)", port->name,
                      rte_strerror(error));
        }
    }
    free(port->xstats);
    free(port->xstat_offsets);
    free(port);
}

uint16_t
vkernel_port_get_id(const struct vkernel_port *port)
{
    return port->id;
}

int
vkernel_port_set_mac(struct vkernel_port *port, struct eth_addr mac)
{
    struct rte_ether_addr addr;

    memcpy(addr.addr_bytes, mac.ea, sizeof addr.addr_bytes);
    return -rte_eth_dev_default_mac_addr_set(port->id, &addr);
}

void
vkernel_port_get_stats(struct vkernel_port *port,
                       struct vkernel_driver_stats *stats)
{
    struct rte_eth_stats eth_stats;

    memset(stats, 0, sizeof *stats);
    if (!rte_eth_stats_get(port->id, &eth_stats)) {
        stats->rx_no_buffer = eth_stats.rx_nombuf;
    }
    if (port->n_xstats
        && rte_eth_xstats_get(port->id, port->xstats, port->n_xstats)
           == port->n_xstats) {
        for (int i = 0; i < port->n_xstats; i++) {
            size_t offset = port->xstat_offsets[port->xstats[i].id];

            if (offset != SIZE_MAX) {
                uint64_t *sum = ALIGNED_CAST(uint64_t *,
                                             (char *) stats + offset);

                *sum += port->xstats[i].value;
            }
        }
    }
}
