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

#include "vkernel-tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink-socket.h"
#include "openvswitch/poll-loop.h"
#include "openvswitch/vlog.h"
#include "timeval.h"
#include "util.h"
#include "vkernel-anchor.h"
#include "vkernel-budget.h"
#include "vkernel-ethtool.h"
#include "vkernel-home.h"
#include "vkernel-host-config.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-orphan.h"
#include "vkernel-printable.h"
#include "vkernel-sysctl.h"
#include "vkernel-watch.h"

VLOG_DEFINE_THIS_MODULE(vkernel_tap);

/* Speeds in Mbit/s: what the kernel gives a tap, which nothing is slower than,
 * and what such a tap gets. */
#define KERNEL_SPEED 10
#define DEFAULT_SPEED 10000

struct vkernel_tap {
    int anchor;                 /* Detached queue that holds the tap. */
    int ifindex;                /* Index in the tap's namespace. */
    char ifname[IFNAMSIZ];      /* Present name. */

    /* The tap's present namespace, and sockets made in it. */
    int netns_fd;
    struct nl_sock *sock;       /* For requests. */
    struct nl_sock *event_sock; /* For events: see vkernel-watch.h. */
    int netns_error;            /* Why there are none, or 0. */
    unsigned int netns_seq;     /* See vkernel_tap_get_netns_seq(). */
    bool moved_away;            /* It has left that one, and was not seen in
                                 * another one yet. */
    unsigned int news;          /* See vkernel_tap_take_news(). */
    bool hears_others, hears_routes; /* See vkernel_tap_listen(). */

    struct vkernel_home home;   /* Where it should be. */
    int stray_fd;               /* Where somebody had moved it to when it was
                                 * given up, or -1. */
    int settle_fd;              /* Where vkernel_tap_settle() moves it to, or
                                 * -1. */

    /* Whose it was before. */
    struct vkernel_anchor_former former;

    /* Was it up when it was last seen, and when somebody moved it, at which
     * the kernel sets it down? */
    bool up;
    bool up_before;

    int events;                 /* For vkernel_tap_run() to return. */
    struct vkernel_budget *budget; /* Of what is logged, or NULL. */
    bool persistent;            /* Made so by us. */
};

/* Makes the sockets of 'tap' in its present namespace. */
static int
open_sockets(struct vkernel_tap *tap)
{
    int saved;
    int error;

    error = vkernel_tap_enter_netns(tap, &saved);
    if (error) {
        return error;
    }
    error = nl_sock_create(NETLINK_ROUTE, &tap->sock);
    if (!error) {
        error = vkernel_watch_open(&tap->event_sock);
    }
    vkernel_netns_leave(saved);
    return error;
}

static void
close_sockets(struct vkernel_tap *tap)
{
    nl_sock_destroy(tap->sock);
    tap->sock = NULL;
    nl_sock_destroy(tap->event_sock);
    tap->event_sock = NULL;
}

static void
close_netns(struct vkernel_tap *tap)
{
    close_sockets(tap);
    if (tap->netns_fd >= 0) {
        close(tap->netns_fd);
        tap->netns_fd = -1;
    }
}

/* Follows a change of the name of 'tap'.  Returns true if there is one. */
static bool
follow_name(struct vkernel_tap *tap)
{
    char ifname[IFNAMSIZ];

    if (vkernel_anchor_get_name(tap->anchor, ifname)
        || !strcmp(tap->ifname, ifname)) {
        return false;
    }
    VKERNEL_BUDGET_LOG(tap->budget, VLL_INFO, "tap %s was renamed to %s",
                       tap->ifname, ifname);
    ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
    return true;
}

/* Finds the index that 'tap' has in the namespace of its sockets.  It may be
 * renamed at any moment: whoever moves a tap often does so right after. */
static int
find_ifindex(struct vkernel_tap *tap)
{
    struct vkernel_link link;
    int error;

    error = vkernel_link_get(tap->sock, tap->ifname, 0, &link);
    while (follow_name(tap)) {
        tap->events |= VKERNEL_TAP_RENAMED;
        error = vkernel_link_get(tap->sock, tap->ifname, 0, &link);
    }
    if (!error) {
        tap->ifindex = link.ifindex;
        error = vkernel_watch_filter(tap->event_sock, tap->ifindex,
                                     tap->hears_others, tap->hears_routes);
    }
    return error;
}

