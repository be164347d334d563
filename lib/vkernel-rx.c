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

#include <config.h>

#include "vkernel-rx.h"

#include <errno.h>
#include <rte_ethdev.h>

#include "dp-packet.h"
#include "openvswitch/compiler.h"
#include "vkernel-compat.h"
#include "vkernel-stats.h"

int
vkernel_rx_burst(uint16_t port_id, uint16_t queue_id,
                 struct vkernel_rxq_counters *counters,
                 struct dp_packet_batch *batch)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) batch->packets;
    uint64_t bytes = 0;
    size_t n_kept = 0;
    size_t n;

    n = rte_eth_rx_burst(port_id, queue_id, mbufs, NETDEV_MAX_BURST);
    if (!n) {
        return EAGAIN;
    }
    for (size_t i = 0; i < n; i++) {
        struct rte_mbuf *mbuf = mbufs[i];

        /* The datapath reads past the first segment's end. */
        if (OVS_UNLIKELY(mbuf->nb_segs != 1)) {
            rte_pktmbuf_free(mbuf);
            continue;
        }
        vkernel_compat_init_rx_packet(CONTAINER_OF(mbuf, struct dp_packet,
                                                   mbuf));
        bytes += mbuf->pkt_len;
        mbufs[n_kept++] = mbuf;
    }
    batch->count = n_kept;

    vkernel_counter_add(&counters->packets, n_kept);
    vkernel_counter_add(&counters->bytes, bytes);
    if (OVS_UNLIKELY(n_kept < n)) {
        vkernel_counter_add(&counters->drops[VKERNEL_DROP_RX_CHAINED],
                            n - n_kept);
    }
    return n_kept ? 0 : EAGAIN;
}
