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


/* Tests of the netdev class, netdev-dpdkvkernel*.c, as it is, on taps of this
 * machine's kernel, without DPDK: a port is a few queues of the tap, and there
 * are no buffers.
 *
 * A test is a list of steps: what the database has, what is done in a shell,
 * and when the daemon ends.  Each daemon is a process, so nothing but the
 * files in OVS_RUNDIR and the taps of the kernel goes from one to the next. */

#include <config.h>

#include "netdev-dpdkvkernel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-line.h"
#include "netdev-provider.h"
#include "openvswitch/ofp-parse.h"
#include "openvswitch/poll-loop.h"
#include "process.h"
#include "smap.h"
#include "svec.h"
#include "util.h"
#include "vkernel-mempool.h"
#include "vkernel-netns.h"
#include "vkernel-port.h"
#include "vkernel-stats.h"
#include "vkernel-tap.h"
#include "vkernel-testkernel.h"
#include "vkernel-testlib.h"
#include "vswitch-idl.h"

/* Where taps come from, and where network namespaces are. */
static const char tun_path[] = "/dev/net/tun";
static const char root_dir[] = "/";
static const char run_dir[] = "/run";
static const char named_dir[] = "/run/netns";
static const char own_netns[] = "/proc/self/ns/net";

/* Where the users of this process are mapped. */
static const char own_dir[] = "/proc/self";

/* How many Interfaces the database has at most. */
#define MAX_IFACES 8

/* Turns of the main loop until a port must be open or have an error, and how
 * long each of them takes at most, in milliseconds. */
#define MAX_TURNS 500
#define TURN_MSEC 20

/* How many more turns there are after that. */
#define MORE_TURNS 3

/* vkernel-port.h: without DPDK. */

struct vkernel_port {
    int n_queues;
    int queues[VKERNEL_MAX_QUEUES]; /* Of the tap. */
};

WRAP(bool, dpdk_available, void)
{
    return true;
}

char *
vkernel_port_check_vhost(const char *vhost_path OVS_UNUSED)
{
    return NULL;
}

char *
vkernel_port_open(const struct vkernel_port_args *args,
                  struct vkernel_port **portp)
{
    struct vkernel_port *port = xzalloc(sizeof *port);

    *portp = port;
    while (port->n_queues < args->n_queues) {
        struct ifreq ifr = {
            .ifr_flags = (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR
                          | IFF_MULTI_QUEUE),
        };
        int fd = open(tun_path, O_RDWR | O_CLOEXEC);
        int header_size = sizeof(struct virtio_net_hdr_mrg_rxbuf);

        ovs_assert(fd >= 0);
        port->queues[port->n_queues++] = fd;
        ovs_strlcpy(ifr.ifr_name, args->handle, sizeof ifr.ifr_name);
        if (ioctl(fd, TUNSETIFF, &ifr)
            || ioctl(fd, TUNSETVNETHDRSZ, &header_size)) {
            char *message = xasprintf("no queue of %s (%s)", args->ifname,
                                      ovs_strerror(errno));

            vkernel_port_close(port);
            *portp = NULL;
            return message;
        }
    }
    return NULL;
}

void
vkernel_port_close(struct vkernel_port *port)
{
    if (port) {
        for (int i = 0; i < port->n_queues; i++) {
            close(port->queues[i]);
        }
        free(port);
    }
}

unsigned int
vkernel_port_get_memory_seq(void)
{
    return 1;
}

uint16_t
vkernel_port_get_id(const struct vkernel_port *port OVS_UNUSED)
{
    return 0;
}

int
vkernel_port_set_mac(struct vkernel_port *port OVS_UNUSED,
                     struct eth_addr mac OVS_UNUSED)
{
    return 0;
}

void
vkernel_port_get_stats(struct vkernel_port *port OVS_UNUSED,
                       struct vkernel_driver_stats *stats)
{
    memset(stats, 0, sizeof *stats);
}

/* vkernel-mempool.h: without buffers. */

