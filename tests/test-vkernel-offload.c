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

/* Tests of vkernel-offload.c, which needs no DPDK that runs, only its
 * headers.  What the driver and the kernel do with a packet is done here, as
 * far as it matters for the checksum. */

#include <config.h>

#include "vkernel-offload.h"

#include <netinet/in.h>
#include <netinet/ip6.h>
#include <rte_mbuf.h>
#include <rte_net.h>
#include <stdio.h>
#include <string.h>

#include "command-line.h"
#include "csum.h"
#include "dp-packet.h"
#include "packets.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-testlib.h"

/* A packet to make. */
struct spec {
    bool ipv6;
    int n_vlans;
    bool ext;                   /* IPv4 options, an IPv6 extension header? */
    int more_ext;               /* 8 bytes more of it (IPv6), that often. */
    bool routing;               /* IPv6 routing header, not at its end? */
    bool udp;
    bool readdressed;           /* Address changed on the way? */
    bool no_offsets;            /* Has Open vSwitch not parsed it? */
    int payload;                /* Bytes. */
};

#define MAX_PACKET 4096

static void
put_be16(void *p, ovs_be16 value)
{
    memcpy(p, &value, sizeof value);
}

/* Sum of the pseudo-header for 'l4_len' bytes of 'proto' between the addresses
 * in 'addrs', which have 'addrs_len' bytes. */
static uint32_t
sum_pseudoheader(const void *addrs, size_t addrs_len, uint8_t proto,
                 size_t l4_len)
{
    uint32_t sum = csum_continue(0, addrs, addrs_len);

    sum = csum_add16(sum, htons(proto));
    return csum_add16(sum, htons(l4_len));
}

/* Returns how many bytes of extension headers or options there are. */
static size_t
get_ext_len(const struct spec *spec)
{
    return spec->ext ? 8 + 8 * spec->more_ext : 0;
}

/* Appends the header of IPv6, for 'l4_len' bytes of 'proto', to 'packet'.
 * Returns the sum of the pseudo-header. */
static uint32_t
put_ipv6(const struct spec *spec, struct dp_packet *packet, uint8_t proto,
         size_t l4_len)
{
    size_t ext_len = get_ext_len(spec);
    uint8_t *l3 = dp_packet_put_zeros(packet, IPV6_HEADER_LEN + ext_len);

    l3[0] = 0x60;
    put_be16(l3 + 4, htons(ext_len + l4_len));
    l3[6] = (!spec->ext ? proto
             : spec->routing ? IPPROTO_ROUTING : IPPROTO_DSTOPTS);
    memset(l3 + 8, 0x44, 16);
    memset(l3 + 24, 0x55, 16);
    if (spec->ext) {
        l3[IPV6_HEADER_LEN] = proto;
        l3[IPV6_HEADER_LEN + 1] = spec->more_ext;
        /* Of options, PadN; of a routing header, one segment left. */
        l3[IPV6_HEADER_LEN + 2] = spec->routing ? 0 : 1;
        l3[IPV6_HEADER_LEN + 3] = spec->routing ? 1 : 4;
    }
    return sum_pseudoheader(l3 + 8, 32, proto, l4_len);
}

/* Likewise, of IPv4. */
static uint32_t
put_ipv4(const struct spec *spec, struct dp_packet *packet, uint8_t proto,
         size_t l4_len)
{
    size_t ext_len = get_ext_len(spec);
    uint8_t *l3 = dp_packet_put_zeros(packet, IP_HEADER_LEN + ext_len);

    l3[0] = 0x40 | (IP_HEADER_LEN + ext_len) / 4;
    put_be16(l3 + 2, htons(IP_HEADER_LEN + ext_len + l4_len));
    l3[8] = 64;
    l3[9] = proto;
    memset(l3 + 12, 0x44, 4);
    memset(l3 + 16, 0x55, 4);
    memset(l3 + IP_HEADER_LEN, 1, ext_len);
    /* Left as it was when the address is changed. */
    put_be16(l3 + 10, htons(0x1234));
    return sum_pseudoheader(l3 + 12, 8, proto, l4_len);
}

/* Appends the Ethernet header to 'packet'. */
static void
put_ethernet(const struct spec *spec, struct dp_packet *packet)
{
    memset(dp_packet_put_zeros(packet, 12), 0x22, 12);
    for (int i = 0; i < spec->n_vlans; i++) {
        put_be16(dp_packet_put_zeros(packet, 2),
                 htons(i + 1 < spec->n_vlans ? ETH_TYPE_VLAN_8021AD
                                             : ETH_TYPE_VLAN_8021Q));
        put_be16(dp_packet_put_zeros(packet, 2), htons(7));
    }
    put_be16(dp_packet_put_zeros(packet, 2),
             htons(spec->ipv6 ? ETH_TYPE_IPV6 : ETH_TYPE_IP));
}

