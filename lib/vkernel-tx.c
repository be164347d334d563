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

#include "vkernel-tx.h"

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

static void
count_drop(const struct vkernel_txq *txq, enum vkernel_tx_drop drop, size_t n)
{
    vkernel_counter_add(&txq->counters->drops[drop], n);
}

/* Returns a copy of 'packet' in a buffer of 'mp', or NULL if there is none or
 * the packet is too big for it. */
static struct dp_packet *
copy_to_mbuf(struct rte_mempool *mp, const struct dp_packet *packet)
{
    size_t size = dp_packet_size(packet);
    struct rte_mbuf *mbuf = rte_pktmbuf_alloc(mp);
    struct dp_packet *copy;

    if (OVS_UNLIKELY(!mbuf)) {
        return NULL;
    }
    /* Before the size becomes the 16 bits of rte_pktmbuf_append(). */
    if (OVS_UNLIKELY(size > rte_pktmbuf_tailroom(mbuf))) {
        rte_pktmbuf_free(mbuf);
        return NULL;
    }
    memcpy(rte_pktmbuf_append(mbuf, size), dp_packet_data(packet), size);

    copy = CONTAINER_OF(mbuf, struct dp_packet, mbuf);
    copy->l3_ofs = packet->l3_ofs;
    copy->l4_ofs = packet->l4_ofs;
    vkernel_compat_copy_offloads(copy, packet);
    return copy;
}

/* Makes sure that 'packet', which is taken over, is in a buffer of DPDK's.
 * Returns it or a copy of it, or NULL if it was dropped, and stores the reason
 * into '*drop'. */
static struct dp_packet *
ensure_mbuf(const struct vkernel_tx *tx, struct dp_packet *packet,
            bool is_large, enum vkernel_tx_drop *drop)
{
    struct dp_packet *copy;

    if (OVS_LIKELY(packet->source == DPBUF_DPDK)) {
        if (OVS_LIKELY(packet->mbuf.nb_segs == 1)) {
            return packet;
        }
        *drop = VKERNEL_DROP_TX_CHAINED;
        copy = NULL;
    } else {
        *drop = VKERNEL_DROP_TX_NO_BUFFER;
        copy = copy_to_mbuf(is_large ? tx->large_copy_mp : tx->copy_mp,
                            packet);
    }
    dp_packet_delete(packet);
    return copy;
}

/* Returns true if 'packet', which is longer than the MTU allows, may be sent:
 * to be cut to segments, or what is left of such a packet after it was cut
 * otherwise.  Open vSwitch's sizes have 32 bits, those of an mbuf 16. */
static bool
may_be_large(const struct vkernel_tx *tx, const struct dp_packet *packet)
{
    return (dp_packet_size(packet) <= UINT16_MAX && tx->large_copy_mp
            && (vkernel_compat_is_tso(packet)
                || vkernel_offload_tx_is_cut(packet)));
}

/* Makes of 'packet', which is taken over, an mbuf fit for the driver.  Returns
 * NULL if it was dropped, and stores the reason into '*drop'. */
static struct rte_mbuf *
collect_mbuf(const struct vkernel_tx *tx, struct dp_packet *packet,
             enum vkernel_tx_drop *drop)
{
    bool is_large = dp_packet_size(packet) > tx->max_frame_size;

    if (OVS_UNLIKELY(is_large && !may_be_large(tx, packet))) {
        *drop = VKERNEL_DROP_TX_TOO_BIG;
        dp_packet_delete(packet);
        return NULL;
    }
    vkernel_compat_complete_tunnel(packet);
    packet = ensure_mbuf(tx, packet, is_large, drop);
    if (OVS_UNLIKELY(!packet)) {
        return NULL;
    }
    if (!tx->large_copy_mp) {
        /* Nothing is left to do, whatever the last user has left. */
        packet->mbuf.ol_flags &= ~RTE_MBUF_F_TX_OFFLOAD_MASK;
    } else if (OVS_UNLIKELY(!vkernel_offload_tx(packet, tx->mtu, drop))) {
        dp_packet_delete(packet);
        return NULL;
    }
    return &packet->mbuf;
}

/* Makes of 'batch' an array of mbufs fit for the driver, in place, and drops
 * the rest.  Returns their number. */
static size_t
collect_mbufs(const struct vkernel_tx *tx, const struct vkernel_txq *txq,
              struct dp_packet_batch *batch)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) batch->packets;
    size_t n = dp_packet_batch_size(batch);
    size_t n_kept = 0;

    for (size_t i = 0; i < n; i++) {
        enum vkernel_tx_drop drop;
        struct rte_mbuf *mbuf = collect_mbuf(tx, batch->packets[i], &drop);

        if (OVS_LIKELY(mbuf)) {
            mbufs[n_kept++] = mbuf;
        } else {
            count_drop(txq, drop, 1);
        }
    }
    return n_kept;
}

/* Mends what rte_eth_tx_prepare() has left wrong. */
static void
finish_offloads(struct rte_mbuf **mbufs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (OVS_UNLIKELY(vkernel_offload_tx_is_unfinished(mbufs[i]))) {
            vkernel_offload_tx_finish(mbufs[i]);
        }
    }
}

