# shellcheck shell=bash disable=SC2154
#
# The file tree of a release of Debian: makes it, copies the source into it,
# and runs commands in it.  Sourced by `run`, whose variables MATRIX_* it uses.
#
# A tree RELEASE of $MATRIX_DIR has RELEASE.stamp beside it: the names of its
# packages, and as its time stamp when it was made.  Mounts are in a namespace
# of their own and end with the command.

# Where the source is in a tree, with the build folder in it.
readonly TREE_SOURCE=/srv/dpdkvkernel

default_dir() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/dpdkvkernel/matrix"; }

check_tools() {
    local tool
    [ "$(id -u)" = 0 ] || die "making file trees needs root"
    for tool in mmdebstrap unshare; do
        command -v $tool > /dev/null \
            || die "$tool is not there: apt-get install mmdebstrap util-linux"
    done
    mkdir -p "$MATRIX_DIR" || die "cannot make $MATRIX_DIR"
}

# Prints the packages of a tree, comma separated: all that quickstart.sh knows
# of, and a kernel.
tree_packages() {
    "$TOP/quickstart.sh" packages | tr -s ' \n' ,
    echo linux-image-amd64
}

# Prints where apt has this machine's packages from, or nothing.
find_mirror() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
        'Origin: Debian' 'Label: Debian' 2> /dev/null | sed -n 1p
}

is_fresh() {
    local stamp=$MATRIX_DIR/$1.stamp
    [ -d "$MATRIX_DIR/$1" ] && [ -f "$stamp" ] \
        && [ "$(cat "$stamp")" = "$(tree_packages)" ] \
        && [ -n "$(find "$stamp" -mtime "-$MATRIX_DAYS")" ]
}

# make_tree RELEASE: makes the tree, unless a fresh one is there.
make_tree() {
    local release=$1 tree=$MATRIX_DIR/$1 mirror options=()
    if is_fresh "$release"; then
        say "$release: using $tree"
        return 0
    fi
    say "$release: making $tree (1 to 3 minutes)"
    # What is not a release yet may be a copy of some days ago.
    [ "$release" != sid ] \
        || options+=(--aptopt='Acquire::Check-Valid-Until "false"')
    mirror=${MATRIX_MIRROR:-$(find_mirror)}
    rm -rf --one-file-system "$tree" "$tree.new" "$tree.stamp"
    mmdebstrap --variant=minbase --include="$(tree_packages)" \
        "${options[@]}" "$release" "$tree.new" ${mirror:+"$mirror"} \
        > "$tree.log" 2>&1 \
        || { tail -n 20 "$tree.log"; return 1; }
    mv "$tree.new" "$tree"
    tree_packages > "$tree.stamp"
}

# Prints the source's files, ended by NULs: what git knows of or would, and is
# there; or, of a tarball, everything.
list_source() {
    local file
    if [ -e "$TOP/.git" ]; then
        git -C "$TOP" ls-files -z --cached --others --exclude-standard
    else
        (cd "$TOP" && find . -path ./build -prune -o -type f -print0)
    fi | while IFS= read -r -d '' file; do
        [ ! -e "$TOP/$file" ] || printf '%s\0' "$file"
    done
}

# copy_source RELEASE: puts the source into the tree, in the place of an
# earlier one, but for its build folder.
copy_source() {
    local source=$MATRIX_DIR/$1$TREE_SOURCE
    mkdir -p "$source"
    find "$source" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
    list_source | tar -C "$TOP" --null -T - -c | tar -C "$source" -x
}

# in_tree RELEASE COMMAND [ARG]...: runs COMMAND in the source, in the tree.
in_tree() {
    local tree=$MATRIX_DIR/$1
    shift
    copy_source "$(basename "$tree")"
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child sh -c '
        set -e
        tree=$1 source=$2
        shift 2
        mount -t proc proc "$tree/proc"
        mount --rbind /sys "$tree/sys"
        mount --rbind /dev "$tree/dev"
        exec chroot "$tree" env -i HOME=/root LANG=C.UTF-8 \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$source" "$@"
        ' sh "$tree" "$TREE_SOURCE" "$@"
}

# Prints the versions of Open vSwitch, DPDK and Linux in the tree RELEASE.
tree_versions() {
    local tree=$MATRIX_DIR/$1 package
    [ -d "$tree" ] || return 0
    for package in openvswitch-source libdpdk-dev linux-image-amd64; do
        # shellcheck disable=SC2016
        chroot "$tree" dpkg-query -W -f '${Version} ' $package \
            | sed 's/^[0-9]*://; s/[-+~][^ ]*//'
    done | paste -sd ' '
}