char *
vkernel_mempool_create(struct vkernel_mempool *pool,
                       unsigned int n_buffers OVS_UNUSED,
                       size_t frame_size OVS_UNUSED, bool cached OVS_UNUSED,
                       int socket_id OVS_UNUSED)
{
    pool->memory = 1;
    return NULL;
}

void
vkernel_mempool_put(struct vkernel_mempool *pool)
{
    pool->memory = 0;
}

void
vkernel_mempool_sweep(void)
{
}

/* The database: one bridge. */

/* An Interface, and its netdev. */
struct iface {
    struct ovsrec_interface row;
    struct ovsrec_interface *rows[1]; /* Of the Port. */
    struct ovsrec_port port;
    struct netdev *netdev;      /* NULL if it is not open. */
    bool again;                 /* To be deleted and added again. */
    char *error;                /* As the column, or NULL. */
};

static struct iface ifaces[MAX_IFACES];
static struct ovsrec_port *ports[MAX_IFACES];
static struct ovsrec_bridge bridge = {
    .name = "br0",
    .datapath_type = "netdev",
    .ports = ports,
};

/* Returns the Interface 'name', which is in the database or was; or, if there
 * is none and 'create' is true, a new one. */
static struct iface *
find_iface(const char *name, bool create)
{
    for (int i = 0; i < MAX_IFACES; i++) {
        struct iface *iface = &ifaces[i];

        if (!iface->row.name && create) {
            iface->row.name = xstrdup(name);
            iface->row.type = "dpdkvkernel";
            smap_init(&iface->row.options);
            iface->rows[0] = &iface->row;
            iface->port.name = iface->row.name;
            iface->port.interfaces = iface->rows;
        }
        if (iface->row.name && !strcmp(iface->row.name, name)) {
            return iface;
        }
    }
    return NULL;
}

/* Is 'iface' in the database? */
static bool
is_wanted(const struct iface *iface)
{
    return iface->port.n_interfaces > 0;
}

/* Has the bridge the Interfaces that the database has, ordered by name. */
static void
list_ports(void)
{
    bridge.n_ports = 0;
    for (int i = 0; i < MAX_IFACES; i++) {
        if (is_wanted(&ifaces[i])) {
            ports[bridge.n_ports++] = &ifaces[i].port;
        }
    }
}

static const struct ovsrec_bridge *
find_bridge(const char *name)
{
    struct iface *iface = find_iface(name, false);

    return iface && is_wanted(iface) ? &bridge : NULL;
}

static const struct ovsrec_port *
find_port(const char *name)
{
    struct iface *iface = find_iface(name, false);

    return iface && is_wanted(iface) ? &iface->port : NULL;
}

static bool
has_database(void)
{
    return true;
}

static const struct smap *
get_other_config(void)
{
    return NULL;
}

/* The bridge. */

static void
report_error(struct iface *iface, char *error)
{
    free(iface->error);
    iface->error = error;
}

static void
close_iface(struct iface *iface)
{
    netdev_close(iface->netdev);
    iface->netdev = NULL;
    iface->again = false;
    report_error(iface, NULL);
}

/* As the bridge does, for a port that it does not have yet. */
static void
open_iface(struct iface *iface)
{
    const char *name = iface->row.name;
    char *error = NULL;

    ovs_assert(!netdev_open(name, "dpdkvkernel", &iface->netdev));
    if (netdev_set_config(iface->netdev, &iface->row.options, &error)) {
        close_iface(iface);
        report_error(iface, error);
    }
}

/* Does what the bridge does when the database has changed, or a device. */
static void
configure(void)
{
    list_ports();
    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        if (iface->netdev && (!is_wanted(iface) || iface->again)) {
            close_iface(iface);
        } else if (iface->netdev) {
            netdev_set_config(iface->netdev, &iface->row.options, NULL);
        }
    }
    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        if (is_wanted(iface) && !iface->netdev) {
            open_iface(iface);
        }
    }
    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        if (iface->netdev) {
            report_error(iface,
                         netdev_dpdkvkernel_configure(iface->row.name, NULL,
                                                      NULL));
        }
    }
}

