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

/* Sends frames out of a network device that claim all kinds of offloads, right
 * and wrong:
 *
 *     fuzz-frames DEVICE SEED FIRST COUNT
 *
 * Frame N of SEED is the same whenever it is sent, so that COUNT frames from
 * FIRST on can be sent again.  The last byte of the destination's Ethernet
 * address, 0 to 31, is for flows to tell frames apart.  Prints how many frames
 * the kernel has taken.
 *
 * A frame begins as a good one: VLAN tags, IPv4 or IPv6 with options and
 * extension headers, TCP, UDP, SCTP or ICMP, perhaps in a tunnel.  Then its
 * claims and its bytes are spoiled, or not. */

#include <config.h>

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FRAME 65535
#define N_ADDRESSES 32

/* Linux 6.2 has named it. */
#define GSO_UDP_L4 5

/* How many frames may be on their way, and how long to wait for them. */
#define WINDOW 256
#define MAX_WAITS 200
#define WAIT_US 100

struct frame {
    struct virtio_net_hdr hdr;  /* What it claims. */
    uint8_t data[MAX_FRAME];    /* 'size' bytes. */
    size_t size;                /* In bytes. */
    size_t l4_ofs;              /* Where the outermost L4 header is, or 0... */
    uint8_t proto;              /* ...and which, IPPROTO_*. */
    bool is_ipv4;               /* Is it on IPv4? */
};

static uint64_t rng;            /* State of the random numbers. */

/* Returns a number below 'n', by the algorithm "splitmix64". */
static unsigned int
below(unsigned int n)
{
    uint64_t z = (rng += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % n;
}

/* Returns true in 'percent' of the calls. */
static bool
chance(unsigned int percent)
{
    return below(100) < percent;
}

/* Appends 'n' bytes of 'value', or fewer if there is no room. */
static uint8_t *
put(struct frame *f, int value, size_t n)
{
    uint8_t *p = f->data + f->size;

    if (n > MAX_FRAME - f->size) {
        n = MAX_FRAME - f->size;
    }
    memset(p, value, n);
    f->size += n;
    return p;
}

static void
set16(uint8_t *p, unsigned int value)
{
    p[0] = value >> 8;
    p[1] = value;
}

static void
put16(struct frame *f, unsigned int value)
{
    set16(put(f, 0, 2), value);
}

static unsigned int
sum16(const uint8_t *p, size_t n, unsigned int sum)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        sum += p[i] << 8 | p[i + 1];
    }
    while (sum >> 16) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* Returns how many bytes of payload to send. */
static unsigned int
choose_payload(void)
{
    unsigned int which = below(100);

    return (which < 60 ? below(100)
            : which < 85 ? below(1450)
            : which < 98 ? below(9000)
            : below(MAX_FRAME));
}

static void
put_ethernet(struct frame *f)
{
    int n_tags = chance(60) ? 0 : below(5);
    uint8_t *macs = put(f, 0, 2 * ETH_ALEN);

    macs[0] = macs[6] = 2;
    macs[5] = below(N_ADDRESSES);
    macs[11] = 128 + below(4);
    for (int i = 0; i < n_tags; i++) {
        put16(f, chance(70) ? ETH_P_8021Q : ETH_P_8021AD);
        put16(f, below(8) << 13 | below(8));
    }
}

/* Appends the header of L4 and the payload. */
static void
put_l4(struct frame *f, uint8_t proto, unsigned int payload)
{
    uint8_t *p;

    switch (proto) {
    case IPPROTO_TCP: {
        unsigned int words = chance(70) ? 5 : 5 + below(11);

        p = put(f, 0, 20);
        put(f, 1, words * 4 - 20);
        p[12] = words << 4;
        p[13] = 1 << below(6) | 16;
        break;
    }
    case IPPROTO_UDP:
        p = put(f, 0, 8);
        set16(p + 4, 8 + payload);
        break;
    case IPPROTO_SCTP:
        p = put(f, 0, 12);
        break;
    default:
        p = put(f, 0, 8);
        p[0] = below(2) * 8;
        break;
    }
    if (proto == IPPROTO_TCP || proto == IPPROTO_UDP
        || proto == IPPROTO_SCTP) {
        set16(p, 1000 + below(16));
        set16(p + 2, 2000 + below(16));
    }
    put(f, 'x', payload);
}

