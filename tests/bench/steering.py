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

"""A program that chooses by which queue a frame leaves a tap, instead of
the kernel itself: by the hash of the flow that the kernel has anyway.
"""

import ctypes
import errno
import fcntl
import os
import platform
import struct

BPF_SYSCALL = {'x86_64': 321, 'aarch64': 280}
BPF_PROG_LOAD = 5
BPF_PROG_TYPE_SOCKET_FILTER = 1

TUNSETIFF = 0x400454ca
TUNSETQUEUE = 0x400454d9
TUNSETSTEERINGEBPF = 0x800454e0
IFF_TAP, IFF_NAPI, IFF_MULTI_QUEUE = 0x2, 0x10, 0x100
IFF_DETACH_QUEUE, IFF_NO_PI, IFF_VNET_HDR = 0x400, 0x1000, 0x4000

# The offset of "hash" in struct __sk_buff.
HASH_OFFSET = 68

LIBC = ctypes.CDLL(None, use_errno=True)


def _instruction(code, registers, offset, constant):
    return struct.pack('<BBhi', code, registers, offset, constant)


# r0 = skb->hash; return r0.  The tap takes it modulo the number of queues.
PROGRAM = (_instruction(0x61, 0x10, HASH_OFFSET, 0)
           + _instruction(0x95, 0, 0, 0))


def _load():
    program = ctypes.create_string_buffer(PROGRAM, len(PROGRAM))
    licence = ctypes.create_string_buffer(b'Apache-2.0')
    attributes = struct.pack(
        '<IIQQIIQII', BPF_PROG_TYPE_SOCKET_FILTER, len(PROGRAM) // 8,
        ctypes.addressof(program), ctypes.addressof(licence), 0, 0, 0, 0, 0)
    fd = LIBC.syscall(BPF_SYSCALL[platform.machine()], BPF_PROG_LOAD,
                      attributes, len(attributes))
    if fd < 0:
        number = ctypes.get_errno()
        raise OSError(number, 'bpf(BPF_PROG_LOAD): '
                      + errno.errorcode.get(number, '?'))
    return fd


def attach(link):
    """Has the program choose the queues of the tap 'link', in this namespace,
    until it goes."""
    fd = _load()
    tap = os.open('/dev/net/tun', os.O_RDWR | os.O_CLOEXEC)
    try:
        # A queue of our own, for only who has one may do this.  It must not
        # stay, as nobody would read it.
        fcntl.ioctl(tap, TUNSETIFF, struct.pack(
            '16sH22x', link.encode(), IFF_TAP | IFF_NAPI | IFF_MULTI_QUEUE
            | IFF_NO_PI | IFF_VNET_HDR))
        fcntl.ioctl(tap, TUNSETSTEERINGEBPF, struct.pack('i', fd))
        fcntl.ioctl(tap, TUNSETQUEUE, struct.pack('16xH22x',
                                                  IFF_DETACH_QUEUE))
    finally:
        os.close(tap)
        os.close(fd)
