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
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink-socket.h"
#include "packets.h"
#include "random.h"
#include "util.h"
#include "vkernel-link.h"
#include "vkernel-module.h"
#include "vkernel-netns.h"
#include "vkernel-printable.h"

static const char tun_path[] = "/dev/net/tun";

/* Its minor number, fixed by the kernel. */
#define TUN_MINOR 200

/* What the driver passes to TUNSETIFF for its queues: an anchor with other
 * flags would change them for the whole device. */
#define TAP_FLAGS \
    (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE | IFF_NAPI)

/* How often a tap is made where others may come first. */
#define MAX_TRIES 8

/* How often a tap is looked at while it is renamed all the time. */
#define MAX_LOOKS 8

static int
get_link(const char *ifname, struct vkernel_link *link)
{
    struct nl_sock *sock;
    int error;

    error = nl_sock_create(NETLINK_ROUTE, &sock);
    if (!error) {
        error = vkernel_link_get(sock, ifname, 0, link);
        nl_sock_destroy(sock);
    }
    return error;
}

/* Looks at the tap of 'anchor', which is in the namespace of the calling
 * thread, and may be renamed at any moment. */
static int
get_anchor_link(int anchor, struct vkernel_link *link)
{
    char before[IFNAMSIZ], after[IFNAMSIZ];
    int error = EAGAIN;

    for (int i = 0; i < MAX_LOOKS; i++) {
        if (vkernel_anchor_get_name(anchor, before)) {
            return ENODEV;
        }
        error = get_link(before, link);
        if (vkernel_anchor_get_name(anchor, after)) {
            return ENODEV;
        } else if (!strcmp(before, after)) {
            break;
        }
    }
    return error;
}

/* Fails if a device that is not a free multi-queue tap has the name 'ifname'.
 * The kernel would say no more than "Invalid argument" or "Device or resource
 * busy", and would share a multi-queue tap with any other program.  Stores
 * into '*existsp' whether there is a device, which is then 'link'. */
static char *
check_ifname_is_free(const char *ifname, bool *existsp,
                     struct vkernel_link *link)
{
    int error = get_link(ifname, link);

    *existsp = !error;
    if (error == ENODEV) {
        return NULL;
    } else if (error) {
        return xasprintf("cannot ask the kernel for a device named \"%s\" "
                         "(%s)", VKERNEL_SHOW(ifname), ovs_strerror(error));
    } else if (!link->is_tap || !link->is_ethernet) {
        return xasprintf("\"%s\" is the name of a device that is not a tap: "
                         "a free name, or that of a free multi-queue tap, is "
                         "accepted; options:ifname sets another name",
                         VKERNEL_SHOW(ifname));
    } else if (!link->multi_queue) {
        return xasprintf("the tap \"%s\" has a single queue, or belongs to "
                         "another program: a free name, or that of a free "
                         "tap made with \"ip tuntap add %s mode tap "
                         "multi_queue\", is accepted; options:ifname sets "
                         "another name", VKERNEL_SHOW(ifname),
                         VKERNEL_SHOW(ifname));
    } else if (link->n_queues || link->n_disabled_queues) {
        return xasprintf("the tap \"%s\" is in use by another program: a "
                         "free name, or that of a free multi-queue tap, is "
                         "accepted; options:ifname sets another name",
                         VKERNEL_SHOW(ifname));
    }
    return NULL;
}

/* Returns that /dev/net/tun cannot be opened, for the reason 'error'. */
static char *
format_no_tun(int error)
{
    char *advice = (error == ENOENT || error == ENODEV || error == ENXIO
                    ? vkernel_module_advise("tun", "makes it", tun_path,
                                            TUN_MINOR)
                    : error == EACCES
                    ? xstrdup("the daemon's user needs access to it")
                    : error == EPERM
                    ? xstrdup("the daemon's control group does not allow it "
                              "(DeviceAllow= of systemd, or the container's "
                              "settings)")
                    : NULL);
    char *message = xasprintf("cannot open %s (%s)%s%s", tun_path,
                              ovs_strerror(error), advice ? ": " : "",
                              advice ? advice : "");

    free(advice);
    return message;
}

/* Stores into '*fdp' a queue that is not attached yet, or -1. */
static char *
open_tun(int *fdp)
{
    *fdp = open(tun_path, O_RDWR | O_CLOEXEC);
    if (*fdp >= 0) {
        return NULL;
    }
    return format_no_tun(errno);
}

/* Attaches 'anchor', of /dev/net/tun, to the tap 'ifname', with 'flags' beside
 * the usual ones.  Returns 0 or a positive errno value. */
static int
attach(int anchor, const char *ifname, int flags)
{
    struct ifreq ifr;

    memset(&ifr, 0, sizeof ifr);
    ovs_strlcpy(ifr.ifr_name, ifname, sizeof ifr.ifr_name);
    ifr.ifr_flags = (short int) (TAP_FLAGS | flags);
    return ioctl(anchor, TUNSETIFF, &ifr) ? errno : 0;
}

/* Undoes what whoever had a queue before may have left, and what neither we
 * nor the driver set.  Kernels know not all of these. */