/* Has the driver prepare 'n' 'mbufs' and drops those that it refuses.
 * Returns how many are left. */
static size_t
prepare_mbufs(const struct vkernel_tx *tx, const struct vkernel_txq *txq,
              uint16_t queue_id, struct rte_mbuf **mbufs, size_t n)
{
    size_t n_ok = 0;

    for (;;) {
        /* A batch of what Open vSwitch has cut to segments has any size. */
        uint16_t n_asked = MIN(n - n_ok, UINT16_MAX);
        uint16_t n_fit = rte_eth_tx_prepare(tx->port_id, queue_id,
                                            &mbufs[n_ok], n_asked);

        n_ok += n_fit;
        if (OVS_LIKELY(n_ok == n)) {
            return n_ok;
        }
        if (n_fit == n_asked) {
            continue;
        }
        /* It stopped at the first that it refuses. */
        rte_pktmbuf_free(mbufs[n_ok]);
        memmove(&mbufs[n_ok], &mbufs[n_ok + 1],
                (n - n_ok - 1) * sizeof *mbufs);
        n--;
        count_drop(txq, VKERNEL_DROP_TX_INVALID, 1);
    }
}

static uint64_t
count_bytes(struct rte_mbuf *const *mbufs, size_t n)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++) {
        bytes += mbufs[i]->pkt_len;
    }
    return bytes;
}

/* Hands 'n' 'mbufs' to the driver, as many as its ring takes, and drops the
 * rest. */
static void
send_mbufs(const struct vkernel_tx *tx, const struct vkernel_txq *txq,
           uint16_t queue_id, struct rte_mbuf **mbufs, size_t n)
{
    /* Afterwards the mbufs are the driver's. */
    uint64_t bytes = count_bytes(mbufs, n);
    size_t n_sent = 0;

    while (n_sent < n) {
        size_t ret = rte_eth_tx_burst(tx->port_id, queue_id, &mbufs[n_sent],
                                      MIN(n - n_sent, UINT16_MAX));
        if (!ret) {
            break;
        }
        n_sent += ret;
    }
    if (OVS_UNLIKELY(n_sent < n)) {
        bytes -= count_bytes(&mbufs[n_sent], n - n_sent);
        count_drop(txq, VKERNEL_DROP_TX_RING_FULL, n - n_sent);
        rte_pktmbuf_free_bulk(&mbufs[n_sent], n - n_sent);
    }
    vkernel_counter_add(&txq->counters->packets, n_sent);
    vkernel_counter_add(&txq->counters->bytes, bytes);
}

/* Drops what 'policer' does not let pass, before any work is done for it. */
static void
drop_policed(struct vkernel_policer *policer, const struct vkernel_txq *txq,
             struct dp_packet_batch *batch)
{
    size_t n = dp_packet_batch_size(batch);
    size_t n_passed = vkernel_policer_run(policer, batch->packets, n,
                                          rte_get_tsc_cycles());

    for (size_t i = n_passed; i < n; i++) {
        dp_packet_delete(batch->packets[i]);
    }
    batch->count = n_passed;
    count_drop(txq, VKERNEL_DROP_TX_QOS, n - n_passed);
}

static void
tx_burst__(const struct vkernel_tx *tx, int queue_id,
           struct vkernel_policer *policer, struct dp_packet_batch *batch)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) batch->packets;
    const struct vkernel_txq *txq = &tx->txqs[queue_id];
    size_t n;

    if (OVS_UNLIKELY(policer)) {
        drop_policed(policer, txq, batch);
    }
    n = collect_mbufs(tx, txq, batch);
    n = prepare_mbufs(tx, txq, queue_id, mbufs, n);
    if (tx->large_copy_mp) {
        finish_offloads(mbufs, n);
    }
    send_mbufs(tx, txq, queue_id, mbufs, n);
}

void
vkernel_tx_burst(const struct vkernel_tx *tx, int queue_id,
                 struct vkernel_policer *policer,
                 struct dp_packet_batch *batch, bool concurrent)
{
    queue_id %= tx->n_txqs;
    if (concurrent) {
        struct ovs_spin *lock = &tx->txqs[queue_id].lock;

        ovs_spin_lock(lock);
        tx_burst__(tx, queue_id, policer, batch);
        ovs_spin_unlock(lock);
    } else {
        tx_burst__(tx, queue_id, policer, batch);
    }
}

void
vkernel_tx_drop_down(const struct vkernel_tx *tx, int queue_id,
                     struct dp_packet_batch *batch, bool concurrent)
{
    struct vkernel_txq *txq = &tx->txqs[queue_id % tx->n_txqs];
    size_t n = dp_packet_batch_size(batch);

    if (concurrent) {
        ovs_spin_lock(&txq->lock);
        count_drop(txq, VKERNEL_DROP_TX_DOWN, n);
        ovs_spin_unlock(&txq->lock);
    } else {
        count_drop(txq, VKERNEL_DROP_TX_DOWN, n);
    }
    dp_packet_delete_batch(batch, true);
}
