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

"""Writes the results as reStructuredText."""

import bars
import ports
import system

FACTS = (
    ('Date', 'date'),
    ('Machine', 'machine'),
    ('On the host', 'host'),
    ('Linux', 'kernel'),
    ('Open vSwitch', 'ovs'),
    ('DPDK', 'dpdk'),
    ('dpdkvkernel', 'release'),
    ('Command', 'command'),
    ('Rounds', 'rounds'),
    ('Seconds for each work', 'seconds'),
    ('Threads', 'placement'),
    ('pmd-sleep-max, microseconds', 'pmd_sleep'),
)

GROUPS = (('programs', 'programs'), ('PMD thread', 'pmd'),
          ('other threads of the daemon', 'daemon'),
          ('vhost workers', 'workers'))


def _shares(work_, decimals, switches):
    return tuple((title, work_, 'cpu_' + group, 1, decimals)
                 for title, group in GROUPS + (('rest', 'rest'),)) \
        + ((switches, work_, 'runs', 1, 0),)


def _waits(work_):
    return tuple((title, work_, 'wait_%s_us' % group, 1, 0)
                 for title, group in GROUPS)


# The tables: their titles, and for each column its title, work, metric, the
# factor and the number of decimals to show it with.
TABLES = (
    ('TCP, Mbit/s', (
        ('one stream', 'tcp-1', 'mbps', 1, 0),
        ('one, reverse', 'tcp-1-reverse', 'mbps', 1, 0),
        ('four streams', 'tcp-4', 'mbps', 1, 0),
        ('four, reverse', 'tcp-4-reverse', 'mbps', 1, 0))),
    ('TCP, one stream', (
        ('CPU s/GB', 'tcp-1', 'cpu_s_per_gb', 1, 2),
        ('with vain polling', 'tcp-1', 'cpu_all_s_per_gb', 1, 2),
        ('PMD cycles per packet', 'tcp-1', 'pmd_cycles_per_packet', 1, 0),
        ('retransmissions', 'tcp-1', 'retransmits', 1, 0))),
    ('64-byte UDP packets', (
        ('received, 1000/s', 'udp-64', 'pps', 1e-3, 1),
        ('CPU s per million', 'udp-64', 'cpu_s_per_mpkt', 1, 1),
        ('with vain polling', 'udp-64', 'cpu_all_s_per_mpkt', 1, 1),
        ('PMD cycles per packet', 'udp-64', 'pmd_cycles_per_packet', 1, 0))),
    ('Where the CPU time of one TCP stream goes, s/GB',
     _shares('tcp-1', 2, 'switches/GB')),
    ('Where the CPU time of 64-byte packets goes, s per million',
     _shares('udp-64', 1, 'switches per million')),
    ('Eight TCP streams over four queues', (
        ('Mbit/s', 'spread', 'mbps', 1, 0),
        ('CPU s/GB', 'spread', 'cpu_s_per_gb', 1, 2),
        ('retransmissions', 'spread', 'retransmits', 1, 0),
        ('queues used from the kernel', 'spread', 'queues_from_kernel', 1, 0),
        ('to it', 'spread', 'queues_to_kernel', 1, 0),
        ('share of the busiest, from', 'spread', 'largest_from_kernel',
         1, 2),
        ('to', 'spread', 'largest_to_kernel', 1, 2))),
    ('Request and response, ms', (
        ('idle, p50', 'latency-idle', 'p50_us', 1e-3, 2),
        ('idle, p99', 'latency-idle', 'p99_us', 1e-3, 2),
        ('loaded, p50', 'latency-loaded', 'p50_us', 1e-3, 2),
        ('loaded, p99', 'latency-loaded', 'p99_us', 1e-3, 2),
        ('the load, Mbit/s', 'latency-loaded', 'load_mbps', 1, 0))),
    ('Threads ready and without a CPU, for each request, idle, us',
     _waits('latency-idle')),
    ('Threads ready and without a CPU, for each request, loaded, us',
     _waits('latency-loaded')),
)


def _idle_tables(samples):
    counts = sorted({int(metric[4:]) for _, w, metric in samples.values
                     if w == ports.IDLE and metric.startswith('cpu_')})
    for title, metric, factor, decimals in (
            ('Idle ports, % of a CPU', 'cpu_%d', 100, 1),
            ('Idle ports, MB of hugepages', 'hugepages_mb_%d', 1, 0),
            ("Idle ports, MB of the daemon's other memory", 'rss_mb_%d',
             1, 1)):
        yield title, tuple(
            ('%d %s' % (n, 'port' if n == 1 else 'ports'), ports.IDLE,
             metric % n, factor, decimals) for n in counts)


