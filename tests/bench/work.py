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

"""The kinds of work.  Each is done on a system that has been started, and
gives its results as {metric: value}; one that could not be had is None."""

import json
import re
import time

import proc
from meter import Meter
from network import A, ADDRESS, B
from program import Program, wait_until

IPERF_PORT = 5201
PORT = 7000

# The payload of a UDP packet that is a frame of 64 bytes, with its checksum.
SMALL = 18

# Between the answer to a request and the next request, in microseconds.
PAUSE = 1000


def _iperf(system, settings, streams, reverse, seconds):
    argv = ['iperf3', '-c', ADDRESS[B], '-p', str(IPERF_PORT), '-J',
            '-P', str(streams), '-O', '1', '-t', str(seconds),
            '--connect-timeout', '10000']
    return Program(argv + (['-R'] if reverse else []), netns=A,
                   cpus=settings.placement.program_cpus('a', system))


def _iperf_server(system, settings):
    return Program(['iperf3', '-s', '-p', str(IPERF_PORT)], netns=B,
                   cpus=settings.placement.program_cpus('b', system))


def _wait_listening(server):
    wait_until(lambda: proc.is_listening(server.pid, IPERF_PORT),
               'the start of the iperf3 server', pause=0.02)


def _wait_connected(client):
    wait_until(lambda: not client.is_running()
               or proc.is_connected(client.pid, IPERF_PORT),
               'a connection of iperf3', pause=0.02)


def _rate(output):
    """The bits per second that arrived, and the retransmissions."""
    end = json.loads(output)['end']
    return (end['sum_received']['bits_per_second'],
            end['sum_sent'].get('retransmits'))


def tcp(system, settings, streams, reverse):
    seconds = settings.seconds
    with _iperf_server(system, settings) as server:
        _wait_listening(server)
        with _iperf(system, settings, streams, reverse, seconds) as client:
            meter = Meter(system, (server, client))
            _wait_connected(client)
            # What is measured lies within what iperf3 counts.
            time.sleep(1.3)
            meter.start()
            time.sleep(max(seconds - 0.8, 0.5))
            meter.stop()
            bps, retransmits = _rate(client.finish(seconds + 60))
    gigabytes = bps / 8e9 * meter.seconds
    return {'mbps': bps / 1e6,
            'retransmits': retransmits,
            'cpu_s_per_gb': meter.cpu / gigabytes if gigabytes else None,
            'cpu_all_s_per_gb':
                meter.cpu_all / gigabytes if gigabytes else None,
            'pmd_cycles_per_packet': meter.cycles_per_packet,
            **meter.shares(gigabytes)}


def packets(system, settings):
    place = settings.placement.program_cpus
    seconds = settings.seconds
    with Program([settings.traffic, 'count', ADDRESS[B], str(PORT), '0.5',
                  str(seconds)], netns=B, cpus=place('b', system)) as count:
        count.read_line(30)
        # With CPUs to share, a sender of the usual priority would rather keep
        # the system from its work than give it some.
        with Program([settings.traffic, 'flood', ADDRESS[B], str(PORT),
                      str(SMALL), str(seconds + 3)], netns=A, nice=19,
                     cpus=place('a', system)) as flood:
            count.read_line(30)
            meter = Meter(system, (count, flood))
            meter.start()
            line = count.read_line(seconds + 60)
            meter.stop()
            flood.stop()
    n, took = re.match(r'received (\d+) in ([0-9.]+)', line).groups()
    n, rate = int(n), int(n) / float(took)
    millions = rate * meter.seconds / 1e6
    return {'pps': rate,
            'cpu_s_per_mpkt': meter.cpu / millions if n else None,
            'cpu_all_s_per_mpkt': meter.cpu_all / millions if n else None,
            'pmd_cycles_per_packet': meter.cycles_per_packet,
            **meter.shares(millions)}


def _ask(system, settings, seconds):
    """Both programs have a real-time priority, as what they would wait for
    otherwise is each other and the load, not the system."""
    place = settings.placement.program_cpus
    with Program([settings.traffic, 'echo', ADDRESS[B], str(PORT)], netns=B,
                 cpus=place('b', system), realtime=True) as echo:
        echo.read_line(30)
        with Program([settings.traffic, 'ask', ADDRESS[B], str(PORT),
                      str(seconds), str(PAUSE)], netns=A,
                     cpus=place('a', system), realtime=True) as ask:
            meter = Meter(system, (echo, ask))
            meter.start()
            # Before it ends, as it is in no group then.
            time.sleep(seconds - 0.3)
            meter.stop()
            words = ask.finish(seconds + 60).split()
    seen = dict(zip(words[::2], words[1::2]))
    asked = float(seen['requests'])
    return {'p50_us': float(seen['p50']), 'p99_us': float(seen['p99']),
            'requests': asked, 'lost': float(seen['lost']),
            **meter.waits(asked * meter.seconds / seconds)}


def latency(system, settings):
    return _ask(system, settings, settings.seconds)


def latency_loaded(system, settings):
    """As many TCP segments as fit pass by meanwhile.  It takes twice as long,
    for there are not many answers in a second then."""
    seconds = 2 * settings.seconds
    with _iperf_server(system, settings) as server:
        _wait_listening(server)
        with _iperf(system, settings, 1, False, seconds + 3) as client:
            _wait_connected(client)
            time.sleep(1)
            result = _ask(system, settings, seconds)
            bps, _ = _rate(client.finish(seconds + 60))
            result['load_mbps'] = bps / 1e6
    return result


def spread(system, settings):
    """Eight TCP streams from A to B, whose answers come back: over how many of
    the port's queues they go in both directions."""
    before = system.queue_packets()
    results = tcp(system, settings, 8, False)
    after = system.queue_packets()
    for name, old, new in zip(('from_kernel', 'to_kernel'), before, after):
        packets = [b - a for a, b in zip(old, new)]
        # A queue with no more than a few is not used: ARP comes by any.
        results['queues_' + name] = sum(n > 20 for n in packets)
        results['largest_' + name] = max(packets) / max(sum(packets), 1)
    return results


ALL = {
    'tcp-1': lambda system, s: tcp(system, s, 1, False),
    'tcp-1-reverse': lambda system, s: tcp(system, s, 1, True),
    'tcp-4': lambda system, s: tcp(system, s, 4, False),
    'tcp-4-reverse': lambda system, s: tcp(system, s, 4, True),
    'udp-64': packets,
    'latency-idle': latency,
    'latency-loaded': latency_loaded,
    'spread': spread,
}
SPREAD = 'spread'
