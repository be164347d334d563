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

/* Tests of vkernel-device.c, as it is, on a tap, a port and pools of our own.
 *
 * The functions below have the names of those in the library, which the linker
 * therefore leaves out.  They check that they are called in a possible order,
 * and any of them can be made to fail. */

#include <config.h>

#include "vkernel-device.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command-line.h"
#include "netlink-socket.h"
#include "packets.h"
#include "smap.h"
#include "userspace-tso.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-port.h"
#include "vkernel-stats.h"
#include "vkernel-tap.h"
#include "vkernel-watch.h"
#include "vkernel-worker.h"
#include "vkernel-testlib.h"

#define SIM_IFINDEX 7

/* A simulated tap. */
struct vkernel_tap {
    char ifname[IFNAMSIZ];
    int mtu;
    int gso_max_size;
    int gso_ipv4_max_size;
    struct eth_addr mac;
    struct vkernel_port *port;  /* Attached to it, or NULL. */
    bool deleted;               /* By the administrator, though open. */
    bool settled;               /* Where it belongs? */
    bool absent;                /* It never was there. */
};

/* A simulated DPDK device. */
struct vkernel_port {
    int id;                     /* Of this one alone, ever. */
    struct vkernel_tap *tap;
    int n_queues;
    int ring_size;
    struct sim_pool *rx_pool;
    bool offloads;
    struct eth_addr mac;
};

/* A simulated pool. */
struct sim_pool {
    unsigned int n_buffers;
    size_t frame_size;
    int n_ports;                /* Ports that receive into it. */
};

static struct {
    /* Which calls fail, by number from 1 on, in ascending order; 0 for none.
     * They fail with EIO or their name. */
    int n_calls;
    int fail_at[2];
    const char *failed[2];      /* Names of the calls that failed. */

    /* What there is. */
    struct vkernel_tap *taps[2];
    int n_ports, n_pools;
    int last_port_id;
    uint8_t n_taps_ever;
    bool in_netns;              /* Between enter and leave. */

    /* How much less the kernel grants than it was asked for. */
    int fewer_queues;
    int smaller_mtu;
    int larger_gso;             /* Here, how much more. */
    int larger_gso_ipv4;        /* And here. */

    /* The namespace that somebody has moved the tap to, or 0, or why it cannot
     * be entered; and that in which the last tap was opened, or -1. */
    int stray_fd;
    int stray_error;
    int opened_in;
    /* What somebody else does to the tap meanwhile. */
    int n_others;               /* Queues... */
    bool no_header;             /* ...flags... */
    int header_size;            /* ...and headers, if not 0. */
    int n_misses;               /* How often the driver misses the tap. */

    /* What an administrator gives the tap while a port is opened, before the
     * driver sets its own. */
    struct eth_addr mac_meanwhile;
} sim;

/* Does Open vSwitch want TSO? */
static bool tso_wanted;

bool
userspace_tso_enabled(void)
{
    return tso_wanted;
}

/* What each call begins with.  Returns true if it is to fail. */
static bool
sim_fails(const char *name)
{
    sim.n_calls++;
    for (int i = 0; i < 2; i++) {
        if (sim.n_calls == sim.fail_at[i]) {
            sim.failed[i] = name;
            return true;
        }
    }
    return false;
}

static void
sim_fail_at(int first, int second)
{
    sim.n_calls = 0;
    sim.fail_at[0] = first;
    sim.fail_at[1] = second;
    sim.failed[0] = sim.failed[1] = NULL;
}

static struct vkernel_tap *
sim_find_tap(const char *ifname)
{
    for (size_t i = 0; i < ARRAY_SIZE(sim.taps); i++) {
        struct vkernel_tap *tap = sim.taps[i];

        if (tap && !tap->deleted && !strcmp(tap->ifname, ifname)) {
            return tap;
        }
    }
    return NULL;
}

static void
sim_add_tap(struct vkernel_tap *tap)
{
    size_t i = sim.taps[0] != NULL;

    ovs_assert(!sim.taps[i]);
    sim.taps[i] = tap;
}

static void
sim_assert_is_open(const struct vkernel_tap *tap)
{
    ovs_assert(tap && (tap == sim.taps[0] || tap == sim.taps[1]));
}

static int
sim_count_taps(void)
{
    return (sim.taps[0] != NULL) + (sim.taps[1] != NULL);
}

/* vkernel-tap.h. */

char *
vkernel_tap_open(const char *ifname, const char *netns OVS_UNUSED,
                 const struct vkernel_tap *former OVS_UNUSED,
                 const struct vkernel_orphan_trace *trace,
                 struct vkernel_tap **tapp)
{
    struct vkernel_tap *tap;

    sim.opened_in = trace ? trace->netns_fd : -1;