/* One turn of the daemon's main loop. */
static void
turn(void)
{
    netdev_run();
    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        if (iface->netdev && netdev_is_reconf_required(iface->netdev)) {
            ovs_assert(!netdev_reconfigure(iface->netdev));
        }
        if (iface->netdev) {
            report_error(iface,
                         netdev_dpdkvkernel_configure(iface->row.name, NULL,
                                                      NULL));
        }
    }
    netdev_wait();
    poll_timer_wait(TURN_MSEC);
    poll_block();
}

/* What there is. */

/* The network namespaces: the daemon's own, and those in /run/netns. */
static struct svec netns_names = SVEC_EMPTY_INITIALIZER;

/* Opens the namespace 'name'.  Returns -1 if it was deleted. */
static int
open_netns(const char *name)
{
    char *path = (strcmp(name, "own")
                  ? xasprintf("%s/%s", named_dir, name)
                  : xstrdup(own_netns));
    int fd;

    vkernel_netns_open(path, &fd);
    free(path);
    return fd;
}

/* Returns the name of the namespace of 'fd'. */
static const char *
get_netns_name(int fd)
{
    const char *name;
    size_t i;

    SVEC_FOR_EACH (i, name, &netns_names) {
        int this = open_netns(name);

        if (this >= 0) {
            bool equals = fd >= 0 && vkernel_netns_equals(this, fd);

            close(this);
            if (equals) {
                return name;
            }
        }
    }
    return "nowhere";
}

/* Returns the IPv4 address of the device 'ifname' of 'addrs', or NULL. */
static const char *
get_address(const struct ifaddrs *addrs, const char *ifname)
{
    for (const struct ifaddrs *a = addrs; a; a = a->ifa_next) {
        if (!strcmp(a->ifa_name, ifname) && a->ifa_addr
            && a->ifa_addr->sa_family == AF_INET) {
            struct sockaddr_in sin;

            memcpy(&sin, a->ifa_addr, sizeof sin);
            return inet_ntoa(sin.sin_addr);
        }
    }
    return NULL;
}

/* Prints the taps of the present namespace, which is called 'name', with their
 * addresses. */
static void
print_taps_here(const char *name)
{
    struct svec taps = SVEC_EMPTY_INITIALIZER;
    struct if_nameindex *devices;
    struct ifaddrs *addrs;
    const char *tap;
    size_t i;

    ovs_assert(!getifaddrs(&addrs));
    devices = if_nameindex();
    for (struct if_nameindex *d = devices; d->if_index; d++) {
        if (strcmp(d->if_name, "lo")) {
            svec_add(&taps, d->if_name);
        }
    }
    svec_sort(&taps);
    printf("  %s:", name);
    SVEC_FOR_EACH (i, tap, &taps) {
        const char *address = get_address(addrs, tap);

        printf(" %s%s%s", tap, address ? "=" : "", address ? address : "");
    }
    putchar('\n');
    svec_destroy(&taps);
    if_freenameindex(devices);
    freeifaddrs(addrs);
}

/* Likewise, of the namespace 'name', unless it was deleted. */
static void
print_taps(const char *name)
{
    int fd = open_netns(name);
    int saved;

    if (fd >= 0) {
        ovs_assert(!vkernel_netns_enter(fd, &saved));
        close(fd);
        print_taps_here(name);
        vkernel_netns_leave(saved);
    }
}

/* What netdev_dpdkvkernel_for_each() tells of a port. */
struct look {
    bool is_open;
    char asked[IFNAMSIZ];       /* The name for its tap in the options. */
    char ifname[IFNAMSIZ];      /* That of its tap... */
    int netns_fd;               /* ...and where that is. */
};

static void
look(const struct netdev_dpdkvkernel_info *info, void *look_)
{
    struct look *look = look_;
    int ifindex;

    look->is_open = info->device->port != NULL;
    ovs_strlcpy(look->asked, info->device->config.ifname, sizeof look->asked);
    ovs_strlcpy(look->ifname, vkernel_tap_get_name(info->device->tap),
                sizeof look->ifname);
    vkernel_tap_get_netns(info->device->tap, &look->netns_fd, &ifindex);
}

