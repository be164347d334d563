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

#include "vkernel-host-config.h"

#include <stdlib.h>
#include <string.h>

#include "openvswitch/dynamic-string.h"
#include "packets.h"
#include "smap.h"
#include "util.h"
#include "vkernel-text.h"

static void
format_ips(const struct vkernel_host_config *host, struct smap *options)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < host->n_ips; i++) {
        ds_put_cstr(&text, i ? "," : "");
        vkernel_prefix_format(&host->ips[i], &text);
    }
    if (host->n_ips) {
        smap_add(options, "host-ip", ds_cstr(&text));
    }
    ds_destroy(&text);
}

static void
format_gw(const char *key, const struct in6_addr *gw, struct smap *options)
{
    if (ipv6_addr_is_set(gw)) {
        struct ds text = DS_EMPTY_INITIALIZER;

        ipv6_format_mapped(gw, &text);
        smap_add(options, key, ds_cstr(&text));
        ds_destroy(&text);
    }
}

static void
format_routes(const struct vkernel_host_config *host, struct smap *options)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < host->n_routes; i++) {
        ds_put_cstr(&text, i ? "," : "");
        vkernel_prefix_format(&host->routes[i].prefix, &text);
        ds_put_cstr(&text, " via ");
        ipv6_format_mapped(&host->routes[i].gateway, &text);
    }
    if (host->n_routes) {
        smap_add(options, "host-routes", ds_cstr(&text));
    }
    ds_destroy(&text);
}

static void
format_up(const struct vkernel_host_config *host, struct smap *options)
{
    if (host->up != (host->n_ips
                     ? VKERNEL_HOST_UP_TRUE
                     : VKERNEL_HOST_UP_UNSET)) {
        smap_add(options, "host-up",
                 host->up == VKERNEL_HOST_UP_TRUE ? "true" : "false");
    }
}

static void
format_sysctls(const struct vkernel_host_config *host, struct smap *options)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t i = 0; i < host->n_sysctls; i++) {
        ds_put_format(&text, "%s%s=%s", i ? "," : "", host->sysctls[i].key,
                      host->sysctls[i].value);
    }
    if (host->n_sysctls) {
        smap_add(options, "host-sysctl", ds_cstr(&text));
    }
    ds_destroy(&text);
}

static void
format_affinity(const struct vkernel_host_config *host, struct smap *options)
{
    struct ds text = DS_EMPTY_INITIALIZER;

    for (size_t queue = 0; queue < host->n_affinity; queue++) {
        int cpu;

        BITMAP_FOR_EACH_1 (cpu, VKERNEL_MAX_CPUS,
                           host->affinity[queue].bits) {
            ds_put_format(&text, "%s%"PRIuSIZE":%d", text.length ? "," : "",
                          queue, cpu);
        }
    }
    if (text.length) {
        smap_add(options, "vhost-affinity", ds_cstr(&text));
    }
    ds_destroy(&text);
}

static void
format_text(const char *key, const char *value, struct smap *options)
{
    if (value && value[0]) {
        smap_add(options, key, value);
    }
}

static void
format_int(const char *key, int value, struct smap *options)
{
    if (value) {
        smap_add_format(options, key, "%d", value);
    }
}

void
vkernel_host_config_format(const struct vkernel_host_config *host,
                           struct smap *options)
{
    format_text("host-netns", host->netns, options);
    format_ips(host, options);
    format_gw("host-gw4", &host->gw4, options);
    format_gw("host-gw6", &host->gw6, options);
    format_routes(host, options);
    format_up(host, options);
    format_text("host-bridge", host->bridge, options);
    format_text("host-vrf", host->vrf, options);
    format_text("host-alias", host->alias, options);
    format_int("host-txqueuelen", host->txqueuelen, options);
    format_sysctls(host, options);
    format_text("persist", host->persist ? "true" : NULL, options);
    format_text("carrier-from", host->carrier_from, options);
    format_affinity(host, options);
    format_int("vhost-busyloop-us", host->busyloop_us, options);
}

