#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make deb`: what is in the packages, what lintian says of them, and that they can be installed and
# removed. Packages: debhelper and lintian.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

clean_up() { :; }

command -v dh >/dev/null || skip_all 'there is no debhelper'
command -v lintian >/dev/null || skip_all 'there is no lintian'

packs() {
    make deb
    for package in pause nsjoin pause-dbg; do
        dpkg-deb -x "$(deb $package)" "$work/$package"
        dpkg-deb -e "$(deb $package)" "$work/$package.control"
    done
}
deb() { echo build/deb/"$1"_*.deb; }

# files PACKAGE: mode, owner and name of what is in it, but for directories and the documents that all have.
files() {
    dpkg-deb -c "$(deb "$1")" | awk '!/^d/ { print $1, $2, $6 }' | grep -v /usr/share/doc/
}

holds_programs() {
    same '-rwxr-xr-x root/root ./usr/bin/pause
-rw-r--r-- root/root ./usr/share/lintian/overrides/pause
-rw-r--r-- root/root ./usr/share/man/man1/pause.1.gz' files pause
    same '-rwxr-xr-x root/root ./usr/bin/nsjoin
-rw-r--r-- root/root ./usr/share/bash-completion/completions/nsjoin
-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/nsjoin.fish
-rw-r--r-- root/root ./usr/share/lintian/overrides/nsjoin
-rw-r--r-- root/root ./usr/share/man/man1/nsjoin.1.gz
-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_nsjoin' files nsjoin
    same '-rw-r--r-- root/root ./usr/lib/debug/usr/bin/nsjoin.debug
-rw-r--r-- root/root ./usr/lib/debug/usr/bin/pause.debug
-rw-r--r-- root/root ./usr/share/lintian/overrides/pause-dbg' files pause-dbg
}

# A package can't hold file capabilities: a script would have to set them when it is installed.
gives_no_privilege() {
    same 'control
md5sums' ls "$work/nsjoin.control"
    same 'control
md5sums' ls "$work/pause.control"
    same '' find "$work/nsjoin" "$work/pause" -perm /7000
    for package in pause nsjoin; do
        same '' sed -n '/^Depends:/p; /^Pre-Depends:/p' "$work/$package.control/control"
    done
}

sections() { readelf --file-header "$1" | sed -n 's/.*Number of section headers: *//p'; }
leaves_programs() {
    same 0 sections "$work/pause/usr/bin/pause"
    same 0 sections "$work/nsjoin/usr/bin/nsjoin"
    size=$(stat -c %s "$work/nsjoin/usr/bin/nsjoin")
    cmp -n 24 "$work/nsjoin/usr/bin/nsjoin" "$work/pause-dbg/usr/lib/debug/usr/bin/nsjoin.debug"
    # What follows the ELF header is the same up to where the symbols begin.
    cmp -i 64 -n $((size - 64)) "$work/nsjoin/usr/bin/nsjoin" \
        "$work/pause-dbg/usr/lib/debug/usr/bin/nsjoin.debug"
}

has_version() {
    case $(sed -n 's/^## \([^ ]*\).*/\1/p' CHANGELOG.md | head -n 1) in
    Unreleased) expected=$version~unreleased-1 ;;
    *) expected=$version-1 ;;
    esac
    same "$expected" dpkg-deb -f "$(deb nsjoin)" Version
    first=$(gzip -dc "$work/nsjoin/usr/share/doc/nsjoin/changelog.Debian.gz" | head -n 3)
    echo "$first"
    echo "$first" | grep -q "^pause ($expected) "
    echo "$first" | grep -q '^  \* .'
}

refuses_another_version() {
    tar -x -f "build/dist/pause-$version.tar.xz" -C "$work"
    cd "$work/pause-$version"
    echo 99.0 >VERSION
    sed -i '0,/^## /s/^## .*/## 98.0 - 2020-02-02/' CHANGELOG.md
    if sh packaging/deb.sh 2>"$work/error"; then return 1; fi
    same 'VERSION is 99.0, but CHANGELOG.md begins with 98.0' cat "$work/error"
    cd / && rm -rf "$work/pause-$version"
}

pleases_lintian() { lintian --allow-root --fail-on=error,warning build/deb/*.changes; }

# In a root directory of its own.
d() { dpkg --root="$work/root" --force-not-root --force-script-chrootless "$@"; }
installs_and_removes() {
    mkdir -p "$work/root/var/lib/dpkg/info" "$work/root/var/lib/dpkg/updates"
    touch "$work/root/var/lib/dpkg/status"
    d --install build/deb/*.deb
    same "pause $version" "$work/root/usr/bin/pause" -v
    same "nsjoin $version" "$work/root/usr/bin/nsjoin" --version
    d --purge pause nsjoin pause-dbg
    same '' find "$work/root" -path "$work/root/var" -prune -o ! -type d -print
}

# In another directory, with another umask, language and time zone. nocheck changes nothing in them.
packs_the_same() {
    mkdir "$work/elsewhere"
    tar -x -f "build/dist/pause-$version.tar.xz" -C "$work/elsewhere"
    (
        cd "$work/elsewhere/pause-$version"
        umask 077
        DEB_BUILD_OPTIONS=nocheck TZ=Asia/Tokyo LC_ALL=C make deb
    ) >"$work/log" 2>&1 || { cat "$work/log"; return 1; }
    for one in build/deb/*.deb build/deb/*.dsc build/deb/*.tar.xz; do
        cmp "$one" "$work/elsewhere/pause-$version/$one"
    done
    if grep 'bin/nsjoin --version\|/nsjoin --version' "$work/log"; then return 1; fi
}

umask 022
it 'the packages are built' packs
it 'they hold the programs, pages, completions and symbols, where Debian wants them' holds_programs
it 'nsjoin and pause get no privilege and need no other package' gives_no_privilege
it 'the programs are not stripped again, and the symbols are theirs' leaves_programs
it 'their version is that of VERSION and CHANGELOG.md' has_version
it 'where these do not agree no package is made' refuses_another_version
it 'lintian finds neither error nor warning' pleases_lintian
it 'dpkg installs them, they run, and dpkg removes them' installs_and_removes
it 'built elsewhere, and with nocheck, they are the same bytes' packs_the_same