    *tapp = NULL;
    if (sim_fails("tap_open")) {
        return xasprintf("no tap %s", ifname);
    }
    ovs_assert(!sim_find_tap(ifname));
    tap = xzalloc(sizeof *tap);
    ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
    tap->mtu = 1500;
    tap->mac = (struct eth_addr) ETH_ADDR_C(02, 00, 00, 00, 00, 00);
    tap->mac.ea[5] = ++sim.n_taps_ever;
    sim_add_tap(tap);
    *tapp = tap;
    return NULL;
}

void
vkernel_tap_close(struct vkernel_tap *tap)
{
    if (tap) {
        sim_assert_is_open(tap);
        ovs_assert(!tap->port);
        sim.taps[tap == sim.taps[1]] = NULL;
        free(tap);
    }
}

void
vkernel_tap_abandon(struct vkernel_tap *tap)
{
    sim_assert_is_open(tap);
    ovs_assert(!tap->port);
    tap->deleted = true;
}

struct vkernel_tap *
vkernel_tap_create_absent(const char *ifname)
{
    struct vkernel_tap *tap = xzalloc(sizeof *tap);

    ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
    tap->deleted = tap->absent = true;
    sim_add_tap(tap);
    return tap;
}

bool
vkernel_tap_was_open(const struct vkernel_tap *tap)
{
    sim_assert_is_open(tap);
    return !tap->absent;
}

int
vkernel_tap_get_stray_netns(struct vkernel_tap *tap, int *fdp)
{
    sim_assert_is_open(tap);
    *fdp = sim.stray_fd ? sim.stray_fd : -1;
    return sim.stray_error;
}

const char *
vkernel_tap_get_name(const struct vkernel_tap *tap)
{
    sim_assert_is_open(tap);
    return tap->ifname;
}

int
vkernel_tap_get_link(struct vkernel_tap *tap, struct vkernel_link *link)
{
    sim_assert_is_open(tap);
    memset(link, 0xa5, sizeof *link);
    if (sim_fails("tap_get_link")) {
        return EIO;
    } else if (tap->deleted) {
        return ENODEV;
    }
    link->ifindex = SIM_IFINDEX;
    link->mtu = tap->mtu - (tap->port ? sim.smaller_mtu : 0);
    link->mac = tap->mac;
    link->gso_max_size = tap->gso_max_size + sim.larger_gso;
    link->gso_ipv4_max_size = tap->gso_ipv4_max_size + sim.larger_gso_ipv4;
    link->n_queues = tap->port ? tap->port->n_queues - sim.fewer_queues : 0;
    if (tap->port && sim.n_misses) {
        sim.n_misses--;
        link->n_queues = 0;
    }
    link->n_disabled_queues = 1;
    if (tap->port) {
        link->n_disabled_queues += sim.n_others;
    }
    ovs_strlcpy(link->ifname, tap->ifname, sizeof link->ifname);
    link->owner = geteuid();
    link->is_tap = link->is_ethernet = link->multi_queue = true;
    link->vnet_hdr = !sim.no_header;
    link->packet_info = false;
    return 0;
}

int
vkernel_tap_set_mtu(struct vkernel_tap *tap, int mtu)
{
    sim_assert_is_open(tap);
    /* Not under the feet of a device that was started with another. */
    ovs_assert(!tap->port);
    if (sim_fails("tap_set_mtu")) {
        return EIO;
    } else if (tap->deleted) {
        return ENODEV;
    }
    tap->mtu = mtu;
    return 0;
}

int
vkernel_tap_set_gso_max_size(struct vkernel_tap *tap, int size,
                             int ipv4_size)
{
    sim_assert_is_open(tap);
    ovs_assert(!tap->port);
    ovs_assert(tso_wanted && size == VKERNEL_MAX_GSO_MAX_SIZE);
    ovs_assert(ipv4_size == size);
    if (sim_fails("tap_set_gso_max_size")) {
        return EIO;
    } else if (tap->deleted) {
        return ENODEV;
    }
    tap->gso_max_size = size;
    tap->gso_ipv4_max_size = ipv4_size;
    return 0;
}

int
vkernel_tap_set_mac(struct vkernel_tap *tap, struct eth_addr mac)
{
    sim_assert_is_open(tap);
    if (sim_fails("tap_set_mac")) {
        return EIO;
    }
    tap->mac = mac;
    return 0;
}

char *
vkernel_tap_settle(struct vkernel_tap *tap)
{
    sim_assert_is_open(tap);
    ovs_assert(!sim.in_netns);
    ovs_assert(tap->port);
    if (!tap->settled && sim_fails("tap_settle")) {
        return xstrdup("the name is taken");
    }
    tap->settled = true;
    return NULL;
}

void
vkernel_tap_get_handle(struct vkernel_tap *tap, char *handle)
{
    sim_assert_is_open(tap);
    ovs_assert(sim.in_netns);
    ovs_strlcpy(handle, "handle", IFNAMSIZ);
}

