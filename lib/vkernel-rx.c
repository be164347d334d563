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
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <string.h>

#include "dp-packet.h"
#include "openvswitch/compiler.h"
#include "vkernel-compat.h"
#include "vkernel-offload.h"
#include "vkernel-policer.h"
#include "vkernel-stats.h"

/* Returns a copy of 'mbuf', which has one segment, in a buffer of 'mp', or
 * NULL if there is none. */
static struct rte_mbuf *
copy_mbuf(struct rte_mempool *mp, const struct rte_mbuf *mbuf)
{
    struct rte_mbuf *copy = rte_pktmbuf_alloc(mp);

    if (OVS_LIKELY(copy)) {
        memcpy(rte_pktmbuf_mtod(copy, char *),
               rte_pktmbuf_mtod(mbuf, const char *), mbuf->data_len);
        copy->data_len = mbuf->data_len;
        copy->pkt_len = mbuf->pkt_len;
        copy->port = mbuf->port;
        copy->ol_flags = mbuf->ol_flags;
        copy->packet_type = mbuf->packet_type;
        copy->tx_offload = mbuf->tx_offload;
    }
    return copy;
}

/* Replaces those of the 'n' 'mbufs' that are small by copies, drops those for
 * which there is no buffer, and gives the others' buffers back.  Returns how
 * many are left. */
static size_t
take_out_of_ring(const struct vkernel_rx *rx, struct rte_mbuf **mbufs,
                 size_t n)
{
    struct rte_mbuf *unused[NETDEV_MAX_BURST];
    bool has_enough = false;
    bool is_counted = false;
    size_t n_unused = 0;
    size_t n_kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct rte_mbuf *mbuf = mbufs[i];

        if (mbuf->pkt_len <= rx->max_copy_size) {
            struct rte_mbuf *copy = copy_mbuf(rx->copy_mp, mbuf);

            unused[n_unused++] = mbuf;
            if (OVS_LIKELY(copy)) {
                mbufs[n_kept++] = copy;
            }
            continue;
        }
        if (!is_counted) {
            /* Once a burst: what it took is not there any more. */
            has_enough = rte_mempool_avail_count(rx->ring_mp) > rx->reserve;
            is_counted = true;
        }
        if (OVS_LIKELY(has_enough)) {
            mbufs[n_kept++] = mbuf;
        } else {
            unused[n_unused++] = mbuf;
        }
    }
    rte_pktmbuf_free_bulk(unused, n_unused);
    return n_kept;
}

/* Drops those of the 'n' 'mbufs' that have more than one segment, as the
 * datapath would read past the first one's end.  Returns how many are left. */
static size_t
drop_chained(struct rte_mbuf **mbufs, size_t n)
{
    size_t n_kept = 0;

    for (size_t i = 0; i < n; i++) {
        if (OVS_LIKELY(mbufs[i]->nb_segs == 1)) {
            mbufs[n_kept++] = mbufs[i];
        } else {
            rte_pktmbuf_free(mbufs[i]);
        }
    }
    return n_kept;
}

/* Makes packets for Open vSwitch of 'n' 'mbufs' and drops those that claim
 * what is not so.  Returns how many are left, and stores into '*bytesp' how
 * many bytes they have. */
static size_t
init_packets(const struct vkernel_rx *rx, struct rte_mbuf **mbufs, size_t n,
             uint64_t *bytesp)
{
    uint64_t bytes = 0;
    size_t n_kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct rte_mbuf *mbuf = mbufs[i];
        struct dp_packet *packet = CONTAINER_OF(mbuf, struct dp_packet, mbuf);

        vkernel_compat_init_rx_packet(packet);
        if (rx->offloads && OVS_UNLIKELY(!vkernel_offload_rx(packet))) {
            rte_pktmbuf_free(mbuf);
            continue;
        }
        bytes += mbuf->pkt_len;
        mbufs[n_kept++] = mbuf;
    }
    *bytesp = bytes;
    return n_kept;
}

/* Drops those of the 'n' packets of 'batch' that 'policer' does not let pass.
 * Returns how many are left. */
static size_t
drop_policed(struct vkernel_policer *policer, struct dp_packet_batch *batch,
             size_t n)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) batch->packets;
    size_t n_passed = vkernel_policer_run(policer, batch->packets, n,
                                          rte_get_tsc_cycles());

    rte_pktmbuf_free_bulk(&mbufs[n_passed], n - n_passed);
    return n_passed;
}

int
vkernel_rx_burst(const struct vkernel_rx *rx, uint16_t queue_id,
                 struct vkernel_rxq_counters *counters,
                 struct vkernel_policer *policer,
                 struct dp_packet_batch *batch)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) batch->packets;
    size_t n_polled, n_linear, n_passed, n_taken, n;
    uint64_t bytes;

    n_polled = rte_eth_rx_burst(rx->port_id, queue_id, mbufs,
                                NETDEV_MAX_BURST);
    if (!n_polled) {
        return EAGAIN;
    }
    n_taken = n_passed = n_linear = drop_chained(mbufs, n_polled);
    if (OVS_UNLIKELY(policer)) {
        n_taken = n_passed = drop_policed(policer, batch, n_linear);
    }
    if (rx->copy_mp) {
        n_taken = take_out_of_ring(rx, mbufs, n_passed);
    }
    n = init_packets(rx, mbufs, n_taken, &bytes);
    batch->count = n;

    vkernel_counter_add(&counters->bytes, bytes);
    vkernel_counter_add(&counters->packets, n);
    if (OVS_UNLIKELY(n < n_polled)) {
        vkernel_counter_add(&counters->drops[VKERNEL_DROP_RX_CHAINED],
                            n_polled - n_linear);
        vkernel_counter_add(&counters->drops[VKERNEL_DROP_RX_POLICING],
                            n_linear - n_passed);
        vkernel_counter_add(&counters->drops[VKERNEL_DROP_RX_NO_BUFFER],
                            n_passed - n_taken);
        vkernel_counter_add(&counters->drops[VKERNEL_DROP_RX_BAD_OFFLOAD],
                            n_taken - n);
    }
    return n ? 0 : EAGAIN;
}
