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

#ifndef VKERNEL_COMPAT_H
#define VKERNEL_COMPAT_H 1

/* What differs between the releases of Open vSwitch and DPDK that this
 * provider serves, and nothing else.
 *
 * Every other file uses the names below; no other file tests a VKERNEL_HAVE_*
 * probe (configure's results, in vkernel-probes.h) or a version number.
 *
 * Everything here may be called from any thread. */

#include <rte_version.h>

#include "dp-packet.h"
#include "netdev-provider.h"
#include "vkernel-probes.h"

/* The most queue pairs that the driver accepts in its "queues" argument.  It
 * exports no name for this limit: 8 up to DPDK 22.11, 128 after (the driver's
 * VIRTIO_MAX_VIRTQUEUE_PAIRS). */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define VKERNEL_MAX_QUEUES 128
#else
#define VKERNEL_MAX_QUEUES 8
#endif

/* Initializes what Open vSwitch expects of a packet that was just received
 * into 'packet', whose mbuf may have been used before. */
static inline void
vkernel_compat_init_rx_packet(struct dp_packet *packet)
{
    dp_packet_reset_cutlen(packet);
    packet->packet_type = htonl(PT_ETH);
#if VKERNEL_HAVE_DP_PACKET_CSUM_START
    packet->csum_start = 0;
    packet->csum_offset = 0;
#endif
#if VKERNEL_HAVE_DP_PACKET_OFFLOADS
    packet->has_hash = false;
    packet->has_mark = false;
    packet->offloads = 0;
    packet->mbuf.tso_segsz = 0;
#endif
}

#endif /* vkernel-compat.h */
