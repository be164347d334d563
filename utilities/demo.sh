#!/bin/bash
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

# demo.sh BUILDDIR: shows two ports of type dpdkvkernel at work.  Run as root
# where there is vhost-net; quickstart.sh does so.
#
#     root namespace              bridge br-demo              namespace demo
#     10.99.0.1 on vk0  <-- vhost-net --> OpenFlow <-- vhost-net --> vk1 on
#                                                              10.99.0.2
#
# It has an Open vSwitch of its own, in a folder of its own, and removes all
# that it made.

set -eu

BUILDDIR=${1:?usage: demo.sh BUILDDIR}
VSWITCHD=$(realpath "$BUILDDIR")/vswitchd/ovs-vswitchd
DIR=/tmp/vkernel-demo
export PATH=$PATH:/usr/sbin:/sbin

if ! mkdir "$DIR"; then
    echo "demo.sh: if no other demonstration is running, remove $DIR" >&2
    exit 1
fi

if [ -t 1 ]; then
    BOLD=$(printf '\033[1m') PLAIN=$(printf '\033[0m')
else
    BOLD='' PLAIN=''
fi

title() {
    printf '\n%s### %s%s\n' "$BOLD" "$*" "$PLAIN"
}

# Shows a command as it would be typed, and runs it.
run() {
    printf '%s$ %s%s\n' "$BOLD" "$*" "$PLAIN"
    "$@"
}

kill_pidfile() {
    local pid

    pid=$(cat "$1" 2> /dev/null) || return 0
    kill "$pid" 2> /dev/null || return 0
    for _ in $(seq 100); do
        kill -0 "$pid" 2> /dev/null || return 0
        sleep 0.1
    done
    kill -9 "$pid"
}

cleanup() {
    local status=$?

    set +e
    if [ $status != 0 ]; then
        printf '\nThe demonstration failed; the end of the daemon'\''s log:\n'
        tail -n 20 "$DIR/ovs-vswitchd.log"
    fi
    kill_pidfile "$DIR/iperf3.pid"
    kill_pidfile "$DIR/ovs-vswitchd.pid"
    kill_pidfile "$DIR/ovsdb-server.pid"
    ip netns del demo 2> /dev/null
    rm -rf "$DIR"
    exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

start_ovs() {
    title "Open vSwitch with DPDK (its start takes some seconds)"
    # pmd-maxsleep: a thread that polls in vain would take a whole CPU, which
    # few VMs can spare.
    run export OVS_RUNDIR=$DIR OVS_LOGDIR=$DIR OVS_DBDIR=$DIR
    run ovsdb-tool create "$DIR/conf.db" \
        /usr/share/openvswitch/vswitch.ovsschema
    run ovsdb-server "--remote=punix:$DIR/db.sock" --pidfile --detach \
        -vconsole:off --log-file
    run ovs-vsctl --no-wait set Open_vSwitch . \
        other_config:dpdk-init=true other_config:dpdk-socket-mem=256 \
        other_config:pmd-maxsleep=50 \
        other_config:dpdk-extra=--no-pci
    run "$VSWITCHD" --pidfile --detach -vconsole:off --log-file
}

add_ports() {
    title "A bridge with two ports of type dpdkvkernel"
    run ovs-vsctl add-br br-demo -- set Bridge br-demo datapath_type=netdev
    run ovs-vsctl add-port br-demo vk0 -- \
        set Interface vk0 type=dpdkvkernel
    run ovs-vsctl add-port br-demo vk1 -- \
        set Interface vk1 type=dpdkvkernel options:n_rxq=2

    title "Two kernel taps are there now; one moves to a namespace"
    run ip netns add demo
    run ip link set vk1 netns demo
    run ip addr add 10.99.0.1/24 dev vk0
    run ip link set vk0 up
    run ip -n demo addr add 10.99.0.2/24 dev vk1
    run ip -n demo link set vk1 up
    run ovs-vsctl show
}

# The rate that iperf3 got, on one line.
transfer() {
    printf '%s$ iperf3 -c 10.99.0.2 -t 3%s\n' "$BOLD" "$PLAIN"
    timeout 30 iperf3 -c 10.99.0.2 -t 3 --connect-timeout 2000 |
        grep -E 'receiver|sender'
}

steer() {
    title "Flows that steer: ARP and ICMP to the kernel, the rest is dropped"
    run ovs-ofctl del-flows br-demo
    run ovs-ofctl add-flow br-demo priority=10,arp,actions=NORMAL
    run ovs-ofctl add-flow br-demo priority=10,icmp,actions=NORMAL
    run ovs-ofctl add-flow br-demo priority=0,actions=drop
    run ping -c 5 -i 0.2 10.99.0.2

    run ip netns exec demo iperf3 -s -D -I "$DIR/iperf3.pid"
    sleep 1
    if transfer; then
        echo "TCP passed although the flows drop it."
        return 1
    fi
    echo "TCP does not pass, as the flows want it."
    run ovs-ofctl dump-flows br-demo

    title "Everything allowed: a TCP transfer"
    run ovs-ofctl add-flow br-demo priority=0,actions=NORMAL
    transfer
}

show() {
    title "What the ports are, and what became of every packet"
    run ovs-appctl dpdkvkernel/show
    run ovs-appctl dpdkvkernel/stats
}

start_ovs
add_ports
steer
show
title "All of it worked.  To do the same by hand, type the lines above."
