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

#ifndef VKERNEL_PORT_H
#define VKERNEL_PORT_H 1

/* One virtio-user device of DPDK on the kernel's vhost-net, from its probe to
 * its removal.  It attaches its queues to a tap that exists already
 * (vkernel-tap.c), and leaves it behind.
 *
 * Knows nothing of netdevs.  All functions are called from the main thread,
 * with the netdev's mutex held; no other thread uses the device while it is
 * opened or closed. */

#include <stdbool.h>
#include <stdint.h>

#include "openvswitch/types.h"

struct rte_mempool;
struct vkernel_driver_stats;
struct vkernel_port;

/* What to open. */
struct vkernel_port_args {
    const char *vhost_path;     /* Character device of vhost-net. */
    const char *ifname;         /* Tap, for messages... */
    const char *handle;         /* ...and for the driver: a name of it in the
                                 * calling thread's namespace. */
    struct eth_addr mac;        /* Address, which the driver gives the tap. */
    int n_queues;               /* Queue pairs. */
    int ring_size;              /* Descriptors in each ring. */
    int mtu;                    /* In bytes. */
    int socket_id;              /* NUMA node. */
    bool offloads;              /* Checksums and TCP segmentation? */
    struct rte_mempool *rx_mp;  /* What the Rx rings are filled with. */
};

/* Returns NULL if 'vhost_path' is vhost-net and may be used, otherwise a
 * message without the Interface's name, to be free()d by the caller.
 *
 * To be called before vkernel_port_open(): with a path that is not a
 * character device the driver would silently try vhost-user instead. */
char *vkernel_port_check_vhost(const char *vhost_path);

/* Probes, configures and starts a device and stores it into '*portp'.
 *
 * Returns NULL if successful, otherwise a message without the Interface's
 * name, to be free()d by the caller; nothing is left of the device then, and
 * '*portp' is NULL. */
char *vkernel_port_open(const struct vkernel_port_args *,
                        struct vkernel_port **portp);

/* Stops and removes the device.  Takes NULL. */
void vkernel_port_close(struct vkernel_port *);

/* Returns how often DPDK's memory has grown or shrunk since the first device
 * was opened.  Each time, the driver takes all devices' queues off their taps
 * and attaches them again, with the offloads that it wants. */
unsigned int vkernel_port_get_memory_seq(void);

/* Returns DPDK's number for the device. */
uint16_t vkernel_port_get_id(const struct vkernel_port *);

/* Makes 'mac' what the driver gives the tap from now on.  Returns 0 or a
 * positive errno value. */
int vkernel_port_set_mac(struct vkernel_port *, struct eth_addr mac);

/* Fills 'stats' with the driver's counters since the probe. */
void vkernel_port_get_stats(struct vkernel_port *,
                            struct vkernel_driver_stats *stats);

#endif /* vkernel-port.h */
