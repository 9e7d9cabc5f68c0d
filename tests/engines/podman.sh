#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pods in podman, with the images that buildah.sh left: those of examples/podman, as they stand
# there, with real applications. All of it is on a node of our own: a pause that holds new
# namespaces, in which nsjoin runs podman. It is not seen outside, and ends with that pause.
# Packages: podman crun netavark aardvark-dns conmon catatonit iptables jq buildah iproute2 nftables
# curl python3.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

here=$PWD
examples=$here/examples/podman
holder='' node='' cgroup='' data=''

clean_up() {
    if [ -n "$holder" ]; then
        kill -KILL "$holder" || : # and the kernel the node, as unshare was told
        [ -z "$node" ] || eventually gone "$node"
    fi
    [ -z "$cgroup" ] || eventually remove_cgroups
    [ -z "$data" ] || rmdir "$data"
}
gone() { [ ! -e "/proc/$1" ]; }
remove_cgroups() { find "$cgroup" -depth -type d -exec rmdir {} + && [ ! -e "$cgroup" ]; }

[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
for program in podman crun jq buildah nft curl python3; do
    command -v "$program" >/dev/null || skip_all "there is no $program"
done
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ -n "$cgroups" ] || skip_all 'there is no cgroup2'

# The images of the applications. They are kept, in a storage that podman only reads.
applications=$here/build/engines/applications
applications() {
    sum=$(cksum <tests/engines/applications.Dockerfile)
    [ "$sum" != "$(cat "$applications/built")" ] || return 0
    rm -rf "$applications"
    mkdir -p "$applications" "$work/empty"
    b pull "docker-archive:$(archive debian)"
    b rmi localhost/debian # the name, which would come before docker.io's
    for image in debian nginx tomcat haproxy rsyslog; do
        name=docker.io/library/$image
        [ "$image" != rsyslog ] || name=docker.io/rsyslog/rsyslog-minimal
        b build --layers --isolation=chroot --network=host --pull=never --target "$image" \
            --tag "$name" --file tests/engines/applications.Dockerfile "$work/empty"
    done
    echo "$sum" >"$applications/built"
}
# In a mount namespace of its own, as it leaves mounts behind.
b() { unshare --mount buildah --root "$applications" --runroot "$work/runroot" "$@"; }

# file_of IMAGE: prints the one file that is in its archive.
file_of() {
    layer=$(tar -x -O -f "$(archive "$1")" manifest.json | jq -r '.[0].Layers[0]')
    tar -x -O -f "$(archive "$1")" "$layer" | tar -x -O -f - "$1"
}

