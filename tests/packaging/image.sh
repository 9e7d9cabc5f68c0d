#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The archives that `make image` makes: what is in them, and that engines and a registry take them.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

# The servers, which were all told where to keep what is theirs.
clean_up() {
    for process in $(pgrep -f "$work"); do
        [ "$process" -eq $$ ] || kill "$process" 2>/dev/null || :
    done
}

[ "$(id -u)" -eq 0 ] || skip_all 'buildah and the engines want root'
for program in containerd docker-registry dockerd jq podman skopeo; do
    command -v "$program" >/dev/null || skip_all "there is no $program"
done

registry=127.0.0.1:15147
architectures=$(find build -mindepth 2 -maxdepth 2 -name pause -type f | cut -d/ -f2 | sort)
platforms=$(echo "$architectures" | wc -l)

# in_image DIGEST: the file of it.
in_image() { echo "$work/$program/blobs/sha256/${1#sha256:}"; }
index() { in_image "$(jq -r '.manifests[0].digest' "$work/$program/index.json")"; }
# of PLATFORM: the digest of its manifest; linux/arm/v7 is written linux arm v7.
of() {
    jq -r --arg platform "$*" '.manifests[] |
        select(([.platform | .os, .architecture, .variant // empty] | join(" ")) == $platform).digest' \
        "$(index)"
}

# The name of each directory in build/, and what the image specification calls that.
named() { awk '/^[^#]/ { gsub("/", " ", $2); print $1, $2 }' packaging/platforms; }

is_made() {
    # shellcheck disable=SC2086 # words
    sh packaging/image.sh "$program" "$work/$program.tar" $architectures
    mkdir "$work/$program"
    tar -x -C "$work/$program" -f "$work/$program.tar"
}
is_made_again() {
    # shellcheck disable=SC2086 # words
    sh packaging/image.sh "$program" "$work/$program.again" $architectures
    cmp "$work/$program.tar" "$work/$program.again"
}

holds_each_platform() {
    same "$platforms" jq '.manifests | length' "$(index)"
    named | while read -r architecture platform; do
        [ -e "build/$architecture/$program" ] || continue
        # shellcheck disable=SC2086 # words
        layer=$(jq -r '.layers[0].digest' "$(in_image "$(of $platform)")")
        gunzip <"$(in_image "$layer")" >"$work/layer"
        one_file "$program" "$work/layer"
        tar -x -O -f "$work/layer" "$program" | cmp - "build/$architecture/$program"
    done
}
is_flat() {
    same application/vnd.oci.image.manifest.v1+json jq -r '[.manifests[].mediaType] | unique[]' "$(index)"
}
is_annotated() {
    for manifest in $(jq -r '.manifests[].digest' "$(index)"); do
        same "$program $version Apache-2.0" jq -r '.annotations |
            [.["org.opencontainers.image." + ("title", "version", "licenses")]] | join(" ")' \
            "$(in_image "$manifest")"
    done
}

# The manifest, the config and the layer of each platform.
is_small() {
    for manifest in $(jq -r '.manifests[].digest' "$(index)"); do
        size=$(($(wc -c <"$(in_image "$manifest")") + \
            $(jq '.config.size + .layers[0].size' "$(in_image "$manifest")")))
        echo "$manifest: $size bytes"
        [ "$size" -le 4096 ]
    done
}

is_described() {
    sh packaging/sbom.sh "$work/$program.tar"
    same "$platforms" jq '.files | length' "$work/$program.spdx.json"
    same "$(sha256sum <"build/x86_64/$program" | cut -d' ' -f1)" jq -r '.files[] |
        select(.comment == "linux/amd64").checksums[] | select(.algorithm == "SHA256").checksumValue' \
        "$work/$program.spdx.json"
    same '["'"$program"'"]' jq -c '[.packages[].name]' "$work/$program.spdx.json"
    # SPDX 2.3, 7.8 and 7.9: a package that contains files was analyzed, and has the sum of their sums.
    same "$(jq -r '[.files[].checksums[] | select(.algorithm == "SHA1").checksumValue] | sort | add' \
        "$work/$program.spdx.json" | tr -d '\n' | sha1sum | cut -d' ' -f1)" jq -r '.packages[] |
        select(.filesAnalyzed).packageVerificationCode.packageVerificationCodeValue' "$work/$program.spdx.json"
}

is_loaded_by_docker() {
    dockerd --data-root "$work/docker" --exec-root "$work/docker.exec" --pidfile "$work/docker.pid" \
        --host "unix://$work/docker.socket" --bridge=none --iptables=false >"$work/docker.log" 2>&1 &
    docker=$!
    docker() { command docker --host "unix://$work/docker.socket" "$@"; }
    eventually docker info
    docker load --input "$work/$program.tar"
    docker run --rm --network=none "$program:$version" -V >"$work/said" || :
    kill "$docker"
    wait "$docker" || :
    same "$program $version" cat "$work/said"
}
is_loaded_by_podman() {
    podman() { command podman --root "$work/podman" --runroot "$work/podman.run" "$@"; }
    podman load --quiet --input "$work/$program.tar"
    same "$version" podman image inspect --format '{{index .Labels "org.opencontainers.image.version"}}' \
        "localhost/$program:$version"
}
is_imported_by_containerd() {
    mkdir -p "$work/containerd"
    printf '%s\n' 'version = 2' 'disabled_plugins = ["io.containerd.grpc.v1.cri"]' >"$work/containerd.toml"
    containerd --config "$work/containerd.toml" --root "$work/containerd" \
        --state "$work/containerd.state" --address "$work/containerd.socket" >"$work/containerd.log" 2>&1 &
    containerd=$!
    ctr() { command ctr --address "$work/containerd.socket" "$@"; }
    eventually ctr version
    ctr images import --all-platforms "$work/$program.tar"
    ctr images list | tee "$work/images"
    kill "$containerd"
    wait "$containerd" || :
    same "$platforms" sh -c "grep -o 'linux/[a-z0-9/,]*' '$work/images' | tr , '\n' | sort -u | wc -l"
}

registers() {
    printf '%s\n' 'version: 0.1' 'storage: {filesystem: {rootdirectory: '"$work/registry"'}}' \
        "http: {addr: '$registry'}" >"$work/registry.yml"
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    eventually curl --silent --fail "http://$registry/v2/"
}
copies() { skopeo copy --quiet --dest-tls-verify=false --src-tls-verify=false "$@"; }
is_pushed() {
    copies --all "oci-archive:$work/$program.tar" "docker://$registry/$program:$version"
    same "$(jq -r '.manifests[0].digest' "$work/$program/index.json")" \
        sh -c "skopeo inspect --raw --tls-verify=false docker://$registry/$program:$version |
            sha256sum | sed 's/^\([0-9a-f]*\).*/sha256:\1/'"
}
is_pulled() {
    named | while read -r architecture os machine variant; do
        [ -e "build/$architecture/$program" ] || continue
        rm -rf "$work/pulled"
        skopeo copy --quiet --src-tls-verify=false --override-os "$os" --override-arch "$machine" \
            ${variant:+--override-variant "$variant"} "docker://$registry/$program:$version" \
            "dir:$work/pulled"
        layer=$(jq -r '.layers[0].digest' "$work/pulled/manifest.json")
        tar -xzO -f "$work/pulled/${layer#sha256:}" "$program" | cmp - "build/$architecture/$program"
    done
}
is_referred_to() {
    digest=$(jq -r '.manifests[0].digest' "$work/$program/index.json")
    tag=sha256-${digest#sha256:}
    copies --all "oci-archive:$work/$program-sbom.tar" "docker://$registry/$program:$tag"
    skopeo inspect --raw --tls-verify=false "docker://$registry/$program:$tag" >"$work/referrers"
    skopeo inspect --raw --tls-verify=false \
        "docker://$registry/$program@$(jq -r '.manifests[0].digest' "$work/referrers")" >"$work/referrer"
    same "$digest application/spdx+json" jq -r '.subject.digest + " " + .artifactType' "$work/referrer"
}

it 'a registry serves' registers
for program in pause nsjoin; do
    it "$program: an image is made" is_made
    [ -s "$work/$program.tar" ] || exit 1
    it "$program: made again, it is the same to the byte" is_made_again
    it "$program: it holds each platform, and of each just the program" holds_each_platform
    it "$program: its index lists images, and nothing else" is_flat
    it "$program: each is annotated" is_annotated
    it "$program: what is in it is said in SPDX" is_described
    it "$program: Docker loads and runs it" is_loaded_by_docker
    it "$program: podman loads it" is_loaded_by_podman
    it "$program: containerd imports all of its platforms" is_imported_by_containerd
    it "$program: skopeo pushes it as it is" is_pushed
    it "$program: each platform that is pulled is what was built, to the byte" is_pulled
    it "$program: the registry has what is in it as a referrer" is_referred_to
done
program=pause it 'the image of pause for one platform is at most 4 KiB' is_small
