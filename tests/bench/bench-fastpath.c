/* Copyright (c) 2026 The dpdkvkernel Authors.
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

/* The micro-benchmark of the fast path: what a packet costs in our Rx and Tx
 * code, with neither a kernel nor a driver.  The driver is one of our own that
 * hands out buffers and takes them back; what it needs is taken off.  DPDK
 * needs neither huge pages nor privileges here. */

#include <config.h>

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csum.h"
#include "dp-packet.h"
#include "instructions.h"
#include "packets.h"
#include "tests/vkernel-testdpdk.h"
#include "util.h"
#include "vkernel-buffers.h"
#include "vkernel-rx.h"
#include "vkernel-stats.h"
#include "vkernel-tx.h"

#define PORT_ID 3
#define MTU 1500
#define GSO_MAX_SIZE 61440
#define RING_SIZE 256

/* What DPDK may take, enough for the buffers of a port. */
#define MEMORY_MB 256

/* Bursts that are timed, after some that warm up. */
#define N_WARMUP 100
#define N_TIMED 2000

/* A frame of each: a small one, one as long as the MTU allows, and the largest
 * that TSO makes. */
static const size_t sizes[] = { 64, 1514, GSO_MAX_SIZE };

/* Packets of a burst whose instructions are counted, which is slow. */
#define N_COUNTED 8

/* What the driver hands out: bursts of 'burst' frames of 'size' bytes. */
static struct {
    struct rte_mempool *mp;
    size_t size;
    int burst;
} driver;

static int driver_queue;
static void *driver_queue_pointer = &driver_queue;
static void *driver_callback;

/* A port. */
struct port {
    struct vkernel_buffers buffers;
    struct vkernel_rxq_counters rxq_counters;
    struct vkernel_txq_counters txq_counters;
    struct vkernel_rx rx;
    struct vkernel_txq txq;
    struct vkernel_tx tx;
    struct dp_packet_batch batch;
};

/* What is measured: what run() does with a burst, and run_bare() does not. */
struct path {
    const char *name;
    void (*run)(struct port *);
    void (*run_bare)(struct port *);
};

/* Makes 'mbuf', of which the length is set, a TCP segment as the driver hands
 * it out, its checksum to be completed. */
static void
make_segment(struct rte_mbuf *mbuf)
{
    char *data = rte_pktmbuf_mtod(mbuf, char *);
    struct eth_header *eth = (void *) data;
    struct ip_header *ip = (void *) (eth + 1);
    struct tcp_header *tcp = (void *) (ip + 1);

    memset(data, 0, ETH_HEADER_LEN + IP_HEADER_LEN + TCP_HEADER_LEN);
    eth->eth_type = htons(ETH_TYPE_IP);
    ip->ip_ihl_ver = IP_IHL_VER(5, 4);
    ip->ip_tot_len = htons(mbuf->data_len - ETH_HEADER_LEN);
    ip->ip_ttl = 64;
    ip->ip_proto = IPPROTO_TCP;
    ip->ip_csum = csum(ip, sizeof *ip);
    tcp->tcp_ctl = TCP_CTL(TCP_ACK, 5);
}

static void
set_rx_offloads(struct rte_mbuf *mbuf)
{
    mbuf->packet_type = RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4
                        | RTE_PTYPE_L4_TCP;
    mbuf->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE;
    if (mbuf->data_len > MTU + ETH_HEADER_LEN) {
        mbuf->ol_flags |= RTE_MBUF_F_RX_LRO;
        mbuf->tso_segsz = MTU - IP_HEADER_LEN - TCP_HEADER_LEN;
    }
}

static uint16_t
driver_receive(void *queue OVS_UNUSED, struct rte_mbuf **mbufs, uint16_t n)
{
    n = MIN(n, driver.burst);
    if (rte_pktmbuf_alloc_bulk(driver.mp, mbufs, n)) {
        return 0;
    }
    for (int i = 0; i < n; i++) {
        mbufs[i]->data_len = mbufs[i]->pkt_len = driver.size;
        set_rx_offloads(mbufs[i]);
    }
    return n;
}

static uint16_t
driver_prepare(void *queue OVS_UNUSED, struct rte_mbuf **mbufs OVS_UNUSED,
               uint16_t n)
{
    return n;
}

