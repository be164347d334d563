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

"""All that was measured: one line of results.csv for each value."""

import csv
import statistics

FIELDS = ('round', 'system', 'work', 'metric', 'value')


class Writer:
    """Writes each value at once, so that a run that is ended has what it
    did until then."""

    def __init__(self, path):
        self.file = open(path, 'w', newline='')
        self.csv = csv.writer(self.file, lineterminator='\n')
        self.csv.writerow(FIELDS)

    def add(self, round_, system, work, results):
        for metric, value in results.items():
            if value is not None:
                self.csv.writerow((round_, system, work, metric,
                                   '%.6g' % value))
        self.file.flush()

    def close(self):
        self.file.close()


class Samples:
    """{(system, work, metric): {round: value}}, and what to ask of it."""

    def __init__(self, path):
        self.values = {}
        with open(path, newline='') as f:
            for row in csv.DictReader(f):
                key = row['system'], row['work'], row['metric']
                self.values.setdefault(key, {})[int(row['round'])] = float(
                    row['value'])

    def has_system(self, name):
        return any(key[0] == name for key in self.values)

    def rounds(self, system, work, metric):
        return self.values.get((system, work, metric), {})

    def median(self, *key):
        values = self.rounds(*key).values()
        return statistics.median(values) if values else None

    def spread(self, *key):
        """The median, the smallest and the largest value, or None."""
        values = self.rounds(*key).values()
        if not values:
            return None
        return statistics.median(values), min(values), max(values)

    def ratio(self, system, other, work, metric):
        """The ratio of two systems' medians, and the median of the ratios that
        the rounds had; None if there is nothing to compare."""
        a = self.rounds(system, work, metric)
        b = self.rounds(other, work, metric)
        ratios = [a[r] / b[r] for r in a if b.get(r)]
        if not ratios or not statistics.median(b.values()):
            return None
        return (statistics.median(a.values()) / statistics.median(b.values()),
                statistics.median(ratios))
