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

"""An Open vSwitch of the benchmark's own, in a folder of its own."""

import json
import os
import re
import shutil
import socket
import time

import proc
from program import Program, ProgramError, run, wait_until

START_LIMIT = 120

# Each daemon with a userspace datapath has this.
DATAPATH_LINK = 'ovs-netdev'

# What a PMD thread calls whenever it has looked at all of its queues.
ITERATION_END = 'pmd_perf_end_iteration'

# How long it may be looked at instruction by instruction, in seconds.
STEPS_LIMIT = 20


class Vswitch:
    """ovsdb-server and ovs-vswitchd.  Leaving its "with" block ends both."""

    def __init__(self, settings, placement, tso):
        self.settings = settings
        self.daemon = self.control = None
        self.placement = placement
        self.tso = tso
        self.dir = os.path.join(settings.workdir, 'ovs')
        self.programs = []

    def __enter__(self):
        os.environ.update(OVS_RUNDIR=self.dir, OVS_LOGDIR=self.dir,
                          OVS_DBDIR=self.dir, OVS_SYSLOG_METHOD='null')
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        os.mkdir(self.dir)
        empty = os.path.join(self.settings.workdir, 'empty.db')
        if not os.path.exists(empty):
            run(['ovsdb-tool', 'create', empty, self.settings.schema])
        database = os.path.join(self.dir, 'conf.db')
        server = os.path.join(self.dir, 'db.sock')
        shutil.copy(empty, database)
        self._launch(['ovsdb-server', database, '--remote=punix:' + server])
        wait_until(lambda: os.path.exists(server), 'the start of ovsdb-server')
        self.vsctl('--no-wait', 'init', '--', 'set', 'Open_vSwitch', '.',
                   'other_config:dpdk-init=true',
                   'other_config:dpdk-lcore-mask='
                   + self.placement.mask('daemon'),
                   'other_config:pmd-cpu-mask=' + self.placement.mask('pmd'),
                   *self._pmd_sleep(self.settings.pmd_sleep),
                   'other_config:userspace-tso-enable='
                   + ('true' if self.tso else 'false'),
                   'other_config:dpdk-extra='
                   '"--no-pci --no-telemetry --in-memory"')
        self._launch_daemon()
        # Waits until the daemon has done it.
        self.vsctl('add-br', self.settings.bridge, '--', 'set', 'Bridge',
                   self.settings.bridge, 'datapath_type=netdev',
                   'fail-mode=secure', timeout=START_LIMIT)

    @staticmethod
    def _pmd_sleep(usec):
        # One name is 3.1's, the other that of later releases.
        return ['other_config:%s=%d' % (key, usec)
                for key in ('pmd-maxsleep', 'pmd-sleep-max')]

    def set_pmd_sleep(self, usec):
        self.vsctl('set', 'Open_vSwitch', '.', *self._pmd_sleep(usec))

    def _launch_daemon(self):
        self.daemon = self._launch([self.settings.vswitchd, '--pidfile'])
        self.control = os.path.join(
            self.dir, 'ovs-vswitchd.%d.ctl' % self.daemon.pid)

    def _launch(self, argv):
        name = os.path.basename(argv[0])
        program = Program(argv + ['-vconsole:off', '-vsyslog:off',
                                  '--log-file=%s/%s.log' % (self.dir, name)])
        self.programs.append(program)
        return program

    def __exit__(self, *_):
        try:
            # Otherwise its taps outlive it.
            self.appctl('exit', '--cleanup')
            self.daemon.finish(30)
        except (ProgramError, OSError):
            pass    # It is ended the hard way below.
        for program in reversed(self.programs):
            program.stop(timeout=30)
        self.programs = []
        for link in DATAPATH_LINK, self.settings.bridge:
            if os.path.exists('/sys/class/net/' + link):
                run(['ip', 'link', 'del', link], check=False)
        log = os.path.join(self.dir, os.path.basename(self.settings.vswitchd)
                           + '.log')
        if os.path.exists(log):
            with open(log) as f, open(self.settings.log, 'a') as all_logs:
                shutil.copyfileobj(f, all_logs)
        shutil.rmtree(self.dir, ignore_errors=True)

    def vsctl(self, *args, timeout=60):
        return run(['ovs-vsctl', '--timeout=%d' % timeout] + list(args),
                   timeout=timeout + 5)

    def add_ports(self, ports):
        """Adds ports, a dict of {name: settings}, with numbers from 1 on in
        addition to those that are there."""
        args = []
        for name, port in ports.items():
            args += ['--', 'add-port', self.settings.bridge, name,
                     '--', 'set', 'Interface', name] + port
        self.vsctl(*args, timeout=START_LIMIT)
        self.check_ports(ports)

    def restart(self):
        """Ends the daemon and starts it again.  Returns how many seconds each
        took, until all ports are there."""
        start = time.monotonic()
        self.appctl('exit')
        self.daemon.finish(START_LIMIT)
        self.programs.remove(self.daemon)
        self.daemon.stop()
        ended = time.monotonic()
        self._launch_daemon()
        # Waits until the daemon has done it.
        self.vsctl('set', 'Bridge', self.settings.bridge,
                   'external_ids:daemon=%d' % self.daemon.pid,
                   timeout=START_LIMIT)
        return ended - start, time.monotonic() - ended

    def check_ports(self, names):
        """Fails if any of the ports has an error, or is not there."""
        table = json.loads(self.vsctl(
            '--format=json', '--columns=name,ofport,error', 'list',
            'Interface', *names))
        for name, ofport, error in table['data']:
            if not isinstance(ofport, int) or ofport < 1 or error != [
                    'set', []]:
                raise ProgramError('port %s: %s' % (name, error))

    def connect(self, one, other):
        """Sends all that comes from one port to the other, and back."""
        for a, b in (one, other), (other, one):
            run(['ovs-ofctl', 'add-flow', self.settings.bridge,
                 'in_port=%s,actions=output:%s' % (a, b)])

    def appctl(self, method, *args):
        """As ovs-appctl, without a process for it."""
        if not self.control:
            raise ProgramError('%s: no daemon' % method)
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(self.control)
            s.sendall(json.dumps({'method': method, 'params': list(args),
                                  'id': 0}).encode())
            reply = b''
            while True:
                data = s.recv(65536)
                reply += data
                try:
                    answer = json.loads(reply)
                    break
                except ValueError:
                    if not data:
                        raise ProgramError('%s: no answer' % method)
        if answer['error']:
            raise ProgramError('%s: %s' % (method, answer['error']))
        return answer['result']

    def pmd_stats(self):
        """Each PMD thread's counters: those of the main thread, which serves
        ports of other kinds, are not among them."""
        stats, current = {}, None
        for line in self.appctl('dpif-netdev/pmd-stats-show').split('\n'):
            if not line.startswith(' '):
                current = {} if line.startswith('pmd ') else None
                if current is not None:
                    stats[line] = current
                    current.update({'packets received': 0, 'idle cycles': 0,
                                    'processing cycles': 0})
            elif current is not None:
                match = re.match(r' +(.*?): (\d+)', line)
                if match and match.group(1) in current:
                    current[match.group(1)] = int(match.group(2))
        return stats

    def iterations(self):
        """How often PMD threads have looked at all of their queues, and how
        many cycles that took, since clear_pmd_stats()."""
        text = self.appctl('dpif-netdev/pmd-perf-show')
        return tuple(sum(int(n) for n in re.findall(pattern, text))
                     for pattern in (r'Iterations: +(\d+)',
                                     r'Used TSC cycles: +(\d+)'))

    def instructions(self, times):
        """How many instructions a PMD thread executes to look at all of its
        queues, as the least of so many times, or of fewer if it takes too
        long, or None if that cannot be seen.  Some of the time there is more
        to do, for what is done at intervals."""
        address = proc.symbol_address(self.daemon.pid, ITERATION_END)
        if not address:
            return None
        text = run([self.settings.steps, str(self.pmd_threads()[0]),
                    '%x' % address, str(times), str(STEPS_LIMIT)])
        counts = [int(word) for word in text.split()[1::2]]
        return min(counts) if counts else None

    def clear_pmd_stats(self):
        self.appctl('dpif-netdev/pmd-stats-clear')

    def pmd_threads(self):
        return [tid for tid, name in proc.threads(self.daemon.pid).items()
                if name.startswith('pmd-')]

    def versions(self):
        ovs = self.appctl('version').split('\n')[0]
        dpdk = self.vsctl('get', 'Open_vSwitch', '.', 'dpdk_version')
        return {'ovs': ovs.split()[-1], 'dpdk': dpdk.strip('"\n').split()[-1]}
