#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The images, run by containerd as a kubelet has it run them: through its Container Runtime Interface,
# with the configuration and the requests of examples/kubernetes. All of it on a node that is a pod
# itself: pause holds its network, mounts, processes and host name, nsjoin runs what runs on it, and
# when pause ends, nothing of it is left.
# shellcheck disable=SC2016 # what is in single quotes is expanded by jq, or inside
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

kubernetes=$PWD/examples/kubernetes
nsjoin=$native/nsjoin
pause=$native/pause
cgroup=/${work##*/} # of all the pods, below the root of each hierarchy

holder=
clean_up() {
    [ -z "$holder" ] || kill -KILL "$holder" || :
    wait || :
    eventually no_cgroups || :
}
no_cgroups() {
    find /sys/fs/cgroup -depth -type d -path "*$cgroup*" -exec rmdir {} +
}

[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
[ -x "$nsjoin" ] || skip_all 'nsjoin is not built'
for program in containerd containerd-shim-runc-v2 runc jq ip iptables protoc; do
    command -v "$program" >/dev/null || skip_all "there is no $program"
done
/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null ||
    skip_all 'there is no python3-grpcio, or no python3-protobuf'

# The node. Its /run and /var/lib are empty, and in memory.
unshare --mount --net --uts --pid --fork --kill-child --mount-proc "$pause" &
holder=$!
children() { cat "/proc/$holder/task/$holder/children"; }
has_child() { [ -n "$(children)" ]; }
eventually has_child
node=$(children | xargs)
node() { "$nsjoin" "$node" -- "$@"; }
eventually grep -x pause "/proc/$node/comm"
node sh -c '
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /var/lib
    hostname node
    ip link set lo up'

# As examples/kubernetes has it, without what may be lacking here: lower OOM scores, and AppArmor.
mkdir "$work/cni"
cat "$kubernetes/containerd-1.toml" - >"$work/config.toml" <<END
restrict_oom_score_adj = true
disable_apparmor = true
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/usr/lib/cni"
conf_dir = "$work/cni"
[plugins."io.containerd.internal.v1.opt"]
path = "/var/lib/containerd/opt"
END
cat >"$work/cni/pods.conflist" <<END
{
    "cniVersion": "0.4.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge", "bridge": "pods", "isGateway": true, "hairpinMode": true,
            "ipam": { "type": "host-local", "ranges": [[{ "subnet": "10.85.0.0/16" }]] }
        },
        { "type": "portmap", "capabilities": { "portMappings": true }, "snat": true }
    ]
}
END
socket=/run/containerd/containerd.sock
cri() { node "$kubernetes/cri" "$socket" "$@"; }
is_ready() {
    echo '{}' | cri Status >"$work/ready" &&
        jq -e '.status.conditions | map(.status) | all' "$work/ready"
}
start_containerd() {
    "$nsjoin" "$node" -- containerd --config "$work/config.toml" >>"$work/log" 2>&1 &
    containerd=$!
    eventually is_ready || { tail "$work/log"; exit 1; }
}
start_containerd
for image in pause nsjoin debian; do
    node ctr --namespace k8s.io images import "$PWD/$(archive "$image")" >/dev/null
done

# What is asked for and what is known of a pod or a container is in one file, its own.
of() { jq -r "$2" "$work/$1.json"; }
pid() { of "$1" '.info.info | fromjson | .pid'; }

# each METHOD REQUEST NAME...: calls the method for all of these at once, and adds to each file what was
# the response. The request is a filter of jq over what is known.
each() {
    method=$1 request=$2
    shift 2
    for name in "$@"; do
        jq -c "$request" "$work/$name.json"
    done | cri "$method" >"$work/responses"
    for name in "$@"; do
        IFS= read -r response
        printf '%s\n' "$response" | jq -c -s '.[0] * .[1]' "$work/$name.json" - >"$work/new"
        mv "$work/new" "$work/$name.json"
    done <"$work/responses"
}