# The node's cgroups are below its own one, as are its processes.
node_starts() {
    cgroup=$cgroups/${work##*/}
    # podman wants a controller, whichever.
    sed 's/[^ ]*/+&/g' "$cgroups/cgroup.controllers" >"$cgroups/cgroup.subtree_control" || :
    mkdir -p "$cgroup/init"
    # shellcheck disable=SC2016 # expanded inside
    sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$cgroup" unshare --cgroup --mount --uts --ipc \
        --net --pid --fork --kill-child --mount-proc "$work/pause" &
    holder=$!
    eventually find_node
    for pid in "$holder" "$node"; do echo "$pid" >"$cgroup/init/cgroup.procs"; done
}
find_node() {
    pid=$(grep -ls "^PPid:[[:space:]]*$holder\$" /proc/[0-9]*/status | cut -d/ -f3)
    grep -qx pause "/proc/$pid/comm" && node=$pid
}

# /sys as the node's network has it; no trace of the host's engines in /run; podman's configuration.
prepares_node() {
    mkdir -p "$work/etc/containers.conf.d" "$work/data" "$work/helpers"
    cat >"$work/etc/containers.conf" <<EOF
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
helper_binaries_dir = ["$work/helpers", "/usr/libexec/podman", "/usr/lib/podman"]
image_copy_tmp_dir = "$work"
runtime = "crun"
[engine.runtimes]
crun = ["$here/tests/engines/podman/crun.sh"]
[network]
network_backend = "netavark"
network_config_dir = "$work/networks"
EOF
    cat >"$work/etc/storage.conf" <<EOF
[storage]
driver = "overlay"
graphroot = "$work/root"
runroot = "/run/containers/storage"
[storage.options]
additionalimagestores = ["$applications"]
EOF
    echo 'unqualified-search-registries = ["docker.io"]' >"$work/etc/registries.conf"
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/etc/policy.json"
    [ -d /data ] || { mkdir /data && data=/data; }
    # shellcheck disable=SC2016 # expanded inside
    node sh -euc '
        mount -t sysfs sysfs /sys
        mount -t cgroup2 cgroup2 /sys/fs/cgroup
        mount -t tmpfs tmpfs /run
        mount -t tmpfs tmpfs /dev/shm
        mount --bind "$1/etc" /etc/containers
        mount --bind "$1/data" /data
        hostname node
        ip link set lo up' sh "$work"
    for image in pause nsjoin; do p load --quiet --input "$here/$(archive "$image")"; done
}

node() { "$work/nsjoin" --join-cgroup "$node" -- "$@"; }
p() { node podman "$@"; }
play() { p kube play "$examples/$1.yaml"; }
pid_of() { p inspect --format '{{.State.Pid}}' "$1"; }
infra_of() { p pod inspect --format '{{.InfraContainerID}}' "$1"; }

# runs CONTAINER FILE: is that what its first process runs?
runs() { node cmp "/proc/$(pid_of "$1")/exe" "$2"; }
command_of() { node cat "/proc/$(pid_of "$1")/cmdline" | tr '\0' ' '; }
image_of() { p inspect --format '{{.ImageName}}' "$1"; }

# namespace NAME CONTAINER
namespace() { node readlink "/proc/$(pid_of "$2")/ns/$1"; }
# in_network_of CONTAINER COMMAND...: with the node's programs.
in_network_of() {
    target=$(pid_of "$1")
    shift
    node "$work/nsjoin" --net "$target" -- "$@"
}

infra_image_by_option() {
    p pod create --name by-option --infra-image localhost/pause:latest
    p pod start by-option
    runs "$(infra_of by-option)" "$work/pause"
}

in_the_place_of_catatonit() {
    cp "$work/pause" "$work/helpers/catatonit"
    p pod create --name by-name
    p pod start by-name
    same '/catatonit -P ' command_of "$(infra_of by-name)"
    runs "$(infra_of by-name)" "$work/pause"
}

infra_image_by_configuration() {
    cp "$examples/containers.conf" "$work/etc/containers.conf.d/pause.conf"
    p pod create --name by-configuration
    p pod start by-configuration
    same localhost/pause:latest image_of "$(infra_of by-configuration)"
    runs "$(infra_of by-configuration)" "$work/pause"
}

# A kill, thirty seconds later, would give status 137.
ends_when_told() {
    p pod stop --time 30 "$1"
    same 0 p inspect --format '{{.State.ExitCode}}' "$(infra_of "$1")"
    p logs "$(infra_of "$1")" 2>&1 | grep '^pause: SIGTERM from pid 0, uid 0$'
}

reaps_for_others() {
    p pod create --name family --share +pid
    p run --rm --pod family debian sh -c "$reaping"
}

page='Hello from the debian container'
two_containers() {
    play two-containers
    eventually same "$page" p exec two-containers-nginx-container curl -s localhost
}
is_held_by_pause() {
    infra=$(infra_of two-containers)
    same localhost/pause:latest image_of "$infra"
    runs "$infra" "$work/pause"
    for name in net ipc uts; do
        held=$(namespace "$name" "$infra")
        [ "$held" != "$(node readlink "/proc/1/ns/$name")" ]
        same "$held" namespace "$name" two-containers-nginx-container
    done
}
seen_from_outside() {
    same "$page" in_network_of "$(infra_of two-containers)" curl -s localhost
}

# Its page is asked for later: it takes Tomcat a while to unpack and compile it.
war_starts() {
    cp -r "$examples/war" "$work/war"
    (cd "$work/war" && python3 -m zipfile -c sample.war index.jsp)
    p build --tag localhost/sample-war "$work/war"
    play war
}
war_page() { in_network_of war-tomcat curl -s 'localhost:8080/sample/?n=41' | sed '/^$/d'; }
war_is_served() { eventually same '41 and one is 42' war_page; }

log_sidecar() {
    play log-sidecar
    eventually received 60
    rotate 1
    eventually received 120
    p restart --time 30 log-sidecar-shipper
    eventually received 180
    # Both at once: what it has not read yet has another name when it is back.
    p stop --time 30 log-sidecar-shipper
    rotate 2
    eventually p exec log-sidecar-application test -s /var/log/app.log
    p start log-sidecar-shipper
    eventually received 240

    p stop --time 30 log-sidecar-application
    p exec log-sidecar-shipper sh -c 'sort -V /var/log/app.log*' >"$work/written"
    lines=$(grep -c . "$work/written")
    seq -f 'line %.0f' 1 "$lines" | cmp - "$work/written"
    eventually received "$lines"
    p stop --time 30 log-sidecar-shipper log-sidecar-server
    p cp log-sidecar-server:/srv/app.log "$work/received"
    sort -V "$work/received" | diff "$work/written" -
}
received() { [ "$(p exec log-sidecar-server grep -c . /srv/app.log)" -ge "$1" ]; }
rotate() { p exec log-sidecar-application mv /var/log/app.log "/var/log/app.log.$1"; }

# asks CONTAINER WHOM: for a page that some nginx has; which proxies have marked it?
asks() {
    p exec "$1" curl -s --show-error --fail --dump-header - "http://$2/" >"$work/answer"
    grep -q 'Welcome to nginx' "$work/answer"
    sed -n 's/^x-proxy: \([a-z]*\).*/\1/p' "$work/answer"
}
proxy_sidecar() {
    play proxy-sidecar
    eventually asks proxy-sidecar-application server
    eventually says proxy-sidecar-proxy 'Loading success'
    same '' asks proxy-sidecar-application server
    in_network_of proxy-sidecar-proxy nft -f "$examples/redirect.nft"
}
asks_proxy() {
    p exec server-nginx curl -s --max-time 5 --output /dev/null --write-out '%{http_code}' \
        http://proxy-sidecar:15006/
}
says() { p logs "$1" 2>&1 | grep "$2"; }
may_not_touch_rules() {
    for container in application proxy; do
        ! p exec --user root "proxy-sidecar-$container" sh -c 'command -v nft' || return
        p inspect --format '{{.BoundingCaps}}' "proxy-sidecar-$container" >"$work/capabilities"
        grep CAP_CHOWN "$work/capabilities"
        ! grep CAP_NET_ADMIN "$work/capabilities" || return
    done
}

container_starts() {
    p run --detach --name inside --hostname inside debian \
        sh -c 'echo here >/marker; exec sleep infinity'
    eventually inside test -s /marker
}
inside() { node "$work/nsjoin" "$(pid_of inside)" -- "$@"; }

# What a shell says of where it is.
# shellcheck disable=SC2016 # expanded inside
whereabouts='cat /proc/sys/kernel/hostname
    for name in cgroup ipc mnt net pid user uts; do readlink "/proc/$$/ns/$name"; done'
shell_on_node() {
    node sh -c "$whereabouts" >"$work/node"
    grep -x node "$work/node"
    same "$(cat "$work/node")" \
        p run --rm --privileged --pid=host localhost/nsjoin 1 -- sh -c "$whereabouts"
}

it 'the images of the applications can be had' applications
[ "$failed" -eq 0 ] || exit 1
for file in pause nsjoin; do file_of "$file" >"$work/$file" && chmod 0555 "$work/$file"; done
node_starts
prepares_node

it 'podman pod create --infra-image takes pause' infra_image_by_option
it 'podman pod stop ends it with status 0' ends_when_told by-option
it 'pause does in the place of catatonit, as catatonit -P' in_the_place_of_catatonit
it 'podman pod stop ends that too' ends_when_told by-name
it 'podman run --init still takes catatonit' \
    same ran p run --rm --timeout 30 --init debian echo ran
it 'infra_image in containers.conf makes pause the infra container' infra_image_by_configuration
it 'an init container brings a WAR file' war_starts
it 'it reaps the orphans of a pod that shares its processes' reaps_for_others
it 'what one container writes, another one serves' two_containers
it 'their namespaces are held by pause' is_held_by_pause
it 'nsjoin --net brings the host'\''s curl to them' seen_from_outside
it 'Tomcat serves the WAR file, and runs what is in it' war_is_served
it 'a log sidecar loses and repeats nothing when it restarts and the file is rotated' log_sidecar
it 'a pod'\''s network is redirected from outside' proxy_sidecar
it 'what its application asks others goes through the proxy' \
    same outgoing asks proxy-sidecar-application server
it 'what others ask it goes through the proxy' same incoming asks server-nginx proxy-sidecar
it 'what stays in the pod does not' same '' asks proxy-sidecar-application localhost
it 'who asks the proxy itself is refused, and not passed on to it' same 403 asks_proxy
for way in outgoing incoming; do
    it "the proxy knows where what was $way went" \
        eventually says proxy-sidecar-proxy "^$way: GET / from .* to .*:80: 200\$"
done
it 'no container of the pod has nft, or may use it' may_not_touch_rules
it 'nsjoin enters a container' container_starts
it 'its host name is seen there' same inside inside cat /proc/sys/kernel/hostname
it 'its processes are seen there' same sleep inside cat /proc/1/comm
it 'its files are seen there' same here inside cat /marker
it 'the image nsjoin is a shell on the node' shell_on_node
