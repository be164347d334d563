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

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "smap.h"
#include "util.h"
#include "vkernel-printable.h"
#include "vkernel-text.h"

/* The most that the kernel gives as the number of a process: its
 * PID_MAX_LIMIT where a long has 64 bits. */
#define MAX_PID 4194304

/* What the name of a network namespace, or a path, may have besides letters
 * and digits. */
#define NETNS_CHARS "._-+@:"

/* The longest value of a sysctl, in bytes. */
#define MAX_SYSCTL_VALUE 64

/* The longest name of another port, in bytes. */
#define MAX_PORT_NAME 255

/* Does 'item' look like several that something else than a comma separates:
 * a semicolon, or a blank, with another item behind it or another "via"? */
static bool
is_more_than_one(const char *item)
{
    const char *via = strstr(item, " via ");
    const char *second = item + strcspn(item, " \t");
    size_t n;

    if (strchr(item, ';')) {
        return true;
    }
    if (via) {
        return strstr(via + 1, " via ");
    }
    second += strspn(second, " \t");
    n = strcspn(second, "/=:");
    return n && second[n];
}

bool
vkernel_parse_list(const struct vkernel_parse_port *port, const char *value,
                   struct vkernel_host_config *host,
                   vkernel_parse_item_func *parse_item, char **problemp)
{
    char *copy = xstrdup(value);
    char *rest = copy;
    char *item;

    while (!*problemp && (item = vkernel_text_next_item(&rest))) {
        bool lacks_comma = is_more_than_one(item);

        *problemp = (item[0]
                     ? parse_item(port, item, host)
                     : xstrdup("there is an empty item"));
        if (*problemp && lacks_comma) {
            char *problem = xasprintf("%s; commas separate items", *problemp);

            free(*problemp);
            *problemp = problem;
        }
    }
    free(copy);
    return !*problemp;
}

void *
vkernel_parse_grow(void *array, size_t n, size_t size)
{
    array = xrealloc(array, (n + 1) * size);
    memset((char *) array + n * size, 0, size);
    return array;
}

/* Returns the text between 'prefix' and 'suffix' in 'text', to be free()d by
 * the caller, or NULL if 'text' does not have this form. */
static char *
between(const char *text, const char *prefix, const char *suffix)
{
    size_t prefix_len = strlen(prefix);
    size_t suffix_len = strlen(suffix);
    size_t len = strlen(text);

    return (len > prefix_len + suffix_len
            && !strncmp(text, prefix, prefix_len)
            && !strcmp(text + len - suffix_len, suffix)
            ? xmemdup0(text + prefix_len, len - prefix_len - suffix_len)
            : NULL);
}

/* host-netns. */

static bool
is_netns_name(const char *text)
{
    return (vkernel_text_is_word(text, NETNS_CHARS, NAME_MAX)
            && strcmp(text, ".") && strcmp(text, "..")
            && strncmp(text, "pid:", 4));
}

/* Returns true if 'path' is absolute and every part of it is a name. */
static bool
is_plain_path(const char *path)
{
    if (path[0] != '/'
        || !vkernel_text_is_word(path, NETNS_CHARS "/", PATH_MAX - 1)) {
        return false;
    }
    while (*path) {
        size_t len = strcspn(++path, "/");

        if (!len || (len == 1 && path[0] == '.')
            || (len == 2 && path[0] == '.' && path[1] == '.')) {
            return false;
        }
        path += len;
    }
    return true;
}

/* Returns the namespace of the process whose number is 'pid', NULL if that is
 * not one. */
static char *
netns_of_pid(const char *pid)
{
    int number;

    return (vkernel_text_to_int(pid, 1, MAX_PID, &number)
            ? xasprintf("pid:%d", number)
            : NULL);
}

/* Returns the text that stands for the namespace at 'path'. */
static char *
netns_of_path(const char *path)
{
    static const char *const dirs[] = { "/run/netns/", "/var/run/netns/" };
    char *pid = between(path, "/proc/", "/ns/net");
    char *netns = pid ? netns_of_pid(pid) : NULL;

    free(pid);
    for (size_t i = 0; !netns && i < ARRAY_SIZE(dirs); i++) {
        netns = between(path, dirs[i], "");
        if (netns && !is_netns_name(netns)) {
            free(netns);
            netns = NULL;
        }
    }
    return netns ? netns : xstrdup(path);
}

static bool
parse_netns(const struct vkernel_parse_port *port OVS_UNUSED,
            const char *value,
            struct vkernel_host_config *host, char **problemp)
{
    if (!strncmp(value, "pid:", 4)) {
        host->netns = netns_of_pid(value + 4);
        if (!host->netns) {
            *problemp = xasprintf("\"%s\" is not one of 1 to %d",
                                  VKERNEL_SHOW(value + 4), MAX_PID);
        }
    } else if (is_netns_name(value)) {
        host->netns = xstrdup(value);
    } else if (is_plain_path(value)) {
        host->netns = netns_of_path(value);
    }
    return host->netns != NULL;
}

