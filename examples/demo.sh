#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows what pause is for: it holds a pod's namespaces, takes in an orphan, and ends when told to.
# Needs util-linux and coreutils only, and no root where a user namespace can be had.
#
# usage: demo.sh <pause>
set -eu
pause=$1

say() { printf '%s\n' "$*"; }
step() { printf '\n%s\n' "$*"; }
fail() { printf 'demo: %s\n' "$*" >&2; exit 1; }

# Waits up to ten seconds for a command to succeed.
eventually() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || return 1
        sleep 0.1
    done
}

# setting FILE VALUE: has this kernel that setting, with that value?
setting() { [ -r "/proc/sys/$1" ] && [ "$(cat "/proc/sys/$1")" = "$2" ]; }

why_no_namespaces() {
    if [ "$(id -u)" -eq 0 ]; then
        say "root without CAP_SYS_ADMIN: if this is a container, run it with --privileged"
    elif setting user/max_user_namespaces 0; then
        say "sysctl user.max_user_namespaces is 0"
    elif setting kernel/unprivileged_userns_clone 0; then
        say "sysctl kernel.unprivileged_userns_clone is 0"
    elif setting kernel/apparmor_restrict_unprivileged_userns 1; then
        say "sysctl kernel.apparmor_restrict_unprivileged_userns is 1"
    else
        say "a seccomp filter or a security module: if this is a container, run it with --privileged"
    fi
}

# process FIELD PID: a field of proc_pid_status(5).
process() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status" 2>/dev/null; }

# The processes whose parent is PID.
children_of() {
    grep -ls "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status | sed 's|/proc/\([0-9]*\)/.*|\1|'
}

# The processes that are in a namespace such as net:[4026531840], with their names.
holders_of() {
    for link in /proc/[0-9]*/ns/"${1%%:*}"; do
        [ "$(readlink "$link" 2>/dev/null)" = "$1" ] || continue
        pid=${link#/proc/} pid=${pid%%/*}
        printf '%s (%s)  ' "$(process Name "$pid")" "$pid"
    done
}

has_children() { [ -n "$(children_of "$1")" ]; }
has_no_children() { ! has_children "$1"; }
is_pause() { [ "$(process Name "$1")" = pause ] && [ "$(process State "$1")" = 'S (sleeping)' ]; }

user=
nsenter_user=
if ! unshare --fork --pid true 2>/dev/null; then
    user='--user --map-root-user'
    nsenter_user='--user --preserve-credentials'
    # shellcheck disable=SC2086 # two words
    unshare $user --fork --pid true 2>/dev/null ||
        fail "namespaces can't be made here: $(why_no_namespaces)"
fi

step '1. A pod begins with its infra container: new namespaces, and pause as process 1 in them.'
say "   \$ unshare ${user:+$user }--net --ipc --uts --pid --fork pause"
work=$(mktemp -d)
holder=
trap '[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null || :; rm -r "$work"' EXIT
# /proc is still the one outside, so the shell that becomes pause sees there what its number is here.
# shellcheck disable=SC2086,SC2016 # two words; expanded inside
unshare $user --net --ipc --uts --pid --fork --kill-child sh -c '
    read -r pid rest </proc/self/stat
    echo "$pid" >"$1/pid"
    exec "$2"' sh "$work" "$pause" 2>"$work/said" &
holder=$!
eventually test -s "$work/pid" || fail 'unshare did not start pause'
pid=$(cat "$work/pid")
eventually is_pause "$pid" || fail 'pause did not go to sleep'
say "   pause sleeps: it is $(process NSpid "$pid" | sed 's/[[:space:]].*//') here, and" \
    "$(process NSpid "$pid" | sed 's/.*[[:space:]]//') in its PID namespace." \
    "It keeps $(sed -n 's/^Rss: *//p' "/proc/$pid/smaps_rollup") of memory."

step '2. Who holds which namespace:'
for name in net ipc uts pid; do
    namespace=$(readlink "/proc/$pid/ns/$name")
    [ "$namespace" != "$(readlink "/proc/self/ns/$name")" ] || fail "the $name namespace is ours"
    printf '   %-18s %s\n' "$namespace" "$(holders_of "$namespace")"
done
say '   (unshare only waits for pause, to pass on its status.)'

step '3. A process inside leaves an orphan behind, and pause becomes its parent.'
say "   \$ nsenter --target $pid ${nsenter_user:+$nsenter_user }--pid sh -c 'sleep 1 &'"
switches=$(process voluntary_ctxt_switches "$pid")
# shellcheck disable=SC2086 # two words
nsenter --target "$pid" $nsenter_user --pid sh -c 'sleep 1 &'
eventually has_children "$pid" || fail 'pause got no orphan'
orphan=$(children_of "$pid")
say "   $(process Name "$orphan") ($orphan) has the parent $(process PPid "$orphan"), pause."
eventually has_no_children "$pid" || fail 'the orphan did not go'
[ "$switches" = "$(process voluntary_ctxt_switches "$pid")" ] || fail 'pause woke for an orphan'
say '   A second later it has died and is gone. There is no zombie, and pause did not even wake.'

step '4. SIGTERM ends pause, and with it the pod.'
say "   \$ kill -TERM $pid"
namespace=$(readlink "/proc/$pid/ns/net")
kill -TERM "$pid"
status=0
wait "$holder" || status=$?
holder=
sed 's/^/   /' "$work/said"
[ "$status" -eq 0 ] || fail "the status was $status"
[ -z "$(holders_of "$namespace")" ] || fail "$namespace is still there"
say "   Status $status. Nothing holds $namespace any more."
