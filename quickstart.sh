#!/bin/sh
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

# From a fresh checkout on Debian to a running demonstration or test suite.
# Each step is left out when it was done before.  A user calls this, and
# .ci/run does.

set -eu

usage() {
    cat <<'EOF'
usage: ./quickstart.sh COMMAND

Commands:
  demo     install what is missing, build, and show ports of type dpdkvkernel
           at work
  check    install what is missing, build, and run every test
  bench    install what is missing, build, and compare with what else there is
           (half an hour; five minutes with BENCH_FLAGS=--quick)
  build    install what is missing, and build
  check-matrix [RELEASE]...
           build and run every test in each of three releases of Debian, or
           only in these (an hour and a half; see Documentation/topics/
           testing.rst)
  packages print the names of all Debian packages that these commands install
  help     print this text

demo, check and bench run natively where the kernel has vhost-net, else in a VM
that they boot with this machine's files, without changing them.  Installing
packages needs root; so does running natively.

Environment:
  BUILDDIR     where to build (default: build, in the source folder)
  JOBS         how many compilers at a time (default: the number of CPUs)
  BENCH_FLAGS  what bench is to do: see Documentation/topics/testing.rst
  SUITES       what check runs: targets of make, and selftest, that of the VM
               (default: all)
EOF
}

cd "$(dirname "$0")"
BUILDDIR=${BUILDDIR:-build}
JOBS=${JOBS:-$(nproc)}

# What it takes to build, to run, to run all tests, for the benchmark, and to
# run in a VM.
BUILD_PACKAGES="autoconf automake libtool make gcc libc6-dev pkg-config
    python3 python3-docutils openvswitch-source libdpdk-dev libssl-dev
    libcap-ng-dev libunbound-dev"
RUN_PACKAGES="openvswitch-switch iproute2 iputils-ping iperf3 kmod procps
    ethtool tcpdump netcat-openbsd valgrind"
CHECK_PACKAGES="frr clang libclang-rt-dev cppcheck ovn-central ovn-host
    net-tools wget curl lftp python3-pyftpdlib python3-scapy iptables nftables
    udev"
BENCH_PACKAGES="dpdk-dev gnuplot-nox"
VM_PACKAGES="qemu-system-x86 busybox-static cpio xz-utils"
MATRIX_PACKAGES="mmdebstrap util-linux"

say() {
    printf '==> %s\n' "$*"
}

fail() {
    printf 'quickstart.sh: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        fail "installing packages needs root: run it as root, or install" \
             "them by hand: $*"
    fi
}

# step LOG WHAT COMMAND...: runs COMMAND with its output in LOG, and says WHAT
# it is before and how long it took after.
step() {
    log=$BUILDDIR/$1
    what=$2
    shift 2
    printf '==> %s ... ' "$what"
    start=$(date +%s)
    if "$@" > "$log" 2>&1; then
        printf '%s s\n' "$(($(date +%s) - start))"
    else
        printf 'failed\n'
        tail -n 20 "$log" >&2
        fail "this failed: $*; all of its output is in $log"
    fi
}

has_native_vhost() {
    [ -c /dev/vhost-net ]
}

# Prints the packages among "$@" that are not installed.
missing_packages() {
    for package; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null |
            grep -q '^install ok installed$' || printf ' %s' "$package"
    done
}

install_packages() {
    command -v apt-get > /dev/null ||
        fail "this installs packages by apt-get, as Debian has it;" \
             "Documentation/intro/install.rst tells how to build elsewhere"
    packages="$BUILD_PACKAGES $RUN_PACKAGES $*"
    has_native_vhost || packages="$packages $VM_PACKAGES"
    # shellcheck disable=SC2086
    missing=$(missing_packages $packages)
    [ -n "$missing" ] || return 0
    step apt-update.log "Updating the lists of packages" \
        as_root apt-get -q update
    # shellcheck disable=SC2086
    step apt-install.log "Installing packages (1 to 3 minutes):$missing" \
        as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y --no-install-recommends install $missing
}

