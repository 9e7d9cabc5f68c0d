# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# What the tests of engines and of packaging share: counting, cleaning up, and the builder image, which no
# registry is asked for. Packages: mmdebstrap.

# shellcheck disable=SC2034 # used by those that include this
version=$(cat VERSION)
work=$(mktemp -d)
passed=0 failed=0 skipped=0
native=$PWD/build/$(make -s native) # where the programs for this machine are

# Ends with the total, whatever happened. clean_up is the engine's.
finish() {
    status=$?
    trap - EXIT
    trap '' INT TERM
    set +e # what can't be cleaned up must not keep the rest from it, nor the total
    clean_up
    grep "$work" /proc/mounts | cut -d' ' -f2 | sort -r | xargs -r umount --lazy
    rm -rf --one-file-system "$work"
    [ "$status" -eq 0 ] || failed=$((failed + 1))
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}
trap finish EXIT
trap 'exit 1' INT TERM

# skip_all WHY: nothing here can be tested.
skip_all() {
    echo "skipped: $0: $1"
    skipped=1
    exit 0
}

# it SENTENCE COMMAND...: one test, which passes if every step of the command does. Not in an `if`:
# there errexit would mean nothing.
it() {
    sentence=$1
    shift
    set +e
    (set -e && "$@") >"$work/output" 2>&1
    result=$?
    set -e
    if [ "$result" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok: $sentence"
    else
        failed=$((failed + 1))
        echo "FAILED: $sentence: $*"
        sed 's/^/    /' "$work/output"
    fi
}

# same EXPECTED COMMAND...: does the command succeed and print just that?
same() {
    expected=$1
    shift
    actual=$("$@") || return
    [ "$actual" = "$expected" ] || { echo "expected: $expected"; echo "got: $actual"; return 1; }
}

# eventually COMMAND...: does it succeed within 30 seconds?
eventually() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || { echo "not within 30 seconds: $*"; return 1; }
        sleep 0.1
    done
}

# The builder image's root file system, as the tar file that it prints the name of.
builder_tar() {
    tar=build/engines/trixie.tar
    if [ ! -s "$tar" ]; then
        mkdir -p build/engines
        mmdebstrap --quiet --variant=apt --format=tar trixie "$tar.new" >&2
        mv "$tar.new" "$tar"
    fi
    echo "$tar"
}

# archive IMAGE: prints the name of its archive, of localhost/pause, localhost/nsjoin or
# docker.io/library/debian:trixie-slim.
archive() {
    [ -s "build/engines/$1.tar" ] || { echo "there is no $1.tar: run buildah.sh first" >&2; return 1; }
    echo "build/engines/$1.tar"
}

# For a shell in a container of a pod that shares its PID namespace: leaves an orphan, and sees it go.
# shellcheck disable=SC2016 # expanded inside
reaping='
    grep -x pause /proc/1/comm || exit 1
    orphan=$(sh -c "sleep 1 >/dev/null 2>&1 & echo \$!")
    grep "^PPid:.1\$" "/proc/$orphan/status" || exit 1
    for try in $(seq 300); do
        [ -e "/proc/$orphan" ] || exit 0
        sleep 0.1
    done
    exit 1'

# one_file NAME LAYER: has the tar file LAYER nothing in it but NAME, read-only and root's?
one_file() {
    tar -tv --numeric-owner -f "$2" | awk '{ print $1, $2, $6 }' >"$work/entries"
    same "-r-xr-xr-x 0/0 $1" cat "$work/entries"
}