void
vkernel_anchor_clean(int anchor)
{
    struct tun_filter no_filter = { .count = 0 };
    struct sock_fprog program = { .len = 0 };
    int none = -1;
    int off = 0;

    ioctl(anchor, TUNDETACHFILTER, &program);
    ioctl(anchor, TUNSETSTEERINGEBPF, &none);
    ioctl(anchor, TUNSETFILTEREBPF, &none);
    ioctl(anchor, TUNSETTXFILTER, &no_filter);
    ioctl(anchor, TUNSETVNETBE, &off);
    ioctl(anchor, TUNSETVNETLE, &off);
}

/* As vkernel_anchor_clean(), and makes it Ethernet's, which is told as a
 * change of the device.  A tap that is up is not, but is checked to be so. */
static void
clean_all(int anchor)
{
    vkernel_anchor_clean(anchor);
    ioctl(anchor, TUNSETLINK, ARPHRD_ETHER);
}

/* Makes the tap of 'anchor' that of the daemon's user, and detaches the
 * anchor.  From then on, only who has CAP_NET_ADMIN there, or a queue already,
 * can do anything with it.
 *
 * A group of a tap that is taken over cannot be removed; the daemon's own lets
 * nobody in. */
static char *
secure(int anchor, const char *ifname, bool has_group)
{
    struct ifreq ifr;

    if (ioctl(anchor, TUNSETOWNER, (unsigned long int) geteuid())
        || (has_group
            && ioctl(anchor, TUNSETGROUP, (unsigned long int) getegid()))) {
        return xasprintf("cannot make the tap \"%s\" the daemon's own (%s)",
                         VKERNEL_SHOW(ifname), ovs_strerror(errno));
    }
    clean_all(anchor);
    memset(&ifr, 0, sizeof ifr);
    ifr.ifr_flags = IFF_DETACH_QUEUE;
    if (ioctl(anchor, TUNSETQUEUE, &ifr)) {
        return xasprintf("cannot detach the anchor of tap \"%s\" (%s)",
                         VKERNEL_SHOW(ifname), ovs_strerror(errno));
    }
    return NULL;
}

/* Fails if somebody came before secure().  To be called from the tap's
 * namespace. */
static char *
check_is_ours(int anchor, const char *ifname, struct vkernel_link *link)
{
    char *message;
    int error;

    error = get_anchor_link(anchor, link);
    if (error) {
        return xasprintf("cannot query the tap \"%s\" (%s)",
                         VKERNEL_SHOW(ifname), ovs_strerror(error));
    }
    vkernel_link_check_tap(link, 0, &message);
    return message;
}

/* Takes the free tap 'ifname', which was 'link' a moment ago.  Stores into
 * '*errorp' EEXIST if it has been deleted since, otherwise 0. */
static char *
take(const char *ifname, const struct vkernel_link *link, int *anchorp,
     struct vkernel_anchor_former *former, int *errorp)
{
    struct vkernel_link now;
    char *message;
    int error;

    *errorp = 0;
    message = open_tun(anchorp);
    if (message) {
        return message;
    }
    error = attach(*anchorp, ifname, 0);
    if (error) {
        message = xasprintf("cannot take the tap \"%s\" (%s)%s",
                            VKERNEL_SHOW(ifname), ovs_strerror(error),
                            error == EPERM
                            ? ": it belongs to another user or group, and "
                              "CAP_NET_ADMIN is needed" : "");
    } else {
        former->owner = link->owner;
        former->group = link->group;
        message = secure(*anchorp, ifname, link->group != UINT32_MAX);
        if (!message) {
            message = check_is_ours(*anchorp, ifname, &now);
        }
        if (!message && !now.persistent) {
            /* This is a new one, not made as new ones are. */
            message = xasprintf("the tap \"%s\" was deleted",
                                VKERNEL_SHOW(ifname));
            *errorp = EEXIST;
        }
        if (message) {
            vkernel_anchor_give_back(*anchorp, former);
        }
    }
    if (message) {
        close(*anchorp);
        *anchorp = -1;
    }
    return message;
}

/* Gives the device 'ifindex' in the namespace of the calling thread the name
 * 'ifname', or deletes it if that is NULL. */
static int
rename_or_delete(int ifindex, const char *ifname)
{
    struct nl_sock *sock;
    int error;

    error = nl_sock_create(NETLINK_ROUTE, &sock);
    if (!error) {
        error = (ifname
                 ? vkernel_link_set_name(sock, ifindex, ifname)
                 : vkernel_link_delete(sock, ifindex));
        nl_sock_destroy(sock);
    }
    return error;
}

/* Makes the tap 'ifname' in the namespace of the calling thread.  Stores its
 * anchor into '*anchorp', or -1; and into '*errorp' EEXIST if there is a
 * device of that name, EBUSY if somebody came first, otherwise 0. */
