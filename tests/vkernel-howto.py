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

"""Runs commands of a text as a reader would, and compares what they print with
what the text shows.

    vkernel-howto.py [--patience SECONDS] TEXT.rst NAME...

runs the block that TEXT.rst marks with ".. tested: NAME", or all that follow
the mark ".. tested from here: NAME".  In a block, a line that begins with "$ "
is a command, perhaps with more lines, each behind a backslash, and the others
are what it printed.  "..." stands there for anything: for lines, or for a part
of one.

Not compared is what differs from run to run (see VARIES), and of programs that
measure (see OUTCOMES) all but the outcome.  A command that shows nothing must
succeed; one that shows something may show it late, as the port looks after
some things once a second, and is run again until it does, or SECONDS (20)
have passed.
"""

import argparse
import difflib
import re
import subprocess
import sys
import time

# Seconds between attempts.
PAUSE = 0.5

# Seconds that a command may take.
TIMEOUT = 90

# What differs, and what stands for it.
VARIES = [(re.compile(pattern, re.MULTILINE), word) for pattern, word in (
    (r'\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b', 'UUID'),
    (r'\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b', 'MAC'),
    (r'(, )?\bfe80::[0-9a-f:]+/64', ''),
    (r'^\d+: ', 'N: '),
    (r'\b(ifindex|dpdk_port|numa_id|core_id|hit|missed)(:? ?)\d+',
     r'\1\2N'),
    (r'\b(pmd usage|overhead): +(NOT AVAIL|\d+ %)', r'\1: N'),
    (r'\bthread \d+, CPUs [-,0-9]+, on CPU \d+, [0-9.]+ s(, \d+%)?',
     'thread N, CPUs N, on CPU N, N s, N%'),
    (r'^\d+ \(process ID\) old priority -?\d+',
     'N (process ID) old priority N'),
    # These differ from release to release.
    (r'\b[0-9.]+ MiB', 'N MiB'),
    (r'^ +ovs_version: ".*"', ''),
    (r'\b1 to (8|128) is accepted', '1 to N is accepted'),
    (r'[ \t]+$', ''),
)]

# What prints counters: all numbers differ, and with them widths of columns.
COUNTERS = re.compile(r'dpdkvkernel/stats|dump-flows|queue-stats')

# What has no order of its own.
UNORDERED = re.compile(r'ovs-vsctl show|dump-flows')

# Programs that measure, and what they print when it comes to nothing.
OUTCOMES = {
    'ping': re.compile(r'\b0 received'),
    'iperf3': re.compile(r'^iperf3: error', re.MULTILINE),
}


def blocks(text, name):
    """Yields the blocks that 'name' marks, as lists of lines."""
    one, all_ = '.. tested: ' + name, '.. tested from here: ' + name
    mark, inside, lines = None, False, []
    for line in text.split('\n') + ['end']:
        if inside and line and not line.startswith('    '):
            yield lines
            mark = mark if mark == all_ else None
            inside, lines = False, []
        if inside:
            lines.append(line[4:])
        elif mark and line.endswith('::'):
            inside = True
        elif line in (one, all_):
            mark = line


def sessions(lines):
    """Yields each command of a block, with what it printed."""
    command, shown = '', []
    for line in lines + ['$ ']:
        if line.startswith('$ '):
            if command:
                yield command, '\n'.join(shown).strip('\n')
            command, shown = line[2:], []
        elif command.endswith('\\'):
            command = command[:-1] + line.strip()
        else:
            shown.append(line)


def plain(command, output):
    """What is compared of an output."""
    program = command.split()[0]
    if program in OUTCOMES:
        return 'no' if OUTCOMES[program].search(output) else 'yes'
    for pattern, word in VARIES:
        output = pattern.sub(word, output)
    if COUNTERS.search(command):
        output = re.sub(r'\b(0x[0-9a-f]+|\d+(\.\d+)?)(?=s?\b)', 'N', output)
        output = re.sub(r' +', ' ', output)
    if UNORDERED.search(command):
        output = '\n'.join(sorted(filter(None, output.split('\n'))))
    return output


def matches(shown, output):
    pattern = ''.join('(.*\n)*' if line.strip() == '...'
                      else '.*'.join(map(re.escape, line.split('...'))) + '\n'
                      for line in shown.split('\n'))
    return re.fullmatch(pattern, output + '\n') is not None


def run(command):
    done = subprocess.run(['sh', '-c', command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=TIMEOUT, check=False, text=True)
    return done.returncode, done.stdout.strip('\n')


def check(command, shown, patience):
    """Returns what is wrong with a command, or None."""
    end = time.monotonic() + patience
    want = plain(command, shown)
    while True:
        print('$ ' + command, flush=True)
        status, output = run(command)
        print(output, flush=True)
        if not shown:
            return None if status == 0 else 'exit status %d' % status
        have = plain(command, output)
        if matches(want, have):
            return None
        if time.monotonic() > end:
            return '\n'.join(difflib.unified_diff(
                want.split('\n'), have.split('\n'), 'the text', 'the command',
                lineterm=''))
        time.sleep(PAUSE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--patience', type=float, default=20)
    parser.add_argument('text')
    parser.add_argument('names', nargs='+')
    options = parser.parse_args()
    with open(options.text, encoding='utf-8') as f:
        text = f.read()
    for name in options.names:
        found = list(blocks(text, name))
        if not found:
            sys.exit('%s: no "%s"' % (options.text, name))
        for lines in found:
            for command, shown in sessions(lines):
                problem = check(command, shown, options.patience)
                if problem:
                    sys.exit('%s: %s\n%s' % (options.text, command, problem))


if __name__ == '__main__':
    main()
