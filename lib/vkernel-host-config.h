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

#ifndef VKERNEL_HOST_CONFIG_H
#define VKERNEL_HOST_CONFIG_H 1

/* The options of a dpdkvkernel Interface that are of the kernel's side: what
 * the tap, its addresses and routes, and the workers of vhost shall be.
 *
 * Pure: no I/O, no state, no lock.  vkernel-config.c calls the parser, as a
 * part of its own; whoever makes the tap so reads the struct, in the main
 * thread.  Nothing here asks whether a device, a namespace or a CPU exists. */

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "vkernel-cpus.h"
#include "vkernel-prefix.h"

struct smap;

/* The longest alias of a device that the kernel takes, in bytes. */
#define VKERNEL_MAX_ALIAS 255

/* What the alias of a tap begins with if this program made it for itself; no
 * user's alias may. */
#define VKERNEL_ALIAS_PREFIX "dpdkvkernel:"

/* Packets in each queue of the tap.  The kernel allocates a pointer for each
 * of them, in each queue, at once. */
#define VKERNEL_MAX_TXQUEUELEN 100000

/* Microseconds for which a worker may poll a ring that is empty.  A wakeup
 * takes some tens of them, so that a worker which has polled in vain for this
 * long has nothing to win any more; and it has the CPU and the lock of the
 * ring for as long. */
#define VKERNEL_MAX_BUSYLOOP_US 10000

/* A route by way of a gateway. */
struct vkernel_host_route {
    struct vkernel_prefix prefix; /* Destination, without host bits. */
    struct in6_addr gateway;      /* Of the same family as 'prefix'. */
};

/* A sysctl of the tap. */
struct vkernel_host_sysctl {
    char *key;                  /* As in "net.ipv4.conf.IF.rp_filter", where
                                 * "IF" stands for the name of the tap. */
    char *value;                /* Letters, digits, '.', ':', '_', '-'. */
};

/* Who says whether the tap is administratively up. */
enum vkernel_host_up {
    VKERNEL_HOST_UP_UNSET,      /* The administrator: leave it as it is. */
    VKERNEL_HOST_UP_TRUE,       /* The options: up. */
    VKERNEL_HOST_UP_FALSE,      /* The options: down. */
};

/* What a user asked for.  All zeros are the defaults. */
struct vkernel_host_config {
    /* Where the tap is made: NULL for the daemon's own network namespace,
     * otherwise the name of one, "pid:" and the number of a process, or an
     * absolute path.  One namespace may have several such texts, but what
     * vkernel_host_config_parse() can tell to be the same has one. */
    char *netns;

    struct vkernel_prefix *ips; /* 'n_ips' addresses, in the user's order, no
                                 * address twice. */
    size_t n_ips;
    struct in6_addr gw4;        /* Default gateway, IPv4-mapped; "::" if
                                 * none. */
    struct in6_addr gw6;        /* Default gateway of IPv6; "::" if none. */
    struct vkernel_host_route *routes; /* 'n_routes' routes, in the user's
                                        * order, no prefix twice, none of them
                                        * a default route. */
    size_t n_routes;

    enum vkernel_host_up up;    /* True if 'ips' are set and nothing else was
                                 * said. */
    char bridge[IFNAMSIZ];      /* A bridge of the kernel, or "".  With one,
                                 * there are no addresses and no routes. */
    char vrf[IFNAMSIZ];         /* A VRF, or "".  Not both. */
    char *alias;                /* NULL to leave it alone. */
    int txqueuelen;             /* In packets; 0 to leave it alone. */
    struct vkernel_host_sysctl *sysctls; /* 'n_sysctls' of them, in the user's
                                          * order, no key twice. */
    size_t n_sysctls;

    bool persist;               /* Does the tap outlive the daemon? */
    char *carrier_from;         /* The name of an Interface, not the port's
                                 * own, or NULL. */

    struct vkernel_cpus *affinity; /* CPUs of the first 'n_affinity' queue
                                    * pairs.  A pair with none, and those
                                    * above, have the default ones. */
    size_t n_affinity;
    int busyloop_us;            /* In microseconds; 0 for no busy polling. */
};

/* Fills 'host', which need not be initialized, from 'options', for a tap of
 * the name 'ifname' with 'n_queues' queue pairs.
 *
 * Returns NULL if successful, otherwise a message for the user that names the
 * option, its value, what is wrong with it and what is accepted; the caller
 * must free() it, and 'host' is then empty. */
char *vkernel_host_config_parse(const char *name, const struct smap *options,
                                const char *ifname, int n_queues,
                                struct vkernel_host_config *host);

/* Returns the 'i'th key that vkernel_host_config_parse() knows, NULL after the
 * last one. */
const char *vkernel_host_config_key(size_t i);

/* Adds to 'options' what differs from the defaults. */
void vkernel_host_config_format(const struct vkernel_host_config *,
                                struct smap *options);

bool vkernel_host_config_equals(const struct vkernel_host_config *,
                                const struct vkernel_host_config *);
void vkernel_host_config_clone(struct vkernel_host_config *dst,
                               const struct vkernel_host_config *src);
void vkernel_host_config_uninit(struct vkernel_host_config *);

/* Do the options bring the tap into the network stack of the namespace that it
 * is in: with addresses, up, or as a part of a bridge or VRF? */
bool vkernel_host_config_uses_stack(const struct vkernel_host_config *);

/* Returns the path that stands for 'netns', as in struct vkernel_host_config,
 * to be free()d by the caller.
 *
 * Only its text was checked.  Whoever opens it must not trust it: open it with
 * O_PATH, which disturbs nothing, find that it is a file of nsfs (fstatfs(),
 * NSFS_MAGIC), only then open it to read, by way of /proc/self/fd, and let
 * setns() with CLONE_NEWNET say whether it is a network's. */
char *vkernel_host_config_netns_path(const char *netns);

/* Returns the path of the sysctl 'key', as in struct vkernel_host_sysctl, for
 * the device 'ifname', to be free()d by the caller.  It leads to the device of
 * that name in the network namespace of the thread that opens it.  Returns
 * NULL if 'ifname' cannot be the name of a device, so that no other file is
 * ever written. */
char *vkernel_host_config_sysctl_path(const char *key, const char *ifname);

/* Returns the CPUs on which the worker of 'queue' may run, not none, which
 * belong to 'host', or NULL for the default ones. */
const struct vkernel_cpus *vkernel_host_config_cpus(
    const struct vkernel_host_config *host, int queue);

#endif /* vkernel-host-config.h */