/* Opens the present namespace of 'tap'.  Returns 0 or a positive errno
 * value. */
static int
open_netns__(struct vkernel_tap *tap)
{
    static unsigned int last_seq;
    int error;

    tap->netns_seq = ++last_seq;
    tap->moved_away = false;
    tap->news = VKERNEL_TAP_NEWS_TAP;
    error = vkernel_anchor_open_netns(tap->anchor, &tap->netns_fd);
    if (!error) {
        error = open_sockets(tap);
    }
    return error ? error : find_ifindex(tap);
}

/* As open_netns__(), and remembers what came of it. */
static int
open_netns(struct vkernel_tap *tap)
{
    tap->netns_error = open_netns__(tap);
    if (tap->netns_error) {
        close_sockets(tap);
    }
    return tap->netns_error;
}

/* Enters the namespace of 'netns_fd', as vkernel_netns_enter(), for the tap
 * 'ifname'. */
static char *
enter(int netns_fd, const char *ifname, int *savedp)
{
    int error = vkernel_netns_enter(netns_fd, savedp);

    return (error
            ? xasprintf("cannot enter the network namespace of tap \"%s\" "
                        "(%s)%s", VKERNEL_SHOW(ifname), ovs_strerror(error),
                        error == EPERM ? ": CAP_SYS_ADMIN is needed" : "")
            : NULL);
}

/* Opens the tap 'ifname' in the namespace of 'netns_fd'. */
static char *
open_there(struct vkernel_tap *tap, const char *ifname, int netns_fd)
{
    char *message;
    int saved;

    message = enter(netns_fd, ifname, &saved);
    if (!message) {
        message = vkernel_anchor_open(ifname, &tap->anchor, &tap->former);
        vkernel_netns_leave(saved);
    }
    return message;
}

/* Gives a new tap a speed that does not keep anybody from using it. */
static void
set_speed(struct vkernel_tap *tap, int sock)
{
    uint32_t speed;

    if (!vkernel_ethtool_get_speed(sock, tap->ifname, &speed)
        && speed == KERNEL_SPEED) {
        vkernel_ethtool_set_speed(sock, tap->ifname, DEFAULT_SPEED);
    }
}

/* Returns true if the name of 'tap' is now that of no other device in the
 * namespace of 'sock'.  It may have been renamed, and nobody know yet. */
static bool
has_name_now(struct vkernel_tap *tap, int sock)
{
    struct ifreq ifr;

    if (follow_name(tap)) {
        tap->events |= VKERNEL_TAP_RENAMED;
    }
    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, tap->ifname, sizeof ifr.ifr_name);
    return !ioctl(sock, SIOCGIFINDEX, &ifr) && ifr.ifr_ifindex == tap->ifindex;
}

/* Makes a socket in the namespace of 'tap', for SIOCETHTOOL, which knows a
 * device by its name.  Returns -1 if that cannot be. */
static int
open_ethtool(struct vkernel_tap *tap)
{
    int saved;
    int sock;

    if (vkernel_tap_enter_netns(tap, &saved)) {
        return -1;
    }
    sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    vkernel_netns_leave(saved);
    if (sock >= 0 && !has_name_now(tap, sock)) {
        close(sock);
        sock = -1;
    }
    return sock;
}

/* Opens 'tap', which has its name, in the namespace of 'netns_fd'. */
static char *
open_tap(struct vkernel_tap *tap, int netns_fd)
{
    char *message = open_there(tap, tap->ifname, netns_fd);
    int error;
    int sock;

    if (message) {
        return message;
    }
    error = open_netns(tap);
    if (error) {
        return xasprintf("cannot watch the tap \"%s\" (%s)",
                         VKERNEL_SHOW(tap->ifname), ovs_strerror(error));
    }
    if (!vkernel_netns_equals(tap->netns_fd, netns_fd)) {
        tap->settle_fd = fcntl(netns_fd, F_DUPFD_CLOEXEC, 0);
    }
    sock = open_ethtool(tap);
    if (sock >= 0) {
        set_speed(tap, sock);
        close(sock);
    }
    return NULL;
}

/* Opens 'tap': the one of 'trace' if that is not NULL and there is one,
 * otherwise 'ifname' in the namespace of 'netns_fd'. */
