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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "netlink-socket.h"
#include "openvswitch/vlog.h"
#include "util.h"
#include "vkernel-host-config.h"
#include "vkernel-link.h"
#include "vkernel-netns.h"
#include "vkernel-printable.h"
#include "vkernel-record.h"
#include "vkernel-token.h"

VLOG_DEFINE_THIS_MODULE(vkernel_orphan);

char *
vkernel_orphan_mark(const char *ifname, const char *iface, char **markp)
{
    char token[VKERNEL_TOKEN_LEN + 1];
    char *message;
    char *mark;

    *markp = NULL;
    message = vkernel_token_make(iface, ifname, token);
    if (message) {
        return message;
    }
    mark = xasprintf("%s%s:%s:%s", VKERNEL_ALIAS_PREFIX, iface, ifname, token);
    if (strlen(mark) > VKERNEL_MAX_ALIAS) {
        /* The token still stands for the whole of the name. */
        free(mark);
        mark = xasprintf("%s:%s:%s", VKERNEL_ALIAS_PREFIX, ifname, token);
    }
    *markp = mark;
    return NULL;
}

/* Has 'link' the alias 'mark'? */
static bool
is_mark(const struct vkernel_link *link, const char *mark)
{
    size_t len = strlen(mark) - VKERNEL_TOKEN_LEN;

    return (strlen(link->alias) == strlen(mark)
            && !strncmp(link->alias, mark, len)
            && vkernel_token_equals(link->alias + len, mark + len));
}

/* Is 'link' a tap as ours are, and does nobody hold it?  The user of one whose
 * owner is another user, or that has none, could be holding it in the next
 * moment. */
static bool
is_free_tap(const struct vkernel_link *link)
{
    return (link->is_tap && link->multi_queue && link->persistent
            && !link->n_queues && !link->n_disabled_queues
            && link->owner == geteuid());
}

/* Returns the name of the Interface that 'link' was made for, which the caller
 * must free(), or NULL if the mark is not ours. */
static char *
parse_mark(const struct vkernel_link *link)
{
    size_t prefix_len = strlen(VKERNEL_ALIAS_PREFIX);
    char *iface, *ifname, *token;
    char *mark = NULL;

    if (strncmp(link->alias, VKERNEL_ALIAS_PREFIX, prefix_len)) {
        return NULL;
    }
    /* The name of an Interface may have colons in it, the others have none. */
    iface = xstrdup(link->alias + prefix_len);
    token = strrchr(iface, ':');
    if (token) {
        *token++ = '\0';
    }
    ifname = token ? strrchr(iface, ':') : NULL;
    if (ifname) {
        *ifname++ = '\0';
        free(vkernel_orphan_mark(ifname, iface, &mark));
    }
    if (!mark || !is_mark(link, mark)) {
        free(iface);
        iface = NULL;
    }
    free(mark);
    return iface;
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
    const struct vkernel_orphan_trace *trace;
    char *ifname;               /* Room for the name of the tap. */
    bool found;                 /* Is it in the present namespace? */
};

static void
take_link(const struct vkernel_link *link, struct find_aux *aux)
{
    ovs_strlcpy(aux->ifname, link->ifname, IFNAMSIZ);
    aux->found = true;
}

static void
find_link(const struct vkernel_link *link, void *aux_)
{
    struct find_aux *aux = aux_;

    if (!aux->found && is_free_tap(link) && is_mark(link, aux->trace->mark)) {
        take_link(link, aux);
    }
}

/* Looks, with 'sock', at the device that has the index of the trace, where the
 * tap was seen last.  It may have got another alias there, but not the mark of
 * another tap. */
static void
find_by_index(struct nl_sock *sock, struct find_aux *aux)
{
    struct vkernel_link link;

    if (!vkernel_link_get(sock, NULL, aux->trace->ifindex, &link)
        && is_free_tap(&link)
        && ((aux->trace->mark && is_mark(&link, aux->trace->mark))
            || strncmp(link.alias, VKERNEL_ALIAS_PREFIX,
                       strlen(VKERNEL_ALIAS_PREFIX)))) {
        take_link(&link, aux);
    }
}

