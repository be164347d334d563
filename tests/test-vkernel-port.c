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

/* Tests of vkernel-port.c, as it is, above a DPDK of our own: the linker puts
 * the functions below in the place of DPDK's.  They check that they are called
 * in an order that DPDK would accept, and any of them can be made to fail. */

#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <rte_dev.h>
#include <rte_ethdev.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "command-line.h"
#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"
#include "vkernel-config.h"
#include "vkernel-module.h"
#include "vkernel-port.h"
#include "vkernel-stats.h"
#include "vkernel-testlib.h"

#define MAX_DEVICES 4
#define MAX_XSTATS 16

/* How far a simulated device has come. */
enum sim_state {
    SIM_NONE,                   /* No such device. */
    SIM_PROBED,
    SIM_CONFIGURED,
    SIM_STARTED,
    SIM_STOPPED,
    SIM_CLOSED                  /* No port any more, but still on the bus. */
};

struct sim_device {
    char name[RTE_DEV_NAME_MAX_LEN];
    enum sim_state state;
    int fd;                     /* What the driver keeps open. */
    int n_queues;               /* As configured. */
    int n_rxqs, n_txqs;         /* As set up. */
};

/* The simulated DPDK. */
static struct {
    struct sim_device devices[MAX_DEVICES];

    /* What was called since the start, or since the failure. */
    struct ds calls;
    bool show_args;             /* With arguments, one a line? */
    int n_calls;                /* Calls so far, from the start. */
    int fail_at;                /* Which of them fails; 0 for none. */
    const char *failed;         /* Name of the call that failed. */

    /* What the driver grants. */
    uint16_t max_rx_queues, max_tx_queues;

    /* The driver's extended statistics. */
    struct rte_eth_xstat_name xstat_names[MAX_XSTATS];
    uint64_t xstat_values[MAX_XSTATS];
    int n_xstats;
    int n_more_names;           /* So many appear between two calls... */
    int n_more_values;          /* ...or after them. */
} sim = {
    .calls = DS_EMPTY_INITIALIZER,
    .max_rx_queues = 8,
    .max_tx_queues = 8,
};

/* The simulated path that each descriptor is of, NULL for others. */
static const char *sim_nodes[256];

/* Whether there is a node at the usual path of vhost-net. */
static bool sim_usual;

/* A simulated /dev, below the path "/sim/": '/dev/null' stands for each node,
 * and 'sim_nodes' tells which is which. */

static bool
is_simulated(const char *path)
{
    return !strncmp(path, "/sim/", 5);
}

/* Returns the simulated path that the descriptor 'fd' is of, or NULL. */
static const char *
sim_get_path(int fd)
{
    return fd >= 0 && fd < ARRAY_SIZE(sim_nodes) ? sim_nodes[fd] : NULL;
}

/* Likewise for the path of a descriptor. */
static const char *
sim_resolve(const char *path)
{
    int fd;

    return sscanf(path, "/proc/self/fd/%d", &fd) == 1 ? sim_get_path(fd)
                                                      : NULL;
}

static void
sim_fill_stat(const char *path, struct stat *s)
{
    memset(s, 0, sizeof *s);
    s->st_mode = (!strcmp(path, "/sim/file") ? S_IFREG
                  : !strcmp(path, "/sim/fifo") ? S_IFIFO
                  : !strcmp(path, "/sim/socket") ? S_IFSOCK
                  : !strcmp(path, "/sim/block") ? S_IFBLK
                  : S_IFCHR);
    s->st_rdev = (!strcmp(path, "/sim/null") ? makedev(1, 3)
                  : !strcmp(path, "/sim/tty") ? makedev(4, 1)
                  : !strcmp(path, "/sim/tun") ? makedev(10, 200)
                  : makedev(10, 238));
}

/* Opens a simulated path, only to look at what is there. */
static int
sim_look(const char *path)
{
    int fd;

    sim_usual = !strcmp(path, "/sim/elsewhere");
    if (sim_usual || !strcmp(path, "/sim/missing")
        || !strcmp(path, "/sim/hidden")) {
        errno = strcmp(path, "/sim/hidden") ? ENOENT : EACCES;
        return -1;
    }
    fd = openat(AT_FDCWD, "/dev/null", O_PATH | O_CLOEXEC);
    ovs_assert(fd >= 0 && fd < ARRAY_SIZE(sim_nodes));
    sim_nodes[fd] = path;
    return fd;
}