static char *
open_traced(struct vkernel_tap *tap, const char *ifname, int netns_fd,
            const struct vkernel_orphan_trace *trace)
{
    char *message;
    int traced_fd;
    int error;

    error = (trace
             ? vkernel_orphan_find(trace, netns_fd, tap->ifname, &traced_fd)
             : ENOENT);
    if (error == ENOENT) {
        ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
        return open_tap(tap, netns_fd);
    } else if (error) {
        return xasprintf("cannot find out whether the tap \"%s\" was left "
                         "behind (%s)", VKERNEL_SHOW(ifname),
                         ovs_strerror(error));
    }
    message = open_tap(tap, traced_fd);
    close(traced_fd);
    return message;
}

/* Opens the namespace where a tap is made, for vkernel_tap_open(). */
static char *
open_start_netns(const char *netns, const struct vkernel_tap *former,
                 const struct vkernel_orphan_trace *trace, int *fdp)
{
    if (netns || !trace || trace->netns_fd < 0) {
        return (former
                ? vkernel_home_open(&former->home, netns, fdp)
                : vkernel_home_open_netns(netns, fdp));
    }
    *fdp = fcntl(trace->netns_fd, F_DUPFD_CLOEXEC, 0);
    return (*fdp < 0
            ? xasprintf("cannot open the network namespace that the tap was "
                        "in (%s)", ovs_strerror(errno))
            : NULL);
}

/* Returns a tap that has nothing yet. */
static struct vkernel_tap *
create_closed(void)
{
    struct vkernel_tap *tap = xzalloc(sizeof *tap);

    tap->anchor = tap->netns_fd = tap->settle_fd = tap->stray_fd = -1;
    tap->home = (struct vkernel_home) VKERNEL_HOME_INITIALIZER;
    return tap;
}

char *
vkernel_tap_open(const char *ifname, const char *netns,
                 const struct vkernel_tap *former,
                 const struct vkernel_orphan_trace *trace,
                 struct vkernel_tap **tapp)
{
    struct vkernel_tap *tap;
    char *message;
    int netns_fd;

    *tapp = NULL;
    message = open_start_netns(netns, former, trace, &netns_fd);
    if (message) {
        return message;
    }
    tap = create_closed();
    message = open_traced(tap, ifname, netns_fd, trace);
    if (message) {
        close(netns_fd);
        vkernel_tap_close(tap);
        return message;
    }
    vkernel_home_set(&tap->home, netns, netns_fd);
    *tapp = tap;
    return NULL;
}

struct vkernel_tap *
vkernel_tap_create_absent(const char *ifname)
{
    struct vkernel_tap *tap = create_closed();

    ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
    tap->netns_error = ENODEV;
    return tap;
}

bool
vkernel_tap_was_open(const struct vkernel_tap *tap)
{
    return tap->netns_seq != 0;
}

static void
close_settle_fd(struct vkernel_tap *tap)
{
    if (tap->settle_fd >= 0) {
        close(tap->settle_fd);
        tap->settle_fd = -1;
    }
}

/* Is 'tap', or was it last, where somebody has moved it to, and options say
 * nothing of where it should be? */
static bool
is_stray(const struct vkernel_tap *tap)
{
    return (!tap->home.netns && tap->netns_fd >= 0
            && !vkernel_netns_is_own(tap->netns_fd));
}

void
vkernel_tap_abandon(struct vkernel_tap *tap)
{
    if (is_stray(tap)) {
        /* The next one is not to be made in the daemon's own. */
        tap->stray_fd = tap->netns_fd;
        tap->netns_fd = -1;
    }
    close_netns(tap);
    close_settle_fd(tap);
    vkernel_home_abandon(&tap->home);
    if (tap->anchor >= 0) {
        if (tap->persistent) {
            vkernel_anchor_set_persistent(tap->anchor, false);
            tap->persistent = false;
        }
        vkernel_anchor_give_back(tap->anchor, &tap->former);
        close(tap->anchor);
        tap->anchor = -1;
    }
    tap->netns_error = ENODEV;
}

void
vkernel_tap_close(struct vkernel_tap *tap)
{
    if (tap) {
        vkernel_tap_abandon(tap);
        if (tap->stray_fd >= 0) {
            close(tap->stray_fd);
        }
        vkernel_home_uninit(&tap->home);
        free(tap);
    }
}

void
vkernel_tap_leave(struct vkernel_tap *tap)
{
    tap->persistent = false;
    /* The next daemon finds it by its owner. */
    tap->former.owner = tap->former.group = UINT32_MAX;
}

