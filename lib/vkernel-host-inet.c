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

#include "vkernel-host-private.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "packets.h"
#include "util.h"
#include "vkernel-addr.h"
#include "vkernel-host-config.h"
#include "vkernel-route.h"
#include "vkernel-rtnl.h"

/* Addresses, or routes, that the status shows. */
#define MAX_SHOWN 16

/* Addresses and routes that are removed in one look.  The kernel takes its
 * time for each, and somebody else can have given the tap very many that look
 * like ours. */
#define MAX_REMOVED 32

/* Puts into the status, and destroys, 'text', which has the first MAX_SHOWN of
 * 'n' addresses or routes. */
static void
show(struct vkernel_host_look *look, const char *key, struct ds *text,
     size_t n)
{
    if (n > MAX_SHOWN) {
        ds_put_format(text, " and %"PRIuSIZE" more", n - MAX_SHOWN);
    }
    if (n) {
        smap_add(&look->status, key, ds_cstr(text));
    }
    ds_destroy(text);
}

/* Sets of addresses. */

static bool
set_contains(const struct vkernel_host_addrs *set,
             const struct vkernel_prefix *prefix)
{
    return vkernel_prefixes_contain(set->prefixes, set->n, prefix);
}

static void
set_add(struct vkernel_host_addrs *set, const struct vkernel_prefix *prefix)
{
    if (!set_contains(set, prefix)) {
        if (set->n >= set->allocated) {
            set->prefixes = x2nrealloc(set->prefixes, &set->allocated,
                                       sizeof *set->prefixes);
        }
        set->prefixes[set->n++] = *prefix;
    }
}

void
vkernel_host_addrs_clear(struct vkernel_host_addrs *set)
{
    free(set->prefixes);
    memset(set, 0, sizeof *set);
}

/* Addresses. */

static void
fail_addr(struct vkernel_host_look *look, const char *verb,
          const struct vkernel_prefix *prefix, int error, const char *hint)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    vkernel_prefix_format(prefix, &text);
    vkernel_host_look_fail(look, verb, "host-ip", ds_cstr(&text), error, hint);
    ds_destroy(&text);
}

/* Forgets those addresses that the tap has no more, or that the kernel has
 * marked, so that they need not be remembered. */
static void
forget_addrs(struct vkernel_host *host, const struct vkernel_addr *addrs,
             size_t n)
{
    struct vkernel_host_addrs old = host->addrs;

    memset(&host->addrs, 0, sizeof host->addrs);
    for (size_t i = 0; i < n; i++) {
        if (!addrs[i].marked && set_contains(&old, &addrs[i].prefix)) {
            set_add(&host->addrs, &addrs[i].prefix);
        }
    }
    vkernel_host_addrs_clear(&old);
}

/* Returns true if one more address or route may be removed in this look.
 * Otherwise there will be another look. */
static bool
may_remove(struct vkernel_host_look *look)
{
    look->is_partial |= look->n_removed >= MAX_REMOVED;
    return look->n_removed++ < MAX_REMOVED;
}

static void
remove_addr(struct vkernel_host_look *look,
            const struct vkernel_prefix *prefix)
{
    int error = vkernel_addr_delete(look->sock, look->link.ifindex, prefix);

    if (!error) {
        vkernel_host_look_changed(look, "host-ip");
    } else if (error != EADDRNOTAVAIL && error != ENODEV) {
        fail_addr(look, "remove", prefix, error, NULL);
    }
}

static void
add_addr(struct vkernel_host_look *look, const struct vkernel_prefix *prefix)
{
    int error = vkernel_addr_add(look->sock, look->link.ifindex, prefix);

    if (!error) {
        set_add(&look->host->addrs, prefix);
        vkernel_host_look_changed(look, "host-ip");
    } else if (error != ENODEV) {
        fail_addr(look, "add", prefix, error,
                  (error == EACCES
                   ? "IPv6 is disabled on the tap, the sysctl "
                     "net.ipv6.conf.IF.disable_ipv6 tells"
                   : error == EEXIST
                   ? "the tap has it with another prefix length"
                   : NULL));
    }
}

/* Looks for addresses that another host was found to have, and tries them
 * again from time to time. */
static void
check_dad(struct vkernel_host_look *look, const struct vkernel_addr *addrs,
          size_t n)
{
    const struct vkernel_host_config *config = look->config;
    struct vkernel_host *host = look->host;
    struct vkernel_host_addrs old = host->dad_failed;

    memset(&host->dad_failed, 0, sizeof host->dad_failed);
    for (size_t i = 0; i < n; i++) {
        const struct vkernel_prefix *prefix = &addrs[i].prefix;
        bool failed = (addrs[i].flags & IFA_F_DADFAILED) != 0;
        bool is_ours = addrs[i].marked
                       || set_contains(&host->addrs, prefix);

        if (!vkernel_prefixes_contain(config->ips, config->n_ips, prefix)
            || (!failed && !(addrs[i].flags & IFA_F_TENTATIVE
                             && set_contains(&old, prefix)))) {
            continue;
        }
        set_add(&host->dad_failed, prefix);
        fail_addr(look, "use", prefix, EADDRINUSE, "another host has it");
        if (failed && is_ours && look->is_retry
            && !vkernel_addr_delete(look->sock, look->link.ifindex, prefix)) {
            add_addr(look, prefix);
        }
    }
    vkernel_host_addrs_clear(&old);
}

