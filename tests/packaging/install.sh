#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `make install`, `install-debug` and `uninstall`, with a DESTDIR and a PREFIX that have spaces in them.
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

umask 022
it 'install puts the programs, their pages and completions under DESTDIR and PREFIX' installs
it 'install-debug puts the programs with their symbols under lib/debug' installs_debug
it 'installed again, the files are the same' installs_again
it 'uninstall leaves no file of them, and those of others' uninstalls
it 'uninstall of what is not installed is no mistake' uninstalls_again
