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

#include "vkernel-host-config-private.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "util.h"
#include "vkernel-printable.h"

/* host-ip. */

/* Returns true if 'addr' is one of the addresses in 'host'. */
static bool
is_own_addr(const struct vkernel_host_config *host,
            const struct in6_addr *addr)
{
    for (size_t i = 0; i < host->n_ips; i++) {
        if (ipv6_addr_equals(&host->ips[i].addr, addr)) {
            return true;
        }
    }
    return false;
}

static char *
parse_ip(const struct vkernel_parse_port *port OVS_UNUSED, char *item,
         struct vkernel_host_config *host)
{
    struct vkernel_prefix ip;
    const char *why;
    char *problem;

    problem = vkernel_prefix_parse(item, &ip);
    if (problem) {
        return problem;
    }
    why = vkernel_prefix_why_no_host(&ip);
    if (why) {
        return xasprintf("\"%s\" is %s", VKERNEL_SHOW(item), why);
    } else if (!ip.plen) {
        return xasprintf("the network of \"%s\" would be everything",
                         VKERNEL_SHOW(item));
    } else if (is_own_addr(host, &ip.addr)) {
        return xasprintf("the address of \"%s\" is there twice",
                         VKERNEL_SHOW(item));
    }
    host->ips = vkernel_parse_grow(host->ips, host->n_ips, sizeof *host->ips);
    host->ips[host->n_ips++] = ip;
    return NULL;
}

bool
vkernel_parse_ips(const struct vkernel_parse_port *port, const char *value,
                  struct vkernel_host_config *host, char **problemp)
{
    return vkernel_parse_list(port, value, host, parse_ip, problemp);
}

/* host-gw4, host-gw6, and host-routes. */

/* Parses 'text' into '*gw', the address of a gateway for 'host'.  Returns NULL
 * if successful, otherwise what is wrong with it. */
static char *
parse_gateway(const char *text, const struct vkernel_host_config *host,
              struct in6_addr *gw)
{
    const char *why;

    if (!vkernel_addr_parse(text, gw)) {
        return xasprintf("\"%s\" is not an address", VKERNEL_SHOW(text));
    }
    why = vkernel_addr_why_no_host(gw);
    return (why ? xasprintf("\"%s\" is %s", VKERNEL_SHOW(text), why)
            : is_own_addr(host, gw)
            ? xasprintf("\"%s\" is one of options:host-ip", VKERNEL_SHOW(text))
            : NULL);
}

static bool
parse_gw(const char *value, bool is_ipv4, struct vkernel_host_config *host,
         struct in6_addr *gw, char **problemp)
{
    *problemp = parse_gateway(value, host, gw);
    if (!*problemp && vkernel_addr_is_ipv4(gw) != is_ipv4) {
        *problemp = xasprintf("\"%s\" is an address of IPv%d",
                              VKERNEL_SHOW(value), is_ipv4 ? 6 : 4);
    }
    return !*problemp;
}

bool
vkernel_parse_gw4(const struct vkernel_parse_port *port OVS_UNUSED,
                  const char *value,
                  struct vkernel_host_config *host, char **problemp)
{
    return parse_gw(value, true, host, &host->gw4, problemp);
}

bool
vkernel_parse_gw6(const struct vkernel_parse_port *port OVS_UNUSED,
                  const char *value,
                  struct vkernel_host_config *host, char **problemp)
{
    return parse_gw(value, false, host, &host->gw6, problemp);
}

/* Returns NULL if 'prefix', whose text is 'text', can be the destination of a
 * route in 'host', otherwise what is wrong with it. */
static char *
check_destination(const struct vkernel_prefix *prefix, const char *text,
                  const struct vkernel_host_config *host)
{
    struct vkernel_prefix right = { .plen = prefix->plen };

    right.addr = vkernel_prefix_network(prefix);
    if (!vkernel_prefix_equals(prefix, &right)) {
        struct ds problem = DS_EMPTY_INITIALIZER;

        ds_put_format(&problem, "\"%s\" has bits behind its prefix, which is "
                      "\"", VKERNEL_SHOW(text));
        vkernel_prefix_format(&right, &problem);
        ds_put_char(&problem, '"');
        return ds_steal_cstr(&problem);
    } else if (!prefix->plen) {
        return xasprintf("\"%s\" is the default route, for which there is "
                         "options:host-gw%d", VKERNEL_SHOW(text),
                         vkernel_addr_is_ipv4(&prefix->addr) ? 4 : 6);
    }
    for (size_t i = 0; i < host->n_routes; i++) {
        if (vkernel_prefix_equals(&host->routes[i].prefix, prefix)) {
            return xasprintf("the prefix \"%s\" is there twice",
                             VKERNEL_SHOW(text));
        }
    }
    return NULL;
}

/* Cuts 'text' into '*prefix' and '*gateway', which stand around "via".
 * Returns false if it does not have this form. */
static bool
split_route(char *text, char **prefix, char **gateway)
{
    char *save_ptr = NULL;
    char *via;

    *prefix = strtok_r(text, " \t", &save_ptr);
    via = *prefix ? strtok_r(NULL, " \t", &save_ptr) : NULL;
    *gateway = via ? strtok_r(NULL, " \t", &save_ptr) : NULL;
    return (*gateway && !strcmp(via, "via")
            && !strtok_r(NULL, " \t", &save_ptr));
}

/* Parses 'prefix' and 'gateway' into '*route', a new one of 'host'. */
static char *
parse_hop(const char *prefix, const char *gateway,
          const struct vkernel_host_config *host,
          struct vkernel_host_route *route)
{
    char *problem;

    if (!strcmp(prefix, "default")) {
        return xstrdup("\"default\" is the default route, for which there "
                       "are options:host-gw4 and options:host-gw6");
    }
    problem = vkernel_prefix_parse(prefix, &route->prefix);
    if (!problem) {
        problem = check_destination(&route->prefix, prefix, host);
    }
    if (!problem) {
        problem = parse_gateway(gateway, host, &route->gateway);
    }
    if (!problem && (vkernel_addr_is_ipv4(&route->prefix.addr)
                     != vkernel_addr_is_ipv4(&route->gateway))) {
        problem = xasprintf("\"%s\" and \"%s\" are not both of IPv4 or both "
                            "of IPv6", VKERNEL_SHOW(prefix),
                            VKERNEL_SHOW(gateway));
    }
    return problem;
}

static char *
parse_route(const struct vkernel_parse_port *port OVS_UNUSED, char *item,
            struct vkernel_host_config *host)
{
    char *copy = xstrdup(item);
    struct vkernel_host_route route;
    char *prefix, *gateway;
    char *problem;

    problem = (split_route(copy, &prefix, &gateway)
               ? parse_hop(prefix, gateway, host, &route)
               : xasprintf("\"%s\" is not a prefix, \"via\" and a gateway",
                           VKERNEL_SHOW(item)));
    if (!problem) {
        host->routes = vkernel_parse_grow(host->routes, host->n_routes,
                                          sizeof *host->routes);
        host->routes[host->n_routes++] = route;
    }
    free(copy);
    return problem;
}

bool
vkernel_parse_routes(const struct vkernel_parse_port *port, const char *value,
                     struct vkernel_host_config *host, char **problemp)
{
    return vkernel_parse_list(port, value, host, parse_route, problemp);
}
