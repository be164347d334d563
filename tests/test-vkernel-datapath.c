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

/* Tests of the fast path and of its buffers, with real pools and mbufs of
 * DPDK, which runs here without huge pages and privileges, above a driver of
 * our own. */

#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command-line.h"
#include "dp-packet.h"
#include "ovs-atomic.h"
#include "ovs-thread.h"
#include "packets.h"
#include "util.h"
#include "vkernel-buffers.h"
#include "vkernel-compat.h"
#include "vkernel-config.h"
#include "vkernel-mempool.h"
#include "vkernel-policer.h"
#include "vkernel-rx.h"
#include "vkernel-stats.h"
#include "vkernel-testdpdk.h"
#include "vkernel-testlib.h"
#include "vkernel-tx.h"

#define PORT_ID 3
#define N_QUEUES 2

/* What DPDK may take. */
#define MEMORY_MB 64

/* The most bytes of a frame in these tests, and what fits into a buffer. */
#define MAX_FRAME_SIZE 1522
#define BUFFER_SIZE 1536

/* Buffers in a pool: few, but more than a thread keeps to itself. */
#define POOL_SIZE 127

/* First byte of a frame that the driver refuses to prepare. */
#define REFUSED 'X'

static void
create_pool(struct vkernel_mempool *pool, unsigned int n_buffers)
{
    char *message;

    memset(pool, 0, sizeof *pool);
    message = vkernel_mempool_create(pool, n_buffers, BUFFER_SIZE, true,
                                     rte_socket_id());
    if (message) {
        ovs_fatal(0, "%s", message);
    }
}

/* Gives up 'pool', all of whose buffers must be back. */
static void
put_full_pool(struct vkernel_mempool *pool)
{
    ovs_assert(rte_mempool_full(pool->mp));
    vkernel_mempool_put(pool);
}

/* The driver. */

static struct {
    /* What it will receive. */
    struct rte_mbuf *rx[NETDEV_MAX_BURST];
    int n_rx;

    /* How many frames its ring takes, all in all and in one call, and what it
     * has taken. */
    int max_tx, max_tx_burst;
    struct rte_mbuf *tx[NETDEV_MAX_BURST];
    int n_tx;

    /* The queue that is expected. */
    int queue;
} driver;

/* DPDK hands the driver a pointer for each queue. */
static int driver_queues[N_QUEUES];
static void *driver_queue_pointers[N_QUEUES];
static void *driver_callbacks[N_QUEUES];

static void
assert_queue(void *queue)
{
    ovs_assert(queue == &driver_queues[driver.queue]);
}

static uint16_t
driver_receive(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
    assert_queue(queue);
    ovs_assert(n == NETDEV_MAX_BURST);
    memcpy(mbufs, driver.rx, driver.n_rx * sizeof *mbufs);
    return driver.n_rx;
}

static uint16_t
driver_prepare(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
    assert_queue(queue);
    for (int i = 0; i < n; i++) {
        if (*rte_pktmbuf_mtod(mbufs[i], char *) == REFUSED) {
            return i;
        }
    }
    return n;
}

static uint16_t
driver_send(void *queue, struct rte_mbuf **mbufs, uint16_t n)
{
    int n_sent = MIN(n, MIN(driver.max_tx_burst, driver.max_tx - driver.n_tx));

    assert_queue(queue);
    memcpy(&driver.tx[driver.n_tx], mbufs, n_sent * sizeof *mbufs);
    driver.n_tx += n_sent;
    /* Those that it takes are not ours any more. */
    memset(mbufs, 0xa5, n_sent * sizeof *mbufs);
    return n_sent;
}

static uint16_t
driver_prepare_all(void *queue OVS_UNUSED, struct rte_mbuf **mbufs OVS_UNUSED,
                   uint16_t n)
{
    return n;
}

/* Has DPDK call 'prepare', or if that is NULL nothing of consequence, and
 * 'send'. */
static void
init_driver(eth_tx_prep_t prepare, eth_tx_burst_t send)
{
    struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[PORT_ID];

    for (int i = 0; i < N_QUEUES; i++) {
        driver_queue_pointers[i] = &driver_queues[i];
    }
    ops->rx_pkt_burst = driver_receive;
    ops->rxq.data = driver_queue_pointers;
    ops->rxq.clbk = driver_callbacks;
    ops->tx_pkt_prepare = prepare ? prepare : driver_prepare_all;
    ops->tx_pkt_burst = send;
    ops->txq.data = driver_queue_pointers;
    ops->txq.clbk = driver_callbacks;
}

/* Reception. */

/* Puts a frame of 'size' bytes, in two buffers if 'chained', into what the
 * driver will receive. */
static void
add_rx(struct rte_mempool *mp, size_t size, bool chained)
{
    struct rte_mbuf *mbuf = rte_pktmbuf_alloc(mp);
    struct dp_packet *packet = CONTAINER_OF(mbuf, struct dp_packet, mbuf);

    ovs_assert(mbuf);
    ovs_assert(rte_pktmbuf_append(mbuf, size - (chained ? 10 : 0)));
    if (chained) {
        struct rte_mbuf *tail = rte_pktmbuf_alloc(mp);

        ovs_assert(tail && rte_pktmbuf_append(tail, 10));
        ovs_assert(!rte_pktmbuf_chain(mbuf, tail));
    }
    /* What the last user has left. */
    packet->packet_type = htonl(PT_NSH);
    packet->cutlen = 17;
    driver.rx[driver.n_rx++] = mbuf;
}

/* Receives 'n' frames, those of which the bit in 'chained' is set in two
 * buffers. */
static void
receive(struct rte_mempool *mp, int n, uint32_t chained)
{
    static struct vkernel_rxq_counters counters;
    const struct vkernel_rx rx = { .port_id = PORT_ID };
    struct dp_packet_batch batch;
    uint64_t bytes = 0;
    int n_good = 0;
    int error;

    memset(&counters, 0, sizeof counters);
    driver.n_rx = 0;
    driver.queue = n % N_QUEUES;
    for (int i = 0; i < n; i++) {
        add_rx(mp, 60 + i, chained & (1u << i));
    }
    dp_packet_batch_init(&batch);
    error = vkernel_rx_burst(&rx, driver.queue, &counters, NULL, &batch);
    for (int i = 0; i < n; i++) {
        if (!(chained & (1u << i))) {
            struct dp_packet *packet = batch.packets[n_good++];

            ovs_assert(&packet->mbuf == driver.rx[i]);
            ovs_assert(dp_packet_size(packet) == 60 + i);
            ovs_assert(packet->packet_type == htonl(PT_ETH));
            ovs_assert(!dp_packet_get_cutlen(packet));
            bytes += 60 + i;
        }
    }
    ovs_assert(error == (n_good ? 0 : EAGAIN));
    ovs_assert(dp_packet_batch_size(&batch) == n_good);
    ovs_assert(vkernel_counter_read(&counters.packets) == n_good);
    ovs_assert(vkernel_counter_read(&counters.bytes) == bytes);
    ovs_assert(vkernel_counter_read(&counters.drops[VKERNEL_DROP_RX_CHAINED])
               == n - n_good);
    dp_packet_delete_batch(&batch, true);
    ovs_assert(rte_mempool_full(mp));
}

