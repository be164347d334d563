# shellcheck shell=bash disable=SC2034,SC2154
#
# Was the run sound?  Looks at what the guest left in OUT once QEMU has gone,
# and exits with COMMAND's status or with one that says what else.  Sourced by
# `run`.

# Lines of the kernel that no sound run has.  Some of these come only from a
# kernel built with more checks, which --kernel may give.
readonly BAD_LINES='Kernel panic|Oops|BUG: |BUG [a-z]|kernel BUG at|WARNING: '\
'|general protection fault|[Uu]nable to handle|refcount_t: |UBSAN: |KASAN: '\
'|KMSAN: |KCSAN: |blocked for more than [0-9]+ sec|soft lockup|hard LOCKUP'\
'|self-detected stall|detected stalls on|detected expedited stalls'\
'|possible (circular|recursive) locking|inconsistent lock state'\
'|INFO: suspicious|suspicious RCU|unreferenced object|kmemleak: [0-9]+ new'\
'|unregister_netdevice: waiting|Out of memory: Kill|invoked oom-killer'\
'|leaked reference|nf_conntrack: table full|list_(add|del) corruption'

# Prints the offending lines of the kernel's log, each once.  The console alone
# has a panic; the log that the guest sent has all of the rest.
bad_lines() {
    cat "$OUT/dmesg" "$OUT/console.log" 2>/dev/null | tr -d '\r\000' \
        | grep -aE "$BAD_LINES" | awk '!seen[$0]++' | head -n 20
}

# Prints the last lines of the console, for a run that ended without a word.
show_console() {
    say "the last lines of $OUT/console.log:"
    tail -n 15 "$OUT/console.log" 2>/dev/null | tr -d '\r\000' \
        | sed 's/^/    /' >&2
}

# Complains about cores; fails if there were any.
check_cores() {
    local core found=0
    for core in "$OUT"/cores/*; do
        if [ -f "$core" ] && [[ $core != *.txt ]]; then
            found=1
            say "core dump: $core ($(sed -n 's/^executable: //p' "$core.txt"))"
        fi
    done
    if [ $found = 0 ]; then
        rmdir "$OUT/cores" 2>/dev/null || :
        return 0
    fi
    [ -n "$ALLOW_CORE" ]
}

# Complains about the kernel's log; fails if it has anything bad.
check_kernel() {
    local lines
    lines=$(bad_lines)
    [ -n "$lines" ] || return 0
    say 'the kernel complained:'
    printf '%s\n' "$lines" | sed 's/^/    /' >&2
    return 1
}

give_verdict() {
    local status sound=1
    status=$(sed -nE 's/^status ([0-9]{1,3})$/\1/p' "$OUT/result" \
             | tail -n 1)
    grep -q '^end$' "$OUT/result" || status=''
    sed -n 's/^note //p' "$OUT/result" \
        | while read -r line; do say "$line"; done
    [ -s "$OUT/qemu.log" ] || rm -f "$OUT/qemu.log"

    check_kernel || sound=''
    check_cores || sound=''
    if grep -q '^timeout$' "$OUT/result"; then
        grep -q '^end$' "$OUT/result" \
            || say 'the guest had to be ended before it had sent everything'
        say "failed: the time limit of $TIMEOUT s was reached, and COMMAND" \
            "ended; $OUT/processes has what was running"
        exit "$EXIT_TIMEOUT"
    fi
    if [ -n "$status" ]; then
        if [ -z "$sound" ]; then
            say "failed: COMMAND ended with $status, but the run was not sound"
            exit "$EXIT_BROKEN"
        fi
        exit "$status"
    fi
    if [ -n "$BOOT_HUNG" ]; then
        show_console
        die "failed: the guest was not up after $BOOT_LIMIT s"
    elif [ "$QEMU_STATUS" = 124 ] || [ "$QEMU_STATUS" = 137 ]; then
        show_console
        say "failed: the time limit of $TIMEOUT s was reached"
        exit "$EXIT_TIMEOUT"
    elif grep -q '^fail ' "$OUT/result"; then
        show_console
        die "failed: $(sed -n 's/^fail //p' "$OUT/result")"
    fi
    show_console
    if [ -e "$OUT/qemu.log" ]; then
        say "QEMU said (status $QEMU_STATUS):"
        sed 's/^/    /' "$OUT/qemu.log" >&2
    fi
    die 'failed: the guest ended without reporting a result'
}
