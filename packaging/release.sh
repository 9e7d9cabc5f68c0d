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

while read -r architecture _; do
    case " $* " in
    " # "* | *" $architecture "*) ;;
    *) fail "there is no compiler for $architecture (see packaging/platforms; Debian 13 has all)" ;;
    esac
done
rm -rf "$release"
mkdir -p "$release"

# The section of this version; before it has one, that of what is unreleased.
awk -v version="$version" '/^## / { inside = $2 == version || $2 == "Unreleased"; next } inside' \
    CHANGELOG.md >"$release/NOTES.md"
[ -s "$release/NOTES.md" ] || fail "CHANGELOG.md has no section $version"

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
(cd "$release" && sha256sum -- * >SHA256SUMS)
echo "$release: $(find "$release" -type f | wc -l) files"