/* rx: bursts of each size, with each frame and with some of them chained. */
static void
test_rx(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_mempool pool;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    create_pool(&pool, POOL_SIZE);
    for (int n = 0; n <= NETDEV_MAX_BURST; n++) {
        receive(pool.mp, n, 0);
        receive(pool.mp, n, UINT32_MAX);
        receive(pool.mp, n, 0x55555555);
        receive(pool.mp, n, 0xaaaaaaaa);
        for (int i = 0; i < n; i++) {
            receive(pool.mp, n, 1u << i);
            receive(pool.mp, n, ~(1u << i));
        }
    }
    put_full_pool(&pool);
}

/* Makes a policer that lets packets of 'n' bytes pass, Ethernet headers not
 * included, and no more for a long time. */
static struct vkernel_policer *
create_policer(uint64_t n)
{
    const struct vkernel_policer_config config = {
        .type = VKERNEL_POLICER_EGRESS,
        .rates = { .cir = 1, .cbs = n },
    };
    struct vkernel_policer *policer;

    ovs_assert(!vkernel_policer_create(&config, 0, rte_get_tsc_cycles(),
                                       &policer));
    return policer;
}

/* rx-policer: bursts of each size, of which the first of each number pass.
 * Every other frame is chained, and takes nothing of what may pass. */
static void
test_rx_policer(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_rx rx = { .port_id = PORT_ID };
    static struct vkernel_rxq_counters counters;
    struct vkernel_mempool pool;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    create_pool(&pool, POOL_SIZE);
    for (int n = 0; n <= NETDEV_MAX_BURST; n++) {
        int n_linear = (n + 1) / 2;

        for (int n_passed = 0; n_passed <= n_linear; n_passed++) {
            struct vkernel_policer *policer
                = create_policer(n_passed * (100 - ETH_HEADER_LEN) + 1);
            struct dp_packet_batch batch;
            int error;

            memset(&counters, 0, sizeof counters);
            driver.n_rx = driver.queue = 0;
            for (int i = 0; i < n; i++) {
                add_rx(pool.mp, 100, i % 2);
            }
            dp_packet_batch_init(&batch);
            error = vkernel_rx_burst(&rx, 0, &counters, policer, &batch);
            ovs_assert(error == (n_passed ? 0 : EAGAIN));
            ovs_assert(dp_packet_batch_size(&batch) == n_passed);
            for (int i = 0; i < n_passed; i++) {
                ovs_assert(&batch.packets[i]->mbuf == driver.rx[i * 2]);
            }
            ovs_assert(vkernel_counter_read(&counters.packets) == n_passed);
            ovs_assert(vkernel_counter_read(&counters.bytes)
                       == n_passed * 100);
            ovs_assert(vkernel_counter_read(
                           &counters.drops[VKERNEL_DROP_RX_CHAINED])
                       == n - n_linear);
            ovs_assert(vkernel_counter_read(
                           &counters.drops[VKERNEL_DROP_RX_POLICING])
                       == n_linear - n_passed);
            ovs_assert(!vkernel_counter_read(
                           &counters.drops[VKERNEL_DROP_RX_NO_BUFFER]));
            dp_packet_delete_batch(&batch, true);
            ovs_assert(rte_mempool_full(pool.mp));
            vkernel_policer_destroy(policer);
        }
    }
    put_full_pool(&pool);
}

/* What a port has whose rings are filled with large buffers. */
struct rx_env {
    struct vkernel_mempool ring_pool;
    struct vkernel_mempool copy_pool;
    struct vkernel_rxq_counters counters;
    struct vkernel_rx rx;
};

#define N_LARGE 100
#define LARGE_SIZE 30000
#define RESERVE 64

static void
rx_env_init(struct rx_env *env)
{
    char *message;

    memset(env, 0, sizeof *env);
    message = vkernel_mempool_create(&env->ring_pool, N_LARGE, LARGE_SIZE,
                                     false, rte_socket_id());
    ovs_assert(!message);
    create_pool(&env->copy_pool, POOL_SIZE);
    env->rx.port_id = PORT_ID;
    env->rx.offloads = true;
    env->rx.copy_mp = env->copy_pool.mp;
    env->rx.max_copy_size = MAX_FRAME_SIZE;
    env->rx.ring_mp = env->ring_pool.mp;
    env->rx.reserve = RESERVE;
    driver.queue = 0;
}

static void
rx_env_uninit(struct rx_env *env)
{
    put_full_pool(&env->ring_pool);
    put_full_pool(&env->copy_pool);
}

/* The bytes of the headers of a segment. */
#define SEGMENT_HEADERS (ETH_HEADER_LEN + IP_HEADER_LEN + TCP_HEADER_LEN)

/* Makes 'mbuf', whose length is set, a frame of TCP over IPv4 that the driver
 * says is to be cut to segments of 'segsz', and whose other bytes are
 * 'value'. */
static void
make_segment(struct rte_mbuf *mbuf, uint8_t value, uint16_t segsz)
{
    uint8_t *data = rte_pktmbuf_mtod(mbuf, uint8_t *);
    uint16_t ip_len = mbuf->data_len - ETH_HEADER_LEN;

    memset(data, value, mbuf->data_len);
    data[12] = 0x08;            /* Of Ethernet's type. */
    data[13] = 0x00;
    data[14] = 0x45;            /* Of IPv4, without options. */
    data[16] = ip_len >> 8;
    data[17] = ip_len & 0xff;
    data[20] = data[21] = 0;    /* Not a fragment. */
    data[23] = IPPROTO_TCP;
    data[14 + 20 + 12] = 0x50;  /* Of TCP, likewise. */
    mbuf->ol_flags = RTE_MBUF_F_RX_LRO | RTE_MBUF_F_RX_L4_CKSUM_NONE;
    mbuf->packet_type = RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP;
    mbuf->tso_segsz = segsz;
}

/* Receives frames of 'n' 'sizes' into 'batch', and checks them.  The one at i
 * has bytes i. */
static void
receive_sizes(struct rx_env *env, const size_t sizes[], int n,
              struct dp_packet_batch *batch)
{
    int next = 0;
    int error;

    memset(&env->counters, 0, sizeof env->counters);
    driver.n_rx = 0;
    for (int i = 0; i < n; i++) {
        add_rx(env->ring_pool.mp, sizes[i], false);
        make_segment(driver.rx[i], i, 16 + i);
    }
    dp_packet_batch_init(batch);
    error = vkernel_rx_burst(&env->rx, 0, &env->counters, NULL, batch);
    ovs_assert(error == (dp_packet_batch_is_empty(batch) ? EAGAIN : 0));

    for (size_t i = 0; i < dp_packet_batch_size(batch); i++) {
        struct dp_packet *packet = batch->packets[i];
        const uint8_t *data = dp_packet_data(packet);
        size_t size = dp_packet_size(packet);

        /* In order, whole, and with all that the driver said. */
        ovs_assert(data[0] >= next && data[0] < n);
        next = data[0] + 1;
        ovs_assert(size == sizes[data[0]]);
        for (size_t j = SEGMENT_HEADERS; j < size; j++) {
            ovs_assert(data[j] == data[0]);
        }
        ovs_assert((packet->mbuf.pool == env->copy_pool.mp)
                   == (size <= MAX_FRAME_SIZE));
        ovs_assert(packet->source == DPBUF_DPDK);
        ovs_assert(packet->packet_type == htonl(PT_ETH));
        ovs_assert(vkernel_compat_is_tso(packet));
        ovs_assert(packet->mbuf.tso_segsz == 16 + data[0]);
        ovs_assert(packet->mbuf.data_len == packet->mbuf.pkt_len);
    }
    ovs_assert(vkernel_counter_read(&env->counters.packets)
               == dp_packet_batch_size(batch));
    ovs_assert(vkernel_counter_read(
                   &env->counters.drops[VKERNEL_DROP_RX_NO_BUFFER])
               == n - dp_packet_batch_size(batch));
}