int
vkernel_tap_set_persistent(struct vkernel_tap *tap, bool persistent)
{
    int error = vkernel_anchor_set_persistent(tap->anchor, persistent);

    if (!error) {
        tap->persistent = persistent;
    }
    return error;
}

bool
vkernel_tap_is_persistent(const struct vkernel_tap *tap)
{
    return tap->persistent;
}

const char *
vkernel_tap_get_name(const struct vkernel_tap *tap)
{
    return tap->ifname;
}

int
vkernel_tap_set_mtu(struct vkernel_tap *tap, int mtu)
{
    return (tap->sock
            ? vkernel_link_set_mtu(tap->sock, tap->ifindex, mtu)
            : tap->netns_error);
}

int
vkernel_tap_set_gso_max_size(struct vkernel_tap *tap, int size, int ipv4_size)
{
    return (tap->sock
            ? vkernel_link_set_gso_max_size(tap->sock, tap->ifindex, size,
                                            ipv4_size)
            : tap->netns_error);
}

int
vkernel_tap_set_mac(struct vkernel_tap *tap, struct eth_addr mac)
{
    /* Through the anchor, so that it needs no namespace.  Without one, the
     * next tap gets it when its queues are attached. */
    return tap->anchor < 0 ? 0 : vkernel_anchor_set_mac(tap->anchor, mac);
}

int
vkernel_tap_set_up(struct vkernel_tap *tap, bool up)
{
    return (tap->sock
            ? vkernel_link_set_up(tap->sock, tap->ifindex, up)
            : tap->netns_error);
}

int
vkernel_tap_set_alias(struct vkernel_tap *tap, const char *alias)
{
    return (tap->sock
            ? vkernel_link_set_alias(tap->sock, tap->ifindex, alias)
            : tap->netns_error);
}

int
vkernel_tap_set_carrier(struct vkernel_tap *tap, bool carrier)
{
    return vkernel_anchor_set_carrier(tap->anchor, carrier);
}

int
vkernel_tap_set_sysctl(struct vkernel_tap *tap, const char *key,
                       const char *value)
{
    char *path = vkernel_host_config_sysctl_path(key, tap->ifname);
    int saved;
    int error;

    error = path ? vkernel_tap_enter_netns(tap, &saved) : EINVAL;
    if (!error) {
        error = vkernel_sysctl_set(path, value);
        vkernel_netns_leave(saved);
    }
    free(path);
    return error;
}

uint32_t
vkernel_tap_get_speed(struct vkernel_tap *tap)
{
    int sock = open_ethtool(tap);
    uint32_t speed = 0;

    if (sock >= 0) {
        vkernel_ethtool_get_speed(sock, tap->ifname, &speed);
        close(sock);
    }
    return speed;
}

char *
vkernel_tap_format_offloads(struct vkernel_tap *tap)
{
    int sock = open_ethtool(tap);
    char *text;

    if (sock < 0) {
        return xstrdup("unknown");
    }
    text = vkernel_ethtool_format_offloads(sock, tap->ifname);
    close(sock);
    return text;
}

int
vkernel_tap_get_features(struct vkernel_tap *tap,
                         struct vkernel_ethtool_features *features)
{
    int sock = open_ethtool(tap);
    int error;

    memset(features, 0, sizeof *features);
    if (sock < 0) {
        return ENODEV;
    }
    error = vkernel_ethtool_get_features(sock, tap->ifname, features);
    close(sock);
    return error;
}

int
vkernel_tap_set_features(struct vkernel_tap *tap,
                         const struct vkernel_ethtool_features *features)
{
    int sock = open_ethtool(tap);
    int error;

    if (sock < 0) {
        return ENODEV;
    }
    error = vkernel_ethtool_set_features(sock, tap->ifname, features);
    close(sock);
    return error;
}

int
vkernel_tap_enter_netns(struct vkernel_tap *tap, int *savedp)
{
    *savedp = -1;
    return tap->netns_fd >= 0 ? vkernel_netns_enter(tap->netns_fd, savedp)
                              : ENODEV;
}

/* Is 'handle' the name of another device than 'tap'? */
static bool
is_taken(const struct vkernel_tap *tap, const char *handle)
{
    struct vkernel_link link;

    return (vkernel_link_get(tap->sock, handle, 0, &link)
            || link.ifindex != tap->ifindex);
}