/* Opens a simulated path for use: nothing else may be. */
static int
sim_use(const char *path)
{
    static const struct {
        const char *path;
        int error;
    } failures[] = {
        { "/sim/no-driver", ENODEV },
        { "/sim/forbidden", EPERM },
        { "/sim/too-many", EMFILE },
    };

    for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
        if (!strcmp(path, failures[i].path)) {
            errno = failures[i].error;
            return -1;
        }
    }
    ovs_assert(!strcmp(path, "/sim/vhost-net"));
    return openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
}

static int
sim_open(const char *path, int flags)
{
    const char *node = sim_resolve(path);
    int fd;

    if (is_simulated(path)) {
        ovs_assert(flags == (O_PATH | O_CLOEXEC));
        return sim_look(path);
    } else if (node) {
        ovs_assert(flags == (O_RDWR | O_CLOEXEC));
        return sim_use(node);
    }
    /* No descriptor is simulated for longer than it is open. */
    fd = openat(AT_FDCWD, path, flags, 0666);
    if (fd >= 0 && fd < ARRAY_SIZE(sim_nodes)) {
        sim_nodes[fd] = NULL;
    }
    return fd;
}

/* With large file support, the C library has another name for each. */
WRAP(int, fstat, int fd, struct stat *s)
{
    const char *path = sim_get_path(fd);

    if (!path) {
        return fstatat(fd, "", s, AT_EMPTY_PATH);
    }
    sim_fill_stat(path, s);
    return 0;
}

WRAP(int, fstat64, int fd, struct stat *s)
{
    return __wrap_fstat(fd, s);
}

WRAP(int, open, const char *path, int flags, ...)
{
    return sim_open(path, flags);
}

WRAP(int, open64, const char *path, int flags, ...)
{
    return sim_open(path, flags);
}

WRAP(int, access, const char *path, int mode)
{
    const char *node = sim_resolve(path);

    if (!strcmp(path, VKERNEL_DEFAULT_VHOST_PATH)) {
        errno = ENOENT;
        return sim_usual ? 0 : -1;
    } else if (!node) {
        return faccessat(AT_FDCWD, path, mode, 0);
    }
    ovs_assert(mode == (R_OK | W_OK));
    errno = EACCES;
    return strcmp(node, "/sim/denied") ? 0 : -1;
}

/* As if the module were there to be loaded. */
WRAP(char *, vkernel_module_advise, const char *name, const char *effect,
     const char *node, int minor)
{
    return vkernel_module_format_advice(VKERNEL_MODULE_LOADABLE, "", name,
                                        effect, node, minor);
}

/* What each call begins with.  Returns 0, or a negative errno value if it is
 * the call that fails. */
static int OVS_PRINTF_FORMAT(2, 3)
sim_call(const char *name, const char *format, ...)
{
    if (++sim.n_calls == sim.fail_at) {
        sim.failed = name;
        ds_clear(&sim.calls);
        return -EIO;
    }
    ds_put_format(&sim.calls, "%s ", name);
    if (sim.show_args) {
        va_list args;

        va_start(args, format);
        ds_put_format_valist(&sim.calls, format, args);
        va_end(args);
        ds_put_char(&sim.calls, '\n');
    }
    return 0;
}

static struct sim_device *
sim_find(const char *name)
{
    for (int i = 0; i < MAX_DEVICES; i++) {
        if (sim.devices[i].state != SIM_NONE
            && !strcmp(sim.devices[i].name, name)) {
            return &sim.devices[i];
        }
    }
    return NULL;
}

/* Returns the device whose port has number 'id': there must be one. */
static struct sim_device *
sim_get(uint16_t id)
{
    ovs_assert(id >= 10 && id < 10 + MAX_DEVICES);
    struct sim_device *device = &sim.devices[id - 10];
    ovs_assert(device->state != SIM_NONE && device->state != SIM_CLOSED);
    return device;
}

static void
sim_remove(struct sim_device *device)
{
    if (device->fd >= 0) {
        close(device->fd);
    }
    memset(device, 0, sizeof *device);
}