/* rx-copy: small frames are copied out of the ring's buffers, large ones are
 * not. */
static void
test_rx_copy(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const size_t sizes[] = {
        80, MAX_FRAME_SIZE, MAX_FRAME_SIZE + 1, LARGE_SIZE, 81, LARGE_SIZE - 1,
        MAX_FRAME_SIZE - 1,
    };
    struct dp_packet_batch batch;
    struct rx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    rx_env_init(&env);
    receive_sizes(&env, sizes, ARRAY_SIZE(sizes), &batch);
    ovs_assert(dp_packet_batch_size(&batch) == ARRAY_SIZE(sizes));
    /* What was copied is free at once. */
    ovs_assert(rte_mempool_in_use_count(env.ring_pool.mp) == 3);
    ovs_assert(rte_mempool_in_use_count(env.copy_pool.mp) == 4);
    dp_packet_delete_batch(&batch, true);
    rx_env_uninit(&env);
}

/* rx-starve: others keep every buffer that they get.  Frames are dropped then,
 * but what the ring needs for itself is always there. */
static void
test_rx_starve(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const size_t large[] = { LARGE_SIZE, LARGE_SIZE, LARGE_SIZE };
    static const size_t small[] = { 80, 80, 80 };
    struct dp_packet_batch held[2 * N_LARGE], batch;
    int n_held = 0, n_dropped = 0;
    struct rx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    rx_env_init(&env);
    for (int i = 0; i < N_LARGE; i++) {
        receive_sizes(&env, large, ARRAY_SIZE(large), &held[n_held]);
        n_dropped += ARRAY_SIZE(large) - dp_packet_batch_size(&held[n_held]);
        n_held++;
        ovs_assert(rte_mempool_avail_count(env.ring_pool.mp) >= RESERVE);
    }
    ovs_assert(n_dropped);
    /* Small ones go on, until there are no copies of them left. */
    for (int i = 0; i < POOL_SIZE / 3; i++) {
        receive_sizes(&env, small, ARRAY_SIZE(small), &held[n_held]);
        ovs_assert(dp_packet_batch_size(&held[n_held]) == 3);
        n_held++;
    }
    receive_sizes(&env, small, ARRAY_SIZE(small), &batch);
    ovs_assert(dp_packet_batch_size(&batch) == POOL_SIZE % 3);
    dp_packet_delete_batch(&batch, true);
    ovs_assert(rte_mempool_avail_count(env.ring_pool.mp) >= RESERVE);

    /* All is well once they are back. */
    for (int i = 0; i < n_held; i++) {
        dp_packet_delete_batch(&held[i], true);
    }
    receive_sizes(&env, large, ARRAY_SIZE(large), &batch);
    ovs_assert(dp_packet_batch_size(&batch) == ARRAY_SIZE(large));
    dp_packet_delete_batch(&batch, true);
    rx_env_uninit(&env);
}

/* rx-claims: each subset of 8 frames, small and large in turn, that claim what
 * is not so, is dropped and counted. */
static void
test_rx_claims(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct rx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    rx_env_init(&env);
    for (int subset = 0; subset < 256; subset++) {
        int n_bad = count_1bits(subset);
        struct dp_packet_batch batch;
        uint64_t bytes = 0;
        int next = 0;

        memset(&env.counters, 0, sizeof env.counters);
        driver.n_rx = 0;
        for (int i = 0; i < 8; i++) {
            size_t size = i % 2 ? MAX_FRAME_SIZE + 1 + i : 1000 + i;
            bool is_bad = subset & (1 << i);

            add_rx(env.ring_pool.mp, size, false);
            make_segment(driver.rx[i], i, is_bad ? 1 : 536);
            bytes += is_bad ? 0 : size;
        }
        dp_packet_batch_init(&batch);
        ovs_assert(vkernel_rx_burst(&env.rx, 0, &env.counters, NULL, &batch)
                   == (n_bad == 8 ? EAGAIN : 0));
        ovs_assert(dp_packet_batch_size(&batch) == 8 - n_bad);
        for (int i = 0; i < 8 - n_bad; i++) {
            while (subset & (1 << next)) {
                next++;
            }
            ovs_assert(*(uint8_t *) dp_packet_data(batch.packets[i])
                       == next++);
        }
        ovs_assert(vkernel_counter_read(&env.counters.packets) == 8 - n_bad);
        ovs_assert(vkernel_counter_read(&env.counters.bytes) == bytes);
        for (int i = 0; i < VKERNEL_N_RX_DROPS; i++) {
            ovs_assert(vkernel_counter_read(&env.counters.drops[i])
                       == (i == VKERNEL_DROP_RX_BAD_OFFLOAD ? n_bad : 0));
        }
        dp_packet_delete_batch(&batch, true);
    }
    rx_env_uninit(&env);
}

/* Transmission. */

/* A port's side of it, with two queues. */
struct tx_env {
    struct vkernel_mempool copy_pool;  /* For copies. */
    struct vkernel_mempool other_pool; /* Of another port. */
    struct vkernel_txq_counters counters[N_QUEUES];
    struct vkernel_txq txqs[N_QUEUES];
    struct vkernel_policer *policer;
    struct vkernel_tx tx;
};

static void
tx_env_init(struct tx_env *env)
{
    memset(env, 0, sizeof *env);
    create_pool(&env->copy_pool, POOL_SIZE);
    create_pool(&env->other_pool, POOL_SIZE);
    for (int i = 0; i < N_QUEUES; i++) {
        ovs_spin_init(&env->txqs[i].lock);
        env->txqs[i].counters = &env->counters[i];
    }
    env->tx.port_id = PORT_ID;
    env->tx.max_frame_size = MAX_FRAME_SIZE;
    env->tx.copy_mp = env->copy_pool.mp;
    env->tx.n_txqs = N_QUEUES;
    env->tx.txqs = env->txqs;
    driver.max_tx = driver.max_tx_burst = NETDEV_MAX_BURST;
}

static void
tx_env_uninit(struct tx_env *env)
{
    put_full_pool(&env->copy_pool);
    put_full_pool(&env->other_pool);
}

/* Returns a packet of 'size' bytes that begins with 'first' and 'number', in
 * a buffer of 'mp' or, if that is NULL, in ordinary memory. */
static struct dp_packet *
make_packet(struct rte_mempool *mp, size_t size, char first, uint8_t number)
{
    struct dp_packet *packet;
    uint8_t *data;

    if (mp) {
        struct rte_mbuf *mbuf = rte_pktmbuf_alloc(mp);

        ovs_assert(mbuf);
        packet = CONTAINER_OF(mbuf, struct dp_packet, mbuf);
        dp_packet_set_size(packet, size);
        data = dp_packet_data(packet);
    } else {
        packet = dp_packet_new(size);
        data = dp_packet_put_zeros(packet, size);
    }
    memset(data, number, size);
    data[0] = first;
    return packet;
}

