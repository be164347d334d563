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

#ifndef VKERNEL_CONFIG_H
#define VKERNEL_CONFIG_H 1

/* The options of a dpdkvkernel Interface: text <-> struct.
 *
 * Pure: no I/O, no state, no lock.  The netdev class, and what it calls, call
 * these functions from the main thread, tests/test-vkernel.c from a table.
 * 'name' is always the name of the Interface, which opens each message. */

#include <net/if.h>
#include <stdbool.h>

#include "vkernel-host-config.h"

struct smap;

/* Ring sizes, in descriptors: powers of two within the limits of the virtio
 * specification that vhost-net and the driver both accept. */
#define VKERNEL_MIN_RING_SIZE 64
#define VKERNEL_MAX_RING_SIZE 32768
#define VKERNEL_DEFAULT_RING_SIZE 1024

/* MTU, in bytes: IPv4's least, and the most that DPDK's virtio driver
 * takes. */
#define VKERNEL_MIN_MTU 68
#define VKERNEL_MAX_MTU 9698

/* Bytes of a frame that the kernel has not cut into TCP segments: the least
 * that is worth it, and the most that fits, with its headroom, into the 65535
 * bytes that a DPDK buffer may have. */
#define VKERNEL_MIN_GSO_MAX_SIZE 2048
#define VKERNEL_MAX_GSO_MAX_SIZE 61440

#define VKERNEL_DEFAULT_VHOST_PATH "/dev/vhost-net"

/* What a user asked for. */
struct vkernel_config {
    char ifname[IFNAMSIZ];      /* The tap's name. */
    char *vhost_path;           /* The character device of vhost-net. */
    int n_queues;               /* Queue pairs: both n_rxq and n_txq. */
    int ring_size;              /* Descriptors in each ring. */
    bool tso;                   /* If Open vSwitch can, too. */
    int gso_max_size;           /* Of the tap, with TSO, in bytes. */

    struct vkernel_host_config host; /* The kernel's side. */
};

/* Fills 'config', which need not be initialized, from 'options'.
 *
 * Returns NULL if successful, otherwise a message for the user that names the
 * option, its value and what is accepted; the caller must free() it, and
 * 'config' is then empty. */
char *vkernel_config_parse(const char *name, const struct smap *options,
                           struct vkernel_config *config);

/* Returns NULL if every key of 'options' is known, otherwise a message that
 * names each unknown one, with the nearest known name if one is near, to be
 * free()d by the caller. */
char *vkernel_config_unknown(const char *name, const struct smap *options);

/* Returns NULL if 'mtu' can be configured, otherwise a message for the user,
 * to be free()d by the caller. */
char *vkernel_config_check_mtu(const char *name, int mtu);

/* Adds to 'options' what 'config' asks for, defaults included, but for those
 * of 'host'. */
void vkernel_config_format(const struct vkernel_config *,
                           struct smap *options);

/* Returns true if a device made for one of them is right for the other, too.
 * For 'host', which does not matter for that, there is
 * vkernel_host_config_equals(). */
bool vkernel_config_equals(const struct vkernel_config *,
                           const struct vkernel_config *);
void vkernel_config_clone(struct vkernel_config *dst,
                          const struct vkernel_config *src);
void vkernel_config_uninit(struct vkernel_config *);

#endif /* vkernel-config.h */
