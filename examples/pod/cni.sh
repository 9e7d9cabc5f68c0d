# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# The network of a pod, by the CNI specification: plugins, which are programs, are called in order to
# add it to a network namespace, and in reverse order to remove it. `pod` includes this; $dir is the
# pod's directory, $pod its name. The directory keeps for later calls: "cni", the input of each
# plugin; "result", the last answer; "reached", how many plugins were called.
# shellcheck disable=SC2154 # `pod` sets these

cni_path=${CNI_PATH:-/usr/lib/cni:/opt/cni/bin}
plugin() {
    (PATH=$cni_path && command -v "$1") ||
        die "there is no CNI plugin $1 in $cni_path (install it, or set CNI_PATH)"
}

# Each plugin gets its part of the list and the common fields; plugins that can map ports get the
# ports. Loopback is always added as the last plugin, as engines do it.
# shellcheck disable=SC2016 # these are variables of jq
derive='. as $list
    | ($ports | split(" ") | map(select(. != "") | split(":") | map(tonumber)
        | { hostPort: .[0], containerPort: .[1], protocol: "tcp" })) as $mappings
    | [.plugins[], { type: "loopback" }]
    | map(. + { name: $list.name, cniVersion: $list.cniVersion }
        + if .capabilities.portMappings
            then { runtimeConfig: { portMappings: $mappings } } else {} end
        | del(.capabilities))'

# read_conflist FILE PORTS: refuses what cannot work, before it changes anything.
read_conflist() {
    needs jq 'install it'
    jq --arg ports "$2" "$derive" "$1" >"$dir/cni" 2>"$dir/said" ||
        die "cannot read $1: $(tail -n 1 "$dir/said") (give a CNI list, such as $here/cni.conflist)"
    [ -z "$2" ] || grep -q '"portMappings"' "$dir/cni" ||
        die "cannot map ports: no plugin in $1 has the capability portMappings (add portmap)"
    for type in $(jq -r '.[] | .type, (.ipam.type // empty)' "$dir/cni"); do
        plugin "$type" >/dev/null
    done
    : >"$dir/result"
}

# cni COMMAND INDEX: calls one plugin, with the answers of those before it.
cni() {
    config=$(jq --slurpfile result "$dir/result" ".[$2]
        + if \$result == [] then {} else { prevResult: \$result[0] } end" "$dir/cni")
    type=$(printf '%s' "$config" | jq -r .type)
    program=$(plugin "$type")
    printf '%s' "$config" | CNI_COMMAND=$1 CNI_CONTAINERID=$pod CNI_NETNS=$dir/net \
        CNI_IFNAME=eth0 CNI_PATH=$cni_path "$program" >"$dir/answer" 2>"$dir/said" || {
        why=$(jq -r .msg "$dir/answer" 2>/dev/null) || :
        why=${why:-$(tail -n 1 "$dir/said")}
        die "cannot $1 the network of the pod $pod: CNI plugin $type: $why"
    }
}

add_network() {
    for index in $(jq 'keys[]' "$dir/cni"); do
        echo $((index + 1)) >"$dir/reached"
        cni ADD "$index"
        mv "$dir/answer" "$dir/result"
    done
    jq -r '.ips[0].address // "" | split("/")[0] // ""' "$dir/result" >"$dir/address"
}

# A plugin that failed to add may have done so by half, so it is called too. DEL may be repeated.
del_network() {
    for index in $(seq "$(($(cat "$dir/reached") - 1))" -1 0); do
        cni DEL "$index"
    done
}