/* The kinds of packets in a description, as letters. */
static struct dp_packet *
make_packet_of_kind(struct tx_env *env, char kind, uint8_t number)
{
    struct rte_mempool *mp = env->other_pool.mp;
    /* Frames of different sizes show which ones were counted. */
    size_t size = 60 + number;

    switch (kind) {
    case 'd':                   /* In a buffer of DPDK's. */
        return make_packet(mp, size, 'd', number);
    case 'm':                   /* In memory. */
        return make_packet(NULL, size, 'm', number);
    case 'D':                   /* In a buffer, as big as possible... */
        return make_packet(mp, MAX_FRAME_SIZE, 'D', number);
    case 'M':
        return make_packet(NULL, MAX_FRAME_SIZE, 'M', number);
    case 'b':                   /* ...or bigger. */
        return make_packet(mp, MAX_FRAME_SIZE + 1, 'b', number);
    case 'B':
        return make_packet(NULL, MAX_FRAME_SIZE + 1, 'B', number);
    case 'x':                   /* In a buffer, and refused by the driver. */
        return make_packet(mp, size, REFUSED, number);
    case 'X':
        return make_packet(NULL, size, REFUSED, number);
    default:
        OVS_NOT_REACHED();
    }
}

static void
make_batch(struct tx_env *env, const char *kinds,
           struct dp_packet_batch *batch)
{
    dp_packet_batch_init(batch);
    for (int i = 0; kinds[i]; i++) {
        dp_packet_batch_add(batch, make_packet_of_kind(env, kinds[i], i));
    }
}

static uint64_t
get_drops(const struct vkernel_txq_counters *counters,
          enum vkernel_tx_drop drop)
{
    return vkernel_counter_read(&counters->drops[drop]);
}

/* Returns what 'counters' say was offered. */
static uint64_t
get_offered(const struct vkernel_txq_counters *counters)
{
    uint64_t n = vkernel_counter_read(&counters->packets);

    for (int i = 0; i < VKERNEL_N_TX_DROPS; i++) {
        n += get_drops(counters, i);
    }
    return n;
}

/* Sends packets of 'kinds' on queue 'queue', and checks that 'counters' and
 * what the driver has got agree, and that nothing else has happened.  Leaves
 * the frames with the driver. */
static void
transmit(struct tx_env *env, int queue, const char *kinds)
{
    struct vkernel_txq_counters *counters = &env->counters[queue % N_QUEUES];
    struct vkernel_txq_counters *other = &env->counters[!(queue % N_QUEUES)];
    struct dp_packet_batch batch;
    uint64_t bytes = 0;

    memset(env->counters, 0, sizeof env->counters);
    driver.n_tx = 0;
    driver.queue = queue % N_QUEUES;
    make_batch(env, kinds, &batch);
    vkernel_tx_burst(&env->tx, queue, env->policer, &batch, queue & 1);

    ovs_assert(get_offered(counters) == strlen(kinds));
    ovs_assert(!get_offered(other));
    ovs_assert(vkernel_counter_read(&counters->packets) == driver.n_tx);
    for (int i = 0; i < driver.n_tx; i++) {
        const uint8_t *data = rte_pktmbuf_mtod(driver.tx[i], uint8_t *);
        uint32_t size = rte_pktmbuf_pkt_len(driver.tx[i]);

        ovs_assert(rte_pktmbuf_data_len(driver.tx[i]) == size);
        ovs_assert(!i || data[1] > *rte_pktmbuf_mtod_offset(driver.tx[i - 1],
                                                            uint8_t *, 1));
        ovs_assert(data[0] == kinds[data[1]]);
        for (int j = 1; j < size; j++) {
            ovs_assert(data[j] == data[1]);
        }
        bytes += size;
    }
    ovs_assert(vkernel_counter_read(&counters->bytes) == bytes);
}

/* Has the driver free what it has got. */
static void
free_transmitted(struct tx_env *env)
{
    rte_pktmbuf_free_bulk(driver.tx, driver.n_tx);
    driver.n_tx = 0;
    ovs_assert(rte_mempool_full(env->copy_pool.mp));
    ovs_assert(rte_mempool_full(env->other_pool.mp));
}

/* tx KINDS...: for each of KINDS, sends packets of these kinds (see
 * make_packet_of_kind()) and prints which arrive and how many are dropped. */
static void
test_tx(struct ovs_cmdl_context *ctx)
{
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(driver_prepare, driver_send);
    tx_env_init(&env);
    for (int i = 1; i < ctx->argc; i++) {
        size_t n_blocks = testlib_count_blocks();
        struct vkernel_txq_counters *counters = &env.counters[i % N_QUEUES];

        transmit(&env, i, ctx->argv[i]);
        printf("%s: sent ", ctx->argv[i]);
        for (int j = 0; j < driver.n_tx; j++) {
            putchar(*rte_pktmbuf_mtod(driver.tx[j], char *));
        }
        printf(" bytes=%"PRIu64" too_big=%"PRIu64" no_buffer=%"PRIu64
               " invalid=%"PRIu64" ring_full=%"PRIu64"\n",
               vkernel_counter_read(&counters->bytes),
               get_drops(counters, VKERNEL_DROP_TX_TOO_BIG),
               get_drops(counters, VKERNEL_DROP_TX_NO_BUFFER),
               get_drops(counters, VKERNEL_DROP_TX_INVALID),
               get_drops(counters, VKERNEL_DROP_TX_RING_FULL));
        free_transmitted(&env);
        ovs_assert(testlib_count_blocks() == n_blocks);
    }
    tx_env_uninit(&env);
}

/* tx-policer: batches of packets in both kinds of buffers, of which the first
 * of each number pass.  What is not sent for other reasons counts too. */
static void
test_tx_policer(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const char *kinds = "dmmdBdmx";
    struct tx_env env;
    size_t n_blocks;
    int sizes[9] = { 0 };

    testdpdk_init(MEMORY_MB);
    init_driver(driver_prepare, driver_send);
    tx_env_init(&env);
    n_blocks = testlib_count_blocks();

    /* How long these packets are. */
    for (int i = 0; i < 8; i++) {
        struct dp_packet_batch batch;

        make_batch(&env, kinds, &batch);
        sizes[i] = dp_packet_size(batch.packets[i]) - ETH_HEADER_LEN;
        dp_packet_delete_batch(&batch, true);
    }
    for (int n_passed = 0, n_bytes = 0; n_passed <= 8;
         n_bytes += sizes[n_passed++]) {
        for (int queue = 0; queue < 2 * N_QUEUES; queue++) {
            struct vkernel_txq_counters *counters
                = &env.counters[queue % N_QUEUES];

            env.policer = create_policer(n_bytes + 1);
            transmit(&env, queue, kinds);
            ovs_assert(get_drops(counters, VKERNEL_DROP_TX_QOS)
                       == 8 - n_passed);
            ovs_assert(get_drops(counters, VKERNEL_DROP_TX_TOO_BIG)
                       == (n_passed > 4));
            ovs_assert(get_drops(counters, VKERNEL_DROP_TX_INVALID)
                       == (n_passed > 7));
            free_transmitted(&env);
            vkernel_policer_destroy(env.policer);
        }
    }
    ovs_assert(testlib_count_blocks() == n_blocks);
    tx_env_uninit(&env);
}

