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

"""Sends, receives and counts packets for the system tests.

    echo ADDRESS PORT
        Sends back what comes by UDP and by TCP to PORT, until it is killed.
    tcp-file ADDRESS PORT FILE BACK [dstopts]
        Sends FILE to an echo by TCP and writes what comes back to BACK; with
        an extension header in each packet of IPv6.
    largest PCAP
        Prints how many bytes the largest frame in a capture has.
    flows ADDRESS PORT FLOWS ROUNDS
        Sends ROUNDS numbered packets in each of FLOWS flows to an echo, first
        by UDP, then by TCP, and prints how many flows had each packet back.
    raw-send TAP COUNT [SIZE [fast]]
        Sends COUNT frames of SIZE bytes (60), of an Ethernet type of their
        own, to nobody's address; no faster than a slow machine can take, or
        "fast".
    raw-flood TAP SECONDS SIZE
        Sends such frames as fast as it can, and prints how many and for how
        many seconds.
    raw-receive TAP COUNT SECONDS
        Prints "ready", then how many of those frames came: when there were
        COUNT, or none for SECONDS.
    ip-send SOURCE DESTINATION PROTOCOL COUNT [PAYLOAD]
        Sends COUNT IP packets of PROTOCOL, with PAYLOAD in hexadecimal, from
        the local address SOURCE.
    ip-receive LOCAL DESTINATION PROTOCOL COUNT SECONDS
        Prints "ready", then how many such IPv4 packets came to DESTINATION,
        LOCAL itself or a group: when there were COUNT, or none for SECONDS.
    session ADDRESS PORT SECONDS
        Exchanges messages of 19 bytes, five a second, with an echo by TCP in
        one connection, as BGP does more slowly, and prints how many had been
        answered after SECONDS.  Fails when one has no answer for 9 seconds, or
        the connection ends.
    udp-pcap PCAP SOURCE-MAC DESTINATION-MAC SOURCE DESTINATION PORT SIZE
        Writes a capture of one UDP frame of SIZE bytes.
    hold-tap TAP [multi_queue] [tun]
        Makes or opens a tap, prints "ready", and keeps it until it is killed.
    join-tap TAP [header] [owner] [filter]
        Attaches a queue to TAP, through the device of tun at $TUN, and changes
        the size of its headers, its owner, or what it takes; prints "ready",
        and keeps it until it is killed.
    seize-tap TAP NAME MS
        Waits for a device TAP that is new, prints "ready" before it does, and
        MS milliseconds after it has come gives it another MTU, another MAC,
        and NAME; prints these.
    detach-queues PID TAP
        Takes the queues that process PID has attached to TAP off it, and
        prints how many there were.
    xdp TAP tx|redirect
        Gives TAP a native XDP program that sends all frames back, prints
        "ready", and keeps it until it is killed.
"""

import contextlib
import ctypes
import fcntl
import os
import selectors
import socket
import struct
import sys
import threading
import time

# Free for local use (IEEE 802, local experimental).
ETH_TYPE = 0x88b5

NETLINK_ROUTE = 0
RTMGRP_LINK = 1
ARPHRD_ETHER = 1
SIOCSIFMTU = 0x8922
SIOCSIFNAME = 0x8923
SIOCSIFHWADDR = 0x8924
TUNSETIFF = 0x400454ca
TUNSETOWNER = 0x400454cc
TUNATTACHFILTER = 0x401054d5
TUNSETVNETHDRSZ = 0x400454d8
TUNSETQUEUE = 0x400454d9
IFF_DETACH_QUEUE = 0x0400
SYS_BPF = 321
SYS_PIDFD_GETFD = 438
BPF_PROG_LOAD = 5
BPF_LINK_CREATE = 28
BPF_PROG_TYPE_XDP = 6
BPF_XDP = 37
XDP_FLAGS_DRV_MODE = 4
IFF_TUN = 0x0001
IFF_TAP = 0x0002
IFF_MULTI_QUEUE = 0x0100
IFF_NO_PI = 0x1000
IFF_VNET_HDR = 0x4000


def new_socket(address, kind):
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    s = socket.socket(family, kind)
    s.settimeout(60)
    return s