static char *
make(const char *ifname, int *anchorp, int *errorp)
{
    struct vkernel_link link;
    char *message;
    int error;

    *errorp = 0;
    message = open_tun(anchorp);
    if (message) {
        return message;
    }
    error = attach(*anchorp, ifname, IFF_TUN_EXCL);
    if (error) {
        *errorp = error == EBUSY ? EEXIST : 0;
        message = xasprintf("cannot make the tap \"%s\" (%s)%s",
                            VKERNEL_SHOW(ifname), ovs_strerror(error),
                            error == EPERM ? ": CAP_NET_ADMIN is needed" : "");
    } else {
        message = secure(*anchorp, ifname, false);
        if (!message) {
            vkernel_anchor_set_persistent(*anchorp, false);
            message = check_is_ours(*anchorp, ifname, &link);
        }
        if (message) {
            /* Somebody else's queue may hold it. */
            *errorp = EBUSY;
            if (!get_anchor_link(*anchorp, &link)) {
                rename_or_delete(link.ifindex, NULL);
            }
        }
    }
    if (message) {
        close(*anchorp);
        *anchorp = -1;
    }
    return message;
}

/* Makes the tap 'ifname' where nobody else is.  Returns false if that cannot
 * be; there is nothing to be said, as it may be made elsewhere. */
static bool
make_in_private(const char *ifname, int *anchorp)
{
    int error = EEXIST;

    *anchorp = -1;
    /* Another port's tap of that name may be there, on its way to another
     * namespace. */
    for (int i = 0; i < 2 && error == EEXIST; i++) {
        int saved;

        if (vkernel_netns_enter_private(i > 0, &saved)) {
            return false;
        }
        free(make(ifname, anchorp, &error));
        vkernel_netns_leave(saved);
    }
    return *anchorp >= 0;
}

/* Gives the tap of 'anchor', which was made under another name, the name
 * 'ifname', or closes it.  Stores into '*errorp' EEXIST if the name is
 * taken. */
static char *
rename_new(const char *ifname, int *anchorp, int *errorp)
{
    struct vkernel_link link;

    *errorp = get_anchor_link(*anchorp, &link);
    if (!*errorp) {
        *errorp = rename_or_delete(link.ifindex, ifname);
    }
    if (!*errorp) {
        return NULL;
    }
    close(*anchorp);
    *anchorp = -1;
    return xasprintf("cannot name the tap \"%s\" (%s)", VKERNEL_SHOW(ifname),
                     ovs_strerror(*errorp));
}

/* Makes the tap 'ifname' in the namespace of the calling thread.
 *
 * Until it has an owner, any user can attach a queue to it.  Who waits for the
 * name to appear may well succeed, so then it is made under a name that nobody
 * can know before, and renamed.  Stores into '*errorp' EEXIST if there is a
 * device of that name. */
static char *
make_in_place(const char *ifname, int *anchorp, int *errorp)
{
    char *message = make(ifname, anchorp, errorp);

    for (int i = 0; *errorp == EBUSY && i < MAX_TRIES; i++) {
        char secret[IFNAMSIZ];

        free(message);
        snprintf(secret, sizeof secret, "vk%08"PRIx32, random_uint32());
        message = make(secret, anchorp, errorp);
        if (!message) {
            message = rename_new(ifname, anchorp, errorp);
        }
    }
    if (!message) {
        struct eth_addr mac;

        /* Somebody may have set another one, and gone. */
        eth_addr_random(&mac);
        vkernel_anchor_set_mac(*anchorp, mac);
    } else if (*errorp == EBUSY) {
        char *text = xasprintf("%s; that is possible for any user while a "
                               "tap is made, unless the daemon has "
                               "CAP_SYS_ADMIN", message);

        free(message);
        message = text;
    }
    return message;
}

char *
vkernel_anchor_open(const char *ifname, int *anchorp,
                    struct vkernel_anchor_former *former)
{
    char *message = NULL;
    int error = EEXIST;

    *anchorp = -1;
    former->owner = former->group = UINT32_MAX;
    /* A device of that name may come or go between any two steps. */
    for (int i = 0; error == EEXIST && i < MAX_TRIES; i++) {
        struct vkernel_link link;
        bool exists;

        free(message);
        message = check_ifname_is_free(ifname, &exists, &link);
        error = 0;
        if (message) {
            break;
        } else if (exists) {
            message = take(ifname, &link, anchorp, former, &error);
        } else if (!make_in_private(ifname, anchorp)) {
            message = make_in_place(ifname, anchorp, &error);
        }
    }
    return message;
}

int
vkernel_anchor_reclaim(int anchor)
{
    clean_all(anchor);
    return (ioctl(anchor, TUNSETOWNER, (unsigned long int) geteuid())
            ? errno
            : 0);
}

void
vkernel_anchor_give_back(int anchor,
                         const struct vkernel_anchor_former *former)
{
    /* The kernel knows no way back to nobody. */
    if (former->group != UINT32_MAX) {
        ioctl(anchor, TUNSETGROUP, (unsigned long int) former->group);
    }
    if (former->owner != UINT32_MAX) {
        ioctl(anchor, TUNSETOWNER, (unsigned long int) former->owner);
    }
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
vkernel_anchor_get_header_size(int anchor, int *sizep)
{
    return ioctl(anchor, TUNGETVNETHDRSZ, sizep) ? errno : 0;
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
