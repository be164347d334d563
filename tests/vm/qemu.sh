# shellcheck shell=bash disable=SC2034,SC2054,SC2154
#
# Starts QEMU, waits for it and meanwhile shows what COMMAND writes.  Sourced
# by `run`; vm_run is what that calls.
#
# Every channel from the guest ends in a plain file below OUT, which tail(1)
# follows for the caller: so there is no reader that could be too slow or die,
# and what the guest wrote is there whatever happens to it afterwards.

# A guest that is not up by then has hung (seconds).
readonly BOOT_LIMIT=240

# Decides on memory, CPUs and hugepages; what was not asked for is made to fit.
size_guest() {
    local avail limit
    avail=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
    for limit in /sys/fs/cgroup/memory.max \
                 /sys/fs/cgroup/memory/memory.limit_in_bytes; do
        limit=$(cat "$limit" 2>/dev/null || :)
        if [[ $limit =~ ^[0-9]{1,15}$ ]] && ((limit / 1048576 < avail)); then
            avail=$((limit / 1048576))
        fi
    done
    # QEMU itself, 9p's buffers and the page cache want some, too.
    avail=$((avail - 512))
    ((avail >= 1024)) || die "only $((avail + 512)) MB of memory are free" \
        "here; the VM needs at least 1536"
    if ((${MEMORY:=4096} > avail)); then
        say "the VM gets $avail MB instead of $MEMORY: no more is free here"
        MEMORY=$avail
    fi
    if ((${HUGEPAGES:=512} > MEMORY / 4)); then
        say "the VM gets $((MEMORY / 4)) hugepages instead of $HUGEPAGES," \
            "since it has $MEMORY MB"
        HUGEPAGES=$((MEMORY / 4))
    fi
    if [ -z "$CPUS" ]; then
        CPUS=$(nproc)
        ((CPUS >= 2)) || CPUS=2
        ((CPUS <= 4)) || CPUS=4
    fi
}

