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

#ifndef VKERNEL_OFFLOAD_H
#define VKERNEL_OFFLOAD_H 1

/* Checksums and TCP segmentation that are left to somebody else: from DPDK's
 * words into Open vSwitch's for what the kernel sends, and back for what it
 * shall receive.
 *
 * Each function works on one packet, has no state, and takes no lock.
 * vkernel-rx.c and vkernel-tx.c call them in the fast path, from any
 * thread. */

#include <rte_mbuf.h>
#include <stdbool.h>

#include "vkernel-stats.h"

struct dp_packet;

/* In the field hash.usr of a packet to send, which nobody reads any more: what
 * its checksum field must hold, if this flag is set. */
#define VKERNEL_OFFLOAD_HAS_CSUM (1u << 16)

/* Tells Open vSwitch what the driver has found in the virtio header of
 * 'packet', just received: a checksum or a segmentation left to do.  Completes
 * the checksum if Open vSwitch could not.
 *
 * Returns false if the bytes of 'packet' contradict the header, and it must be
 * dropped: whoever did what the header asks for would read or write where
 * there is nothing. */
bool vkernel_offload_rx(struct dp_packet *packet);

/* Tells the driver what is left to do for 'packet', which is in an mbuf, for a
 * receiver with an MTU of 'mtu'.  That is nothing if 'packet' was cut: its end
 * is missing, and so is what a checksum would be of.
 *
 * Returns true if successful.  Otherwise stores the reason to drop 'packet'
 * into '*drop'. */
bool vkernel_offload_tx(struct dp_packet *packet, int mtu,
                        enum vkernel_tx_drop *drop);

/* Returns true if 'packet' was cut: it ends before IP says that it does. */
bool vkernel_offload_tx_is_cut(const struct dp_packet *);

/* Returns true if 'mbuf', after vkernel_offload_tx(), must see
 * vkernel_offload_tx_finish() between rte_eth_tx_prepare() and
 * rte_eth_tx_burst(). */
static inline bool
vkernel_offload_tx_is_unfinished(const struct rte_mbuf *mbuf)
{
    return mbuf->hash.usr & VKERNEL_OFFLOAD_HAS_CSUM;
}

/* Mends what rte_eth_tx_prepare() does not know. */
void vkernel_offload_tx_finish(struct rte_mbuf *);

#endif /* vkernel-offload.h */
