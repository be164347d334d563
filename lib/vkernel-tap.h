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

#ifndef VKERNEL_TAP_H
#define VKERNEL_TAP_H 1

/* The kernel's side of a port: a tap device that outlives the DPDK device
 * which carries its traffic.
 *
 * The tap is held by an "anchor": a queue of its own that is detached at
 * once, so that it gets no traffic.  While the anchor is open, the tap keeps
 * its addresses, routes and namespace, whatever happens to the queues that
 * the driver attaches; when the anchor is closed (or the process dies) the
 * last reference is gone and so is the tap, unless someone else made it
 * persistent.  The anchor also tells where the tap is: TUNGETIFF gives its
 * present name and TUNGETDEVNETNS its present namespace.
 *
 * Includes nothing of DPDK or of netdev providers.  All functions are called
 * from the main thread, with the netdev's mutex held; none is for the fast
 * path. */

#include <stdbool.h>

#include "openvswitch/types.h"

struct nl_sock;
struct vkernel_link;
struct vkernel_tap;

/* Makes the multi-queue tap 'ifname' in the calling thread's namespace, or
 * takes the one of that name if it is free, and stores it into '*tapp'.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller, and stores NULL into '*tapp'. */
char *vkernel_tap_open(const char *ifname, struct vkernel_tap **tapp);

/* Closes the anchor, and so removes the tap if nothing else holds it.  Takes
 * NULL. */
void vkernel_tap_close(struct vkernel_tap *);

/* Returns the tap's name, which a user may have changed since it was
 * opened. */
const char *vkernel_tap_get_name(const struct vkernel_tap *);

/* Asks the kernel how the tap is.  Returns 0 or a positive errno value: ENODEV
 * if the tap was deleted, another one, such as EPERM, if it was moved to a
 * namespace where it cannot be asked. */
int vkernel_tap_get_link(struct vkernel_tap *, struct vkernel_link *);

/* Change the tap.  All return 0 or a positive errno value. */
int vkernel_tap_set_mtu(struct vkernel_tap *, int mtu);
int vkernel_tap_set_gso_max_size(struct vkernel_tap *, int size);
int vkernel_tap_set_mac(struct vkernel_tap *, struct eth_addr);

/* Returns, in a string that the caller must free(), the offloads that the
 * kernel has on for the frames it sends out of the tap, named as "ethtool -k"
 * does and separated by blanks, or "none". */
char *vkernel_tap_format_offloads(struct vkernel_tap *);

/* Enters the tap's namespace, around what must be done there, such as the
 * driver's probe; vkernel_netns_leave() leaves it.  As
 * vkernel_netns_enter(). */
int vkernel_tap_enter_netns(struct vkernel_tap *, int *savedp);

/* Returns true if the tap lives in the daemon's own namespace. */
bool vkernel_tap_is_in_own_netns(const struct vkernel_tap *);

/* Returns true if the kernel has told of some change of the tap since the
 * last call, and follows a change of its name and namespace. */
bool vkernel_tap_run(struct vkernel_tap *);

/* Arranges for poll_block() to wake up when vkernel_tap_run() would return
 * true. */
void vkernel_tap_wait(const struct vkernel_tap *);

/* For whoever keeps addresses, routes and the like on the tap. */

/* What may have changed, for vkernel_tap_take_events(). */
enum vkernel_tap_event {
    VKERNEL_TAP_CHANGED = 1 << 0, /* The tap, its addresses or those of its
                                   * routes that are our own. */
    VKERNEL_TAP_OTHERS_CHANGED = 1 << 1, /* Another device. */
};

/* Returns, as a set of enum vkernel_tap_event, what vkernel_tap_run() has
 * heard of since the last call. */
unsigned int vkernel_tap_take_events(struct vkernel_tap *);

/* Returns a socket for requests in the tap's namespace, which stays the tap's
 * and is valid until the next vkernel_tap_run(), and stores into '*ifindexp'
 * the tap's index there.  Returns NULL if the tap is where it cannot be
 * asked. */
struct nl_sock *vkernel_tap_get_sock(const struct vkernel_tap *,
                                     int *ifindexp);

/* Returns a number, not 0, that another tap never has, nor this one after it
 * came to another namespace. */
unsigned int vkernel_tap_get_place(const struct vkernel_tap *);

#endif /* vkernel-tap.h */
