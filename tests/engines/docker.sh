#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The images, built and run by Docker, and the pods of examples/docker: a daemon of our own, and a
# bridge, that nothing else sees.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

daemon=
cgroup=/${work##*/}
bridge=pause$$
PATH=/usr/bin:$PATH # Debian's client, which has BuildKit in it
nsjoin=$native/nsjoin
clean_up() {
    [ -n "$daemon" ] || { ip link delete "$bridge" 2>/dev/null; return; }
    containers=$(docker ps --all --quiet)
    # shellcheck disable=SC2086 # a list
    [ -z "$containers" ] || docker rm --force --volumes $containers >/dev/null
    docker network prune --force >/dev/null
    kill "$daemon"
    wait "$daemon" || :
    ip link delete "$bridge"
    find /sys/fs/cgroup -depth -type d -path "*$cgroup*" -exec rmdir {} +
}

[ "$(id -u)" -eq 0 ] || skip_all 'dockerd wants root'
command -v dockerd >/dev/null || skip_all 'there is no dockerd'

# In the range of addresses that is set aside for tests of benchmarks (RFC 2544).
ip link add "$bridge" type bridge
ip address add 198.18.47.1/24 dev "$bridge"
ip link set "$bridge" up
export DOCKER_HOST="unix://$work/socket"
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" --host "$DOCKER_HOST" \
    --cgroup-parent "$cgroup" --bridge "$bridge" --default-address-pool base=198.18.48.0/20,size=24 \
    --iptables=false --ip-forward=false --ip-masq=false >"$work/log" 2>&1 &
daemon=$!
eventually docker info || { tail "$work/log"; exit 1; }
docker import "$(builder_tar)" debian:trixie-slim >/dev/null

build() { docker build --network=host "$@"; }
run() { docker run --network=none "$@"; }
inspect() { docker inspect --format "$1" "$2"; }
asleep() { [ "$(inspect '{{.State.Running}}' "$1")" = true ] && sleeps "$(inspect '{{.State.Pid}}' "$1")"; }
sleeps() { grep -q '^State:.S' "/proc/$1/status" && grep -q '^SigBlk:.ffff' "/proc/$1/status"; }

# Runs it with these options, and stops it: a kill, thirty seconds later, would give status 137.
runs_and_stops() {
    container=$(run --detach "$@")
    eventually asleep "$container"
    docker stop --time 30 "$container"
    same 0 inspect '{{.State.ExitCode}}' "$container"
    docker logs "$container" 2>&1 | grep '^pause: SIGTERM from pid 0, uid 0$'
}

refuses_another_version() {
    ! build --build-arg VERSION=0.0.0-other . || return 1
}

has_one_layer() {
    mkdir "$work/$1"
    docker save "$1" | tar -x -C "$work/$1"
    same 1 inspect '{{len .RootFS.Layers}}' "$1"
    # Named by older versions <id>/layer.tar, by newer ones blobs/sha256/<digest>.
    layer=$(tr ',' '\n' <"$work/$1/manifest.json" | sed -n 's/.*"Layers":\["\([^"]*\)".*/\1/p')
    one_file "$1" "$work/$1/$layer"
    mkdir -p build/engines
    tar -x -O -f "$work/$1/$layer" "$1" >"build/engines/$1.docker"
}

# By a compiler for it, which is not emulated; what comes out is, to see what it is.
cross_builds() {
    DOCKER_BUILDKIT=1 build --quiet --platform linux/s390x --tag cross .
    same s390x inspect '{{.Architecture}}' cross
    container=$(docker create --platform linux/s390x cross)
    docker cp "$container:/pause" "$work/cross"
    same "pause $version" qemu-s390x-static "$work/cross" -v
}
refuses_another_platform() {
    ! DOCKER_BUILDKIT=1 build --quiet --platform linux/sparc64 . || return 1
}

is_a_base_image() {
    printf 'FROM pause\nLABEL key=value\n' | docker build --tag based -
    same value inspect '{{.Config.Labels.key}}' based
    runs_and_stops based
}

reaps_for_others() {
    infra=$(run --detach --ipc=shareable pause)
    eventually asleep "$infra"
    docker run --rm --network="container:$infra" --pid="container:$infra" \
        --ipc="container:$infra" debian:trixie-slim sh -c "$reaping"
    docker stop --time 30 "$infra"
}

# That the namespaces NAME... of the containers $members are those of the container pod.
share() {
    infra=$(inspect '{{.State.Pid}}' "$pod")
    for member in $members; do
        pid=$(inspect '{{.State.Pid}}' "$member")
        for name; do
            same "$(readlink "/proc/$infra/ns/$name")" readlink "/proc/$pid/ns/$name"
        done
        [ "$(readlink "/proc/$infra/ns/mnt")" != "$(readlink "/proc/$pid/ns/mnt")" ]
    done
}

fetch() { curl --silent --fail --max-time 5 "http://localhost:$PORT"; }
says_hello() { same 'Hello from the debian container' fetch; }
serves() { eventually says_hello; }

# What each of them leaves behind is a child of pause, and then gone.
reaps_for_members() {
    infra=$(inspect '{{.State.Pid}}' "$pod")
    for member in $members; do
        docker exec "$member" sh -c 'sleep 1 >/dev/null 2>&1 &'
        eventually has_child "$infra" sleep
        eventually has_no_child "$infra" sleep
    done
}
has_child() { grep -ls "^PPid:.$1\$" /proc/[0-9]*/status | xargs grep -qs "^Name:.$2\$"; }
has_no_child() { ! has_child "$@"; }

# The container $1 is restarted: another process, in what is still the same pod.
outlives_its_server() {
    infra=$(inspect '{{.State.Pid}}' "$pod")
    address=$(inspect '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$pod")
    [ -n "$address" ]
    server=$(inspect '{{.State.Pid}}' "$1")
    docker restart --time 30 "$1"
    [ "$(inspect '{{.State.Pid}}' "$1")" != "$server" ]
    same "$infra" inspect '{{.State.Pid}}' "$pod"
    same "$address" inspect '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$pod"
    share net ipc pid
    serves
}

ends_at_once() {
    sh examples/docker/pod.sh down
    same '' docker ps --all --quiet --filter name=pod
    same '' docker volume ls --quiet
}

# nsjoin goes where the container is: its files, its host name, its process 1; or only its network.
joins_a_container() {
    pid=$(inspect '{{.State.Pid}}' "$1")
    same 'Hello from the debian container' "$nsjoin" "$pid" -- cat /usr/share/nginx/html/index.html
    same pause "$nsjoin" "$pid" -- cat /proc/1/comm
    same 'Hello from the debian container' "$nsjoin" --net "$pid" -- curl --silent http://localhost
}

# --privileged, or as much of it as this host has to give.
if capsh --has-b=cap_sys_resource 2>/dev/null; then
    privileged=--privileged
else
    privileged='--cap-add=ALL --cap-drop=SYS_RESOURCE --security-opt=seccomp=unconfined'
fi

# From an image in which there is nothing but nsjoin: with the node's shell, files and network. Where
# nobody may look into process 1, as in some sandboxes, this shell is in the same namespaces.
node=1
[ -n "$(readlink /proc/1/ns/mnt)" ] || node=$$

is_a_shell_on_the_node() {
    # shellcheck disable=SC2086,SC2317 # a list; called below
    node() { docker run --rm $privileged --pid=host --network=none nsjoin "$node" "$@"; }
    echo "$work" >"$work/of-the-node"
    same "$work" node -- sh -c "cat '$work/of-the-node'"
    for name in mnt net uts ipc pid; do
        same "$(readlink "/proc/$node/ns/$name")" node -- readlink "/proc/self/ns/$name"
    done
}

compose() { docker-compose --file examples/docker/compose.yaml --project-name composed "$@"; }
composes() {
    compose config --quiet
    compose up --detach
    serves
}
is_taken_down() {
    compose down --volumes
    same '' docker ps --all --quiet --filter name=composed
}

# Of Debian's package, laid out as the image of that name is.
builds_nginx() {
    printf '%s\n' 'FROM debian:trixie-slim' \
        'RUN apt-get update && apt-get install -y --no-install-recommends nginx-light' \
        'RUN sed -i s,/var/www/html,/usr/share/nginx/html, /etc/nginx/sites-available/default' \
        'CMD ["nginx", "-g", "daemon off;"]' | build --tag nginx -
}

it 'Docker builds the image' build --build-arg VERSION="$version" --build-arg SOURCE=here --tag pause .
[ "$failed" -eq 0 ] || exit 1
it 'a version that is not the source'\''s is refused' refuses_another_version
it 'the image holds one file, read-only' has_one_layer pause
it 'it runs as 65535:65535' same 65535:65535 inspect '{{.Config.User}}' pause
it 'it runs /pause' same '["/pause"] null' inspect '{{json .Config.Entrypoint}} {{json .Config.Cmd}}' pause
for label in title=pause "version=$version" licenses=Apache-2.0 source=here; do
    it "it is annotated with $label" same "${label#*=}" \
        inspect "{{index .Config.Labels \"org.opencontainers.image.${label%%=*}\"}}" pause
done
it 'it runs and stops at once' runs_and_stops pause
it 'docker run <image> -v prints the version' same "pause $version" run --rm pause -v
it 'its root may be read-only' runs_and_stops --read-only pause
it 'it needs no capabilities' runs_and_stops --cap-drop ALL pause
it 'it needs no new privileges' runs_and_stops --security-opt no-new-privileges pause
it 'it needs no process but itself' runs_and_stops --pids-limit 1 pause
it 'it needs none of them together, and any user will do' runs_and_stops --read-only --cap-drop ALL \
    --security-opt no-new-privileges --pids-limit 1 --user 1234:5678 pause
it 'it is a base image' is_a_base_image
it 'it is process 1 to a container that joins it, and reaps its orphans' reaps_for_others

if command -v qemu-s390x-static >/dev/null; then
    it 'BuildKit builds it for another platform' cross_builds
    it 'and not for one that is not known' refuses_another_platform
else
    skipped=$((skipped + 2))
    echo 'skipped: there is no qemu-s390x-static'
fi

it 'Docker builds the image of nsjoin' build --build-arg VERSION="$version" --tag nsjoin --target nsjoin .
it 'it holds one file, read-only' has_one_layer nsjoin
it 'it runs' same "nsjoin $version" run --rm nsjoin -V
it 'it is a shell on the node' is_a_shell_on_the_node

it 'nginx can be had' builds_nginx
export PORT=18047
pod=pod members='pod-writer pod-web'
it 'three containers are a pod' sh examples/docker/pod.sh up
it 'one serves on the published port what another writes' serves
it 'they share network, IPC and PID namespaces' share net ipc pid
it 'what they orphan is reaped by pause' reaps_for_members
it 'nsjoin goes into a container by its pid' joins_a_container pod-web
it 'the address outlives the server' outlives_its_server pod-web
it 'the end of pause is the end of all' ends_at_once

if command -v docker-compose >/dev/null; then
    it 'Docker Compose brings up the same pod' composes
    # Named with _ by version 1, and with - by version 2.
    pod=$(compose ps --quiet infra) web=$(compose ps --quiet web)
    members="$(compose ps --quiet writer) $web"
    it 'its containers share network, IPC and PID namespaces' share net ipc pid
    it 'what they orphan is reaped' reaps_for_members
    it 'its address outlives its server' outlives_its_server "$web"
    it 'it can be taken down' is_taken_down
else
    skipped=$((skipped + 5))
    echo 'skipped: there is no docker-compose'
fi