/* Returns how many devices there are. */
static int
sim_count(void)
{
    int n = 0;

    for (int i = 0; i < MAX_DEVICES; i++) {
        n += sim.devices[i].state != SIM_NONE;
    }
    return n;
}

/* Forgets all devices, and starts anew with the call 'fail_at' failing. */
static void
sim_reset(int fail_at)
{
    for (int i = 0; i < MAX_DEVICES; i++) {
        if (sim.devices[i].state != SIM_NONE) {
            sim_remove(&sim.devices[i]);
        }
    }
    ds_destroy(&sim.calls);
    ds_init(&sim.calls);
    sim.n_calls = 0;
    sim.fail_at = fail_at;
    sim.failed = NULL;
}

WRAP(int, rte_vdev_init, const char *name, const char *devargs)
{
    const char *rest = strchr(devargs, ',');
    char *path = xmemdup0(devargs, rest - devargs);
    int error = sim_call("rte_vdev_init", "%s path=%s%s", name,
                         sim_resolve(path + strlen("path=")), rest);

    /* The driver gets what was looked at, not its path. */
    ovs_assert(!strncmp(path, "path=/proc/self/fd/", 19));
    free(path);
    ovs_assert(!strncmp(name, "net_virtio_user", 15));
    ovs_assert(!sim_find(name));
    if (!error) {
        struct sim_device *device = sim.devices;

        while (device->state != SIM_NONE) {
            device++;
            ovs_assert(device < &sim.devices[MAX_DEVICES]);
        }
        ovs_strlcpy(device->name, name, sizeof device->name);
        device->state = SIM_PROBED;
        device->fd = dup(STDERR_FILENO);
        ovs_assert(device->fd >= 0);
    }
    return error;
}

WRAP(int, rte_vdev_uninit, const char *name)
{
    int error = sim_call("rte_vdev_uninit", "%s", name);
    struct sim_device *device = sim_find(name);

    ovs_assert(device);
    if (!error) {
        /* The driver closes what is not closed, unless it is started. */
        if (device->state == SIM_STARTED) {
            return -EBUSY;
        }
        sim_remove(device);
    }
    return error;
}

WRAP(int, rte_eth_dev_get_port_by_name, const char *name, uint16_t *id)
{
    int error = sim_call("rte_eth_dev_get_port_by_name", "%s", name);

    if (!error) {
        const struct sim_device *device = sim_find(name);

        ovs_assert(device && device->state != SIM_CLOSED);
        *id = 10 + (device - sim.devices);
    }
    return error;
}

WRAP(int, rte_eth_dev_info_get, uint16_t id, struct rte_eth_dev_info *info)
{
    int error = sim_call("rte_eth_dev_info_get", "%u", id);

    sim_get(id);
    memset(info, error ? 0xa5 : 0, sizeof *info);
    if (!error) {
        info->max_rx_queues = sim.max_rx_queues;
        info->max_tx_queues = sim.max_tx_queues;
    }
    return error;
}

WRAP(int, rte_eth_dev_configure, uint16_t id, uint16_t n_rxq, uint16_t n_txq,
     const struct rte_eth_conf *conf)
{
    int error = sim_call("rte_eth_dev_configure", "%u %u+%u mtu=%"PRIu32
                         " rx_offloads=%"PRIx64" tx_offloads=%"PRIx64, id,
                         n_rxq, n_txq, conf->rxmode.mtu,
                         conf->rxmode.offloads, conf->txmode.offloads);
    struct sim_device *device = sim_get(id);

    ovs_assert(device->state == SIM_PROBED);
    ovs_assert(n_rxq == n_txq);
    if (!error) {
        device->state = SIM_CONFIGURED;
        device->n_queues = n_rxq;
    }
    return error;
}