configure_tree() {
    [ -x configure ] || step boot.log "Generating configure" ./boot.sh
    if [ ! -f "$BUILDDIR/Makefile" ]; then
        source_dir=$PWD
        # shellcheck disable=SC2016
        step configure.log "Configuring in $BUILDDIR" sh -c \
            'cd "$1" && "$2"/configure --enable-Werror' sh "$BUILDDIR" \
            "$source_dir"
    fi
}

# build [PACKAGE]...: with these packages, too.
build() {
    mkdir -p "$BUILDDIR"
    install_packages "$@"
    configure_tree
    what="Building in $BUILDDIR"
    [ -x "$BUILDDIR/vswitchd/ovs-vswitchd" ] ||
        what="$what, this time with Open vSwitch (2 to 5 minutes)"
    step make.log "$what" make -C "$BUILDDIR" -j "$JOBS"
}

# Runs a command natively or in the VM.
run_with_vhost() {
    VM_CACHE=$PWD/$BUILDDIR/vm-cache tests/vm/run --out "$BUILDDIR/vm-out" "$@"
}

demo() {
    build
    say "Running the demonstration"
    run_with_vhost --timeout 300 -- utilities/demo.sh "$BUILDDIR"
}

# Adds up the results that test suites printed into the files "$@".
summarize() {
    awk '
        # The report alone knows of what failed first, and not once more.
        /^vkernel: / { next }
        /^[0-9]+ passed, [0-9]+ skipped, [0-9]+ failed$/ {
            passed += $1
            skipped += $3
            failed += $5
            next
        }
        / ok$/ || /^PASS/                       { passed++ }
        / FAILED \(|: FAILED$/ || /^FAIL/       { failed++ }
        / skipped \(/ || /^SKIP/                { skipped++ }
        END { printf "%d passed, %d failed, %d skipped\n",
                     passed, failed, skipped }' "$@"
}

# run_suite NAME: runs a suite, and keeps what it prints.
run_suite() {
    log=$BUILDDIR/suite-$1.log
    case $1 in
    selftest)
        set -- env VM_CACHE="$PWD/$BUILDDIR/vm-cache" tests/vm/selftest ;;
    *) set -- make -C "$BUILDDIR" "$1" ;;
    esac
    say "Running $*"
    rm -f "$log.status"
    { "$@" 2>&1; echo $? > "$log.status"; } | tee "$log"
    [ "$(cat "$log.status")" = 0 ]
}

check() {
    # shellcheck disable=SC2086
    build $CHECK_PACKAGES
    rm -f "$BUILDDIR"/suite-*.log
    suites="check check-fuzz static-checks check-system check-upstream-quick"
    has_native_vhost || suites="$suites selftest"
    status=0
    for suite in ${SUITES:-$suites}; do
        run_suite "$suite" || status=1
    done
    say "All tests"
    summarize "$BUILDDIR"/suite-*.log
    return $status
}

bench() {
    # shellcheck disable=SC2086
    build $BENCH_PACKAGES
    say "Running the benchmark; its results go to $BUILDDIR/tests/bench-out"
    make -C "$BUILDDIR" bench
}

check_matrix() {
    mkdir -p "$BUILDDIR"
    # shellcheck disable=SC2086
    install_packages $MATRIX_PACKAGES
    tests/matrix/run "$@"
}

packages() {
    # shellcheck disable=SC2086
    echo $BUILD_PACKAGES $RUN_PACKAGES $CHECK_PACKAGES $BENCH_PACKAGES \
        $VM_PACKAGES
}

case ${1:-} in
demo | check | bench | build | packages)
    "$1"
    ;;
check-matrix)
    shift
    check_matrix "$@"
    ;;
help | -h | --help)
    usage
    ;;
'')
    usage >&2
    exit 2
    ;;
*)
    usage >&2
    fail "there is no command \"$1\""
    ;;
esac
