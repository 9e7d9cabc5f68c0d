#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make dist`: what is in the tar file, and that it needs nothing beside it.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

clean_up() { :; }

[ -e .git ] || skip_all 'this is not a git tree'
name=pause-$version
tar=build/dist/$name.tar.xz

packs_what_is_committed() {
    make dist
    tar -t -f "$tar" | sed -n "s|^$name/\(.*[^/]\)$|\1|p" | LC_ALL=C sort >"$work/packed"
    git ls-tree -r --name-only HEAD | LC_ALL=C sort | diff - "$work/packed"
}

# Mode, owner and time of what is in it, each of them once.
shapes() {
    TZ=UTC tar -t -v --full-time --numeric-owner -f "$tar" | awk '{ print $1, $2, $4, $5 }' | sort -u
}
says_nothing_of_its_maker() {
    time=$(TZ=UTC git log -1 --format=%cd --date='format-local:%Y-%m-%d %H:%M:%S')
    same "-rw-r--r-- 0/0 $time
-rwxr-xr-x 0/0 $time
drwxr-xr-x 0/0 $time" shapes
}

packs_itself() {
    tar -x -f "$tar" -C "$work"
    (umask 077 && make -C "$work/$name" dist)
    cmp "$tar" "$work/$name/$tar"
}

takes_time() {
    SOURCE_DATE_EPOCH=1000000000 make -C "$work/$name" dist
    tar -x -f "$work/$name/$tar" -C "$work/$name/build" "$name/VERSION"
    same 1000000000 stat -c %Y "$work/$name/build/$name/VERSION"
}

# Of the tests those of the parts: those of the programs take minutes to compile.
builds() {
    export GIT_DIR=/nowhere
    cd "$work/$name"
    unshare --map-root-user --net make -j2
    for built in build/*/pause; do arch=$(basename "${built%/pause}"); done
    same "pause $version" "build/$arch/pause" -v
    same "nsjoin $version" "build/$arch/nsjoin" --version
    unshare --map-root-user --net make -j2 "build/$arch/tests/unit"
    unshare --map-root-user --net "build/$arch/tests/unit"
}

umask 022
it 'the source is packed with every file that is committed, and no other' packs_what_is_committed
it 'packed, all is owned by root and as old as the commit' says_nothing_of_its_maker
it 'unpacked elsewhere, and without git, it packs itself to the same bytes' packs_itself
it 'SOURCE_DATE_EPOCH is the time of its files' takes_time
it 'unpacked, it is built and passes its unit tests without git and without a network' builds
