#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A pod in Docker, which has no word for it: three containers, of which two join the namespaces of the
# first. Wants the image pause (see Dockerfile), and nginx and debian from a registry.
#
# usage: pod.sh up      http://localhost:8080 is the sentence that one container wrote and another serves
#        pod.sh down
set -eu

case ${1-} in
up)
    # The infra container is first. It is all that the pod has of its own: the address, the ports (which
    # can be published here and nowhere else), what others share by IPC, and process 1. So the others can
    # come, go and be replaced.
    docker run --detach --name pod --hostname pod --publish "${PORT:-8080}:80" --ipc=shareable \
        --read-only --cap-drop=ALL --security-opt=no-new-privileges --pids-limit=1 pause

    # What the containers share besides is files: a volume, which each may mount where it likes.
    docker volume create pod

    # One container writes a page, and stays to say more.
    docker run --detach --name pod-writer --volume pod:/pod-data \
        --network=container:pod --ipc=container:pod --pid=container:pod debian:trixie-slim \
        sh -c 'echo Hello from the debian container >/pod-data/index.html; exec sleep infinity'

    # The other serves it, and copies nothing from its image there. What either of them orphans becomes a
    # child of pause, and is reaped.
    docker run --detach --name pod-web --volume pod:/usr/share/nginx/html:ro,nocopy \
        --network=container:pod --ipc=container:pod --pid=container:pod nginx
    ;;
down)
    # Without process 1 the kernel ends them all, which Docker notices a moment later. What is left to
    # do is to forget them; those too that `up` has made before it failed.
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
