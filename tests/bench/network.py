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

"""The two namespaces, A and B, at both ends of every system."""

import json
import os

from program import run, wait_until

A, B = 'vkbench-a', 'vkbench-b'
LINK = {A: 'vkb0', B: 'vkb1'}
ADDRESS = {A: '10.199.0.1', B: '10.199.0.2'}


def is_free():
    """Is there nothing of another run?"""
    return not any(os.path.exists('/run/netns/' + netns) for netns in LINK)


class Namespaces:
    """Leaving its "with" block removes them, and what is in them."""

    def __enter__(self):
        try:
            for netns in LINK:
                run(['ip', 'netns', 'add', netns])
                # Quiet but for what is measured.
                run(['sh', '-c',
                     'for c in all default; do'
                     ' f=/proc/sys/net/ipv6/conf/$c/disable_ipv6;'
                     ' test ! -e $f || echo 1 > $f;'
                     'done; ip link set lo up'], netns=netns)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for netns in LINK:
            run(['ip', 'netns', 'del', netns], check=False)


def move_links():
    """Moves the links from here to their namespaces."""
    run(['ip', '-batch', '-'],
        stdin=''.join('link set %s netns %s\n' % (link, netns)
                      for netns, link in LINK.items()))


def _has_carrier(netns):
    link = json.loads(run(['ip', '-n', netns, '-j', 'link', 'show',
                           LINK[netns]]))[0]
    return 'LOWER_UP' in link['flags']


def set_up():
    """Gives the links their addresses, and tells each of the other, so that
    neither has to ask."""
    mac = {}
    for netns, link in LINK.items():
        mac[netns] = json.loads(run(['ip', '-n', netns, '-j', 'link', 'show',
                                     link]))[0]['address']
    for netns, other in (A, B), (B, A):
        run(['ip', '-n', netns, '-batch', '-'], stdin=(
            'addr add {address}/24 dev {link}\n'
            'link set {link} up\n'
            'neigh replace {to} dev {link} nud permanent lladdr {mac}\n'
            .format(address=ADDRESS[netns], link=LINK[netns],
                    to=ADDRESS[other], mac=mac[other])))
    for netns in LINK:
        wait_until(lambda: _has_carrier(netns), 'a carrier of ' + LINK[netns])
    wait_until(lambda: run(['ping', '-n', '-c', '1', '-W', '1', ADDRESS[B]],
                           netns=A, check=False).find(' 0% packet loss') >= 0,
               'an answer to a ping')


def park(links):
    """Moves links to namespace A and sets them up, for nothing to use them."""
    run(['ip', '-batch', '-'],
        stdin=''.join('link set %s netns %s\n' % (link, A) for link in links))
    run(['ip', '-n', A, '-batch', '-'],
        stdin=''.join('link set %s up\n' % link for link in links))
