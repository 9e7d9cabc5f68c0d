#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes Debian packages, and their source package, from the source that dist.sh has packed: into
# build/deb. Signs nothing. Needs debhelper, dpkg-dev, g++ and make.
set -eu
cd "$(dirname "$0")/.."
umask 022
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL # of the make that calls, which the package's is not

# What is not yet released is older than its release.
version=$(cat VERSION)
section=$(sed -n 's/^## \([^ ]*\).*/\1/p' CHANGELOG.md | head -n 1)
case $section in
Unreleased) upstream=$version~unreleased suite=UNRELEASED ;;
"$version") upstream=$version suite=unstable ;;
*) echo "VERSION is $version, but CHANGELOG.md begins with $section" >&2; exit 1 ;;
esac

rm -rf build/deb
mkdir -p build/deb
tree=build/deb/pause-$version
cp "build/dist/pause-$version.tar.xz" "build/deb/pause_$upstream.orig.tar.xz"
tar -x -C build/deb -f "build/deb/pause_$upstream.orig.tar.xz"
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' INT TERM
cp -r "$tree/packaging/debian" "$tree/debian"

# The first section of CHANGELOG.md, in Debian's form. The packages are as old as the source.
{
    printf 'pause (%s-1) %s; urgency=medium\n\n' "$upstream" "$suite"
    awk '/^## / { if (section++) exit; next } section && NF && !/^#/' CHANGELOG.md |
        sed 's/^  /    /; s/^- /  * /' | fmt --tagged-paragraph --width=79
    printf '\n -- %s  %s\n' "$(sed -n 's/^Maintainer: //p' packaging/debian/control)" \
        "$(date --utc --rfc-email --date="@$(stat -c %Y "$tree/VERSION")")"
} >"$tree/debian/changelog"

(cd "$tree" && dpkg-buildpackage --no-sign --jobs=auto)
