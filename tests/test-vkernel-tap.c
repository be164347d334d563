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

/* Tests of vkernel-tap.c and what it stands on, on the kernel of the machine,
 * in network namespaces of their own. */

#include <config.h>

#include "vkernel-tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command-line.h"
#include "netlink-socket.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "util.h"
#include "vkernel-host-config.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-sysctl.h"
#include "vkernel-testlib.h"

/* Ends the program for want of something, in the way that Autotest skips a
 * test. */
static void OVS_NO_RETURN
skip(const char *what, int error)
{
    fprintf(stderr, "no %s here (%s)\n", what, ovs_strerror(error));
    exit(77);
}

/* netns-open PATH...: what comes of opening each. */
static void
test_netns_open(struct ovs_cmdl_context *ctx)
{
    size_t n_files = testlib_count_files();

    for (int i = 1; i < ctx->argc; i++) {
        int fd;
        int error = vkernel_netns_open(ctx->argv[i], &fd);

        ovs_assert(!error == (fd >= 0));
        printf("%s: %s\n", ctx->argv[i],
               error ? ovs_strerror(error) : "a network namespace");
        if (!error) {
            ovs_assert(vkernel_netns_is_own(fd));
            ovs_assert(!vkernel_netns_check(fd, ctx->argv[i]));
            ovs_assert(vkernel_netns_check(fd, "/nowhere") == ENOENT);
            ovs_assert(vkernel_netns_check(fd, "/dev/null") == ENOENT);
            ovs_assert(vkernel_netns_check(fd, "/proc/self/ns/uts") == EXDEV);
            close(fd);
        }
        ovs_assert(testlib_count_files() == n_files);
    }
}

/* sysctl PATH...: what comes of reading and writing each. */
static void
test_sysctl(struct ovs_cmdl_context *ctx)
{
    size_t n_files = testlib_count_files();

    for (int i = 1; i < ctx->argc; i++) {
        const char *path = ctx->argv[i];
        char *value;
        int error = vkernel_sysctl_get(path, &value);

        printf("%s: %s, ", path, error ? ovs_strerror(error) : value);
        free(value);
        error = vkernel_sysctl_set(path, "written");
        puts(error ? ovs_strerror(error) : "written");
        ovs_assert(testlib_count_files() == n_files);
    }
}

static const char tun_path[] = "/dev/net/tun";

/* Where the files are that this program has open. */
static const char fd_dir[] = "/proc/self/fd/";

/* Two network namespaces, of which the thread is in the first. */
static int netns_fds[2];

static void
enter_namespaces(void)
{
    int saved;

    if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
        skip("network namespace", errno);
    }
    ovs_assert(!vkernel_netns_open_own(&netns_fds[0]));
    ovs_assert(!unshare(CLONE_NEWNET));
    ovs_assert(!vkernel_netns_open_own(&netns_fds[1]));
    ovs_assert(!vkernel_netns_enter(netns_fds[0], &saved));
    close(saved);
    if (access(tun_path, R_OK | W_OK)) {
        skip("tap", errno);
    }
}

/* Prints what 'tap' is. */
static void
print_tap(struct vkernel_tap *tap)
{
    struct vkernel_link link;
    int error = vkernel_tap_get_link(tap, &link);

    if (error) {
        printf("%s: %s\n", vkernel_tap_get_name(tap), ovs_strerror(error));
        return;
    }
    printf("%s: %s namespace,%s%s%s speed=%u alias=\"%s\"\n",
           vkernel_tap_get_name(tap),
           vkernel_tap_is_in_own_netns(tap) ? "own" : "other",
           link.up ? " up" : "", link.carrier ? " carrier" : "",
           link.persistent ? " persistent" : "", vkernel_tap_get_speed(tap),
           link.alias);
}

static const char *
format_place(const struct vkernel_tap *tap, const char *netns)
{
    switch (vkernel_tap_find(tap, netns)) {
    case VKERNEL_TAP_RIGHT: return "right";
    case VKERNEL_TAP_TO_MOVE: return "to move";
    case VKERNEL_TAP_ASTRAY: return "astray";
    case VKERNEL_TAP_LOST: return "lost";
    }
    OVS_NOT_REACHED();
}