/* Has the tap of 'seen' an address? */
static bool
has_address(const struct look *seen)
{
    struct ifaddrs *addrs;
    bool has_address;
    int saved;

    ovs_assert(!vkernel_netns_enter(seen->netns_fd, &saved));
    ovs_assert(!getifaddrs(&addrs));
    vkernel_netns_leave(saved);
    has_address = get_address(addrs, seen->ifname) != NULL;
    freeifaddrs(addrs);
    return has_address;
}

/* Is the port of 'iface' open, with the name and the address that it is to
 * have? */
static bool
is_done(const struct iface *iface)
{
    const char *ifname = smap_get_def(&iface->row.options, "ifname",
                                      iface->row.name);
    struct look seen = { .is_open = false };

    if (iface->netdev) {
        netdev_dpdkvkernel_for_each(iface->row.name, look, &seen);
    }
    return (seen.is_open && !strcmp(seen.asked, ifname)
            && (!smap_get(&iface->row.options, "host-ip")
                || has_address(&seen)));
}

/* Is each port open, or, if 'error_counts', is there an error? */
static bool
is_settled(bool error_counts)
{
    bool settled = true;

    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        settled &= (!is_wanted(iface) || is_done(iface)
                    || (error_counts && iface->error));
    }
    return settled;
}

/* Prints what became of each Interface, and what taps there are. */
static void
print_all(void)
{
    const char *name;
    size_t i;

    for (struct iface *iface = ifaces; iface < &ifaces[MAX_IFACES]; iface++) {
        struct look seen = { .is_open = false };

        if (!is_wanted(iface)) {
            continue;
        }
        if (iface->netdev) {
            netdev_dpdkvkernel_for_each(iface->row.name, look, &seen);
        }
        if (seen.is_open) {
            printf("%s: %s in %s\n", iface->row.name, seen.ifname,
                   get_netns_name(seen.netns_fd));
        }
        if (iface->error) {
            puts(iface->error);
        }
    }
    SVEC_FOR_EACH (i, name, &netns_names) {
        print_taps(name);
    }
}

/* Steps. */

/* Writes 'text' into the file 'name' of this process, and frees it. */
static void
write_map(const char *name, char *text)
{
    char *path = xasprintf("%s/%s", own_dir, name);
    FILE *file = fopen(path, "w");

    ovs_assert(file && fputs(text, file) >= 0 && !fclose(file));
    free(path);
    free(text);
}

static void
enter_namespaces(void)
{
    unsigned int uid = geteuid();
    unsigned int gid = getegid();

    if (unshare(CLONE_NEWNET | CLONE_NEWNS)) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS)) {
            testkernel_skip("network namespace", errno);
        }
        /* As root, so that commands keep capabilities. */
        write_map("uid_map", xasprintf("0 %u 1", uid));
        write_map("setgroups", xstrdup("deny"));
        write_map("gid_map", xasprintf("0 %u 1", gid));
    }
    /* A chroot is no mount point, and has nothing that others see. */
    ovs_assert(!mount("none", root_dir, NULL, MS_REC | MS_PRIVATE, NULL)
               || errno == EINVAL);
    if (mount("tmpfs", run_dir, "tmpfs", 0, NULL)) {
        testkernel_skip("mount", errno);
    }
    ovs_assert(!mkdir(named_dir, 0755));
    if (access(tun_path, R_OK | W_OK)) {
        testkernel_skip("tap", errno);
    }
    svec_add(&netns_names, "own");
    /* So that a command can move a tap there. */
    ovs_assert(!system("ip netns attach own $PPID"));
}

/* Does the step 'arg', which is "NAME" or "NAME:OPTION=VALUE,...", of an
 * Interface: gives it these options. */
static void
set_iface(char *arg)
{
    char *options = strchr(arg, ':');
    struct iface *iface;
    char *key, *value;

    if (options) {
        *options++ = '\0';
    }
    iface = find_iface(arg, true);
    iface->port.n_interfaces = 1;
    smap_clear(&iface->row.options);
    while (options && ofputil_parse_key_value(&options, &key, &value)) {
        smap_replace(&iface->row.options, key, value);
    }
}