/* Compares what is in arrays of 'a' and 'b'. */
static bool
arrays_equal(const struct vkernel_host_config *a,
             const struct vkernel_host_config *b)
{
    if (a->n_ips != b->n_ips || a->n_routes != b->n_routes
        || a->n_sysctls != b->n_sysctls || a->n_affinity != b->n_affinity) {
        return false;
    }
    for (size_t i = 0; i < a->n_ips; i++) {
        if (!vkernel_prefix_equals(&a->ips[i], &b->ips[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_routes; i++) {
        if (!vkernel_prefix_equals(&a->routes[i].prefix, &b->routes[i].prefix)
            || !ipv6_addr_equals(&a->routes[i].gateway,
                                 &b->routes[i].gateway)) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_sysctls; i++) {
        if (strcmp(a->sysctls[i].key, b->sysctls[i].key)
            || strcmp(a->sysctls[i].value, b->sysctls[i].value)) {
            return false;
        }
    }
    for (size_t i = 0; i < a->n_affinity; i++) {
        if (!vkernel_cpus_equals(&a->affinity[i], &b->affinity[i])) {
            return false;
        }
    }
    return true;
}

bool
vkernel_host_config_equals(const struct vkernel_host_config *a,
                           const struct vkernel_host_config *b)
{
    return (nullable_string_is_equal(a->netns, b->netns)
            && ipv6_addr_equals(&a->gw4, &b->gw4)
            && ipv6_addr_equals(&a->gw6, &b->gw6)
            && a->up == b->up
            && !strcmp(a->bridge, b->bridge)
            && !strcmp(a->vrf, b->vrf)
            && nullable_string_is_equal(a->alias, b->alias)
            && a->txqueuelen == b->txqueuelen
            && a->persist == b->persist
            && nullable_string_is_equal(a->carrier_from, b->carrier_from)
            && a->busyloop_us == b->busyloop_us
            && arrays_equal(a, b));
}

/* Returns a copy of 'size' bytes at 'data', NULL if there are none. */
static void *
nullable_xmemdup(const void *data, size_t size)
{
    return size ? xmemdup(data, size) : NULL;
}

void
vkernel_host_config_clone(struct vkernel_host_config *dst,
                          const struct vkernel_host_config *src)
{
    *dst = *src;
    dst->netns = nullable_xstrdup(src->netns);
    dst->ips = nullable_xmemdup(src->ips, src->n_ips * sizeof *src->ips);
    dst->routes = nullable_xmemdup(src->routes,
                                   src->n_routes * sizeof *src->routes);
    dst->alias = nullable_xstrdup(src->alias);
    dst->sysctls = nullable_xmemdup(src->sysctls,
                                    src->n_sysctls * sizeof *src->sysctls);
    for (size_t i = 0; i < src->n_sysctls; i++) {
        dst->sysctls[i].key = xstrdup(src->sysctls[i].key);
        dst->sysctls[i].value = xstrdup(src->sysctls[i].value);
    }
    dst->carrier_from = nullable_xstrdup(src->carrier_from);
    dst->affinity = nullable_xmemdup(src->affinity,
                                     src->n_affinity * sizeof *src->affinity);
}

void
vkernel_host_config_uninit(struct vkernel_host_config *host)
{
    free(host->netns);
    free(host->ips);
    free(host->routes);
    free(host->alias);
    for (size_t i = 0; i < host->n_sysctls; i++) {
        free(host->sysctls[i].key);
        free(host->sysctls[i].value);
    }
    free(host->sysctls);
    free(host->carrier_from);
    free(host->affinity);
    memset(host, 0, sizeof *host);
}

bool
vkernel_host_config_uses_stack(const struct vkernel_host_config *host)
{
    return (host->n_ips || host->n_routes
            || ipv6_addr_is_set(&host->gw4) || ipv6_addr_is_set(&host->gw6)
            || host->up == VKERNEL_HOST_UP_TRUE
            || host->bridge[0] || host->vrf[0]);
}

char *
vkernel_host_config_netns_path(const char *netns)
{
    return (netns[0] == '/' ? xstrdup(netns)
            : !strncmp(netns, "pid:", 4)
            ? xasprintf("%s%s%s", "/proc/", netns + 4, "/ns/net")
            : xasprintf("%s%s", "/run/netns/", netns));
}

/* Returns true if the kernel takes 'text' for the name of a device, which an
 * administrator may have given the tap; so vkernel_text_is_ifname() would be
 * too strict. */
static bool
is_device_name(const char *text)
{
    return (text[strspn(text, ".")] && strlen(text) < IFNAMSIZ
            && !strchr(text, '/') && !vkernel_text_is_reserved_ifname(text));
}

char *
vkernel_host_config_sysctl_path(const char *key, const char *ifname)
{
    const char *rest = strstr(key, ".IF.");
    struct ds path = DS_EMPTY_INITIALIZER;

    if (!rest || !is_device_name(ifname)) {
        return NULL;
    }
    /* Dots become slashes, but not those of 'ifname'. */
    ds_put_cstr(&path, "/proc/sys/");
    for (const char *p = key; p < rest; p++) {
        ds_put_char(&path, *p == '.' ? '/' : *p);
    }
    ds_put_char(&path, '/');
    ds_put_cstr(&path, ifname);
    ds_put_char(&path, '/');
    ds_put_cstr(&path, rest + strlen(".IF."));
    return ds_steal_cstr(&path);
}

const struct vkernel_cpus *
vkernel_host_config_cpus(const struct vkernel_host_config *host, int queue)
{
    return (queue >= 0 && (size_t) queue < host->n_affinity
            && !vkernel_cpus_is_empty(&host->affinity[queue])
            ? &host->affinity[queue]
            : NULL);
}
