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

#ifndef VKERNEL_HOST_PLAN_H
#define VKERNEL_HOST_PLAN_H 1

/* What to do about a tap that is not what the options ask for: which addresses
 * and routes to add and which to remove, and which values to set.  The rules
 * by which nothing is undone but what was done are here.
 *
 * Pure: no I/O, no state, no lock.  The files of vkernel-host.h, which do it,
 * call these functions from the main thread. */

#include <stdbool.h>
#include <stddef.h>

struct vkernel_addr;
struct vkernel_host_config;
struct vkernel_prefix;
struct vkernel_route;

/* Which addresses to change. */
struct vkernel_host_addr_plan {
    struct vkernel_prefix *remove; /* 'n_remove' addresses, to go first. */
    size_t n_remove;
    struct vkernel_prefix *add; /* 'n_add' addresses. */
    size_t n_add;
};

/* Fills 'plan', which need not be initialized, for a device that has the
 * 'n_have' addresses 'have' and shall have 'wanted'.  Only those addresses are
 * removed that are marked or among 'ours'. */
void vkernel_host_plan_addrs(struct vkernel_host_addr_plan *plan,
                             const struct vkernel_prefix *wanted,
                             size_t n_wanted,
                             const struct vkernel_addr *have, size_t n_have,
                             const struct vkernel_prefix *ours,
                             size_t n_ours);
void vkernel_host_addr_plan_uninit(struct vkernel_host_addr_plan *);

/* Which routes to change. */
struct vkernel_host_route_plan {
    struct vkernel_route *remove; /* 'n_remove' routes, to go first. */
    size_t n_remove;
    struct vkernel_route *add;  /* 'n_add' routes. */
    size_t n_add;
};

/* Stores into '*routesp' the routes that 'config' asks for, the default routes
 * first, and returns how many they are.  The caller must free()
 * '*routesp'. */
size_t vkernel_host_plan_wanted_routes(const struct vkernel_host_config *,
                                       struct vkernel_route **routesp);

/* Fills 'plan', which need not be initialized, for a device that has the
 * 'n_ours' routes 'ours', all of them our own, and shall have 'wanted'. */
void vkernel_host_plan_routes(struct vkernel_host_route_plan *plan,
                              const struct vkernel_route *wanted,
                              size_t n_wanted,
                              const struct vkernel_route *ours,
                              size_t n_ours);
void vkernel_host_route_plan_uninit(struct vkernel_host_route_plan *);

/* A value of the device that an option may change, such as its alias, and what
 * to give back when the option goes.  All NULL if it was not changed. */
struct vkernel_host_value {
    char *asked;                /* What the option asked for... */
    char *ours;                 /* ...what the kernel made of it... */
    char *former;               /* ...and what was there before, or NULL if
                                 * that is not known. */
};

/* Returns what the value shall be set to, or NULL if it shall stay as it is.
 * 'wanted' is what the option asks for, or NULL, and 'now' what there is, or
 * NULL if that is not known.
 *
 * A value that is not what was set is somebody else's, and is not given
 * back. */
const char *vkernel_host_value_next(const struct vkernel_host_value *,
                                    const char *wanted, const char *now);

/* Takes note that the value was 'former' (or unknown, if NULL) and was changed
 * to 'ours' for an option that asks for 'asked'. */
void vkernel_host_value_set(struct vkernel_host_value *, const char *asked,
                            const char *ours, const char *former);

/* Forgets that the value was changed. */
void vkernel_host_value_clear(struct vkernel_host_value *);

#endif /* vkernel-host-plan.h */