void
vkernel_tap_put_handle(struct vkernel_tap *tap, const char *handle)
{
    sim_assert_is_open(tap);
    ovs_assert(sim.in_netns);
    ovs_assert(!strcmp(handle, "handle"));
}

int
vkernel_tap_get_header_size(const struct vkernel_tap *tap)
{
    sim_assert_is_open(tap);
    return sim.header_size ? sim.header_size : 12;
}

int
vkernel_tap_enter_netns(struct vkernel_tap *tap, int *savedp)
{
    sim_assert_is_open(tap);
    ovs_assert(!sim.in_netns);
    *savedp = -1;
    if (sim_fails("tap_enter_netns")) {
        return EIO;
    }
    sim.in_netns = true;
    *savedp = 1234;
    return 0;
}

/* vkernel-netns.h. */

void
vkernel_netns_leave(int saved)
{
    ovs_assert(sim.in_netns && saved == 1234);
    sim.in_netns = false;
}

/* vkernel-watch.h. */

int
vkernel_watch_open(struct nl_sock **sockp)
{
    ovs_assert(sim.in_netns);
    *sockp = NULL;
    return nl_sock_create(NETLINK_ROUTE, sockp);
}

int
vkernel_watch_filter(struct nl_sock *sock, int ifindex, bool others,
                     bool routes)
{
    ovs_assert(sock && ifindex == SIM_IFINDEX && !others && !routes);
    return 0;
}

bool
vkernel_watch_take_mac(struct nl_sock *sock, int ifindex, struct eth_addr mac,
                       struct eth_addr *macp)
{
    ovs_assert(sock && ifindex == SIM_IFINDEX);
    *macp = sim.mac_meanwhile;
    return (!eth_addr_is_zero(sim.mac_meanwhile)
            && !eth_addr_equals(sim.mac_meanwhile, mac));
}

/* vkernel-mempool.h. */

char *
vkernel_mempool_create(struct vkernel_mempool *pool, unsigned int n_buffers,
                       size_t frame_size, bool cached, int socket_id)
{
    struct sim_pool *sim_pool;

    ovs_assert(!pool->mp);
    ovs_assert(socket_id == 1);
    ovs_assert(cached == (frame_size < 10000));
    pool->memory = 1;
    if (sim_fails("mempool_create")) {
        return xstrdup("no memory");
    }
    sim_pool = xzalloc(sizeof *sim_pool);
    sim_pool->n_buffers = n_buffers;
    sim_pool->frame_size = frame_size;
    pool->mp = (void *) sim_pool;
    sim.n_pools++;
    return NULL;
}

void
vkernel_mempool_put(struct vkernel_mempool *pool)
{
    struct sim_pool *sim_pool = (void *) pool->mp;

    if (sim_pool) {
        ovs_assert(!sim_pool->n_ports);
        free(sim_pool);
        sim.n_pools--;
        pool->mp = NULL;
        pool->memory = 0;
    }
}

/* vkernel-port.h. */

char *
vkernel_port_check_vhost(const char *vhost_path)
{
    return (sim_fails("port_check_vhost")
            ? xasprintf("no %s", vhost_path)
            : NULL);
}

char *
vkernel_port_open(const struct vkernel_port_args *args,
                  struct vkernel_port **portp)
{
    struct sim_pool *pool = (void *) args->rx_mp;
    struct vkernel_tap *tap = sim_find_tap(args->ifname);
    struct vkernel_port *port;

    *portp = NULL;
    ovs_assert(sim.in_netns);
    ovs_assert(!strcmp(args->handle, "handle"));
    ovs_assert(tap && !tap->port && tap->mtu == args->mtu);
    ovs_assert(args->socket_id == 1 && args->vhost_path[0] == '/');
    ovs_assert(pool->n_buffers > args->n_queues * args->ring_size);
    ovs_assert(pool->frame_size >= 14 + 8 + 12 + args->mtu);
    ovs_assert(args->offloads == tso_wanted);
    ovs_assert(!args->offloads
               || (tap->gso_max_size
                   && pool->frame_size >= tap->gso_max_size + 12));
    if (sim_fails("port_open")) {
        return xasprintf("no port on %s with %d queues", args->ifname,
                         args->n_queues);
    }
    port = xzalloc(sizeof *port);
    port->id = ++sim.last_port_id;
    port->tap = tap;
    port->tap->port = port;
    port->n_queues = args->n_queues;
    port->ring_size = args->ring_size;
    port->rx_pool = pool;
    port->tap->mac = port->mac = args->mac;
    pool->n_ports++;
    sim.n_ports++;
    *portp = port;
    return NULL;
}

void
vkernel_port_close(struct vkernel_port *port)
{
    if (port) {
        sim_assert_is_open(port->tap);
        ovs_assert(port->tap->port == port);
        port->tap->port = NULL;
        port->rx_pool->n_ports--;
        sim.n_ports--;
        free(port);
    }
}

