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

"""Gives a tap names, aliases and a master of odd bytes, has an Interface with
odd options, and reads what the database, the log
and commands say.

usage: vkernel-text.py alias|name|reopen|master|option|iface|check...

It expects Interfaces port0 and port1, with taps, the latter's named tap1, and
the index of the former's in the file "ifindex"."""

import json
import os
import re
import subprocess
import sys
import time

# Pieces that are no text, or none that should be shown: all bytes, escape
# sequences, quotes, lines, and UTF-8 that is cut, too long, a surrogate, a
# control, invisible, or changes the direction.
ALL = bytes(range(1, 256))
CUT = b'\xc3 \xe6\x97 \xf0\x9f\x98 \xc3\xbc'
BAD = b'\xc0\xaf \xed\xbf\xbf \xf4\x90\x80\x80 \xff'
HIDDEN = b'\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b\xc2\x9b\xc2\x85\xc2\xad'

ALIASES = [b'\xff', ALL, CUT, BAD, HIDDEN, b'\033]0;x\a\n"q" \'p\'\tback\\']

# The kernel keeps blanks, '/' and ':' out of names, to which it counts 0xa0,
# and what is longer than 15 bytes.
NAMES = [b't\xff', b'\033[1mt', b'"q";port1"', bytes(range(1, 9)),
         bytes(range(14, 29)), bytes(range(127, 133)), b'!#$&\'()*+,-;<=',
         b'\xc3', b'\xe6\x97', b'\xf0\x9f\x98', b'\xc0\xaf', b'\xed\xbf\xbf',
         b'\xe2\x80\xae\xe2\x80\xa8', b'\xc3\xbc']


def fail(text):
    sys.exit(ascii(text)[1:-1])


def get_tap():
    """Returns the name of port0's tap, as the kernel has it."""
    with open('ifindex', 'rb') as f:
        index = f.read()
    net = b'/sys/class/net/'
    for name in os.listdir(net):
        try:
            with open(net + name + b'/ifindex', 'rb') as f:
                if f.read() == index:
                    return name
        except OSError:
            pass
    return fail('the tap is gone')


def check_text(what, data, blanks=''):
    """Returns the text that bytes must be."""
    try:
        text = data.decode()
    except UnicodeDecodeError as e:
        fail(f'{what}: {e}: {data[max(e.start - 60, 0):e.end + 20]}')
    for i, c in enumerate(text):
        if not c.isprintable() and c not in blanks:
            fail(f'{what}: {c!a} in {text[max(i - 60, 0):i + 20]}')
    return text


