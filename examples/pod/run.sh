# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# Starts the containers of a pod and reports their state. `pod` includes this; $dir is the pod's
# directory, $pod its name, $infra the PID of its infra container. nsjoin writes the outcome of its
# command to "events", so nothing else has to watch it.
# shellcheck disable=SC2154 # `pod` sets these

# look_at CONTAINER: sets its pid and state from the lines of "events".
look_at() {
    pid='' state=starting
    [ -e "$1/events" ] || return 0
    while IFS=: read -r _ kind value; do
        value=${value%%[!0-9]*}
        case $kind in
        '"started","pid"') pid=$value state=running ;;
        '"exited","status"') state="exited $value" ;;
        '"exited","signal"') state="killed $value" ;;
        *) state=failed ;;
        esac
    done <"$1/events"
    [ "$state" != running ] || in_pod "$pid" || state=gone
}
running() { look_at "$1"; [ "$state" = running ]; }

# Does its command run, or has it ended? If it is gone, nsjoin will report its end.
settled() {
    look_at "$1"
    case $state in
    starting | gone) return 1 ;;
    running) ;;
    *) return 0 ;;
    esac
    case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
    '' | *"$here/enter.sh "* | "chroot . "*) return 1 ;;
    esac
} 2>/dev/null

is_app() { [ ! -e "$1/init" ]; }
is_open_init() { [ -e "$1/init" ] && look_at "$1" && [ "$state" != 'exited 0' ]; }

# first TEST: prints the name of the first container that passes the test.
first() {
    for each in "$dir"/containers/*; do
        if [ -d "$each" ] && "$1" "$each"; then echo "${each##*/}"; return; fi
    done
}

launch_attached() { exec "$@" 3>"$container/events"; }

# The status alone does not show this: a command can exit with the same.
has_no_command() {
    case $state in
    'exited 126' | 'exited 127') grep -q '^chroot: failed to run command' "$container/log" ;;
    *) return 1 ;;
    esac
}

launch_detached() {
    setsid "$@" </dev/null >"$container/log" 2>&1 3>"$container/events" &
    eventually settled "$container" || :
    look_at "$container"
    if [ -e "$container/entered" ] && ! has_no_command; then return 0; fi
    kill "$!" 2>/dev/null || :
    cat "$container/log" >&2
    rm -r "$container"
    exit 125
}

# Waits for its end. If it fails, the containers after it must not start.
launch_init() {
    "$@" 3>"$container/events" &
    trap 'kill "$!"' INT TERM HUP
    status=0
    wait "$!" || status=$?
    wait "$!" || :    # again, if a signal interrupted the first wait
    [ "$status" -ne 0 ] || return 0
    echo "pod: init container $name has failed, with status $status (the pod $pod is stopped)" >&2
    stop "$pod"
    exit "$status"
}

run() {
    choose "${1-}"
    shift
    exists 'run in'
    in_pod "$infra" ||
        die "cannot run in the pod $pod: its infra container has ended (pod stop $pod)"
    launch=attached name='' rootfs=/ volumes=''
    while [ "${1---}" != -- ]; do
        value=${2-}
        case $1=$value in
        --init=*) launch=init value='' ;;
        --detach=*) launch=detached value='' ;;
        --name=*) valid container "$value"; name=$value ;;
        --rootfs=*) rootfs=$(directory "$value") ;;
        --volume=*:*:*) misused "there is a colon in a path: $value" ;;
        --volume=*:/*) volumes="$volumes$(directory "${value%%:/*}"):/${value#*:/}
" ;;
        *) misused "not understood: $1 $value" ;;
        esac
        shift ${value:+2}
    done
    [ $# -gt 1 ] || misused 'run which command? (-- cmd...)'
    shift

    # One at a time, from here until the container's directory exists.
    exec 9<"$dir"
    flock 9
    open=$(first is_open_init)
    if [ -n "$open" ]; then
        look_at "$dir/containers/$open"
        case $state in
        starting | running) why='still runs (wait for it)' ;;
        *) why="has not succeeded (pod stop $pod)" ;;
        esac
        die "cannot run in the pod $pod: its init container $open $why"
    fi
    [ "$launch" != init ] || [ -z "$(first is_app)" ] ||
        die "cannot initialize the pod $pod: it has others than init containers (leave out --init)"
    number=1
    while [ -z "$name" ]; do
        [ -e "$dir/containers/c$number" ] || name=c$number
        number=$((number + 1))
    done
    container=$dir/containers/$name
    ! running "$container" ||
        die "cannot run $name in the pod $pod: it runs already (give another --name)"
    rm -rf "$container"
    mkdir "$container"
    [ "$launch" != init ] || : >"$container/init"
    exec 9<&-
    # (The command gets its own environment, and only the descriptors 0, 1 and 2.)
    "launch_$launch" "$nsjoin" --status-fd=3 --clear-env \
        --setenv=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        --net --ipc --uts --pid "$infra" -- \
        unshare --mount sh "$here/enter.sh" "$container" "$rootfs" "$volumes" "$@"
}
