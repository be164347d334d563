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

"""Changes a tap as fast as the kernel lets it, and measures what that costs.

    vkernel-noise.py PID SECONDS LOOP...

LOOPs are names of functions below, without "loop_".  Each runs for SECONDS in
the namespace at_ns0, where Interface vk0 of the daemon PID has its tap.  Prints
for each what the daemon's main thread used of a CPU, in percent, beyond what
it uses otherwise; how often the datapath was configured; how many lines of the
log name vk0; how long "ovs-appctl version" took at most; and how long it took
until all was right again.  Fails if one of them is more than it may be.
"""

import ctypes
import fcntl
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

# What the main thread uses in the VM while nothing happens but that it is
# asked, on a machine that does nothing else.  On one that does, everything
# costs more.
IDLE_PERCENT = 2.5

# What it may use then, on a machine that does something else as well.
MAX_IDLE_PERCENT = 15

# What a loop may cost.
MAX_PERCENT = 5
MAX_LINES = 10
MAX_APPCTL = 2
MAX_RIGHT = 5

LOG = 'ovs-vswitchd.log'
IN_NS0 = ['ip', 'netns', 'exec', 'at_ns0']

NETLINK_ROUTE = 0
RTMGRP_LINK = 1
RTM_DELLINK = 17
RTM_NEWADDR = 20
NLM_F_REQUEST = 1
NLM_F_CREATE = 0x400
IFA_LOCAL = 2
IFA_PROTO = 11
SIOCETHTOOL = 0x8946
ETHTOOL_STSO = 0x1f
TUNSETIFF = 0x400454ca
TAP_FLAGS = 0x0002 | 0x1000 | 0x4000 | 0x0100


def output(*args):
    return subprocess.run(args, stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.DEVNULL,
                          universal_newlines=True).stdout.strip()


