#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows what pause and nsjoin do: pause holds a pod's namespaces, adopts an orphan, and ends when told
# to; with nsjoin, other processes enter the pod. Needs only what every Debian has (util-linux, bash,
# perl), and no root if unprivileged user namespaces are allowed.
#
# usage: demo.sh <pause> <nsjoin>
set -eu
pause=$1
nsjoin=$2
examples=$(dirname "$0")
export LC_ALL=C

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

# setting FILE VALUE: does this kernel have the setting, with this value?
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

# The network devices that a process sees.
devices_of() { sed -n 's/^ *\([^ :]*\):.*/\1/p' "/proc/$1/net/dev" | xargs; }

# Does anyone in the network namespace of PID wait for connections to port 8080?
listens() { grep -q ':1F90 [0-9A-F]*:0000 0A ' "/proc/$1/net/tcp"; }

for program in bash perl; do
    command -v "$program" >/dev/null || fail "there is no $program"
done

user=
if ! unshare --fork --pid true 2>/dev/null; then
    user='--user --map-root-user'
    # shellcheck disable=SC2086 # two words
    unshare $user --fork --pid true 2>/dev/null ||
        fail "cannot create namespaces here: $(why_no_namespaces)"
fi

step '1. A pod begins with its infra container: new namespaces, and pause as process 1 in them.'
say "   \$ unshare ${user:+$user }--net --ipc --uts --pid --fork pause"
work=$(mktemp -d)
holder=
trap '[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null || :; rm -r "$work"' EXIT
# /proc is still the host's, so the shell that becomes pause reads its PID on the host there.
# shellcheck disable=SC2086,SC2016 # two words; expanded inside
unshare $user --net --ipc --uts --pid --fork --kill-child sh -c '
    read -r pid rest </proc/self/stat
    echo "$pid" >"$1/pid"
    exec "$2"' sh "$work" "$pause" 2>"$work/said" &
holder=$!
eventually test -s "$work/pid" || fail 'unshare did not start pause'
pid=$(cat "$work/pid")
eventually is_pause "$pid" || fail 'pause did not go to sleep'
say "   pause sleeps. Its PID is $(process NSpid "$pid" | sed 's/[[:space:]].*//') on the host, and" \
    "$(process NSpid "$pid" | sed 's/.*[[:space:]]//') in its PID namespace." \
    "It keeps $(sed -n 's/^Rss: *//p' "/proc/$pid/smaps_rollup") of memory."

step '2. Who holds which namespace:'
for name in net ipc uts pid; do
    namespace=$(readlink "/proc/$pid/ns/$name")
    [ "$namespace" != "$(readlink "/proc/self/ns/$name")" ] || fail "the $name namespace is the host's"
    printf '   %-18s %s\n' "$namespace" "$(holders_of "$namespace")"
done
say '   (unshare only waits for pause, to return its status.)'

step '3. nsjoin runs a command in the namespaces of pause. The command leaves an orphan behind:'
say "   \$ nsjoin $pid -- sh -c 'sleep 1 &'"
switches=$(process voluntary_ctxt_switches "$pid")
"$nsjoin" "$pid" -- sh -c 'sleep 1 &'
eventually has_children "$pid" || fail 'pause did not get the orphan'
orphan=$(children_of "$pid")
say "   $(process Name "$orphan") ($orphan) has the parent $(process PPid "$orphan"), pause."
eventually has_no_children "$pid" || fail 'the orphan is still there'
[ "$switches" = "$(process voluntary_ctxt_switches "$pid")" ] || fail 'pause woke for an orphan'
say '   A second later it has ended. There is no zombie, and pause was not even woken.'

step "4. The pod's network is new, and loopback is down. A command inside brings it up:"
say "   \$ nsjoin $pid -- perl examples/loopback-up.pl"
"$nsjoin" "$pid" -- perl "$examples/loopback-up.pl" || fail 'the loopback did not come up'

step '5. A second process enters the pod and stays: a server on localhost.'
say "   \$ nsjoin $pid -- perl examples/server.pl &"
"$nsjoin" "$pid" -- perl "$examples/server.pl" &
server=$!
eventually listens "$pid" || fail 'the server does not listen'
namespace=$(readlink "/proc/$pid/ns/net")
say "   Who holds $namespace now: $(holders_of "$namespace")"
say '   (nsjoin only waits for its command. Meanwhile only root can inspect it.)'

step '6. A third process enters, and asks the server on localhost for its PID and its network devices.'
say "   \$ nsjoin $pid -- bash -c 'cat </dev/tcp/127.0.0.1/8080; ...'"
# shellcheck disable=SC2016 # expanded inside
"$nsjoin" "$pid" -- bash -c '
    cat </dev/tcp/127.0.0.1/8080
    echo $$
    sed -n "s/^ *\([^ :]*\):.*/\1/p" /proc/self/net/dev | xargs' >"$work/answers" ||
    fail 'the server does not answer'
{
    read -r server_pid
    read -r server_devices
    read -r client_pid
    read -r client_devices
} <"$work/answers"
printf '   %-12s %-34s %s\n' \
    'the server' "is process $server_pid of the pod, and sees:" "$server_devices" \
    'the client' "is process $client_pid of the pod, and sees:" "$client_devices" \
    'the host' 'has:' "$(devices_of self)"
[ "$server_devices" = "$client_devices" ] || fail 'they see different devices'
[ "$(devices_of "$pid")" = "$client_devices" ] || fail 'pause has other devices'
say '   The third has ended. The second would continue; a fourth sends it SIGTERM, by its PID in the pod.'
say "   \$ nsjoin $pid -- sh -c 'kill $server_pid'"
"$nsjoin" "$pid" -- sh -c "kill $server_pid" || fail 'the server was not found in the pod'
status=0
wait "$server" 2>/dev/null || status=$?
[ "$status" -eq 143 ] || fail "the server ended with status $status"
is_pause "$pid" || fail 'pause is gone'
say '   The server ends, and so does its nsjoin, by SIGTERM like its command. The pod stays.'
say "   Who holds $namespace now: $(holders_of "$namespace")"

step '7. SIGTERM ends pause, and with it the pod.'
say "   \$ kill -TERM $pid"
kill -TERM "$pid"
status=0
wait "$holder" || status=$?
holder=
sed 's/^/   /' "$work/said"
[ "$status" -eq 0 ] || fail "the status was $status"
[ -z "$(holders_of "$namespace")" ] || fail "$namespace is still there"
say "   Status $status. Nothing holds $namespace any more."
