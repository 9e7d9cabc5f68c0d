#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crun, for a host that lets nobody raise a limit and has no cgroups to give away: without either.
set -eu

# drop FILTER FILE: takes that away from the JSON.
drop() { without=$(jq --compact-output "del($1)" "$2") && printf '%s\n' "$without" >"$2"; }

bundle=. previous=
for argument; do
    case $previous in
        --bundle | -b) bundle=$argument ;;
        --process | -p) drop .rlimits "$argument" ;;
    esac
    case $argument in
        --bundle=*) bundle=${argument#*=} ;;
        --process=*) drop .rlimits "${argument#*=}" ;;
        create | run) creates=yes ;;
    esac
    previous=$argument
done
[ -z "${creates-}" ] || drop .process.rlimits "$bundle/config.json"
exec crun --cgroup-manager=disabled "$@"