/* Opens the tap "t0" in 'netns', and prints what came of it. */
static struct vkernel_tap *
open_tap(const char *netns, const char *mark)
{
    struct vkernel_tap *tap;
    char *message = vkernel_tap_open("t0", netns, mark, &tap);

    ovs_assert(!message == !!tap);
    if (message) {
        testlib_print(message, "");
    } else {
        print_tap(tap);
    }
    return tap;
}

/* Moves 'tap' to the namespace of 'netns_fd' behind its back. */
static void
move_by_hand(struct vkernel_tap *tap, int netns_fd)
{
    struct vkernel_link link;
    struct nl_sock *sock;
    int saved;

    ovs_assert(!vkernel_tap_get_link(tap, &link));
    ovs_assert(!vkernel_tap_enter_netns(tap, &saved));
    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    vkernel_netns_leave(saved);
    ovs_assert(!vkernel_link_set_netns(sock, link.ifindex, netns_fd));
    nl_sock_destroy(sock);
}

/* kernel-place: a tap in another namespace than the thread's. */
static void
test_kernel_place(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *tap, *other;
    size_t n_files;
    char *netns;
    int spare;

    enter_namespaces();
    n_files = testlib_count_files();
    netns = xasprintf("%s%d", fd_dir, netns_fds[1]);
    tap = open_tap(netns, NULL);
    ovs_assert(vkernel_netns_is_own(netns_fds[0]));
    printf("%s\n", format_place(tap, netns));
    printf("%s\n", format_place(tap, NULL));

    ovs_assert(!vkernel_tap_set_up(tap, true));
    testlib_print(vkernel_tap_move(tap, NULL), "moved");
    print_tap(tap);
    printf("%s\n", format_place(tap, NULL));

    other = open_tap(netns, NULL);
    testlib_print(vkernel_tap_move(tap, netns), "moved");
    testlib_print(vkernel_tap_move(tap, "nowhere"), "moved");
    testlib_print(vkernel_tap_move(tap, "pid:0"), "moved");
    testlib_print(vkernel_tap_move(tap, "/dev/null"), "moved");
    print_tap(tap);
    vkernel_tap_close(other);
    testlib_print(vkernel_tap_move(tap, netns), "moved");
    print_tap(tap);

    move_by_hand(tap, netns_fds[0]);
    printf("%s\n", format_place(tap, netns));
    ovs_assert(vkernel_tap_run(tap) & VKERNEL_TAP_MOVED);
    print_tap(tap);
    printf("%s\n", format_place(tap, netns));
    testlib_print(vkernel_tap_move(tap, netns), "moved");
    print_tap(tap);
    printf("%s\n", format_place(tap, netns));

    /* Another namespace has that path, then none. */
    spare = dup(netns_fds[1]);
    ovs_assert(dup2(netns_fds[0], netns_fds[1]) >= 0);
    printf("%s\n", format_place(tap, netns));
    close(netns_fds[1]);
    printf("%s\n", format_place(tap, netns));
    ovs_assert(dup2(spare, netns_fds[1]) >= 0);
    close(spare);
    printf("%s\n", format_place(tap, netns));

    vkernel_tap_abandon(tap);
    print_tap(tap);
    ovs_assert(!vkernel_tap_run(tap));
    ovs_assert(!vkernel_tap_set_mac(tap, eth_addr_zero));
    vkernel_tap_close(tap);
    ovs_assert(testlib_count_files() == n_files);
    free(netns);
}

/* Renames the tap 'old', which is down, behind our back. */
static void
rename_by_hand(const char *old, const char *new)
{
    int sock = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, old, sizeof ifr.ifr_name);
    ovs_strlcpy(ifr.ifr_newname, new, sizeof ifr.ifr_newname);
    ovs_assert(sock >= 0 && !ioctl(sock, SIOCSIFNAME, &ifr));
    close(sock);
}

/* kernel-overflow: a tap is renamed while so much happens to another one that
 * the event is lost. */
static void
test_kernel_overflow(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *tap, *other;

    enter_namespaces();
    tap = open_tap(NULL, NULL);
    rename_by_hand("t0", "t1");
    ovs_assert(vkernel_tap_run(tap)
               == (VKERNEL_TAP_CHANGED | VKERNEL_TAP_RENAMED));
    other = open_tap(NULL, NULL);
    ovs_assert(!vkernel_tap_run(tap));
    for (int i = 0; i < 5000; i++) {
        ovs_assert(!vkernel_tap_set_mtu(other, 1000 + i % 2));
    }
    rename_by_hand("t1", "t2");
    ovs_assert(vkernel_tap_run(tap)
               == (VKERNEL_TAP_CHANGED | VKERNEL_TAP_RENAMED));
    print_tap(tap);
    ovs_assert(!vkernel_tap_run(tap));
    vkernel_tap_close(other);
    vkernel_tap_close(tap);
}

