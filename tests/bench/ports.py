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


"""How many ports one Open vSwitch carries: what it takes to add the next one,
to have all of them while nothing comes through, and to restart the daemon.

They are added one by one, each as a user would, with the tap in the namespace
of the machine and up.  Nothing is ever placed by hand: the PMD thread has one
CPU, and all else another.
"""

import time

import proc
from program import run

NAME = 'ports'

# Until a new port, its tap and those who hear of it have calmed down.
SETTLE = 3

# How long a PMD thread may sleep at a time, in microseconds, when it is to
# tell how much of a CPU it needs.
PMD_SLEEP = 500


def _name(i):
    return 'vkb%d' % i


class Ports:
    """Ports of a system that has been launched, but has none yet."""

    def __init__(self, system):
        self.system = system
        self.vswitch = system.vswitch
        self.n = 0
        self.hugepages = proc.hugepages_mb()
        self.rss = proc.rss_mb(system.daemon)

    def measure(self, settings, n):
        """Makes the ports 'n' in number, more than there were.  Returns the
        results as {metric: value}."""
        results = self._grow(n)
        results.update(self._idle(settings.seconds))
        results.update(self._memory())
        results.update(self._restart())
        return {'%s_%d' % item: value for item, value in (
            ((metric, n), value) for metric, value in results.items())}

    def _grow(self, n):
        start = time.monotonic()
        added = n - self.n
        while self.n < n:
            self.n += 1
            self.system.add({self.n: _name(self.n)})
            run(['ip', 'link', 'set', _name(self.n), 'up'])
        return {'add_s': (time.monotonic() - start) / added}

    def _names(self):
        return [_name(i + 1) for i in range(self.n)]

    def _memory(self):
        return {'hugepages_mb': proc.hugepages_mb() - self.hugepages,
                'rss_mb': proc.rss_mb(self.system.daemon) - self.rss}

    def _shares(self, seconds):
        """The shares of a CPU that PMD threads, and the daemon's other threads
        with vhost's, have in some seconds."""
        daemon = self.system.daemon
        pmds = set(self.vswitch.pmd_threads())
        others = (set(proc.threads(daemon)) | proc.vhost_threads(daemon)) \
            - pmds

        def spent(tids):
            return sum(proc.thread_seconds(tid) for tid in tids)

        start = time.monotonic()
        before = spent(pmds), spent(others)
        time.sleep(seconds)
        after = spent(pmds), spent(others)
        took = time.monotonic() - start
        return [(b - a) / took for a, b in zip(before, after)]

    def _idle(self, seconds):
        time.sleep(SETTLE)
        self.vswitch.clear_pmd_stats()
        _, others = self._shares(seconds)
        iterations, cycles = self.vswitch.iterations()
        self.vswitch.set_pmd_sleep(PMD_SLEEP)
        time.sleep(1)
        sleeping, _ = self._shares(seconds)
        self.vswitch.set_pmd_sleep(0)
        return {'cycles': cycles / iterations if iterations else None,
                'cpu_pmd': sleeping, 'cpu_others': others}

    def _restart(self):
        end, start = self.vswitch.restart()
        self.system.daemon = self.vswitch.daemon.pid
        self.vswitch.check_ports(self._names())
        for name in self._names():
            run(['ip', 'link', 'set', name, 'up'])
        return {'end_s': end, 'start_s': start}
