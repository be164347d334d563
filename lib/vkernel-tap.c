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
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "byte-order.h"
#include "netlink-socket.h"
#include "openvswitch/dynamic-string.h"
#include "openvswitch/ofpbuf.h"
#include "openvswitch/vlog.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-rtnl.h"

VLOG_DEFINE_THIS_MODULE(vkernel_tap);

static const char tun_path[] = "/dev/net/tun";

/* What the driver passes to TUNSETIFF for its queues: an anchor with other
 * flags would change them for the whole device. */
#define TAP_FLAGS \
    (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE | IFF_NAPI)

struct vkernel_tap {
    int anchor;                 /* Detached queue that holds the tap. */
    int ifindex;                /* Index in the tap's namespace. */
    char ifname[IFNAMSIZ];      /* Present name. */

    /* The tap's present namespace, and sockets made in it. */
    int netns_fd;
    struct nl_sock *sock;       /* For requests. */
    struct nl_sock *event_sock; /* For events: see join_groups(). */
    int netns_error;            /* Why there are none, or 0. */
    unsigned int place;         /* See vkernel_tap_get_place(). */
    unsigned int events;        /* See vkernel_tap_take_events(). */
};

/* Fails if a device that is not a free multi-queue tap has the name 'ifname'.
 * The kernel would say no more than "Invalid argument" or "Device or resource
 * busy", and would share a multi-queue tap with any other program. */
static char *
check_ifname_is_free(const char *ifname)
{
    struct vkernel_link link;
    struct nl_sock *sock;
    int error;

    error = nl_sock_create(NETLINK_ROUTE, &sock);
    if (!error) {
        error = vkernel_link_get(sock, ifname, 0, &link);
        nl_sock_destroy(sock);
    }
    if (error == ENODEV) {
        return NULL;
    } else if (error) {
        return xasprintf("cannot ask the kernel for a device named \"%s\" "
                         "(%s)", ifname, ovs_strerror(error));
    } else if (!link.is_tap) {
        return xasprintf("\"%s\" is the name of a device that is not a tap: "
                         "a free name, or that of a free multi-queue tap, is "
                         "accepted; options:ifname sets another name",
                         ifname);
    } else if (!link.multi_queue) {
        return xasprintf("the tap \"%s\" has a single queue, or belongs to "
                         "another program: a free name, or that of a free "
                         "tap made with \"ip tuntap add %s mode tap "
                         "multi_queue\", is accepted; options:ifname sets "
                         "another name", ifname, ifname);
    } else if (link.n_queues || link.n_disabled_queues) {
        return xasprintf("the tap \"%s\" is in use by another program: a "
                         "free name, or that of a free multi-queue tap, is "
                         "accepted; options:ifname sets another name",
                         ifname);
    }
    return NULL;
}

/* Opens the anchor of 'tap'. */
static char *
open_anchor(struct vkernel_tap *tap, const char *ifname)
{
    struct ifreq ifr;

    tap->anchor = open(tun_path, O_RDWR | O_CLOEXEC);
    if (tap->anchor < 0) {
        int error = errno;

        return xasprintf("cannot open %s (%s): %s", tun_path,
                         ovs_strerror(error),
                         error == EACCES || error == EPERM
                         ? "the daemon's user needs access to it"
                         : "\"modprobe tun\" makes it");
    }

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_flags = (short int) TAP_FLAGS;
    if (ioctl(tap->anchor, TUNSETIFF, &ifr)) {
        int error = errno;

        return xasprintf("cannot make the tap \"%s\" (%s)%s", ifname,
                         ovs_strerror(error),
                         error == EPERM ? ": CAP_NET_ADMIN is needed" : "");
    }

    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_flags = IFF_DETACH_QUEUE;
    if (ioctl(tap->anchor, TUNSETQUEUE, &ifr)) {
        return xasprintf("cannot detach the anchor of tap \"%s\" (%s)",
                         ifname, ovs_strerror(errno));
    }
    return NULL;
}

/* Has the kernel pass no event of a route on to 'sock' that is not of our own
 * ones.  A router may have a full table, and its routing daemon change it all
 * the time. */
static int
filter_routes(struct nl_sock *sock)
{
    /* Each jump has how many statements to skip if it is so, and if not. */
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
                 offsetof(struct nlmsghdr, nlmsg_type)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONSTANT_HTONS(RTM_NEWROUTE),
                 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CONSTANT_HTONS(RTM_DELROUTE),
                 0, 2),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
                 NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, VKERNEL_RTNL_PROTOCOL, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    const struct sock_fprog program = {
        .len = ARRAY_SIZE(code),
        .filter = code,
    };

    return (setsockopt(nl_sock_fd(sock), SOL_SOCKET, SO_ATTACH_FILTER,
                       &program, sizeof program)
            ? errno
            : 0);
}

