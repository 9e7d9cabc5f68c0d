#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install`, `install-debug` and `uninstall`, with a DESTDIR and a PREFIX that have spaces in them;
# and all of it in a directory whose name has spaces and a quote.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

clean_up() { :; }

root="$work/a root" prefix='/opt/pause & (nsjoin)'

to_root() { make "$@" DESTDIR="$root" PREFIX="$prefix"; }
# What is under PREFIX that is not a directory: mode and name.
files() { (cd "$root$prefix" && find . ! -type d -printf '%m %P\n' | LC_ALL=C sort -k 2); }

installs() {
    (umask 077 && to_root install)
    same '755 bin/nsjoin
755 bin/pause
644 share/bash-completion/completions/nsjoin
644 share/fish/vendor_completions.d/nsjoin.fish
644 share/man/man1/nsjoin.1
644 share/man/man1/pause.1
644 share/zsh/site-functions/_nsjoin' files
    same "nsjoin $version" "$root$prefix/bin/nsjoin" --version
    same '' find "$root" ! -type d ! -path "$root$prefix/*"
}

# An installed page names the release that it describes, in its footer.
pages_carry_version() {
    for page in nsjoin pause; do
        same ".Os $page $version" grep '^\.Os' "$root$prefix/share/man/man1/$page.1"
    done
}

installs_debug() {
    to_root install-debug
    files | grep debug >"$work/debug"
    same "644 lib/debug$prefix/bin/nsjoin.debug
644 lib/debug$prefix/bin/pause.debug" cat "$work/debug"
}

installs_again() {
    files >"$work/before"
    to_root install install-debug
    same "$(cat "$work/before")" files
}

# Directories stay, as the GNU coding standards have it: they may be another's.
uninstalls() {
    touch "$root$prefix/bin/other"
    to_root uninstall
    same '644 bin/other' files
}

uninstalls_again() {
    to_root uninstall
    same '644 bin/other' files
}

# Of what is built the objects of tests are taken along, which take minutes to compile, but for one.
odd="$work/it's a dir"
builds_in_odd_directory() {
    mkdir "$odd"
    tar -c --exclude=./.git --exclude=./build . | tar -x -C "$odd"
    mkdir -p "$odd/build/${native##*/}"
    [ ! -d "$native/tests" ] || cp -a "$native/tests" "$odd/build/${native##*/}/"
    rm -f "$odd/build/${native##*/}/tests/tests/support/main.o"
    make -C "$odd"
    for built in pause nsjoin pause.debug nsjoin.debug; do
        cmp "$native/$built" "$odd/build/${native##*/}/$built"
    done
}

tests_in_odd_directory() { make -C "$odd" test ONLY='the binaries*,the manual page*,*completes*'; }

installs_from_odd_directory() {
    make -C "$odd" install install-debug DESTDIR="$work/a b's root" PREFIX=/usr
    same "nsjoin $version" "$work/a b's root/usr/bin/nsjoin" --version
    cmp "$native/pause.debug" "$work/a b's root/usr/lib/debug/usr/bin/pause.debug"
    make -C "$odd" uninstall DESTDIR="$work/a b's root" PREFIX=/usr
    same '' find "$work/a b's root" ! -type d
}

umask 022
it 'install puts the programs, their pages and completions under DESTDIR and PREFIX' installs
it 'the manual pages carry the version' pages_carry_version
it 'install-debug puts the programs with their symbols under lib/debug' installs_debug
it 'installed again, the files are the same' installs_again
it 'uninstall leaves no file of them, and those of others' uninstalls
it 'uninstall of what is not installed is no mistake' uninstalls_again
it "in a directory called it's a dir, the same programs are built" builds_in_odd_directory
it "in a directory called it's a dir, they are tested" tests_in_odd_directory
it "from a directory called it's a dir, they are installed in one of that kind" installs_from_odd_directory