WRAP(int, rte_eth_tx_queue_setup, uint16_t id, uint16_t queue, uint16_t size,
     unsigned int socket_id, const struct rte_eth_txconf *conf)
{
    int error = sim_call("rte_eth_tx_queue_setup", "%u q%u size=%u socket=%u "
                         "free_thresh=%u offloads=%"PRIx64, id, queue, size,
                         socket_id, conf->tx_free_thresh, conf->offloads);
    struct sim_device *device = sim_get(id);

    ovs_assert(device->state == SIM_CONFIGURED);
    ovs_assert(queue == device->n_txqs && queue < device->n_queues);
    /* The driver refuses more (virtio_dev_tx_queue_setup()). */
    ovs_assert(conf->tx_free_thresh < size - 3);
    device->n_txqs += !error;
    return error;
}

WRAP(int, rte_eth_rx_queue_setup, uint16_t id, uint16_t queue, uint16_t size,
     unsigned int socket_id, const struct rte_eth_rxconf *conf,
     struct rte_mempool *mp)
{
    int error = sim_call("rte_eth_rx_queue_setup",
                         "%u q%u size=%u socket=%u mp=%"PRIuPTR, id, queue,
                         size, socket_id, (uintptr_t) mp);
    struct sim_device *device = sim_get(id);

    ovs_assert(device->state == SIM_CONFIGURED);
    ovs_assert(queue == device->n_rxqs && queue < device->n_queues);
    ovs_assert(!conf);
    device->n_rxqs += !error;
    return error;
}

WRAP(int, rte_eth_dev_start, uint16_t id)
{
    int error = sim_call("rte_eth_dev_start", "%u", id);
    struct sim_device *device = sim_get(id);

    ovs_assert(device->state == SIM_CONFIGURED);
    ovs_assert(device->n_queues > 0 && device->n_rxqs == device->n_queues
               && device->n_txqs == device->n_queues);
    if (!error) {
        device->state = SIM_STARTED;
    }
    return error;
}

WRAP(int, rte_eth_dev_stop, uint16_t id)
{
    int error = sim_call("rte_eth_dev_stop", "%u", id);
    struct sim_device *device = sim_get(id);

    ovs_assert(device->state == SIM_STARTED);
    if (!error) {
        device->state = SIM_STOPPED;
    }
    return error;
}

WRAP(int, rte_eth_dev_close, uint16_t id)
{
    int error = sim_call("rte_eth_dev_close", "%u", id);
    struct sim_device *device = sim_get(id);

    if (!error) {
        /* As DPDK does. */
        if (device->state == SIM_STARTED) {
            return -EINVAL;
        }
        device->state = SIM_CLOSED;
    }
    return error;
}

WRAP(int, rte_eth_dev_default_mac_addr_set, uint16_t id,
     struct rte_ether_addr *mac)
{
    struct eth_addr ea;

    memcpy(&ea, mac->addr_bytes, sizeof ea);
    sim_get(id);
    return sim_call("rte_eth_dev_default_mac_addr_set", "%u "ETH_ADDR_FMT,
                    id, ETH_ADDR_ARGS(ea));
}

WRAP(int, rte_eth_stats_get, uint16_t id, struct rte_eth_stats *stats)
{
    int error = sim_call("rte_eth_stats_get", "%u", id);

    sim_get(id);
    memset(stats, 0xa5, sizeof *stats);
    stats->rx_nombuf = error ? 99 : 7;
    return error;
}

WRAP(int, rte_eth_xstats_get_names, uint16_t id,
     struct rte_eth_xstat_name *names, unsigned int size)
{
    int error = sim_call("rte_eth_xstats_get_names", "%u %s %u", id,
                         names ? "names" : "-", size);
    int n = sim.n_xstats + (names ? sim.n_more_names : 0);

    sim_get(id);
    if (error) {
        return error;
    }
    if (names && size >= n) {
        memcpy(names, sim.xstat_names, n * sizeof *names);
    }
    return n;
}

WRAP(int, rte_eth_xstats_get, uint16_t id, struct rte_eth_xstat *xstats,
     unsigned int size)
{
    int error = sim_call("rte_eth_xstats_get", "%u %u", id, size);
    int n = sim.n_xstats + sim.n_more_values;

    sim_get(id);
    if (error) {
        return error;
    }
    for (int i = 0; xstats && size >= n && i < n; i++) {
        xstats[i].id = i;
        xstats[i].value = sim.xstat_values[i];
    }
    return n;
}