/* Returns where the checksum field of 'proto' is in its header, or 0. */
static unsigned int
get_csum_offset(uint8_t proto)
{
    return (proto == IPPROTO_TCP ? 16
            : proto == IPPROTO_UDP ? 6
            : proto == IPPROTO_SCTP ? 8 : 0);
}

/* Puts the sum of the pseudo-header, of 'addrs_len' bytes of addresses at
 * 'addrs', into the header at 'l4_ofs'. */
static void
finish_l4(struct frame *f, size_t l4_ofs, uint8_t proto,
          const uint8_t *addrs, size_t addrs_len)
{
    unsigned int ofs = get_csum_offset(proto);

    if (ofs && l4_ofs + ofs + 2 <= f->size && proto != IPPROTO_SCTP) {
        set16(f->data + l4_ofs + ofs,
              sum16(addrs, addrs_len, proto + (f->size - l4_ofs)));
    }
}

static void
put_ipv4(struct frame *f, uint8_t proto, unsigned int payload)
{
    unsigned int options = chance(85) ? 0 : 4 * below(11);
    size_t l3_ofs, l4_ofs;
    uint8_t *ip;

    put16(f, ETH_P_IP);
    l3_ofs = f->size;
    ip = put(f, 0, 20);
    put(f, 1, options);
    l4_ofs = f->size;
    ip[0] = 0x45 + options / 4;
    ip[6] = chance(90) ? 0x40 : below(64);
    ip[8] = 64;
    ip[9] = proto;
    ip[12] = ip[16] = 10;
    ip[15] = below(8);
    ip[19] = below(8);
    put_l4(f, proto, payload);
    set16(ip + 2, f->size - l3_ofs);
    set16(ip + 10, 0xffff ^ sum16(ip, 20 + options, 0));
    finish_l4(f, l4_ofs, proto, ip + 12, 8);
    if (!f->l4_ofs) {
        f->l4_ofs = l4_ofs;
        f->proto = proto;
        f->is_ipv4 = true;
    }
}

/* Appends extension headers, the first of which is '*next'. */
static void
put_extensions(struct frame *f, uint8_t *next)
{
    static const uint8_t kinds[] = {
        IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT,
        IPPROTO_AH,
    };

    for (int n = chance(70) ? 0 : 1 + below(3); n > 0; n--) {
        uint8_t kind = kinds[below(sizeof kinds)];
        unsigned int len = chance(90) ? below(4) : below(256);
        uint8_t *ext = put(f, 0, 8);

        ext[0] = *next;
        if (kind == IPPROTO_FRAGMENT) {
            ext[3] = below(32);
        } else {
            /* PadN, or a number of segments left. */
            ext[1] = len;
            ext[2] = kind == IPPROTO_ROUTING ? below(5) : 1;
            ext[3] = kind == IPPROTO_ROUTING ? below(2) : 4;
            put(f, 0, kind == IPPROTO_AH ? len * 4 : len * 8);
        }
        *next = kind;
    }
}

static void
put_ipv6(struct frame *f, uint8_t proto, unsigned int payload)
{
    uint8_t next = proto;
    size_t l3_ofs, l4_ofs;
    uint8_t *ip6;

    put16(f, ETH_P_IPV6);
    l3_ofs = f->size;
    ip6 = put(f, 0, 40);
    put_extensions(f, &next);
    l4_ofs = f->size;
    ip6[0] = 0x60;
    ip6[6] = next;
    ip6[7] = 64;
    ip6[8] = ip6[24] = 0xfd;
    ip6[23] = below(8);
    ip6[39] = below(8);
    put_l4(f, proto, payload);
    set16(ip6 + 4, f->size - l3_ofs - 40);
    finish_l4(f, l4_ofs, proto, ip6 + 8, 32);
    if (!f->l4_ofs) {
        f->l4_ofs = l4_ofs;
        f->proto = proto;
    }
}