/* Makes 'packet' of 'spec' as the kernel sends it: with the sum of the
 * pseudo-header in the field for the checksum. */
static void
make_packet(const struct spec *spec, struct dp_packet *packet)
{
    uint8_t proto = spec->udp ? IPPROTO_UDP : IPPROTO_TCP;
    size_t l4_len = (spec->udp ? UDP_HEADER_LEN : TCP_HEADER_LEN + 12)
                    + spec->payload;
    uint32_t pseudo;
    size_t l3_ofs;
    uint8_t *l4;

    put_ethernet(spec, packet);
    l3_ofs = dp_packet_size(packet);
    pseudo = (spec->ipv6
              ? put_ipv6(spec, packet, proto, l4_len)
              : put_ipv4(spec, packet, proto, l4_len));
    if (spec->routing) {
        /* Another address is the last one. */
        pseudo = csum_add16(pseudo, htons(0x0abc));
    }

    l4 = dp_packet_put_zeros(packet, l4_len);
    memset(l4, 0x66, l4_len);
    if (spec->udp) {
        put_be16(l4 + 4, htons(l4_len));
        put_be16(l4 + 6, ~csum_finish(pseudo));
    } else {
        l4[12] = 8 << 4;
        put_be16(l4 + 16, ~csum_finish(pseudo));
    }
    if (spec->readdressed) {
        uint8_t *l3 = (uint8_t *) dp_packet_data(packet) + l3_ofs;

        memset(l3 + (spec->ipv6 ? 24 : 16), 0x99, 3);
    }
    if (!spec->no_offsets) {
        packet->l3_ofs = l3_ofs;
        packet->l4_ofs = dp_packet_size(packet) - l4_len;
    }
}

/* Does to 'packet' what the driver does when it has received it. */
static void
driver_receive(struct dp_packet *packet)
{
    packet->mbuf.ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE;
    packet->mbuf.packet_type = rte_net_get_ptype(&packet->mbuf, NULL,
                                                 RTE_PTYPE_ALL_MASK);
}

/* Fills the checksum in, as the kernel does with a packet that comes with the
 * offset of its L4 header, and checks the whole packet as a receiver does. */
static void
kernel_receive(struct dp_packet *packet, const struct spec *spec)
{
    struct rte_mbuf *mbuf = &packet->mbuf;
    uint8_t *l3 = (uint8_t *) dp_packet_data(packet) + mbuf->l2_len;
    uint8_t *l4 = l3 + mbuf->l3_len;
    size_t l4_len = (uint8_t *) dp_packet_tail(packet) - l4;
    uint8_t *field = l4 + (spec->udp ? 6 : 16);
    uint8_t proto = spec->udp ? IPPROTO_UDP : IPPROTO_TCP;
    uint32_t pseudo;

    put_be16(field, csum(l4, l4_len));
    if (spec->ipv6) {
        pseudo = sum_pseudoheader(l3 + 8, 32, proto, l4_len);
    } else {
        pseudo = sum_pseudoheader(l3 + 12, 8, proto, l4_len);
        ovs_assert(!csum(l3, mbuf->l3_len));
    }
    if (spec->routing) {
        pseudo = csum_add16(pseudo, htons(0x0abc));
    }
    ovs_assert(!csum_finish(csum_continue(pseudo, l4, l4_len)));
}

/* One packet, from the kernel through Open vSwitch to the kernel. */
static void
round_trip(const struct spec *spec)
{
    uint64_t stub[MAX_PACKET / 8];
    struct dp_packet packet;
    enum vkernel_tx_drop drop;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_packet(spec, &packet);
    driver_receive(&packet);
    /* What the last user has left. */
    packet.mbuf.tso_segsz = 4711;
    packet.mbuf.hash.usr = UINT32_MAX;
    vkernel_compat_init_rx_packet(&packet);
    vkernel_offload_rx(&packet);
    ovs_assert(!packet.mbuf.tso_segsz);
    ovs_assert(!vkernel_compat_is_tso(&packet));
    ovs_assert(vkernel_compat_is_vouched_for(&packet));
    ovs_assert(vkernel_compat_is_marked_as(&packet, !spec->ipv6));

    ovs_assert(vkernel_offload_tx(&packet, 1500, &drop));
    /* With this one it would zero IPv4's checksum. */
    ovs_assert(!(packet.mbuf.ol_flags & RTE_MBUF_F_TX_IP_CKSUM));
    ovs_assert(!rte_net_intel_cksum_prepare(&packet.mbuf));
    ovs_assert(vkernel_offload_tx_is_unfinished(&packet.mbuf)
               == (spec->ipv6 && spec->ext));
    if (vkernel_offload_tx_is_unfinished(&packet.mbuf)) {
        vkernel_offload_tx_finish(&packet.mbuf);
    }
    kernel_receive(&packet, spec);
    dp_packet_uninit(&packet);
}