/* host-up, host-bridge, host-vrf, host-alias, and host-txqueuelen. */

static bool
parse_up(const struct vkernel_parse_port *port OVS_UNUSED, const char *value,
         struct vkernel_host_config *host, char **problemp OVS_UNUSED)
{
    bool up;

    if (!vkernel_text_to_bool(value, &up)) {
        return false;
    }
    host->up = up ? VKERNEL_HOST_UP_TRUE : VKERNEL_HOST_UP_FALSE;
    return true;
}

/* Parses the name of the device that the tap is to be a part of into 'master',
 * which has room for IFNAMSIZ bytes. */
static bool
parse_master(const struct vkernel_parse_port *port,
             const char *value, char *master,
             char **problemp)
{
    if (!strcmp(value, port->ifname)) {
        *problemp = xstrdup("it is the tap itself");
    } else if (vkernel_text_is_ifname(value)
               && !vkernel_text_is_reserved_ifname(value)) {
        ovs_strlcpy(master, value, IFNAMSIZ);
        return true;
    }
    return false;
}

static bool
parse_bridge(const struct vkernel_parse_port *port, const char *value,
             struct vkernel_host_config *host, char **problemp)
{
    return parse_master(port, value, host->bridge, problemp);
}

static bool
parse_vrf(const struct vkernel_parse_port *port, const char *value,
          struct vkernel_host_config *host, char **problemp)
{
    return parse_master(port, value, host->vrf, problemp);
}

static bool
parse_alias(const struct vkernel_parse_port *port OVS_UNUSED,
            const char *value,
            struct vkernel_host_config *host, char **problemp)
{
    if (!strncmp(value, VKERNEL_ALIAS_PREFIX, strlen(VKERNEL_ALIAS_PREFIX))) {
        *problemp = xstrdup("aliases that begin with \"" VKERNEL_ALIAS_PREFIX
                            "\" mark the program's own taps");
    } else if (vkernel_text_is_printable(value, VKERNEL_MAX_ALIAS)) {
        host->alias = xstrdup(value);
        return true;
    }
    return false;
}

static bool
parse_txqueuelen(const struct vkernel_parse_port *port OVS_UNUSED,
                 const char *value,
                 struct vkernel_host_config *host, char **problemp OVS_UNUSED)
{
    return vkernel_text_to_int(value, 1, VKERNEL_MAX_TXQUEUELEN,
                               &host->txqueuelen);
}

/* host-sysctl. */

/* The sysctls of a device, up to its name. */
static const char *const sysctl_trees[] = {
    "net.ipv4.conf.", "net.ipv4.neigh.",
    "net.ipv6.conf.", "net.ipv6.neigh.",
    "net.mpls.conf.",
};

/* Returns the key of struct vkernel_host_sysctl for 'key', in which 'ifname'
 * may stand for "IF", to be free()d by the caller, NULL if it is not one of a
 * device. */
static char *
parse_sysctl_key(const char *key, const char *ifname)
{
    const char *last = strrchr(key, '.');

    for (size_t i = 0; last && i < ARRAY_SIZE(sysctl_trees); i++) {
        char *device = between(key, sysctl_trees[i], last);
        bool ok = device && (!strcmp(device, "IF") || !strcmp(device, ifname));

        free(device);
        if (ok) {
            return (last[1]
                    && !last[1 + strspn(last + 1, "abcdefghijklmnopqrstuvwxyz"
                                        "0123456789_")]
                    ? xasprintf("%sIF%s", sysctl_trees[i], last)
                    : NULL);
        }
    }
    return NULL;
}

static char *
parse_sysctl(const struct vkernel_parse_port *port, char *item,
             struct vkernel_host_config *host)
{
    struct vkernel_host_sysctl *sysctl;
    char *value = strchr(item, '=');
    char *key;

    if (!value) {
        return xasprintf("\"%s\" has no '='", VKERNEL_SHOW(item));
    }
    *value++ = '\0';
    key = parse_sysctl_key(item, port->ifname);
    if (!key) {
        return xasprintf("\"%s\" is not a sysctl of the tap",
                         VKERNEL_SHOW(item));
    }
    for (size_t i = 0; i < host->n_sysctls; i++) {
        if (!strcmp(host->sysctls[i].key, key)) {
            free(key);
            return xasprintf("\"%s\" is there twice", VKERNEL_SHOW(item));
        }
    }
    if (!vkernel_text_is_word(value, ".:_-", MAX_SYSCTL_VALUE)) {
        free(key);
        return xasprintf("the value of \"%s\" is not one of 1 to %d letters, "
                         "digits, '.', ':', '_' and '-'", VKERNEL_SHOW(item),
                         MAX_SYSCTL_VALUE);
    }
    host->sysctls = vkernel_parse_grow(host->sysctls, host->n_sysctls,
                                       sizeof *host->sysctls);
    sysctl = &host->sysctls[host->n_sysctls++];
    sysctl->key = key;
    sysctl->value = xstrdup(value);
    return NULL;
}