/* tx-prepare: the driver refuses each subset of 8 packets. */
static void
test_tx_prepare(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(driver_prepare, driver_send);
    tx_env_init(&env);
    for (int subset = 0; subset < 256; subset++) {
        char kinds[8 + 1] = "";

        for (int i = 0; i < 8; i++) {
            kinds[i] = (subset & (1 << i) ? "xX" : "dm")[i % 2];
        }
        /* A refused packet in a buffer starts with another letter than the
         * one in 'kinds', but never arrives. */
        transmit(&env, subset, kinds);
        ovs_assert(get_drops(&env.counters[subset % N_QUEUES],
                             VKERNEL_DROP_TX_INVALID)
                   == count_1bits(subset));
        ovs_assert(driver.n_tx == 8 - count_1bits(subset));
        free_transmitted(&env);
    }

    /* Without such a function in the driver, all are fit. */
    init_driver(NULL, driver_send);
    transmit(&env, 0, "dmdm");
    ovs_assert(driver.n_tx == 4);
    free_transmitted(&env);
    tx_env_uninit(&env);
}

/* tx-ring: the ring takes k of n packets, for every n and k, in one call and
 * in several. */
static void
test_tx_ring(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(driver_prepare, driver_send);
    tx_env_init(&env);
    for (int n = 0; n <= NETDEV_MAX_BURST; n++) {
        char kinds[NETDEV_MAX_BURST + 1] = "";

        for (int i = 0; i < n; i++) {
            kinds[i] = "dmmdd"[i % 5];
        }
        for (int k = 0; k <= n; k++) {
            for (int burst = 1; burst <= NETDEV_MAX_BURST; burst *= 2) {
                driver.max_tx = k;
                driver.max_tx_burst = burst;
                transmit(&env, n, kinds);
                ovs_assert(driver.n_tx == k);
                ovs_assert(get_drops(&env.counters[n % N_QUEUES],
                                     VKERNEL_DROP_TX_RING_FULL) == n - k);
                free_transmitted(&env);
            }
        }
    }
    tx_env_uninit(&env);
}

/* tx-copy: there are k buffers for n copies, for every k. */
static void
test_tx_copy(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const char kinds[] = "mmmdmmmmm";
    struct rte_mbuf *held[POOL_SIZE];
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(driver_prepare, driver_send);
    tx_env_init(&env);
    for (int k = 0; k <= 8; k++) {
        int n_held = ARRAY_SIZE(held) - k;

        ovs_assert(!rte_pktmbuf_alloc_bulk(env.copy_pool.mp, held, n_held));
        transmit(&env, 0, kinds);
        ovs_assert(driver.n_tx == k + 1);
        ovs_assert(get_drops(&env.counters[0], VKERNEL_DROP_TX_NO_BUFFER)
                   == 8 - k);
        rte_pktmbuf_free_bulk(held, n_held);
        free_transmitted(&env);
    }

    /* A frame that the MTU allows and the buffer does not. */
    env.tx.max_frame_size = UINT16_MAX;
    struct dp_packet_batch batch;
    struct dp_packet *big = make_packet(NULL, 2 * BUFFER_SIZE, 'm', 0);

    memset(env.counters, 0, sizeof env.counters);
    driver.queue = 0;
    dp_packet_batch_init_packet(&batch, big);
    vkernel_tx_burst(&env.tx, 0, NULL, &batch, false);
    ovs_assert(get_drops(&env.counters[0], VKERNEL_DROP_TX_NO_BUFFER) == 1);
    ovs_assert(get_offered(&env.counters[0]) == 1);
    free_transmitted(&env);
    tx_env_uninit(&env);
}

static void
check_buffer(struct rte_mempool *mp OVS_UNUSED, void *aux OVS_UNUSED,
             void *buffer, unsigned int index OVS_UNUSED)
{
    struct rte_mbuf *mbuf = buffer;

    ovs_assert(mbuf->pool == mp && mbuf->buf_addr > buffer);
    ovs_assert(mbuf->buf_len == rte_pktmbuf_data_room_size(mp));
}

/* Checks that the heads of all buffers of 'mp' are as they should be: where
 * one's data ends, the next one's head begins. */
static void
check_pool(struct rte_mempool *mp)
{
    rte_mempool_obj_iter(mp, check_buffer, NULL);
}

/* tx-sizes: packets of sizes that 16 bits cannot hold, and about what fits a
 * buffer, are sent or dropped, and never more is written than there is room
 * for. */
static void
test_tx_sizes(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const size_t sizes[] = {
        BUFFER_SIZE - 1, BUFFER_SIZE, BUFFER_SIZE + 1, LARGE_SIZE,
        UINT16_MAX - RTE_PKTMBUF_HEADROOM, UINT16_MAX, UINT16_MAX + 1,
        UINT16_MAX + 1 + 64, UINT16_MAX + BUFFER_SIZE, 2 * UINT16_MAX + 2 + 60,
    };
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, driver_send);
    tx_env_init(&env);
    env.tx.max_frame_size = SIZE_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct dp_packet_batch batch;
        struct dp_packet *packet;
        struct rte_mbuf *mbuf;
        size_t room;

        mbuf = rte_pktmbuf_alloc(env.copy_pool.mp);
        room = rte_pktmbuf_tailroom(mbuf);
        rte_pktmbuf_free(mbuf);

        /* dp_packet_set_size() does not take all of these everywhere. */
        packet = dp_packet_new(sizes[i]);
        memset(dp_packet_data(packet), 0xa5, sizes[i]);
        packet->mbuf.data_len = packet->mbuf.pkt_len = sizes[i];
        memset(env.counters, 0, sizeof env.counters);
        driver.n_tx = driver.queue = 0;
        dp_packet_batch_init_packet(&batch, packet);
        vkernel_tx_burst(&env.tx, 0, NULL, &batch, false);
        ovs_assert(get_offered(&env.counters[0]) == 1);
        ovs_assert(driver.n_tx == (sizes[i] <= room));
        ovs_assert(get_drops(&env.counters[0], VKERNEL_DROP_TX_NO_BUFFER)
                   == (sizes[i] > room));
        free_transmitted(&env);
        check_pool(env.copy_pool.mp);
    }
    tx_env_uninit(&env);
}

static uint16_t
driver_take_all(void *queue OVS_UNUSED, struct rte_mbuf **mbufs, uint16_t n)
{
    rte_pktmbuf_free_bulk(mbufs, n);
    driver.n_tx += n;
    return n;
}

/* tx-batch: batches of more packets than are received at once, as Open vSwitch
 * makes them of segments where batches can grow. */
static void
test_tx_batch(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const int sizes[] = { 32, 33, 1000, UINT16_MAX, UINT16_MAX + 1,
                                 UINT16_MAX + 33 };
    struct vkernel_mempool pool = { .mp = NULL };
    struct tx_env env;

    testdpdk_init(2 * MEMORY_MB);
    init_driver(driver_prepare, driver_take_all);
    tx_env_init(&env);
    ovs_assert(!vkernel_mempool_create(&pool, UINT16_MAX + 33, 60, false,
                                       rte_socket_id()));
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct vkernel_txq_counters *counters = &env.counters[0];
        struct dp_packet_batch batch;

        memset(env.counters, 0, sizeof env.counters);
        driver.n_tx = driver.queue = 0;
        dp_packet_batch_init(&batch);
        for (int j = 0; j < sizes[i]; j++) {
            /* The driver refuses the last one. */
            char first = j + 1 < sizes[i] ? 'd' : REFUSED;

            dp_packet_batch_add(&batch, make_packet(pool.mp, 60, first, 0));
        }
        if (dp_packet_batch_size(&batch) < sizes[i]) {
            /* These do not grow. */
            exit(77);
        }
        vkernel_tx_burst(&env.tx, 0, NULL, &batch, false);
        ovs_assert(get_offered(counters) == sizes[i]);
        ovs_assert(driver.n_tx == sizes[i] - 1);
        ovs_assert(vkernel_counter_read(&counters->packets) == driver.n_tx);
        ovs_assert(get_drops(counters, VKERNEL_DROP_TX_INVALID) == 1);
        ovs_assert(rte_mempool_full(pool.mp));
    }
    tx_env_uninit(&env);
    put_full_pool(&pool);
}

