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

"""Runs the daemon, without DPDK, next to a network device, a mount point and
Interfaces with odd names, and reads all that leaves it: the database, the log
and what commands reply.

usage: vkernel-output.py OVS_BUILDDIR OVS_SRCDIR

Needs a network and a mount namespace of its own."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

DEVICE = b'l\xff"\033'
MOUNT_POINT = b'd\xff\033'

# The database has any text that is UTF-8.  The second and the
# third one are like a message in the log file, and in syslog.
INTERFACES = ['e\033"\u202e\u2028\x85', 'x\n2026-01-01T00:00:00.000Z|1|forged',
              'y\novs|00042|bridge|ERR|forged',
              'a" is up, "b', '%s%n', '', '..', 'a/b', 'x,queues=4', 'n' * 300]


def run(*args, status=0):
    """Returns what a command prints, which must be text."""
    args = [os.fsencode(arg) for arg in args]
    done = subprocess.run([b'timeout', b'20'] + args, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = check_text(args, done.stdout)
    if status is not None and done.returncode != status:
        sys.exit(f'{args}: {done.returncode}: {text!a}')
    return text


def check_text(what, data):
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        sys.exit(f'{what}: {e}: {data[max(e.start - 60, 0):e.end + 20]}')
    for c in text.replace('\n', '').replace('\t', ''):
        if not c.isprintable():
            sys.exit(f'{what}: {c!a} in {text!a}')
    return text


def start_syslog():
    """Returns a list that gets what the daemon tells syslog."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind('syslog')
    lines = []

    def receive():
        while True:
            lines.append(sock.recv(65536))

    threading.Thread(target=receive, daemon=True).start()
    return lines


def start(*args):
    """Starts a daemon in the background, and returns its process ID."""
    run(*args, '--detach', '--no-chdir', '--pidfile', '--log-file',
        '--verbose=console:off')
    with open(os.path.basename(args[0]) + '.pid', encoding='ascii') as f:
        return int(f.read())


def make_surroundings():
    run('ip', 'link', 'set', 'dev', 'lo', 'name', DEVICE)
    run('ip', 'link', 'set', 'dev', DEVICE, 'up')
    os.mkdir(MOUNT_POINT)
    # The daemon reports file systems of devices.
    run('mount', '-t', 'tmpfs', '/dev/x', MOUNT_POINT)


def get(table, column, *records):
    rows = json.loads(run('ovs-vsctl', '-f', 'json', f'--columns={column}',
                          'list', table, *records))
    return [row[0] for row in rows['data']]


def wait(what, condition):
    deadline = time.monotonic() + 30
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f'{what} did not come')
        time.sleep(0.1)


def check_database():
    """The first value that is no text would be the last that is written."""
    run('ovs-vsctl', 'set', 'Open_vSwitch', '.',
        'other_config:enable-statistics=true')
    wait('a mount point',
         lambda: '/d\\377\\033,' in run('ovs-vsctl', '--data=bare', 'get',
                                        'Open_vSwitch', '.', 'statistics'
                                        ).replace('\\\\', '\\'))
    run('ovs-vsctl', 'add-br', 'br0', '--', 'set', 'Bridge', 'br0',
        'datapath_type=netdev', 'fail-mode=secure')
    for i, name in enumerate(INTERFACES):
        # What ovs-vsctl does not take has an Interface of another name.
        quoted = json.dumps(name)
        # Open vSwitch itself logs names as they are.
        kind = 'patch' if 'forged' in name else 'dpdkvkernel'
        run('ovs-vsctl', '--id=@i', 'create', 'Interface', f'name={quoted}',
            f'type={kind}', '--', '--id=@p', 'create', 'Port',
            f'name={quoted}', 'interfaces=@i', '--', 'add', 'Bridge', 'br0',
            'ports', '@p', status=None)
        run('ovs-vsctl', '--may-exist', 'add-port', 'br0', f'after{i}',
            '--', 'set', 'Interface', f'after{i}', 'type=dpdkvkernel',
            status=None)
        wait('an error', lambda: get('Interface', 'error', f'after{i}')[0])
    for error in get('Interface', 'error'):
        if not isinstance(error, list) and 'patch type' not in error:
            check_text('an error', error.replace('\n', '\0').encode())


def check_replies():
    for args in (['ovs/route/show'], ['dpif/show'], ['list-commands'],
                 ['dpdkvkernel/show'], ['vlog/list']):
        run('ovs-appctl', *args)
        if '--format' in run('ovs-appctl', '--help'):
            run('ovs-appctl', '-f', 'json', *args)
    if 'dev l\\377"\\033 ' not in run('ovs-appctl', 'ovs/route/show'):
        sys.exit('no route through the device')
    # The one is said by Open vSwitch itself, the others by commands.
    run('ovs-appctl', 'none\033\377', status=2)
    run('ovs-appctl', 'dpdkvkernel/show', b'\033"\xff', status=2)
    run('ovs-appctl', 'vlog/set', b'\033"\xff', status=2)


def check_log():
    with open('ovs-vswitchd.log', 'rb') as f:
        text = check_text('the log', f.read())
    for line in text.splitlines():
        if re.match(r'[^|]*\|[^|]*\|forged', line):
            sys.exit(f'a message in the log is forged: {line}')
    if text.count('|forged') < 2:
        sys.exit('the log has no message about an odd name')
    # However often Open vSwitch tries to configure it.
    lines = [line for line in text.splitlines() if '|WARN|after0: ' in line]
    if len(lines) != 1:
        sys.exit(f'a port that cannot be opened is logged so: {lines}')


def check_syslog(lines):
    """Each line of a message is a message there."""
    n = 0
    for line in lines:
        line = check_text('syslog', line)
        n += '|forged' in line
        if re.match(r'<\d+>(?!\| )([^|]*\|){1,4}forged', line):
            sys.exit(f'a message in syslog is forged: {line}')
    if n < 2:
        sys.exit('syslog has no message about an odd name')


def main():
    builddir, srcdir = sys.argv[1:]
    for name in 'RUNDIR', 'LOGDIR', 'DBDIR', 'SYSCONFDIR':
        os.environ['OVS_' + name] = os.getcwd()
    os.environ['PATH'] = ':'.join([os.environ['PATH'], builddir + '/ovsdb',
                                   builddir + '/utilities'])
    make_surroundings()
    run('ovsdb-tool', 'create', 'conf.db',
        srcdir + '/vswitchd/vswitch.ovsschema')
    pids = [start('ovsdb-server', '--remote=punix:db.sock', 'conf.db')]
    try:
        run('ovs-vsctl', '--no-wait', 'init')
        syslog = start_syslog()
        pids.append(start('ovs-vswitchd', '--disable-system',
                          '--syslog-method=unix:syslog',
                          '--verbose=syslog:info'))
        check_database()
        check_replies()
        check_log()
        check_syslog(syslog)
    finally:
        for pid in pids:
            os.kill(pid, 15)
        run('umount', MOUNT_POINT)


main()