def echo_stream(connection):
    with connection:
        while True:
            data = connection.recv(65536)
            if not data:
                return
            connection.sendall(data)


def echo_datagrams(s):
    while True:
        data, source = s.recvfrom(65536)
        s.sendto(data, source)


def echo(address, port):
    udp = new_socket(address, socket.SOCK_DGRAM)
    udp.settimeout(None)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    udp.bind((address, int(port)))
    tcp = new_socket(address, socket.SOCK_STREAM)
    tcp.settimeout(None)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind((address, int(port)))
    tcp.listen(1024)
    threading.Thread(target=echo_datagrams, args=(udp,), daemon=True).start()
    while True:
        connection, _ = tcp.accept()
        threading.Thread(target=echo_stream, args=(connection,),
                         daemon=True).start()


def connect(address, port, dstopts=False):
    """Connects by TCP, trying for a while: the echo may not be there yet."""
    deadline = time.monotonic() + 30
    while True:
        s = new_socket(address, socket.SOCK_STREAM)
        if dstopts:
            # Of eight bytes: the next header, the length, and PadN.
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS,
                         bytes([0, 0, 1, 4, 0, 0, 0, 0]))
        try:
            s.connect((address, int(port)))
            return s
        except OSError:
            s.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def tcp_file(address, port, path, back, *words):
    with open(path, 'rb') as f:
        data = f.read()
    s = connect(address, port, 'dstopts' in words)

    def send():
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        with open(back, 'wb') as f:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                f.write(part)
    finally:
        # Python may crash if it ends while a thread has something to print.
        with contextlib.suppress(OSError):
            s.shutdown(socket.SHUT_RDWR)
        sender.join()


def largest(path):
    """The format is that of tcpdump: a header, then one before each frame."""
    sizes = [0]
    with open(path, 'rb') as f:
        f.read(24)
        while True:
            header = f.read(16)
            if len(header) < 16:
                break
            _, _, kept, size = struct.unpack('=IIII', header)
            f.read(kept)
            sizes.append(size)
    print(max(sizes))


def make_message(flow, round_):
    return b'%d %d\n' % (flow, round_)


def udp_flows(address, port, n, rounds):
    selector = selectors.DefaultSelector()
    missing = {}
    for flow in range(n):
        s = new_socket(address, socket.SOCK_DGRAM)
        s.connect((address, port))
        s.setblocking(False)
        missing[s] = {make_message(flow, r) for r in range(rounds)}
        selector.register(s, selectors.EVENT_READ)

    def receive(seconds):
        for key, _ in selector.select(seconds):
            missing[key.fileobj].discard(key.fileobj.recv(64))

    # No faster than a slow machine can, as nothing here is sent again.
    for r in range(rounds):
        for flow, s in enumerate(missing):
            s.send(make_message(flow, r))
            receive(0.002)
    deadline = time.monotonic() + 10
    while any(missing.values()) and time.monotonic() < deadline:
        receive(0.5)
    return sum(not m for m in missing.values())


def tcp_flows(address, port, n, rounds):
    complete = 0
    flows = [connect(address, port) for _ in range(n)]
    for r in range(rounds):
        for flow, s in enumerate(flows):
            s.sendall(make_message(flow, r))
    for flow, s in enumerate(flows):
        s.shutdown(socket.SHUT_WR)
        want = b''.join(make_message(flow, r) for r in range(rounds))
        got = b''
        while True:
            part = s.recv(65536)
            if not part:
                break
            got += part
        complete += got == want
    return complete


def flows(address, port, n, rounds):
    port, n, rounds = int(port), int(n), int(rounds)
    connect(address, port).close()
    print('udp: %d of %d flows complete'
          % (udp_flows(address, port, n, rounds), n))
    print('tcp: %d of %d flows complete'
          % (tcp_flows(address, port, n, rounds), n))


def raw_socket(tap):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                      socket.htons(ETH_TYPE))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind((tap, ETH_TYPE))
    return s


RAW_HEADER = struct.pack('!6s6sH', b'\x02\0\0\0\0\xee',
                         b'\x02\0\0\0\0\xff', ETH_TYPE)


def raw_send(tap, count, size='60', pace='slow'):
    s = raw_socket(tap)
    for i in range(int(count)):
        s.send((RAW_HEADER + struct.pack('!I', i)).ljust(int(size), b'\xa5'))
        if pace == 'slow' and i % 32 == 31:
            time.sleep(0.005)


