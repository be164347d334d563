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

#include "vkernel-host-plan.h"

#include <stdlib.h>
#include <string.h>

#include "packets.h"
#include "util.h"
#include "vkernel-addr.h"
#include "vkernel-host-config.h"
#include "vkernel-prefix.h"
#include "vkernel-route.h"

/* Addresses. */

static bool
addrs_have(const struct vkernel_addr *addrs, size_t n,
           const struct vkernel_prefix *prefix)
{
    for (size_t i = 0; i < n; i++) {
        if (vkernel_prefix_equals(&addrs[i].prefix, prefix)) {
            return true;
        }
    }
    return false;
}

void
vkernel_host_plan_addrs(struct vkernel_host_addr_plan *plan,
                        const struct vkernel_prefix *wanted, size_t n_wanted,
                        const struct vkernel_addr *have, size_t n_have,
                        const struct vkernel_prefix *ours, size_t n_ours)
{
    plan->remove = xcalloc(n_have, sizeof *plan->remove);
    plan->n_remove = 0;
    for (size_t i = 0; i < n_have; i++) {
        const struct vkernel_prefix *prefix = &have[i].prefix;

        if (!vkernel_prefixes_contain(wanted, n_wanted, prefix)
            && (have[i].marked
                || vkernel_prefixes_contain(ours, n_ours, prefix))) {
            plan->remove[plan->n_remove++] = *prefix;
        }
    }

    plan->add = xcalloc(n_wanted, sizeof *plan->add);
    plan->n_add = 0;
    for (size_t i = 0; i < n_wanted; i++) {
        if (!addrs_have(have, n_have, &wanted[i])) {
            plan->add[plan->n_add++] = wanted[i];
        }
    }
}

void
vkernel_host_addr_plan_uninit(struct vkernel_host_addr_plan *plan)
{
    free(plan->remove);
    free(plan->add);
}

/* Routes. */

static bool
routes_have(const struct vkernel_route *routes, size_t n,
            const struct vkernel_route *route)
{
    for (size_t i = 0; i < n; i++) {
        if (vkernel_route_equals(&routes[i], route)) {
            return true;
        }
    }
    return false;
}

/* Appends a default route to '*n' 'routes', if there is a gateway. */
static void
add_default_route(struct vkernel_route *routes, size_t *n,
                  const struct in6_addr *gateway)
{
    if (ipv6_addr_is_set(gateway)) {
        struct vkernel_route *route = &routes[(*n)++];

        route->gateway = *gateway;
        if (vkernel_addr_is_ipv4(gateway)) {
            route->prefix.addr = in6_addr_mapped_ipv4(htonl(INADDR_ANY));
        }
    }
}

size_t
vkernel_host_plan_wanted_routes(const struct vkernel_host_config *config,
                                struct vkernel_route **routesp)
{
    struct vkernel_route *routes = xcalloc(config->n_routes + 2,
                                           sizeof *routes);
    size_t n = 0;

    add_default_route(routes, &n, &config->gw4);
    add_default_route(routes, &n, &config->gw6);
    for (size_t i = 0; i < config->n_routes; i++) {
        routes[n].prefix = config->routes[i].prefix;
        routes[n].gateway = config->routes[i].gateway;
        n++;
    }
    *routesp = routes;
    return n;
}

void
vkernel_host_plan_routes(struct vkernel_host_route_plan *plan,
                         const struct vkernel_route *wanted, size_t n_wanted,
                         const struct vkernel_route *ours, size_t n_ours)
{
    plan->remove = xcalloc(n_ours, sizeof *plan->remove);
    plan->n_remove = 0;
    for (size_t i = 0; i < n_ours; i++) {
        if (!routes_have(wanted, n_wanted, &ours[i])) {
            plan->remove[plan->n_remove++] = ours[i];
        }
    }

    plan->add = xcalloc(n_wanted, sizeof *plan->add);
    plan->n_add = 0;
    for (size_t i = 0; i < n_wanted; i++) {
        if (!routes_have(ours, n_ours, &wanted[i])) {
            plan->add[plan->n_add++] = wanted[i];
        }
    }
}

void
vkernel_host_route_plan_uninit(struct vkernel_host_route_plan *plan)
{
    free(plan->remove);
    free(plan->add);
}

/* Values. */

const char *
vkernel_host_value_next(const struct vkernel_host_value *value,
                        const char *wanted, const char *now)
{
    bool is_ours = value->ours && now && !strcmp(now, value->ours);

    if (!wanted) {
        return is_ours ? value->former : NULL;
    } else if (now && !strcmp(now, wanted)) {
        return NULL;
    }
    /* The kernel may show the value otherwise than it was written. */
    return is_ours && !strcmp(value->asked, wanted) ? NULL : wanted;
}

void
vkernel_host_value_set(struct vkernel_host_value *value, const char *asked,
                       const char *ours, const char *former)
{
    if (!value->ours) {
        value->former = nullable_xstrdup(former);
    }
    free(value->asked);
    value->asked = xstrdup(asked);
    free(value->ours);
    value->ours = xstrdup(ours);
}

void
vkernel_host_value_clear(struct vkernel_host_value *value)
{
    free(value->asked);
    free(value->ours);
    free(value->former);
    memset(value, 0, sizeof *value);
}