int
vkernel_port_set_mac(struct vkernel_port *port, struct eth_addr mac)
{
    if (sim_fails("port_set_mac")) {
        return EIO;
    }
    port->mac = mac;
    return 0;
}

void
vkernel_port_get_stats(struct vkernel_port *port,
                       struct vkernel_driver_stats *stats)
{
    ovs_assert(port->tap->port == port);
    memset(stats, 0, sizeof *stats);
    stats->rx_errors = 1;
}

/* The tests. */

static void
parse_config(const char *ifname, const char *n_rxq,
             struct vkernel_config *config)
{
    struct smap options = SMAP_INITIALIZER(&options);
    char *message;

    smap_add(&options, "n_rxq", n_rxq);
    smap_add(&options, "n_rxq_desc", "256");
    message = vkernel_config_parse(ifname, &options, config);
    ovs_assert(!message);
    smap_destroy(&options);
}

/* Checks that 'device' is what it should be, with its port or without, and
 * that there is nothing else. */
static void
assert_device(const struct vkernel_device *device,
              const struct vkernel_config *config, int mtu)
{
    const struct vkernel_port *port = device->port;

    ovs_assert(vkernel_config_equals(&device->config, config));
    ovs_assert(device->mtu == mtu);
    ovs_assert(device->socket_id == 1);
    sim_assert_is_open(device->tap);
    ovs_assert(!strcmp(device->tap->ifname, config->ifname));
    ovs_assert(device->tap->settled);
    ovs_assert(device->buffers.ring.mp && device->buffers.tx_copies.mp);
    ovs_assert(device->buffers.ring.mp != device->buffers.tx_copies.mp);
    ovs_assert(vkernel_buffers_get_rx_memory(&device->buffers)
               == 1 + tso_wanted);
    ovs_assert(vkernel_buffers_get_tx_memory(&device->buffers)
               == 1 + tso_wanted);
    if (port) {
        ovs_assert(port->tap == device->tap);
        ovs_assert(port->tap->mtu == mtu);
        ovs_assert(port->n_queues == config->n_queues);
        ovs_assert(port->ring_size == config->ring_size);
        ovs_assert((void *) port->rx_pool == device->buffers.ring.mp);
        ovs_assert(eth_addr_equals(port->mac, device->mac));
        ovs_assert(eth_addr_equals(port->tap->mac, device->mac));
    }
    ovs_assert(sim.n_ports == (port != NULL));
    ovs_assert(sim.n_pools == (tso_wanted ? 4 : 2));
    ovs_assert(sim_count_taps() == 1);
    ovs_assert(!sim.in_netns);
}

/* Checks that 'device' is closed and that nothing is left. */
static void
assert_closed(const struct vkernel_device *device)
{
    struct vkernel_device closed;

    memset(&closed, 0, sizeof closed);
    ovs_assert(!memcmp(device, &closed, sizeof closed));
    ovs_assert(!sim.n_ports && !sim.n_pools && !sim_count_taps());
    ovs_assert(!sim.in_netns);
}

/* For a change of the name. */
static const struct vkernel_orphan_trace no_trace
    = VKERNEL_ORPHAN_TRACE_INITIALIZER;

/* The first step of a change. */
static char *
prepare(const struct vkernel_device *device,
        const struct vkernel_config *config, struct vkernel_device *next)
{
    return vkernel_device_prepare(device, config, 1500, &no_trace, next);
}

/* Both steps of a change. */
static char *
prepare_and_switch(struct vkernel_device *device,
                   const struct vkernel_config *config, int mtu,
                   struct vkernel_driver_stats *stats)
{
    const struct vkernel_device zeros = { .mtu = 0 };
    struct vkernel_device next;
    char *message;

    message = vkernel_device_prepare(device, config, mtu, &no_trace, &next);
    if (!message) {
        message = vkernel_device_switch(device, &next, false, stats);
    }
    ovs_assert(!memcmp(&next, &zeros, sizeof next));
    return message;
}

static void
open_device(struct vkernel_device *device)
{
    struct vkernel_config config;
    bool tap_opened;
    char *message;

    parse_config("vk0", "2", &config);
    memset(device, 0, sizeof *device);
    sim_fail_at(0, 0);
    message = vkernel_device_open(device, &config, 1, NULL, &tap_opened);
    ovs_assert(!message);
    ovs_assert(tap_opened);
    ovs_assert(device->port);
    assert_device(device, &config, 1500);
    vkernel_config_uninit(&config);
}

static void
close_device(struct vkernel_device *device)
{
    vkernel_device_close(device);
    assert_closed(device);
    /* Once more does no harm. */
    vkernel_device_close(device);
    assert_closed(device);
}

