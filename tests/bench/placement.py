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
fewer, Open vSwitch's main thread and its PMD thread have one each, as the
settings of its users would have it, and the scheduler places the rest.
"""

import os

import proc

ROLES = ('daemon', 'pmd', 'a', 'b', 'vhost-a', 'vhost-b')


class Placement:
    def __init__(self, cpus=None):
        # An isolated CPU is there for those who ask for it.
        self.cpus = cpus or sorted(os.sched_getaffinity(0))
        if len(self.cpus) < 2:
            raise ValueError('two CPUs are needed at least')
        if not set(self.cpus) <= set(range(os.cpu_count())):
            raise ValueError('not all of these CPUs are there')
        self.own_cpus = len(self.cpus) >= len(ROLES)

    def cpu(self, role):
        """The CPU that a role has to itself, or None."""
        i = ROLES.index(role)
        return self.cpus[i] if i < 2 or self.own_cpus else None

    def cpus_of(self, role):
        cpu = self.cpu(role)
        return None if cpu is None else {cpu}

    def mask(self, role):
        return '0x%x' % (1 << self.cpu(role))

    def place_vhost(self, daemon):
        """Places the vhost threads that serve the process 'daemon'."""
        if self.own_cpus:
            for i, tid in enumerate(sorted(proc.vhost_threads(daemon))):
                cpu = self.cpus[4 + i % 2]
                os.sched_setaffinity(tid, {cpu})

    def __str__(self):
        text = ', '.join('%s on CPU %d' % (role, self.cpu(role))
                         for role in ROLES if self.cpu(role) is not None)
        return text + ('' if self.own_cpus else ', the rest anywhere')
