#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes an image of a program for each of the architectures: one index, as an OCI archive, which Docker
# can load too. By buildah, from the Dockerfile: what is built already takes the place of its
# first stage, so nothing is compiled or emulated here. The same binaries give the same bytes.
#
# usage: image.sh <program> <archive> <architecture> ...
#        SOURCE_DATE_EPOCH  seconds since 1970: when it was made; 0 unless given
#        SOURCE             where the source can be found, for the annotation
set -eu
program=$1
archive=$2
shift 2
architectures=$*
cd "$(dirname "$0")/.."
version=$(cat VERSION)
time=${SOURCE_DATE_EPOCH:-0}
fail() { echo "image: $*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail 'buildah wants root'
for tool in buildah jq; do command -v $tool >/dev/null || fail "there is no $tool"; done
work=$(mktemp -d)
trap 'b rm --all >/dev/null; rm -rf --one-file-system "$work" "$archive.new"' EXIT
trap 'exit 1' INT TERM

b() { buildah --root "$work/root" --runroot "$work/runroot" --storage-driver vfs "$@"; }

platform() { awk -v architecture="$1" '$1 == architecture { print $2 }' packaging/platforms; }

# The labels that the Dockerfile gives to its stage $program are annotations of the manifest as well.
annotations() {
    sed -n "/^FROM scratch AS $program\$/,/^\$/s/^[LABEL ]*\(org[^=]*\)=\"\(.*\)\".*/\1=\2/p" Dockerfile |
        while IFS='=' read -r name value; do
            # shellcheck disable=SC2016 # as they stand there
            case $value in
            '${VERSION}') value=$version ;;
            '${SOURCE}') value=${SOURCE-} ;;
            esac
            echo "$name=$value"
        done
}

set --
while read -r annotation; do
    set -- "$@" --annotation "$annotation"
done <<END
$(annotations)
END
b manifest create "$program" >/dev/null
for architecture in $architectures; do
    mkdir "$work/$architecture"
    install -m 0555 "build/$architecture/$program" "$work/$architecture"
    b build --quiet --isolation=chroot --pull=never --identity-label=false --timestamp "$time" \
        --platform "$(platform "$architecture")" --build-context "builder=$work/$architecture" \
        --build-arg VERSION="$version" --build-arg SOURCE="${SOURCE-}" --build-arg BUILDPLATFORM=linux "$@" \
        --target "$program" --manifest "$program" . >/dev/null
done
b manifest push --all --quiet "$program" "oci:$work/oci:localhost/$program:$version"

# Docker before 25 reads a file of its own, which names the parts of one image: that for amd64, if any.
blob() { echo "blobs/sha256/${1#sha256:}"; }
digest() { jq -r "$1" "$work/oci/$2"; }
index=$(blob "$(digest '.manifests[0].digest' index.json)")
manifest=$(blob "$(digest '[.manifests | sort_by(.platform.architecture != "amd64")[].digest][0]' "$index")")
jq -c --arg name "$program:$version" '[{
        Config: .config.digest, RepoTags: [$name], Layers: [.layers[].digest]
    }] | walk(if type == "string" then sub("^sha256:"; "blobs/sha256/") else . end)' \
    "$work/oci/$manifest" >"$work/oci/manifest.json"

mkdir -p "$(dirname "$archive")"
tar -c --format=ustar --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    -C "$work/oci" . >"$archive.new"
mv "$archive.new" "$archive"