/* open-faults [tso]: has each call of vkernel_device_open() fail in turn. */
static void
test_open_faults(struct ovs_cmdl_context *ctx)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_device device;
    int fail_at = 0;

    tso_wanted = ctx->argc > 1;
    open_device(&device);
    close_device(&device);
    do {
        struct vkernel_config config;
        bool tap_opened;
        char *message;

        ovs_assert(testlib_count_blocks() == n_blocks);
        parse_config("vk0", "2", &config);
        memset(&device, 0, sizeof device);
        sim_fail_at(++fail_at, 0);
        message = vkernel_device_open(&device, &config, 1, NULL, &tap_opened);
        ovs_assert(!message == !sim.failed[0]);
        /* The first three calls find out about vhost-net and make the tap. */
        ovs_assert(tap_opened == (fail_at > 3));
        if (message) {
            printf("%s: ", sim.failed[0]);
            testlib_print(message, NULL);
            assert_closed(&device);
        } else {
            close_device(&device);
        }
        vkernel_config_uninit(&config);
    } while (sim.failed[0]);
    printf("%d calls\n", fail_at - 1);
}

/* A change of the device that open_device() has opened. */
struct change {
    const char *name;
    const char *ifname;
    const char *n_rxq;
    int mtu;
    bool lost_port;             /* Is the port lost before? */
};

static const struct change changes[] = {
    { "queues", "vk0", "4", 1500, false },
    { "mtu", "vk0", "2", 9000, false },
    { "ifname", "vk1", "2", 1500, false },
    { "all", "vk1", "1", 68, false },
    { "lost-port", "vk0", "2", 1500, true },
};

/* Checks what a change has made of 'device', which was 'old':
 * something new, or with 'message' the same again, perhaps without a port. */
static void
check_change(const struct vkernel_device *device,
             const struct vkernel_device *old,
             const struct vkernel_config *config, int mtu,
             const char *message)
{
    ovs_assert(!message == !sim.failed[0]);
    if (!message) {
        assert_device(device, config, mtu);
        ovs_assert(device->port);
        ovs_assert(device->tap == old->tap
                   || strcmp(old->config.ifname, config->ifname));
        /* Another tap gets the address of the one before. */
        ovs_assert(eth_addr_equals(device->mac, old->mac));
        return;
    }
    assert_device(device, &old->config, old->mtu);
    ovs_assert(device->tap == old->tap);
    ovs_assert(device->buffers.ring.mp == old->buffers.ring.mp);
    ovs_assert(device->buffers.rx_copies.mp == old->buffers.rx_copies.mp);
    ovs_assert(device->buffers.tx_copies.mp == old->buffers.tx_copies.mp);
    ovs_assert(eth_addr_equals(device->mac, old->mac));
    /* One failure alone loses no port.  Two do, and both are told. */
    if (sim.failed[1]) {
        ovs_assert(!device->port);
        ovs_assert(strstr(message, "; and on the way back: "));
    } else {
        ovs_assert(device->port || !old->port);
        ovs_assert(!strstr(message, "; and on the way back: "));
    }
}

/* Returns the number of the port of 'device', or 0 if it has none. */
static int
get_port_id(const struct vkernel_device *device)
{
    return device->port ? device->port->id : 0;
}

/* Returns how many of the calls that were to fail there were. */
static int
count_faults(void)
{
    return (sim.failed[0] != NULL) + (sim.failed[1] != NULL);
}

/* Makes 'change' to 'device' with the calls 'first' and 'second' failing.
 * Prints what came of it if only one is to fail.  Returns how many of them
 * there were. */
static int
change_device(struct vkernel_device *device, const struct change *change,
              int first, int second)
{
    struct vkernel_driver_stats stats = { .rx_errors = 0 };
    struct vkernel_device old = *device;
    int old_id = get_port_id(device);
    struct vkernel_config config;
    char *message;

    vkernel_config_clone(&old.config, &device->config);
    parse_config(change->ifname, change->n_rxq, &config);

    sim_fail_at(first, second);
    message = prepare_and_switch(device, &config, change->mtu, &stats);
    check_change(device, &old, &config, change->mtu, message);
    /* What a driver has counted is asked for before it is gone. */
    ovs_assert(stats.rx_errors == (old_id && old_id != get_port_id(device)));
    if (message && !second) {
        printf("%s: %s\n    %s\n", sim.failed[0], message,
               (!device->port ? "no port"
                : device->port->id == old_id ? "undisturbed"
                : "opened again"));
    }
    free(message);
    vkernel_config_uninit(&old.config);
    vkernel_config_uninit(&config);
    return count_faults();
}

/* Opens a device and makes 'change' to it, with faults as change_device()
 * does, then once more without. */
static int
change_new_device(const struct change *change, int first, int second)
{
    struct vkernel_device device;
    int n_faults;

    open_device(&device);
    if (change->lost_port) {
        vkernel_port_close(device.port);
        device.port = NULL;
        vkernel_workers_destroy(device.workers);
        device.workers = NULL;
    }
    n_faults = change_device(&device, change, first, second);
    change_device(&device, change, 0, 0);
    close_device(&device);
    return n_faults;
}

