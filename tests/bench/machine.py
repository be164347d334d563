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

"""What the benchmark ran on, and with."""

import os
import time

import proc


def _cpu_model():
    for line in proc.read('/proc/cpuinfo').split('\n'):
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return 'unknown'


def _kind(model):
    if 'TCG' in model:
        return 'a VM, emulated in software'
    if ' hypervisor' in proc.read('/proc/cpuinfo'):
        return 'a VM, with hardware acceleration'
    return 'a machine'


def describe(settings):
    model = _cpu_model()
    return {
        'date': time.strftime('%Y-%m-%d', time.gmtime()),
        'machine': '%s: %d CPUs (%s)' % (_kind(model), proc.online_cpus(),
                                         model),
        'host': settings.host if 'VM_IN_VM' in os.environ else '',
        'kernel': os.uname().release,
        'release': settings.release,
        'command': settings.command,
        'rounds': settings.rounds,
        'seconds': settings.seconds,
        'placement': str(settings.placement),
        'pmd_sleep': settings.pmd_sleep,
    }
