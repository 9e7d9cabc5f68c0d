#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Puts together what a release consists of, in build/release: programs and their symbols for each
# architecture, images and what is in them, Debian packages, the source, the notes that CHANGELOG.md
# has, and SHA256SUMS of all that. `make release` has made all but the last two.
#
# usage: release.sh <architecture> ...
set -eu
cd "$(dirname "$0")/.."
version=$(cat VERSION)
release=build/release
fail() { echo "release: $*" >&2; exit 1; }
export LC_ALL=C # the order of SHA256SUMS

if [ -e .git ] && [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    fail 'there are changes that are not committed: the programs have them, the source has not'
fi

while read -r architecture _; do
    case " $* " in
    " # "* | *" $architecture "*) ;;
    *) fail "there is no compiler for $architecture (see packaging/platforms; Debian 13 has all)" ;;
    esac
done
trap '[ -e "$release/SHA256SUMS" ] || rm -rf "$release"' EXIT
trap 'exit 1' INT TERM
rm -rf "$release"
mkdir -p "$release"

# The section of this version; before it has one, that of what is unreleased.
section=Unreleased
! grep -q "^## $version\( \|\$\)" CHANGELOG.md || section=$version
awk -v section="$section" '/^## / { inside = $2 == section; next } inside' CHANGELOG.md >"$release/NOTES.md"
grep -q '[^[:space:]]' "$release/NOTES.md" || fail "CHANGELOG.md has no section $version"

for architecture; do
    for program in pause nsjoin; do
        cp "build/$architecture/$program" "$release/$program-$version-$architecture"
        xz -9 --threads=1 --stdout "build/$architecture/$program.debug" \
            >"$release/$program-$version-$architecture.debug.xz"
    done
done
for program in pause nsjoin; do
    cp "build/image/$program.tar" "$release/$program-$version-image.tar"
    cp "build/image/$program.spdx.json" "$release/$program-$version.spdx.json"
    cp "build/image/$program-sbom.tar" "$release/$program-$version-sbom.tar"
done
cp build/dist/*.tar.xz build/deb/*.deb "$release"
sums=$(cd "$release" && sha256sum -- *)
echo "$sums" >"$release/SHA256SUMS"
echo "$release: $(find "$release" -type f | wc -l) files"
