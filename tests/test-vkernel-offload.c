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

/* Tests of vkernel-offload.c and vkernel-marks.c, which need no DPDK that
 * runs, only its headers.  What the driver and the kernel do with a packet is
 * done here, as far as it matters for the checksum. */

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
#include "flow.h"
#include "netdev-native-tnl.h"
#include "openvswitch/nsh.h"
#include "packets.h"
#include "random.h"
#include "util.h"
#include "vkernel-compat.h"
#include "vkernel-csum.h"
#include "vkernel-headers.h"
#include "vkernel-marks.h"
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
    bool c_tags;                /* Are all tags 802.1Q's, not the last only? */
    int n_frags;                /* IPv6 fragment headers of a whole packet. */
    bool elsewhere;             /* Marked by another port than ours? */
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
    return spec->ext ? 8 + 8 * spec->more_ext : 8 * spec->n_frags;
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
    l3[6] = (!spec->ext ? (spec->n_frags ? IPPROTO_FRAGMENT : proto)
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
    for (int i = 0; !spec->ext && i < spec->n_frags; i++) {
        l3[IPV6_HEADER_LEN + 8 * i] = (i + 1 < spec->n_frags
                                       ? IPPROTO_FRAGMENT : proto);
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
                 htons(i + 1 < spec->n_vlans && !spec->c_tags
                       ? ETH_TYPE_VLAN_8021AD : ETH_TYPE_VLAN_8021Q));
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

/* Gives 'packet' of 'spec' the right checksum of IPv4, if it has any. */
static void
complete_ipv4(const struct spec *spec, struct dp_packet *packet)
{
    uint8_t *l3 = ((uint8_t *) dp_packet_data(packet)
                   + ETH_HEADER_LEN + VLAN_HEADER_LEN * spec->n_vlans);

    if (!spec->ipv6) {
        put_be16(l3 + 10, 0);
        put_be16(l3 + 10, csum(l3, (l3[0] & 15) * 4));
    }
}

/* Fills the checksum in, as the kernel does with a packet that comes with the
 * offset of its L4 header, if that is left to do, and checks the whole packet
 * as a receiver does. */
static void
kernel_receive(struct dp_packet *packet, const struct spec *spec)
{
    size_t ip_len = spec->ipv6 ? IPV6_HEADER_LEN : IP_HEADER_LEN;
    struct rte_mbuf *mbuf = &packet->mbuf;
    uint8_t *l3 = ((uint8_t *) dp_packet_data(packet)
                   + ETH_HEADER_LEN + VLAN_HEADER_LEN * spec->n_vlans);
    uint8_t *l4 = l3 + ip_len + get_ext_len(spec);
    size_t l4_len = (uint8_t *) dp_packet_tail(packet) - l4;
    uint8_t *field = l4 + (spec->udp ? 6 : 16);
    uint8_t proto = spec->udp ? IPPROTO_UDP : IPPROTO_TCP;
    uint32_t pseudo;

    if (mbuf->ol_flags & RTE_MBUF_F_TX_L4_MASK) {
        ovs_assert(l3 == rte_pktmbuf_mtod_offset(mbuf, uint8_t *,
                                                 mbuf->l2_len));
        ovs_assert(l4 == l3 + mbuf->l3_len);
        put_be16(field, csum(l4, l4_len));
    }
    if (spec->ipv6) {
        pseudo = sum_pseudoheader(l3 + 8, 32, proto, l4_len);
    } else {
        pseudo = sum_pseudoheader(l3 + 12, 8, proto, l4_len);
        ovs_assert(!csum(l3, l4 - l3));
    }
    if (spec->routing) {
        pseudo = csum_add16(pseudo, htons(0x0abc));
    }
    ovs_assert(!csum_finish(csum_continue(pseudo, l4, l4_len)));
}

/* Has 'packet' of 'spec' received: by our port, or by another one that leaves
 * the checksum to others. */
static void
receive(const struct spec *spec, struct dp_packet *packet)
{
    driver_receive(packet);
    /* What the last user has left. */
    packet->mbuf.tso_segsz = 4711;
    packet->mbuf.hash.usr = UINT32_MAX;
    vkernel_compat_init_rx_packet(packet);
    if (spec->elsewhere) {
        packet->mbuf.ol_flags = 0;
        packet->mbuf.tso_segsz = 0;
        vkernel_compat_mark_partial(packet, !spec->ipv6,
                                    spec->udp ? IPPROTO_UDP : IPPROTO_TCP);
    } else {
        ovs_assert(vkernel_offload_rx(packet));
    }
    ovs_assert(!packet->mbuf.tso_segsz);
    ovs_assert(!vkernel_compat_is_tso(packet));
}

/* One packet, from the kernel through Open vSwitch to the kernel. */
static void
round_trip(const struct spec *spec)
{
    bool is_extended = spec->ipv6 && (spec->ext || spec->n_frags);
    bool is_complete = ((is_extended || spec->n_vlans > flow_vlan_limit)
                        && !spec->elsewhere);
    struct dp_packet packet;
    enum vkernel_tx_drop drop;
    uint64_t stub[MAX_PACKET / 8];

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_packet(spec, &packet);
    receive(spec, &packet);
    ovs_assert(is_complete == !vkernel_compat_get_tx_flags(&packet));
    if (!is_complete) {
        ovs_assert(vkernel_compat_is_vouched_for(&packet));
        ovs_assert(vkernel_compat_is_marked_as(&packet, !spec->ipv6));
    }

    if (is_complete) {
        /* What is done by whoever changes an address. */
        complete_ipv4(spec, &packet);
    }
    ovs_assert(vkernel_offload_tx(&packet, 1500, &drop));
    /* With this one it would zero IPv4's checksum. */
    ovs_assert(!(packet.mbuf.ol_flags & RTE_MBUF_F_TX_IP_CKSUM));
    ovs_assert(!rte_net_intel_cksum_prepare(&packet.mbuf));
    if (packet.mbuf.l3_len) {
        ovs_assert(vkernel_offload_tx_is_unfinished(&packet.mbuf)
                   == (is_extended && !is_complete));
    }
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

    for (int i = 0; i < 512 * 5 * (int) ARRAY_SIZE(payloads); i++) {
        const struct spec spec = {
            .ipv6 = i & 1,
            .ext = i & 2,
            .routing = i & 4,
            .udp = i & 8,
            .readdressed = i & 16,
            .no_offsets = i & 32,
            .c_tags = i & 64,
            .elsewhere = i & 128,
            .n_frags = i & 256 ? 7 : 0,
            .n_vlans = i / 512 % 5,
            .payload = payloads[i / 512 / 5],
        };

        if ((spec.routing && (!spec.ipv6 || !spec.ext || spec.readdressed))
            || (spec.n_frags && (!spec.ipv6 || spec.ext))) {
            continue;
        }
        round_trip(&spec);
        n++;
    }
    printf("%d kinds of packets\n", n);
}

/* csum-ipv4: headers of IPv4 with any bytes. */
static void
test_csum_ipv4(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const uint8_t fills[] = { 0, 0xff };
    uint8_t ip[IP_HEADER_LEN + 1];

    random_set_seed(1);
    for (int i = 0; i < 100000; i++) {
        /* At even and at odd addresses. */
        uint8_t *header = ip + i % 2;

        random_bytes(header, IP_HEADER_LEN);
        if (i < 256) {
            memset(header, fills[i / 2 % 2], i % IP_HEADER_LEN);
        }
        put_be16(header + 10, vkernel_csum_ipv4(header));
        ovs_assert(!csum(header, IP_HEADER_LEN));
    }
}

/* A claim about a frame, and what is wrong with it. */
struct claim {
    const char *name;
    struct spec spec;
    int segsz;                  /* Of TSO, or 0 for a checksum. */
    int patch_ofs;              /* Where, if that is nonzero... */
    int patch;                  /* ...these two bytes are instead. */
    int size;                   /* Cut to these, or grown, if nonzero. */
};

/* Prints what becomes of the frame of 'claim'. */
static void
receive_claim(const struct claim *claim)
{
    uint64_t stub[MAX_PACKET / 8];
    struct dp_packet packet;
    uint64_t flags;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_packet(&claim->spec, &packet);
    driver_receive(&packet);
    if (claim->patch_ofs) {
        put_be16((char *) dp_packet_data(&packet) + claim->patch_ofs,
                 htons(claim->patch));
    }
    if (claim->size) {
        dp_packet_set_size(&packet, claim->size);
    }
    packet.mbuf.tso_segsz = claim->segsz ? claim->segsz : 1234;
    packet.mbuf.ol_flags = (RTE_MBUF_F_RX_L4_CKSUM_NONE
                            | (claim->segsz ? RTE_MBUF_F_RX_LRO : 0));
    vkernel_compat_init_rx_packet(&packet);
    if (!vkernel_offload_rx(&packet)) {
        printf("%s: dropped\n", claim->name);
        dp_packet_uninit(&packet);
        return;
    }
    flags = vkernel_compat_get_tx_flags(&packet);
    printf("%s:%s%s%s%s segsz=%d\n", claim->name,
           flags ? "" : " complete",
           ((flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM
            ? " tcp" : ""),
           ((flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_UDP_CKSUM
            ? " udp" : ""),
           flags & RTE_MBUF_F_TX_TCP_SEG ? " tso" : "",
           packet.mbuf.tso_segsz);
    dp_packet_uninit(&packet);
}

#define TCP4 { .payload = 3000 }
#define TCP6 { .payload = 3000, .ipv6 = true }
#define UDP4 { .payload = 1000, .udp = true }
#define UDP6 { .payload = 1000, .udp = true, .ipv6 = true }

/* Offsets in these, of the headers of IP and of TCP or UDP. */
#define L3 ETH_HEADER_LEN
#define L4 (L3 + IP_HEADER_LEN)
#define L4_6 (L3 + IPV6_HEADER_LEN)

#define PATCH(OFS, VALUE) .patch_ofs = OFS, .patch = VALUE

/* Frames that claim an offload, right and wrong ones. */
static const struct claim claims[] = {
    { "tcp4", TCP4, .segsz = 0 },
    { "tcp4 with options", { .payload = 3000, .ext = true }, .segsz = 0 },
    { "tcp6", TCP6, .segsz = 0 },
    { "tcp6 with extension", { .ipv6 = true, .ext = true }, .segsz = 0 },
    { "udp4", UDP4, .segsz = 0 },
    { "udp6", { .udp = true, .ipv6 = true }, .segsz = 0 },
    { "two tags", { .n_vlans = 2, .c_tags = true }, .segsz = 0 },
    { "three tags", { .n_vlans = 3, .c_tags = true }, .segsz = 0 },
    { "forty tags", { .n_vlans = 40 }, .segsz = 0 },
    { "tso4", TCP4, .segsz = 1448 },
    { "tso6", TCP6, .segsz = 1428 },
    { "tso, two tags", { .payload = 3000, .n_vlans = 2, .c_tags = true },
      .segsz = 1448 },
    { "tso, two tags, the other kind", { .payload = 3000, .n_vlans = 2 },
      .segsz = 1448 },
    { "tso, three tags", { .payload = 3000, .n_vlans = 3 },
      .segsz = 1448 },
    { "tso, routing", { .payload = 3000, .ipv6 = true, .ext = true,
                        .more_ext = 20, .routing = true },
      .segsz = 1000 },
    { "tso, long extension", { .payload = 1500, .ipv6 = true, .ext = true,
                               .more_ext = 250 }, .segsz = 1000 },
    { "tso, longest extension", { .payload = 1500, .ipv6 = true, .ext = true,
                                  .more_ext = 57 }, .segsz = 1000 },
    { "tso, longer extension", { .payload = 1500, .ipv6 = true, .ext = true,
                                 .more_ext = 58 }, .segsz = 1000 },
    { "tso, most tags", { .payload = 1500, .n_vlans = 28 }, .segsz = 1000 },
    { "tso, too many tags", { .payload = 1500, .n_vlans = 29 },
      .segsz = 1000 },
    { "tso, seven extensions", { .payload = 3000, .ipv6 = true,
                                 .n_frags = 7 }, .segsz = 1000 },
    { "tso, one segment", TCP4, .segsz = 3000 },
    { "tso, least segment", TCP4, .segsz = 8 },
    { "tso, less", TCP4, .segsz = 7 },
    { "tso, segments of one byte", TCP4, .segsz = 1 },
    { "tso, two of one byte", { .payload = 2 }, .segsz = 1 },
    { "tso, sixteen of seven bytes", { .payload = 112 }, .segsz = 7 },
    { "tso, and one more", { .payload = 113 }, .segsz = 7 },
    { "tso, most bytes", TCP4, .segsz = UINT16_MAX },
    { "tso, no payload", { .payload = 0 }, .segsz = 1448 },
    { "tso, UDP", UDP4, .segsz = 100 },
    { "tso, padded", TCP4, .segsz = 1448, .size = L4 + 32 + 3001 },
    { "tso, cut", TCP4, .segsz = 1448, .size = L4 + 32 + 2999 },
    { "tso, IP length of 40", TCP4, 1448, PATCH(L3 + 2, 40) },
    { "tso, IP length of 19", TCP4, 1448, PATCH(L3 + 2, 19) },
    { "tso, IP length of 0", TCP4, 1448, PATCH(L3 + 2, 0) },
    { "tso, IP length too long", TCP4, 1448,
      PATCH(L3 + 2, 20 + 32 + 3001) },
    { "tso, header length of 16", TCP4, 1448, PATCH(L3, 0x4400) },
    { "tso, header length of 60", TCP4, 1448, PATCH(L3, 0x4f00) },
    { "tso, version 6", TCP4, 1448, PATCH(L3, 0x6500) },
    { "tso, first fragment", TCP4, 1448, PATCH(L3 + 6, 0x2000) },
    { "tso, last fragment", TCP4, 1448, PATCH(L3 + 6, 1) },
    { "tso, do not fragment", TCP4, 1448, PATCH(L3 + 6, 0x4000) },
    { "tso, ICMP", TCP4, 1448, PATCH(L3 + 8, 0x4001) },
    { "tso, data offset of 16", TCP4, 1448, PATCH(L4 + 12, 0x4010) },
    { "tso, data offset of 60", TCP4, 1448, PATCH(L4 + 12, 0xf010) },
    { "tso, data offset past the end", { .payload = 12 }, 8,
      PATCH(L4 + 12, 0xf010) },
    { "tso, ARP", TCP4, 1448, PATCH(L3 - 2, 0x0806) },
    { "tso, MPLS", TCP4, 1448, PATCH(L3 - 2, 0x8847) },
    { "NSH", TCP4, 0, PATCH(L3 - 2, 0x894f) },
    { "tso, IPv6 length too short", TCP6, 1428, PATCH(L3 + 4, 31) },
    { "tso, IPv6 length too long", TCP6, 1428, PATCH(L3 + 4, 32 + 3001) },
    { "tso, IPv6 of no protocol", TCP6, 1428, PATCH(L3 + 6, 59 << 8) },
    { "tso, endless extensions", TCP6, 1428, PATCH(L3 + 6, 0) },
    { "tso, fragment of IPv6", { .payload = 3000, .ipv6 = true,
                                 .n_frags = 1 }, 1428,
      PATCH(L4_6 + 2, 1) },
    { "padded", TCP4, .size = L4 + 32 + 3001 },
    { "cut", TCP4, .size = L4 + 32 + 2999 },
    { "cut in the UDP header", UDP4, 0, PATCH(L3 + 2, 27),
      .size = L4 + 7 },
    { "cut in the IP header", TCP4, .size = L4 - 1 },
    { "cut in a tag", { .n_vlans = 2 }, .size = 20 },
    { "cut in the Ethernet header", TCP4, .size = 13 },
    { "UDP of 7 bytes", UDP4, 0, PATCH(L3 + 2, 27) },
    { "UDP, padded", UDP4, .size = L4 + UDP_HEADER_LEN + 1001 },
    { "UDP length too long", UDP4, 0, PATCH(L4 + 4, 1009) },
    { "UDP length too short", UDP4, 0, PATCH(L4 + 4, 1007) },
    { "UDP length of the header", UDP4, 0, PATCH(L4 + 4, 8) },
    { "UDP length of 7", UDP4, 0, PATCH(L4 + 4, 7) },
    { "UDP length of 0", UDP4, 0, PATCH(L4 + 4, 0) },
    { "UDP length of the frame, not of IP", UDP4, 0,
      PATCH(L3 + 2, IP_HEADER_LEN + 1007) },
    { "UDP length too long, in a tag", { .payload = 1000, .udp = true,
                                         .n_vlans = 3 }, 0,
      PATCH(L4 + 12 + 4, 1009) },
    { "UDP length too long, IPv6", UDP6, 0, PATCH(L4_6 + 4, 1009) },
    { "UDP length too short, IPv6", UDP6, 0, PATCH(L4_6 + 4, 1007) },
    { "UDP length of 0, IPv6", UDP6, 0, PATCH(L4_6 + 4, 0) },
    { "UDP length too long, extension", { .payload = 1000, .udp = true,
                                          .ipv6 = true, .ext = true }, 0,
      PATCH(L4_6 + 8 + 4, 1009) },
    /* As in a jumbogram, of which a buffer can only hold a part. */
    { "IPv6 length of 0", TCP6, 0, PATCH(L3 + 4, 0) },
    { "IPv6 length of 0, UDP", UDP6, 0, PATCH(L3 + 4, 0) },
    { "IPv6 length of 0, extension", { .ipv6 = true, .ext = true }, 0,
      PATCH(L3 + 4, 0) },
    { "tso, IPv6 length of 0", TCP6, 1428, PATCH(L3 + 4, 0) },
    { "tso, IPv6 length of 0, extension", { .payload = 3000, .ipv6 = true,
                                            .ext = true }, 1428,
      PATCH(L3 + 4, 0) },
    { "fragment", UDP4, 0, PATCH(L3 + 6, 0x2000) },
    { "SCTP", TCP4, 0, PATCH(L3 + 8, 0x4000 | IPPROTO_SCTP) },
};

/* rx: frames that claim an offload, and what their bytes say. */
static void
test_rx(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
        receive_claim(&claims[i]);
    }
    flow_limit_vlans(1);
    receive_claim(&(struct claim) { "two tags of one", { .n_vlans = 2 },
                                    .segsz = 0 });
    receive_claim(&(struct claim) { "tso, two tags of one",
                                    { .n_vlans = 2, .payload = 3000 },
                                    .segsz = 1000 });
}

/* rx-other: what the driver says that is no claim. */
static void
test_rx_other(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const uint64_t flags[] = { 0, RTE_MBUF_F_RX_L4_CKSUM_GOOD };

    for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
        struct dp_packet packet;

        /* There are no bytes to look at. */
        dp_packet_use_stub(&packet, NULL, 0);
        packet.mbuf.ol_flags = flags[i];
        packet.mbuf.tso_segsz = 1234;
        vkernel_compat_init_rx_packet(&packet);
        ovs_assert(vkernel_offload_rx(&packet));
        ovs_assert(!vkernel_compat_get_tx_flags(&packet));
        ovs_assert(vkernel_compat_is_vouched_for(&packet) == (i == 1));
        ovs_assert(!packet.mbuf.tso_segsz);
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
    size_t whole_size;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_packet(spec, &packet);
    whole_size = dp_packet_size(&packet);
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
    if (!vkernel_offload_tx(&packet, mtu, &drop)) {
        printf("%s: %s\n", name,
               (drop == VKERNEL_DROP_TX_OFFLOAD ? "dropped: offload"
                : drop == VKERNEL_DROP_TX_SEGMENT_TOO_BIG
                ? "dropped: segment too big" : "?"));
    } else if (!(packet.mbuf.ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK)) {
        bool is_cut = vkernel_offload_tx_is_cut(&packet);

        ovs_assert(!vkernel_offload_tx_is_unfinished(&packet.mbuf));
        ovs_assert(!size || dp_packet_size(&packet) == size);
        printf("%s: %s\n", name, is_cut ? "as it is" : "complete");
        if (!is_cut) {
            kernel_receive(&packet, spec);
        }
    } else {
        printf("%s: l2=%d l3=%d l4=%d segsz=%d%s\n", name,
               (int) packet.mbuf.l2_len, (int) packet.mbuf.l3_len,
               (int) packet.mbuf.l4_len, (int) packet.mbuf.tso_segsz,
               packet.mbuf.ol_flags & RTE_MBUF_F_TX_TCP_SEG ? " tso" : "");
        /* Padding would become payload. */
        ovs_assert(dp_packet_size(&packet) <= whole_size);
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
    const struct spec udp6 = { .payload = 3000, .udp = true, .ipv6 = true };
    const struct spec ext6 = { .payload = 3000, .ipv6 = true, .ext = true,
                               .more_ext = 57 };
    const struct spec longer_ext6 = { .payload = 1001, .ipv6 = true,
                                      .ext = true, .more_ext = 58 };
    const struct spec routing6 = { .payload = 1001, .ipv6 = true, .ext = true,
                                   .more_ext = 255, .routing = true };
    const struct spec two_tags = { .payload = 3000, .n_vlans = 2,
                                   .c_tags = true, .no_offsets = true };
    const struct spec many_tags = { .payload = 1000, .n_vlans = 40 };
    int hlen = 14 + 20;

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
    send_one("UDP that is not", &tcp4, TODO_UDP, 0, 1500, 0);
    send_one("two tags", &two_tags, TODO_TSO, 1448, 1500, 0);
    send_one("many tags", &many_tags, TODO_TCP, 0, 1500, 0);
    send_one("many tags, TSO", &many_tags, TODO_TSO, 500, 1500, 0);
    send_one("cut in the payload", &tcp4, TODO_TSO, 1, 1500, hlen + 32 + 2999);
    send_one("cut after the TCP options", &tcp4, TODO_TSO, 1, 1500, hlen + 32);
    send_one("cut in the TCP options", &tcp4, TODO_TSO, 1, 1500, hlen + 31);
    send_one("cut in the TCP header", &tcp4, TODO_TCP, 0, 1500, hlen + 19);
    send_one("cut in the UDP header", &udp4, TODO_UDP, 0, 1500, hlen + 7);
    send_one("cut in the IP header", &tcp4, TODO_TSO, 1, 1500, 20);
    send_one("cut before the IP header", &tcp4, TODO_TSO, 1, 1500, 14);
    send_one("cut in the UDP header, IPv6", &udp6, TODO_UDP, 0, 1500, 60);
    send_one("cut in the IPv6 header", &tcp6, TODO_TSO, 1, 1500, 20);
    send_one("cut in an extension", &ext6, TODO_TSO, 1, 1500, 100);
    send_one("cut in a tag", &two_tags, TODO_TSO, 1, 1500, 20);
    send_one("padded", &tcp4, TODO_TSO, 1448, 1500, hlen + 32 + 3040);
    send_one("long extension header", &ext6, TODO_TSO, 964, 1500, 0);
    send_one("longer than DPDK can say", &longer_ext6, TODO_TSO, 964, 1500, 0);
    send_one("longer, checksum only", &longer_ext6, TODO_TCP, 0, 1500, 0);
    send_one("the longest routing header", &routing6, TODO_TCP, 0, 1500, 0);
}

/* Where a release has no such function, nobody completes a packet but the
 * port that sends it. */
void dp_packet_ol_send_prepare(struct dp_packet *, uint64_t flags)
    __attribute__((weak));

/* Makes 'packet' of 'spec', marked with 'todo', of which 'size' bytes are
 * left, if that is nonzero. */
static void
make_marked(const struct spec *spec, enum todo todo, size_t size,
            struct dp_packet *packet)
{
    make_packet(spec, packet);
    if (size) {
        dp_packet_set_size(packet, size);
    }
    packet->mbuf.ol_flags = 0;
    vkernel_compat_init_rx_packet(packet);
    packet->mbuf.tso_segsz = todo == TODO_TSO ? 500 : 0;
    vkernel_compat_mark_partial(packet, !spec->ipv6,
                                (todo == TODO_UDP ? IPPROTO_UDP
                                 : todo == TODO_SCTP ? IPPROTO_SCTP
                                 : IPPROTO_TCP));
    if (todo == TODO_TSO) {
        vkernel_compat_mark_tso(packet);
    }
}

/* Has a packet of 'spec' that 'todo' is left to do for, cut to 'size' bytes if
 * that is nonzero, sent by a port that can do nothing. */
static void
fit_one(const struct spec *spec, enum todo todo, size_t size)
{
    uint64_t stub[MAX_PACKET / 8];
    struct dp_packet packet, whole;
    uint64_t whole_stub[MAX_PACKET / 8];

    dp_packet_use_stub(&packet, stub, sizeof stub);
    dp_packet_use_stub(&whole, whole_stub, sizeof whole_stub);
    make_marked(spec, todo, size, &packet);
    make_marked(spec, todo, 0, &whole);

    vkernel_marks_fit(&packet);
    if (size) {
        ovs_assert(!vkernel_compat_get_tx_flags(&packet));
        ovs_assert(dp_packet_size(&packet) == size);
        ovs_assert(!memcmp(dp_packet_data(&packet), dp_packet_data(&whole),
                           size));
    } else if (todo == TODO_TSO) {
        ovs_assert(vkernel_compat_is_tso(&packet));
    }
    if (vkernel_compat_get_tx_flags(&packet)) {
        size_t l3_ofs = ETH_HEADER_LEN + VLAN_HEADER_LEN * spec->n_vlans;

        ovs_assert(packet.l3_ofs == l3_ofs);
        ovs_assert(packet.l4_ofs == l3_ofs + get_ext_len(spec)
                   + (spec->ipv6 ? IPV6_HEADER_LEN : IP_HEADER_LEN));
    }
    if (todo != TODO_TSO && dp_packet_ol_send_prepare) {
        dp_packet_ol_send_prepare(&packet, 0);
        if (!size) {
            complete_ipv4(spec, &packet);
            packet.mbuf.ol_flags = 0;
            kernel_receive(&packet, spec);
        }
    }
    dp_packet_uninit(&packet);
    dp_packet_uninit(&whole);
}

/* fit: marked packets of all kinds, whole and cut anywhere. */
static void
test_fit(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    int n = 0;

    for (int i = 0; i < 32 * 5; i++) {
        const struct spec spec = {
            .ipv6 = i & 1,
            .ext = i & 2,
            .udp = i & 4,
            .no_offsets = i & 8 || i / 32 > 2,
            .c_tags = i & 16,
            .n_vlans = i / 32,
            .payload = 1400,
        };
        size_t l4_len = spec.udp ? UDP_HEADER_LEN : TCP_HEADER_LEN + 12;
        size_t size = (ETH_HEADER_LEN + VLAN_HEADER_LEN * spec.n_vlans
                       + (spec.ipv6 ? IPV6_HEADER_LEN : IP_HEADER_LEN)
                       + get_ext_len(&spec) + l4_len + spec.payload);
        enum todo todo = spec.udp ? TODO_UDP : TODO_TCP;

        fit_one(&spec, todo, 0);
        for (size_t cut = ETH_HEADER_LEN; cut < size; cut++) {
            fit_one(&spec, todo, cut);
            if (!spec.udp) {
                fit_one(&spec, TODO_TSO, cut);
            }
            n++;
        }
        if (!spec.udp) {
            fit_one(&spec, TODO_TSO, 0);
        }
    }
    printf("%d frames\n", n);
}

/* Takes the protocol from the marks of 'packet', where they have any. */
static void
forget_proto(struct dp_packet *packet)
{
    struct vkernel_compat_marks marks;

    vkernel_compat_get_marks(packet, &marks);
    marks.inner.l4_proto = 0;
    vkernel_compat_set_inner(packet, &marks);
}

/* fit-unnamed: packets whose marks do not say of which protocol they are, as
 * after an action on what Open vSwitch has not parsed. */
static void
test_fit_unnamed(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    for (int i = 0; i < 16; i++) {
        const struct spec spec = {
            .ipv6 = i & 1,
            .udp = i & 2,
            .no_offsets = i & 4,
            .payload = 1000,
        };
        bool is_malformed = i & 8;
        uint64_t stub[MAX_PACKET / 8];
        struct dp_packet packet;
        uint8_t *l4;

        dp_packet_use_stub(&packet, stub, sizeof stub);
        make_marked(&spec, spec.udp ? TODO_UDP : TODO_TCP, 0, &packet);
        forget_proto(&packet);
        l4 = ((uint8_t *) dp_packet_data(&packet) + ETH_HEADER_LEN
              + (spec.ipv6 ? IPV6_HEADER_LEN : IP_HEADER_LEN));
        if (is_malformed && !spec.udp) {
            l4[12] = 0;
        }
        vkernel_marks_fit(&packet);
        if (is_malformed && !spec.udp) {
            ovs_assert(!vkernel_compat_get_tx_flags(&packet));
        } else {
            ovs_assert(vkernel_compat_get_tx_flags(&packet)
                       == (spec.udp ? RTE_MBUF_F_TX_UDP_CKSUM
                           : RTE_MBUF_F_TX_TCP_CKSUM));
        }
        if (dp_packet_ol_send_prepare) {
            dp_packet_ol_send_prepare(&packet, 0);
        }
        dp_packet_uninit(&packet);
    }
}

/* fit-padding: packets with padding, and cut in it. */
static void
test_fit_padding(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    for (int i = 0; i < 6; i++) {
        const struct spec spec = { .ipv6 = i & 1, .udp = i < 4 };
        enum todo todo = spec.udp ? TODO_UDP : TODO_TCP;
        bool is_cut = i & 2;
        uint64_t stub[MAX_PACKET / 8];
        struct dp_packet packet;
        size_t size;

        dp_packet_use_stub(&packet, stub, sizeof stub);
        make_marked(&spec, todo, 0, &packet);
        size = dp_packet_size(&packet);
        memset(dp_packet_put_zeros(&packet, 100), 0x77, 100);
        dp_packet_set_l2_pad_size(&packet, 100);
        if (is_cut) {
            dp_packet_set_size(&packet, size + 18);
        }

        vkernel_marks_fit(&packet);
        ovs_assert(dp_packet_l2_pad_size(&packet) == (is_cut ? 18 : 100));
        if (dp_packet_ol_send_prepare) {
            dp_packet_ol_send_prepare(&packet, 0);
            complete_ipv4(&spec, &packet);
            packet.mbuf.ol_flags = 0;
            dp_packet_set_size(&packet, size);
            kernel_receive(&packet, &spec);
        }
        dp_packet_uninit(&packet);
    }
}

/* fit-padding-tso: padding is no part of segments. */
static void
test_fit_padding_tso(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    const struct spec spec = { .payload = 1000 };
    uint64_t stub[MAX_PACKET / 8];
    struct dp_packet packet;
    size_t size;

    dp_packet_use_stub(&packet, stub, sizeof stub);
    make_marked(&spec, TODO_TSO, 0, &packet);
    size = dp_packet_size(&packet);
    dp_packet_put_zeros(&packet, 18);
    vkernel_marks_fit(&packet);
    ovs_assert(vkernel_compat_is_tso(&packet));
    ovs_assert(dp_packet_size(&packet) == size);
    ovs_assert(!dp_packet_l2_pad_size(&packet));
    dp_packet_uninit(&packet);
}

/* Puts 'packet' into another frame, behind NSH or a label of MPLS, as Open
 * vSwitch does.  Returns how many bytes are in front of it. */
static size_t
encapsulate(struct dp_packet *packet, bool is_nsh)
{
    size_t len = ETH_HEADER_LEN + (is_nsh ? NSH_M_TYPE1_LEN : MPLS_HLEN);
    uint8_t *data = dp_packet_push_zeros(packet, len);

    put_be16(data + 12, htons(is_nsh ? ETH_TYPE_NSH : ETH_TYPE_MPLS));
    if (is_nsh) {
        put_be16(data + 14, htons(NSH_M_TYPE1_LEN / 4));
        data[16] = NSH_M_TYPE1;
        data[17] = NSH_P_ETHERNET;
    } else {
        data[16] = 1;
    }
    packet->l3_ofs = ETH_HEADER_LEN;
    packet->l4_ofs = UINT16_MAX;
    return len;
}

/* fit-encap: packets in another frame.  Some ports look at them before. */
static void
test_fit_encap(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    for (int i = 0; i < 64; i++) {
        const struct spec spec = {
            .ipv6 = i & 1,
            .ext = i & 2,
            .udp = i & 4,
            .n_vlans = i & 8 ? 1 : 0,
            .payload = 1001,
        };
        struct dp_packet *packet = dp_packet_new(MAX_PACKET);
        enum vkernel_tx_drop drop;
        size_t len;

        dp_packet_reserve(packet, 128);
        make_marked(&spec, spec.udp ? TODO_UDP : TODO_TCP, 0, packet);
        complete_ipv4(&spec, packet);
        len = encapsulate(packet, i & 16);
        if (i & 32) {
            vkernel_marks_fit(packet);
        } else {
            ovs_assert(vkernel_offload_tx(packet, 1500, &drop));
            ovs_assert(!(packet->mbuf.ol_flags & RTE_MBUF_F_TX_L4_MASK));
            vkernel_compat_clear_marks(packet);
        }
        ovs_assert(!vkernel_compat_get_tx_flags(packet));
        packet->mbuf.ol_flags = 0;
        dp_packet_pull(packet, len);
        kernel_receive(packet, &spec);
        dp_packet_delete(packet);
    }
}

/* Where a release has no such function, nobody cuts a packet in a tunnel. */
void dp_packet_gso_batch(struct dp_packet_batch *) __attribute__((weak));

/* A frame in a tunnel. */
struct tunneled {
    struct spec spec;           /* What is in it... */
    int type;                   /* ...or, if nonzero, only this Ethertype. */
    enum todo todo;             /* What is left to do for it. */
    bool is_unnamed;            /* Do its marks name no protocol? */
    enum ovs_vport_type tnl_type;
    bool has_csum;              /* Has the tunnel a checksum? */
    bool has_label;             /* Is an MPLS label put before it? */
    int padding;                /* Bytes behind what is in it. */
};

#define TUNNEL_LEN (ETH_HEADER_LEN + IP_HEADER_LEN + UDP_HEADER_LEN + 8)

/* Puts 'packet' into the tunnel of 't', as Open vSwitch does. */
static void
push_tunnel(const struct tunneled *t, struct dp_packet *packet)
{
    struct ovs_action_push_tnl data = {
        .tnl_type = t->tnl_type,
        .header_len = TUNNEL_LEN,
    };
    struct eth_header *eth = (struct eth_header *) data.header;
    uint8_t *ip = (uint8_t *) (eth + 1);

    eth->eth_type = htons(ETH_TYPE_IP);
    ip[0] = 0x45;
    ip[8] = 64;
    ip[9] = IPPROTO_UDP;
    memset(ip + 12, 0x77, 8);
    put_be16(ip + 10, csum(ip, IP_HEADER_LEN));
    put_be16(ip + IP_HEADER_LEN + 2, htons(4789));
    if (t->has_csum) {
        put_be16(ip + IP_HEADER_LEN + 6, OVS_BE16_MAX);
    }
    netdev_tnl_push_udp_header(VKERNEL_COMPAT_PUSH_UDP_ARGS(packet, &data));
    if (t->has_label) {
        push_mpls(packet, htons(ETH_TYPE_MPLS), htonl(0x00042140));
        /* What is left when it was parsed again. */
        packet->l3_ofs = packet->l4_ofs = UINT16_MAX;
    }
}

/* Checks 'packet' as the end of the tunnel of 't' does, and then the receiver
 * of what is in it. */
static void
pop_tunnel(const struct tunneled *t, struct dp_packet *packet)
{
    uint8_t *ip = ((uint8_t *) dp_packet_data(packet) + ETH_HEADER_LEN
                   + (t->has_label ? MPLS_HLEN : 0));
    uint8_t *udp = ip + IP_HEADER_LEN;
    size_t udp_len = (uint8_t *) dp_packet_tail(packet) - udp;
    uint32_t pseudo = sum_pseudoheader(ip + 12, 8, IPPROTO_UDP, udp_len);

    ovs_assert(!csum(ip, IP_HEADER_LEN));
    ovs_assert(vkernel_headers_read_be16(ip + 2) == IP_HEADER_LEN + udp_len);
    ovs_assert(vkernel_headers_read_be16(udp + 4) == udp_len);
    ovs_assert((udp[6] || udp[7]) == t->has_csum);
    if (t->has_csum) {
        ovs_assert(!csum_finish(csum_continue(pseudo, udp, udp_len)));
    }
    if (!t->type) {
        dp_packet_pull(packet, udp + UDP_HEADER_LEN + 8
                               - (uint8_t *) dp_packet_data(packet));
        if (t->todo != TODO_TSO) {
            dp_packet_set_size(packet, dp_packet_size(packet) - t->padding);
        }
        packet->mbuf.ol_flags = 0;
        kernel_receive(packet, &t->spec);
    }
}

/* Makes 'packet', which is to be put into a tunnel, of 't'. */
static void
make_tunneled(const struct tunneled *t, struct dp_packet *packet)
{
    dp_packet_reserve(packet, 128);
    if (t->type) {
        put_ethernet(&t->spec, packet);
        put_be16((char *) dp_packet_tail(packet) - 2, htons(t->type));
        memset(dp_packet_put_zeros(packet, 46), 0x33, 46);
        packet->l3_ofs = ETH_HEADER_LEN;
        packet->mbuf.ol_flags = 0;
        vkernel_compat_init_rx_packet(packet);
    } else {
        make_marked(&t->spec, t->todo, 0, packet);
        complete_ipv4(&t->spec, packet);
        memset(dp_packet_put_zeros(packet, t->padding), 0x88, t->padding);
        dp_packet_set_l2_pad_size(packet, t->padding);
    }
}

/* Sends the frame 't' by a tunnel, and from there by a port that can do
 * nothing. */
static void
send_tunneled(const struct tunneled *t)
{
    struct dp_packet *packet = dp_packet_new(MAX_PACKET);
    struct dp_packet_batch batch;

    make_tunneled(t, packet);
    vkernel_marks_fit(packet);
    push_tunnel(t, packet);
    if (t->is_unnamed) {
        forget_proto(packet);
    }
    vkernel_marks_fit(packet);

    dp_packet_batch_init_packet(&batch, packet);
    if (vkernel_compat_is_tso(packet)) {
        dp_packet_gso_batch(&batch);
    }
    DP_PACKET_BATCH_FOR_EACH (i, packet, &batch) {
        vkernel_marks_fit(packet);
        if (dp_packet_ol_send_prepare) {
            dp_packet_ol_send_prepare(packet, 0);
        }
        pop_tunnel(t, packet);
    }
    dp_packet_delete_batch(&batch, true);
}

/* tunnel: what is left to do for tunnels, and for what is in them.  A release
 * that has no marks for tunnels has completed everything before. */
static void
test_tunnel(struct ovs_cmdl_context *ctx OVS_UNUSED)
{
    static const enum ovs_vport_type types[] = {
        OVS_VPORT_TYPE_VXLAN, OVS_VPORT_TYPE_GENEVE
    };

    for (int i = 0; i < 8; i++) {
        struct tunneled t = {
            .tnl_type = types[i & 1],
            .has_csum = i & 2,
            .has_label = i & 4,
        };

        t.type = ETH_TYPE_ARP;
        send_tunneled(&t);
        t.type = 0x88b5;
        send_tunneled(&t);
        t.type = 0;
        if (!dp_packet_ol_send_prepare) {
            continue;
        }
        for (int j = 0; j < 32; j++) {
            t.is_unnamed = j & 4;
            t.spec = (struct spec) {
                .ipv6 = j & 1,
                .ext = j & 8,
                .udp = j & 2,
                .payload = 1000,
            };
            t.padding = j & 16 ? 7 : 0;
            t.todo = j & 2 ? TODO_UDP : TODO_TCP;
            send_tunneled(&t);
            if (!t.spec.udp && dp_packet_gso_batch) {
                t.todo = TODO_TSO;
                send_tunneled(&t);
                /* A single segment. */
                t.spec.payload = 400;
                send_tunneled(&t);
            }
        }
    }
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
    { "csum-ipv4", NULL, 0, 0, test_csum_ipv4, OVS_RO },
    { "fit", NULL, 0, 0, test_fit, OVS_RO },
    { "fit-encap", NULL, 0, 0, test_fit_encap, OVS_RO },
    { "fit-padding", NULL, 0, 0, test_fit_padding, OVS_RO },
    { "fit-padding-tso", NULL, 0, 0, test_fit_padding_tso, OVS_RO },
    { "fit-unnamed", NULL, 0, 0, test_fit_unnamed, OVS_RO },
    { "rx", NULL, 0, 0, test_rx, OVS_RO },
    { "rx-other", NULL, 0, 0, test_rx_other, OVS_RO },
    { "tunnel", NULL, 0, 0, test_tunnel, OVS_RO },
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