static bool
parse_sysctls(const struct vkernel_parse_port *port, const char *value,
              struct vkernel_host_config *host, char **problemp)
{
    return vkernel_parse_list(port, value, host, parse_sysctl, problemp);
}

/* persist and carrier-from. */

static bool
parse_persist(const struct vkernel_parse_port *port OVS_UNUSED,
              const char *value,
              struct vkernel_host_config *host, char **problemp OVS_UNUSED)
{
    return vkernel_text_to_bool(value, &host->persist);
}

static bool
parse_carrier_from(const struct vkernel_parse_port *port, const char *value,
                   struct vkernel_host_config *host, char **problemp)
{
    if (!strcmp(value, port->name)) {
        *problemp = xstrdup("it is the port itself");
    } else if (vkernel_text_is_printable(value, MAX_PORT_NAME)
               && !strpbrk(value, "/ ")) {
        host->carrier_from = xstrdup(value);
        return true;
    }
    return false;
}

/* vhost-affinity and vhost-busyloop-us. */

/* Adds 'cpu' to the CPUs of 'queue'.  Returns false if it was there. */
static bool
add_cpu(struct vkernel_host_config *host, size_t queue, int cpu)
{
    unsigned long *cpus;

    while (host->n_affinity <= queue) {
        host->affinity = vkernel_parse_grow(host->affinity, host->n_affinity++,
                                            sizeof *host->affinity);
    }
    cpus = host->affinity[queue].bits;
    if (bitmap_is_set(cpus, cpu)) {
        return false;
    }
    bitmap_set1(cpus, cpu);
    return true;
}

static char *
parse_affinity_item(const struct vkernel_parse_port *port, char *item,
                    struct vkernel_host_config *host)
{
    const char *colon = strchrnul(item, ':');
    char *queue_text = xmemdup0(item, colon - item);
    int queue = -1, cpu;
    char *problem;

    if (!*colon || !vkernel_text_to_int(queue_text, 0, INT_MAX, &queue)
        || !vkernel_text_to_int(colon + 1, 0, INT_MAX, &cpu)) {
        problem = xasprintf("\"%s\" is not the number of a queue and that of "
                            "a CPU", VKERNEL_SHOW(item));
    } else if (queue >= port->n_queues) {
        problem = xasprintf("with options:n_rxq=%d, there is no queue %d",
                            port->n_queues, queue);
    } else if (cpu >= VKERNEL_MAX_CPUS) {
        problem = xasprintf("CPU %d is not one of 0 to %d", cpu,
                            VKERNEL_MAX_CPUS - 1);
    } else {
        problem = (add_cpu(host, queue, cpu)
                   ? NULL
                   : xasprintf("\"%d:%d\" is there twice", queue, cpu));
    }
    free(queue_text);
    return problem;
}

static bool
parse_affinity(const struct vkernel_parse_port *port, const char *value,
               struct vkernel_host_config *host, char **problemp)
{
    return vkernel_parse_list(port, value, host, parse_affinity_item,
                              problemp);
}

static bool
parse_busyloop_us(const struct vkernel_parse_port *port OVS_UNUSED,
                  const char *value,
                  struct vkernel_host_config *host,
                  char **problemp OVS_UNUSED)
{
    return vkernel_text_to_int(value, 0, VKERNEL_MAX_BUSYLOOP_US,
                               &host->busyloop_us);
}

/* An option. */
struct option {
    const char *key;            /* In the Interface's "options". */
    vkernel_parse_func *parse;  /* Parses its value. */
    const char *accepted;       /* For the user, with a verb. */
};

/* Every option, in the order in which they are parsed: gateways are compared
 * with addresses. */
