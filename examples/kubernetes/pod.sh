#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes a pod on a container runtime, with the calls that a kubelet makes and in its order: a sandbox
# from pod.json, which is pause, a container in it from container.json; then it removes both. In
# between, nsjoin looks into the pod from the node. The images must be present; nothing is pulled.
#
# usage: pod.sh <socket> <nsjoin> [<pod.json> [<container.json>]]
# shellcheck disable=SC2016 # what is in single quotes is expanded by jq, or inside
set -eu
[ $# -ge 2 ] || { echo 'usage: pod.sh <socket> <nsjoin> [<pod.json> [<container.json>]]' >&2; exit 2; }
socket=$1
nsjoin=$2
here=$(dirname "$0")
pod=${3:-$here/pod.json}
till=${4:-$here/container.json}
work=$(mktemp -d)
sandbox=

say() { printf '%s\n' "$*"; }
fail() { printf 'pod.sh: %s\n' "$*" >&2; exit 1; }

# cri METHOD FILTER: makes a request from the output of the jq filter, and prints the response. The
# filter has the configurations as $pod and $till, and the ids of what exists as $sandbox and $container.
cri() {
    jq -n --slurpfile pod "$pod" --slurpfile till "$till" \
        --arg sandbox "$sandbox" --arg container "${container:-}" \
        "\$pod[0] as \$pod | \$till[0] as \$till | $2" | "$here/cri" "$socket" "$1"
}
# The PID in a verbose status. CRI lets the runtime decide what that contains.
pid_of() { jq -r '.info.info | fromjson | .pid'; }
# The namespaces of a process.
namespaces() { for name in net ipc uts pid mnt; do readlink "/proc/$1/ns/$name"; done | xargs; }

clean_up() {
    [ -z "$sandbox" ] || cri RemovePodSandbox '{pod_sandbox_id: $sandbox}' >/dev/null || :
    rm -r "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

say 'Version: which runtime is this?'
cri Version '{}' | jq -r '"   \(.runtime_name) \(.runtime_version), CRI \(.runtime_api_version)"'
say 'Status: is it ready for pods?'
cri Status '{}' | jq -r '.status.conditions[] | "   \(.type): \(.status)"'

say 'RunPodSandbox: a network for the pod, by CNI, and pause in it. The runtime chooses the image.'
sandbox=$(cri RunPodSandbox '{config: $pod}' | jq -r .pod_sandbox_id)
[ -n "$sandbox" ] || fail 'no sandbox was made'
say 'PodSandboxStatus: the pod'\''s address.'
cri PodSandboxStatus '{pod_sandbox_id: $sandbox, verbose: true}' >"$work/sandbox"
jq -r '.status | "   \(.state), \(.network.ip)"' "$work/sandbox"
infra=$(pid_of <"$work/sandbox")
say "   held by $(cat "/proc/$infra/comm") ($infra): $(namespaces "$infra")"

say 'ImageStatus: is the container'\''s image present? (If not, PullImage.)'
cri ImageStatus '{image: $till.image}' | jq -e .image.id >"$work/image" || fail 'it is not present'
say 'CreateContainer, StartContainer: in the namespaces of the sandbox, with its own file system.'
container=$(cri CreateContainer '{pod_sandbox_id: $sandbox, config: $till, sandbox_config: $pod}' |
    jq -r .container_id)
cri StartContainer '{container_id: $container}' >/dev/null
say 'ContainerStatus: does it run?'
cri ContainerStatus '{container_id: $container, verbose: true}' >"$work/container"
jq -r '.status | "   \(.metadata.name): \(.state)"' "$work/container"
process=$(pid_of <"$work/container")
say "   $(cat "/proc/$process/comm") ($process): $(namespaces "$process")"

say 'ExecSync: what exec probes do. This one asks the server, on localhost, until it answers.'
probe='for try in $(seq 100); do cat </dev/tcp/127.0.0.1/8080 && exit; sleep 0.1; done; exit 1'
cri ExecSync "{container_id: \$container, cmd: [\"bash\", \"-c\", \"$probe\"]}" >"$work/probe"
jq -r '"   exit code \(.exit_code): \(.stdout | @base64d | rtrimstr("\n"))"' "$work/probe"

say "nsjoin: into the container from the node, by its number. The shell is the container's own."
say "   \$ nsjoin $process -- sh -c 'hostname; grep PRETTY_NAME /etc/os-release; cat /proc/1/comm'"
"$nsjoin" "$process" -- sh -c 'hostname; grep PRETTY_NAME /etc/os-release; cat /proc/1/comm' |
    sed 's/^/   /'
say "   Or into the pod's network only, with the node's tools: there are none in the sandbox."
say "   \$ nsjoin --net $infra -- ip -brief -4 address"
"$nsjoin" --net "$infra" -- ip -brief -4 address | sed 's/^/   /'

say 'StopPodSandbox: kills the containers, releases the network, and stops pause.'
cri StopPodSandbox '{pod_sandbox_id: $sandbox}' >/dev/null
cri PodSandboxStatus '{pod_sandbox_id: $sandbox}' | jq -r '"   \(.status.state)"'
say 'RemovePodSandbox: deletes the record. (A kubelet removes the containers first, one by one.)'
cri RemovePodSandbox '{pod_sandbox_id: $sandbox}' >/dev/null
sandbox=
[ ! -e "/proc/$infra" ] || fail 'pause is still there'
say "   The process $infra no longer exists."