# The columns of many ports: title, metric, factor and number of decimals.
PORTS = (
    ('to add one, s', 'add_s', 1, 2),
    ('hugepages, MB', 'hugepages_mb', 1, 0),
    ('other memory, MB', 'rss_mb', 1, 1),
    ('PMD instructions per iteration', 'instructions', 1, 0),
    ('PMD cycles per iteration', 'cycles', 1, 0),
    ('PMD, % of a CPU', 'cpu_pmd', 100, 1),
    ('other threads, %', 'cpu_others', 100, 1),
    ('end, s', 'end_s', 1, 1),
    ('start, s', 'start_s', 1, 1),
)


def _ports_table(samples, s):
    prefix = 'start_s_'
    counts = sorted({int(metric[len(prefix):])
                     for name, w, metric in samples.values
                     if (name, w) == (s.name, ports.MANY)
                     and metric.startswith(prefix)})
    if not counts:
        return ''
    rows = [['ports'] + [column[0] for column in PORTS]] + [
        [str(n)] + [_cell(samples.spread(s.name, ports.MANY, '%s_%d'
                                         % (metric, n)), factor, decimals)
                    for _, metric, factor, decimals in PORTS]
        for n in counts]
    return 'Many ports, %s:\n\n%s\n' % (s.title, simple_table(rows))


def _cell(spread, factor, decimals):
    if not spread:
        return '\\-'
    median, low, high = ('%.*f' % (decimals, x * factor) for x in spread)
    return median if low == high else '%s (%s..%s)' % (median, low, high)


def simple_table(rows):
    """A simple table of reStructuredText; the first row has the titles."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = '  '.join('=' * width for width in widths)
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths))
             .rstrip() for row in rows]
    return '\n'.join([rule, lines[0], rule] + lines[1:] + [rule]) + '\n'


def _table(samples, title, columns):
    rows = []
    for s in system.ALL + system.QUEUES:
        spreads = [samples.spread(s.name, w, metric)
                   for _, w, metric, _, _ in columns]
        if any(spreads):
            rows.append([s.title] + [
                _cell(spread, factor, decimals) for spread, (
                    _, _, _, factor, decimals) in zip(spreads, columns)])
    if not rows:
        return ''
    return '%s:\n\n%s\n' % (title, simple_table(
        [['system'] + [column[0] for column in columns]] + rows))


def bars_table(samples):
    rows = [['dpdkvkernel with TSO', 'in comparison with', 'bar',
             'of medians', 'of rounds', 'met']]
    for bar in bars.ALL:
        verdict = bar.judge(samples)
        if verdict:
            seen = ['%.2f' % verdict[0], '%.2f' % verdict[1],
                    'yes' if verdict[2] else 'no']
        else:
            seen = ['\\-', '\\-', 'not measured']
        rows.append([bar.text, system.BY_NAME[bar.other].title,
                     bar.limit_text()] + seen)
    return simple_table(rows)


def _facts(facts):
    return ''.join(':%s: %s\n' % (title, facts[key])
                   for title, key in FACTS if facts.get(key))


def compose(samples, facts, chart):
    """The whole text; 'chart' is the name of the picture, or None."""
    text = _facts(facts) + '\n'
    if not facts['complete']:
        text += 'The run was ended before it was complete.\n\n'
    if chart:
        text += '.. image:: %s\n\n' % chart
    if any(bar.judge(samples) for bar in bars.ALL):
        text += 'The bars:\n\n' + bars_table(samples) + '\n'
    text += ('Medians of all rounds, with the smallest and the largest'
             ' value.\n\n')
    for title, columns in TABLES + tuple(_idle_tables(samples)):
        text += _table(samples, title, columns)
    text += ''.join(_ports_table(samples, s) for s in system.ALL)
    failures = facts.get('failures', [])
    if failures:
        text += 'What failed, and is missing above:\n\n'
        text += ''.join('* round %(round)d, %(system)s, %(work)s\n' % failure
                        for failure in failures) + '\n'
    return text.rstrip('\n') + '\n'


def insert(path, name, text):
    """Puts 'text' between the markers in the file 'path'."""
    begin, end = ('.. %s: %s\n' % (word, name) for word in ('begin', 'end'))
    with open(path) as f:
        old = f.read()
    if old.count(begin) != 1 or old.count(end) != 1:
        raise ValueError('%s: no markers for "%s"' % (path, name))
    head, rest = old.split(begin)
    with open(path, 'w') as f:
        f.write(head + begin + '\n' + text + '\n' + end + rest.split(end)[1])
