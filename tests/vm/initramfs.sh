# shellcheck shell=bash disable=SC2034,SC2154
#
# Packs the initramfs: busybox, the guest's scripts and the few drivers that it
# needs until its root is mounted.  Sourced by `run`.
#
# It is kept in CACHE under a name that changes with everything in it, so that
# only the first run with a kernel has to pack it.  What differs from run to
# run (COMMAND and so on) goes into a second, tiny archive in front of it.

# Prints the files of the modules $2... of the directory $1 and of all that
# they depend on, each after what it needs.
module_order() {
    local dir=$1
    shift
    awk -v want="$*" '
        function name(path) {
            sub(/.*\//, "", path)
            sub(/\.ko.*/, "", path)
            gsub(/-/, "_", path)
            return path
        }
        function add(path,   n, i, d) {
            if (path in done) return
            done[path] = 1
            n = split(deps[path], d, " ")
            for (i = 1; i <= n; i++) add(d[i])
            print path
        }
        { path = $1; sub(/:$/, "", path); by_name[name(path)] = path
          $1 = ""; deps[path] = $0 }
        END { n = split(want, w, " ")
              for (i = 1; i <= n; i++)
                  if (w[i] in by_name) add(by_name[w[i]]) }
        ' "$dir/modules.dep"
}

# Puts the module $2 (relative to the directory $1) into the directory $3,
# unpacked (the guest's insmod takes it only so), and prints its new name.
copy_module() {
    local from=$1/$2 to
    to=$(basename "$2")
    to=${to%.ko*}.ko
    case $from in
    *.xz) "$BUSYBOX" xzcat "$from" ;;
    *.gz) "$BUSYBOX" zcat "$from" ;;
    *.zst) command -v zstd >/dev/null \
               || die "this kernel's modules need zstd; apt-get install zstd"
           zstd -dqc "$from" ;;
    *) cat "$from" ;;
    esac >"$3/$to"
    echo "$to"
}

# Packs the tree $1 into an archive on stdout.
pack() {
    (cd "$1" && find . | "$BUSYBOX" cpio -o -H newc 2>/dev/null)
}

# Sets INITRAMFS to the archive for kernel KVER, having made it if need be.
make_initramfs() {
    local key tree module
    key=$(cat "$HERE"/{initramfs.sh,guest-init,guest-main,guest-core} \
              "$BUSYBOX" "$KMODULES/modules.dep" \
              <(echo "$MODULES") <(stat -c '%s %Y' "$KIMAGE") \
          | sha256sum | cut -c 1-16)
    INITRAMFS=$CACHE/initramfs-$KVER-$key.cpio
    [ ! -s "$INITRAMFS" ] || return 0

    tree=$(mktemp -d "$CACHE/initramfs.XXXXXX")
    mkdir -p "$tree"/{bin,dev,proc,sys,low,new,tmp,keep,lib,vm}
    cp "$BUSYBOX" "$tree/bin/busybox"
    cp "$HERE/guest-init" "$tree/init"
    cp "$HERE/guest-main" "$HERE/guest-core" "$tree/vm/"
    chmod 755 "$tree/init" "$tree"/vm/*
    # shellcheck disable=SC2086
    for module in $(module_order "$KMODULES" $MODULES); do
        copy_module "$KMODULES" "$module" "$tree/lib"
    done >"$tree/order"
    mv "$tree/order" "$tree/lib/order"
    pack "$tree" >"$tree.cpio"
    rm -rf "$CACHE"/initramfs-"$KVER"-*.cpio "$tree"
    mv "$tree.cpio" "$INITRAMFS"
}

# Prints the arguments as one line for the shell.
quote_all() {
    local word
    for word in "$@"; do
        quote "$word"
        printf ' '
    done
}

# Writes what the guest must know of this run into the directory $1.
write_job() {
    local word name
    {
        for name in CWD OUT SHELL_MODE MERGE NICS KVER KMODULES_SHARED \
                    CWD_SHARED HUGEPAGES KEEP_GOING DEADLINE; do
            printf '%s=%s\n' "$name" "$(quote "${!name}")"
        done
        printf 'TTY_SIZE=%s\n' "$(quote "$(stty size 2>/dev/null || :)")"
    } >"$1/conf"
    quote_all "${COMMAND[@]}" >"$1/argv"
    quote_all "${COLLECT[@]}" >"$1/collect"
    for word in LANG="${LANG:-C.UTF-8}" TERM="${TERM:-dumb}" VM_OUT="$OUT" \
                VM_IN_VM=1 "${ENVS[@]}"; do
        printf 'export %s\n' "$(quote "$word")"
    done >"$1/env"
}

# make_initrd FILE: the job and the initramfs as one file for QEMU.  The job is
# first because the kernel wants an archive to start at a multiple of four.
make_initrd() {
    local tree=$WORK/initrd
    mkdir -p "$tree/vm/job"
    write_job "$tree/vm/job"
    { pack "$tree"; cat "$INITRAMFS"; } >"$1"
}