def raw_flood(tap, seconds, size):
    s = raw_socket(tap)
    frame = RAW_HEADER.ljust(int(size), b'\xa5')
    start = time.monotonic()
    elapsed = n = 0
    while elapsed < float(seconds):
        s.send(frame)
        n += 1
        elapsed = time.monotonic() - start
    print('%d frames in %.3f seconds' % (n, elapsed))


def raw_receive(tap, count, seconds):
    s = raw_socket(tap)
    # Not ours, but let us have them.
    s.setsockopt(263, 1, struct.pack('iHH8s', socket.if_nametoindex(tap), 1,
                                     0, bytes(8)))
    print('ready', flush=True)
    s.settimeout(float(seconds))
    n = 0
    try:
        while n < int(count):
            s.recv(65536)
            n += 1
    except TimeoutError:
        pass
    print('%d frames' % n)


def ip_send(source, destination, protocol, count, payload=''):
    family, _, _, _, address = socket.getaddrinfo(destination, 0)[0]
    s = socket.socket(family, socket.SOCK_RAW, int(protocol))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    # Also chooses the device of multicasts and broadcasts.
    s.bind((source, 0))
    for _ in range(int(count)):
        s.sendto(bytes.fromhex(payload), address)
        time.sleep(0.002)


def ip_receive(local, destination, protocol, count, seconds):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, int(protocol))
    wanted = socket.inet_aton(destination)
    if destination != local:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     wanted + socket.inet_aton(local))
    print('ready', flush=True)
    s.settimeout(float(seconds))
    n = 0
    try:
        while n < int(count):
            n += s.recv(65536)[16:20] == wanted
    except TimeoutError:
        pass
    print('%d packets' % n)


def session(address, port, seconds):
    s = connect(address, port)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.settimeout(9)
    message = b'\xff' * 16 + struct.pack('!HB', 19, 4)
    end = time.monotonic() + float(seconds)
    n = 0
    while time.monotonic() < end:
        s.sendall(message)
        answer = b''
        while len(answer) < len(message):
            part = s.recv(len(message) - len(answer))
            if not part:
                sys.exit('the connection ended after %d messages' % n)
            answer += part
        if answer != message:
            sys.exit('message %d has another answer' % n)
        n += 1
        time.sleep(0.2)
    print('%d messages answered' % n)


def make_mac(text):
    return bytes.fromhex(text.replace(':', ''))


def udp_pcap(path, source_mac, destination_mac, source, destination, port,
             size):
    payload = bytes(int(size) - 42)
    udp = struct.pack('!HHHH', 9, int(port), 8 + len(payload), 0)
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 28 + len(payload), 0, 0, 64, 17,
                     0, socket.inet_aton(source),
                     socket.inet_aton(destination))
    total = sum(struct.unpack('!10H', ip))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    ip = ip[:10] + struct.pack('!H', ~total & 0xffff) + ip[12:]
    frame = (make_mac(destination_mac) + make_mac(source_mac)
             + struct.pack('!H', 0x0800) + ip + udp + payload)
    with open(path, 'wb') as f:
        f.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        f.write(struct.pack('=IIII', 0, 0, len(frame), len(frame)) + frame)


def hold_tap(tap, *words):
    flags = IFF_NO_PI | (IFF_TUN if 'tun' in words else IFF_TAP)
    if 'multi_queue' in words:
        flags |= IFF_MULTI_QUEUE
    with open('/dev/net/tun', 'r+b', buffering=0) as f:
        fcntl.ioctl(f, TUNSETIFF, struct.pack('16sH', tap.encode(), flags))
        print('ready', flush=True)
        while True:
            time.sleep(60)


