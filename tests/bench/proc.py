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

"""What /proc says about CPUs, threads and memory."""

import os

from program import run

TICKS = os.sysconf('SC_CLK_TCK')

# The type of an ELF file that may be loaded anywhere (elf(5)).
ELF_DYN = 3


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return ''


def idle_seconds():
    """The time that all CPUs together did nothing, or were not ours."""
    fields = [int(x) for x in read('/proc/stat').split('\n')[0].split()[1:]]
    idle, iowait, steal = fields[3], fields[4], fields[7]
    return (idle + iowait + steal) / TICKS


def online_cpus():
    return os.sysconf('SC_NPROCESSORS_ONLN')


def threads(pid):
    """The threads of a process as {TID: name}."""
    try:
        tids = os.listdir('/proc/%d/task' % pid)
    except OSError:
        tids = []
    return {int(tid): read('/proc/%d/task/%s/comm' % (pid, tid)).strip()
            for tid in tids}


def thread_times(tid):
    """The CPU time that a thread has had, the time that it has waited for a
    CPU, and how often it has got one."""
    fields = read('/proc/%d/schedstat' % tid).split()
    if not fields:
        return 0.0, 0.0, 0
    return int(fields[0]) / 1e9, int(fields[1]) / 1e9, int(fields[2])


def thread_seconds(tid):
    """The CPU time that a thread has had."""
    return thread_times(tid)[0]


def vhost_threads(pid):
    """The vhost threads that serve a process: kernel threads, or since Linux
    6.4 threads of its own, but always named after who asked for them."""
    own = threads(pid)
    names = {'vhost-%d' % tid for tid in own}
    found = {tid for tid, name in own.items() if name in names}
    for entry in os.listdir('/proc'):
        if entry.isdigit() and int(entry) not in found \
                and read('/proc/%s/comm' % entry).strip() in names:
            found.add(int(entry))
    return found


def rss_mb(pid):
    """What a process has in memory, hugepages not included."""
    return _kb('/proc/%d/status' % pid, 'VmRSS') / 1024


def hugepages_mb():
    """The memory in hugepages that is in use, on the whole machine."""
    total = _kb('/proc/meminfo', 'HugePages_Total')
    free = _kb('/proc/meminfo', 'HugePages_Free')
    return (total - free) * _kb('/proc/meminfo', 'Hugepagesize') / 1024


def _kb(path, key):
    for line in read(path).split('\n'):
        if line.startswith(key + ':'):
            return int(line.split()[1])
    return 0


def symbol_address(pid, name):
    """Where a function of its program is in a process, or None if the program
    does not tell."""
    exe = '/proc/%d/exe' % pid
    for line in run(['nm', exe], check=False).split('\n'):
        if line.endswith(' T ' + name):
            return int(line.split()[0], 16) + _load_address(pid, exe)
    return None


def _load_address(pid, exe):
    """What is to be added to the addresses that are in a program's file."""
    with open(exe, 'rb') as f:
        elf_type = f.read(18)[16]
    if elf_type != ELF_DYN:
        return 0
    path = os.readlink(exe)
    for line in read('/proc/%d/maps' % pid).split('\n'):
        if line.endswith(' ' + path):
            return int(line.split('-')[0], 16)
    return 0


def _has_socket(pid, port, column, state):
    """Is there such a TCP socket in the namespace of a process?"""
    for path in '/proc/%d/net/tcp', '/proc/%d/net/tcp6':
        for line in read(path % pid).split('\n')[1:]:
            fields = line.split()
            if fields and fields[column].endswith(':%04X' % port) \
                    and fields[3] == state:
                return True
    return False


def is_listening(pid, port):
    return _has_socket(pid, port, 1, '0A')


def is_connected(pid, port):
    return _has_socket(pid, port, 2, '01')