static void
sim_add_xstat(const char *name, uint64_t value)
{
    ovs_assert(sim.n_xstats < MAX_XSTATS);
    ovs_strlcpy(sim.xstat_names[sim.n_xstats].name, name,
                sizeof sim.xstat_names[0].name);
    sim.xstat_values[sim.n_xstats++] = value;
}

/* The tests. */

static const struct eth_addr test_mac
    = ETH_ADDR_C(52, 54, 00, 12, 34, 56);

static struct vkernel_port_args
make_args(const char *n_queues)
{
    return (struct vkernel_port_args) {
        .vhost_path = "/sim/vhost-net",
        .ifname = "vk0",
        .handle = "vk0",
        .mac = test_mac,
        .n_queues = atoi(n_queues),
        .ring_size = 256,
        .mtu = 1500,
        .socket_id = 1,
        .rx_mp = (struct rte_mempool *) 5,
    };
}

/* Opens a port, uses and closes it.  Puts into 'out' what came of it. */
static void
live(const struct vkernel_port_args *args, struct ds *out)
{
    struct vkernel_port *port = (struct vkernel_port *) 1;
    struct vkernel_driver_stats stats;
    char *message;
    int error;

    message = vkernel_port_open(args, &port);
    if (message) {
        ovs_assert(!port);
        ds_put_cstr(out, message);
        free(message);
        return;
    }
    ovs_assert(port);
    error = vkernel_port_set_mac(port, test_mac);
    if (error) {
        ds_put_format(out, "set_mac: %s, ", ovs_strerror(error));
    }
    vkernel_port_get_stats(port, &stats);
    ds_put_format(out, "rx_errors=%"PRIu64" rx_no_buffer=%"PRIu64,
                  stats.rx_errors, stats.rx_no_buffer);
    vkernel_port_close(port);
}

/* Runs live() with the call 'fail_at' failing.  Prints which one that was,
 * what came of it, and what was called after that.  Returns false if there are
 * fewer calls. */
static bool
live_with_fault(const struct vkernel_port_args *args, int fail_at)
{
    struct ds out = DS_EMPTY_INITIALIZER;
    bool failed;

    sim_reset(fail_at);
    live(args, &out);
    failed = sim.failed != NULL;
    if (failed) {
        printf("%s: %s\n", sim.failed, ds_cstr(&out));
        if (sim.calls.length) {
            ds_chomp(&sim.calls, ' ');
            printf("    then %s\n", ds_cstr(&sim.calls));
        }
    }
    if (sim_count()) {
        printf("    left behind: %d device\n", sim_count());
    }
    ds_destroy(&out);
    sim_reset(0);
    return failed;
}

/* life N_QUEUES [MAX_RX_QUEUES MAX_TX_QUEUES | offloads]: prints what DPDK is
 * asked for from open to close, if the driver grants that many queues, or with
 * offloads. */
static void
test_life(struct ovs_cmdl_context *ctx)
{
    struct vkernel_port_args args = make_args(ctx->argv[1]);
    struct ds out = DS_EMPTY_INITIALIZER;

    args.offloads = ctx->argc == 3;
    if (ctx->argc > 3) {
        sim.max_rx_queues = atoi(ctx->argv[2]);
        sim.max_tx_queues = atoi(ctx->argv[3]);
    }
    sim_add_xstat("rx_q0_errors", 3);
    sim.show_args = true;
    live(&args, &out);
    printf("%s%s\n", ds_cstr(&sim.calls), ds_cstr(&out));
    ds_destroy(&out);
    ovs_assert(!sim_count());
    sim_reset(0);
}

/* faults N_QUEUES: has each call that there is, one after the other, fail.
 * Whatever comes of it, nothing leaks. */
static void
test_faults(struct ovs_cmdl_context *ctx)
{
    const struct vkernel_port_args args = make_args(ctx->argv[1]);
    size_t n_files = testlib_count_files();
    size_t n_blocks = testlib_count_blocks();
    int fail_at = 0;

    sim_add_xstat("rx_q0_errors", 3);
    do {
        ovs_assert(testlib_count_files() == n_files);
        ovs_assert(testlib_count_blocks() == n_blocks);
    } while (live_with_fault(&args, ++fail_at));
    printf("%d calls\n", fail_at - 1);
}