static uint16_t
driver_send(void *queue OVS_UNUSED, struct rte_mbuf **mbufs, uint16_t n)
{
    rte_pktmbuf_free_bulk(mbufs, n);
    return n;
}

static void
init_driver(void)
{
    struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[PORT_ID];

    ops->rx_pkt_burst = driver_receive;
    ops->rxq.data = &driver_queue_pointer;
    ops->rxq.clbk = &driver_callback;
    ops->tx_pkt_prepare = driver_prepare;
    ops->tx_pkt_burst = driver_send;
    ops->txq.data = &driver_queue_pointer;
    ops->txq.clbk = &driver_callback;
}

/* Gives every buffer of 'mp' a packet's bytes. */
static void
make_segments(struct rte_mempool *mp, size_t size)
{
    unsigned int n = rte_mempool_avail_count(mp);
    struct rte_mbuf **mbufs = xcalloc(n, sizeof *mbufs);

    if (rte_pktmbuf_alloc_bulk(mp, mbufs, n)) {
        ovs_fatal(0, "no buffers");
    }
    for (unsigned int i = 0; i < n; i++) {
        mbufs[i]->data_len = mbufs[i]->pkt_len = size;
        make_segment(mbufs[i]);
    }
    rte_pktmbuf_free_bulk(mbufs, n);
    free(mbufs);
}

static void
port_init(struct port *port, bool tso, size_t size)
{
    const struct vkernel_buffers_args args = {
        .mtu = MTU,
        .gso_max_size = tso ? GSO_MAX_SIZE : 0,
        .n_queues = 1,
        .ring_size = RING_SIZE,
        .socket_id = rte_socket_id(),
    };
    char *message = vkernel_buffers_create(&port->buffers, &args);

    if (message) {
        ovs_fatal(0, "%s", message);
    }
    port->rx = (struct vkernel_rx) {
        .port_id = PORT_ID,
        .offloads = tso,
        .copy_mp = port->buffers.rx_copies.mp,
        .max_copy_size = port->buffers.max_frame_size,
        .ring_mp = port->buffers.ring.mp,
        .reserve = port->buffers.rx_reserve,
    };
    ovs_spin_init(&port->txq.lock);
    port->txq.counters = &port->txq_counters;
    port->tx = (struct vkernel_tx) {
        .port_id = PORT_ID,
        .mtu = MTU,
        .max_frame_size = port->buffers.max_frame_size,
        .copy_mp = port->buffers.tx_copies.mp,
        .large_copy_mp = port->buffers.tx_large_copies.mp,
        .n_txqs = 1,
        .txqs = &port->txq,
    };
    driver.mp = port->buffers.ring.mp;
    driver.size = size;
    make_segments(driver.mp, size);
    dp_packet_batch_init(&port->batch);
}

static void
port_uninit(struct port *port)
{
    ovs_spin_destroy(&port->txq.lock);
    vkernel_buffers_put(&port->buffers);
}

/* Reception. */

static void
receive_bare(struct port *port)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) port->batch.packets;

    rte_pktmbuf_free_bulk(mbufs, rte_eth_rx_burst(PORT_ID, 0, mbufs,
                                                  NETDEV_MAX_BURST));
}

static void
receive(struct port *port)
{
    struct rte_mbuf **mbufs = (struct rte_mbuf **) port->batch.packets;

    dp_packet_batch_init(&port->batch);
    vkernel_rx_burst(&port->rx, 0, &port->rxq_counters, NULL, &port->batch);
    rte_pktmbuf_free_bulk(mbufs, dp_packet_batch_size(&port->batch));
}

/* Transmission of what was received, and whose headers the datapath has
 * found. */

static void
receive_and_parse(struct port *port)
{
    dp_packet_batch_init(&port->batch);
    vkernel_rx_burst(&port->rx, 0, &port->rxq_counters, NULL, &port->batch);
    for (size_t i = 0; i < dp_packet_batch_size(&port->batch); i++) {
        port->batch.packets[i]->l3_ofs = ETH_HEADER_LEN;
        port->batch.packets[i]->l4_ofs = ETH_HEADER_LEN + IP_HEADER_LEN;
    }
}