/* What the tap "t0" is renamed to as soon as a socket is made to watch it. */
static const char *rename_to;

int __real_vkernel_watch_open(struct nl_sock **);
int __wrap_vkernel_watch_open(struct nl_sock **);

int
__wrap_vkernel_watch_open(struct nl_sock **sockp)
{
    if (rename_to) {
        rename_by_hand("t0", rename_to);
        rename_to = NULL;
    }
    return __real_vkernel_watch_open(sockp);
}

/* kernel-rename: a tap is moved and then renamed, before the former was
 * followed. */
static void
test_kernel_rename(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *tap;
    int saved;

    enter_namespaces();
    tap = open_tap(NULL, NULL);
    move_by_hand(tap, netns_fds[1]);
    rename_to = "t1";
    ovs_assert(vkernel_tap_run(tap) & VKERNEL_TAP_MOVED);
    ovs_assert(!rename_to);
    ovs_assert(vkernel_tap_run(tap) == VKERNEL_TAP_RENAMED);
    ovs_assert(!vkernel_tap_run(tap));
    print_tap(tap);
    ovs_assert(!vkernel_tap_enter_netns(tap, &saved));
    rename_by_hand("t1", "t2");
    vkernel_netns_leave(saved);
    ovs_assert(vkernel_tap_run(tap)
               == (VKERNEL_TAP_CHANGED | VKERNEL_TAP_RENAMED));
    print_tap(tap);
    vkernel_tap_close(tap);
}

/* netns-enter PATH: enters it, and comes back. */
static void
test_netns_enter(struct ovs_cmdl_context *ctx)
{
    int saved;
    int error;
    int fd;

    ovs_assert(!vkernel_netns_open(ctx->argv[1], &fd));
    error = vkernel_netns_enter(fd, &saved);
    puts(error ? ovs_strerror(error) : "entered");
    vkernel_netns_leave(saved);
    close(fd);
}

/* What is_orphan() returns, and the name it was last asked for. */
static bool orphan;
static char *asked;

static bool
is_orphan(const char *iface)
{
    free(asked);
    asked = xstrdup(iface);
    return orphan;
}

/* Prints whether a tap with 'mark' is found, which is in the first
 * namespace, wherever it is looked for first. */
static void
print_found(const char *mark)
{
    for (int i = 0; i < 2; i++) {
        char ifname[IFNAMSIZ];
        int fd;
        int error = vkernel_orphan_find(mark, netns_fds[i], ifname, &fd);

        printf("%s%s", i ? ", " : "found: ",
               error == ENOENT ? "none"
               : error ? ovs_strerror(error)
               : ifname);
        ovs_assert((error != 0) == (fd < 0));
        if (!error) {
            ovs_assert(vkernel_netns_is_own(fd));
            close(fd);
        }
    }
    putchar('\n');
}

/* Is something always changing while devices are listed? */
static bool dumps_fail;

int __real_vkernel_rtnl_dump(struct nl_sock *, struct ofpbuf *request,
                             struct ofpbuf *messages);
int __wrap_vkernel_rtnl_dump(struct nl_sock *, struct ofpbuf *request,
                             struct ofpbuf *messages);

int
__wrap_vkernel_rtnl_dump(struct nl_sock *sock, struct ofpbuf *request,
                         struct ofpbuf *messages)
{
    int error = __real_vkernel_rtnl_dump(sock, request, messages);

    if (dumps_fail) {
        ofpbuf_clear(messages);
        error = EAGAIN;
    }
    return error;
}

/* Makes 'tap' one that is found again by 'mark'. */
static void
mark_tap(struct vkernel_tap *tap, const char *mark)
{
    ovs_assert(!vkernel_tap_set_persistent(tap, true));
    ovs_assert(!vkernel_tap_set_alias(tap, mark));
}

