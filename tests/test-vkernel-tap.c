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
#include <grp.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-line.h"
#include "netlink-socket.h"
#include "openvswitch/ofpbuf.h"
#include "packets.h"
#include "sha1.h"
#include "util.h"
#include "vkernel-anchor.h"
#include "vkernel-host-config.h"
#include "vkernel-ethtool.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-private.h"
#include "vkernel-record.h"
#include "vkernel-sysctl.h"
#include "vkernel-token.h"
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

/* Has the program go on as user 'uid' in its new user namespace, where a tap
 * can have no owner otherwise. */
static void
map_user(unsigned int uid)
{
    static const char path[] = "/proc/self/uid_map";
    FILE *file = fopen(path, "w");

    ovs_assert(file && fprintf(file, "%u %u 1", uid, uid) > 0);
    ovs_assert(!fclose(file));
}

static void
enter_namespaces(void)
{
    int saved;

    if (unshare(CLONE_NEWNET)) {
        unsigned int uid = geteuid();

        if (unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
            skip("network namespace", errno);
        }
        map_user(uid);
    }
    ovs_assert(!vkernel_netns_open_own(&netns_fds[0]));
    ovs_assert(!unshare(CLONE_NEWNET));
    ovs_assert(!vkernel_netns_open_own(&netns_fds[1]));
    ovs_assert(!vkernel_netns_enter(netns_fds[0], &saved));
    close(saved);
    /* That lasts, so it is not one that is left behind. */
    ovs_assert(!vkernel_netns_enter_private(false, &saved));
    vkernel_netns_leave(saved);
    if (access(tun_path, R_OK | W_OK)) {
        skip("tap", errno);
    }
}