void
vkernel_tap_get_handle(struct vkernel_tap *tap, char *handle)
{
    int error = ENODEV;

    if (tap->sock) {
        snprintf(handle, IFNAMSIZ, "vk~%d", tap->ifindex);
        error = vkernel_link_add_altname(tap->sock, tap->ifindex, handle);
        if (error == EEXIST && !is_taken(tap, handle)) {
            /* A daemon that crashed has left it. */
            error = 0;
        }
    }
    if (error) {
        if (follow_name(tap)) {
            tap->events |= VKERNEL_TAP_RENAMED;
        }
        ovs_strlcpy(handle, tap->ifname, IFNAMSIZ);
    }
}

void
vkernel_tap_put_handle(struct vkernel_tap *tap, const char *handle)
{
    if (tap->sock && strcmp(handle, tap->ifname)) {
        vkernel_link_delete_altname(tap->sock, tap->ifindex, handle);
    }
}

void
vkernel_tap_reclaim(struct vkernel_tap *tap)
{
    int error = vkernel_anchor_reclaim(tap->anchor);

    if (error) {
        VLOG_WARN("cannot make the tap \"%s\" the daemon's own again (%s)",
                  VKERNEL_SHOW(tap->ifname), ovs_strerror(error));
    }
}

void
vkernel_tap_clean(struct vkernel_tap *tap)
{
    if (tap->anchor >= 0) {
        vkernel_anchor_clean(tap->anchor);
    }
}

int
vkernel_tap_get_header_size(const struct vkernel_tap *tap)
{
    int size;

    return (tap->anchor >= 0
            && !vkernel_anchor_get_header_size(tap->anchor, &size)
            ? size : 0);
}

bool
vkernel_tap_is_in_own_netns(const struct vkernel_tap *tap)
{
    return tap->netns_fd >= 0 && vkernel_netns_is_own(tap->netns_fd);
}

void
vkernel_tap_get_netns(const struct vkernel_tap *tap, int *fdp, int *ifindexp)
{
    *fdp = tap->netns_fd;
    *ifindexp = tap->ifindex;
}

/* Returns true if 'tap' is no more in the namespace of its sockets. */
static bool
has_moved(const struct vkernel_tap *tap)
{
    bool moved;
    int fd;

    if (vkernel_anchor_open_netns(tap->anchor, &fd)) {
        /* Deleted: it is nowhere. */
        return false;
    }
    moved = tap->netns_fd < 0 || !vkernel_netns_equals(tap->netns_fd, fd);
    close(fd);
    return moved;
}

/* Returns true if 'tap', which is where it cannot be watched, is not there any
 * more, and nobody knows yet. */
static bool
is_gone(const struct vkernel_tap *tap)
{
    char ifname[IFNAMSIZ];

    return (tap->anchor >= 0 && tap->netns_error != ENODEV
            && vkernel_anchor_get_name(tap->anchor, ifname));
}

/* Makes the sockets of 'tap', which was moved, anew. */
static void
follow_netns(struct vkernel_tap *tap)
{
    close_netns(tap);
    if (open_netns(tap)) {
        VKERNEL_BUDGET_LOG(tap->budget, VLL_WARN, "tap %s moved to a network "
                           "namespace that cannot be watched (%s)",
                           tap->ifname, ovs_strerror(tap->netns_error));
    }
}

/* Follows a change of the name or namespace of 'tap'.  Returns what of it
 * changed. */
static int
follow(struct vkernel_tap *tap)
{
    int events = follow_name(tap) ? VKERNEL_TAP_RENAMED : 0;

    if (has_moved(tap)) {
        tap->up_before = tap->up;
        follow_netns(tap);
        if (!tap->home.netns && !tap->netns_error) {
            VKERNEL_BUDGET_LOG(tap->budget, VLL_INFO, "tap %s moved to "
                               "another network namespace", tap->ifname);
        }
        events |= VKERNEL_TAP_MOVED;
    }
    return events;
}

/* Asks how 'tap' is where it was last seen.  Where it cannot be asked, 'link'
 * is all zeros. */
static int
get_link(struct vkernel_tap *tap, struct vkernel_link *link)
{
    char ifname[IFNAMSIZ];

    if (!tap->sock) {
        memset(link, 0, sizeof *link);
        return tap->netns_error;
    } else if (vkernel_anchor_get_name(tap->anchor, ifname)) {
        /* It was deleted.  Another device, which has come from another
         * namespace, may have its index by now. */
        return ENODEV;
    }
    return vkernel_link_get(tap->sock, NULL, tap->ifindex, link);
}

