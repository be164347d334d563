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

#ifndef VKERNEL_ERROR_H
#define VKERNEL_ERROR_H 1

/* What is wrong with an Interface, by its name, for the 'error' column.
 *
 * Open vSwitch's bridge fills that column only when it fails to create a
 * port, and clears it for each port that exists.  A dpdkvkernel port that
 * gets a bad value keeps its last good configuration and goes on forwarding;
 * what was wrong with the value waits here until the bridge asks
 * (netdev_dpdkvkernel_configure()).
 *
 * An error outlives its netdev, so it is known by name alone.  Any thread may
 * call these functions; they take a lock of their own. */

#include <stdbool.h>

struct vkernel_budget;

/* Where an error comes from.  Each source sets and clears only its own. */
enum vkernel_error_source {
    VKERNEL_ERROR_OPTIONS,      /* The options column. */
    VKERNEL_ERROR_MTU,          /* The mtu_request column. */
    VKERNEL_ERROR_MAC,          /* The mac column. */
    VKERNEL_ERROR_QOS,          /* The QoS and Queue tables. */
    VKERNEL_ERROR_DEVICE,       /* DPDK or the kernel. */
    VKERNEL_ERROR_HOST,         /* What options ask for of the tap. */
    VKERNEL_ERROR_PLACE,        /* host-netns. */
    VKERNEL_ERROR_PERSIST,      /* persist. */
    VKERNEL_ERROR_CARRIER,      /* carrier-from. */
    VKERNEL_ERROR_WORKERS,      /* The threads of vhost. */
    VKERNEL_ERROR_SHARED,       /* Others who have the tap open. */
    VKERNEL_N_ERROR_SOURCES
};

/* Sets what 'source' says of 'iface' to 'text', which this function takes
 * over, or clears it if 'text' is NULL.  It becomes printable:
 * vkernel-printable.h.  Logs 'text' as a warning when it
 * is new.  Returns true if this changed anything. */
bool vkernel_error_set(const char *iface, enum vkernel_error_source,
                       char *text);

/* Likewise, and logs it only as far as 'budget' allows. */
bool vkernel_error_set_within(const char *iface, enum vkernel_error_source,
                              char *text, struct vkernel_budget *budget);

/* Clears what all sources say of 'iface'. */
void vkernel_error_clear(const char *iface);

/* Returns all that is said of 'iface', in one string that the caller must
 * free(), or NULL if nothing is.  'separator' stands between what two sources
 * say. */
char *vkernel_error_join(const char *iface, const char *separator);

/* Likewise, as the 'error' column has it. */
char *vkernel_error_get(const char *iface);

#endif /* vkernel-error.h */