# pod NAME CHANGES: a pod as that of the examples, but for its name and this filter of jq.
pod() {
    mkdir -p "$work/logs/$1"
    jq -c --arg name "$1" --arg cgroup "$cgroup" --arg logs "$work/logs/$1" "
        .metadata.name = \$name | .metadata.uid = \$name | .hostname = \$name |
        .log_directory = \$logs | .linux.cgroup_parent = \$cgroup |
        $2 | {config: .}" "$kubernetes/pod.json" >"$work/$1.json"
}
run_pods() {
    each RunPodSandbox '{config}' "$@"
    each PodSandboxStatus '{pod_sandbox_id, verbose: true}' "$@"
}

# container POD NAME CHANGES: a container likewise, in that pod.
container() {
    jq -c --arg name "$2" --slurpfile pod "$work/$1.json" "
        .metadata.name = \$name | .log_path = \$name + \".log\" | $3 |
        {config: ., sandbox_config: \$pod[0].config, pod_sandbox_id: \$pod[0].pod_sandbox_id}" \
        "$kubernetes/container.json" >"$work/$2.json"
}
run_containers() {
    each CreateContainer '{pod_sandbox_id, config, sandbox_config}' "$@"
    each StartContainer '{container_id}' "$@"
    each ContainerStatus '{container_id, verbose: true}' "$@"
}

# inside CONTAINER COMMAND...: as exec probes are run.
inside() {
    container=$1
    shift
    printf '%s\0' "$@" | jq -R -s -c --slurpfile it "$work/$container.json" '
        {container_id: $it[0].container_id, cmd: rtrimstr("\u0000") | split("\u0000")}' |
        cri ExecSync >"$work/exec"
    jq -j '.stdout | @base64d' "$work/exec"
    jq -j '.stderr | @base64d' "$work/exec" >&2
    return "$(jq .exit_code "$work/exec")"
}

# field FIELD PID: of proc_pid_status(5), on the node.
field() { node sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }
namespaces() { node sh -c 'for name in $2; do readlink "/proc/$1/ns/$name"; done' sh "$1" "$2"; }
sleeps() { field SigBlk "$1" | grep -q '^.ffff' && field State "$1" | grep -q ^S; }

is_toml() {
    for file in "$@"; do
        /usr/bin/python3 -c 'import sys, tomllib; tomllib.load(sys.stdin.buffer)' <"$file"
    done
}
takes_configuration() {
    containerd --config "$kubernetes/containerd-1.toml" config dump |
        grep '^ *sandbox_image = "localhost/pause:latest"$'
}
configured_image() {
    echo '{"verbose": true}' | cri Status | jq -r '.info.config | fromjson | .sandboxImage'
}

example() {
    pod example .
    jq .config "$work/example.json" >"$work/pod.json"
    node "$kubernetes/pod.sh" "$socket" "$nsjoin" "$work/pod.json" >"$work/example"
    cat "$work/example"
    grep 'exit code 0: welcome to the shop, from process' "$work/example"
    grep 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"' "$work/example"
    grep '^   SANDBOX_NOTREADY$' "$work/example"
}

holds() {
    layer=$(tar -x -O -f "$(archive pause)" manifest.json | jq -r '.[0].Layers[0]')
    tar -x -O -f "$(archive pause)" "$layer" | tar -x -O pause >"$work/pause"
    for pod in shop lone; do
        same SANDBOX_READY of "$pod" .status.state
        node cmp "$work/pause" "/proc/$(pid "$pod")/exe"
        eventually sleeps "$(pid "$pod")"
    done
}
runs_as() {
    ids=$(printf '%s\t%s\t%s\t%s' "$2" "$2" "$2" "$2")
    same "$ids" field Uid "$(pid "$1")"
    same "$(echo "$ids" | sed "s/$2/$3/g")" field Gid "$(pid "$1")"
}
root_of() { node awk '$5 == "/" { print substr($6, 1, 2) }' "/proc/$1/mountinfo"; }
is_restrained() {
    same 2 field Seccomp "$(pid shop)"
    same 1 field NoNewPrivs "$(pid shop)"
    same 0 field Seccomp "$(pid lone)" # where none was asked for
}