# Which directories the guest has to be given apart from its root.
plan_shares() {
    KMODULES_SHARED='' CWD_SHARED=''
    if [ "$KMODULES" != "${ROOT%/}/lib/modules/$KVER" ] \
        && [ "$KMODULES" != "${ROOT%/}/usr/lib/modules/$KVER" ]; then
        KMODULES_SHARED=1
    fi
    if [ "$ROOT" != / ]; then
        # Inside the tree of --root, paths are as that tree sees them.
        case $CWD/ in
        "$ROOT"/*) CWD=${CWD#"$ROOT"} CWD=${CWD:-/} ;;
        *) CWD_SHARED=1 ;;
        esac
    fi
}

# QEMU takes a comma for the end of a path unless it is doubled.
comma() { echo "${1//,/,,}"; }

# add_share SLOT TAG DIR OPTION
add_share() {
    local fs=local,security_model=none,multidevs=remap$4
    QEMU+=(-fsdev "$fs,id=$2,path=$(comma "$3")"
           -device "virtio-9p-pci,fsdev=$2,mount_tag=$2,addr=$1")
}

# add_channel NAME FILE: what the guest writes to the port NAME goes to FILE.
add_channel() {
    QEMU+=(-chardev "file,id=$1,path=$(comma "$2")"
           -device "virtserialport,bus=channels.0,chardev=$1,name=$1")
}

# Slots are given, four apart, so that all share one interrupt link: the
# guest's ACPI takes a third of a second to enable one, and they use MSI-X
# anyway.

# The machine without anything that depends on COMMAND.  The CPU hides erms,
# fsrm and rep_good: memory copies with the string instructions, which the
# kernel prefers where it sees these, are many times slower in emulation than a
# loop is.
base_machine() {
    QEMU=(qemu-system-x86_64
          -nodefaults -no-user-config -display none -no-reboot
          -cpu max,-erms,-fsrm
          -object rng-random,id=rng,filename=/dev/urandom
          -device virtio-rng-pci,rng=rng,addr=0x4
          -device virtio-serial-pci,id=channels,max_ports=16,addr=0x8
          -kernel "$KBOOT")
    if [ "$1" = kvm ]; then
        QEMU+=(-accel kvm)
    else
        QEMU+=(-accel tcg,thread=multi)
    fi
}

kernel_arguments() {
    # loglevel=5 has warnings on the console in case that nothing else remains.
    echo "console=ttyS0 loglevel=5 panic=-1 mitigations=off" \
         "clearcpuid=rep_good tsc=reliable default_hugepagesz=2M" \
         "hugepagesz=2M hugepages=$HUGEPAGES log_buf_len=4M" \
         "random.trust_cpu=on"
}

# Tries whether a kernel boots under KVM: a device that is there may still
# hang. The answer is kept, since the question takes a while.
kvm_works() {
    local answer key
    [ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
    key=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)-$KVER
    answer=$CACHE/kvm-trial
    if [ "$(sed -n 1p "$answer" 2>/dev/null)" != "$key" ]; then
        say 'trying whether /dev/kvm works here (20 s at most, once) ...'
        base_machine kvm
        add_channel result "$WORK/trial"
        # In a subshell, which keeps the shell's remark on an abort to itself.
        (
            ulimit -c 0
            timeout -s KILL 20 "${QEMU[@]}" -m 1024 -smp 2 \
                -initrd "$INITRAMFS" \
                -append "panic=-1 quiet vkernel.trial" || :
        ) </dev/null >/dev/null 2>&1
        { echo "$key"; cat "$WORK/trial" 2>/dev/null || :; } >"$WORK/answer"
        mv "$WORK/answer" "$answer"
    fi
    [ "$(sed -n 2p "$answer")" = up ]
}

choose_accelerator() {
    if [ "$ACCEL" = auto ]; then
        ACCEL=tcg
        if kvm_works; then
            ACCEL=kvm
        fi
    fi
    case $ACCEL in
    kvm) ACCEL_TEXT='hardware acceleration' ;;
    tcg) ACCEL_TEXT='software emulation' ;;
    esac
}

# Sets QEMU to the command line for COMMAND.
assemble() {
    local i
    base_machine "$ACCEL"
    QEMU+=(-m "$MEMORY" -smp "$CPUS" -initrd "$WORK/initrd.cpio"
           -append "$(kernel_arguments)"
           -chardev "file,id=console,path=$(comma "$OUT/console.log")"
           -serial chardev:console)
    add_channel result "$OUT/result"
    add_channel dmesg "$OUT/dmesg"
    add_channel collect "$WORK/collect.tar"
    if [ -n "$SHELL_MODE" ]; then
        # signal=off: Ctrl-C is for the guest.
        QEMU+=(-chardev stdio,id=terminal,signal=off
               -device virtconsole,bus=channels.0,chardev=terminal
               -chardev "pipe,id=window,path=$(comma "$WORK/window")"
               -device
               virtserialport,bus=channels.0,chardev=window,name=window)
    else
        add_channel stdout "$OUT/stdout"
        [ -n "$MERGE" ] || add_channel stderr "$OUT/stderr"
    fi
    add_share 0xc rootfs "$ROOT" ,readonly=on
    add_share 0x14 out "$OUT" ''
    [ -z "$KMODULES_SHARED" ] \
        || add_share 0x18 modules "$KMODULES" ,readonly=on
    [ -z "$CWD_SHARED" ] || add_share 0x1c cwd "$CWD" ,readonly=on
    for ((i = 0; i < NICS; i++)); do
        # guest-main knows these addresses: 0x10 and 0x11, 0x12 and 0x13.
        QEMU+=(-netdev "hubport,id=nic$i,hubid=$i"
               -device "vmxnet3,netdev=nic$i,addr=0x1$((2 * i))"
               -netdev "hubport,id=peer$i,hubid=$i"
               -device "virtio-net-pci,netdev=peer$i,addr=0x1$((2 * i + 1))")
    done
}

# The guest's own time limit, as a moment: it can then still save what COMMAND
# wrote, which it cannot when QEMU is killed.
set_deadline() {
    local early=$((TIMEOUT / 10))
    DEADLINE=''
    if ((TIMEOUT > 0)); then
        ((early <= 30)) || early=30
        ((early >= 10)) || early=10
        ((early <= TIMEOUT / 2)) || early=$((TIMEOUT / 2))
        DEADLINE=$(($(date +%s) + TIMEOUT - early))
    fi
}

# Is the process $1 there, and not a mere zombie?
alive() { kill -0 "$1" 2>/dev/null; }

# Starts QEMU; QEMU_PID is that of its timeout(1), which hands signals on, and
# which ends QEMU in time even if this script is killed.  Its stdout is the
# terminal, if there is one, and else what the vmxnet3 has to remark.
start_qemu() {
    local input=/dev/null output=/dev/null
    if [ -n "$SHELL_MODE" ]; then
        input=/dev/fd/0 output=/dev/fd/1
    fi
    # Both ends must exist before QEMU does, which empties files only.
    touch "$OUT"/{result,stdout,dmesg,console.log} "$WORK/collect.tar"
    [ -n "$MERGE" ] || touch "$OUT/stderr"
    # Each open file of the guest is one of QEMU's.
    ulimit -S -n "$(ulimit -H -n)" 2>/dev/null || :
    timeout --foreground -k 5 "$TIMEOUT" "${QEMU[@]}" \
        <"$input" >"$output" 2>"$OUT/qemu.log" &
    QEMU_PID=$!
}

stop_qemu() {
    [ -n "${QEMU_PID-}" ] || return 0
    kill -TERM "$QEMU_PID" 2>/dev/null || :
    wait "$QEMU_PID" 2>/dev/null || :
}

# Waits until the guest reports that COMMAND starts.  BOOTED tells whether.
await_boot() {
    local start=$SECONDS
    BOOTED=''
    while alive "$QEMU_PID"; do
        if grep -qs '^up$' "$OUT/result"; then
            BOOTED=1
            break
        fi
        if ((SECONDS - start > BOOT_LIMIT)); then
            BOOT_HUNG=1
            stop_qemu
            break
        fi
        sleep 0.1
    done
    # A COMMAND that was very short is over already.
    ! grep -qs '^up$' "$OUT/result" || BOOTED=1
}

# follow FILE FD: copies FILE to FD as it grows, until QEMU has gone.
follow() {
    tail -c +1 -s 0.1 --pid="$QEMU_PID" -f "$1" \
        >&"$2" 2>/dev/null {OUT_LOCK}>&- &
    FOLLOWERS+=($!)
}

# Passes the window's size on as it changes.
watch_window() {
    [ -n "$SHELL_MODE" ] || return 0
    trap 'stty size <&3 >&4 2>/dev/null || :' WINCH
    exec 3<&0 4<>"$WORK/window.in"
}

# Waits for QEMU to end.  QEMU_STATUS is timeout(1)'s.
await_end() {
    local f
    QEMU_STATUS=0
    wait "$QEMU_PID" || QEMU_STATUS=$?
    # A trapped signal (the window's) interrupts a wait, and is no end.
    while alive "$QEMU_PID"; do
        QEMU_STATUS=0
        wait "$QEMU_PID" || QEMU_STATUS=$?
    done
    for f in "${FOLLOWERS[@]}"; do
        wait "$f" 2>/dev/null || :
    done
}

# What --collect named comes as one archive, which is much quicker than a
# share.
unpack_collected() {
    if [ -s "$WORK/collect.tar" ]; then
        tar -C "$OUT" --no-same-owner -xf "$WORK/collect.tar" \
            || say "not all that was to be collected came out"
    fi
}

clean_up() {
    stop_qemu
    [ -z "${SAVED_TTY-}" ] || stty "$SAVED_TTY" 2>/dev/null || :
    rm -rf "$WORK"
}

require_tools() {
    command -v qemu-system-x86_64 >/dev/null \
        || die 'no qemu-system-x86_64; mend with:' \
               'apt-get install qemu-system-x86'
    command -v depmod >/dev/null \
        || die 'no modprobe and depmod; mend with: apt-get install kmod'
    [ "$(uname -m)" = x86_64 ] || die "the VM is for x86_64, not $(uname -m)"
}

# Everything: returns (by exiting) COMMAND's status or our own.
vm_run() {
    local start
    require_tools
    mkdir -p "$CACHE" || die "cannot make $CACHE; see --cache"
    WORK=$(mktemp -d "$CACHE/run.XXXXXX")
    FOLLOWERS=() BOOT_HUNG=''
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    # Two first runs at a time must not both fill the cache.
    exec {CACHE_LOCK}>"$CACHE/.lock"
    flock "$CACHE_LOCK"
    find_kernel
    find_busybox
    unpack_kernel
    make_initramfs
    choose_accelerator
    exec {CACHE_LOCK}>&-

    # Where both go to one place, their order is kept.
    MERGE=''
    if [ /proc/self/fd/1 -ef /proc/self/fd/2 ]; then
        MERGE=1
    fi
    size_guest
    plan_shares
    set_deadline
    make_initrd "$WORK/initrd.cpio"
    [ -z "$SHELL_MODE" ] || mkfifo "$WORK/window.in" "$WORK/window.out"
    assemble
    [ -z "$SHELL_MODE" ] || SAVED_TTY=$(stty -g)

    start=$(date +%s%N)
    printf 'vm: booting Linux %s (%s) ... ' "$KVER" "$ACCEL_TEXT" >&2
    start_qemu
    await_boot
    if [ -n "$BOOTED" ]; then
        start=$((($(date +%s%N) - start) / 100000000))
        printf '%s.%s s%s\n' $((start / 10)) $((start % 10)) \
            "${SHELL_MODE:+; 'exit' powers off}" >&2
        watch_window
        if [ -z "$SHELL_MODE" ]; then
            follow "$OUT/stdout" 1
            [ -n "$MERGE" ] || follow "$OUT/stderr" 2
        fi
    else
        printf 'failed\n' >&2
    fi
    await_end
    [ -z "${SAVED_TTY-}" ] || stty "$SAVED_TTY" 2>/dev/null || :
    unpack_collected
    give_verdict
}
