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

"""The systems that are compared.  Each joins the same two links:

    namespace A  vkb0 <-> system <-> vkb1  namespace B

Each is used as its own documentation says, and all in the same way: the same
daemon, PMD thread, flows and ring sizes, wherever there are such.
"""

import contextlib
import os
import subprocess

import network
import steering
from program import Program, run, wait_until
from vswitch import START_LIMIT, Vswitch

RING = 1024


def _mac(i):
    return '02:76:6b:00:00:%02x' % i


def _virtio_user(i, link):
    """The arguments of DPDK's virtio-user on vhost-net.  in_order=0, since
    recent kernels and DPDK do not agree on what it means; a MAC, since it is
    drawn anew otherwise."""
    return ('net_virtio_user%d,path=/dev/vhost-net,iface=%s,queues=1,'
            'queue_size=%d,in_order=0,mac=%s' % (i, link, RING, _mac(i)))


class System:
    """start() gives a context in which the links are joined."""

    has_idle_ports = False

    def __init__(self, name, title):
        self.name = name
        self.title = title
        self.vswitch = None
        self.daemon = None      # The PID of what moves packets.

    @contextlib.contextmanager
    def start(self, settings):
        with contextlib.ExitStack() as stack:
            stack.enter_context(network.Namespaces())
            self.join(stack, settings)
            network.set_up()
            if self.daemon:
                settings.placement.place_vhost(self.daemon)
            try:
                yield
            finally:
                self.vswitch = self.daemon = None

    def join(self, stack, settings):
        raise NotImplementedError

    def pmd_stats(self):
        return self.vswitch.pmd_stats() if self.vswitch else {}

    def pmd_threads(self):
        return self.vswitch.pmd_threads() if self.vswitch else []


class Veth(System):
    """No system at all: what the kernel itself can."""

    def join(self, stack, settings):
        run(['ip', 'link', 'add', network.LINK[network.A],
             'netns', network.A, 'type', 'veth', 'peer',
             'name', network.LINK[network.B], 'netns', network.B])