/* Prints 'message', if there is one, and frees it. */
static void
report(char *message)
{
    if (message) {
        testlib_print(message, "");
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
    const struct vkernel_orphan_trace trace = { .mark = mark, .netns_fd = -1 };
    struct vkernel_tap *tap;
    char *message = vkernel_tap_open("t0", netns, NULL, &trace, &tap);

    ovs_assert(!message == !!tap);
    if (!message) {
        message = vkernel_tap_settle(tap);
    }
    if (message) {
        testlib_print(message, "");
    } else {
        /* What was changed before it settled, nobody has told. */
        vkernel_tap_run(tap);
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

/* Starts a process in the namespace of 'netns_fd', and returns its ID. */
static pid_t
start_process(int netns_fd)
{
    pid_t pid;
    int fds[2];
    char c;

    ovs_assert(!pipe(fds));
    pid = fork();
    ovs_assert(pid >= 0);
    if (!pid) {
        ovs_assert(!setns(netns_fd, CLONE_NEWNET));
        ovs_assert(write(fds[1], "", 1) == 1);
        for (;;) {
            pause();
        }
    }
    ovs_assert(read(fds[0], &c, 1) == 1);
    close(fds[0]);
    close(fds[1]);
    return pid;
}

/* kernel-process: the process whose namespace it is has ended, before the tap
 * is moved back there, and before it is made again.  Another process may have
 * its number by then. */
static void
test_kernel_process(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *tap, *next;
    struct vkernel_link link;
    struct nl_sock *sock;
    char *netns;
    pid_t pid;
    int saved;

    enter_namespaces();
    pid = start_process(netns_fds[1]);
    netns = xasprintf("pid:%d", pid);
    tap = open_tap(netns, NULL);
    ovs_assert(!kill(pid, SIGKILL) && waitpid(pid, NULL, 0) == pid);

    move_by_hand(tap, netns_fds[0]);
    ovs_assert(vkernel_tap_run(tap) & VKERNEL_TAP_MOVED);
    print_tap(tap);
    printf("%s\n", format_place(tap, netns));
    testlib_print(vkernel_tap_move(tap, netns), "moved");
    print_tap(tap);

    ovs_assert(!vkernel_tap_get_link(tap, &link));
    ovs_assert(!vkernel_tap_enter_netns(tap, &saved));
    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    ovs_assert(!vkernel_link_delete(sock, link.ifindex));
    nl_sock_destroy(sock);
    vkernel_netns_leave(saved);
    testlib_print(vkernel_tap_open("t0", netns, tap, NULL, &next), "opened");
    ovs_assert(next && !vkernel_tap_settle(next));
    vkernel_tap_run(next);
    print_tap(next);
    printf("%s\n", format_place(next, netns));
    vkernel_tap_close(next);

    vkernel_tap_abandon(tap);
    testlib_print(vkernel_tap_open("t0", netns, tap, NULL, &next), "opened");
    vkernel_tap_close(tap);
    free(netns);

    /* A number that a program of the host has by now. */
    netns = xasprintf("pid:%d", getpid());
    testlib_print(vkernel_tap_open("t0", netns, NULL, NULL, &next), "opened");
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

/* Returns the features of the device 'ifname' that somebody wants. */
static struct vkernel_ethtool_features
get_features(const char *ifname)
{
    struct vkernel_ethtool_features features;
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    ovs_assert(sock >= 0);
    ovs_assert(!vkernel_ethtool_get_features(sock, ifname, &features));
    close(sock);
    return features;
}

/* kernel-namesakes: two taps of one name are made at a time, for two
 * namespaces.  Nobody sees either before it is moved there. */
static void
test_kernel_namesakes(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *taps[2];
    char *netns;

    enter_namespaces();
    netns = xasprintf("%s%d", fd_dir, netns_fds[1]);
    for (int i = 0; i < 2; i++) {
        testlib_print(vkernel_tap_open("t0", i ? netns : NULL, NULL, NULL,
                                       &taps[i]), "opened");
    }
    for (int i = 0; i < 2; i++) {
        int saved;

        ovs_assert(!vkernel_netns_enter(netns_fds[i], &saved));
        printf("%d ", if_nametoindex("t0") != 0);
        vkernel_netns_leave(saved);
        testlib_print(vkernel_tap_settle(taps[i]), "settled");
    }
    for (int i = 0; i < 2; i++) {
        vkernel_tap_run(taps[i]);
        print_tap(taps[i]);
        vkernel_tap_close(taps[i]);
    }
    free(netns);
}

/* kernel-features: offloads are set of a tap whose name is another device's by
 * now, which keeps its own. */
static void
test_kernel_features(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_ethtool_features all, none, now;
    struct vkernel_tap *tap, *other;

    enter_namespaces();
    tap = open_tap(NULL, NULL);
    all = none = get_features("t0");
    memset(none.wanted, 0, sizeof none.wanted);
    ovs_assert(memcmp(&all, &none, sizeof all));

    rename_by_hand("t0", "t1");
    other = open_tap(NULL, NULL);
    ovs_assert(!vkernel_tap_set_features(tap, &none));
    now = get_features("t0");
    ovs_assert(!memcmp(&now, &all, sizeof all));
    now = get_features("t1");
    ovs_assert(memcmp(&now, &all, sizeof all));
    vkernel_tap_close(other);
    vkernel_tap_close(tap);
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

/* Returns what marks the tap 'ifname' of 'iface'. */
static char *
get_mark(const char *ifname, const char *iface)
{
    char *mark;
    char *message = vkernel_orphan_mark(ifname, iface, &mark);

    report(message);
    ovs_assert(mark && strlen(mark) <= VKERNEL_MAX_ALIAS);
    return mark;
}

/* Prints whether a tap with 'mark' is found, which is in the first
 * namespace, wherever it is looked for first. */
static void
print_found(const char *mark)
{
    const struct vkernel_orphan_trace trace = { .mark = mark, .netns_fd = -1 };

    for (int i = 0; i < 2; i++) {
        char ifname[IFNAMSIZ];
        int fd;
        int error = vkernel_orphan_find(&trace, netns_fds[i], ifname, &fd);

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

/* A mark that has no room for the Interface's name does not tell whose it is:
 * the tap stays, and no other one's mark is the same. */
static void
check_long_mark(void)
{
    char *iface = xzalloc(VKERNEL_MAX_ALIAS + 1);
    struct vkernel_tap *tap;
    char *mark, *other;

    memset(iface, 'x', VKERNEL_MAX_ALIAS);
    mark = get_mark("t0", iface);
    iface[VKERNEL_MAX_ALIAS - 1] = 'y';
    other = get_mark("t0", iface);
    ovs_assert(strcmp(mark, other));
    free(other);
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
    struct vkernel_tap *tap;
    size_t n_files;
    char *mark;

    enter_namespaces();
    mark = get_mark("t0", "vk:0");
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
    check_long_mark();
    ovs_assert(testlib_count_files() == n_files);
    free(asked);
}

/* What attach() opens. */
static const char *attach_path = tun_path;

/* Returns a queue of the tap 'ifname', attached with 'flags', or -1. */
static int
attach(const char *ifname, int flags)
{
    int fd = open(attach_path, O_RDWR | O_CLOEXEC);
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_flags = (short int) (IFF_TAP | IFF_NO_PI | flags);
    ovs_assert(fd >= 0);
    if (ioctl(fd, TUNSETIFF, &ifr)) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* What somebody makes to look as ours. */
struct forgery {
    const char *title;
    const char *iface, *ifname; /* Whose mark it has... */
    const char *alias;          /* ...or another alias. */
    bool elsewhere;             /* In a namespace that nobody has named. */
    bool nobodys;               /* Without an owner. */
    bool other_digit;           /* One digit of the token is another one. */
    bool held;                  /* Has a queue. */
};

static const struct forgery forgeries[] = {
    { .title = "its own", .iface = "vk0", .ifname = "t0" },
    { .title = "copied", .iface = "vk0", .ifname = "t0", .elsewhere = true },
    { .title = "of an older release", .alias = "dpdkvkernel:t0:vk0" },
    { .title = "without a token", .alias = "dpdkvkernel:vk0:t0:" },
    { .title = "guessed", .iface = "vk0", .ifname = "t0",
      .other_digit = true },
    { .title = "another port's", .iface = "vk1", .ifname = "t0" },
    { .title = "another name's", .iface = "vk0", .ifname = "t1" },
    { .title = "swapped", .iface = "t0", .ifname = "vk0" },
    { .title = "nobody's", .iface = "vk0", .ifname = "t0", .nobodys = true },
    { .title = "in use", .iface = "vk0", .ifname = "t0", .held = true },
    { .title = "empty", .alias = "" },
    { .title = "an administrator's", .alias = "uplink" },
};

/* Makes the tap of 'forgery' with the name 'ifname' in the namespace of
 * 'netns_fd', and stores its index into '*ifindexp'.  Returns its queue. */
static int
forge(const struct forgery *forgery, const char *ifname, int netns_fd,
      int *ifindexp)
{
    char *alias = (forgery->alias ? xstrdup(forgery->alias)
                   : get_mark(forgery->ifname, forgery->iface));
    struct nl_sock *sock;
    int saved, queue;

    if (forgery->other_digit) {
        char *digit = &alias[strlen(alias) - 1];

        *digit = *digit == '0' ? '1' : '0';
    }
    ovs_assert(!vkernel_netns_enter(netns_fd, &saved));
    queue = attach(ifname, IFF_MULTI_QUEUE);
    ovs_assert(queue >= 0);
    ovs_assert(forgery->nobodys || !ioctl(queue, TUNSETOWNER, geteuid()));
    ovs_assert(!ioctl(queue, TUNSETPERSIST, 1L));
    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    *ifindexp = if_nametoindex(ifname);
    ovs_assert(!vkernel_link_set_alias(sock, *ifindexp, alias));
    nl_sock_destroy(sock);
    vkernel_netns_leave(saved);
    free(alias);
    return queue;
}

/* Prints what 'trace' finds, from the namespace of 'netns_fd' on. */
static void
print_trace(const struct vkernel_orphan_trace *trace, int netns_fd)
{
    char ifname[IFNAMSIZ];
    int error, fd;

    error = vkernel_orphan_find(trace, netns_fd, ifname, &fd);
    printf(" %s", !error ? ifname : error == ENOENT ? "-"
           : ovs_strerror(error));
    if (!error) {
        close(fd);
    }
}

/* kernel-forgeries: what is found of each forgery: where options say, and in
 * the daemon's namespace, by the mark; and where the tap was seen last, by the
 * index.  And what is removed: by a sweep, and where the record says. */
static void
test_kernel_forgeries(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct forgery *f;
    char *mark;

    enter_namespaces();
    mark = get_mark("t0", "vk0");
    orphan = true;
    for (f = forgeries; f < &forgeries[ARRAY_SIZE(forgeries)]; f++) {
        struct vkernel_record record = {
            .iface = CONST_CAST(char *, "vk0"),
            .ifname = CONST_CAST(char *, "t0"),
        };

        printf("%s:", f->title);
        for (int i = 0; i < 2; i++) {
            struct vkernel_orphan_trace trace = {
                .mark = mark, .netns_fd = -1,
            };
            int anchor, saved;

            anchor = forge(f, "x0", netns_fds[i], &trace.ifindex);
            if (!f->held) {
                close(anchor);
            }
            print_trace(&trace, netns_fds[f->elsewhere ? 0 : i]);
            trace.netns_fd = netns_fds[i];
            print_trace(&trace, netns_fds[0]);
            trace.mark = NULL;
            print_trace(&trace, netns_fds[0]);

            ovs_assert(!vkernel_netns_enter(netns_fds[i], &saved));
            record.ifindex = trace.ifindex;
            ovs_assert(!vkernel_netns_get_id(netns_fds[i], &record.netns));
            if (i) {
                vkernel_orphan_remove(&record);
            } else {
                vkernel_orphan_sweep(is_orphan);
            }
            printf(" %s;", if_nametoindex("x0") ? "stays" : "goes");
            if (if_nametoindex("x0")) {
                struct nl_sock *sock;

                ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
                ovs_assert(!vkernel_link_delete(sock, trace.ifindex));
                nl_sock_destroy(sock);
            }
            vkernel_netns_leave(saved);
            if (f->held) {
                close(anchor);
            }
        }
        putchar('\n');
    }
    free(mark);
    free(asked);
}

/* A tap is deleted in the daemon's own namespace, or in another one, before
 * anybody could see that it was moved there. */
static void
check_left(void)
{
    for (int i = 0; i < 2; i++) {
        struct vkernel_tap *tap;
        struct nl_sock *sock;
        int saved, fd;

        tap = open_tap(NULL, NULL);
        if (i) {
            move_by_hand(tap, netns_fds[1]);
        }
        ovs_assert(!vkernel_netns_enter(netns_fds[i], &saved));
        ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
        ovs_assert(!vkernel_link_delete(sock, if_nametoindex("t0")));
        nl_sock_destroy(sock);
        vkernel_netns_leave(saved);
        for (int j = 0; j < 2; j++) {
            printf("%s\n", ovs_strerror(vkernel_tap_get_stray_netns(tap,
                                                                    &fd)));
            ovs_assert(fd < 0);
            vkernel_tap_run(tap);
        }
        vkernel_tap_close(tap);
    }
}

/* kernel-last: a tap is made where it was last, and found there under another
 * alias. */
static void
test_kernel_last(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_orphan_trace trace = VKERNEL_ORPHAN_TRACE_INITIALIZER;
    struct vkernel_tap *tap;
    size_t n_files;
    char *netns;
    int fd;

    enter_namespaces();
    n_files = testlib_count_files();
    netns = xasprintf("%s%d", fd_dir, netns_fds[1]);
    tap = open_tap(NULL, NULL);
    ovs_assert(!vkernel_tap_get_stray_netns(tap, &fd) && fd < 0);
    move_by_hand(tap, netns_fds[1]);
    ovs_assert(vkernel_tap_run(tap) & VKERNEL_TAP_MOVED);
    ovs_assert(!vkernel_tap_get_stray_netns(tap, &fd)
               && vkernel_netns_equals(fd, netns_fds[1]));
    /* Options that say where are obeyed. */
    testlib_print(vkernel_tap_move(tap, netns), "moved");
    ovs_assert(!vkernel_tap_get_stray_netns(tap, &fd) && fd < 0);
    mark_tap(tap, "eth0");
    vkernel_tap_get_netns(tap, &fd, &trace.ifindex);
    vkernel_tap_leave(tap);
    vkernel_tap_close(tap);

    trace.netns_fd = netns_fds[1];
    for (int i = 0; i < 2; i++) {
        /* The first time, it is found, the second time, made. */
        report(vkernel_tap_open("t1", NULL, NULL, &trace, &tap));
        report(vkernel_tap_settle(tap));
        print_tap(tap);
        ovs_assert(!vkernel_tap_get_stray_netns(tap, &fd)
                   && vkernel_netns_equals(fd, netns_fds[1]));
        ovs_assert(!vkernel_tap_set_persistent(tap, false));
        vkernel_tap_close(tap);
    }
    check_left();
    ovs_assert(testlib_count_files() == n_files);
    free(netns);
}

/* Files that only the daemon writes. */

/* hmac KEY DATA: HMAC-SHA1, all in hexadecimal digits. */
static void
test_hmac(struct ovs_cmdl_context *ctx)
{
    uint8_t digest[SHA1_DIGEST_SIZE];
    char hex[SHA1_HEX_DIGEST_LEN + 1];
    uint8_t *bytes[2];
    size_t n[2];

    for (int i = 0; i < 2; i++) {
        const char *text = ctx->argv[1 + i];

        n[i] = strlen(text) / 2;
        bytes[i] = xmalloc(n[i]);
        for (size_t j = 0; j < n[i]; j++) {
            bool ok;

            bytes[i][j] = hexits_value(text + 2 * j, 2, &ok);
            ovs_assert(ok);
        }
    }
    vkernel_token_hmac(bytes[0], n[0], bytes[1], n[1], digest);
    sha1_to_hex(digest, hex);
    puts(hex);
    free(bytes[0]);
    free(bytes[1]);
}

/* mark IFACE IFNAME: the alias of such a tap, or why there is none. */
static void
test_mark(struct ovs_cmdl_context *ctx)
{
    char *mark;

    report(vkernel_orphan_mark(ctx->argv[2], ctx->argv[1], &mark));
    if (mark) {
        puts(mark);
    }
    free(mark);
}

static bool
print_record(struct vkernel_record *record, void *aux OVS_UNUSED)
{
    int fd;

    printf("%s/%s/%d %s%s\n", record->iface, record->ifname, record->ifindex,
           record->stray ? "stray " : "",
           vkernel_netns_find(&record->netns, &fd) ? "gone" : "here");
    if (fd >= 0) {
        close(fd);
    }
    return false;
}

/* record [set=IFACE/IFNAME/IFINDEX|lose=...|forget=...]...: changes the
 * record, of the tap in this namespace or of one that cannot be found, and
 * prints it. */
static void
test_record(struct ovs_cmdl_context *ctx)
{
    int own_fd;

    ovs_assert(!vkernel_netns_open_own(&own_fd));
    for (int i = 1; i < ctx->argc; i++) {
        char *save = NULL;
        char *verb = strtok_r(ctx->argv[i], "=", &save);
        char *iface = strtok_r(NULL, "/", &save);
        char *ifname = strtok_r(NULL, "/", &save);
        char *ifindex = strtok_r(NULL, "/", &save);

        if (!strcmp(verb, "forget")) {
            vkernel_record_forget(iface, ifname);
        } else {
            vkernel_record_set(iface, ifname,
                               strcmp(verb, "set") ? -1 : own_fd,
                               atoi(ifindex), strcmp(verb, "set"));
        }
    }
    close(own_fd);
    vkernel_record_for_each(print_record, NULL);
    report(vkernel_record_get_error());
    vkernel_record_flush();
    vkernel_record_reset();
}

/* Strangers. */

/* What happens when the device "t0" is next looked at, after that. */
static void (*after_look)(void);

/* Is there no namespace that is the daemon's alone? */
static bool no_private;

int __real_vkernel_link_get(struct nl_sock *, const char *ifname, int ifindex,
                            struct vkernel_link *);
int __wrap_vkernel_link_get(struct nl_sock *, const char *ifname, int ifindex,
                            struct vkernel_link *);
int __real_vkernel_netns_enter_private(bool anew, int *savedp);
int __wrap_vkernel_netns_enter_private(bool anew, int *savedp);

int
__wrap_vkernel_link_get(struct nl_sock *sock, const char *ifname, int ifindex,
                        struct vkernel_link *link)
{
    int error = __real_vkernel_link_get(sock, ifname, ifindex, link);

    if (after_look) {
        void (*cb)(void) = after_look;

        after_look = NULL;
        cb();
    }
    return error;
}

int
__wrap_vkernel_netns_enter_private(bool anew, int *savedp)
{
    *savedp = -1;
    return (no_private
            ? EPERM : __real_vkernel_netns_enter_private(anew, savedp));
}

/* Makes the tap "t0" persistent as an administrator does, for user 'owner' and
 * group 'group', where -1 is none. */
static void
make_by_hand(int owner, int group)
{
    int fd = attach("t0", IFF_MULTI_QUEUE);

    ovs_assert(fd >= 0);
    ovs_assert(owner < 0 || !ioctl(fd, TUNSETOWNER, (long int) owner));
    ovs_assert(group < 0 || !ioctl(fd, TUNSETGROUP, (long int) group));
    ovs_assert(!ioctl(fd, TUNSETPERSIST, 1L));
    close(fd);
}

static void
get_by_hand(struct vkernel_link *link)
{
    struct nl_sock *sock;

    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    if (vkernel_link_get(sock, "t0", 0, link)) {
        memset(link, 0, sizeof *link);
    }
    nl_sock_destroy(sock);
}

static void
delete_by_hand(void)
{
    struct vkernel_link link;
    struct nl_sock *sock;

    ovs_assert(!nl_sock_create(NETLINK_ROUTE, &sock));
    if (!vkernel_link_get(sock, "t0", 0, &link)) {
        ovs_assert(!vkernel_link_delete(sock, link.ifindex));
    }
    nl_sock_destroy(sock);
}

/* A stranger's queue, or -1. */
static int stranger = -1;

static void
come_with_header(void)
{
    stranger = attach("t0", IFF_MULTI_QUEUE | IFF_VNET_HDR);
}

static void
come_without_header(void)
{
    stranger = attach("t0", IFF_MULTI_QUEUE);
}

static void
come_with_single(void)
{
    stranger = attach("t0", 0);
}

static void
make_persistent(void)
{
    make_by_hand(-1, -1);
}

static void
leave(void)
{
    close(stranger);
    stranger = -1;
}

/* Opens the tap "t0" in this namespace with 'cb' happening between the first
 * look for the name and the next step.  Prints what came of it, and of a look
 * afterwards. */
static void
open_among_strangers(const char *what, void (*cb)(void))
{
    struct vkernel_link link;
    struct vkernel_tap *tap;

    printf("%s: ", what);
    after_look = cb;
    tap = open_tap(NULL, NULL);
    after_look = NULL;
    if (tap) {
        ovs_assert(!vkernel_tap_get_link(tap, &link));
        ovs_assert(link.owner == geteuid() && link.vnet_hdr);
        ovs_assert(!link.n_queues && link.n_disabled_queues == 1);
        vkernel_tap_close(tap);
    }
    if (stranger >= 0) {
        leave();
    }
    get_by_hand(&link);
    if (link.ifindex) {
        printf("    left: owner=%"PRId32" group=%"PRId32"\n",
               (int32_t) link.owner, (int32_t) link.group);
        delete_by_hand();
    }
}

/* kernel-strangers [in-place]: somebody makes a tap of the name, or attaches a
 * queue to one, at the worst moment. */
static void
test_kernel_strangers(struct ovs_cmdl_context *ctx)
{
    int me;

    enter_namespaces();
    me = geteuid();
    no_private = ctx->argc > 1;
    open_among_strangers("nobody", NULL);
    open_among_strangers("new, header", come_with_header);
    open_among_strangers("new, no header", come_without_header);
    open_among_strangers("new, single queue", come_with_single);
    open_among_strangers("new, persistent", make_persistent);
    make_by_hand(-1, -1);
    open_among_strangers("free", NULL);
    make_by_hand(me, -1);
    open_among_strangers("ours", NULL);
    make_by_hand(-1, -1);
    open_among_strangers("free, header", come_with_header);
    make_by_hand(-1, -1);
    open_among_strangers("free, no header", come_without_header);
    make_by_hand(-1, -1);
    open_among_strangers("free, deleted", delete_by_hand);
    make_by_hand(-1, -1);
    come_without_header();
    open_among_strangers("used", NULL);
}

/* kernel-owners: whose the tap is while it is taken over, and then. */
static void
test_kernel_owners(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    enter_namespaces();
    if (setuid(0)) {
        skip("root", errno);
    }
    make_by_hand(1234, -1);
    open_among_strangers("user", NULL);
    make_by_hand(-1, 5678);
    open_among_strangers("group", NULL);
    make_by_hand(1234, 5678);
    open_among_strangers("both", NULL);
    make_by_hand(1234, 5678);
    open_among_strangers("both, no header", come_without_header);
}

/* Returns true if the kernel should have a limit of its own for IPv4. */
static bool
has_gso_ipv4_max_size(void)
{
    unsigned int major, minor;
    struct utsname name;

    ovs_assert(!uname(&name)
               && sscanf(name.release, "%u.%u", &major, &minor) == 2);
    return major > 6 || (major == 6 && minor >= 3);
}

/* Sets the tap's limits to 'size' and 'ipv4_size', and prints what they are
 * then.  A kernel without the latter is taken for one that does as asked. */
static void
set_gso_max_size(struct vkernel_tap *tap, int size, int ipv4_size)
{
    struct vkernel_link link;
    int error = vkernel_tap_set_gso_max_size(tap, size, ipv4_size);

    ovs_assert(!vkernel_tap_get_link(tap, &link));
    ovs_assert(has_gso_ipv4_max_size() == (link.gso_ipv4_max_size != 0));
    printf("%d, %d: %s, %d, %d\n", size, ipv4_size, ovs_strerror(error),
           link.gso_max_size,
           (has_gso_ipv4_max_size() ? link.gso_ipv4_max_size : ipv4_size));
}

/* kernel-gso: the longest frames that the tap gives. */
static void
test_kernel_gso(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_tap *tap;

    enter_namespaces();
    tap = open_tap(NULL, NULL);
    set_gso_max_size(tap, 61440, 61440);
    /* IPv4's alone, and back, with the other as it was: of the latter alone
     * the kernel would make no change. */
    set_gso_max_size(tap, 61440, 65536);
    set_gso_max_size(tap, 61440, 61440);
    /* One is kept lower. */
    set_gso_max_size(tap, 61440, 8192);
    set_gso_max_size(tap, 8192, 61440);
    vkernel_tap_close(tap);
}

/* Makes a device node that every user may open, as udev makes /dev/net/tun,
 * and has attach() use it. */
static void
make_tun_for_all(void)
{
    static const char path[] = "tun-for-all";
    struct stat s;

    ovs_assert(!stat(tun_path, &s));
    unlink(path);
    ovs_assert(!mknod(path, S_IFCHR, s.st_rdev) && !chmod(path, 0666));
    attach_path = path;
}

/* Becomes a user without privileges and tries to attach a queue to "t0" all
 * the time, until it is killed or 'parent' ends.  Writes to 'fd' what came of
 * it: '+' or '-'. */
static void OVS_NO_RETURN
hammer(int fd, pid_t parent)
{
    ovs_assert(!setgroups(0, NULL));
    ovs_assert(!setresgid(65534, 65534, 65534));
    ovs_assert(!setresuid(65534, 65534, 65534));
    while (getppid() == parent) {
        int queue = attach("t0", IFF_MULTI_QUEUE | IFF_VNET_HDR);

        if (write(fd, queue >= 0 ? "+" : "-", 1) < 0 && errno == EPIPE) {
            break;
        }
        if (queue >= 0) {
            usleep(1000);
            close(queue);
        }
    }
    _exit(1);
}

/* kernel-hammer [in-place]: a user without privileges wants the tap while it
 * is made, again and again.  Prints how often that user had a queue of a tap
 * of ours: in place, that is possible while it is made, but never later. */
static void
test_kernel_hammer(struct ovs_cmdl_context *ctx)
{
    static const char proc_dir[] = "/proc/1";
    int fds[2], n_open = 0, n_shared = 0, n_got = 0, n_tried = 0;
    pid_t parent = getpid();
    pid_t pid;
    char c;

    enter_namespaces();
    if (setuid(0) || access(proc_dir, F_OK)) {
        skip("root", errno);
    }
    no_private = ctx->argc > 1;
    make_tun_for_all();
    ovs_assert(!pipe2(fds, O_CLOEXEC | O_NONBLOCK));
    pid = fork();
    if (!pid) {
        hammer(fds[1], parent);
    }
    for (int i = 0; i < 50; i++) {
        struct vkernel_link link;
        struct vkernel_tap *tap;
        char *message = vkernel_tap_open("t0", NULL, NULL, NULL, &tap);

        if (!message) {
            message = vkernel_tap_settle(tap);
        }
        if (message) {
            fprintf(stderr, "%s\n", message);
            free(message);
        } else {
            n_open++;
            usleep(2000);
            ovs_assert(!vkernel_tap_get_link(tap, &link));
            n_shared += link.n_queues || link.n_disabled_queues != 1
                        || link.owner || link.persistent;
        }
        vkernel_tap_close(tap);
    }
    kill(pid, SIGKILL);
    ovs_assert(waitpid(pid, NULL, 0) == pid);
    unlink(attach_path);
    while (read(fds[0], &c, 1) == 1) {
        n_got += c == '+';
        n_tried++;
    }
    fprintf(stderr, "%d of %d tries\n", n_got, n_tried);
    ovs_assert(n_tried);
    printf("%d opened, %d shared%s\n", n_open, n_shared,
           no_private || !n_got ? "" : ", a stranger had a queue");
}

/* kernel-cycles: nothing is left of 60 lives of a tap. */
static void
test_kernel_cycles(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_files = 0, n_blocks = 0;
    char *netns, *mark;

    enter_namespaces();
    netns = xasprintf("%s%d", fd_dir, netns_fds[1]);
    mark = get_mark("t0", "vk0");
    for (int i = 0; i < 60; i++) {
        const struct vkernel_orphan_trace trace = {
            .mark = mark,
            .netns_fd = i % 5 ? -1 : netns_fds[i & 1],
            .ifindex = i % 10,
        };
        struct vkernel_tap *tap;

        ovs_assert(!vkernel_tap_open("t0", i & 1 ? netns : NULL, NULL, &trace,
                                     &tap));
        ovs_assert(!vkernel_tap_settle(tap));
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
    { "kernel-process", NULL, 0, 0, test_kernel_process, OVS_RO },
    { "kernel-namesakes", NULL, 0, 0, test_kernel_namesakes, OVS_RO },
    { "kernel-features", NULL, 0, 0, test_kernel_features, OVS_RO },
    { "kernel-overflow", NULL, 0, 0, test_kernel_overflow, OVS_RO },
    { "kernel-rename", NULL, 0, 0, test_kernel_rename, OVS_RO },
    { "kernel-strangers", "[in-place]", 0, 1, test_kernel_strangers, OVS_RO },
    { "kernel-owners", NULL, 0, 0, test_kernel_owners, OVS_RO },
    { "kernel-gso", NULL, 0, 0, test_kernel_gso, OVS_RO },
    { "kernel-hammer", "[in-place]", 0, 1, test_kernel_hammer, OVS_RO },
    { "kernel-cycles", NULL, 0, 0, test_kernel_cycles, OVS_RO },
    { "kernel-forgeries", NULL, 0, 0, test_kernel_forgeries, OVS_RO },
    { "kernel-last", NULL, 0, 0, test_kernel_last, OVS_RO },
    { "hmac", "KEY DATA", 2, 2, test_hmac, OVS_RO },
    { "mark", "IFACE IFNAME", 2, 2, test_mark, OVS_RO },
    { "record", "[CHANGE]...", 0, INT_MAX, test_record, OVS_RO },
    { "kernel-persist", NULL, 0, 0, test_kernel_persist, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