/* Returns an IPv4 packet of TCP of 'size' bytes that is to be segmented, in a
 * buffer of 'mp' or in ordinary memory. */
static struct dp_packet *
make_tso_packet(struct rte_mempool *mp, size_t size)
{
    struct dp_packet *packet = make_packet(mp, size, 0, 0);
    uint8_t *data = dp_packet_data(packet);

    data[12] = 0x08;            /* Of Ethernet's type. */
    data[14] = 0x45;            /* Of IPv4, without options. */
    data[16] = (size - ETH_HEADER_LEN) >> 8;
    data[17] = (size - ETH_HEADER_LEN) & 0xff;
    data[23] = IPPROTO_TCP;
    data[14 + 20 + 12] = 0x50;  /* Likewise of TCP. */
    packet->l3_ofs = 14;
    packet->l4_ofs = 14 + 20;
    packet->mbuf.packet_type = RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP;
    packet->mbuf.tso_segsz = 1000;
    vkernel_compat_mark_partial(packet, true, IPPROTO_TCP);
    vkernel_compat_mark_tso(packet);
    return packet;
}

/* Sends 'packet', and checks that it arrives, or is dropped for 'drop' unless
 * that is VKERNEL_N_TX_DROPS. */
static void
transmit_tso(struct tx_env *env, struct dp_packet *packet,
             enum vkernel_tx_drop drop)
{
    uint16_t known_size = vkernel_compat_get_segment_size(packet);
    uint16_t segment_size = known_size ? known_size : env->tx.mtu - 40;
    size_t size = dp_packet_size(packet);
    struct dp_packet_batch batch;

    memset(env->counters, 0, sizeof env->counters);
    driver.n_tx = driver.queue = 0;
    dp_packet_batch_init_packet(&batch, packet);
    vkernel_tx_burst(&env->tx, 0, NULL, &batch, false);
    ovs_assert(get_offered(&env->counters[0]) == 1);
    if (drop < VKERNEL_N_TX_DROPS) {
        ovs_assert(get_drops(&env->counters[0], drop) == 1);
        ovs_assert(!driver.n_tx);
    } else {
        const struct rte_mbuf *mbuf = driver.tx[0];

        ovs_assert(driver.n_tx == 1 && mbuf->pkt_len == size);
        ovs_assert(mbuf->ol_flags & RTE_MBUF_F_TX_TCP_SEG);
        ovs_assert(mbuf->tso_segsz == segment_size && mbuf->l2_len == 14);
    }
    free_transmitted(env);
}

/* Sends packets as Open vSwitch makes them of one that is from the kernel and
 * to be segmented: each has segments of the size that the first one has. */
static void
transmit_clones(struct tx_env *env, struct rte_mempool *mp)
{
    struct dp_packet *packet = make_tso_packet(mp, LARGE_SIZE);
    struct dp_packet *clone, *foreign;

    pkt_metadata_init(&packet->md, ODP_PORT_C(1));
    clone = dp_packet_clone(packet);
    ovs_assert(vkernel_compat_get_segment_size(clone) == 1000);
    transmit_tso(env, dp_packet_clone(clone), VKERNEL_N_TX_DROPS);
    transmit_tso(env, clone, VKERNEL_N_TX_DROPS);

    /* From another port, or through a tunnel. */
    foreign = dp_packet_clone(packet);
    foreign->md.tunnel.tun_id = htonll(1000);
    transmit_tso(env, foreign, VKERNEL_N_TX_DROPS);
    foreign = dp_packet_clone(packet);
    foreign->md.tunnel.ip_dst = htonl(1);
    transmit_tso(env, foreign, VKERNEL_N_TX_DROPS);
    dp_packet_delete(packet);
}

/* Cuts 'packet' to 'size' bytes and sends it, and checks that these arrive. */
static void
transmit_cut(struct tx_env *env, struct dp_packet *packet, size_t size)
{
    struct dp_packet_batch batch;

    memset(env->counters, 0, sizeof env->counters);
    driver.n_tx = driver.queue = 0;
    dp_packet_set_size(packet, size);
    dp_packet_batch_init_packet(&batch, packet);
    vkernel_tx_burst(&env->tx, 0, NULL, &batch, false);
    ovs_assert(get_offered(&env->counters[0]) == 1);
    ovs_assert(driver.n_tx == 1);
    ovs_assert(driver.tx[0]->pkt_len == size);
    ovs_assert(driver.tx[0]->data_len == size);
    ovs_assert(!(driver.tx[0]->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK));
    free_transmitted(env);
}

/* tx-large: packets to be segmented, and what must not be mistaken for one. */
static void
test_tx_large(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const enum vkernel_tx_drop sent = VKERNEL_N_TX_DROPS;
    struct vkernel_mempool pool = { .mp = NULL };
    struct dp_packet *packet;
    struct rte_mbuf *tail;
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, driver_send);
    tx_env_init(&env);
    env.tx.mtu = 1500;
    ovs_assert(!vkernel_mempool_create(&pool, 2, LARGE_SIZE, false,
                                       rte_socket_id()));

    /* Without TSO. */
    transmit_tso(&env, make_tso_packet(NULL, LARGE_SIZE),
                 VKERNEL_DROP_TX_TOO_BIG);

    env.tx.large_copy_mp = pool.mp;
    transmit_tso(&env, make_tso_packet(NULL, LARGE_SIZE), sent);
    transmit_tso(&env, make_tso_packet(pool.mp, LARGE_SIZE), sent);
    transmit_tso(&env, make_tso_packet(NULL, 1000), sent);
    transmit_clones(&env, pool.mp);
    transmit_tso(&env, make_tso_packet(NULL, 2 * LARGE_SIZE),
                 VKERNEL_DROP_TX_NO_BUFFER);
    transmit_tso(&env, make_packet(pool.mp, LARGE_SIZE, 0, 0),
                 VKERNEL_DROP_TX_TOO_BIG);
    env.tx.mtu = 40;
    transmit_tso(&env, make_tso_packet(NULL, 1000),
                 VKERNEL_DROP_TX_SEGMENT_TOO_BIG);
    packet = make_tso_packet(NULL, 1000);
    *((uint8_t *) dp_packet_l4(packet) + 12) = 0x40;
    transmit_tso(&env, packet, VKERNEL_DROP_TX_OFFLOAD);

    /* What was cut is sent as it is, whatever is left of it. */
    env.tx.mtu = 1500;
    transmit_cut(&env, make_tso_packet(pool.mp, LARGE_SIZE), LARGE_SIZE - 1);
    transmit_cut(&env, make_tso_packet(NULL, LARGE_SIZE), MAX_FRAME_SIZE + 1);
    transmit_cut(&env, make_tso_packet(NULL, LARGE_SIZE), 64);
    transmit_cut(&env, make_tso_packet(NULL, 1000), ETH_HEADER_LEN);

    /* Two segments, of which the driver would send the first. */
    packet = make_packet(env.other_pool.mp, 100, 0, 0);
    tail = rte_pktmbuf_alloc(env.other_pool.mp);
    ovs_assert(tail && !rte_pktmbuf_chain(&packet->mbuf, tail));
    transmit_tso(&env, packet, VKERNEL_DROP_TX_CHAINED);

    tx_env_uninit(&env);
    put_full_pool(&pool);
}