/* Looks in the namespace of 'netns_fd', which is where the tap was seen last
 * if 'last', and stores a descriptor of it into '*fdp' if the tap is there.
 * Returns as vkernel_orphan_find(). */
static int
find_in_netns(struct find_aux *aux, int netns_fd, bool last, int *fdp)
{
    struct nl_sock *sock;
    int error;

    error = create_sock(netns_fd, &sock);
    if (error) {
        /* Where the daemon may not go, it has left nothing. */
        return error == EPERM ? ENOENT : error;
    }
    if (last && aux->trace->ifindex) {
        find_by_index(sock, aux);
    }
    if (!aux->found && aux->trace->mark) {
        error = vkernel_link_for_each(sock, "tun", find_link, aux);
    }
    nl_sock_destroy(sock);
    if (aux->found) {
        *fdp = fcntl(netns_fd, F_DUPFD_CLOEXEC, 0);
        return *fdp < 0 ? errno : 0;
    }
    return error ? error : ENOENT;
}

int
vkernel_orphan_find(const struct vkernel_orphan_trace *trace, int netns_fd,
                    char *ifname, int *fdp)
{
    struct find_aux aux = { trace, ifname, false };
    int error = ENOENT;
    int own_fd;

    *fdp = -1;
    if (trace->netns_fd >= 0 && (trace->ifindex || trace->mark)) {
        error = find_in_netns(&aux, trace->netns_fd, true, fdp);
    }
    if (error == ENOENT && trace->mark) {
        error = find_in_netns(&aux, netns_fd, false, fdp);
    }
    if (error == ENOENT && trace->mark && !vkernel_netns_is_own(netns_fd)) {
        error = vkernel_netns_open_own(&own_fd);
        if (!error) {
            error = find_in_netns(&aux, own_fd, false, fdp);
            close(own_fd);
        }
    }
    return error;
}

/* Removes the tap 'link', which 'iface' has left behind. */
static void
remove_link(struct nl_sock *sock, const struct vkernel_link *link,
            const char *iface)
{
    int error = vkernel_link_delete(sock, link->ifindex);

    if (error) {
        VLOG_WARN("cannot remove the tap \"%s\", which interface \"%s\" has "
                  "left behind (%s)", VKERNEL_SHOW(link->ifname),
                  VKERNEL_SHOW(iface), ovs_strerror(error));
    } else {
        VLOG_INFO("removed the tap \"%s\", which interface \"%s\" has left "
                  "behind", VKERNEL_SHOW(link->ifname), VKERNEL_SHOW(iface));
    }
}

/* What a sweep needs to know. */
struct sweep_aux {
    bool (*is_orphan)(const char *iface);
    struct nl_sock *sock;
};

static void
sweep_link(const struct vkernel_link *link, void *aux_)
{
    const struct sweep_aux *aux = aux_;
    char *iface = is_free_tap(link) ? parse_mark(link) : NULL;

    if (iface && aux->is_orphan(iface)) {
        remove_link(aux->sock, link, iface);
    }
    free(iface);
}

void
vkernel_orphan_sweep(bool (*is_orphan)(const char *iface))
{
    struct sweep_aux aux = { is_orphan, NULL };

    /* A later sweep sees what this one cannot. */
    if (!nl_sock_create(NETLINK_ROUTE, &aux.sock)) {
        vkernel_link_for_each(aux.sock, "tun", sweep_link, &aux);
        nl_sock_destroy(aux.sock);
    }
}

void
vkernel_orphan_remove(const struct vkernel_record *record)
{
    struct vkernel_link link;
    struct nl_sock *sock;
    int netns_fd;
    char *mark;

    free(vkernel_orphan_mark(record->ifname, record->iface, &mark));
    if (mark && !vkernel_netns_find(&record->netns, &netns_fd)) {
        if (!create_sock(netns_fd, &sock)) {
            if (!vkernel_link_get(sock, NULL, record->ifindex, &link)
                && is_free_tap(&link) && is_mark(&link, mark)) {
                remove_link(sock, &link, record->iface);
            }
            nl_sock_destroy(sock);
        }
        close(netns_fd);
    }
    free(mark);
}
