# shellcheck shell=bash disable=SC2034,SC2154
#
# Finds a stock Debian kernel with its modules, or fetches one; and a static
# busybox for the initramfs.  Sourced by `run`.
#
# Looked at in this order, the newest version first: the root's own kernels (so
# that a tree of another release runs what belongs to it), this machine's,
# those that an earlier run fetched, and at last Debian's archive.  A kernel
# that lacks one of the drivers below (as the cloud flavour, which has no 9p)
# is passed over.
#
# Nothing gets installed: packages are unpacked into CACHE, and apt is told to
# keep its own caches elsewhere or nowhere.

# Drivers that the guest loads from its initramfs: those for its root, and
# those that every test needs (which is quicker than modprobe on the mounted
# root).
MODULES='9p 9pnet_virtio overlay virtio_pci virtio_console virtio_rng'
MODULES+=' vhost_net tun'

# Prints the modules directory of kernel $2 below the tree $1.
modules_dir() {
    local d
    for d in "${1%/}/lib/modules/$2" "${1%/}/usr/lib/modules/$2"; do
        if [ -r "$d/modules.dep" ] && [ -d "$d/kernel" ]; then
            echo "$d"
            return 0
        fi
    done
    return 1
}

# Does the modules directory $1 have all that we need?
has_drivers() {
    awk -v want="$MODULES" '
        { sub(/:.*/, ""); sub(/.*\//, ""); sub(/\.ko.*/, ""); gsub(/-/, "_")
          have[$0] = 1 }
        END { n = split(want, w, " ")
              for (i = 1; i <= n; i++) if (!(w[i] in have)) exit 1 }
        ' "$1/modules.dep" "$1/modules.builtin"
}

# try_kernel TREE VERSION: sets KVER, KIMAGE and KMODULES if it can be used.
try_kernel() {
    local image=${1%/}/boot/vmlinuz-$2 modules
    [ -f "$image" ] && [ -r "$image" ] || return 1
    modules=$(modules_dir "$1" "$2") || return 1
    has_drivers "$modules" || return 1
    KVER=$2 KIMAGE=$image KMODULES=$modules
}

# try_tree TREE [VERSION]: the newest usable kernel below TREE.
try_tree() {
    local version
    if [ -n "${2-}" ]; then
        try_kernel "$1" "$2"
        return
    fi
    while read -r version; do
        try_kernel "$1" "$version" && return 0
    done < <(cd "${1%/}/boot" 2>/dev/null && printf '%s\n' vmlinuz-* \
             | sed 's/^vmlinuz-//' | sort -rV)
    return 1
}

# apt TOOL ARGUMENTS...: an apt tool that leaves no trace outside CACHE.
apt_tool() {
    local tool=$1
    shift
    "$tool" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        -o APT::Sandbox::User= "${APT_LISTS[@]}" "$@"
}

# The machine's package lists may be missing (as in most container images) or
# too old for the archive, so make lists of our own.
apt_own_lists() {
    say 'fetching package lists ...'
    APT_LISTS=(-o Dir::State::lists="$CACHE/apt/lists"
               -o Dir::Cache="$CACHE/apt/cache")
    mkdir -p "$CACHE"/apt/{lists,cache,cache/archives}/partial
    apt_tool apt-get -qq update >&2 \
        || die 'apt-get update failed; is there a network?'
}

# apt_unpack PACKAGE DIR: downloads PACKAGE and unpacks it into DIR.
apt_unpack() {
    local tmp deb
    tmp=$(mktemp -d "$CACHE/deb.XXXXXX")
    if ! (cd "$tmp" && apt_tool apt-get -qq download "$1" >&2) 2>"$tmp/log"
    then
        if [ ${#APT_LISTS[@]} -eq 0 ]; then
            rm -rf "$tmp"
            apt_own_lists
            apt_unpack "$@"
            return
        fi
        cat "$tmp/log" >&2
        rm -rf "$tmp"
        die "cannot download the package $1 with apt-get"
    fi
    for deb in "$tmp"/*.deb; do
        mkdir -p "$2"
        dpkg-deb -x "$deb" "$2" || die "cannot unpack $1"
    done
    rm -rf "$tmp"
}

# Prints the packages among $1's dependencies that hold parts of a kernel.
kernel_dependencies() {
    apt_tool apt-cache show --no-all-versions "$1" 2>/dev/null \
        | sed -n 's/^\(Pre-\)\?Depends: //p' | tr ',' '\n' \
        | sed -nE 's/^ *(linux-(image|modules|binary)-[0-9][^ (|:]*).*/\1/p' \
        | sort -u
}

# Prints the version of the newest stock kernel in the archive.
newest_version() {
    kernel_dependencies linux-image-amd64 | sed -n 's/^linux-image-//p' \
        | sort -rV | head -n 1
}

# fetch_kernel [VERSION]: unpacks it to CACHE/linux-VERSION, if not done
# before.
fetch_kernel() {
    local version=${1-} package tmp
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null
    then
        die 'no usable kernel here, and no apt-get to fetch one; see --kernel'
    fi
    if [ -z "$version" ]; then
        version=$(newest_version)
        if [ -z "$version" ]; then
            apt_own_lists
            version=$(newest_version)
        fi
        [ -n "$version" ] || die 'the archive has no linux-image-amd64;' \
            'see --kernel'
    fi
    try_tree "$CACHE/linux-$version" "$version" && return 0

    say "fetching linux-image-$version (about 70 MB, once) ..."
    tmp=$(mktemp -d "$CACHE/linux.XXXXXX")
    apt_unpack "linux-image-$version" "$tmp"
    # Some releases keep the modules, or the image, in packages of their own.
    for package in $(kernel_dependencies "linux-image-$version"); do
        apt_unpack "$package" "$tmp"
    done
    [ -e "$tmp/lib" ] || ln -s usr/lib "$tmp/lib"
    depmod -b "$tmp" "$version" || die "depmod failed for $version"
    chmod 755 "$tmp"
    rm -rf "$CACHE/linux-$version"
    mv "$tmp" "$CACHE/linux-$version"
    try_tree "$CACHE/linux-$version" "$version" \
        || die "the kernel $version lacks a driver that is needed:" \
               "$MODULES"
}

# Sets KVER, KIMAGE and KMODULES.
find_kernel() {
    local tree
    APT_LISTS=()
    case $KERNEL in
    fetch) fetch_kernel; return ;;
    */*)
        [ -d "$KERNEL" ] || die "--kernel: $KERNEL is not a directory"
        try_tree "$(realpath "$KERNEL")" || die "--kernel: $KERNEL has no" \
            "boot/vmlinuz-VERSION and lib/modules/VERSION with all of:" \
            "$MODULES"
        return ;;
    esac
    for tree in "$ROOT" / \
            $(cd "$CACHE" && printf '%s\n' linux-*[0-9]* | sort -rV); do
        [[ $tree == /* ]] || tree=$CACHE/$tree
        try_tree "$tree" "$KERNEL" && return 0
    done
    fetch_kernel "$KERNEL"
}

# Prints the 32-bit little-endian number at offset $2 of the file $1.
word_at() { od -An -t u4 -j "$2" -N 4 "$1" | tr -d ' '; }

# Sets KBOOT to what QEMU is to boot: KIMAGE unpacked.  The kernel's own
# unpacking of an xz image takes five seconds in emulation.  QEMU takes an
# unpacked kernel only if that has the PVH entry; anything unexpected, or
# missing, leaves KBOOT at KIMAGE.
unpack_kernel() {
    local start length tool='' config=${KIMAGE%/*}/config-$KVER
    KBOOT=$CACHE/vmlinux-$KVER-$(stat -c '%s-%Y' "$KIMAGE")
    [ ! -s "$KBOOT" ] || return 0
    if grep -qs '^CONFIG_PVH=y' "$config"; then
        # The x86 boot protocol has the place of the payload in its header.
        start=$((($(word_at "$KIMAGE" 497) & 255) + 1))
        start=$((start * 512 + $(word_at "$KIMAGE" 584)))
        length=$(word_at "$KIMAGE" 588)
        tail -c +$((start + 1)) "$KIMAGE" \
            | head -c "$length" >"$WORK/payload" || :
        case $(od -An -t x1 -N 4 "$WORK/payload" | tr -d ' ') in
        fd377a58) tool="xz -dqc" ;;  # busybox lacks its x86 filter
        1f8b08*) tool="gzip -dqc" ;;
        28b52ffd) tool="zstd -dqc" ;;
        esac
        # The payload's last word is its size unpacked; the unpackers stop
        # there with a complaint, so that is what is looked at.
        $tool <"$WORK/payload" >"$WORK/vmlinux" 2>/dev/null || :
        length=$(word_at "$WORK/payload" $((length - 4)))
        if [ "$(stat -c %s "$WORK/vmlinux")" = "$length" ] \
            && [ "$(head -c 4 "$WORK/vmlinux" | tr -d '\177')" = ELF ]; then
            rm -f "$CACHE/vmlinux-$KVER"-*
            mv "$WORK/vmlinux" "$KBOOT"
            return
        fi
    fi
    KBOOT=$KIMAGE
}

# Sets BUSYBOX to a statically linked busybox.
find_busybox() {
    local b
    for b in "$(command -v busybox || :)" "$CACHE/busybox/bin/busybox" \
             "$CACHE/busybox/usr/bin/busybox"; do
        # Only a static one runs in an empty directory tree.
        if [ -x "$b" ] && ! ldd "$b" >/dev/null 2>&1; then
            BUSYBOX=$b
            return
        fi
    done
    say 'fetching busybox-static ...'
    apt_unpack busybox-static "$CACHE/busybox"
    for b in "$CACHE"/busybox/{,usr/}bin/busybox; do
        [ ! -x "$b" ] || BUSYBOX=$b
    done
    [ -n "${BUSYBOX-}" ] || die 'busybox-static holds no busybox'
}
