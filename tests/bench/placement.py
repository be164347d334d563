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

"""Which CPUs do what, alike for every system.

With six CPUs or more, each thread that matters has one of its own.  With
fewer, the programs at both ends share one, and whatever moves packets has
another: Open vSwitch's main thread, the PMD thread and the vhost workers.
Since a PMD thread never pauses there unless it may sleep, the workers come
before it: they wait for their turn with every packet otherwise.
"""

import os

import proc

ROLES = ('daemon', 'pmd', 'a', 'b', 'vhost-a', 'vhost-b')

# Of workers that share the PMD thread's CPU.
WORKER_NICE = -10


class Placement:
    """'with_programs' tells whether there are programs at both ends: else the
    daemon may have their CPU."""

    def __init__(self, cpus=None, with_programs=True):
        # An isolated CPU is there for those who ask for it.
        self.cpus = cpus or sorted(os.sched_getaffinity(0))
        if len(self.cpus) < 2:
            raise ValueError('two CPUs are needed at least')
        if not set(self.cpus) <= set(range(os.cpu_count())):
            raise ValueError('not all of these CPUs are there')
        self.own_cpus = len(self.cpus) >= len(ROLES)
        self.shared = {'a', 'b'} if with_programs else {'a', 'b', 'daemon'}

    def cpu(self, role):
        """The CPU of one role."""
        if self.own_cpus:
            return self.cpus[ROLES.index(role)]
        return self.cpus[0 if role in self.shared else 1]

    def mask(self, role):
        return '0x%x' % (1 << self.cpu(role))

    def program_cpus(self, role, system):
        """The CPUs of the program at one end, or None for any: where there is
        nothing that moves packets, they need not leave it a CPU."""
        if self.own_cpus or system.daemon:
            return {self.cpu(role)}
        return None

    def place_vhost(self, daemon):
        """Places the vhost workers that serve the process 'daemon'."""
        for i, tid in enumerate(sorted(proc.vhost_threads(daemon))):
            os.sched_setaffinity(tid, {self.cpu(ROLES[4 + i % 2])})
            if not self.own_cpus:
                os.setpriority(os.PRIO_PROCESS, tid, WORKER_NICE)

    def __str__(self):
        text = ', '.join('%s on CPU %d' % (role, self.cpu(role))
                         for role in ROLES)
        return text + ('' if self.own_cpus
                       else '; vhost workers nice %d' % WORKER_NICE)
