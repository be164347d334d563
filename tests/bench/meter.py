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

"""Measures what a piece of work costs the whole machine in CPU time.

CPU time is that of all CPUs together that they were neither idle nor waiting
nor somebody else's (/proc/stat): so it has everything, whether programs, the
kernel's threads, interrupts or soft interrupts.  A PMD thread polls even if
there is nothing to do.  Of its CPU time (/proc/TID/schedstat), that share is
taken off again that its idle cycles have in all of its cycles that it did not
sleep (dpif-netdev/pmd-stats-show).
"""

import time

import proc


class Snapshot:
    def __init__(self, system):
        self.pmds = system.pmd_stats()
        self.pmd_seconds = {tid: proc.thread_seconds(tid)
                            for tid in system.pmd_threads()}
        self.idle = proc.idle_seconds()
        self.time = time.monotonic()


class Meter:
    """start(), the work, stop(); then the results are attributes:

    seconds             how long it was
    cpu                 CPU seconds of the machine, vain polling taken off
    cpu_all             the same, vain polling included
    cycles_per_packet   what PMD threads needed for each packet, or None
    """

    def __init__(self, system):
        self.system = system

    def start(self):
        self.before = Snapshot(self.system)

    def stop(self):
        before, after = self.before, Snapshot(self.system)
        self.seconds = after.time - before.time
        idle = after.idle - before.idle
        self.cpu_all = max(self.seconds * proc.online_cpus() - idle, 0)

        def grown(key):
            return sum(pmd[key] - before.pmds.get(name, {}).get(key, 0)
                       for name, pmd in after.pmds.items())

        vain, busy = grown('idle cycles'), grown('processing cycles')
        packets = grown('packets received')
        polling = sum(seconds - before.pmd_seconds.get(tid, 0)
                      for tid, seconds in after.pmd_seconds.items())
        vain_share = vain / (vain + busy) if vain + busy else 0
        self.cpu = max(self.cpu_all - polling * vain_share, 0)
        self.cycles_per_packet = busy / packets if packets else None