shares_with_pause() { same "$(namespaces "$(pid "$1")" "$2")" namespaces "$(pid "$3")" "$2"; }
has_own() { ! shares_with_pause "$@" || return 1; }
shared() {
    shares_with_pause shop 'net ipc uts pid' till
    shares_with_pause shop 'net ipc uts pid' guest
    has_own shop mnt till
    same pause inside guest cat /proc/1/comm
    same shop inside guest cat /proc/sys/kernel/hostname
}
not_shared() {
    shares_with_pause lone 'net ipc uts' other
    has_own lone pid other
    same sleep inside other cat /proc/1/comm
    same lone inside other cat /proc/sys/kernel/hostname
}

# asks ADDRESS PORT COMMAND...: does the till answer a bash that the command runs?
asks() {
    peer=/dev/tcp/$1/$2
    shift 2
    "$@" bash -c "
        for try in \$(seq 100); do
            cat <$peer && exit
            sleep 0.1
        done 2>/dev/null
        exit 1" | grep '^welcome to the shop, from process'
}

joins_container() {
    node "$nsjoin" "$(pid guest)" -- sh -c '
        hostname
        . /etc/os-release
        echo "$VERSION_ID"
        cat /proc/1/comm' >"$work/joined"
    same 'shop 13 pause' xargs -a "$work/joined"
    address=$(of shop .status.network.ip)
    node "$nsjoin" --net "$(pid shop)" -- ip -brief -4 address show eth0 | grep " $address/16 "
    node "$nsjoin" --net "$(pid lone)" -- ip -brief -4 address show eth0 | grep -v " $address/16 "
}

# nsjoin's image, as a container that has the processes of the node, and the privileges to join them.
is_a_shell_on_the_node() {
    pod debug '.hostname = "" | .port_mappings = [] | .linux.security_context = {
        privileged: true, namespace_options: {network: "NODE", pid: "NODE", ipc: "NODE"}}'
    run_pods debug
    container debug shell '.image.image = "localhost/nsjoin:latest" | .command = [] |
        .args = ["1", "--", "sh", "-c", "hostname; cat /proc/1/comm; ip -o link show pods; exit 42"] |
        .linux.security_context = (.linux.security_context |
            {privileged: true, namespace_options: {network: "NODE", pid: "NODE", ipc: "NODE"}})'
    run_containers shell
    eventually has_ended shell
    cat "$work/logs/debug/shell.log"
    same 42 of shell .status.exit_code
    grep ' stdout F node$' "$work/logs/debug/shell.log"
    grep ' stdout F pause$' "$work/logs/debug/shell.log"
    grep ' stdout F .*: pods: ' "$work/logs/debug/shell.log"
    end debug
}
has_ended() {
    each ContainerStatus '{container_id}' "$1"
    same CONTAINER_EXITED of "$1" .status.state
}

# containerd 1.6 itself stops a sandbox with SIGKILL. Others don't, nor do people.
ends_on_sigterm() {
    id=$(of lone .pod_sandbox_id)
    node ctr --namespace k8s.io tasks kill --signal SIGTERM "$id"
    eventually is_not_ready lone
    # Of a status that is 0, nothing is said.
    eventually grep "/tasks/exit .*\"id\":\"$id\"" "$work/events"
    grep "/tasks/exit .*\"id\":\"$id\"" "$work/events"
    ! grep "/tasks/exit .*\"id\":\"$id\".*exit_status" "$work/events" || return 1
}
is_not_ready() {
    each PodSandboxStatus '{pod_sandbox_id}' "$1"
    same SANDBOX_NOTREADY of "$1" .status.state
}

restarts() {
    before=$(pid shop)
    kill "$containerd"
    ! wait "$containerd" || :
    ! is_ready || return 1
    sleeps "$before"
    start_containerd
    each PodSandboxStatus '{pod_sandbox_id, verbose: true}' shop
    same SANDBOX_READY of shop .status.state
    same "$before" pid shop
    asks 127.0.0.1 8080 inside guest
}

end() {
    each StopPodSandbox '{pod_sandbox_id}' "$@"
    each RemovePodSandbox '{pod_sandbox_id}' "$@"
}
stops_and_removes() {
    was=$(pid shop)
    each StopPodSandbox '{pod_sandbox_id}' shop lone
    is_not_ready shop
    ! node test -e "/proc/$was" || return 1
    end shop lone
    ! jq -c '{pod_sandbox_id}' "$work/shop.json" | cri PodSandboxStatus || return 1
    nothing_is_left
}

