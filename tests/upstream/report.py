#!/usr/bin/env python3
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

"""The results of Open vSwitch's own tests, with dpdkvkernel and without.

    report.py verdict SUITE...       says what suites found, and ends with 0 if
                                     nothing failed but what is known to
    report.py record CSV SUITE...    puts the results of suites into a table,
                                     in place of older ones of the same tests
    report.py publish CSV DOCUMENT   puts what does not pass into a document,
                                     each with its reason, between the lines
                                     ".. begin: upstream", ".. end: upstream"

The reasons come from the file "reasons" beside this one; see its text.  SUITE
is a folder with the name of the suite, as vkernel-traffic, where its logs are.
"""

import argparse
import configparser
import csv
import os
import re
import sys
import textwrap

HERE = os.path.dirname(os.path.realpath(__file__))

# Columns of the table: which Open vSwitch, "traffic" or "unit", and the test;
# each daemon's result, and where that is not "ok", the test's line that ended
# it.
COLUMNS = ('ovs', 'suite', 'test', 'stock', 'vkernel', 'stock_line',
           'vkernel_line')
DAEMONS = ('stock', 'vkernel')
WORDS = {'ok': 'passed', 'skipped': 'skipped', 'FAILED': 'failed'}

# A test's last line in the log, which says more if it failed.
RESULT = re.compile(
    r'^\d+\. (?:[\w.-]+:\d+: \d+\. )?(?P<test>.*) \([\w.-]+\.at:\d+\): '
    r'(?P<result>ok|skipped|FAILED)(?: *\((?P<where>[^)]*)\))?')


class Results:
    """Results of tests: a row of the table for each."""

    def __init__(self):
        self.rows = {}

    def read(self, name):
        with open(name, newline='') as f:
            for row in csv.DictReader(f):
                self.rows[row['ovs'], row['suite'], row['test']] = row

    def write(self, name):
        with open(name, 'w', newline='') as f:
            writer = csv.DictWriter(f, COLUMNS, lineterminator='\n')
            writer.writeheader()
            for row in self.rows.values():
                writer.writerow(row)

    def read_suite(self, folder, ovs, source):
        """Adds what the logs of a suite tell, of Open vSwitch 'ovs', whose
        source is in the folder 'source'.  Of what ran once more, the last
        result counts."""
        for name in 'testsuite-first.log', 'testsuite.log':
            log = os.path.join(folder, name)
            if os.path.exists(log):
                self.read_log(log, ovs, source)

    def read_log(self, log, ovs, source):
        suite_dir = os.path.basename(os.path.dirname(os.path.abspath(log)))
        daemon, suite = suite_dir.split('-')
        with open(log, errors='replace') as f:
            for match in filter(None, map(RESULT.match, f)):
                key = ovs, suite, match['test']
                row = self.rows.setdefault(
                    key, dict(zip(COLUMNS, key + ('',) * 4)))
                row[daemon] = match['result']
                row[daemon + '_line'] = '' if match['result'] == 'ok' \
                    else line_of(source, match['where'])

    def sorted(self):
        return sorted(self.rows.values(),
                      key=lambda row: (version(row['ovs']), row['suite']))


def version(text):
    return [int(n) for n in re.findall(r'\d+', text)]


def line_of(source, where):
    """The text of the line 'where', FILE:NUMBER, of a test."""
    match = re.match(r'([\w.-]+):(\d+)$', where or '')
    if not match:
        return where or ''
    with open(os.path.join(source, 'tests', match[1])) as f:
        return f.read().splitlines()[int(match[2]) - 1].strip()


class Reasons:
    """Why tests do not pass."""

    def __init__(self):
        parser = configparser.ConfigParser(
            delimiters=(' =>',), comment_prefixes=('#',), interpolation=None)
        parser.optionxform = str
        parser.read(os.path.join(HERE, 'reasons'))
        self.failures, self.skips = (
            {key: ' '.join(text.split()) for key, text in parser[name].items()}
            for name in ('failures', 'skips'))

    def of(self, row, daemon):
        """Why a test did not pass, or None if nobody knows."""
        if row['test'] in self.failures:
            return self.failures[row['test']]
        if row[daemon] == 'FAILED':
            return None
        for start, reason in self.skips.items():
            if row[daemon + '_line'].startswith(start):
                return reason
        return None