/* tx-down: all are dropped, on the right queue. */
static void
test_tx_down(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    size_t n_blocks = testlib_count_blocks();
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, NULL);
    tx_env_init(&env);
    for (int queue = 0; queue < 2 * N_QUEUES; queue++) {
        struct dp_packet_batch batch;

        memset(env.counters, 0, sizeof env.counters);
        make_batch(&env, "dmDMbBxX", &batch);
        vkernel_tx_drop_down(&env.tx, queue, &batch, queue >= N_QUEUES);
        ovs_assert(get_drops(&env.counters[queue % N_QUEUES],
                             VKERNEL_DROP_TX_DOWN) == 8);
        ovs_assert(get_offered(&env.counters[queue % N_QUEUES]) == 8);
        ovs_assert(!get_offered(&env.counters[!(queue % N_QUEUES)]));
    }
    tx_env_uninit(&env);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* Several threads on a queue. */

#define N_THREADS 4
#define N_ROUNDS 4000           /* Batches to send, for each of them. */
#define N_DOWN 100000           /* Packets to drop, likewise. */

static atomic_int n_in_driver;
static uint64_t n_driver_packets, n_driver_bytes;

/* Takes some of the frames, as only one thread at a time may have it do. */
static uint16_t
driver_send_some(void *queue OVS_UNUSED, struct rte_mbuf **mbufs, uint16_t n)
{
    static unsigned int calls;
    int n_sent = calls++ % 3 ? n : MIN(n, calls / 3 % 4);
    int before;

    atomic_add_explicit(&n_in_driver, 1, &before, memory_order_acquire);
    ovs_assert(!before);
    for (int i = 0; i < n_sent; i++) {
        n_driver_bytes += rte_pktmbuf_pkt_len(mbufs[i]);
    }
    n_driver_packets += n_sent;
    rte_pktmbuf_free_bulk(mbufs, n_sent);
    atomic_sub_explicit(&n_in_driver, 1, &before, memory_order_release);
    return n_sent;
}

static void *
transmit_thread(void *env_)
{
    struct tx_env *env = env_;

    for (int i = 0; i < N_ROUNDS; i++) {
        struct dp_packet_batch batch;

        make_batch(env, "mdmBmm", &batch);
        /* All of them are the same queue. */
        vkernel_tx_burst(&env->tx, i * N_QUEUES, NULL, &batch, true);
    }
    for (int i = 0; i < N_DOWN; i++) {
        struct dp_packet_batch batch;

        dp_packet_batch_init_packet(&batch, make_packet(NULL, 60, 'm', 0));
        vkernel_tx_drop_down(&env->tx, i * N_QUEUES, &batch, true);
    }
    return NULL;
}

/* tx-threads: what several threads send at the same time adds up. */
static void
test_tx_threads(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct vkernel_txq_counters *counters;
    pthread_t threads[N_THREADS];
    struct tx_env env;

    testdpdk_init(MEMORY_MB);
    init_driver(NULL, driver_send_some);
    tx_env_init(&env);
    counters = &env.counters[0];
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = ovs_thread_create("tx", transmit_thread, &env);
    }
    for (int i = 0; i < N_THREADS; i++) {
        xpthread_join(threads[i], NULL);
    }
    ovs_assert(get_offered(counters)
               == N_THREADS * (6 * N_ROUNDS + N_DOWN));
    ovs_assert(vkernel_counter_read(&counters->packets) == n_driver_packets);
    ovs_assert(vkernel_counter_read(&counters->bytes) == n_driver_bytes);
    ovs_assert(get_drops(counters, VKERNEL_DROP_TX_DOWN)
               == N_THREADS * N_DOWN);
    ovs_assert(get_drops(counters, VKERNEL_DROP_TX_TOO_BIG)
               == N_THREADS * N_ROUNDS);
    ovs_assert(n_driver_packets > N_THREADS * N_ROUNDS);
    ovs_assert(get_drops(counters, VKERNEL_DROP_TX_RING_FULL) > 0);
    tx_env_uninit(&env);
}

/* Pools. */

/* Returns how much of DPDK's memory is in use. */
static size_t
get_dpdk_memory(void)
{
    struct rte_malloc_socket_stats stats;

    ovs_assert(!rte_malloc_get_socket_stats(rte_socket_id(), &stats));
    return stats.heap_allocsz_bytes;
}

/* pool-buffers: what the buffers of a pool are like. */
static void
test_pool_buffers(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct rte_mbuf *mbufs[POOL_SIZE + 1];
    struct vkernel_mempool pool;

    testdpdk_init(MEMORY_MB);
    create_pool(&pool, POOL_SIZE);
    ovs_assert(pool.memory >= POOL_SIZE * BUFFER_SIZE);
    /* A buffer more than there are is not there. */
    ovs_assert(rte_pktmbuf_alloc_bulk(pool.mp, mbufs, POOL_SIZE + 1));
    ovs_assert(!rte_pktmbuf_alloc_bulk(pool.mp, mbufs, POOL_SIZE));
    for (int i = 0; i < POOL_SIZE; i++) {
        struct dp_packet *packet = CONTAINER_OF(mbufs[i], struct dp_packet,
                                                mbuf);

        ovs_assert(packet->source == DPBUF_DPDK);
        ovs_assert(rte_pktmbuf_tailroom(mbufs[i]) >= BUFFER_SIZE);
        ovs_assert(rte_pktmbuf_headroom(mbufs[i]) == RTE_PKTMBUF_HEADROOM);
        /* All of it is ours to write to. */
        memset(dp_packet_base(packet), 0xa5, RTE_PKTMBUF_HEADROOM
                                             + BUFFER_SIZE);
    }
    rte_pktmbuf_free_bulk(mbufs, POOL_SIZE);
    put_full_pool(&pool);
    ovs_assert(!pool.mp && !pool.memory);
    vkernel_mempool_put(&pool);
}

/* pool-sweep: a pool that was given up waits for its buffers. */
static void
test_pool_sweep(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    char a_name[RTE_MEMPOOL_NAMESIZE], b_name[RTE_MEMPOOL_NAMESIZE];
    size_t n_blocks = testlib_count_blocks();
    struct rte_mbuf *from_a[2], *from_b;
    struct vkernel_mempool a, b;
    size_t memory;

    testdpdk_init(MEMORY_MB);
    memory = get_dpdk_memory();
    create_pool(&a, POOL_SIZE);
    create_pool(&b, POOL_SIZE);
    ovs_strlcpy(a_name, a.mp->name, sizeof a_name);
    ovs_strlcpy(b_name, b.mp->name, sizeof b_name);
    ovs_assert(rte_mempool_lookup(a_name) == a.mp);
    ovs_assert(rte_mempool_lookup(b_name) == b.mp);
    ovs_assert(!rte_pktmbuf_alloc_bulk(a.mp, from_a, 2));
    from_b = rte_pktmbuf_alloc(b.mp);

    /* Those in use are not swept, not even if all buffers are there. */
    rte_pktmbuf_free(from_b);
    vkernel_mempool_sweep();
    ovs_assert(rte_mempool_lookup(b_name));
    from_b = rte_pktmbuf_alloc(b.mp);

    vkernel_mempool_put(&a);
    vkernel_mempool_put(&b);
    ovs_assert(!a.mp && !b.mp);
    rte_pktmbuf_free(from_a[0]);
    vkernel_mempool_sweep();
    ovs_assert(rte_mempool_lookup(a_name) && rte_mempool_lookup(b_name));

    /* The later one may be the first to go. */
    rte_pktmbuf_free(from_b);
    vkernel_mempool_sweep();
    ovs_assert(rte_mempool_lookup(a_name) && !rte_mempool_lookup(b_name));
    rte_pktmbuf_free(from_a[1]);
    vkernel_mempool_sweep();
    ovs_assert(!rte_mempool_lookup(a_name));
    vkernel_mempool_sweep();

    ovs_assert(get_dpdk_memory() == memory);
    ovs_assert(testlib_count_blocks() == n_blocks);
}