static const struct option options_table[] = {
    { "host-netns", parse_netns,
      "the name of a network namespace in /run/netns, \"pid:\" with the "
      "number of a process, or an absolute path without \"..\" is accepted" },
    { "host-ip", vkernel_parse_ips,
      "addresses of hosts with their prefix lengths, each once, as in "
      "\"192.0.2.1/24,2001:db8::1/64\", are accepted" },
    { "host-gw4", vkernel_parse_gw4,
      "the IPv4 address of another host is accepted" },
    { "host-gw6", vkernel_parse_gw6,
      "the IPv6 address of another host is accepted" },
    { "host-routes", vkernel_parse_routes,
      "prefixes, each once, with gateways, as in \"198.51.100.0/24 via "
      "192.0.2.254,2001:db8:1::/48 via fe80::1\", are accepted" },
    { "host-up", parse_up, "\"true\" and \"false\" are accepted" },
    { "host-bridge", parse_bridge,
      "the name of a bridge of the kernel is accepted: 1 to 15 "
      VKERNEL_IFNAME_CHARS },
    { "host-vrf", parse_vrf,
      "the name of a VRF is accepted: 1 to 15 " VKERNEL_IFNAME_CHARS },
    { "host-alias", parse_alias,
      "1 to " OVS_STRINGIZE(VKERNEL_MAX_ALIAS) " bytes without control "
      "characters are accepted" },
    { "host-txqueuelen", parse_txqueuelen,
      "an integer from 1 to " OVS_STRINGIZE(VKERNEL_MAX_TXQUEUELEN) ", in "
      "packets, is accepted" },
    { "host-sysctl", parse_sysctls,
      "sysctls of the tap, each once, with their values, as in "
      "\"net.ipv4.conf.IF.rp_filter=0,net.ipv6.conf.IF.accept_ra=0\", "
      "below net.ipv4.conf, net.ipv4.neigh, net.ipv6.conf, net.ipv6.neigh and "
      "net.mpls.conf, are accepted" },
    { "persist", parse_persist, "\"true\" and \"false\" are accepted" },
    { "carrier-from", parse_carrier_from,
      "the name of another port of Open vSwitch is accepted" },
    { "vhost-affinity", parse_affinity,
      "pairs of a queue and a CPU for its worker, each once, as in "
      "\"0:2,0:3,1:4\", are accepted" },
    { "vhost-busyloop-us", parse_busyloop_us,
      "an integer from 0 to " OVS_STRINGIZE(VKERNEL_MAX_BUSYLOOP_US) ", in "
      "microseconds, is accepted" },
};

const char *
vkernel_host_config_key(size_t i)
{
    return (i < ARRAY_SIZE(options_table) ? options_table[i].key : NULL);
}

static char *
parse_option(const struct vkernel_parse_port *port,
             const struct option *option,
             const struct smap *options, struct vkernel_host_config *host)
{
    const char *value = smap_get(options, option->key);
    char *problem = NULL;
    char *message = NULL;

    if (value && !option->parse(port, value, host, &problem)) {
        message = xasprintf("%s: options:%s=\"%s\" is not valid: %s%s%s",
                            port->name, option->key, VKERNEL_SHOW(value),
                            problem ? problem : "", problem ? "; " : "",
                            option->accepted);
    }
    free(problem);
    return message;
}

/* Checks what every option alone cannot tell. */
static char *
check_exclusions(const struct vkernel_parse_port *port,
                 const struct smap *options)
{
    static const struct {
        const char *a;          /* An option, */
        const char *b;          /* another one, */
        const char *why;        /* and why there cannot be both. */
    } exclusions[] = {
        { "host-bridge", "host-vrf", "the tap cannot be a part of both" },
        { "host-bridge", "host-ip", "addresses are the bridge's to have" },
        { "host-bridge", "host-gw4", "routes are the bridge's to have" },
        { "host-bridge", "host-gw6", "routes are the bridge's to have" },
        { "host-bridge", "host-routes", "routes are the bridge's to have" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(exclusions); i++) {
        const char *a = smap_get(options, exclusions[i].a);
        const char *b = smap_get(options, exclusions[i].b);

        if (a && b) {
            return xasprintf("%s: options:%s=\"%s\" and options:%s=\"%s\" "
                             "disagree: %s, so that only one of the two is "
                             "accepted", port->name, exclusions[i].a,
                             VKERNEL_SHOW(a), exclusions[i].b, VKERNEL_SHOW(b),
                             exclusions[i].why);
        }
    }
    return NULL;
}

char *
vkernel_host_config_parse(const char *name, const struct smap *options,
                          const char *ifname, int n_queues,
                          struct vkernel_host_config *host)
{
    const struct vkernel_parse_port port = {
        .name = name,
        .ifname = ifname,
        .n_queues = n_queues,
    };
    char *message = NULL;

    memset(host, 0, sizeof *host);
    for (size_t i = 0; !message && i < ARRAY_SIZE(options_table); i++) {
        message = parse_option(&port, &options_table[i], options, host);
    }
    if (!message) {
        message = check_exclusions(&port, options);
    }
    if (message) {
        vkernel_host_config_uninit(host);
    } else if (host->n_ips && host->up == VKERNEL_HOST_UP_UNSET) {
        host->up = VKERNEL_HOST_UP_TRUE;
    }
    return message;
}
