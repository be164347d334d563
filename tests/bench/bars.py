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

"""What dpdkvkernel with TSO has to reach, in comparison with other systems."""

SYSTEM = 'vkernel-tso'


class Bar:
    def __init__(self, text, other, work, metric, limit, at_least):
        self.text = text
        self.other = other
        self.work = work
        self.metric = metric
        self.limit = limit
        self.at_least = at_least

    def judge(self, samples):
        """Returns the ratio of medians, the median of ratios, and whether
        both reach the bar; or None."""
        ratio = samples.ratio(SYSTEM, self.other, self.work, self.metric)
        if not ratio:
            return None
        if self.at_least:
            return ratio + (min(ratio) >= self.limit,)
        return ratio + (max(ratio) <= self.limit,)

    def limit_text(self):
        return '%s %.1f' % ('>=' if self.at_least else '<=', self.limit)


ALL = [
    Bar('TCP, one stream', 'dpdk', 'tcp-1', 'mbps', 3, True),
    Bar('TCP, one stream', 'internal-tso', 'tcp-1', 'mbps', 1.1, True),
    Bar('TCP, one stream', 'testpmd', 'tcp-1', 'mbps', 2, True),
    Bar('TCP, one stream', 'veth', 'tcp-1', 'mbps', 0.4, True),
    Bar('CPU time per gigabyte', 'internal-tso', 'tcp-1', 'cpu_s_per_gb',
        0.8, False),
    Bar('64-byte packets per second', 'dpdk', 'udp-64', 'pps', 1.5, True),
] + [
    Bar('p99 latency, ' + word, other, work, 'p99_us', limit, False)
    for word, work in (('idle', 'latency-idle'), ('loaded', 'latency-loaded'))
    for other, limit in (('dpdk', 1), ('internal-tso', 0.5),
                         ('internal', 0.5))
]
