#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the programs with clang++, for each architecture with GNU ld and with lld, into build/clang, and
# runs the tests of those for this machine. What clang++ or the linker does not know is skipped.
#
# usage: MAKE=<make> clang.sh <native architecture> [<architecture> <triple>] ...
set -eu
native=$1
shift

object=$(mktemp)
trap 'rm -f "$object"' EXIT
trap 'exit 1' INT TERM

# links TRIPLE LINKER: are there a compiler and a linker?
links() {
    echo 'extern "C" void _start() {}' |
        clang++ --target="$1" -fuse-ld="$2" -nostdlib -static -x c++ - -o "$object" 2>/dev/null
}

commands=$(while [ $# -gt 0 ]; do
    for linker in bfd lld; do
        if ! links "$2" $linker; then
            echo "echo 'skipped: clang++ with $linker for $1'; echo '0 passed, 0 failed, 1 skipped'"
            continue
        fi
        if [ "$1" = "$native" ]; then goal=test-programs; else goal=all; fi
        echo "$MAKE --no-print-directory CXX=clang++ LDFLAGS=-fuse-ld=$linker ARCH=$1" \
            "BUILD=build/clang/$1-$linker $goal"
    done
    shift 2
done)

# A command is a line.
set -f
IFS='
'
# shellcheck disable=SC2086
set -- $commands
unset IFS
sh tests/support/total.sh "$@"