/* pool-many: more pools, one after the other, than there is memory for. */
static void
test_pool_many(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    struct vkernel_mempool pool;
    size_t memory;

    testdpdk_init(MEMORY_MB);
    memory = get_dpdk_memory();
    for (int i = 0; i < 32; i++) {
        create_pool(&pool, 4095);
        ovs_assert(get_dpdk_memory() > memory + 4095 * BUFFER_SIZE);
        put_full_pool(&pool);
        ovs_assert(get_dpdk_memory() == memory);
    }
}

/* pool-too-big N_BUFFERS FRAME_SIZE: prints the message. */
static void
test_pool_too_big(struct ovs_cmdl_context *ctx)
{
    struct vkernel_mempool pool = { .mp = NULL };
    size_t n_blocks, memory;
    char *message;

    testdpdk_init(MEMORY_MB);
    n_blocks = testlib_count_blocks();
    memory = get_dpdk_memory();
    message = vkernel_mempool_create(&pool, atoi(ctx->argv[1]),
                                     atoi(ctx->argv[2]), true,
                                     rte_socket_id());
    testlib_print(message, "no message");
    ovs_assert(!pool.mp);
    ovs_assert(get_dpdk_memory() == memory);
    ovs_assert(testlib_count_blocks() == n_blocks);
    /* What is too much for one is no harm to the next. */
    create_pool(&pool, POOL_SIZE);
    put_full_pool(&pool);
}

/* Makes 'buffers' for an MTU of 'mtu' and, if nonzero, a gso_max_size. */
static void
create_buffers(struct vkernel_buffers *buffers, int mtu, int gso_max_size)
{
    const struct vkernel_buffers_args args = {
        .n_queues = 1,
        .ring_size = 64,
        .mtu = mtu,
        .gso_max_size = gso_max_size,
        .socket_id = rte_socket_id(),
    };
    char *message = vkernel_buffers_create(buffers, &args);

    if (message) {
        ovs_fatal(0, "%s", message);
    }
}

/* Takes a buffer out of 'pool', puts a frame of 'size' bytes into it, or of as
 * many as the driver would, if 'size' is 0, and then VKERNEL_COMPAT_MAX_PUSH
 * bytes in front. */
static void
push(const struct vkernel_mempool *pool, size_t size)
{
    struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool->mp);
    struct dp_packet *packet = CONTAINER_OF(mbuf, struct dp_packet, mbuf);
    size_t n = MIN(512, VKERNEL_COMPAT_MAX_PUSH);

    ovs_assert(mbuf && rte_pktmbuf_headroom(mbuf) == RTE_PKTMBUF_HEADROOM);
    /* Behind it is what conntrack may need for another address of FTP's. */
    ovs_assert((char *) mbuf + pool->mp->elt_size
               >= (char *) mbuf->buf_addr + mbuf->buf_len + 45);
    size = size ? size : rte_pktmbuf_tailroom(mbuf);
    ovs_assert(rte_pktmbuf_append(mbuf, size));
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *) dp_packet_data(packet))[i] = i % 251;
    }
    for (size_t i = 1; i <= VKERNEL_COMPAT_MAX_PUSH / n; i++) {
        memset(dp_packet_push_uninit(packet, n), i, n);
        ovs_assert(dp_packet_size(packet) == size + i * n);
        ovs_assert(mbuf->data_len == mbuf->pkt_len && mbuf->nb_segs == 1);
    }
    for (size_t i = VKERNEL_COMPAT_MAX_PUSH / n; i > 0; i--) {
        const uint8_t *header = dp_packet_pull(packet, n);

        ovs_assert(header[0] == i && !memcmp(header, header + 1, n - 1));
    }
    for (size_t i = 0; i < size; i++) {
        ovs_assert(((uint8_t *) dp_packet_data(packet))[i] == i % 251);
    }
    rte_pktmbuf_free(mbuf);
    ovs_assert(rte_mempool_full(pool->mp));
}

/* pool-push: the largest frames keep what they are when actions put headers in
 * front of them, and there is room for what conntrack adds to them. */
static void
test_pool_push(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const int mtus[] = { 68, 1500, 1504, 1518, 3500 };
    struct vkernel_buffers buffers;

    testdpdk_init(2 * MEMORY_MB);
    for (size_t i = 0; i < ARRAY_SIZE(mtus); i++) {
        create_buffers(&buffers, mtus[i], 0);
        push(&buffers.ring, buffers.max_frame_size);
        push(&buffers.ring, 0);
        vkernel_buffers_put(&buffers);
    }
    create_buffers(&buffers, 1500, VKERNEL_MAX_GSO_MAX_SIZE);
    push(&buffers.ring, VKERNEL_MAX_GSO_MAX_SIZE);
    push(&buffers.ring, 0);
    push(&buffers.rx_copies, buffers.max_frame_size);
    vkernel_buffers_put(&buffers);
}

static const struct ovs_cmdl_command commands[] = {
    { "rx", NULL, 0, 0, test_rx, OVS_RO },
    { "rx-policer", NULL, 0, 0, test_rx_policer, OVS_RO },
    { "rx-copy", NULL, 0, 0, test_rx_copy, OVS_RO },
    { "rx-starve", NULL, 0, 0, test_rx_starve, OVS_RO },
    { "rx-claims", NULL, 0, 0, test_rx_claims, OVS_RO },
    { "tx-large", NULL, 0, 0, test_tx_large, OVS_RO },
    { "tx", "KINDS...", 1, INT_MAX, test_tx, OVS_RO },
    { "tx-policer", NULL, 0, 0, test_tx_policer, OVS_RO },
    { "tx-prepare", NULL, 0, 0, test_tx_prepare, OVS_RO },
    { "tx-ring", NULL, 0, 0, test_tx_ring, OVS_RO },
    { "tx-copy", NULL, 0, 0, test_tx_copy, OVS_RO },
    { "tx-batch", NULL, 0, 0, test_tx_batch, OVS_RO },
    { "tx-sizes", NULL, 0, 0, test_tx_sizes, OVS_RO },
    { "tx-down", NULL, 0, 0, test_tx_down, OVS_RO },
    { "tx-threads", NULL, 0, 0, test_tx_threads, OVS_RO },
    { "pool-buffers", NULL, 0, 0, test_pool_buffers, OVS_RO },
    { "pool-push", NULL, 0, 0, test_pool_push, OVS_RO },
    { "pool-sweep", NULL, 0, 0, test_pool_sweep, OVS_RO },
    { "pool-many", NULL, 0, 0, test_pool_many, OVS_RO },
    { "pool-too-big", "N_BUFFERS FRAME_SIZE", 2, 2, test_pool_too_big,
      OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
