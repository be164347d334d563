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

Where it goes is told by groups of threads.  An interrupt or soft interrupt is
counted for the thread that it came upon.
"""

import time

import proc

GROUPS = 'programs', 'pmd', 'daemon', 'workers'


class Group:
    """What the threads of one group have had together."""

    def __init__(self, tids):
        times = [proc.thread_times(tid) for tid in tids]
        self.cpu = sum(time[0] for time in times)
        self.wait = sum(time[1] for time in times)
        self.runs = sum(time[2] for time in times)

    def __sub__(self, other):
        difference = Group(())
        difference.cpu = self.cpu - other.cpu
        difference.wait = self.wait - other.wait
        difference.runs = self.runs - other.runs
        return difference


class Snapshot:
    def __init__(self, system, programs):
        pmds = set(system.pmd_threads())
        workers = proc.vhost_threads(system.daemon) if system.daemon else set()
        daemon = set(proc.threads(system.daemon)) if system.daemon else set()
        self.groups = {
            'programs': Group({tid for program in programs
                               for tid in proc.threads(program.pid)}),
            'pmd': Group(pmds),
            'daemon': Group(daemon - pmds - workers),
            'workers': Group(workers)}
        self.pmds = system.pmd_stats()
        self.idle = proc.idle_seconds()
        self.time = time.monotonic()


class Meter:
    """start(), the work, stop(); then the results are attributes:

    seconds             how long it was
    cpu                 CPU seconds of the machine, vain polling taken off
    cpu_all             the same, vain polling included
    cycles_per_packet   what PMD threads needed for each packet, or None
    groups              {one of GROUPS: Group}; 'programs' are those given
    """

    def __init__(self, system, programs=()):
        self.system = system
        self.programs = programs

    def start(self):
        self.before = Snapshot(self.system, self.programs)

    def stop(self):
        before, after = self.before, Snapshot(self.system, self.programs)
        self.seconds = after.time - before.time
        idle = after.idle - before.idle
        self.cpu_all = max(self.seconds * proc.online_cpus() - idle, 0)
        self.groups = {name: after.groups[name] - before.groups[name]
                       for name in GROUPS}

        def grown(key):
            return sum(pmd[key] - before.pmds.get(name, {}).get(key, 0)
                       for name, pmd in after.pmds.items())

        vain, busy = grown('idle cycles'), grown('processing cycles')
        packets = grown('packets received')
        vain_share = vain / (vain + busy) if vain + busy else 0
        self.cpu = max(self.cpu_all - self.groups['pmd'].cpu * vain_share, 0)
        self.cycles_per_packet = busy / packets if packets else None

    def shares(self, amount):
        """Where the CPU time of one of 'amount' units of work went, vain
        polling included, and how often a thread had to be switched to."""
        if not amount:
            return {}
        shares = {'cpu_%s' % name: group.cpu / amount
                  for name, group in self.groups.items()}
        shares['cpu_rest'] = max(
            self.cpu_all - sum(g.cpu for g in self.groups.values()),
            0) / amount
        shares['runs'] = sum(g.runs for g in self.groups.values()) / amount
        return shares

    def waits(self, amount):
        """How many microseconds threads were ready, but had no CPU, for each
        of 'amount' units of work."""
        if not amount:
            return {}
        return {'wait_%s_us' % name: group.wait / amount * 1e6
                for name, group in self.groups.items()}
