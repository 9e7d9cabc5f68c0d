#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Says what an image made by image.sh consists of, in SPDX 2.3: one file for each platform, as it is in the
# image, and no package beside. And puts that into an OCI archive as a referrer of the image, to be
# pushed beside it under the tag that registries without the referrers API look for:
#
#   skopeo copy --all oci-archive:<program>-sbom.tar \
#       docker://<registry>/<program>:sha256-<digest of the index>
#
# usage: sbom.sh <directory>/<program>.tar    makes <program>.spdx.json and <program>-sbom.tar beside it
#        SOURCE_DATE_EPOCH  seconds since 1970: when it was made; 0 unless given
set -eu
image=$1
program=$(basename "$image" .tar)
document=${image%.tar}.spdx.json archive=${image%.tar}-sbom.tar
version=$(cat "$(dirname "$0")/../VERSION")
time=${SOURCE_DATE_EPOCH:-0}
command -v jq >/dev/null || { echo 'sbom: there is no jq' >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work" "$archive.new"' EXIT
trap 'exit 1' INT TERM

mkdir "$work/image"
tar -x -C "$work/image" -f "$image"
in_image() { echo "$work/image/blobs/sha256/${1#sha256:}"; }
digest=$(jq -r '.manifests[0].digest' "$work/image/index.json")

# A line for each platform: its name, and the sums of the file.
jq -r '.manifests[] | .digest + " " + ([.platform | .os, .architecture, .variant // empty] | join("/"))' \
    "$(in_image "$digest")" | while read -r manifest platform; do
    layer=$(jq -r '.layers[0].digest' "$(in_image "$manifest")")
    tar -xzO -f "$(in_image "$layer")" "$program" >"$work/file"
    echo "$platform $(sha1sum <"$work/file" | cut -d' ' -f1) $(sha256sum <"$work/file" | cut -d' ' -f1)"
done >"$work/files"
[ -s "$work/files" ]

# SPDX 2.3, 7.9: the sum of the sums, in their order.
code=$(cut -d' ' -f2 "$work/files" | LC_ALL=C sort | tr -d '\n' | sha1sum | cut -d' ' -f1)

jq --raw-input --null-input --arg program "$program" --arg version "$version" \
    --arg digest "${digest#sha256:}" --arg code "$code" --arg created "$(date -u -d "@$time" +%Y-%m-%dT%H:%M:%SZ)" '
    [inputs | split(" ") | {
        SPDXID: ("SPDXRef-" + (.[0] | gsub("/"; "-"))),
        fileName: ("./" + .[0] + "/" + $program),
        comment: .[0],
        fileTypes: ["BINARY"],
        checksums: [{algorithm: "SHA1", checksumValue: .[1]}, {algorithm: "SHA256", checksumValue: .[2]}],
        licenseConcluded: "Apache-2.0",
        licenseInfoInFiles: ["NOASSERTION"],
        copyrightText: "NOASSERTION"
    }] as $files | {
        spdxVersion: "SPDX-2.3",
        dataLicense: "CC0-1.0",
        SPDXID: "SPDXRef-DOCUMENT",
        name: ($program + "-" + $version),
        documentNamespace: ("https://spdx.org/spdxdocs/" + $program + "-" + $version + "-" + $digest),
        creationInfo: {created: $created, creators: ["Tool: packaging/sbom.sh"]},
        packages: [{
            SPDXID: "SPDXRef-image",
            name: $program,
            versionInfo: $version,
            primaryPackagePurpose: "CONTAINER",
            downloadLocation: "NOASSERTION",
            filesAnalyzed: true,
            packageVerificationCode: {packageVerificationCodeValue: $code},
            checksums: [{algorithm: "SHA256", checksumValue: $digest}],
            licenseConcluded: "Apache-2.0",
            licenseInfoFromFiles: ["NOASSERTION"],
            licenseDeclared: "Apache-2.0",
            copyrightText: "NOASSERTION",
            comment: "Statically linked, without a C library or any other: there are no packages in it."
        }],
        files: $files,
        relationships: ([{
            spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-image"
        }] + [$files[] | {
            spdxElementId: "SPDXRef-image", relationshipType: "CONTAINS", relatedSpdxElement: .SPDXID
        }])
    }' "$work/files" >"$work/document"

# The referrer: image-spec 1.1, manifest.md, "Guidelines for Artifact Usage".
mkdir -p "$work/oci/blobs/sha256"
type=application/spdx+json
empty=application/vnd.oci.empty.v1+json

# descriptor TYPE FILE: takes the file in as a blob, and prints what refers to it.
descriptor() {
    sum=$(sha256sum <"$2" | cut -d' ' -f1)
    cp "$2" "$work/oci/blobs/sha256/$sum"
    printf '{"mediaType": "%s", "digest": "sha256:%s", "size": %s}' "$1" "$sum" "$(wc -c <"$2")"
}
index=application/vnd.oci.image.index.v1+json
manifest=application/vnd.oci.image.manifest.v1+json
printf '{}' >"$work/empty"
jq -n -c --arg type $type --arg manifest $manifest \
    --argjson config "$(descriptor $empty "$work/empty")" \
    --argjson layer "$(descriptor $type "$work/document")" \
    --argjson subject "$(jq '.manifests[0] | {mediaType, digest, size}' "$work/image/index.json")" '{
        schemaVersion: 2, mediaType: $manifest, artifactType: $type,
        config: $config, layers: [$layer], subject: $subject
    }' >"$work/referrer"
jq -n -c --arg type $type --arg index $index \
    --argjson referrer "$(descriptor $manifest "$work/referrer")" '{
        schemaVersion: 2, mediaType: $index, manifests: [$referrer + {artifactType: $type}]
    }' >"$work/referrers"
jq -n -c --arg name "sha256-${digest#sha256:}" --argjson referrers "$(descriptor $index "$work/referrers")" '{
        schemaVersion: 2,
        manifests: [$referrers + {annotations: {"org.opencontainers.image.ref.name": $name}}]
    }' >"$work/oci/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"

tar -c --format=ustar --sort=name --mtime="@$time" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    -C "$work/oci" . >"$archive.new"
mv "$archive.new" "$archive"
mv "$work/document" "$document"
