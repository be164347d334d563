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

#ifndef VKERNEL_HOST_PRIVATE_H
#define VKERNEL_HOST_PRIVATE_H 1

/* What the files of vkernel-host.h share, and nobody else:
 *
 *   vkernel-host.c         when to look at the tap, and what came of it
 *   vkernel-host-device.c  the device: values, sysctls, master, state
 *   vkernel-host-inet.c    addresses and routes
 *
 * All functions are called from the main thread, with the netdev's mutex
 * held. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "openvswitch/dynamic-string.h"
#include "openvswitch/shash.h"
#include "smap.h"
#include "vkernel-host-plan.h"
#include "vkernel-link.h"
#include "vkernel-prefix.h"

struct nl_sock;
struct vkernel_host_config;
struct vkernel_tap;

/* A set of addresses. */
struct vkernel_host_addrs {
    struct vkernel_prefix *prefixes; /* 'n' of them. */
    size_t n;                   /* Number in use. */
    size_t allocated;           /* Number for which there is room. */
};

struct vkernel_host {
    /* What was done to the tap... */
    struct vkernel_host_value alias;
    struct vkernel_host_value txqueuelen;

    /* ...and in its namespace when vkernel_tap_get_netns_seq() was
     * 'netns_seq': none of it holds in another. */
    unsigned int netns_seq;
    struct vkernel_host_addrs addrs; /* Added, but not marked by the kernel. */
    struct vkernel_host_addrs dad_failed; /* Found to be another host's. */
    uint32_t table;             /* Where routes are; 0 if that is not known. */
    bool has_routes;            /* There may be some of ours. */
    int master;                 /* Index of the bridge or VRF; 0 if none. */
    bool master_is_vrf;         /* It is, or the last one was, a VRF. */
    int former_master;          /* That from before, or 0. */
    struct shash sysctls;       /* "struct vkernel_host_value"s by key. */

    /* When to look, all as time_msec(). */
    bool requested;             /* Now, as for the first time. */
    long long int due_at;       /* Nonzero if something was heard of. */
    long long int retry_at;     /* Nonzero if something failed. */
    int retry_delay;            /* For vkernel_retry_back_off(). */
    long long int sysctls_at;   /* Nonzero if there are sysctls. */
    long long int rest_until;   /* After a look that took long. */
    long long int hold_until;   /* Nonzero for a pause... */
    long long int quiet_at;     /* ...which ends without news by then. */
    int hold_delay;             /* For vkernel_retry_back_off(). */
    int n_restores;             /* Done again... */
    long long int restores_end; /* ...until this time. */

    /* What was seen. */
    char *error;                /* As vkernel_host_get_error(). */
    bool failed;                /* Something could not be done. */
    struct smap status;         /* Of the status column. */
    unsigned long long int n_all_restores; /* Done again, ever. */
};

/* One look at the tap. */
struct vkernel_host_look {
    struct vkernel_host *host;
    struct vkernel_tap *tap;
    const struct vkernel_host_config *config;
    struct nl_sock *sock;       /* The tap's. */
    struct vkernel_link link;   /* The tap, kept up to date. */
    bool astray;                /* It is not in the VRF that it shall be in, so
                                 * that addresses and routes would be where
                                 * they do harm. */
    bool is_retry;              /* It is the time to try again. */
    bool moved;                 /* The first look in this namespace. */

    struct smap status;         /* For the host's. */
    struct ds changes;          /* Keys of the options that had an effect. */
    int n_changes;              /* How many changes were made. */
    int n_removed;              /* How many addresses and routes... */
    bool is_partial;            /* ...and there are more, for the next look. */

    struct ds errors;           /* For the host's. */
    const char *failed_key;     /* The last option in it. */
    int n_more;                 /* Its values that failed but are not told. */
};

/* What came of a look: vkernel-host.c. */

/* Takes note that something of the option 'key', a literal, was changed. */
void vkernel_host_look_changed(struct vkernel_host_look *, const char *key);

/* Adds to the errors that 'value' of the option 'key', a literal, could not be
 * dealt with, as 'verb' says, because of 'error', a positive errno value.
 * 'hint' tells the user what can be done about it, or is NULL for what can be
 * said of 'error' alone. */
void vkernel_host_look_fail(struct vkernel_host_look *, const char *verb,
                            const char *key, const char *value, int error,
                            const char *hint);

/* Forgets that a sysctl was changed. */
void vkernel_host_forget_sysctl(struct vkernel_host *, struct shash_node *);

/* The device: vkernel-host-device.c. */

/* Make the tap what the options ask for.  The tap must have been seen. */
void vkernel_host_apply_alias(struct vkernel_host_look *);
void vkernel_host_apply_txqueuelen(struct vkernel_host_look *);
void vkernel_host_apply_sysctls(struct vkernel_host_look *);
void vkernel_host_apply_master(struct vkernel_host_look *);
void vkernel_host_apply_up(struct vkernel_host_look *);

/* Returns true if no sysctl has changed since it was set. */
bool vkernel_host_sysctls_are_right(const struct vkernel_host *,
                                    struct vkernel_tap *,
                                    const struct vkernel_host_config *);

/* Addresses and routes: vkernel-host-inet.c. */

void vkernel_host_addrs_clear(struct vkernel_host_addrs *);

/* Make the tap what the options ask for.  The tap must have been seen, and
 * for the routes, its addresses be there. */
void vkernel_host_apply_addrs(struct vkernel_host_look *);
void vkernel_host_apply_routes(struct vkernel_host_look *);

#endif /* vkernel-host-private.h */