/* change-faults CHANGE [tso]: has each call of a change fail in turn, and
 * together with it each call that follows. */
static void
test_change_faults(struct ovs_cmdl_context *ctx)
{
    const struct change *change = changes;
    size_t n_blocks = testlib_count_blocks();
    int first, second;

    tso_wanted = ctx->argc > 2;
    while (strcmp(change->name, ctx->argv[1])) {
        change++;
        ovs_assert(change < &changes[ARRAY_SIZE(changes)]);
    }
    for (first = 1; change_new_device(change, first, 0) == 1; first++) {
        second = first + 1;
        while (change_new_device(change, first, second) == 2) {
            second++;
        }
        ovs_assert(testlib_count_blocks() == n_blocks);
    }
    printf("%d calls\n", first - 1);
}

/* What the kernel may grant, or somebody else do meanwhile. */
struct grant {
    const char *name;
    bool tso;
    int fewer_queues, smaller_mtu, larger_gso, larger_gso_ipv4, n_others;
    int header_size;
    bool no_header;
};

static void
set_grant(const struct grant *grant)
{
    tso_wanted = grant->tso;
    sim.fewer_queues = grant->fewer_queues;
    sim.smaller_mtu = grant->smaller_mtu;
    sim.larger_gso = grant->larger_gso;
    sim.larger_gso_ipv4 = grant->larger_gso_ipv4;
    sim.n_others = grant->n_others;
    sim.header_size = grant->header_size;
    sim.no_header = grant->no_header;
}

/* granted: the kernel grants less than it was asked for, or somebody else is
 * at the tap while it is opened. */
static void
test_granted(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const struct grant grants[] = {
        { .name = "fewer queues", .fewer_queues = 1 },
        { .name = "larger gso", .larger_gso = 1, .tso = true },
        { .name = "larger gso of IPv4", .larger_gso_ipv4 = 1, .tso = true },
        { .name = "another's queue", .n_others = 1 },
        { .name = "others' queues", .n_others = 7 },
        { .name = "no header", .no_header = true },
        { .name = "large header", .header_size = 100 },
    };
    struct vkernel_driver_stats stats = { .rx_errors = 0 };
    struct vkernel_device device;
    struct vkernel_config config;
    bool tap_opened;

    parse_config("vk0", "4", &config);
    for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
        const struct grant good = { .tso = grants[i].tso };

        printf("%s:\n", grants[i].name);
        set_grant(&grants[i]);
        memset(&device, 0, sizeof device);
        testlib_print(vkernel_device_open(&device, &config, 1, NULL,
                                          &tap_opened), "opened");
        assert_closed(&device);

        set_grant(&good);
        open_device(&device);
        set_grant(&grants[i]);
        testlib_print(prepare_and_switch(&device, &config, 1500, &stats),
                      "changed");
        ovs_assert(!device.port);
        assert_device(&device, &device.config, 1500);

        set_grant(&good);
        testlib_print(prepare_and_switch(&device, &config, 1500, &stats),
                      "changed");
        assert_device(&device, &config, 1500);
        close_device(&device);
    }
    vkernel_config_uninit(&config);
}

/* misses: the driver opens a device of the tap's name that is not the tap, as
 * that was renamed, for a while or for ever; and an administrator sets another
 * MTU while it is opened, which is followed later. */
static void
test_misses(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_device device;
    struct vkernel_config config;
    bool tap_opened;

    sim.n_misses = 3;
    open_device(&device);
    ovs_assert(!sim.n_misses && device.port->id == 4);
    close_device(&device);

    sim.smaller_mtu = 100;
    open_device(&device);
    ovs_assert(device.mtu == 1500);
    close_device(&device);

    sim.n_misses = INT_MAX;
    parse_config("vk0", "2", &config);
    testlib_print(vkernel_device_open(&device, &config, 1, NULL, &tap_opened),
                  "opened");
    assert_closed(&device);
    vkernel_config_uninit(&config);
}

/* check: what is found of the tap of an open device. */
static void
test_check(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const struct grant grants[] = {
        { .name = "nothing" },
        { .name = "detached", .fewer_queues = 1, .n_others = 1 },
        { .name = "another's queue", .n_others = 1 },
        { .name = "no header", .no_header = true },
        { .name = "small header", .header_size = 10 },
        { .name = "large header", .header_size = 100 },
        { .name = "detached, small header", .fewer_queues = 1, .n_others = 1,
          .header_size = 10 },
    };
    static const char *const states[] = {
        "ours", "detached", "altered", "shared",
    };
    struct vkernel_device device;

    open_device(&device);
    for (size_t i = 0; i < ARRAY_SIZE(grants); i++) {
        enum vkernel_link_state state;
        struct vkernel_link link;
        char *message;

        set_grant(&grants[i]);
        ovs_assert(!vkernel_tap_get_link(device.tap, &link));
        state = vkernel_device_check(&device, &link, &message);
        printf("%s: %s: ", grants[i].name, states[state]);
        testlib_print(message, "well");
    }
    set_grant(&grants[0]);
    close_device(&device);
}

