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

#ifndef VKERNEL_HOST_H
#define VKERNEL_HOST_H 1

/* Makes a tap what the options of the kernel's side ask for, and again when
 * somebody took it away: its administrative state, its bridge or VRF, its
 * alias, the length of its queues, sysctls, addresses and routes.  Remembers
 * what it did, so that this is undone when an option goes, and nothing else.
 *
 * What OVSDB asks for wins; what it does not mention is the administrator's.
 *
 * Includes nothing of DPDK or of netdev providers.  All functions are called
 * from the main thread, with the netdev's mutex held; none is for the fast
 * path. */

#include <stdbool.h>

struct smap;
struct vkernel_host;
struct vkernel_host_config;
struct vkernel_tap;

struct vkernel_host *vkernel_host_create(void);

/* Takes NULL.  Undoes nothing. */
void vkernel_host_destroy(struct vkernel_host *);

/* Has the next vkernel_host_run() look at the tap at once: other options are
 * asked for. */
void vkernel_host_request(struct vkernel_host *);

/* Makes the tap what the options ask for, if it is time to look: after
 * vkernel_host_request(), when vkernel_tap_run() has heard of something, when
 * the tap is another one or in another namespace, and some time after a
 * failure.
 *
 * Returns true if anything has changed of what vkernel_host_get_error() and
 * vkernel_host_format_status() tell. */
bool vkernel_host_run(struct vkernel_host *, struct vkernel_tap *,
                      const struct vkernel_host_config *);

/* Arranges for poll_block() to wake up when vkernel_host_run() would look at
 * the tap, but for events. */
void vkernel_host_wait(const struct vkernel_host *);

/* Gives the tap back as if nothing had ever been asked for, as far as
 * possible.  The next vkernel_host_run() does it all again. */
void vkernel_host_undo(struct vkernel_host *, struct vkernel_tap *);

/* Returns what could not be done when the tap was last looked at, all of it in
 * one text without the Interface's name, or NULL if nothing is wrong. */
const char *vkernel_host_get_error(const struct vkernel_host *);

/* Adds to 'status' what the tap had when it was last looked at. */
void vkernel_host_format_status(const struct vkernel_host *, struct smap *);

#endif /* vkernel-host.h */