def join_tap(tap, *words):
    flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR
    path = os.environ.get('TUN', '/dev/net/tun')
    with open(path, 'r+b', buffering=0) as f:
        fcntl.ioctl(f, TUNSETIFF, struct.pack('16sH22x', tap.encode(), flags))
        if 'header' in words:
            fcntl.ioctl(f, TUNSETVNETHDRSZ, struct.pack('i', 10))
        if 'owner' in words:
            fcntl.ioctl(f, TUNSETOWNER, 65534)
        if 'filter' in words:
            # One that takes nothing: BPF_RET | BPF_K.
            code = ctypes.create_string_buffer(struct.pack('=HBBI', 6, 0, 0,
                                                           0))
            fcntl.ioctl(f, TUNATTACHFILTER,
                        struct.pack('HxxxxxxP', 1, ctypes.addressof(code)))
        print('ready', flush=True)
        while True:
            time.sleep(60)


def seize_tap(tap, name, ms):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                       NETLINK_ROUTE) as events:
        events.bind((0, RTMGRP_LINK))
        print('ready', flush=True)
        while tap not in (device for _, device in socket.if_nameindex()):
            events.recv(65536)
    time.sleep(int(ms) / 1000)
    mac = '02:00:00:00:00:%02x' % (int(ms) % 256)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for request, value in (
                (SIOCSIFMTU, struct.pack('i', 1400)),
                (SIOCSIFHWADDR, struct.pack('H6s', ARPHRD_ETHER,
                                            make_mac(mac))),
                (SIOCSIFNAME, name.encode())):
            fcntl.ioctl(s, request, struct.pack('16s24s', tap.encode(),
                                                value))
    print('mtu 1400', mac, name)


def detach_queues(pid, tap):
    libc = ctypes.CDLL(None, use_errno=True)
    pidfd = os.pidfd_open(int(pid))
    n = 0
    for name in os.listdir(f'/proc/{pid}/fdinfo'):
        try:
            with open(f'/proc/{pid}/fdinfo/{name}') as f:
                lines = f.read().splitlines()
        except OSError:
            continue
        if f'iff:\t{tap}' in lines:
            fd = libc.syscall(SYS_PIDFD_GETFD, pidfd, int(name), 0)
            if fd < 0:
                raise OSError(ctypes.get_errno(), name)
            try:
                fcntl.ioctl(fd, TUNSETQUEUE,
                            struct.pack('16sH22x', b'', IFF_DETACH_QUEUE))
                n += 1
            except OSError:
                # It is detached already.
                pass
            os.close(fd)
    print(f'{n} queue{"" if n == 1 else "s"} detached')


def bpf(command, attr):
    libc = ctypes.CDLL(None, use_errno=True)
    buf = ctypes.create_string_buffer(attr + bytes(128 - len(attr)), 128)
    fd = libc.syscall(SYS_BPF, command, buf, 128)
    if fd < 0:
        raise OSError(ctypes.get_errno(), f'bpf {command}')
    return fd


def xdp(tap, action):
    ifindex = socket.if_nametoindex(tap)

    def insn(code, registers, value):
        return struct.pack('=BBhi', code, registers, 0, value)

    # r0 = XDP_TX, or r0 = bpf_redirect(ifindex, 0); exit
    code = (insn(0xb7, 0, 3) if action == 'tx'
            else (insn(0xb7, 1, ifindex) + insn(0xb7, 2, 0)
                  + insn(0x85, 0, 23)))
    code += insn(0x95, 0, 0)
    insns = ctypes.create_string_buffer(code, len(code))
    text = ctypes.create_string_buffer(b'GPL')
    prog = bpf(BPF_PROG_LOAD,
               struct.pack('=IIQQ', BPF_PROG_TYPE_XDP, len(code) // 8,
                           ctypes.addressof(insns), ctypes.addressof(text)))
    bpf(BPF_LINK_CREATE, struct.pack('=IIII', prog, ifindex, BPF_XDP,
                                     XDP_FLAGS_DRV_MODE))
    print('ready', flush=True)
    while True:
        time.sleep(60)


COMMANDS = {
    'echo': echo,
    'tcp-file': tcp_file,
    'largest': largest,
    'flows': flows,
    'raw-send': raw_send,
    'raw-flood': raw_flood,
    'raw-receive': raw_receive,
    'ip-send': ip_send,
    'ip-receive': ip_receive,
    'session': session,
    'udp-pcap': udp_pcap,
    'hold-tap': hold_tap,
    'join-tap': join_tap,
    'seize-tap': seize_tap,
    'detach-queues': detach_queues,
    'xdp': xdp,
}

if __name__ == '__main__':
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
