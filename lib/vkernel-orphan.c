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

#include "vkernel-orphan.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <string.h>

#include "netlink-socket.h"
#include "openvswitch/vlog.h"
#include "util.h"
#include "vkernel-host-config.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"

VLOG_DEFINE_THIS_MODULE(vkernel_orphan);

char *
vkernel_orphan_mark(const char *ifname, const char *iface)
{
    char *mark = xasprintf("%s%s:%s", VKERNEL_ALIAS_PREFIX, ifname, iface);

    if (strlen(mark) > VKERNEL_MAX_ALIAS) {
        /* The name is cut off: two that differ behind this share a mark. */
        mark[VKERNEL_MAX_ALIAS] = '\0';
    }
    return mark;
}

/* Returns the name of the Interface that 'link' was made for, or NULL if it
 * is not a tap of ours, or somebody holds it. */
static const char *
get_free_tap_iface(const struct vkernel_link *link)
{
    size_t prefix_len = strlen(VKERNEL_ALIAS_PREFIX);
    const char *colon;

    if (!link->is_tap || !link->multi_queue || !link->persistent
        || link->n_queues || link->n_disabled_queues
        || strncmp(link->alias, VKERNEL_ALIAS_PREFIX, prefix_len)) {
        return NULL;
    }
    colon = strchr(link->alias + prefix_len, ':');
    return colon ? colon + 1 : NULL;
}

/* Makes a socket in the namespace of 'netns_fd' and stores it into '*sockp',
 * or NULL.  Returns 0 or a positive errno value: EPERM if the daemon may not
 * enter it. */
static int
create_sock(int netns_fd, struct nl_sock **sockp)
{
    int saved;
    int error;

    *sockp = NULL;
    error = vkernel_netns_enter(netns_fd, &saved);
    if (!error) {
        error = nl_sock_create(NETLINK_ROUTE, sockp);
        vkernel_netns_leave(saved);
    } else if (error == EPERM) {
        VLOG_INFO_ONCE("taps that were left behind are not looked for in "
                       "other network namespaces (%s): CAP_SYS_ADMIN is "
                       "needed", ovs_strerror(error));
    }
    return error;
}

/* What is looked for, and what was found. */
struct find_aux {
    const char *mark;           /* Alias. */
    char *ifname;               /* Room for the name of the tap. */
    bool found;                 /* Is it in the present namespace? */
    int netns_fd;               /* Where it was found, or -1. */
    int error;                  /* What kept us from looking somewhere. */
};

static void
find_link(const struct vkernel_link *link, void *aux_)
{
    struct find_aux *aux = aux_;

    if (!aux->found && get_free_tap_iface(link)
        && !strcmp(link->alias, aux->mark)) {
        ovs_strlcpy(aux->ifname, link->ifname, IFNAMSIZ);
        aux->found = true;
    }
}

/* Looks in the namespace of 'netns_fd'.  Returns true if that is the end of
 * the search. */
static bool
find_in_netns(int netns_fd, void *aux_)
{
    struct find_aux *aux = aux_;
    struct nl_sock *sock;
    int error;

    error = create_sock(netns_fd, &sock);
    if (!error) {
        error = vkernel_link_for_each(sock, find_link, aux);
        nl_sock_destroy(sock);
    }
    if (aux->found) {
        aux->netns_fd = fcntl(netns_fd, F_DUPFD_CLOEXEC, 0);
        error = aux->netns_fd < 0 ? errno : 0;
    }
    /* Where the daemon may not go, it has left nothing. */
    aux->error = error == EPERM ? 0 : error;
    return aux->found || aux->error;
}

int
vkernel_orphan_find(const char *mark, int netns_fd, char *ifname, int *fdp)
{
    struct find_aux aux = { mark, ifname, false, -1, 0 };

    if (!find_in_netns(netns_fd, &aux)) {
        vkernel_netns_for_each(find_in_netns, &aux);
    }
    *fdp = aux.netns_fd;
    return aux.found || aux.error ? aux.error : ENOENT;
}

/* What a sweep needs to know in each namespace. */
struct sweep_aux {
    bool (*is_orphan)(const char *iface);
    struct nl_sock *sock;       /* In the present namespace. */
};

static void
sweep_link(const struct vkernel_link *link, void *aux_)
{
    const struct sweep_aux *aux = aux_;
    const char *iface = get_free_tap_iface(link);
    int error;

    /* Of a mark that was cut off, the Interface's name is not known. */
    if (iface && strlen(link->alias) < VKERNEL_MAX_ALIAS
        && aux->is_orphan(iface)) {
        error = vkernel_link_delete(aux->sock, link->ifindex);
        if (error) {
            VLOG_WARN("cannot remove the tap %s, which interface %s has left "
                      "behind (%s)", link->ifname, iface,
                      ovs_strerror(error));
        } else {
            VLOG_INFO("removed the tap %s, which interface %s has left behind",
                      link->ifname, iface);
        }
    }
}

static bool
sweep_netns(int netns_fd, void *aux_)
{
    struct sweep_aux *aux = aux_;

    /* A later sweep sees what this one cannot. */
    if (!create_sock(netns_fd, &aux->sock)) {
        vkernel_link_for_each(aux->sock, sweep_link, aux);
        nl_sock_destroy(aux->sock);
    }
    return false;
}

void
vkernel_orphan_sweep(bool (*is_orphan)(const char *iface))
{
    struct sweep_aux aux = { is_orphan, NULL };

    vkernel_netns_for_each(sweep_netns, &aux);
}