def run(*args, status=0):
    args = [os.fsencode(arg) for arg in args]
    done = subprocess.run([b'timeout', b'20'] + args, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = check_text(args, done.stdout + done.stderr, '\n\t')
    if status is not None and done.returncode != status:
        fail(f'{args}: {done.returncode}: {text}')
    return text


def ip(*args):
    run('ip', *args)


def get_interface(*names):
    """Returns columns of an Interface: a text, and the bytes that the values
    of a map stand for.  Without a name, looks at all."""
    rows = json.loads(run('ovs-vsctl', '-f', 'json', '--columns=error,status',
                          'list', 'Interface', *names))
    for error, status in rows['data']:
        error = '' if isinstance(error, list) else error
        check_text(f'error of {names}', error.encode())
        for key, value in status[1]:
            check_text(f'{key} of {names}', value.encode())
    return error, {key: re.sub(rb'\\([0-7]{3})',
                               lambda m: bytes([int(m.group(1), 8)]),
                               value.encode())
                   for key, value in status[1]}


def wait(what, condition):
    """Waits until 'condition' says so."""
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            fail(f'{what} did not come: {get_interface("port0")}, '
                 f'{get_interface("port1")}')
        time.sleep(0.1)


def wait_status(iface, key, value):
    wait(f'{key}={value} of {iface}',
         lambda: get_interface(iface)[1].get(key) == value)


def rename(name):
    # Older kernels rename only what is down.
    ip('link', 'set', 'dev', get_tap(), 'down')
    ip('link', 'set', 'dev', get_tap(), 'name', name)
    ip('link', 'set', 'dev', get_tap(), 'up')


def do_alias():
    for i, alias in enumerate(ALIASES):
        ip('link', 'set', 'dev', get_tap(), 'alias', alias)
        wait_status('port0', 'alias', alias)
        # The status of others goes on.
        ip('link', 'set', 'dev', 'tap1', 'alias', f'alias{i}')
        wait_status('port1', 'alias', f'alias{i}'.encode())


def do_name():
    """The daemon follows, and can say in an error which tap it is."""
    for name in NAMES:
        rename(name)
        assert get_tap() == name
        if name == NAMES[0]:
            wait_status('port0', 'ifname', name)
            do_check()
    wait_status('port0', 'ifname', NAMES[-1])
    do_check()


def do_reopen():
    """The kernel gets the bytes.  DPDK does not get the name, which it might
    take for more than a name."""
    def set_queues(n):
        run('ovs-vsctl', 'set', 'Interface', 'port0', f'options:n_rxq={n}')

    for name, n in (b'\xff"\033', 2), (b'a,queues=4', 1):
        rename(name)
        wait_status('port0', 'ifname', name)
        set_queues(n)
        wait_status('port0', 'queues', str(n).encode())
        assert get_tap() == name and not get_interface('port0')[0]


def do_master():
    bridge = b'b\xff"'
    ip('link', 'add', 'name', bridge, 'type', 'bridge')
    ip('link', 'set', 'dev', get_tap(), 'master', bridge)
    wait_status('port0', 'master', bridge)
    ip('link', 'del', 'dev', bridge)


def do_option():
    """What the database has is UTF-8, with all else in it."""
    odd = '"\033[2J\n\t\x7f\x85\u202e\u2028\u00fc'
    shown = ('\\042\\033[2J\\012\\011\\177\\302\\205\\342\\200\\256\\342\\200\\250'
             '\u00fc')
    value = json.dumps(odd)
    for key in 'n_rxq', 'host-netns', 'host-alias', 'vhost-path', odd:
        run('ovs-vsctl', 'set', 'Interface', 'port1',
            f'options:{json.dumps(key)}={value}')
        wait(f'an error about {key}',
             lambda: shown in get_interface('port1')[0])
        do_check()
        run('ovs-vsctl', 'clear', 'Interface', 'port1', 'options')
        run('ovs-vsctl', 'set', 'Interface', 'port1', 'options:ifname=tap1')


def do_iface():
    """Interfaces of odd names work, and leave nothing behind: not in the
    database, and no tap.  A namespace that is nobody's has an odd name."""
    names = ['e\033"\u202e\u2028\x85\u00fc', 'x\n2026-01-01T00:00:00.000Z|1|x',
             'a" is up, "b', '%s%n,queues=4', 'n' * 300]
    run('ip', 'netns', 'add', b'\xff"')
    for i, name in enumerate(names):
        quoted = json.dumps(name)
        run('ovs-vsctl', '--id=@i', 'create', 'Interface', f'name={quoted}',
            'type=dpdkvkernel', f'options:ifname=odd{i}',
            'options:persist=true', '--', '--id=@p', 'create', 'Port',
            f'name={quoted}', 'interfaces=@i', '--', 'add', 'Bridge', 'br0',
            'ports', '@p')
        wait(f'the tap of {name!a}',
             lambda: os.path.exists(f'/sys/class/net/odd{i}'))
    # One of them has another's tap for an error.
    run('ovs-vsctl', 'set', 'Interface', 'port1', 'options:ifname=odd2')
    wait('an error', lambda: ('"odd2" belongs to interface "a\\042 is up, '
                              '\\042b"') in get_interface('port1')[0])
    do_check()
    run('ovs-vsctl', 'set', 'Interface', 'port1', 'options:ifname=tap1')
    for i, name in enumerate(names):
        run('ovs-vsctl', 'del-port', 'br0', name)
        wait(f'the end of odd{i}',
             lambda: not os.path.exists(f'/sys/class/net/odd{i}'))
    run('ip', 'netns', 'del', b'\xff"')
    do_check()


def do_check():
    """Reads all that shows text."""
    for command in ('dpdkvkernel/list', 'dpdkvkernel/show',
                    'dpdkvkernel/stats', 'dpif/show', 'ovs/route/show'):
        run('ovs-appctl', command)
    run('ovs-appctl', 'dpdkvkernel/show', '\033"none\n', status=2)
    get_interface()
    for log in 'ovs-vswitchd.log', 'ovsdb-server.log':
        with open(log, 'rb') as f:
            text = check_text(log, f.read(), '\n')
        if re.search(r'^[^|]*\|1\|x', text, re.M):
            fail(f'{log}: a message is forged')


def main():
    for name in sys.argv[1:]:
        globals()['do_' + name]()


main()