static void
put_ip(struct frame *f, unsigned int payload)
{
    static const uint8_t protos[] = {
        IPPROTO_TCP, IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP,
        IPPROTO_SCTP, IPPROTO_ICMP, IPPROTO_ICMPV6,
    };
    uint8_t proto = protos[below(sizeof protos)];

    if (chance(55)) {
        put_ipv4(f, proto, payload);
    } else {
        put_ipv6(f, proto, payload);
    }
}

/* Appends a frame in VXLAN or Geneve. */
static void
put_tunnel(struct frame *f, unsigned int payload)
{
    bool geneve = chance(50);
    size_t udp_ofs, l3_ofs;
    uint8_t *header;

    put_ipv4(f, IPPROTO_UDP, 0);
    udp_ofs = f->size - 8;
    l3_ofs = f->l4_ofs - (f->data[f->l4_ofs - 20] == 0x45 ? 20 : 0);
    set16(f->data + udp_ofs + 2, geneve ? 6081 : 4789);
    header = put(f, 0, 8);
    if (geneve) {
        unsigned int words = chance(50) ? 0 : below(64);

        header[0] = words;
        set16(header + 2, 0x6558);
        put(f, 0, words * 4);
    } else {
        header[0] = 8;
    }
    header[6] = below(3);
    put_ethernet(f);
    put_ip(f, payload);
    set16(f->data + udp_ofs + 4, f->size - udp_ofs);
    if (l3_ofs < f->l4_ofs) {
        uint8_t *ip = f->data + l3_ofs;

        set16(ip + 2, f->size - l3_ofs);
        set16(ip + 10, 0);
        set16(ip + 10, 0xffff ^ sum16(ip, 20, 0));
    }
}

/* Claims what is true of 'f'. */
static void
claim(struct frame *f)
{
    unsigned int ofs = get_csum_offset(f->proto);
    size_t l4_len = (f->proto != IPPROTO_TCP ? 8
                     : (f->data[f->l4_ofs + 12] >> 4) * 4);

    if (!f->l4_ofs || !ofs) {
        return;
    }
    f->hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    f->hdr.csum_start = f->l4_ofs;
    f->hdr.csum_offset = ofs;
    f->hdr.hdr_len = f->l4_ofs + l4_len;
    if (f->proto == IPPROTO_TCP && f->size > f->l4_ofs + l4_len
        && (f->size > 1514 || chance(50))) {
        f->hdr.gso_type = (f->is_ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4
                           : VIRTIO_NET_HDR_GSO_TCPV6);
        f->hdr.gso_size = chance(70) ? 1400 : 1 + below(1448);
    }
}

/* Claims something else. */
static void
spoil_claim(struct frame *f)
{
    static const uint8_t types[] = {
        VIRTIO_NET_HDR_GSO_NONE, VIRTIO_NET_HDR_GSO_TCPV4,
        VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_HDR_GSO_UDP,
        GSO_UDP_L4,
    };
    static const uint16_t sizes[] = { 0, 1, 7, 8, 47, 48, 500, 9000, 65535 };
    struct virtio_net_hdr *hdr = &f->hdr;

    switch (below(6)) {
    case 0:
        hdr->flags = below(4);
        break;
    case 1:
        hdr->gso_type = (types[below(sizeof types)]
                         | (chance(20) ? VIRTIO_NET_HDR_GSO_ECN : 0));
        break;
    case 2:
        hdr->gso_size = sizes[below(sizeof sizes / sizeof *sizes)];
        break;
    case 3:
        hdr->csum_start = chance(50) ? below(100) : below(f->size + 8);
        break;
    case 4:
        hdr->csum_offset = chance(80) ? below(20) : below(65536);
        break;
    case 5:
        hdr->hdr_len = below(f->size + 8);
        break;
    }
}

/* Changes a byte of the headers, a length, or where the frame ends. */
static void
spoil_bytes(struct frame *f)
{
    size_t headers = f->size < 120 ? f->size : 120;
    size_t ofs = f->l4_ofs ? f->l4_ofs : 14;

    switch (below(5)) {
    case 0:
        f->data[12 + below(headers - 12)] = below(256);
        break;
    case 1:
        f->data[12 + below(headers - 12)] ^= 1 << below(8);
        break;
    case 2:
        /* Somewhere in or near the IP header, as a length. */
        if (ofs > 30) {
            set16(f->data + ofs - 2 * below(10) - 2, below(200));
        }
        break;
    case 3:
        f->size = 14 + below(f->size - 13);
        break;
    case 4:
        put(f, 0xff, below(chance(80) ? 64 : 4000));
        break;
    }
}