/* Does a step that changes the database.  Returns false if it is none. */
static bool
change_database(const char *step)
{
    char *copy = xstrdup(step);
    char *arg = copy + strcspn(copy, " ");
    bool done = true;

    if (*arg) {
        *arg++ = '\0';
    }
    if (!strcmp(copy, "set")) {
        set_iface(arg);
    } else if (!strcmp(copy, "del")) {
        find_iface(arg, false)->port.n_interfaces = 0;
    } else {
        done = false;
    }
    free(copy);
    return done;
}

/* The daemon has time to follow. */
static void
settle(bool error_counts)
{
    int n = 0;

    configure();
    while (n < MAX_TURNS && !is_settled(error_counts)) {
        turn();
        n++;
    }
    for (n = 0; n < MORE_TURNS; n++) {
        turn();
    }
}

/* Ends the daemon. */
static void OVS_NO_RETURN
end(const char *how)
{
    if (strcmp(how, "crash")) {
        netdev_dpdkvkernel_exit(false);
        for (int i = 0; i < MAX_IFACES; i++) {
            close_iface(&ifaces[i]);
        }
    }
    fflush(stdout);
    _exit(0);
}

/* Does one step. */
static void
do_step(const char *step)
{
    if (change_database(step)) {
        return;
    } else if (!strcmp(step, "go")) {
        settle(true);
    } else if (!strcmp(step, "show") || !strcmp(step, "heal")) {
        settle(strcmp(step, "heal"));
        print_all();
    } else if (!strncmp(step, "again ", 6)) {
        find_iface(step + 6, false)->again = true;
    } else if (!strcmp(step, "exit") || !strcmp(step, "crash")) {
        end(step);
    } else {
        fflush(stdout);
        if (system(step)) {
            ovs_fatal(0, "failed: %s", step);
        }
    }
}

/* Lives as one daemon, which does the steps from 'start' on.  The database is
 * what the steps before have made of it. */
static void OVS_NO_RETURN
live(char *steps[], int start)
{
    netdev_dpdkvkernel_register(find_bridge, find_port, has_database,
                                get_other_config);
    for (int i = 0; i < start; i++) {
        change_database(steps[i]);
    }
    while (steps[start]) {
        do_step(steps[start++]);
    }
    end("exit");
}

/* Returns the number of the step with which the daemon that does the step
 * 'start' first ends. */
static int
find_end(char *steps[], int start)
{
    while (steps[start] && strcmp(steps[start], "exit")
           && strcmp(steps[start], "crash")) {
        start++;
    }
    return start;
}

/* run NETNS,... STEP...: makes these network namespaces, and does the steps:
 *
 *   set IFACE[:OPTION=VALUE,...]  puts an Interface into the database, or
 *                                 gives it these options;
 *   del IFACE                     deletes it;
 *   again IFACE                   has the bridge delete its port and add it
 *                                 again;
 *   go                            has the daemon follow;
 *   show, heal                    likewise, for "heal" until errors have gone,
 *                                 and prints what there is then;
 *   exit, crash                   ends the daemon: another one starts;
 *
 * and anything else is a command for the shell. */
static void
test_run(struct ovs_cmdl_context *ctx)
{
    char **steps = ctx->argv + 2;
    char *save = NULL;
    int start = 0;

    enter_namespaces();
    for (char *name = strtok_r(ctx->argv[1], ",", &save); name;
         name = strtok_r(NULL, ",", &save)) {
        char *command = xasprintf("ip netns add %s", name);

        ovs_assert(!system(command));
        svec_add(&netns_names, name);
        free(command);
    }
    for (;;) {
        int last = find_end(steps, start);
        int status;
        pid_t pid;

        fflush(stdout);
        pid = fork();
        if (!pid) {
            live(steps, start);
        }
        ovs_assert(pid > 0 && waitpid(pid, &status, 0) == pid);
        if (status) {
            ovs_fatal(0, "daemon: %s", process_status_msg(status));
        }
        if (!steps[last]) {
            break;
        }
        start = last + 1;
    }
    svec_destroy(&netns_names);
}

static const struct ovs_cmdl_command commands[] = {
    { "run", "NETNS,... STEP...", 2, INT_MAX, test_run, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
