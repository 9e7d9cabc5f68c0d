#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The images, built by buildah from the same Dockerfile, and run. It leaves them in build/engines as
# archives, which the tests of other engines load.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

clean_up() { [ ! -d "$work/root" ] || b rm --all >/dev/null || :; }

[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
command -v buildah >/dev/null || skip_all 'there is no buildah'

# With storage of its own, that nothing else sees.
b() { buildah --root "$work/root" --runroot "$work/runroot" "$@"; }
build() {
    b build --layers --isolation=chroot --network=host --pull=never --build-arg SOURCE=here "$@"
}
config() { b inspect --type image --format "{{$1}}" "$image"; }

imports_builder() {
    container=$(b from scratch)
    b add --quiet "$container" "$(builder_tar)" /
    b commit --quiet --rm "$container" docker.io/library/debian:trixie-slim
    b tag docker.io/library/debian:trixie-slim debian
}

# digest KIND FILE: of the image's manifest or layer, from a description of it in JSON.
digest() {
    tr '{' '\n' <"$2" | sed -n "/oci\.image\.$1\./s/.*\"digest\":\"sha256:\([0-9a-f]*\)\".*/\1/p"
}

holds_one_file() {
    mkdir "$work/$image.oci"
    b push --quiet "$image" "oci:$work/$image.oci"
    same 1 config 'len .OCIv1.RootFS.DiffIDs'
    manifest=$(digest manifest "$work/$image.oci/index.json")
    layer=$(digest layer "$work/$image.oci/blobs/sha256/$manifest")
    one_file "$image" "$work/$image.oci/blobs/sha256/$layer"
    tar -x -O -f "$work/$image.oci/blobs/sha256/$layer" "$image" >"$work/$image"
}

same_bytes_as_docker() { cmp "build/engines/$image.docker" "$work/$image"; }

prints_version() {
    container=$(b from --pull=never "$image")
    same "$image $version" b run --isolation=chroot "$container" -- "/$image" -V
}

# archives FILE NAME: under the name that engines give to what they built or pulled.
archives() {
    rm -f "build/engines/$1.tar"
    b push --quiet "$1" "docker-archive:build/engines/$1.tar:$2"
}

it 'the builder image can be had' imports_builder
for image in pause nsjoin; do
    it "buildah builds $image" build --build-arg VERSION="$version" --tag "$image" --target "$image" .
    [ "$failed" -eq 0 ] || exit 1
    it "the image $image holds one file, read-only" holds_one_file
    [ ! -s "build/engines/$image.docker" ] ||
        it "$image is what Docker builds, to the byte" same_bytes_as_docker
    it "$image runs /$image" same "[/$image]" config .OCIv1.Config.Entrypoint
    for label in "title=$image" "version=$version" licenses=Apache-2.0 source=here; do
        it "$image is annotated with $label" same "${label#*=}" \
            config "index .OCIv1.Config.Labels \"org.opencontainers.image.${label%%=*}\""
    done
    it "$image runs" prints_version
    it "$image can be carried elsewhere" archives "$image" "localhost/$image:latest"
done
image=pause it 'pause runs as 65535:65535' same 65535:65535 config .OCIv1.Config.User
image=nsjoin it 'nsjoin runs as root' same '' config .OCIv1.Config.User
it 'Debian can be carried elsewhere' archives debian docker.io/library/debian:trixie-slim