static void
format_addrs(struct vkernel_host_look *look, const struct vkernel_addr *addrs,
             size_t n)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < MIN(n, MAX_SHOWN); i++) {
        ds_put_cstr(&text, i ? ", " : "");
        vkernel_prefix_format(&addrs[i].prefix, &text);
    }
    show(look, "addresses", &text, n);
}

/* Changes addresses as needed.  Returns true if any was changed. */
static bool
change_addrs(struct vkernel_host_look *look, const struct vkernel_addr *addrs,
             size_t n)
{
    const struct vkernel_host_config *config = look->config;
    struct vkernel_host *host = look->host;
    struct vkernel_host_addr_plan plan;
    int n_changes = look->n_changes;

    forget_addrs(host, addrs, n);
    vkernel_host_plan_addrs(&plan, config->ips,
                            look->astray ? 0 : config->n_ips, addrs, n,
                            host->addrs.prefixes, host->addrs.n);
    for (size_t i = 0; i < plan.n_remove && may_remove(look); i++) {
        remove_addr(look, &plan.remove[i]);
    }
    for (size_t i = 0; i < plan.n_add; i++) {
        add_addr(look, &plan.add[i]);
    }
    vkernel_host_addr_plan_uninit(&plan);
    check_dad(look, addrs, n);
    return look->n_changes != n_changes;
}

void
vkernel_host_apply_addrs(struct vkernel_host_look *look)
{
    int ifindex = look->link.ifindex;
    struct vkernel_addr *addrs;
    size_t n;
    int error;

    error = vkernel_addr_list(look->sock, ifindex, &addrs, &n);
    if (!error && change_addrs(look, addrs, n)) {
        free(addrs);
        error = vkernel_addr_list(look->sock, ifindex, &addrs, &n);
    }
    if (!error) {
        format_addrs(look, addrs, n);
    } else if (error != ENODEV) {
        vkernel_host_look_fail(look, "check", "host-ip", "", error, NULL);
    }
    free(addrs);
}

/* Routes. */

/* Returns the option that asks for 'route'. */
static const char *
get_route_key(const struct vkernel_route *route)
{
    return (route->prefix.plen ? "host-routes"
            : vkernel_addr_is_ipv4(&route->gateway) ? "host-gw4"
            : "host-gw6");
}

/* Appends 'route' as its option has it to 'text'. */
static void
format_route(const struct vkernel_route *route, struct ds *text)
{
    if (route->prefix.plen) {
        vkernel_prefix_format(&route->prefix, text);
        ds_put_cstr(text, " via ");
    }
    ipv6_format_mapped(&route->gateway, text);
}

/* Returns what the user can do about a route that cannot be because of
 * 'error', or NULL. */
static const char *
get_route_hint(const struct vkernel_host_look *look, int error)
{
    switch (error) {
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
        return (look->link.up
                ? "the gateway is on no network of the tap's"
                : "the tap is down, options:host-up=true brings it up");

    case EEXIST:
        return "there is another route to the same prefix with the same "
               "metric";

    case EACCES:
        return "IPv6 is disabled on the tap, the sysctl "
               "net.ipv6.conf.IF.disable_ipv6 tells";

    default:
        return NULL;
    }
}

static void
fail_route(struct vkernel_host_look *look, const char *verb,
           const struct vkernel_route *route, int error)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    format_route(route, &text);
    vkernel_host_look_fail(look, verb, get_route_key(route), ds_cstr(&text),
                           error, get_route_hint(look, error));
    ds_destroy(&text);
}

/* Routes of an administrator, which are listed once, when they are needed. */
struct admins_routes {
    bool listed;
    struct {
        struct vkernel_route *routes;
        size_t n;
    } lists[2];
};

static void
list_admins_routes(struct vkernel_host_look *look, uint32_t table,
                   struct admins_routes *admins)
{
    /* Only these: a routing daemon may have made very many. */
    static const uint8_t protocols[] = { RTPROT_BOOT, RTPROT_STATIC };

    BUILD_ASSERT(ARRAY_SIZE(protocols) == ARRAY_SIZE(admins->lists));
    for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
        vkernel_route_list(look->sock, look->link.ifindex, table,
                           protocols[i], &admins->lists[i].routes,
                           &admins->lists[i].n);
    }
    admins->listed = true;
}

static void
free_admins_routes(struct admins_routes *admins)
{
    for (size_t i = 0; i < ARRAY_SIZE(admins->lists); i++) {
        free(admins->lists[i].routes);
    }
}