static void
transmit_bare(struct port *port)
{
    receive_and_parse(port);
    driver_send(NULL, (struct rte_mbuf **) port->batch.packets,
                dp_packet_batch_size(&port->batch));
}

static void
transmit(struct port *port)
{
    receive_and_parse(port);
    vkernel_tx_burst(&port->tx, 0, NULL, &port->batch, false);
}

/* Transmission of copies, as of what comes from the main thread. */

static void
receive_and_clone(struct port *port)
{
    receive_and_parse(port);
    for (size_t i = 0; i < dp_packet_batch_size(&port->batch); i++) {
        struct dp_packet *clone = dp_packet_clone(port->batch.packets[i]);

        dp_packet_delete(port->batch.packets[i]);
        port->batch.packets[i] = clone;
    }
}

static void
transmit_copies_bare(struct port *port)
{
    receive_and_clone(port);
    dp_packet_delete_batch(&port->batch, true);
}

static void
transmit_copies(struct port *port)
{
    receive_and_clone(port);
    vkernel_tx_burst(&port->tx, 0, NULL, &port->batch, false);
}

/* Measuring. */

static int
compare_uint64(const void *a_, const void *b_)
{
    uint64_t a = *(const uint64_t *) a_;
    uint64_t b = *(const uint64_t *) b_;

    return a < b ? -1 : a > b;
}

/* Returns the median of the cycles that run(port) takes. */
static uint64_t
count_cycles(void (*run)(struct port *), struct port *port)
{
    static uint64_t cycles[N_TIMED];

    driver.burst = NETDEV_MAX_BURST;
    for (int i = 0; i < N_WARMUP; i++) {
        run(port);
    }
    for (int i = 0; i < N_TIMED; i++) {
        uint64_t start = rte_rdtsc_precise();

        run(port);
        cycles[i] = rte_rdtsc_precise() - start;
    }
    qsort(cycles, N_TIMED, sizeof *cycles, compare_uint64);
    return cycles[N_TIMED / 2];
}

struct run {
    void (*function)(struct port *);
    struct port *port;
};

static void
call_run(void *run_)
{
    struct run *run = run_;

    run->function(run->port);
}

static uint64_t
count_instructions(void (*function)(struct port *), struct port *port)
{
    struct run run = { function, port };

    driver.burst = N_COUNTED;
    return instructions_count(call_run, &run);
}

/* Returns the share of one packet in what 'all', a burst as the driver hands
 * out now, has more than 'bare'. */
static double
per_packet(uint64_t all, uint64_t bare)
{
    return all > bare ? (double) (all - bare) / driver.burst : 0;
}

static void
measure(const struct path *path, bool tso, size_t size)
{
    static struct port port;
    uint64_t all, bare;

    port_init(&port, tso, size);
    all = count_cycles(path->run, &port);
    bare = count_cycles(path->run_bare, &port);
    printf("%-12s %-3s %6"PRIuSIZE" %9.0f", path->name, tso ? "on" : "off",
           size, per_packet(all, bare));

    all = count_instructions(path->run, &port);
    bare = count_instructions(path->run_bare, &port);
    if (all && bare) {
        printf(" %13.0f\n", per_packet(all, bare));
    } else {
        printf(" %13s\n", "-");
    }
    port_uninit(&port);
}

int
main(int argc, char *argv[])
{
    static const struct path paths[] = {
        { "rx", receive, receive_bare },
        { "tx", transmit, transmit_bare },
        { "tx of copies", transmit_copies, transmit_copies_bare },
    };

    set_program_name(argv[0]);
    if (argc > 1) {
        ovs_fatal(0, "no arguments are accepted");
    }
#if !defined __OPTIMIZE__ || defined __SANITIZE_ADDRESS__
    puts("Not optimized: these figures do not count.");
#endif
    if (instructions_problem()) {
        printf("Instructions are not counted: %s.\n", instructions_problem());
    }
    testdpdk_init(MEMORY_MB);
    init_driver();
    printf("%-12s %-3s %6s %9s %13s\n", "path", "TSO", "bytes",
           "cycles", "instructions");
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
        for (int tso = 0; tso <= 1; tso++) {
            for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
                if (tso || sizes[j] <= MTU + ETH_HEADER_LEN) {
                    measure(&paths[i], tso, sizes[j]);
                }
            }
        }
    }
    return 0;
}
