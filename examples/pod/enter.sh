#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A container, before it becomes its command: it is in the pod's namespaces and in a mount namespace
# of its own, but sees the host's files still, and makes its own of them. `pod run` starts it.
#
# usage: enter.sh <directory of the container> <root> <volumes: SRC:DST, a line each> <command>...
set -eu
container=$1 root=${2%/} volumes=$3
shift 3

die() { printf 'pod: %s\n' "$*" >&2; exit 125; }

# mount_on DIR OPTION...: on a directory of the container, which is made unless its root is the
# host's. A link in there that leads out is not followed.
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
    mount --rbind "$root" "$root"    # only what is a mount can be the root
    mount_on /dev -t tmpfs -o mode=755,size=64k tmpfs
    for device in full null random tty urandom zero; do
        : >"$root/dev/$device"
        mount --bind "/dev/$device" "$root/dev/$device"
    done
    ln -s /proc/self/fd "$root/dev/fd"
fi
mount_on /proc -t proc proc                         # of the PID namespace that it is in: the pod's
mount_on /sys -t sysfs -o ro sysfs                  # and this of the network namespace
mount_on /dev/shm --bind "${container%/*/*}/shm"    # belongs with the IPC namespace
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
# As switch_root(8) does: the new root covers the old one, also for those that join this mount
# namespace. pivot_root(8) would want an umount inside, to be rid of the old root.
cd "$root"
mount --move . /
: >"$container/entered"
exec chroot . "$@"