class Batch:
    """Has "ip" carry out lines again and again, until it is stopped."""
    def __init__(self, *lines, prefix=IN_NS0):
        self.ip = subprocess.Popen(
            [*prefix, 'ip', '-force', '-batch', '-'], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.text = ''.join(line + '\n' for line in lines).encode() * 10
        self.thread = threading.Thread(target=self.feed)
        self.thread.start()

    def feed(self):
        try:
            while True:
                self.ip.stdin.write(self.text)
                self.ip.stdin.flush()
        except OSError:
            pass

    def stop(self):
        self.ip.kill()
        self.ip.wait()
        self.thread.join()


class Calls:
    """Calls a function of this file again and again, in at_ns0."""
    def __init__(self, name):
        self.python = subprocess.Popen(
            [*IN_NS0, sys.executable, __file__, '--call', name],
            stdout=subprocess.PIPE)
        self.python.stdout.readline()

    def stop(self):
        self.python.kill()
        self.python.wait()


def call_offloads():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    value = (ctypes.c_uint32 * 2)(ETHTOOL_STSO, 0)
    ifr = struct.pack('16sP16x', b'vk0', ctypes.addressof(value))
    while True:
        value[1] = not value[1]
        try:
            fcntl.ioctl(sock, SIOCETHTOOL, ifr)
        except OSError:
            pass


def call_queues():
    while True:
        tun = os.open('/dev/net/tun', os.O_RDWR)
        try:
            fcntl.ioctl(tun, TUNSETIFF, struct.pack('16sH22x', b'vk0',
                                                    TAP_FLAGS))
        except OSError:
            pass
        os.close(tun)


def call_marked():
    """Adds very many addresses that look as if the port had."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
    ifindex = socket.if_nametoindex('vk0')
    while True:
        for i in range(2000):
            address = bytes((10, 8, i // 250, 1 + i % 250))
            message = (struct.pack('=BBBBI', socket.AF_INET, 32, 0, 0, ifindex)
                       + struct.pack('=HH4s', 8, IFA_LOCAL, address)
                       + struct.pack('=HHB3x', 5, IFA_PROTO, 118))
            sock.send(struct.pack('=IHHII', 16 + len(message), RTM_NEWADDR,
                                  NLM_F_REQUEST | NLM_F_CREATE, 0, 0)
                      + message)


def call_forged():
    """Sends what only the kernel should."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE)
    ifindex = socket.if_nametoindex('vk0')
    while True:
        for kind, size in ((RTM_DELLINK, 32), (RTM_NEWADDR, 0), (0x3ff0, 3)):
            sock.sendto(struct.pack('=IHHII', size, kind, 0, 0, 0)
                        + struct.pack('=BxHiII', 0, 1, ifindex, 0, 0),
                        (0, RTMGRP_LINK))


# The loops.

def loop_mtu():
    return Batch('link set vk0 mtu 1400', 'link set vk0 mtu 1500')


def loop_delete():
    return Batch('link del vk0')


def loop_move():
    return Batch('link set vk0 netns at_ns2')


def loop_rename():
    return Batch('link set vk0 down', 'link set vk0 name a0',
                 'link set a0 up', 'link set a0 down',
                 'link set a0 name vk0', 'link set vk0 up')


def loop_attributes():
    return Batch('link set vk0 txqueuelen 10', 'link set vk0 alias a',
                 'link set vk0 address 02:00:00:00:00:01',
                 'link set vk0 txqueuelen 20', 'link set vk0 alias b',
                 'link set vk0 address 02:00:00:00:00:02')


def loop_addresses():
    return Batch('addr del 10.1.1.1/24 dev vk0',
                 'addr add 10.9.9.9/24 dev vk0',
                 'addr del 10.9.9.9/24 dev vk0')


def loop_carrier():
    return Batch('link set vk0 carrier off', 'link set vk0 carrier on')


def loop_state():
    return Batch('link set vk0 down', 'link set vk0 up')


def loop_offloads():
    return Calls('offloads')


def loop_marked():
    return Calls('marked')


def loop_forged():
    return Calls('forged')


def loop_queues():
    return Calls('queues')


def loop_others():
    return Batch('link add veth8 type veth peer name veth9',
                 'addr add 10.8.8.8/24 dev veth8', 'link set veth8 up',
                 'link del veth8')


def loop_routes():
    return Batch(*[f'route {how} 10.{a}.{b}.0/24 via 10.1.1.99 dev vk0'
                   for how in ('replace', 'del')
                   for a in range(20, 30) for b in range(256)])


# The measurement.

class Daemon:
    def __init__(self, pid):
        self.pid = pid
        self.log_size = os.path.getsize(LOG)

    def cpu(self):
        """CPU time of the main thread, in seconds."""
        with open(f'/proc/{self.pid}/task/{self.pid}/schedstat') as f:
            return int(f.read().split()[0]) / 1e9

    def new_log(self):
        """What is new in the log."""
        with open(LOG, errors='replace') as f:
            f.seek(self.log_size)
            text = f.read()
        self.log_size += len(text.encode())
        return text.splitlines()


def measure(daemon, seconds):
    """Returns what 'seconds' cost: percent of a CPU, longest appctl."""
    start, cpu = time.time(), daemon.cpu()
    longest = 0
    while time.time() - start < seconds:
        before = time.time()
        output('ovs-appctl', '--timeout=30', 'version')
        longest = max(longest, time.time() - before)
        time.sleep(0.2)
    return (100 * (daemon.cpu() - cpu) / (time.time() - start), longest)


def problem():
    """Returns what is not right with vk0, or None."""
    link = output('ip', '-n', 'at_ns0', 'link', 'show', 'up')
    match = re.search(r': (vk0|a0): <.*mtu (\d+).*qlen (\d+)\n +'
                      r'link/ether (\S+)', link)
    if not match:
        return 'no tap'
    tap, mtu, qlen, mac = match.groups()
    if qlen != '77':
        return f'qlen {qlen}'
    if ' 10.1.1.1/24 ' not in output('ip', '-n', 'at_ns0', 'addr', 'show',
                                     'dev', tap):
        return 'no address'
    row = output('ovs-vsctl', '--bare', '--columns=mtu,mac_in_use,error', 'list',
                 'Interface', 'vk0').split('\n')
    if row != [mtu, mac]:
        return f'MTU {mtu}, MAC {mac}, Interface {row}'
    output('ip', '-n', 'at_ns1', 'neigh', 'flush', 'dev', 'vk1')
    if subprocess.run(['ip', 'netns', 'exec', 'at_ns1', 'ping', '-q', '-n',
                       '-c', '1', '-W', '1', '10.1.1.1'],
                      stdout=subprocess.DEVNULL, check=False).returncode:
        return 'no ping'
    return None


def wait_until_right():
    """Returns after how many seconds all was right, and what was not."""
    start = time.time()
    last = None
    while True:
        now = problem()
        if not now or time.time() - start > 20:
            return time.time() - start, now or last
        last = now


def run(daemon, name, seconds, idle):
    if name != 'others' and not output('ip', '-n', 'at_ns0', 'link', 'show',
                                       'dev', 'vk0'):
        sys.exit('no vk0')
    daemon.new_log()
    noise = globals()['loop_' + name]()
    percent, appctl = measure(daemon, seconds)
    noise.stop()
    lines = daemon.new_log()
    right, what = wait_until_right()
    lines += daemon.new_log()
    about = [line for line in lines if re.search(r'\b(vk0|a0)\b', line)]
    ours = [line for line in about if '|dpif_netdev|' not in line]
    if name == 'rename':
        output('ip', '-n', 'at_ns0', 'link', 'set', 'a0', 'down')
        output('ip', '-n', 'at_ns0', 'link', 'set', 'a0', 'name', 'vk0')
        output('ip', '-n', 'at_ns0', 'link', 'set', 'vk0', 'up')
        wait_until_right()
    n_configured = sum('Performing pmd to rx queue' in line for line in lines)
    slowness = max(1, idle / IDLE_PERCENT)
    wrong = ' '.join(
        text for text, bad in (
            ('CPU', percent - idle > MAX_PERCENT * slowness),
            ('datapath', n_configured > seconds + right),
            ('log', len(ours) > MAX_LINES),
            ('appctl', appctl > MAX_APPCTL * slowness),
            (f'late: {what}', right > MAX_RIGHT)) if bad)
    print(f'{name}: {percent - idle:.1f} % of a CPU, '
          f'{n_configured} times configured, {len(ours)} ({len(about)}) '
          f'lines, appctl {appctl:.2f} s, right after {right:.1f} s'
          + (f'  WRONG: {wrong}' if wrong else ''), flush=True)
    return wrong


def run_twice(daemon, name, seconds, idle):
    """As run(), once more if something else may have taken the time."""
    wrong = run(daemon, name, seconds, idle)
    if wrong in ('CPU', 'appctl', 'CPU appctl'):
        wrong = run(daemon, name, seconds, measure(daemon, seconds)[0])
    return wrong


def main():
    if sys.argv[1] == '--call':
        print('ready', flush=True)
        globals()['call_' + sys.argv[2]]()
    daemon = Daemon(int(sys.argv[1]))
    seconds = float(sys.argv[2])
    idle, appctl = measure(daemon, seconds)
    print(f'idle: {idle:.1f} % of a CPU, appctl {appctl:.2f} s', flush=True)
    if idle > MAX_IDLE_PERCENT:
        print('WRONG: not idle')
        sys.exit(1)
    wrong = [run_twice(daemon, name, seconds, idle) for name in sys.argv[3:]]
    sys.exit(any(wrong))


if __name__ == '__main__':
    main()
