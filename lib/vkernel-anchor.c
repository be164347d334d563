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

#include "vkernel-anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink-socket.h"
#include "util.h"
#include "vkernel-link.h"

static const char tun_path[] = "/dev/net/tun";

/* What the driver passes to TUNSETIFF for its queues: an anchor with other
 * flags would change them for the whole device. */
#define TAP_FLAGS \
    (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE | IFF_NAPI)

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

/* Makes 'anchor', of /dev/net/tun, that of the tap 'ifname'. */
static char *
attach(int anchor, const char *ifname)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_flags = (short int) TAP_FLAGS;
    if (ioctl(anchor, TUNSETIFF, &ifr)) {
        int error = errno;

        return xasprintf("cannot make the tap \"%s\" (%s)%s", ifname,
                         ovs_strerror(error),
                         error == EPERM ? ": CAP_NET_ADMIN is needed" : "");
    }

    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_flags = IFF_DETACH_QUEUE;
    if (ioctl(anchor, TUNSETQUEUE, &ifr)) {
        return xasprintf("cannot detach the anchor of tap \"%s\" (%s)",
                         ifname, ovs_strerror(errno));
    }
    return NULL;
}

char *
vkernel_anchor_open(const char *ifname, int *anchorp)
{
    char *message;
    int anchor;

    *anchorp = -1;
    message = check_ifname_is_free(ifname);
    if (message) {
        return message;
    }
    anchor = open(tun_path, O_RDWR | O_CLOEXEC);
    if (anchor < 0) {
        int error = errno;

        return xasprintf("cannot open %s (%s): %s", tun_path,
                         ovs_strerror(error),
                         error == EACCES || error == EPERM
                         ? "the daemon's user needs access to it"
                         : "\"modprobe tun\" makes it");
    }
    message = attach(anchor, ifname);
    if (message) {
        close(anchor);
    } else {
        *anchorp = anchor;
    }
    return message;
}

int
vkernel_anchor_get_name(int anchor, char *ifname)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    if (ioctl(anchor, TUNGETIFF, &ifr)) {
        return errno;
    }
    ovs_strlcpy(ifname, ifr.ifr_name, IFNAMSIZ);
    return 0;
}

int
vkernel_anchor_open_netns(int anchor, int *netns_fdp)
{
    *netns_fdp = ioctl(anchor, TUNGETDEVNETNS);
    return *netns_fdp < 0 ? errno : 0;
}

int
vkernel_anchor_set_persistent(int anchor, bool persistent)
{
    /* What outlives us must be found to be ours. */
    if (persistent && ioctl(anchor, TUNSETOWNER, geteuid())) {
        return errno;
    }
    return ioctl(anchor, TUNSETPERSIST, persistent) ? errno : 0;
}

int
vkernel_anchor_set_mac(int anchor, struct eth_addr mac)
{
    struct ifreq ifr;

    /* As the driver does through its queues. */
    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    memcpy(ifr.ifr_hwaddr.sa_data, &mac, sizeof mac);
    return ioctl(anchor, SIOCSIFHWADDR, &ifr) ? errno : 0;
}

int
vkernel_anchor_set_carrier(int anchor, bool carrier_)
{
    int carrier = carrier_;

    return ioctl(anchor, TUNSETCARRIER, &carrier) ? errno : 0;
}
