# shellcheck shell=bash disable=SC2034,SC2154
#
# Running COMMAND on this very machine.  Sourced by `run`, whose options it
# reads.

# Prints the first thing that keeps COMMAND from running here, with the command
# that mends it, or nothing if there is no such thing.
native_problem() {
    local kb free mnt
    if [ "$(id -u)" != 0 ]; then
        echo 'not root; mend with: sudo tests/vm/run ...'
        return
    fi
    # A failing modprobe is not told apart: its effect is looked at below.
    [ -c /dev/vhost-net ] || modprobe -q vhost_net 2>/dev/null || :
    [ -c /dev/net/tun ] || modprobe -q tun 2>/dev/null || :
    if ! [ -e /dev/vhost-net ]; then
        echo 'no /dev/vhost-net; mend with: modprobe vhost_net'
    elif ! [ -c /dev/vhost-net ]; then
        echo '/dev/vhost-net is not a character device; mend with:' \
             'rm /dev/vhost-net && modprobe -r vhost_net && modprobe vhost_net'
    elif ! { : <>/dev/vhost-net; } 2>/dev/null; then
        echo '/dev/vhost-net cannot be opened; in a container, give it with:' \
             '--device /dev/vhost-net'
    elif ! { : <>/dev/net/tun; } 2>/dev/null; then
        echo '/dev/net/tun cannot be opened; mend with: modprobe tun'
    else
        # Megabytes are compared, since pages may be of 1 GB here.
        kb=$(awk '/^Hugepagesize:/ { print $2 }' /proc/meminfo)
        free=$(awk '/^HugePages_Free:/ { print $2 }' /proc/meminfo)
        mnt=$(awk '$3 == "hugetlbfs" { print $2; exit }' /proc/mounts)
        if ((${kb:-0} * ${free:-0} < ${HUGEPAGES:-512} * 2048)); then
            echo "only ${free:-0} free hugepages of ${kb:-0} kB, and" \
                 "${HUGEPAGES:-512} of 2 MB are needed; mend with:" \
                 "sysctl vm.nr_hugepages=${HUGEPAGES:-512}"
        elif [ -z "$mnt" ]; then
            echo 'no hugetlbfs is mounted; mend with:' \
                 'mkdir -p /dev/hugepages &&' \
                 'mount -t hugetlbfs hugetlbfs /dev/hugepages'
        fi
    fi
}

# Copies what --collect named into OUT, leaving out what cannot be copied.
native_collect() {
    local path
    for path in "${COLLECT[@]}"; do
        if [ -e "$path" ]; then
            path=$(realpath "$path")
            tar -C "${path%/*}/" -cf - "${path##*/}" 2>/dev/null \
                | tar -C "$OUT" -xf - || say "could not collect all of $path"
        fi
    done
}

# Runs COMMAND here and exits with its status, or 124.
native_run() {
    local pid status=0 var
    for var in "${ENVS[@]}"; do
        export "${var?}"
    done
    export VM_OUT=$OUT
    export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

    if [ -n "$SHELL_MODE" ]; then
        exec "${COMMAND[@]}"
    fi
    # timeout(1) makes a process group of its own for COMMAND, so that all of
    # it is ended; in return signals have to be handed on.
    timeout -k 10 "$TIMEOUT" "${COMMAND[@]}" </dev/null {OUT_LOCK}>&- &
    pid=$!
    trap 'kill -TERM $pid 2>/dev/null || :' INT TERM HUP
    wait "$pid" || status=$?
    # A trapped signal ends the first wait; the second has the real status.
    while kill -0 "$pid" 2>/dev/null; do
        status=0
        wait "$pid" || status=$?
    done
    native_collect
    case $status in
    124) say "the time limit of $TIMEOUT s was reached" ;;
    137) say 'COMMAND was killed' ;;
    esac
    exit $status
}
