#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The image, built by buildah from the same Dockerfile, and run.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/engines/lib.sh
. tests/engines/lib.sh

clean_up() { [ ! -d "$work/root" ] || b rm --all >/dev/null || :; }

[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
command -v buildah >/dev/null || skip_all 'there is no buildah'

# With storage of its own, that nothing else sees.
b() { buildah --root "$work/root" --runroot "$work/runroot" --storage-driver vfs "$@"; }
build() {
    b build --isolation=chroot --network=host --pull=never --build-arg SOURCE=here "$@"
}
config() { b inspect --type image --format "{{$1}}" pause; }

imports_builder() {
    container=$(b from scratch)
    b add --quiet "$container" "$(builder_tar)" /
    b commit --quiet --rm "$container" docker.io/library/debian:trixie-slim
}

# digest KIND FILE: of the image's manifest or layer, from a description of it in JSON.
digest() {
    tr '{' '\n' <"$2" | sed -n "/oci\.image\.$1\./s/.*\"digest\":\"sha256:\([0-9a-f]*\)\".*/\1/p"
}

holds_one_file() {
    mkdir "$work/oci"
    b push --quiet pause "oci:$work/oci"
    layers=$(b inspect --type image --format '{{len .OCIv1.RootFS.DiffIDs}}' pause)
    [ "$layers" -eq 1 ]
    manifest=$(digest manifest "$work/oci/index.json")
    layer=$(digest layer "$work/oci/blobs/sha256/$manifest")
    one_file "$work/oci/blobs/sha256/$layer"
    tar -x -O -f "$work/oci/blobs/sha256/$layer" pause >"$work/pause"
}

same_bytes_as_docker() { cmp build/engines/pause.docker "$work/pause"; }

runs() {
    container=$(b from --pull=never pause)
    same "pause $version" b run --isolation=chroot "$container" -- /pause -v
}

it 'the builder image can be had' imports_builder
it 'buildah builds the image' build --build-arg VERSION="$version" --tag pause .
[ "$failed" -eq 0 ] || exit 1
it 'the image holds one file, read-only' holds_one_file
if [ -s build/engines/pause.docker ]; then
    it 'which is what Docker builds, to the byte' same_bytes_as_docker
fi
it 'it runs as 65535:65535' same 65535:65535 config .OCIv1.Config.User
it 'it runs /pause' same '[/pause]' config .OCIv1.Config.Entrypoint
for label in title=pause "version=$version" licenses=Apache-2.0 source=here; do
    it "it is annotated with $label" same "${label#*=}" \
        config "index .OCIv1.Config.Labels \"org.opencontainers.image.${label%%=*}\""
done
it 'it runs' runs