# No process but the node's own, no mount, device, address, rule, or cgroup.
nothing_is_left() {
    eventually same '{"items": []}' list
    eventually same '' left || { left; return 1; }
}
list() { echo '{}' | cri ListPodSandbox; }
left() {
    node sh -c '
        cat /proc/[0-9]*/comm | grep -x -e "containerd-shim.*" -e runc -e perl -e sleep
        [ "$(cat /proc/[0-9]*/comm | grep -c -x pause)" = 1 ] || echo pause
        grep -e " /run/." -e " /var/lib/." /proc/mounts
        ip -o link show type veth
        find /run/netns /run/containerd/s /run/containerd/runc/k8s.io -mindepth 1
        find /var/lib/cni/networks -name "10.*"
        find /var/lib/cni/results -type f
        iptables --table nat --list-rules | grep 10.85
        find /sys/fs/cgroup -mindepth 1 -path "*$1/*" -type d' sh "$cgroup" 2>&1 || :
}

# As when a node boots, and is emptied before it does so again. Of what takes longer than ten seconds to
# stop, containerd 1.6 forgets a process of its own: so not all are stopped at once.
hundred() {
    pod many '.port_mappings = []'
    jq -c 'range(100) as $i | .config.metadata |= (.name = "many-\($i)" | .uid = .name)' \
        "$work/many.json" >"$work/requests"
    cri RunPodSandbox <"$work/requests" >"$work/ids"
    echo '{"filter": {"state": {"state": "SANDBOX_READY"}}}' | cri ListPodSandbox >"$work/list"
    same 100 jq '.items | length' "$work/list"
    cri PodSandboxStatus <"$work/ids" >"$work/statuses"
    same 100 jq -s 'map(.status.network.ip) | unique | length' "$work/statuses"
    cri StopPodSandbox 8 <"$work/ids" >"$work/responses"
    cri RemovePodSandbox 8 <"$work/ids" >"$work/responses"
    nothing_is_left
}

it 'every configuration is valid TOML' is_toml "$kubernetes"/*.toml "$kubernetes/crio.conf"
it 'containerd takes its own' takes_configuration
it 'containerd runs with it' same localhost/pause:latest configured_image
it 'the calls that a kubelet makes make a pod, and end it' example

node ctr --namespace k8s.io events >"$work/events" 2>&1 &
pod shop .
pod lone '.port_mappings = [] | .linux.security_context = {
    namespace_options: {pid: "CONTAINER"}, run_as_user: {value: 1234}, run_as_group: {value: 5678}}'
it 'sandboxes run' run_pods shop lone
[ "$result" -eq 0 ] || exit 1
it 'this pause holds them' holds
it 'it runs as the image'\''s user' runs_as shop 65535 65535
it 'it runs as another user' runs_as lone 1234 5678
it 'its root is read-only' same ro root_of "$(pid shop)"
it 'it runs under the default seccomp profile, without new privileges' is_restrained

container shop till .
container shop guest '.command = ["sleep", "infinity"] | .args = []'
container lone other '.command = ["sleep", "infinity"] | .args = [] |
    .linux.security_context.namespace_options.pid = "CONTAINER"'
it 'containers run in them' run_containers till guest other
[ "$result" -eq 0 ] || exit 1
it 'containers share the namespaces of pause' shared
it 'containers may have a PID namespace each' not_shared
it 'pause reaps what containers leave behind' inside guest sh -c "$reaping"
it 'containers of a pod reach each other on localhost' asks 127.0.0.1 8080 inside guest
it 'pods reach each other by address' asks "$(of shop .status.network.ip)" 8080 inside other
it 'a port of the node reaches a pod' asks 10.85.0.1 30080 node
it 'nsjoin enters a container, and a pod'\''s network' joins_container
it 'the image nsjoin is a shell on the node' is_a_shell_on_the_node
it 'SIGTERM ends pause with status 0' ends_on_sigterm
it 'pods stay while containerd restarts' restarts
it 'nothing is left of a pod that is removed' stops_and_removes
it 'a hundred pods run at once, and nothing is left of them' hundred
