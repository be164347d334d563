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

"""Many ports of one system, all on one Open vSwitch, while nothing comes
through.  Each kind of work is done on a system that has been launched but has
no ports yet, and adds more with each number that is measured."""

import time

import network
import proc
from program import run

IDLE = 'idle-ports'
MANY = 'ports'

# How many iterations of a PMD thread are looked at instruction by instruction.
ITERATIONS = 5

# How long a PMD thread may sleep at a time, in microseconds, when it is to
# tell how much of a CPU it needs.
PMD_SLEEP = 500


def _shares(groups, seconds):
    """The share of a CPU that each group of threads has in some seconds."""
    def spent():
        return [sum(proc.thread_seconds(tid) for tid in tids)
                for tids in groups]

    start = time.monotonic()
    before = spent()
    time.sleep(seconds)
    after = spent()
    took = time.monotonic() - start
    return [(b - a) / took for a, b in zip(before, after)]


class _Ports:
    # How long new ports, their taps and those who hear of them take to calm
    # down, in seconds.
    SETTLE = None

    def __init__(self, system):
        self.system = system
        self.names = []
        self.hugepages = proc.hugepages_mb()
        self.rss = proc.rss_mb(system.daemon)

    def measure(self, settings, n):
        """Makes the ports 'n' in number, more than there were.  Returns the
        results as {metric: value}."""
        return {'%s_%d' % (metric, n): value
                for metric, value in self._measure(settings, n).items()}

    def _measure(self, settings, n):
        raise NotImplementedError

    def _add(self, n):
        """Adds ports at once until there are 'n'.  Returns the new names."""
        links = {i: 'vkb%d' % i for i in range(len(self.names) + 1, n + 1)}
        self.system.add(links)
        self.names += links.values()
        return links.values()

    def _memory(self):
        return {'hugepages_mb': proc.hugepages_mb() - self.hugepages,
                'rss_mb': proc.rss_mb(self.system.daemon) - self.rss}


class IdlePorts(_Ports):
    """What ports cost that nothing comes through: in CPU time of the daemon's
    threads and of the vhost threads, which includes vain polling, and in
    memory."""

    SETTLE = 1

    def _measure(self, settings, n):
        daemon = self.system.daemon
        network.park(self._add(n))
        settings.placement.place_vhost(daemon)
        time.sleep(self.SETTLE)
        tids = set(proc.threads(daemon)) | proc.vhost_threads(daemon)
        return {'cpu': _shares([tids], settings.seconds)[0],
                **self._memory()}


class ManyPorts(_Ports):
    """How many ports one Open vSwitch carries: what it takes to add the next
    one, to have all of them while nothing comes through, and to restart the
    daemon.

    They are added one by one, each as a user would, with the tap in the
    namespace of the machine and up.  Nothing is ever placed by hand: the PMD
    thread has one CPU, and all else another."""

    SETTLE = 3

    def _measure(self, settings, n):
        return {**self._grow(n), **self._idle(settings.seconds),
                **self._memory(), **self._restart()}

    def _grow(self, n):
        start = time.monotonic()
        added = n - len(self.names)
        while len(self.names) < n:
            for name in self._add(len(self.names) + 1):
                run(['ip', 'link', 'set', name, 'up'])
        return {'add_s': (time.monotonic() - start) / added}

    def _pmd_and_other_shares(self, seconds):
        """The shares of a CPU that PMD threads, and the daemon's other threads
        with vhost's, have in some seconds."""
        daemon = self.system.daemon
        pmds = set(self.system.vswitch.pmd_threads())
        others = (set(proc.threads(daemon)) | proc.vhost_threads(daemon)) \
            - pmds
        return _shares((pmds, others), seconds)

    def _idle(self, seconds):
        vswitch = self.system.vswitch
        time.sleep(self.SETTLE)
        vswitch.clear_pmd_stats()
        _, others = self._pmd_and_other_shares(seconds)
        iterations, cycles = vswitch.iterations()
        vswitch.set_pmd_sleep(PMD_SLEEP)
        time.sleep(1)
        sleeping, _ = self._pmd_and_other_shares(seconds)
        vswitch.set_pmd_sleep(0)
        return {'cycles': cycles / iterations if iterations else None,
                'instructions': self._instructions(),
                'cpu_pmd': sleeping, 'cpu_others': others}

    def _instructions(self):
        """The instructions of an iteration without packets.  It takes so long
        to count them that some would come at any time: from taps that are up
        the kernel looks for routers and tells of its multicast groups."""
        self._set_taps('down')
        time.sleep(1)
        instructions = self.system.vswitch.instructions(ITERATIONS)
        self._set_taps('up')
        return instructions

    def _set_taps(self, state):
        for name in self.names:
            run(['ip', 'link', 'set', name, state])

    def _restart(self):
        vswitch = self.system.vswitch
        end, start = vswitch.restart()
        self.system.daemon = vswitch.daemon.pid
        vswitch.check_ports(self.names)
        self._set_taps('up')
        return {'end_s': end, 'start_s': start}


ALL = {
    IDLE: IdlePorts,
    MANY: ManyPorts,
}