/* deleted [abandon]: the tap is deleted under the device, or given up.  A
 * change makes another one of that name, with the same address, whatever fails
 * on the way. */
static void
test_deleted(struct ovs_cmdl_context *ctx)
{
    struct vkernel_driver_stats stats = { .rx_errors = 0 };
    struct vkernel_config config;
    const char *failed;
    size_t n_blocks;
    int fail_at = 0;

    parse_config("vk0", "2", &config);
    n_blocks = testlib_count_blocks();
    do {
        struct vkernel_device device;
        struct eth_addr mac;
        char *message;

        open_device(&device);
        if (ctx->argc > 1) {
            vkernel_device_abandon_tap(&device, &stats);
            ovs_assert(!device.port && device.tap->deleted);
        } else {
            device.tap->deleted = true;
        }
        mac = device.mac;
        sim_fail_at(++fail_at, 0);
        message = prepare_and_switch(&device, &config, 1500, &stats);
        failed = sim.failed[0];
        ovs_assert(!message == !failed);
        if (message) {
            printf("%s: %s\n", failed, message);
            free(message);
            sim_fail_at(0, 0);
            message = prepare_and_switch(&device, &config, 1500, &stats);
            ovs_assert(!message);
        }
        assert_device(&device, &config, 1500);
        ovs_assert(device.port && !device.tap->deleted);
        ovs_assert(eth_addr_equals(device.port->mac, mac));
        close_device(&device);
        ovs_assert(testlib_count_blocks() == n_blocks);
    } while (failed);
    printf("%d calls\n", fail_at - 1);
    vkernel_config_uninit(&config);
}

/* later: a device that is opened without a tap gets one with the MTU and the
 * address of the tap, whatever fails before. */