/* checksums: all kinds of packets whose checksum was left to do. */
static void
test_checksums(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const int payloads[] = { 0, 1, 2, 535, 1400 };
    int n = 0;

    for (int i = 0; i < 64 * 3 * (int) ARRAY_SIZE(payloads); i++) {
        const struct spec spec = {
            .ipv6 = i & 1,
            .ext = i & 2,
            .routing = i & 4,
            .udp = i & 8,
            .readdressed = i & 16,
            .no_offsets = i & 32,
            .n_vlans = i / 64 % 3,
            .payload = payloads[i / 64 / 3],
        };

        if (spec.routing && (!spec.ipv6 || !spec.ext || spec.readdressed
                             || spec.no_offsets)) {
            continue;
        }
        round_trip(&spec);
        n++;
    }
    printf("%d kinds of packets\n", n);
}

/* rx: what becomes of each thing that the driver may say. */
static void
test_rx(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const struct {
        const char *name;
        uint64_t flags;
        uint32_t type;
    } cases[] = {
        { "nothing", 0, 0 },
        { "good", RTE_MBUF_F_RX_L4_CKSUM_GOOD,
          RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP },
        { "tcp4", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP },
        { "tcp4 with options", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV4_EXT | RTE_PTYPE_L4_TCP },
        { "tcp6", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV6 | RTE_PTYPE_L4_TCP },
        { "tcp6 with extension", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV6_EXT | RTE_PTYPE_L4_TCP },
        { "udp4", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_UDP },
        { "udp6", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV6 | RTE_PTYPE_L4_UDP },
        { "sctp4", RTE_MBUF_F_RX_L4_CKSUM_NONE,
          RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_SCTP },
        { "lro4", RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_LRO,
          RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_TCP },
        { "lro6", RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_LRO,
          RTE_PTYPE_L3_IPV6 | RTE_PTYPE_L4_TCP },
    };

    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        uint64_t stub[16];
        struct dp_packet packet;
        uint64_t flags;

        dp_packet_use_stub(&packet, stub, sizeof stub);
        packet.mbuf.ol_flags = cases[i].flags;
        packet.mbuf.packet_type = cases[i].type;
        packet.mbuf.tso_segsz = 1234;
        vkernel_compat_init_rx_packet(&packet);
        vkernel_offload_rx(&packet);
        flags = vkernel_compat_get_tx_flags(&packet);
        printf("%s:%s%s%s%s segsz=%d\n", cases[i].name,
               vkernel_compat_is_vouched_for(&packet) ? " good" : "",
               ((flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM
                ? " tcp" : ""),
               ((flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_UDP_CKSUM
                ? " udp" : ""),
               flags & RTE_MBUF_F_TX_TCP_SEG ? " tso" : "",
               packet.mbuf.tso_segsz);
    }
}

/* What is left to do for a packet. */
enum todo {
    TODO_TCP,                   /* TCP's checksum. */
    TODO_UDP,                   /* UDP's. */
    TODO_SCTP,                  /* SCTP's. */
    TODO_TSO                    /* TCP's, and to cut it into segments. */
};

/* Prints what comes of sending a packet of 'spec' that 'todo' is left to do
 * for, with segments of 'segsz', cut to 'size' bytes if that is nonzero. */
static void
send_one(const char *name, const struct spec *spec, enum todo todo, int segsz,
         int mtu, size_t size)
{
    uint64_t stub[MAX_PACKET / 8];
    enum vkernel_tx_drop drop = -1;
    struct dp_packet packet;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_packet(spec, &packet);
    if (size) {
        dp_packet_set_size(&packet, size);
    }
    packet.mbuf.ol_flags = 0;
    vkernel_compat_init_rx_packet(&packet);
    packet.mbuf.tso_segsz = segsz;
    vkernel_compat_mark_partial(&packet, !spec->ipv6,
                                (todo == TODO_UDP ? IPPROTO_UDP
                                 : todo == TODO_SCTP ? IPPROTO_SCTP
                                 : IPPROTO_TCP));
    if (todo == TODO_TSO) {
        vkernel_compat_mark_tso(&packet);
    }
    if (vkernel_offload_tx(&packet, mtu, &drop)) {
        printf("%s: l2=%d l3=%d l4=%d segsz=%d%s\n", name,
               (int) packet.mbuf.l2_len, (int) packet.mbuf.l3_len,
               (int) packet.mbuf.l4_len, (int) packet.mbuf.tso_segsz,
               packet.mbuf.ol_flags & RTE_MBUF_F_TX_TCP_SEG ? " tso" : "");
    } else {
        printf("%s: %s\n", name,
               (drop == VKERNEL_DROP_TX_OFFLOAD ? "dropped: offload"
                : drop == VKERNEL_DROP_TX_SEGMENT_TOO_BIG
                ? "dropped: segment too big" : "?"));
    }
    dp_packet_uninit(&packet);
}

/* tx: segment sizes, and what cannot be done. */
static void
test_tx(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct spec tcp4 = { .payload = 3000 };
    const struct spec tcp6 = { .payload = 3000, .ipv6 = true, .n_vlans = 1 };
    const struct spec udp4 = { .payload = 3000, .udp = true };
    const struct spec ext6 = { .payload = 3000, .ipv6 = true, .ext = true,
                               .more_ext = 57 };
    const struct spec longer_ext6 = { .payload = 3000, .ipv6 = true,
                                      .ext = true, .more_ext = 58 };

    send_one("the most", &tcp4, TODO_TSO, 1448, 1500, 0);
    send_one("one byte more", &tcp4, TODO_TSO, 1449, 1500, 0);
    send_one("less", &tcp4, TODO_TSO, 500, 1500, 0);
    send_one("of a larger MTU", &tcp4, TODO_TSO, 8948, 1500, 0);
    send_one("the most, IPv6", &tcp6, TODO_TSO, 1428, 1500, 0);
    send_one("one byte more, IPv6", &tcp6, TODO_TSO, 1429, 1500, 0);
    send_one("no room", &tcp4, TODO_TSO, 1, 52, 0);
    send_one("checksum only", &tcp4, TODO_TCP, 0, 1500, 0);
    send_one("UDP", &udp4, TODO_UDP, 0, 1500, 0);
    send_one("SCTP", &udp4, TODO_SCTP, 0, 1500, 0);
    send_one("cut in the TCP header", &tcp4, TODO_TSO, 1, 1500, 14 + 20 + 19);
    send_one("cut in the TCP options", &tcp4, TODO_TSO, 1, 1500, 14 + 20 + 31);
    send_one("cut after the TCP options", &tcp4, TODO_TSO, 1, 1500,
             14 + 20 + 32);
    send_one("cut in the UDP header", &udp4, TODO_UDP, 0, 1500, 14 + 20 + 7);
    send_one("cut in the IP header", &tcp4, TODO_TSO, 1, 1500, 20);
    send_one("cut before the IP header", &tcp4, TODO_TSO, 1, 1500, 14);
    send_one("long extension header", &ext6, TODO_TSO, 964, 1500, 0);
    send_one("longer than DPDK can say", &longer_ext6, TODO_TSO, 964, 1500, 0);
}

/* tx-no-size: packets to be cut into segments of no given size, which not
 * every Open vSwitch has. */
static void
test_tx_no_size(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct spec tcp4 = { .payload = 3000 };
    const struct spec tcp6 = { .payload = 3000, .ipv6 = true, .n_vlans = 1 };

    if (VKERNEL_COMPAT_TSO_HAS_SIZE) {
        exit(77);
    }
    send_one("IPv4", &tcp4, TODO_TSO, 0, 1500, 0);
    send_one("IPv6 and a tag", &tcp6, TODO_TSO, 0, 1500, 0);
    send_one("no room", &tcp4, TODO_TSO, 0, 52, 0);
}

static const struct ovs_cmdl_command commands[] = {
    { "checksums", NULL, 0, 0, test_checksums, OVS_RO },
    { "rx", NULL, 0, 0, test_rx, OVS_RO },
    { "tx", NULL, 0, 0, test_tx, OVS_RO },
    { "tx-no-size", NULL, 0, 0, test_tx_no_size, OVS_RO },
    { NULL, NULL, 0, 0, NULL, OVS_RO },
};

int
main(int argc, char *argv[])
{
    testlib_main(argc, argv, commands);
    return 0;
}
