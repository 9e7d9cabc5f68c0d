#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The image, built and run by Docker: a daemon of our own, that nothing else sees.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/engines/lib.sh
. tests/engines/lib.sh

daemon=
cgroup=/${work##*/}
clean_up() {
    [ -n "$daemon" ] || return 0
    containers=$(docker ps --all --quiet)
    # shellcheck disable=SC2086 # a list
    [ -z "$containers" ] || docker rm --force --volumes $containers >/dev/null
    kill "$daemon"
    wait "$daemon" || :
    find /sys/fs/cgroup -depth -type d -path "*$cgroup*" -exec rmdir {} +
}

[ "$(id -u)" -eq 0 ] || skip_all 'dockerd wants root'
command -v dockerd >/dev/null || skip_all 'there is no dockerd'

export DOCKER_HOST="unix://$work/socket"
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" \
    --host "$DOCKER_HOST" --cgroup-parent "$cgroup" --bridge=none --iptables=false >"$work/log" 2>&1 &
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
    docker save pause | tar -x -C "$work/image"
    layers=$(inspect '{{len .RootFS.Layers}}' pause)
    [ "$layers" -eq 1 ]
    # Named by older versions <id>/layer.tar, by newer ones blobs/sha256/<digest>.
    layer=$(tr ',' '\n' <"$work/image/manifest.json" | sed -n 's/.*"Layers":\["\([^"]*\)".*/\1/p')
    one_file pause "$work/image/$layer"
    mkdir -p build/engines
    tar -x -O -f "$work/image/$layer" pause >build/engines/pause.docker
}

is_a_base_image() {
    printf 'FROM pause\nLABEL key=value\n' | docker build --tag based -
    same value inspect '{{.Config.Labels.key}}' based
    runs_and_stops based
}

# A second container in its namespaces leaves an orphan behind, and sees it go.
reaps_for_others() {
    infra=$(run --detach --ipc=shareable pause)
    eventually asleep "$infra"
    docker run --rm --network="container:$infra" --pid="container:$infra" \
        --ipc="container:$infra" debian:trixie-slim sh -c '
            grep -x pause /proc/1/comm || exit 1
            orphan=$(sh -c "sleep 1 >/dev/null & echo \$!")
            grep "^PPid:.1\$" "/proc/$orphan/status" || exit 1
            for try in $(seq 300); do
                [ -e "/proc/$orphan" ] || exit 0
                sleep 0.1
            done
            exit 1'
    docker stop --time 30 "$infra"
}

mkdir "$work/image"
it 'Docker builds the image' build --build-arg VERSION="$version" --build-arg SOURCE=here --tag pause .
[ "$failed" -eq 0 ] || exit 1
it 'a version that is not the source'\''s is refused' refuses_another_version
it 'the image holds one file, read-only' has_one_layer
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
