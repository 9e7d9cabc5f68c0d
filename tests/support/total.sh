#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs each of its arguments as a shell command and ends with the total over the last line
# 'N passed, N failed, N skipped' of each. A command without one counts as one test, which passes if
# its status is 0. Status 1 if anything failed, or there was nothing to run.
set -u
passed=0 failed=0 skipped=0
log=$(mktemp) || exit
trap 'rm -f "$log" "$log.status"' EXIT
trap 'exit 1' INT TERM

for command; do
    echo 1 >"$log.status" # for who is killed before it can say
    { sh -c "$command" 2>&1; echo $? >"$log.status"; } | tee "$log"
    status=$(cat "$log.status")
    status=${status:-1}
    total=$(grep -a -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log" | tail -n 1)
    if [ -z "$total" ]; then
        [ "$status" -eq 0 ] && total='1 passed, 0 failed, 0 skipped'
        [ "$status" -eq 0 ] || total='0 passed, 1 failed, 0 skipped'
    fi
    # shellcheck disable=SC2086 # six words
    set -- $total
    passed=$((passed + $1)) failed=$((failed + $3)) skipped=$((skipped + $5))
    if [ "$status" -ne 0 ]; then
        echo "FAILED (status $status): $command"
        [ "$3" -gt 0 ] || failed=$((failed + 1))
    fi
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ $((passed + skipped)) -gt 0 ]