class OpenVswitch(System):
    def __init__(self, name, title, port, tso=False, has_idle_ports=True):
        super().__init__(name, title)
        self.port = port
        self.tso = tso
        self.has_idle_ports = has_idle_ports

    def launch(self, stack, settings, placement):
        self.vswitch = stack.enter_context(
            Vswitch(settings, placement, self.tso))
        self.daemon = self.vswitch.daemon.pid

    @contextlib.contextmanager
    def start_empty(self, settings, placement):
        """As start(), but without ports, and with a placement of its own."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(network.Namespaces())
            self.launch(stack, settings, placement)
            try:
                yield
            finally:
                self.vswitch = self.daemon = None

    def add(self, links):
        """Adds a port for each link, as {OpenFlow number: name}."""
        self.vswitch.add_ports(
            {link: self.port(i, link) + ['ofport_request=%d' % i]
             for i, link in links.items()})

    def join(self, stack, settings):
        self.launch(stack, settings, settings.placement)
        self.add(dict(enumerate(network.LINK.values(), 1)))
        self.vswitch.connect(1, 2)
        network.move_links()


class Queues(OpenVswitch):
    """Ports of several queues, with one way or another to choose them: by
    'tx_steering' for what Open vSwitch sends, and by a program of ours, if
    'program', for what the kernel sends."""

    QUEUES = 4

    def __init__(self, name, title, tx_steering, program=False):
        super().__init__(name, title, self.make_port, tso=True,
                         has_idle_ports=False)
        self.tx_steering = tx_steering
        self.program = program

    def make_port(self, i, link):
        return _dpdkvkernel_tso_port(i, link) + [
            'options:n_rxq=%d' % self.QUEUES,
            'other_config:tx-steering=' + self.tx_steering]

    def join(self, stack, settings):
        self.launch(stack, settings, settings.placement)
        self.add(dict(enumerate(network.LINK.values(), 1)))
        self.vswitch.connect(1, 2)
        if self.program:
            for link in network.LINK.values():
                steering.attach(link)
        network.move_links()

    def queue_packets(self):
        """The packets that Open vSwitch has received on each queue of the port
        at A, and sent to each, as two lists."""
        reply = self.vswitch.appctl('dpdkvkernel/stats',
                                    network.LINK[network.A])
        rows = [line.split() for line in reply.split('\n')]
        rows = [row for row in rows if len(row) == 5 and row[0].isdigit()]
        return ([int(row[1]) for row in rows], [int(row[3]) for row in rows])


def _dpdkvkernel_port(i, link):
    return ['type=dpdkvkernel']


def _dpdkvkernel_tso_port(i, link):
    # As README.rst and dpdkvkernel(7) have it for bulk TCP.
    return ['type=dpdkvkernel', 'options:n_rxq_desc=256']


def _internal_port(i, link):
    return ['type=internal']


def _dpdk_port(i, link):
    return ['type=dpdk', 'options:dpdk-devargs="%s"' % _virtio_user(i, link),
            'options:n_rxq_desc=%d' % RING, 'options:n_txq_desc=%d' % RING]


class Testpmd(System):
    """As DPDK's guide "Virtio_user as Exception Path" has it."""

    # LRO comes in as one frame with a chain of buffers: forwarding that takes
    # MULTI_SEGS, in addition to the UDP_CKSUM, TCP_CKSUM and TCP_TSO there.
    TX_OFFLOADS = 0x802c

    # Segments as large as those that the kernel would make.
    COMMANDS = ('port stop all\n'
                'csum set tcp hw {0}\n'
                'csum set udp hw {0}\n'
                'csum mac-swap off {0}\n'
                'tso set 1448 {0}\n')

    def join(self, stack, settings):
        place = settings.placement
        commands = os.path.join(settings.workdir, 'testpmd-commands')
        with open(commands, 'w') as f:
            f.write(''.join(self.COMMANDS.format(i) for i in (0, 1))
                    + 'port start all\nset fwd csum\nstart\n')
        # Its lines are waited for.
        argv = ['stdbuf', '-oL', 'dpdk-testpmd',
                '--lcores', '0@%d,1@%d' % (place.cpu('daemon'),
                                           place.cpu('pmd')),
                '--in-memory', '--no-pci', '--no-telemetry']
        for i, link in enumerate(network.LINK.values()):
            argv += ['--vdev', _virtio_user(i, link)]
        argv += ['--', '-i', '--cmdline-file', commands, '--enable-lro',
                 '--tx-offloads=0x%x' % self.TX_OFFLOADS,
                 '--txd=%d' % RING, '--rxd=%d' % RING]
        # It ends when its standard input does.
        program = stack.enter_context(Program(argv, stdin=subprocess.PIPE))
        stack.callback(program.process.stdin.close)
        self.daemon = program.pid

        def started():
            if not program.is_running():
                raise program.problem('ended early')
            return all(os.path.exists('/sys/class/net/' + link)
                       for link in network.LINK.values())

        wait_until(started, 'the start of testpmd', START_LIMIT)
        while 'packet forwarding' not in program.read_line(START_LIMIT):
            pass
        network.move_links()


ALL = [
    OpenVswitch('vkernel-tso', 'dpdkvkernel, TSO', _dpdkvkernel_tso_port,
                tso=True),
    OpenVswitch('vkernel', 'dpdkvkernel', _dpdkvkernel_port),
    OpenVswitch('dpdk', 'dpdk with net_virtio_user', _dpdk_port),
    OpenVswitch('internal-tso', 'internal, TSO', _internal_port, tso=True),
    # Without traffic, these are like those before.
    OpenVswitch('internal', 'internal', _internal_port, has_idle_ports=False),
    Testpmd('testpmd', 'testpmd, LRO and TSO'),
    Veth('veth', 'bare veth'),
]

# Only where they are asked for.
QUEUES = [
    Queues('queues-thread', 'a queue for each thread', 'thread'),
    Queues('queues-hash', 'tx-steering=hash', 'hash'),
    Queues('queues-program', 'a queue for each thread, program', 'thread',
           program=True),
    Queues('queues-hash-program', 'tx-steering=hash, program', 'hash',
           program=True),
]
BY_NAME = {system.name: system for system in ALL + QUEUES}
