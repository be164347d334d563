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

#ifndef VKERNEL_ANCHOR_H
#define VKERNEL_ANCHOR_H 1

/* The anchor of a tap: a queue of its own that is detached at once, so that
 * it gets no traffic.
 *
 * While it is open, the tap stays, whatever happens to the queues that the
 * driver attaches.  It is also a handle on the tap that works from any network
 * namespace, under any name.  All that goes through /dev/net/tun is here.
 *
 * The kernel lets everybody attach queues to a tap that has no owner, and
 * whoever has a queue may do as with an anchor.  So a tap gets the daemon's
 * user as its owner at once, and is refused if somebody came first.
 *
 * An anchor is a file descriptor, which the caller close()s; there is no other
 * state and no lock.  vkernel-tap.c calls these functions from the main
 * thread. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

/* Whose a tap was before it was taken over: UINT32_MAX is nobody, as it is for
 * one that is new. */
struct vkernel_anchor_former {
    uint32_t owner;             /* User. */
    uint32_t group;             /* Group. */
};

/* Makes the multi-queue tap 'ifname' or, if the network namespace of the
 * calling thread has a free one of that name, takes that.  Stores its anchor
 * into '*anchorp', or -1, and whose it was into '*former'.
 *
 * If it can, it makes the tap in the namespace of
 * vkernel_netns_enter_private(), and the caller moves it to where it belongs.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller. */
char *vkernel_anchor_open(const char *ifname, int *anchorp,
                          struct vkernel_anchor_former *former);

/* Gives the tap back to whose it was. */
void vkernel_anchor_give_back(int anchor,
                              const struct vkernel_anchor_former *);

/* Undoes what another program may have done to the tap through a queue of its
 * own: its owner, filters and the like; not what the driver sets when it
 * attaches its queues.  Returns 0 or a positive errno value. */
int vkernel_anchor_reclaim(int anchor);

/* Undoes what another program may have set through a queue of its own without
 * leaving a trace: filters, and the order of bytes in headers. */
void vkernel_anchor_clean(int anchor);

/* Stores the tap's present name into 'ifname', which has room for IFNAMSIZ
 * bytes.  Returns 0 or a positive errno value: EBADFD if the tap was
 * deleted. */
int vkernel_anchor_get_name(int anchor, char *ifname);

/* Stores a descriptor of the tap's present network namespace, which the caller
 * must close, into '*netns_fdp', or -1.  Returns likewise. */
int vkernel_anchor_open_netns(int anchor, int *netns_fdp);

/* Stores into '*sizep' the size of the virtio header that the tap has before
 * each frame, which whoever has a queue can change.  Returns likewise. */
int vkernel_anchor_get_header_size(int anchor, int *sizep);

/* Change the tap.  A persistent one gets the daemon's user for its owner.  All
 * return likewise; the last one EPERM if the carrier should be on, but no
 * queue is attached. */
int vkernel_anchor_set_persistent(int anchor, bool persistent);
int vkernel_anchor_set_mac(int anchor, struct eth_addr);
int vkernel_anchor_set_carrier(int anchor, bool carrier);

#endif /* vkernel-anchor.h */
