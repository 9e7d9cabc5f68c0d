#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What gdb makes of a core of a program and its .debug file. nsjoin is not dumpable, so no signal gets
# a core out of it: root takes one. Packages: gdb.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

# unshare ignores SIGTERM, and takes pause along, and with it all that is in there.
clean_up() { [ -z "${pod:-}" ] || kill -KILL "$pod" || :; }

[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
command -v gdb >/dev/null || skip_all 'there is no gdb'

make install-debug install DESTDIR="$work/root" PREFIX=/usr >"$work/log" 2>&1 ||
    { cat "$work/log"; exit 1; }
bin=$work/root/usr/bin debug=$work/root/usr/lib/debug/usr/bin

# child PID: prints the only one that it has.
child() { tr -d ' ' <"/proc/$1/task/$1/children" | grep .; }
sleeps() { same "$2" cat "/proc/$1/comm" && grep -q '^State:.S' "/proc/$1/status"; }

unshare --pid --fork --kill-child "$bin/pause" >/dev/null 2>&1 &
pod=$!
eventually child "$pod"
pause=$(child "$pod")
eventually sleeps "$pause" pause

# backtrace NAME PID: of a core of it, of which the installed program is taken to be lost.
backtrace() {
    gcore -o "$work/core" "$2" >"$work/gcore" 2>&1 || { cat "$work/gcore"; return 1; }
    gdb --batch -nx "$debug/$1.debug" "$work/core.$2" -ex bt | tee "$work/backtrace"
}
# frame FUNCTION FILE: is there one, with a line?
frame() { grep -Eq "^#[0-9]+ .*$1 \(.*\) at (\./)?$2:[1-9][0-9]*$" "$work/backtrace"; }

names_pause() {
    backtrace pause "$pause"
    frame start pause/pause.cpp
}

# It waits for its command, which ends with the pod.
names_nsjoin() {
    "$bin/nsjoin" "$pause" -- sleep infinity &
    nsjoin=$!
    eventually child "$nsjoin"
    eventually sleeps "$(child "$nsjoin")" sleep
    eventually sleeps "$nsjoin" nsjoin
    backtrace nsjoin "$nsjoin"
    frame until_end nsjoin/relay.cpp
    frame relay nsjoin/relay.cpp
    frame start nsjoin/main.cpp
}

it 'a core of pause names its functions and lines' names_pause
it 'a core of nsjoin that waits names its functions and lines' names_nsjoin