static void
test_later(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_blocks = testlib_count_blocks();
    struct vkernel_driver_stats stats;
    struct vkernel_device device;
    struct vkernel_config config;
    struct vkernel_device next;
    int fail_at = 0;
    char *message;

    memset(&stats, 0, sizeof stats);
    memset(&device, 0, sizeof device);
    parse_config("vk0", "2", &config);
    sim_fail_at(1, 0);
    message = vkernel_device_open_later(&device, &config, 1);
    ovs_assert(message);
    free(message);
    assert_closed(&device);
    sim_fail_at(0, 0);
    ovs_assert(!vkernel_device_open_later(&device, &config, 1));
    ovs_assert(!device.port && sim.taps[0]->deleted && device.mtu == 1500);
    do {
        sim_fail_at(++fail_at, 0);
        message = vkernel_device_prepare(&device, &config, 0, &no_trace,
                                         &next);
        if (!message) {
            message = vkernel_device_switch(&device, &next, true, &stats);
        }
        ovs_assert(!message == !!device.port);
        free(message);
    } while (!device.port);
    assert_device(&device, &config, 1500);
    ovs_assert(!eth_addr_is_zero(device.mac));
    vkernel_config_uninit(&config);
    close_device(&device);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* stray [KEY=VALUE]...: a tap that somebody has moved is deleted, where it can
 * be made again, and where it cannot.  Prints where it is made with the
 * options, or what is wrong. */
static void
test_stray(struct ovs_cmdl_context *ctx)
{
    struct smap options = SMAP_INITIALIZER(&options);
    struct vkernel_driver_stats stats = { .rx_errors = 0 };
    struct vkernel_config config;

    for (int i = 1; i < ctx->argc; i++) {
        char *key = ctx->argv[i];
        char *value = strchr(key, '=');

        *value++ = '\0';
        smap_add(&options, key, value);
    }
    ovs_assert(!vkernel_config_parse("vk0", &options, &config));
    for (int i = 0; i < 3; i++) {
        struct vkernel_device device;
        char *message;

        open_device(&device);
        device.tap->deleted = true;
        sim.stray_fd = i == 1 ? 77 : 0;
        sim.stray_error = i == 2 ? EPERM : 0;
        message = prepare_and_switch(&device, &config, 1500, &stats);
        if (message) {
            ovs_assert(device.tap->deleted && sim_count_taps() == 1);
            testlib_print(message, "");
        } else {
            puts(sim.opened_in == 77 ? "there" : "where options say");
        }
        close_device(&device);
    }
    sim.stray_error = 0;
    vkernel_config_uninit(&config);
    smap_destroy(&options);
}

/* late-mac: the address changes between the two steps of a change, by us, and
 * by an administrator, who may or may not do so. */
static void
test_late_mac(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct eth_addr mac = ETH_ADDR_C(02, 00, 00, 00, 00, 33);
    const struct eth_addr other = ETH_ADDR_C(02, 00, 00, 00, 00, 44);
    struct vkernel_driver_stats stats = { .rx_errors = 0 };
    struct vkernel_device device, next;
    struct vkernel_config config;

    open_device(&device);
    parse_config("vk0", "4", &config);
    ovs_assert(!prepare(&device, &config, &next));
    ovs_assert(!vkernel_device_set_mac(&device, mac));
    ovs_assert(!vkernel_device_switch(&device, &next, true, &stats));
    assert_device(&device, &config, 1500);
    ovs_assert(eth_addr_equals(device.mac, mac));
    ovs_assert(eth_addr_equals(device.tap->mac, mac));

    for (int follow = 0; follow < 2; follow++) {
        const struct eth_addr *want = follow ? &other : &mac;

        ovs_assert(!prepare(&device, &config, &next));
        device.tap->mac = other;
        ovs_assert(!vkernel_device_switch(&device, &next, follow, &stats));
        ovs_assert(eth_addr_equals(device.mac, *want));
        ovs_assert(eth_addr_equals(device.port->mac, *want));
    }
    /* Even while the driver has the tap. */
    for (int follow = 0; follow < 2; follow++) {
        const struct eth_addr *want = follow ? &mac : &other;

        ovs_assert(!prepare(&device, &config, &next));
        sim.mac_meanwhile = mac;
        ovs_assert(!vkernel_device_switch(&device, &next, follow, &stats));
        memset(&sim.mac_meanwhile, 0, sizeof sim.mac_meanwhile);
        assert_device(&device, &config, 1500);
        ovs_assert(eth_addr_equals(device.mac, *want));
    }
    vkernel_config_uninit(&config);
    close_device(&device);
}

/* set-mac: each call of vkernel_device_set_mac() fails in turn. */
static void
test_set_mac(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct eth_addr mac = ETH_ADDR_C(02, 00, 00, 00, 00, 22);
    struct vkernel_device device, old;
    int fail_at = 0;
    int error;

    open_device(&device);
    old = device;
    do {
        sim_fail_at(++fail_at, 0);
        error = vkernel_device_set_mac(&device, mac);
        printf("%s: %s\n", sim.failed[0] ? sim.failed[0] : "-",
               ovs_strerror(error));
        ovs_assert(eth_addr_equals(device.mac, error ? old.mac : mac));
        assert_device(&device, &device.config, 1500);
    } while (error);

    /* Without a port, for the next. */
    sim_fail_at(0, 0);
    vkernel_port_close(device.port);
    device.port = NULL;
    vkernel_workers_destroy(device.workers);
    device.workers = NULL;
    ovs_assert(!vkernel_device_set_mac(&device, old.mac));
    ovs_assert(eth_addr_equals(device.tap->mac, old.mac));
    ovs_assert(!change_device(&device, &changes[0], 0, 0));
    close_device(&device);
}

/* follow-mac: somebody gives the tap another address, and nobody sets it once
 * more. */
static void
test_follow_mac(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct eth_addr mac = ETH_ADDR_C(02, 00, 00, 00, 00, 44);
    struct vkernel_device device;
    struct eth_addr old;

    open_device(&device);
    old = device.mac;
    device.tap->mac = mac;
    sim_fail_at(1, 0);
    ovs_assert(vkernel_device_follow_mac(&device, mac));
    ovs_assert(!strcmp(sim.failed[0], "port_set_mac"));
    ovs_assert(eth_addr_equals(device.mac, old));
    ovs_assert(eth_addr_equals(device.tap->mac, mac));

    sim_fail_at(0, 0);
    ovs_assert(!vkernel_device_follow_mac(&device, mac));
    assert_device(&device, &device.config, 1500);
    ovs_assert(eth_addr_equals(device.mac, mac));
    close_device(&device);
}

static const struct ovs_cmdl_command commands[] = {
    { "open-faults", "[tso]", 0, 1, test_open_faults, OVS_RO },
    { "change-faults", "CHANGE [tso]", 1, 2, test_change_faults, OVS_RO },
    { "granted", NULL, 0, 0, test_granted, OVS_RO },
    { "misses", NULL, 0, 0, test_misses, OVS_RO },
    { "check", NULL, 0, 0, test_check, OVS_RO },
    { "deleted", "[abandon]", 0, 1, test_deleted, OVS_RO },
    { "later", NULL, 0, 0, test_later, OVS_RO },
    { "stray", "[KEY=VALUE]...", 0, INT_MAX, test_stray, OVS_RO },
    { "late-mac", NULL, 0, 0, test_late_mac, OVS_RO },
    { "set-mac", NULL, 0, 0, test_set_mac, OVS_RO },
    { "follow-mac", NULL, 0, 0, test_follow_mac, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