def simple_table(rows):
    """A simple table of reStructuredText; the first row has the titles."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    rule = '  '.join('=' * width for width in widths)
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths))
             .rstrip() for row in rows]
    return '\n'.join([rule, lines[0], rule] + lines[1:] + [rule, ''])


def do_verdict(options):
    results, reasons = Results(), Reasons()
    for suite in options.suites:
        results.read_suite(suite, options.ovs, options.source)
    bad = False
    count = dict.fromkeys(WORDS, 0)
    for row in results.sorted():
        for daemon in DAEMONS:
            if not row[daemon]:
                continue
            count[row[daemon]] += 1
            if row[daemon] != 'FAILED':
                continue
            reason = reasons.of(row, daemon)
            print('%s, with %s: failed%s' % (
                row['test'], daemon,
                ', as is known: ' + reason if reason else ''))
            bad |= not reason and daemon == 'vkernel'
    print(', '.join('%d %s' % (count[key], WORDS[key]) for key in WORDS))
    if bad or not count['ok']:
        sys.exit(1)


def do_record(options):
    results = Results()
    if os.path.exists(options.csv):
        results.read(options.csv)
    for suite in options.suites:
        results.read_suite(suite, options.ovs, options.source)
    results.write(options.csv)


def summary(rows):
    """The table of how many tests did what."""
    cells = [('Open vSwitch', 'suite', 'daemon', 'passed', 'failed',
              'skipped', 'not tried')]
    for ovs, suite in dict.fromkeys((r['ovs'], r['suite']) for r in rows):
        for daemon in DAEMONS:
            found = [r[daemon] for r in rows
                     if (r['ovs'], r['suite']) == (ovs, suite)]
            cells.append((ovs, suite, daemon) + tuple(
                str(found.count(key))
                for key in ('ok', 'FAILED', 'skipped', '')))
    return simple_table(cells)


def comparison(row):
    """What became of a test with dpdkvkernel and without."""
    text = WORDS[row['vkernel']]
    if row['stock'] == row['vkernel']:
        return text + ', as without dpdkvkernel'
    return '%s; without dpdkvkernel, %s' % (
        text, WORDS.get(row['stock'], 'not tried'))


def exceptions(rows, reasons):
    """The list of what does not pass with dpdkvkernel, by reason; and the
    tests for which there is none."""
    groups, unknown = {}, []
    for row in rows:
        if row['vkernel'] in ('ok', ''):
            continue
        reason = reasons.of(row, 'vkernel')
        if reason is None:
            unknown.append('%s (%s, %s: %s)' % (
                row['test'], row['ovs'], row['vkernel'], row['vkernel_line']))
            continue
        tests = groups.setdefault(
            (row['suite'], comparison(row), reason), {})
        tests.setdefault(row['test'], []).append(row['ovs'])
    text = ''
    for (suite, what, reason), tests in sorted(groups.items()):
        text += wrap('%s, %s.  %s' % (suite.capitalize(), what, reason)) + '\n'
        for test, versions in tests.items():
            text += wrap('* ``%s`` (%s)' % (test, ', '.join(versions)), '  ')
        text += '\n'
    return text, unknown


def wrap(text, indent=''):
    return textwrap.fill(text, 79, subsequent_indent=indent,
                         break_long_words=False, break_on_hyphens=False,
                         fix_sentence_endings=True) + '\n'


def do_publish(options):
    results, reasons = Results(), Reasons()
    results.read(options.csv)
    rows = results.sorted()
    text, unknown = exceptions(rows, reasons)
    if unknown:
        sys.exit('report.py: no reason in %s for:\n%s' % (
            os.path.join(HERE, 'reasons'), '\n'.join(unknown)))
    text = summary(rows) + '\n' + text
    with open(options.document) as f:
        document = f.read()
    begin, end = '.. begin: upstream\n', '.. end: upstream\n'
    head, rest = document.split(begin)
    tail = rest.split(end)[1]
    with open(options.document, 'w') as f:
        f.write(head + begin + '\n' + text + end + tail)


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='action', required=True)
    verdict = commands.add_parser('verdict', help='say what suites found')
    record = commands.add_parser('record', help='into a table')
    publish = commands.add_parser('publish', help='into a document')
    for command in record, publish:
        command.add_argument('csv')
    for command in verdict, record:
        command.add_argument('suites', nargs='+')
        command.add_argument('--ovs', required=True, metavar='VERSION')
        command.add_argument('--source', required=True, metavar='DIR',
                             help="Open vSwitch's source")
    publish.add_argument('document')
    return parser.parse_args()


if __name__ == '__main__':
    OPTIONS = parse_options()
    {'verdict': do_verdict, 'record': do_record,
     'publish': do_publish}[OPTIONS.action](OPTIONS)