/* Returns true if an administrator has made 'route'. */
static bool
is_admins_route(struct vkernel_host_look *look, uint32_t table,
                const struct vkernel_route *route,
                struct admins_routes *admins)
{
    bool found = false;

    if (!admins->listed) {
        list_admins_routes(look, table, admins);
    }
    for (size_t i = 0; i < ARRAY_SIZE(admins->lists); i++) {
        for (size_t j = 0; j < admins->lists[i].n && !found; j++) {
            found = vkernel_route_equals(&admins->lists[i].routes[j], route);
        }
    }
    return found;
}

static void
add_route(struct vkernel_host_look *look, uint32_t table,
          const struct vkernel_route *route, struct admins_routes *admins)
{
    int error;

    if (!look->link.up && look->config->up == VKERNEL_HOST_UP_FALSE) {
        /* That it cannot be is what the user wants. */
        return;
    }
    error = vkernel_route_add(look->sock, look->link.ifindex, table, route);
    if (!error) {
        vkernel_host_look_changed(look, get_route_key(route));
    } else if (error != ENODEV
               && !(error == EEXIST
                    && is_admins_route(look, table, route, admins))) {
        fail_route(look, "add", route, error);
    }
}

/* Changes routes in 'table', where 'ours' are, to 'wanted'. */
static void
change_routes(struct vkernel_host_look *look, uint32_t table,
              const struct vkernel_route *wanted, size_t n_wanted,
              const struct vkernel_route *ours, size_t n_ours)
{
    struct admins_routes admins = { .listed = false };
    struct vkernel_host_route_plan plan;

    vkernel_host_plan_routes(&plan, wanted, n_wanted, ours, n_ours);
    for (size_t i = 0; i < plan.n_remove && may_remove(look); i++) {
        const struct vkernel_route *route = &plan.remove[i];
        int error = vkernel_route_delete(look->sock, look->link.ifindex,
                                         table, route);

        if (!error) {
            vkernel_host_look_changed(look, get_route_key(route));
        } else if (error != ESRCH) {
            fail_route(look, "remove", route, error);
        }
    }
    for (size_t i = 0; i < plan.n_add; i++) {
        add_route(look, table, &plan.add[i], &admins);
    }
    free_admins_routes(&admins);
    vkernel_host_route_plan_uninit(&plan);
}

static void
format_routes(struct vkernel_host_look *look,
              const struct vkernel_route *routes, size_t n)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < MIN(n, MAX_SHOWN); i++) {
        ds_put_format(&text, "%s%s", i ? ", " : "",
                      routes[i].prefix.plen ? "" : "default via ");
        format_route(&routes[i], &text);
    }
    show(look, "routes", &text, n);
}

/* Makes our routes in 'table' those that are 'wanted'. */
static void
apply_routes_in(struct vkernel_host_look *look, uint32_t table,
                const struct vkernel_route *wanted, size_t n_wanted)
{
    int n_changes = look->n_changes;
    struct vkernel_route *ours;
    size_t n;
    int error;

    error = vkernel_route_list(look->sock, look->link.ifindex, table,
                               VKERNEL_RTNL_PROTOCOL, &ours, &n);
    if (!error) {
        change_routes(look, table, wanted, n_wanted, ours, n);
        if (look->n_changes != n_changes) {
            free(ours);
            error = vkernel_route_list(look->sock, look->link.ifindex, table,
                                       VKERNEL_RTNL_PROTOCOL, &ours, &n);
        }
    }
    if (error) {
        if (error != ENODEV) {
            vkernel_host_look_fail(look, "check", "host-routes", "", error,
                                   NULL);
        }
    } else if (wanted) {
        format_routes(look, ours, n);
    }
    look->host->has_routes = error || n;
    free(ours);
}

/* Returns the table for the tap's routes: that of its VRF, or the main one.
 * Takes note of the master. */
static uint32_t
find_table(struct vkernel_host_look *look)
{
    struct vkernel_link master;

    if (look->link.master
        && !vkernel_link_get(look->sock, NULL, look->link.master, &master)) {
        smap_add(&look->status, "master", master.ifname);
        if (!strcmp(master.kind, "vrf")) {
            return master.vrf_table;
        }
    }
    return RT_TABLE_MAIN;
}

void
vkernel_host_apply_routes(struct vkernel_host_look *look)
{
    struct vkernel_host *host = look->host;
    struct vkernel_route *wanted;
    uint32_t table;
    size_t n_wanted;

    table = find_table(look);
    n_wanted = vkernel_host_plan_wanted_routes(look->config, &wanted);
    if (look->astray) {
        n_wanted = 0;
    }
    if (host->has_routes && host->table && host->table != table) {
        apply_routes_in(look, host->table, NULL, 0);
    }
    if (host->has_routes || n_wanted) {
        apply_routes_in(look, table, wanted, n_wanted);
        host->table = table;
    }
    free(wanted);
}
