#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A pod in Docker, which does not have pods: three containers, two of which join the namespaces of the
# first. Needs the image pause (see Dockerfile), and nginx and debian from a registry.
#
# usage: pod.sh up      http://localhost:8080 shows the text that one container wrote and another serves
#        pod.sh down
set -eu

case ${1-} in
up)
    # The infra container is first. It holds everything that belongs to the pod: the address, the ports
    # (which can be published only here), what the containers share by IPC, and process 1. So the other
    # containers can come, go and be replaced.
    docker run --detach --name pod --hostname pod --publish "${PORT:-8080}:80" --ipc=shareable \
        --read-only --cap-drop=ALL --security-opt=no-new-privileges --pids-limit=1 pause

    # The containers also share files: a volume, which each can mount anywhere.
    docker volume create pod

    # One container writes a page and continues to run.
    docker run --detach --name pod-writer --volume pod:/pod-data \
        --network=container:pod --ipc=container:pod --pid=container:pod debian:trixie-slim \
        sh -c 'echo Hello from the debian container >/pod-data/index.html; exec sleep infinity'

    # The other serves it, and copies nothing from its image to the volume. Orphans of both become
    # children of pause, which reaps them.
    docker run --detach --name pod-web --volume pod:/usr/share/nginx/html:ro,nocopy \
        --network=container:pod --ipc=container:pod --pid=container:pod nginx
    ;;
down)
    # Without process 1 the kernel kills all processes, which Docker notices a moment later. Then remove
    # the containers, also those that `up` created before it failed.
    docker stop pod || :
    docker wait pod-web pod-writer || :
    docker rm pod-web pod-writer pod || :
    docker volume rm pod
    ;;
*)
    echo 'usage: pod.sh up|down' >&2
    exit 2
    ;;
esac