int
vkernel_tap_get_link(struct vkernel_tap *tap, struct vkernel_link *link)
{
    int error = get_link(tap, link);

    if (error == ENODEV && has_moved(tap)) {
        tap->events |= VKERNEL_TAP_CHANGED | follow(tap);
        error = get_link(tap, link);
    }
    if (!error) {
        tap->up = link->up;
    }
    return error;
}

/* Takes note of the kernel's events.  Returns those of vkernel_tap_run():
 * VKERNEL_TAP_CHANGED if any of them may be of 'tap' itself. */
static int
take_events(struct vkernel_tap *tap)
{
    unsigned int news = vkernel_watch_take(tap->event_sock, tap->ifindex);

    if (news & (VKERNEL_WATCH_DEVICE | VKERNEL_WATCH_BELONGINGS)) {
        tap->news |= VKERNEL_TAP_NEWS_TAP;
    }
    if (news & VKERNEL_WATCH_OTHERS) {
        tap->news |= VKERNEL_TAP_NEWS_OTHERS;
    }
    tap->moved_away |= (news & VKERNEL_WATCH_MOVED) != 0;
    /* Noise is news of nothing, but whoever is budgeted must count it. */
    return (news & VKERNEL_WATCH_DEVICE ? VKERNEL_TAP_CHANGED
            : news ? VKERNEL_TAP_NEWS
            : 0);
}

int
vkernel_tap_get_stray_netns(struct vkernel_tap *tap, int *fdp)
{
    int fd = tap->anchor >= 0 ? tap->netns_fd : tap->stray_fd;
    int saved;
    int error;

    *fdp = -1;
    if (tap->event_sock) {
        tap->events |= take_events(tap);
    }
    if (tap->home.netns) {
        return 0;
    } else if (tap->moved_away) {
        return ENODEV;
    } else if (fd < 0) {
        return tap->anchor >= 0 ? tap->netns_error : 0;
    } else if (vkernel_netns_is_own(fd)) {
        return 0;
    }
    error = vkernel_netns_enter(fd, &saved);
    if (!error) {
        vkernel_netns_leave(saved);
        *fdp = fd;
    }
    return error;
}

int
vkernel_tap_run(struct vkernel_tap *tap)
{
    int events = tap->events;

    tap->events = 0;
    if (!tap->event_sock) {
        /* No event will tell, should it come back to where it can be seen, or
         * be deleted. */
        if (is_gone(tap)) {
            tap->netns_error = ENODEV;
            events |= VKERNEL_TAP_CHANGED;
        } else if (has_moved(tap)) {
            events |= VKERNEL_TAP_CHANGED | follow(tap);
        }
    } else {
        events |= take_events(tap);
        if (events & VKERNEL_TAP_CHANGED) {
            events |= follow(tap);
        }
    }
    return events;
}

enum vkernel_tap_place
vkernel_tap_find(const struct vkernel_tap *tap, const char *netns)
{
    if (!vkernel_home_is(&tap->home, netns)) {
        return VKERNEL_TAP_TO_MOVE;
    } else if (!netns || tap->anchor < 0) {
        return VKERNEL_TAP_RIGHT;
    } else if (vkernel_home_is_lost(&tap->home)) {
        return VKERNEL_TAP_LOST;
    }
    return (tap->netns_fd < 0
            || vkernel_netns_equals(tap->netns_fd, tap->home.fd)
            ? VKERNEL_TAP_RIGHT : VKERNEL_TAP_ASTRAY);
}

/* Moves 'tap' to the namespace of 'netns_fd', and sets it up there if it was
 * up, or if 'up' is true. */
static char *
move(struct vkernel_tap *tap, int netns_fd, bool up)
{
    struct vkernel_link link;
    char *message;
    int saved;
    int error;

    /* Where it cannot be watched, it shall not be. */
    message = enter(netns_fd, tap->ifname, &saved);
    if (message) {
        return message;
    }
    vkernel_netns_leave(saved);
    error = vkernel_tap_get_link(tap, &link);
    if (!error) {
        error = vkernel_link_set_netns(tap->sock, tap->ifindex, netns_fd);
    }
    if (error == EEXIST) {
        return xasprintf("the name of tap \"%s\" is taken in the network "
                         "namespace that it is to be in: a free name, or "
                         "another options:host-netns, is accepted",
                         VKERNEL_SHOW(tap->ifname));
    } else if (error) {
        return xasprintf("cannot move the tap \"%s\" to another network "
                         "namespace (%s)%s", VKERNEL_SHOW(tap->ifname),
                         ovs_strerror(error),
                         error == EPERM
                         ? ": CAP_SYS_ADMIN, and CAP_NET_ADMIN there, are "
                           "needed"
                         : "");
    }
    follow_netns(tap);
    if (link.up || up) {
        vkernel_tap_set_up(tap, true);
    }
    return NULL;
}

