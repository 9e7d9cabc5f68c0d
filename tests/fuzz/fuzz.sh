#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs fuzz targets, two at a time, and ends with 'N passed, N failed, N skipped'. What they begin with
# is in corpus/, which they leave as it is; an input that fails is kept beside the target.
#
# usage: fuzz.sh <directory of the targets> <seconds for each> <name> ...
set -eu
directory=$1
seconds=$2
shift 2

if [ ! -x "$directory/$1" ]; then
    echo "skipped: fuzzing: wants clang++ with libFuzzer (Debian: clang libclang-rt-14-dev)"
    echo "0 passed, 0 failed, $# skipped"
    exit 0
fi

# $1: a target. What it finds in a run goes into a directory of its own, for libFuzzer to go on from.
fuzz() {
    new=$(mktemp -d)
    status=0
    "$directory/$1" -max_total_time="$seconds" -timeout=10 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$directory/$1-" "$new" "tests/fuzz/corpus/$1" \
        >"$directory/$1.log" 2>&1 || status=1
    rm -rf "$new"
    return $status
}

passed=0 failed=0
report() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$directory/$1.log")
        echo "fuzzed $1: $runs inputs in $seconds s"
    else
        failed=$((failed + 1))
        echo "FAILED: fuzzing $1, see $directory/$1.log:"
        tail -n 40 "$directory/$1.log"
    fi
}

while [ $# -gt 0 ]; do
    first=$1 second=${2:-} second_process='' status=0
    if [ -n "$second" ]; then
        fuzz "$second" &
        second_process=$!
    fi
    fuzz "$first" || status=1
    report "$first" "$status"
    if [ -n "$second" ]; then
        status=0
        wait "$second_process" || status=1
        report "$second" "$status"
        shift
    fi
    shift
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