static void
make_frame(struct frame *f, uint64_t seed, uint64_t number)
{
    unsigned int kind, payload;

    rng = seed * UINT64_C(0x2545f4914f6cdd1d) + number;
    /* Neighbours would have numbers in common otherwise. */
    rng = (uint64_t) below(UINT32_MAX) << 32 | below(UINT32_MAX);
    memset(&f->hdr, 0, sizeof f->hdr);
    f->size = f->l4_ofs = f->proto = 0;
    f->is_ipv4 = false;

    put_ethernet(f);
    kind = below(100);
    payload = choose_payload();
    if (kind < 85) {
        put_ip(f, payload);
    } else if (kind < 94) {
        put_tunnel(f, payload);
    } else {
        static const uint16_t types[] = {
            ETH_P_ARP, ETH_P_MPLS_UC, ETH_P_MPLS_MC, 0x0026, 0x894f, 0xffff,
        };

        put16(f, types[below(sizeof types / sizeof *types)]);
        put(f, below(4), payload);
    }
    if (chance(70)) {
        claim(f);
    }
    while (chance(35)) {
        spoil_claim(f);
    }
    while (chance(30)) {
        spoil_bytes(f);
    }
}

/* Returns the counter 'name' of 'device'. */
static uint64_t
read_counter(const char *device, const char *name)
{
    uint64_t counter = 0;
    char path[128];
    FILE *file;

    snprintf(path, sizeof path, "/sys/class/net/%s/statistics/%s", device,
             name);
    file = fopen(path, "r");
    if (!file || fscanf(file, "%"SCNu64, &counter) != 1) {
        err(1, "%s", path);
    }
    fclose(file);
    return counter;
}

static uint64_t
count_done(const char *device)
{
    return (read_counter(device, "tx_packets")
            + read_counter(device, "tx_dropped"));
}

/* Waits, but not for long, until few of 'n' frames are on their way, as what
 * the queue has no room for is not seen by anybody. */
static void
wait_for_room(const char *device, uint64_t before, uint64_t n)
{
    for (int i = 0; i < MAX_WAITS
                    && count_done(device) - before + WINDOW < n; i++) {
        usleep(WAIT_US);
    }
}

static int
open_device(const char *device)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET,
        .sll_ifindex = if_nametoindex(device),
    };
    int on = 1;
    int sock = socket(AF_PACKET, SOCK_RAW, 0);

    if (sock < 0
        || setsockopt(sock, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on)
        || bind(sock, (struct sockaddr *) &address, sizeof address)) {
        err(1, "%s", device);
    }
    return sock;
}

int
main(int argc, char *argv[])
{
    static struct frame f;
    uint64_t seed, first, count, before;
    uint64_t n_taken = 0;
    int sock;

    if (argc != 5) {
        errx(2, "usage: fuzz-frames DEVICE SEED FIRST COUNT");
    }
    seed = strtoull(argv[2], NULL, 10);
    first = strtoull(argv[3], NULL, 10);
    count = strtoull(argv[4], NULL, 10);
    sock = open_device(argv[1]);
    before = count_done(argv[1]);
    for (uint64_t i = 0; i < count; i++) {
        struct iovec iov[2] = {
            { &f.hdr, sizeof f.hdr },
            { f.data, 0 },
        };

        make_frame(&f, seed, first + i);
        iov[1].iov_len = f.size;
        n_taken += writev(sock, iov, 2) > 0;
        if (!(i % (WINDOW / 2))) {
            wait_for_room(argv[1], before, n_taken);
        }
    }
    wait_for_room(argv[1], before, n_taken + WINDOW);
    printf("seed %"PRIu64", frames %"PRIu64" to %"PRIu64": %"PRIu64
           " taken by the kernel\n", seed, first, first + count - 1, n_taken);
    close(sock);
    return 0;
}