/* xstats MORE_NAMES MORE_VALUES [NAME=VALUE]...: the port's statistics if the
 * driver has these extended ones, and MORE_NAMES more (or fewer) when it is
 * asked for the names, and MORE_VALUES when it is asked for the values. */
static void
test_xstats(struct ovs_cmdl_context *ctx)
{
    const struct vkernel_port_args args = make_args("2");
    struct vkernel_driver_stats s;
    struct vkernel_port *port;

    sim.n_more_names = atoi(ctx->argv[1]);
    sim.n_more_values = atoi(ctx->argv[2]);
    for (int i = 3; i < ctx->argc; i++) {
        char *value = strchr(ctx->argv[i], '=');

        *value++ = '\0';
        sim_add_xstat(ctx->argv[i], strtoull(value, NULL, 0));
    }
    ovs_assert(!vkernel_port_open(&args, &port));
    for (int i = 0; i < 2; i++) {
        /* The same the second time: the counters are the driver's. */
        memset(&s, 0xa5, sizeof s);
        vkernel_port_get_stats(port, &s);
        printf("rx_errors=%"PRIu64" rx_multicast=%"PRIu64" rx_broadcast=%"
               PRIu64" tx_multicast=%"PRIu64" tx_broadcast=%"PRIu64
               " rx_no_buffer=%"PRIu64"\n", s.rx_errors, s.rx_multicast,
               s.rx_broadcast, s.tx_multicast, s.tx_broadcast,
               s.rx_no_buffer);
    }
    vkernel_port_close(port);
    sim_reset(0);
}

/* several: ports live side by side, and a name is not used again. */
static void
test_several(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_port_args args = make_args("1");
    struct vkernel_port *ports[MAX_DEVICES];

    vkernel_port_close(NULL);
    for (int i = 0; i < MAX_DEVICES; i++) {
        ovs_assert(!vkernel_port_open(&args, &ports[i]));
        ovs_assert(vkernel_port_get_id(ports[i]) == 10 + i);
    }
    vkernel_port_close(ports[1]);
    ovs_assert(!vkernel_port_open(&args, &ports[1]));
    ovs_assert(vkernel_port_get_id(ports[1]) == 11);
    for (int i = 0; i < MAX_DEVICES; i++) {
        puts(sim.devices[i].name);
    }
    for (int i = 0; i < MAX_DEVICES; i++) {
        vkernel_port_close(ports[i]);
        ovs_assert(sim_count() == MAX_DEVICES - 1 - i);
    }
    sim_reset(0);
}

/* handle NAME...: what comes of a tap that the driver finds by each name. */
static void
test_handle(struct ovs_cmdl_context *ctx)
{
    struct vkernel_port_args args = make_args("1");

    for (int i = 1; i < ctx->argc; i++) {
        struct ds out = DS_EMPTY_INITIALIZER;

        args.ifname = "vk0";
        args.handle = ctx->argv[i];
        sim_reset(0);
        live(&args, &out);
        printf("%s: %s\n", args.handle,
               sim.n_calls ? "given to DPDK" : ds_cstr(&out));
        ds_destroy(&out);
    }
    sim_reset(0);
}

/* check-vhost PATH... */
static void
test_check_vhost(struct ovs_cmdl_context *ctx)
{
    size_t n_files = testlib_count_files();

    for (int i = 1; i < ctx->argc; i++) {
        testlib_print(vkernel_port_check_vhost(ctx->argv[i]), "good");
        ovs_assert(testlib_count_files() == n_files);
    }
}

static const struct ovs_cmdl_command commands[] = {
    { "life", "N_QUEUES [MAX_RX_QUEUES MAX_TX_QUEUES | offloads]", 1, 3,
      test_life,
      OVS_RO },
    { "faults", "N_QUEUES", 1, 1, test_faults, OVS_RO },
    { "xstats", "MORE_NAMES MORE_VALUES [NAME=VALUE]...", 2, INT_MAX,
      test_xstats, OVS_RO },
    { "several", NULL, 0, 0, test_several, OVS_RO },
    { "handle", "NAME...", 1, INT_MAX, test_handle, OVS_RO },
    { "check-vhost", "PATH...", 1, INT_MAX, test_check_vhost, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
