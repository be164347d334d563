#!/usr/bin/env python3
# Copyright (c) 2026 The dpdkvkernel Authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Writes the inputs that a fuzz target begins with.

usage: seeds.py TARGET FOLDER

They are made here, and not kept, as most are not text.  What a fuzz target has
found is kept, in corpus/TARGET.
"""

import os
import struct
import sys

CONFIGS = [
    'device\n',
    'device\nifname=lcp0\nn_rxq=4\nn_rxq_desc=256\nn_txq_desc=256\n'
    'vhost-path=/dev/x\ntso=off\ngso-max-size=4096\n',
    'device\nhost-netns=blue\nhost-ip=192.0.2.1/24,2001:db8::1/64\n'
    'host-gw4=192.0.2.254\nhost-gw6=fe80::1\n'
    'host-routes=198.51.100.0/24 via 192.0.2.254,'
    '2001:db8:1::/48 via fe80::1\nhost-up=true\nhost-vrf=red\n',
    'device\nhost-netns=pid:4711\nhost-bridge=br7\nhost-up=false\n'
    'host-alias=a tap\nhost-txqueuelen=500\npersist=true\n'
    'carrier-from=eth0\n',
    'device\nhost-netns=/run/netns/blue\nhost-sysctl='
    'net.ipv4.conf.IF.rp_filter=0,net.ipv6.conf.IF.accept_ra=0,'
    'net.ipv4.neigh.IF.gc_stale_time=60,net.mpls.conf.IF.input=1\n',
    'device\nhost-netns=/proc/1/ns/net\nn_rxq=2\n'
    'vhost-affinity=0:2,0:3,1:4\nvhost-busyloop-us=50\n',
    'device\nn-rxq=2\nhost_ip=192.0.2.1/24\nmtu=1500\n',
    'egress-policer\ncir=1000000\ncbs=100000\n',
    'trtcm-policer\ncir=1000000\ncbs=100000\neir=2000000\nebs=200000\n',
    'queue\neir=2000000\nebs=200000\n',
    'queue\ncir=100000000000\ncbs=1\nburst=7\n',
    'linux-htb\nmax-rate=5\n',
]

TEXTS = [
    '0', '65535', '99999999999999999999', 'true', 'vk0', 'vk%d', '...',
    '192.0.2.1/24', '2001:db8::1/64', '::ffff:192.0.2.1/120', '0.0.0.0/0',
    '::/0', 'fe80::1', '0-3,8', '5-1', '255,0', ' a , b\t,,c ',
    'caf\u00e9 \u2603 \U0001f600', 'esc \x1b[31m "quote" \\ \r\n',
]

STAT = ('12345 (%s) S 2 0 0 0 -1 2129984 0 0 0 0 7 35 0 0 20 0 1 0 123456 0 0 '
        '18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 17 3 0 0 0 0 0 '
        '0 0 0 0 0 0 0 0\n')
STATUS = ('Name:\tvhost-1\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\n'
          'Mems_allowed_list:\t0\n')
FDINFO = ('pos:\t0\nflags:\t02004002\nmnt_id:\t15\nino:\t1057\n'
          'eventfd-count:                0\neventfd-id: 17\n')

PROCS = [
    [STAT % 'vhost-1', STATUS, '0-7\n', '2-3\n', 'pmd-c01/id:8\n', '12'],
    [STAT % 'a (b) c', STATUS, '\n', '0\n', 'handler1\n', '-1'],
    ['4194304\n', STAT % 'vhost-1', STAT % 'vhost-1', STAT % 'vhost-1',
     FDINFO, FDINFO, FDINFO, STAT % 'vhost-1', STAT % 'vhost-1', STATUS],
    ['32768\n', STAT % 'vhost-100', STAT % 'vhost-2', STAT % 'vhost-3',
     'flags:\t02\neventfd-id: 1\n', FDINFO, '', STATUS],
    ['1 () R', 'Cpus_allowed_list:\t', ''],
]


def attr(kind, data):
    return (struct.pack('=HH', 4 + len(data), kind) + data +
            bytes(-len(data) % 4))


def u32(kind, value):
    return attr(kind, struct.pack('=I', value))


def u8(kind, value):
    return attr(kind, bytes([value]))


def message(kind, body, seq=1, flags=0):
    return struct.pack('=IHHII', 16 + len(body), kind, flags, seq, 0) + body


def datagram(*messages):
    data = b''.join(messages)
    return struct.pack('<H', len(data)) + data


NEWLINK, DELLINK, NEWADDR, NEWROUTE = 16, 17, 20, 24
DONE = message(3, struct.pack('=i', 0), flags=2)


def link(name=b'vk0', info=b'', kind=NEWLINK, more=b''):
    body = struct.pack('=BxHiII', 0, 1, 7, 0x1043, 0)
    return message(kind, body + attr(3, name + b'\0') + u32(4, 1500) +
                   attr(1, bytes([2, 0, 0, 0, 0, 1])) + u32(13, 1000) +
                   u32(10, 3) + u8(33, 1) + u32(41, 65280) +
                   attr(20, b'alias\0') + attr(18, info) + more, flags=2)


TUN = (attr(1, b'tun\0') +
       attr(2, u8(3, 2) + u8(4, 1) + u8(6, 1) + u8(7, 1) + u32(8, 2) +
            u32(9, 1)))
VRF = attr(1, b'vrf\0') + attr(2, u32(1, 10))
SPEC = attr(26, attr(2, attr(1, struct.pack('=33I', *range(33)))))
STATS = attr(23, struct.pack('=24Q', *range(24)))


def address(family, local, plen):
    body = struct.pack('=BBBBI', family, plen, 0x80, 0, 7)
    return message(NEWADDR, body + attr(1, local) + attr(2, local) +
                   u32(8, 0x80) + u8(11, 118), flags=2)


def route(family, to, plen, via):
    body = struct.pack('=BBBBBBBBI', family, plen, 0, 0, 254, 118, 0, 1, 0)
    return message(NEWROUTE, body + attr(1, to) + attr(5, via) + u32(4, 7) +
                   u32(6, 20) + u32(15, 254), flags=2)


RTNLS = [
    datagram(link(info=TUN, more=SPEC + STATS)),
    datagram(link(info=VRF), link(b'vk1', TUN)) + datagram(DONE),
    datagram(link(kind=DELLINK)),
    datagram(address(2, bytes([192, 0, 2, 1]), 24)) + datagram(DONE) +
    datagram(address(10, bytes(15) + b'\1', 64), DONE),
    datagram(route(2, bytes([192, 0, 2, 0]), 24, bytes([10, 0, 0, 1])),
             DONE) +
    datagram(route(10, bytes(16), 0, bytes(15) + b'\1')) + datagram(DONE),
    datagram(message(2, struct.pack('=iIHHII', -19, 32, 18, 5, 1, 0))),
    datagram(message(3, b'')),
]


def tags(*tpids):
    return b''.join(struct.pack('>HH', tpid, 7) for tpid in tpids)


def ip4(payload, proto, options=b'', frag=0x4000, total=None):
    size = 20 + len(options) + len(payload)
    return b'\x08\0' + struct.pack(
        '>BBHHHBBH8s', 0x40 | (20 + len(options)) // 4, 0,
        size if total is None else total, 1, frag, 64, proto, 0,
        bytes([10, 1, 1, 1, 10, 1, 1, 2])) + options + payload


def ip6(payload, proto, extensions=b'', first=None):
    return b'\x86\xdd' + struct.pack(
        '>IHBB32s', 6 << 28, len(extensions) + len(payload),
        proto if first is None else first, 64, b'\xfd' * 32
    ) + extensions + payload


def tcp(n, words=5):
    return struct.pack('>HHIIBBHHH', 1, 2, 3, 4, words << 4, 0x18, 100, 0,
                       0) + bytes(words * 4 - 20) + b'x' * n


def udp(n):
    return struct.pack('>HHHH', 1, 2, 8 + n, 0) + b'x' * n


def frames():
    """Yields the type of offload (1: TCP over IPv4, 4: over IPv6, 0: none),
    the offsets of L3 and L4, which L4, and a frame."""
    macs = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])
    for tpids in ((), (0x8100,), (0x88a8, 0x8100), (0x8100, 0x8100),
                  (0x8100, 0x8100, 0x8100)):
        head = macs + tags(*tpids)
        l3 = len(head) + 2
        yield 1, l3, l3 + 20, 6, head + ip4(tcp(600, 8), 6)
        yield 4, l3, l3 + 40, 6, head + ip6(tcp(600), 6)
    l3 = 14
    routing = bytes([6, 0, 4, 1, 0, 0, 0, 0])
    yield 1, l3, l3 + 28, 6, macs + ip4(tcp(100), 6, bytes([1] * 8))
    yield 1, l3, l3 + 20, 6, macs + ip4(tcp(3000), 6, total=40)
    yield 1, l3, l3 + 20, 6, macs + ip4(tcp(100), 6, frag=0x2000)
    yield 1, l3, l3 + 20, 6, macs + ip4(tcp(0, 15), 6)
    yield 1, l3, l3 + 20, 17, macs + ip4(udp(100), 17)
    yield 0, l3, l3 + 20, 17, macs + ip4(udp(0), 17)
    yield 4, l3, l3 + 40, 17, macs + ip6(udp(50), 17)
    yield 4, l3, l3 + 48, 6, macs + ip6(
        tcp(99), 6, bytes([6, 0, 1, 4, 0, 0, 0, 0]), 60)
    yield 4, l3, l3 + 48, 6, macs + ip6(tcp(99), 6, routing, 43)
    yield 4, l3, l3 + 560, 6, macs + ip6(
        tcp(99), 6, bytes([6, 64]) + bytes(518), 43)
    yield 4, l3, l3 + 48, 6, macs + ip6(tcp(99), 6, bytes([6]) + bytes(7), 44)
    yield 0, l3, l3 + 20, 132, macs + ip4(struct.pack('>HHII', 1, 2, 3, 0),
                                          132)
    yield 0, l3, l3 + 20, 17, macs + ip4(
        udp(8 + 14) + ip4(tcp(50), 6)[2:], 17)
    yield 0, 0xffff, 0xffff, 0, macs + b'\x88\x47\0\1\1\x40' + b'x' * 40
    yield 0, 0xffff, 0xffff, 0, macs + b'\x08\x06' + bytes(28)


def rx_seeds():
    for gso, _, l4, proto, frame in frames():
        field = {6: 16, 17: 6, 132: 8}.get(proto, 0)
        if proto:
            yield struct.pack('<BBHHHHBB', 1, gso, l4 + 20, 500 * (gso > 0),
                              l4, field, 1, 45) + frame
        yield struct.pack('<BBHHHHBB', 2, 0, 0, 0, 0, 0, 0, 255) + frame


def tx_seeds():
    for gso, l3, l4, proto, frame in frames():
        todo = ({6: 1, 17: 2, 132: 3}.get(proto, 0) |
                4 * (gso == 4) | 8 * (gso > 0 and proto == 6))
        for l3, l4 in (l3, l4), (0xffff, 0xffff):
            yield struct.pack('<BHHHH', todo, 500 * (gso > 0), 1432, l3,
                              l4) + frame


def marks_seeds():
    """Marks of Open vSwitch 4.0: 1 << 3, 4, 7 and 8 are checksums that are bad
    and good, of L4 and IP, 1 << 9 and 10 the protocol, 11 and 12 the tunnel,
    and 16 bits more those of the inner packet."""
    outer_len = 14 + 20 + 8 + 8
    macs = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2])
    for gso, l3, l4, proto, frame in frames():
        inner = {6: 0x200, 17: 0x400, 132: 0x600}.get(proto, 0) | 0x198
        segsz = 500 * (gso > 0 and proto == 6)
        yield struct.pack('<HHIHHHHH', 0, 0, inner, segsz, l3, l4, 0xffff,
                          0xffff) + frame
        yield struct.pack('<HHIHHHHH', 50, 9, inner, segsz, 0xffff, 0xffff,
                          0xffff, 0xffff) + frame
        payload = struct.pack('>HHHHQ', 1, 4789, 16 + len(frame), 0xffff,
                              8 << 56) + frame
        if l3 != 0xffff:
            l3, l4 = l3 + outer_len, l4 + outer_len
        yield struct.pack('<HHIHHHHH', 0, 0, inner << 16 | 0xd98, segsz, 14,
                          34, l3, l4) + macs + ip4(payload, 17)


SEEDS = {
    'config': lambda: (text.encode() for text in CONFIGS),
    'marks': marks_seeds,
    'offload-rx': rx_seeds,
    'offload-tx': tx_seeds,
    'proc': lambda: ('\0'.join(texts).encode() for texts in PROCS),
    'rtnl': lambda: RTNLS,
    'text': lambda: (text.encode() for text in TEXTS),
}


def main():
    target, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for i, seed in enumerate(SEEDS[target]()):
        with open(os.path.join(folder, f'seed-{i:02}'), 'wb') as f:
            f.write(seed)


if __name__ == '__main__':
    main()
