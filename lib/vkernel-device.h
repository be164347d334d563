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

#ifndef VKERNEL_DEVICE_H
#define VKERNEL_DEVICE_H 1

/* What carries a port's traffic: a tap, the virtio-user device attached to
 * it, and the buffers of both directions, which are always opened, changed and
 * closed together.
 *
 * Knows nothing of netdevs.  All functions are called from the main thread,
 * with the netdev's mutex held; those that open or close a port while no other
 * thread receives or sends. */

#include <stdbool.h>

#include "openvswitch/types.h"
#include "vkernel-buffers.h"
#include "vkernel-config.h"
#include "vkernel-link.h"

struct vkernel_driver_stats;
struct vkernel_orphan_trace;
struct vkernel_port;
struct vkernel_tap;
struct vkernel_workers;

struct vkernel_device {
    struct vkernel_config config; /* What it was opened with. */
    int mtu;                    /* In bytes. */
    int gso_max_size;           /* Of the tap, in bytes; 0 without offloads. */
    struct eth_addr mac;        /* Of the tap. */
    int socket_id;              /* NUMA node. */
    struct vkernel_tap *tap;    /* NULL if and only if it is not open. */
    struct vkernel_port *port;  /* NULL after a change that failed badly. */
    struct vkernel_workers *workers; /* Of 'port': NULL if that is. */
    struct vkernel_buffers buffers; /* Of its packets. */
};

/* Opens 'device', which must be all zeros.  The MTU and the MAC are those of
 * the tap: the defaults of the kernel's for a new one.  'trace', or NULL, is
 * for vkernel_tap_open().
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller; 'device' is then closed.  Stores into
 * '*tap_opened' whether the tap was there for a while, which its watchers
 * have seen. */
char *vkernel_device_open(struct vkernel_device *,
                          const struct vkernel_config *, int socket_id,
                          const struct vkernel_orphan_trace *trace,
                          bool *tap_opened);

/* Likewise, but without a tap, as if that had been deleted: the next change
 * makes it, or takes the one that is there by then.  Until then the MAC is all
 * zeros.  Then, or if 'mtu' of that change is 0, they are the tap's. */
char *vkernel_device_open_later(struct vkernel_device *,
                                const struct vkernel_config *, int socket_id);

/* A change of an open device, to other options or another MTU, or to a port
 * again if that was lost, goes in two steps, so that most of what may fail or
 * take long is over before traffic stops: */

/* Returns true if a change to 'config' needs a tap that 'device' never had:
 * one of another name, or, after vkernel_device_open_later(), the first. */
bool vkernel_device_needs_other_tap(const struct vkernel_device *,
                                    const struct vkernel_config *);

/* Makes in 'next' what 'device' will take with 'config' and 'mtu', while
 * 'device' goes on, with traffic.  The tap stays, unless 'config' names
 * another one or it was deleted.  If 'mtu' is 0, it is the tap's.
 *
 * 'trace' is for vkernel_tap_open(), of a tap that 'device' never had.  Where
 * it does not say where that was, and options do not either, a tap is made
 * where somebody has moved the one before to.
 *
 * Returns NULL if successful; 'next' is then for vkernel_device_switch() or
 * vkernel_device_discard().  Otherwise a message as vkernel_device_open()
 * does; 'next' is then all zeros. */
char *vkernel_device_prepare(const struct vkernel_device *,
                             const struct vkernel_config *, int mtu,
                             const struct vkernel_orphan_trace *trace,
                             struct vkernel_device *next);

/* Makes 'device' what was prepared in 'next', and 'next' all zeros.  Adds what
 * the driver counted to 'stats'.  The driver gives the tap the device's MAC,
 * which, if 'follow_mac', is the one that the tap has by then.
 *
 * Returns NULL if successful, otherwise a message as vkernel_device_open()
 * does.  'device' is then as before, or at worst without a port. */
char *vkernel_device_switch(struct vkernel_device *,
                            struct vkernel_device *next, bool follow_mac,
                            struct vkernel_driver_stats *stats);

/* Gives up what was prepared in 'next' for 'device', and makes it all
 * zeros. */
void vkernel_device_discard(struct vkernel_device *next,
                            const struct vkernel_device *device);

/* Closes the port of 'device', and lets go of its tap, whose namespace was
 * deleted, and which must be made again.  Adds what the driver counted to
 * 'stats'. */
void vkernel_device_abandon_tap(struct vkernel_device *,
                                struct vkernel_driver_stats *stats);

/* Gives the tap and the driver another address.  Returns 0 or a positive
 * errno value. */
int vkernel_device_set_mac(struct vkernel_device *, struct eth_addr);

/* Gives the driver the address that somebody has given the tap.  The tap is
 * left alone: when its address is set, be it to what it is, the kernel forgets
 * all neighbours, even permanent ones.  Returns 0 or a positive errno
 * value. */
int vkernel_device_follow_mac(struct vkernel_device *, struct eth_addr);

/* Finds whether the tap, which is 'link' now, is as the port needs it, and
 * nobody else's.  Stores into '*messagep' NULL or a message, as
 * vkernel_device_open() does. */
enum vkernel_link_state vkernel_device_check(const struct vkernel_device *,
                                             const struct vkernel_link *,
                                             char **messagep);

/* Closes 'device' and makes it all zeros.  Does nothing if it is not open. */
void vkernel_device_close(struct vkernel_device *);

#endif /* vkernel-device.h */