/* Joins 'sock' to the groups of events that this file looks at. */
static int
join_groups(struct nl_sock *sock)
{
    static const unsigned int groups[] = {
        RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
        RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
    };
    int error = filter_routes(sock);

    for (size_t i = 0; !error && i < ARRAY_SIZE(groups); i++) {
        error = nl_sock_join_mcgroup(sock, groups[i]);
    }
    return error;
}

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
        error = nl_sock_create(NETLINK_ROUTE, &tap->event_sock);
    }
    if (!error) {
        error = join_groups(tap->event_sock);
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

/* Opens the present namespace of 'tap'.  Returns 0 or a positive errno
 * value. */
static int
open_netns__(struct vkernel_tap *tap)
{
    static unsigned int n_places;
    struct vkernel_link link;
    int error;

    tap->place = ++n_places;
    tap->events = VKERNEL_TAP_CHANGED;
    tap->netns_fd = ioctl(tap->anchor, TUNGETDEVNETNS);
    if (tap->netns_fd < 0) {
        return errno;
    }
    error = open_sockets(tap);
    if (!error) {
        error = vkernel_link_get(tap->sock, tap->ifname, 0, &link);
    }
    if (!error) {
        tap->ifindex = link.ifindex;
    }
    return error;
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

char *
vkernel_tap_open(const char *ifname, struct vkernel_tap **tapp)
{
    struct vkernel_tap *tap;
    char *message;

    *tapp = NULL;
    message = check_ifname_is_free(ifname);
    if (message) {
        return message;
    }

    tap = xzalloc(sizeof *tap);
    tap->anchor = tap->netns_fd = -1;
    ovs_strlcpy(tap->ifname, ifname, sizeof tap->ifname);
    message = open_anchor(tap, ifname);
    if (!message) {
        int error = open_netns(tap);

        if (error) {
            message = xasprintf("cannot watch the tap \"%s\" (%s)", ifname,
                                ovs_strerror(error));
        }
    }
    if (message) {
        vkernel_tap_close(tap);
        return message;
    }
    *tapp = tap;
    return NULL;
}

void
vkernel_tap_close(struct vkernel_tap *tap)
{
    if (!tap) {
        return;
    }
    close_netns(tap);
    if (tap->anchor >= 0) {
        close(tap->anchor);
    }
    free(tap);
}

const char *
vkernel_tap_get_name(const struct vkernel_tap *tap)
{
    return tap->ifname;
}

int
vkernel_tap_get_link(struct vkernel_tap *tap, struct vkernel_link *link)
{
    return (tap->sock
            ? vkernel_link_get(tap->sock, NULL, tap->ifindex, link)
            : tap->netns_error);
}

int
vkernel_tap_set_mtu(struct vkernel_tap *tap, int mtu)
{
    return (tap->sock
            ? vkernel_link_set_mtu(tap->sock, tap->ifindex, mtu)
            : tap->netns_error);
}

int
vkernel_tap_set_gso_max_size(struct vkernel_tap *tap, int size)
{
    return (tap->sock
            ? vkernel_link_set_gso_max_size(tap->sock, tap->ifindex, size)
            : tap->netns_error);
}

int
vkernel_tap_set_mac(struct vkernel_tap *tap, struct eth_addr mac)
{
    struct ifreq ifr;

    /* Through the anchor, as the driver does through its queues: it needs no
     * namespace. */
    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    memcpy(ifr.ifr_hwaddr.sa_data, &mac, sizeof mac);
    return ioctl(tap->anchor, SIOCSIFHWADDR, &ifr) ? errno : 0;
}

/* Returns true if the ethtool command 'cmd' says that a feature is on. */
static bool
get_ethtool_flag(int sock, const char *ifname, uint32_t cmd)
{
    struct ethtool_value value = { .cmd = cmd };
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_data = (void *) &value;
    return !ioctl(sock, SIOCETHTOOL, &ifr) && value.data;
}

char *
vkernel_tap_format_offloads(struct vkernel_tap *tap)
{
    static const struct {
        uint32_t cmd;
        const char *name;
    } features[] = {
        { ETHTOOL_GTXCSUM, "tx-checksumming" },
        { ETHTOOL_GTSO, "tcp-segmentation-offload" },
    };
    struct ds text = DS_EMPTY_INITIALIZER;
    int saved;
    int sock;

    if (vkernel_tap_enter_netns(tap, &saved)) {
        return xstrdup("unknown");
    }
    sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    vkernel_netns_leave(saved);
    for (size_t i = 0; sock >= 0 && i < ARRAY_SIZE(features); i++) {
        if (get_ethtool_flag(sock, tap->ifname, features[i].cmd)) {
            ds_put_format(&text, "%s%s", text.length ? " " : "",
                          features[i].name);
        }
    }
    if (sock >= 0) {
        close(sock);
    }
    if (!text.length) {
        ds_put_cstr(&text, "none");
    }
    return ds_steal_cstr(&text);
}

int
vkernel_tap_enter_netns(struct vkernel_tap *tap, int *savedp)
{
    *savedp = -1;
    return tap->netns_fd >= 0 ? vkernel_netns_enter(tap->netns_fd, savedp)
                              : ENODEV;
}

bool
vkernel_tap_is_in_own_netns(const struct vkernel_tap *tap)
{
    return tap->netns_fd >= 0 && vkernel_netns_is_own(tap->netns_fd);
}

/* Returns true if 'tap' is no more in the namespace of its sockets. */
static bool
has_moved(const struct vkernel_tap *tap)
{
    int fd = ioctl(tap->anchor, TUNGETDEVNETNS);
    bool moved;

    if (fd < 0) {
        /* Deleted: it is nowhere. */
        return false;
    }
    moved = tap->netns_fd < 0 || !vkernel_netns_equals(tap->netns_fd, fd);
    close(fd);
    return moved;
}

/* Follows a change of the name or namespace of 'tap'.  Returns true if it is
 * in another namespace than before. */
static bool
follow(struct vkernel_tap *tap)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    if (!ioctl(tap->anchor, TUNGETIFF, &ifr)
        && strcmp(tap->ifname, ifr.ifr_name)) {
        VLOG_INFO("tap %s was renamed to %s", tap->ifname, ifr.ifr_name);
        ovs_strlcpy(tap->ifname, ifr.ifr_name, sizeof tap->ifname);
    }
    if (!has_moved(tap)) {
        return false;
    }
    close_netns(tap);
    if (open_netns(tap)) {
        VLOG_WARN("tap %s moved to a network namespace that cannot be "
                  "watched (%s)", tap->ifname, ovs_strerror(tap->netns_error));
    } else {
        VLOG_INFO("tap %s moved to another network namespace", tap->ifname);
    }
    return true;
}

/* Takes note of what 'msg' is about.  Returns true if it is about the tap
 * itself. */
static bool
note_event(struct vkernel_tap *tap, const struct ofpbuf *msg)
{
    struct vkernel_rtnl_event event;

    vkernel_rtnl_parse_event(msg, &event);
    if (event.kind != VKERNEL_RTNL_NONE
        && (event.ifindex == tap->ifindex || !event.ifindex)) {
        tap->events |= VKERNEL_TAP_CHANGED;
        return event.kind == VKERNEL_RTNL_LINK;
    } else if (event.kind == VKERNEL_RTNL_LINK) {
        tap->events |= VKERNEL_TAP_OTHERS_CHANGED;
    }
    return false;
}

bool
vkernel_tap_run(struct vkernel_tap *tap)
{
    uint64_t stub[4096 / 8];
    struct ofpbuf buf;
    bool changed = false;
    int error;

    if (!tap->event_sock) {
        /* No event will tell, should it come back to where it can be seen. */
        return follow(tap);
    }
    ofpbuf_use_stub(&buf, stub, sizeof stub);
    do {
        error = nl_sock_recv(tap->event_sock, &buf, NULL, false);
        if (error == ENOBUFS) {
            /* Events that were lost may have been of this tap. */
            tap->events |= VKERNEL_TAP_CHANGED | VKERNEL_TAP_OTHERS_CHANGED;
            changed = true;
        } else if (!error && note_event(tap, &buf)) {
            changed = true;
        }
    } while (!error || error == ENOBUFS);
    ofpbuf_uninit(&buf);
    if (changed) {
        follow(tap);
    }
    return changed;
}

void
vkernel_tap_wait(const struct vkernel_tap *tap)
{
    if (tap->event_sock) {
        nl_sock_wait(tap->event_sock, POLLIN);
    }
}

unsigned int
vkernel_tap_take_events(struct vkernel_tap *tap)
{
    unsigned int events = tap->events;

    tap->events = 0;
    return events;
}

struct nl_sock *
vkernel_tap_get_sock(const struct vkernel_tap *tap, int *ifindexp)
{
    *ifindexp = tap->ifindex;
    return tap->sock;
}

unsigned int
vkernel_tap_get_place(const struct vkernel_tap *tap)
{
    return tap->place;
}
