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

"""The benchmark: compares ports of type dpdkvkernel with what else does their
job.  "make bench" calls this, with the paths of what was built.

    bench.py run      does the work, where root and vhost-net are, and writes
                      results.csv and facts.json
    bench.py report   makes results.rst and results.svg of these
    bench.py publish  puts them into a document

Each file of this folder is about one thing:

    system.py     the systems that are compared
    work.py       the work that each of them does
    ports.py      the work of many ports of one of them
    meter.py      the CPU time that a piece of work takes
    placement.py  which CPUs do what
    steering.py   a program that chooses queues
    network.py    the namespaces at both ends
    vswitch.py    an Open vSwitch
    program.py    running programs, within limits of time
    proc.py       reading /proc
    machine.py    what it all runs on
    samples.py    the values that were measured
    bars.py       what is to be reached
    report.py     the results as text
    chart.py      the results as a picture
    bench-traffic.c   sends and receives small packets
    bench-steps.c     counts a thread's instructions
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import chart  # noqa: E402
import machine  # noqa: E402
import network  # noqa: E402
import ports  # noqa: E402
import report  # noqa: E402
import system  # noqa: E402
import work  # noqa: E402
from placement import Placement  # noqa: E402
from program import ProgramError  # noqa: E402
from samples import Samples, Writer  # noqa: E402
from vswitch import DATAPATH_LINK  # noqa: E402

TOOLS = {
    'dpdk-testpmd': 'dpdk-dev',
    'ip': 'iproute2',
    'iperf3': 'iperf3',
    'nm': 'binutils',
    'ovs-ofctl': 'openvswitch-common',
    'ovs-vsctl': 'openvswitch-switch',
    'ovsdb-server': 'openvswitch-common',
    'ovsdb-tool': 'openvswitch-common',
    'ping': 'iputils-ping',
}
SIGNALS = signal.SIGTERM, signal.SIGINT, signal.SIGHUP
WORKS = list(work.ALL) + list(ports.ALL)
# What is done only if it is named.
EXTRA_WORKS = work.SPREAD, ports.MANY
QUICK = {
    'systems': ['vkernel-tso', 'dpdk', 'internal-tso', 'veth'],
    'works': ['tcp-1', 'udp-64', 'latency-idle', 'latency-loaded'],
    'rounds': 2,
    'seconds': 2,
}
FULL = {
    'systems': [s.name for s in system.ALL],
    'works': [name for name in WORKS if name not in EXTRA_WORKS],
    'rounds': 5,
    'seconds': 3,
}


def say(text):
    print(text, flush=True)


def names_of(known):
    def parse(text):
        names = text.split(',')
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(
                    '"%s" is none of: %s' % (name, ', '.join(known)))
        return [name for name in known if name in names]
    return parse


def numbers(text):
    return [int(word) for word in text.split(',')]


def positive(text):
    n = int(text)
    if n < 1:
        raise argparse.ArgumentTypeError('at least 1')
    return n


def parse_options():
    parser = argparse.ArgumentParser(
        prog='bench.py', description='Compares ports of type dpdkvkernel with '
        'what else does their job.')
    commands = parser.add_subparsers(dest='action', required=True)

    run = commands.add_parser('run', help='do the work')
    run.add_argument('--systems', type=names_of(system.BY_NAME),
                     metavar='NAME,...',
                     help='which to compare: ' + ', '.join(system.BY_NAME))
    run.add_argument('--works', type=names_of(WORKS), metavar='NAME,...',
                     help='what to do: ' + ', '.join(WORKS))
    run.add_argument('--rounds', type=positive,
                     help='how often (%d)' % FULL['rounds'])
    run.add_argument('--seconds', type=positive,
                     help='how long each work is (%d)' % FULL['seconds'])
    run.add_argument('--quick', action='store_true',
                     help='%d rounds, %d seconds, and only %s on %s, where '
                     'other options do not say otherwise'
                     % (QUICK['rounds'], QUICK['seconds'],
                        ', '.join(QUICK['works']),
                        ', '.join(QUICK['systems'])))
    run.add_argument('--idle-counts', type=numbers, default=[1, 8, 32],
                     metavar='N,...', help='how many idle ports (1,8,32)')
    run.add_argument('--port-counts', type=numbers,
                     default=[1, 2, 4, 8, 16, 32, 64], metavar='N,...',
                     help='how many ports (1,2,4,8,16,32,64)')
    run.add_argument('--cpus', type=numbers, metavar='N,...',
                     help='the CPUs to use, for, in this order: the daemon, '
                     'the PMD thread, and from six on the programs in A and '
                     'B and the vhost threads on both sides (all)')
    run.add_argument('--pmd-sleep', type=int, default=0, metavar='US',
                     help='how long a PMD thread with little to do may sleep '
                     'at a time (0: not at all)')
    run.add_argument('--vswitchd', default='ovs-vswitchd')
    run.add_argument('--traffic', default='bench-traffic')
    run.add_argument('--steps', default='bench-steps')
    run.add_argument('--schema',
                     default='/usr/share/openvswitch/vswitch.ovsschema')
    run.add_argument('--host', default='', help='a text about the VM\'s host')
    run.add_argument('--release', default='', help='of dpdkvkernel')
    run.add_argument('--command', default='', help='what the user typed')

    publish = commands.add_parser('publish', help='into a document')
    publish.add_argument('document')
    for command in (run, publish,
                    commands.add_parser('report', help='from results.csv')):
        command.add_argument('--output', required=True, metavar='DIR')

    options = parser.parse_args()
    if options.action == 'run':
        defaults = QUICK if options.quick else FULL
        for name, value in defaults.items():
            if getattr(options, name) is None:
                setattr(options, name, value)
    return options


def check_place(options):
    """Ends the program with the first thing that is in the way, if any."""
    for tool, package in TOOLS.items():
        if not shutil.which(tool) and (tool != 'dpdk-testpmd'
                                       or 'testpmd' in options.systems):
            sys.exit('bench: no %s; mend with: apt-get install %s'
                     % (tool, package))
    if os.geteuid() != 0:
        sys.exit('bench: not root')
    if not os.path.exists('/dev/vhost-net'):
        sys.exit('bench: no /dev/vhost-net; mend with: modprobe vhost_net')
    if os.path.exists('/sys/class/net/' + DATAPATH_LINK):
        sys.exit('bench: there can be only one Open vSwitch with a userspace '
                 'datapath; stop the one that runs here, or, if there is '
                 'none, remove what it left: ip link del ' + DATAPATH_LINK)
    if not network.is_free():
        sys.exit('bench: if no other benchmark is running: ip netns del %s; '
                 'ip netns del %s' % (network.A, network.B))


def end(number, _):
    """Ends the run; from then on, cleaning up is not interrupted."""
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


class Run:
    def __init__(self, settings):
        self.settings = settings
        self.failures = []
        self.facts = machine.describe(settings)
        self.facts['complete'] = False
        self.start = time.monotonic()
        os.makedirs(settings.output, exist_ok=True)
        settings.log = os.path.join(settings.output, 'ovs-vswitchd.log')
        if os.path.exists(settings.log):
            os.unlink(settings.log)
        self.writer = Writer(os.path.join(settings.output, 'results.csv'))
        self.write_facts()

    def write_facts(self):
        self.facts['failures'] = self.failures
        with open(os.path.join(self.settings.output, 'facts.json'),
                  'w') as f:
            json.dump(self.facts, f, indent=4, sort_keys=True)
            f.write('\n')

    def add_versions(self, system_):
        if system_.vswitch and 'ovs' not in self.facts:
            self.facts.update(system_.vswitch.versions())
            self.write_facts()

    def attempt(self, round_, system_, name, function):
        """Does one piece of work, which may fail without an end to all."""
        label = 'round %d  %-12s  %-14s ' % (round_, system_.name, name)
        try:
            results = function(system_, self.settings)
        except (ProgramError, subprocess.SubprocessError, OSError,
                ValueError, KeyError) as e:
            self.tell('%s failed: %s' % (label, e))
            self.failures.append({'round': round_, 'system': system_.name,
                                  'work': name, 'why': str(e)})
            self.write_facts()
            return
        if not results:
            return
        self.writer.add(round_, system_.name, name, results)
        self.tell(label + '  '.join('%s=%.5g' % item
                                    for item in results.items()
                                    if item[1] is not None))

    def tell(self, text):
        say('%4d s  %s' % (time.monotonic() - self.start, text))

    def do_traffic(self, round_, system_):
        works = [name for name in self.settings.works if name in work.ALL
                 and (name != work.SPREAD or system_ in system.QUEUES)]
        if not works:
            return

        def do_all(system_, settings):
            start = time.monotonic()
            with system_.start(settings):
                self.add_versions(system_)
                took = time.monotonic() - start
                for name in works:
                    self.attempt(round_, system_, name, work.ALL[name])
            return {'seconds': took}

        self.attempt(round_, system_, 'start', do_all)

    def do_many(self, round_, system_, name, counts, placement):
        """Does the work 'name' of many ports with each number in 'counts' of
        them, on one Open vSwitch whose threads 'placement' places."""
        if name not in self.settings.works or not system_.has_idle_ports:
            return

        def do_all(system_, settings):
            with system_.start_empty(settings, placement):
                self.add_versions(system_)
                many = ports.ALL[name](system_)
                for n in counts:
                    self.attempt(round_, system_, name,
                                 lambda _, s: many.measure(s, n))
            return {}

        self.attempt(round_, system_, name, do_all)

    def do_round(self, round_):
        settings = self.settings
        for name in settings.systems:
            system_ = system.BY_NAME[name]
            self.do_traffic(round_, system_)
            self.do_many(round_, system_, ports.IDLE, settings.idle_counts,
                         settings.placement)
            self.do_many(round_, system_, ports.MANY, settings.port_counts,
                         Placement(settings.cpus, with_programs=False))


def do_run(options):
    check_place(options)
    try:
        options.placement = Placement(options.cpus)
    except ValueError as e:
        sys.exit('bench: --cpus: %s' % e)
    if 'VM_IN_VM' in os.environ:
        # There, removing a device takes long otherwise.
        with open('/sys/kernel/rcu_expedited', 'w') as f:
            f.write('1\n')
    options.bridge = 'vkbench'
    options.output = os.path.abspath(options.output)
    options.workdir = tempfile.mkdtemp(prefix='vkbench-')
    for number in SIGNALS:
        signal.signal(number, end)
    run = Run(options)
    try:
        for round_ in range(1, options.rounds + 1):
            run.do_round(round_)
        run.facts['complete'] = True
        run.write_facts()
    finally:
        run.writer.close()
        shutil.rmtree(options.workdir, ignore_errors=True)
    say('%d s in all, %d failures'
        % (time.monotonic() - run.start, len(run.failures)))


def do_report(options):
    samples = Samples(os.path.join(options.output, 'results.csv'))
    with open(os.path.join(options.output, 'facts.json')) as f:
        facts = json.load(f)
    problem = chart.draw(samples, os.path.join(options.output, 'results.svg'))
    if problem:
        say('bench: ' + problem)
    with open(os.path.join(options.output, 'results.rst'), 'w') as f:
        f.write(report.compose(samples, facts,
                               None if problem else 'results.svg'))
    say(report.bars_table(samples))
    say('In %s: results.csv, results.rst%s'
        % (options.output, '' if problem else ', results.svg'))


def do_publish(options):
    """Puts the text between the document's markers, and the picture and the
    values beside it."""
    stem = os.path.splitext(options.document)[0]
    if not os.path.exists(os.path.join(options.output, 'results.svg')):
        sys.exit('bench: there is no chart in %s; see what "report" says'
                 % options.output)
    with open(os.path.join(options.output, 'results.rst')) as f:
        text = f.read()
    for ending in '.svg', '.csv':
        shutil.copy(os.path.join(options.output, 'results' + ending),
                    stem + ending)
    report.insert(options.document, 'results', text.replace(
        'results.svg', os.path.basename(stem) + '.svg'))


if __name__ == '__main__':
    OPTIONS = parse_options()
    {'run': do_run, 'report': do_report,
     'publish': do_publish}[OPTIONS.action](OPTIONS)