char *
vkernel_tap_settle(struct vkernel_tap *tap)
{
    char *message;

    if (tap->settle_fd < 0) {
        return NULL;
    }
    message = move(tap, tap->settle_fd, false);
    if (!message) {
        close_settle_fd(tap);
        /* What somebody has changed by now, no event has told. */
        tap->events |= VKERNEL_TAP_CHANGED;
    }
    return message;
}

char *
vkernel_tap_move(struct vkernel_tap *tap, const char *netns)
{
    char *message;
    int netns_fd;

    message = vkernel_home_open(&tap->home, netns, &netns_fd);
    if (message) {
        return message;
    }
    if (tap->netns_fd < 0 || !vkernel_netns_equals(tap->netns_fd, netns_fd)) {
        bool back = vkernel_home_is(&tap->home, netns);

        message = move(tap, netns_fd, back && tap->up_before);
    }
    if (message) {
        close(netns_fd);
    } else {
        vkernel_home_set(&tap->home, netns, netns_fd);
    }
    return message;
}

void
vkernel_tap_wait(const struct vkernel_tap *tap)
{
    if (tap->events) {
        poll_immediate_wake();
    } else if (tap->event_sock) {
        nl_sock_wait(tap->event_sock, POLLIN);
    } else if (tap->anchor >= 0 && tap->netns_error != ENODEV) {
        /* It receives nothing, but an error when the tap is deleted. */
        poll_fd_wait(tap->anchor, POLLIN);
    }
}

void
vkernel_tap_set_budget(struct vkernel_tap *tap, struct vkernel_budget *budget)
{
    tap->budget = budget;
}

struct vkernel_budget *
vkernel_tap_get_budget(const struct vkernel_tap *tap)
{
    return tap->budget;
}

void
vkernel_tap_listen(struct vkernel_tap *tap, bool others, bool routes)
{
    if (others == tap->hears_others && routes == tap->hears_routes) {
        return;
    }
    tap->hears_others = others;
    tap->hears_routes = routes;
    if (tap->event_sock) {
        vkernel_watch_filter(tap->event_sock, tap->ifindex, others, routes);
    }
}

unsigned int
vkernel_tap_take_news(struct vkernel_tap *tap)
{
    unsigned int news = tap->news;

    tap->news = 0;
    return news;
}

struct nl_sock *
vkernel_tap_get_sock(const struct vkernel_tap *tap, int *ifindexp)
{
    *ifindexp = tap->ifindex;
    return tap->sock;
}

unsigned int
vkernel_tap_get_netns_seq(const struct vkernel_tap *tap)
{
    return tap->netns_seq;
}

/* Returns the index of the device that has the name 'ifname' in the namespace
 * of 'netns_fd', or 0. */
static int
look_up(const char *ifname, int netns_fd)
{
    struct nl_sock *sock = NULL;
    struct vkernel_link link;
    int saved;
    int error;

    error = vkernel_netns_enter(netns_fd, &saved);
    if (error) {
        return 0;
    }
    error = nl_sock_create(NETLINK_ROUTE, &sock);
    vkernel_netns_leave(saved);
    if (!error) {
        error = vkernel_link_get(sock, ifname, 0, &link);
        nl_sock_destroy(sock);
    }
    return error ? 0 : link.ifindex;
}

int
vkernel_tap_look_up(const char *ifname, const char *netns, int *netns_fdp)
{
    char *message = vkernel_home_open_netns(netns, netns_fdp);

    if (message) {
        free(message);
        *netns_fdp = -1;
        return 0;
    }
    return look_up(ifname, *netns_fdp);
}

bool
vkernel_tap_is(const struct vkernel_tap *tap, int netns_fd, int ifindex)
{
    return (tap->anchor >= 0 && tap->netns_fd >= 0 && tap->ifindex == ifindex
            && vkernel_netns_equals(tap->netns_fd, netns_fd));
}
