#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sets up a container before its command runs. It is in the pod's namespaces and has a mount namespace
# of its own, but still sees the host's files. It replaces them with its own. `pod run` starts it.
#
# usage: enter.sh <directory of the container> <root> <volumes: SRC:DST, a line each> <command>...
set -eu
container=$1 root=${2%/} volumes=$3
shift 3

die() { printf 'pod: %s\n' "$*" >&2; exit 125; }

# mount_on DIR OPTION...: mounts on a directory of the container, which it creates unless the root is
# the host's. It does not follow a link that leads out of the container.
mount_on() {
    point=$root$1
    shift
    case $root,$(realpath -m "$point") in
    ,*) ;;
    "$root,$root"/*) mkdir -p "$point" ;;
    *) die "cannot mount on $point: a link leads out of the container (remove the link)" ;;
    esac
    why=$(mount "$@" "$point" 2>&1) || die "cannot mount in the container: ${why%%
*}"
}

if [ -n "$root" ]; then
    mount --rbind "$root" "$root"    # only a mount can become the root
    mount_on /dev -t tmpfs -o mode=755,size=64k tmpfs
    for device in full null random tty urandom zero; do
        : >"$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    ln -s /proc/self/fd "$root/dev/fd"
fi
mount_on /proc -t proc proc                         # of the pod's PID namespace
mount_on /sys -t sysfs -o ro sysfs                  # of the pod's network namespace
mount_on /dev/shm --bind "${container%/*/*}/shm"    # belongs to the IPC namespace
while IFS=: read -r source target; do
    [ -z "$source" ] || mount_on "$target" --bind "$source"
done <<V
$volumes
V

if [ -z "$root" ]; then
    command -v "$1" >/dev/null || { echo "pod: cannot find the command $1" >&2; exit 127; }
    : >"$container/entered"
    exec "$@"
fi
# As switch_root(8) does: the new root covers the old one, also for processes that join this mount
# namespace later. pivot_root(8) would need umount in the container to remove the old root.
cd "$root"
mount --move . /
: >"$container/entered"
exec chroot . "$@"