/* A mark that is cut off does not tell whose it is: the tap stays. */
static void
check_cut_off_mark(void)
{
    char *iface = xzalloc(VKERNEL_MAX_ALIAS + 1);
    struct vkernel_tap *tap;
    char *mark;

    memset(iface, 'x', VKERNEL_MAX_ALIAS);
    mark = vkernel_orphan_mark("t0", iface);
    tap = open_tap(NULL, NULL);
    mark_tap(tap, mark);
    vkernel_tap_leave(tap);
    vkernel_tap_close(tap);
    vkernel_orphan_sweep(is_orphan);
    print_found(mark);
    free(mark);
    free(iface);
}

/* kernel-persist: a tap that outlives its anchor. */
static void
test_kernel_persist(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    char *mark = vkernel_orphan_mark("t0", "vk:0");
    struct vkernel_tap *tap;
    size_t n_files;

    enter_namespaces();
    n_files = testlib_count_files();
    tap = open_tap(NULL, NULL);
    mark_tap(tap, mark);
    ovs_assert(!vkernel_tap_set_carrier(tap, false));
    print_tap(tap);
    /* The kernel wants a queue that is attached for that. */
    printf("carrier on: %s\n",
           ovs_strerror(vkernel_tap_set_carrier(tap, true)));

    /* It is held. */
    orphan = true;
    print_found(mark);
    vkernel_orphan_sweep(is_orphan);
    ovs_assert(!asked);

    vkernel_tap_leave(tap);
    vkernel_tap_close(tap);
    print_found(mark);
    print_found("dpdkvkernel:t0:other");
    orphan = false;
    vkernel_orphan_sweep(is_orphan);
    printf("asked for %s\n", asked);

    /* Another one is not made while nobody knows. */
    dumps_fail = true;
    print_found(mark);
    ovs_assert(!open_tap(NULL, mark));
    dumps_fail = false;
    tap = open_tap(NULL, mark);
    ovs_assert(!vkernel_tap_is_persistent(tap));
    vkernel_tap_close(tap);
    print_found(mark);
    orphan = true;
    vkernel_orphan_sweep(is_orphan);
    print_found(mark);

    /* Closed for good. */
    tap = open_tap(NULL, mark);
    mark_tap(tap, mark);
    vkernel_tap_close(tap);
    print_found(mark);
    free(mark);
    check_cut_off_mark();
    ovs_assert(testlib_count_files() == n_files);
    free(asked);
}

/* kernel-cycles: nothing is left of 60 lives of a tap. */
static void
test_kernel_cycles(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_files = 0, n_blocks = 0;
    char *netns, *mark;

    enter_namespaces();
    netns = xasprintf("%s%d", fd_dir, netns_fds[1]);
    mark = vkernel_orphan_mark("t0", "vk0");
    for (int i = 0; i < 60; i++) {
        struct vkernel_tap *tap;

        ovs_assert(!vkernel_tap_open("t0", i & 1 ? netns : NULL, mark, &tap));
        mark_tap(tap, mark);
        free(vkernel_tap_format_offloads(tap));
        move_by_hand(tap, netns_fds[!(i & 1)]);
        vkernel_tap_run(tap);
        ovs_assert(!vkernel_tap_move(tap, i & 2 ? netns : NULL));
        free(vkernel_tap_move(tap, "nowhere"));
        if (i % 3 == 0 && !(i & 2)) {
            /* It will be found, in the thread's own namespace. */
            vkernel_tap_leave(tap);
        } else if (i % 3 == 1) {
            vkernel_tap_abandon(tap);
        }
        vkernel_tap_close(tap);
        if (i == 12) {
            /* What is only ever allocated once is there. */
            n_files = testlib_count_files();
            n_blocks = testlib_count_blocks();
        }
    }
    ovs_assert(testlib_count_files() == n_files);
    ovs_assert(testlib_count_blocks() == n_blocks);
    free(netns);
    free(mark);
}

static const struct ovs_cmdl_command commands[] = {
    { "netns-open", "PATH...", 1, INT_MAX, test_netns_open, OVS_RO },
    { "netns-enter", "PATH", 1, 1, test_netns_enter, OVS_RO },
    { "sysctl", "PATH...", 1, INT_MAX, test_sysctl, OVS_RO },
    { "kernel-place", NULL, 0, 0, test_kernel_place, OVS_RO },
    { "kernel-overflow", NULL, 0, 0, test_kernel_overflow, OVS_RO },
    { "kernel-rename", NULL, 0, 0, test_kernel_rename, OVS_RO },
    { "kernel-cycles", NULL, 0, 0, test_kernel_cycles, OVS_RO },
    { "kernel-persist", NULL, 0, 0, test_kernel_persist, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
