#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Packs the source into build/dist/pause-<version>.tar.xz: what is committed or, where there is no
# git, all that is here. The same commit gives the same bytes, in whatever directory and under
# whatever user. The files are as old as the commit, or as SOURCE_DATE_EPOCH says.
set -eu
cd "$(dirname "$0")/.."
dist=build/dist name=pause-$(cat VERSION)
rm -rf "$dist"
mkdir -p "$dist/$name"
trap 'rm -rf "${dist:?}/$name" "$dist/new"' EXIT
trap 'exit 1' INT TERM

if [ -e .git ]; then
    epoch=$(git log -1 --format=%ct)
    git archive --output="$dist/new" HEAD
else
    epoch=$(stat -c %Y VERSION)
    tar -c --exclude=./build --exclude=./debian -f "$dist/new" .
fi
tar -x -f "$dist/new" -C "$dist/$name"

# Neither the order in a directory, nor the user, the umask or the number of processors matters.
tar -c --format=ustar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$epoch}" --owner=0 --group=0 \
    --numeric-owner --mode=u=rwX,go=rX -f "$dist/new" -C "$dist" "$name"
xz -9 --threads=1 --stdout "$dist/new" >"$dist/$name.tar.xz"
echo "$dist/$name.tar.xz"
