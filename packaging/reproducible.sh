#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds what is in build/ once more, from the packed source: in another directory, as another user, with
# another umask, locale and time zone (the images as this user). Compares the bytes of each program, with
# symbols and without, and of each image's archive, which are listed.
#
# usage: reproducible.sh <architecture> ...
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

copy=$work/a/directory/with/a/longer/name
mkdir -p "$copy"
tar -x --strip-components=1 -C "$copy" -f "build/dist/pause-$(cat VERSION).tar.xz"
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$work"
    chown -R nobody: "$copy"
    other='setpriv --reuid=nobody --regid=nogroup --clear-groups'
else
    other=
fi

# shellcheck disable=SC2086 # words
(umask 027 && cd "$copy" && TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 HOME=/nonexistent $other \
    make -j"$(nproc)" --no-print-directory all-arch)
for program in pause nsjoin; do
    (cd "$copy" && sh packaging/image.sh "$program" "build/image/$program.tar" "$@")
done

differing=0
for architecture; do
    set -- "$@" "build/$architecture/pause" "build/$architecture/nsjoin" \
        "build/$architecture/pause.debug" "build/$architecture/nsjoin.debug"
    shift
done
for file in "$@" build/image/pause.tar build/image/nsjoin.tar; do
    if cmp -- "$file" "$copy/$file"; then
        sha256sum "$file"
    else
        differing=$((differing + 1))
    fi
done
[ "$differing" -eq 0 ] || { echo "not the same: $differing" >&2; exit 1; }
