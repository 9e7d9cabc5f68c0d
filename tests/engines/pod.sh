#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A pod by hand: what examples/pod/pod promises, with the CNI plugins of the distribution; and the
# pod of the README, as it is printed there. Packages: containernetworking-plugins, iproute2,
# iptables, jq, mount.
set -eu
# The pods' host is a network namespace of this test, in which only plugins leave something.
[ "$(id -u)" -ne 0 ] || [ -n "${POD_HOST-}" ] || exec env POD_HOST=yes unshare --net sh "$0"
cd "$(dirname "$0")/../.."
# shellcheck source=tests/support/lib.sh
. tests/support/lib.sh

# A test that failed may have left a pod that can't be stopped.
clean_up() {
    rm -f "/dev/shm/${work##*/}"
    for each in "$work"/state/*/; do
        [ ! -d "$each" ] || pod stop "$(basename "$each")" || kill -KILL "$(cat "$each/infra")" || :
    done
}

plugins=/usr/lib/cni
[ "$(id -u)" -eq 0 ] || skip_all 'it wants root'
[ -x "$plugins/bridge" ] || skip_all 'there are no CNI plugins'
for program in ip iptables jq mount perl; do
    command -v "$program" >/dev/null || skip_all "there is no $program"
done

PATH=$native:$PATH
export POD_STATE="$work/state" CNI_PATH="$work/cni:$plugins"
pod() { examples/pod/pod "$@"; }

# In front of each plugin, a script that keeps what it was told: files such as "03 ADD portmap web".
keep_calls() {
    mkdir "$work/cni" "$work/calls"
    for type in bridge portmap loopback tuning; do
        cat >"$work/cni/$type" <<P
#!/bin/sh
cd "$work/calls"
number=\$(printf %02d "\$(ls | wc -l)")
tee "\$number \$CNI_COMMAND $type \$CNI_CONTAINERID" | "$plugins/$type"
P
        chmod +x "$work/cni/$type"
    done
}
called() { find "$work/calls" -name "?? $1" -printf '%f\n' | sort | cut -d ' ' -f 2,3 | xargs; }
told() { jq -c "$2" "$work/calls"/??" $1"; }

set_up() {
    ip link set lo up
    keep_calls
    mkdir "$work/state" "$work/rootfs" "$work/tools" "$work/shared"
    tar -x -C "$work/rootfs" --exclude='./usr/share/*' --exclude='./var/*' -f "$(builder_tar)"
    jq --arg leases "$work/leases" '.name = "test" | .plugins[0].bridge = "pods-test"
        | .plugins[0].ipam.ranges = [[{ subnet: "10.213.77.0/24" }]]
        | .plugins[0].ipam.dataDir = $leases' examples/pod/cni.conflist >"$work/conflist"
    jq '.plugins += [{ type: "tuning", sysctl: { "net.core.no_such": "1" } }]' "$work/conflist" \
        >"$work/failing.conflist"
    mkfifo "$work/tools/lines" "$work/tools/gate"
    # server.pl PORT NAME: answers every line of every client with NAME and the line.
    cat >"$work/tools/server.pl" <<'P'
use IO::Socket::INET;
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 5, ReuseAddr => 1)
    or die "$!\n";
while (my $client = $server->accept) {
    next if fork;
    print $client "$ARGV[1]: $_" while <$client>;
    exit;
}
P
    # client.pl ADDRESS PORT: sends each line of its input, and prints the answer to it.
    cat >"$work/tools/client.pl" <<'P'
use IO::Socket::INET;
$| = 1;
my $server = IO::Socket::INET->new(PeerAddr => $ARGV[0], PeerPort => $ARGV[1], Timeout => 30)
    or die "$@\n";
while (<STDIN>) {
    print $server $_;
    print scalar <$server> // die "no answer\n";
}
P
}

# What `pod ps` says of a container; it has to be asked again when it may have changed.
look() { pod ps "$1" >"$work/ps.$1"; }
pid_of() { awk -v name="$2" '$2 == name { print $3 }' "$work/ps.$1"; }
address_of() { awk '$2 == "infra" { print $4 }' "$work/ps.$1"; }
state_of() { look "$1" && sed -n "s/^$1  *$2  *[-0-9]*  *[-.0-9]*  *//p" "$work/ps.$1"; }
namespace() { readlink "/proc/$(pid_of "$1" "$2")/ns/$3"; }

# inside POD CONTAINER COMMAND...
inside() {
    target=$(pid_of "$1" "$2")
    shift 2
    nsjoin "$target" -- "$@"
}
serve() {
    name=$2 port=$3
    pod run "$1" --name "$name" --detach --rootfs "$work/rootfs" --volume "$work/tools:/tools" \
        --volume "$work/shared:/srv/$name" -- perl /tools/server.pl "$port" "$name"
    look "$1"
    eventually listens "$1" "$port"
}
listens() {
    nsjoin --net "$(pid_of "$1" infra)" -- \
        grep -q ": 00000000:$(printf %04X "$2") 00000000:0000 0A " /proc/self/net/tcp
}
ask() { echo hello | perl "$work/tools/client.pl" "$1" "$2"; }
ask_from() { echo hello | inside "$1" "$2" perl /tools/client.pl "$3" "$4"; }

# What there is of pods on the host.
veths() { ip -brief link show type veth | wc -l; }
leases() { find "$work/leases" -name '10.*' -printf '%f\n' | sort | xargs; }
rules() { iptables-save | grep -c "id: \\\\\"$1\\\\\"" || :; }
pauses() { find /proc -maxdepth 2 -name exe -lname "$native/pause" 2>/dev/null | wc -l; }
footprint() {
    grep -c veth /proc/self/net/dev
    find "$work/state" "$work/leases" | sort
    grep "$work" /proc/mounts
}
has_none() { [ ! -e "$work/state/$1" ] && ! grep "$work/state/$1/" /proc/mounts; }
members() {
    find /proc -maxdepth 3 -path '/proc/[0-9]*/ns/pid' -lname "pid:\\[$1\\]" -printf '%h\n' \
        2>/dev/null | sed 's|ns$|status|' | xargs -r grep -ls '^State:.[^ZX]' | wc -l
}

# refuses WORDS COMMAND...: does it fail, say why in one line, and leave everything as it was?
refuses() {
    words=$1
    shift
    footprint >"$work/before" || :
    status=0
    "$@" >"$work/said" 2>&1 || status=$?
    cat "$work/said"
    [ "$status" -eq 125 ]
    same 1 grep -c '' "$work/said"
    grep -F -e "$words" "$work/said"
    footprint >"$work/after" || :
    diff "$work/before" "$work/after"
}

infra_container_comes_first() {
    pod create --cni "$work/conflist" --port 18080:7001 web
    look web
    same 2 awk 'END { print NR }' "$work/ps.web"
    infra=$(pid_of web infra)
    same pause cat "/proc/$infra/comm"
    same 1 sed -n 's/^NSpid:.*\t//p' "/proc/$infra/status"
    for kind in net ipc uts pid; do
        [ "$(namespace web infra "$kind")" != "$(readlink "/proc/self/ns/$kind")" ]
    done
    same web inside web infra uname -n
}

network_comes_before_containers() {
    same 'ADD bridge ADD portmap ADD loopback' called '* web'
    same '10.213.77.2 running' echo "$(address_of web) $(state_of web infra)"
    nsjoin --net "$(pid_of web infra)" -- ip -brief address show up >"$work/devices"
    grep '^lo ' "$work/devices"
    grep '^eth0@.* 10\.213\.77\.2/24' "$work/devices"
}

plugins_are_told() {
    same '[null,"test","1.0.0"]' told 'ADD bridge web' '[.prevResult, .name, .cniVersion]'
    same '["10.213.77.2/24",18080,7001,null]' told 'ADD portmap web' '[.prevResult.ips[0].address,
        (.runtimeConfig.portMappings[0] | .hostPort, .containerPort), .capabilities]'
}

namespaces_are_shared() {
    for kind in net ipc uts pid; do
        infra=$(namespace web infra "$kind")
        [ -n "$infra" ]
        same "$infra" namespace web a "$kind"
        same "$infra" namespace web b "$kind"
    done
}

mounts_are_not_shared() {
    host=$(readlink /proc/self/ns/mnt) a=$(namespace web a mnt) b=$(namespace web b mnt)
    [ "$a" != "$b" ]
    [ "$a" != "$host" ]
    [ "$b" != "$host" ]
    same /srv/a inside web a grep -o '/srv/[^ ]*' /proc/mounts
    same /srv/b inside web b grep -o '/srv/[^ ]*' /proc/mounts
}

root_is_its_own() {
    touch "$work/rootfs/mark"
    inside web a test -e /mark
    ! inside web a test -e "$work" || return 1
    # The host's mounts are under its root, where nothing leads to.
    ! inside web a grep "$work" /proc/mounts || return 1
    same /tools inside web a sh -c 'cd /tools && pwd -P'
}

proc_is_the_pods() {
    same pause inside web a cat /proc/1/comm
    inside web a sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "' >"$work/seen"
    grep 'server.pl 7001 a' "$work/seen"
    grep 'server.pl 7002 b' "$work/seen"
}

talk_on_localhost() {
    same 'b: hello' ask_from web a 127.0.0.1 7002
    same 'a: hello' ask_from web b 127.0.0.1 7001
}

devices_are_the_same() {
    for each in a b; do
        same 'eth0 lo' inside web "$each" sh -c 'ls /sys/class/net | xargs'
        same 10.213.77.2 inside web "$each" sh -c 'hostname --all-ip-addresses | xargs'
    done
}

# Where its root is the host's, too, whose /sys tells of the host's devices.
devices_are_the_pods() {
    same 'eth0 lo' pod run web --name devices -- sh -c 'ls /sys/class/net | xargs'
}

volume_is_shared() {
    inside web a sh -c 'echo letter >/srv/a/letter'
    same letter inside web b cat /srv/b/letter
}

shared_memory_is_the_pods() {
    name=/dev/shm/${work##*/}
    inside web a sh -c "echo memory >$name"
    same memory inside web b cat "$name"
    [ ! -e "$name" ]
}

environment_is_not_the_callers() {
    SECRET=secret pod run web --rootfs "$work/rootfs" -- env >"$work/environment"
    grep '^PATH=' "$work/environment"
    ! grep SECRET "$work/environment" || return 1
}

status_is_the_commands() {
    status=0
    pod run web --name status -- sh -c 'exit 9' || status=$?
    same 9 echo "$status"
    same 'exited 9' state_of web status
}

pods_reach_each_other() {
    pod create --cni "$work/conflist" db
    look db
    serve db d 7004
    same 'd: hello' ask_from web a "$(address_of db)" 7004
    same 'a: hello' ask_from db d "$(address_of web)" 7001
    ! ask_from db d 127.0.0.1 7001 || return 1
}

# A container of pod db has a connection to one of pod web, which is asked again when another
# container has died and come back.
pod_outlives_containers() {
    serve web c 7003
    address=$(address_of web) network=$(namespace web infra net) first=$(pid_of web a)
    exec 8<>"$work/tools/lines"
    pod run db --name client --detach --volume "$work/tools:/mnt" -- sh -c \
        "perl /mnt/client.pl $address 7003 <>/mnt/lines >/mnt/answers"
    echo one >&8
    eventually grep -x 'c: one' "$work/tools/answers"
    kill -KILL "$first"
    eventually same 'killed 9' state_of web a
    ! ask_from web b 127.0.0.1 7001 || return 1
    serve web a 7001
    [ "$(pid_of web a)" != "$first" ]
    same 'a: hello' ask_from web b 127.0.0.1 7001
    same "$address" address_of web
    same "$network" namespace web a net
    echo two >&8
    eventually grep -x 'c: two' "$work/tools/answers"
}


host_reaches_port() {
    same 'a: hello' ask 127.0.0.1 18080
    same 'a: hello' ask 10.213.77.1 18080
    [ "$(rules web)" -gt 0 ]
}

# By itself, not by `pod stop`; with one in it that does not end when asked to.
all_ends_with_infra() {
    pod run web --name stubborn --detach -- sh -c 'trap "" TERM; while :; do sleep 100; done'
    infra=$(pid_of web infra)
    number=$(stat -L -c %i "/proc/$infra/ns/pid")
    [ "$(members "$number")" -gt 5 ]
    kill -TERM "$infra"
    eventually same 0 members "$number"
    for each in a b c stubborn; do
        eventually same 'killed 9' state_of web "$each"
    done
    same ended state_of web infra
}

stop_removes_network() {
    same '10.213.77.2 10.213.77.3' leases
    pod stop web
    same 'DEL loopback DEL portmap DEL bridge' called 'DEL * web'
    for type in loopback portmap bridge; do
        same '"10.213.77.2/24"' told "DEL $type web" '.prevResult.ips[0].address'
    done
    same 10.213.77.3 leases
    same 0 rules web
    same 1 veths
    has_none web
}

network_that_stays() {
    status=0
    CNI_PATH=/nowhere pod stop db 2>"$work/said" || status=$?
    same 125 echo "$status"
    same 1 grep -c '^pod: there is no CNI plugin loopback in /nowhere' "$work/said"
    same ended state_of db infra
    same 10.213.77.3 leases
    pod stop db
    has_none db
    same '' leases
    same 0 veths
}

failed_network_leaves_nothing() {
    before=$(pauses)
    refuses 'pod: cannot ADD the network of the pod broken: CNI plugin tuning: ' \
        pod create --cni "$work/failing.conflist" --port 18081:80 broken
    same 'ADD bridge ADD portmap ADD tuning DEL tuning DEL portmap DEL bridge' called '* broken'
    same 0 rules broken
    same "$before" pauses
}

stop_asks_first() {
    pod create asked
    pod run asked --name polite --detach --volume "$work/shared:/mnt" -- \
        sh -c 'trap "echo bye >/mnt/bye; exit" TERM; echo >/mnt/hello; while :; do sleep 0.1; done'
    eventually test -e "$work/shared/hello"
    pod stop asked
    same bye cat "$work/shared/bye"
    has_none asked
}

init_containers_in_order() {
    pod create jobs
    set -- --volume "$work/shared:/mnt"
    pod run jobs --init --name first "$@" -- sh -c 'sleep 0.3; echo first >>/mnt/order'
    pod run jobs --init --name second "$@" -- sh -c 'sleep 0.1; echo second >>/mnt/order'
    pod run jobs --name last "$@" -- sh -c 'echo last >>/mnt/order'
    same 'first second last' xargs -a "$work/shared/order"
    same 'exited 0' state_of jobs first
}

ends_with_127() {
    pod run jobs --name odd --detach --rootfs "$work/rootfs" -- sh -c 'echo odd; exit 127'
    eventually same 'exited 127' state_of jobs odd
}

init_runs_alone() {
    pod create alone
    pod run alone --init --name slow --volume "$work/tools:/mnt" -- sh -c 'read line </mnt/gate' &
    eventually same running state_of alone slow
    refuses 'init container slow still runs' pod run alone -- true
    refuses 'init container slow still runs' pod run alone --init -- true
    echo go >"$work/tools/gate"
    wait "$!"
    pod run alone -- true
    pod stop alone
}

failed_init_stops() {
    pod create failing
    look failing
    number=$(namespace failing infra pid | tr -dc 0-9)
    status=0
    pod run failing --init -- sh -c 'exit 7' 2>"$work/said" || status=$?
    same 7 echo "$status"
    grep 'init container c1 has failed, with status 7 (the pod failing is stopped)' "$work/said"
    has_none failing
    same 0 members "$number"
}

# Who runs it is killed, before it can stop the pod.
failed_init_is_not_passed_over() {
    pod create strict
    examples/pod/pod run strict --init --name bad -- sh -c 'sleep 1; exit 3' &
    eventually same running state_of strict bad
    kill -KILL "$!"
    eventually same 'exited 3' state_of strict bad
    refuses 'init container bad has not succeeded (pod stop strict)' pod run strict -- true
    pod stop strict
}

interrupted_init_stops() {
    pod create failing
    look failing
    number=$(namespace failing infra pid | tr -dc 0-9)
    examples/pod/pod run failing --init --name slow -- sleep 1000 &
    eventually same running state_of failing slow
    kill -TERM "$!"
    status=0
    wait "$!" || status=$?
    same 143 echo "$status"
    has_none failing
    same 0 members "$number"
}

links_do_not_lead_out() {
    mkdir "$work/hostile" "$work/outside"
    ln -s "$work/outside" "$work/hostile/proc"
    ln -s "$work/outside" "$work/hostile/data"
    ln -s usr/bin "$work/hostile/bin"
    refuses 'a link leads out' pod run jobs --detach --rootfs "$work/hostile" -- true
    rm "$work/hostile/proc"
    refuses 'a link leads out' pod run jobs --detach --rootfs "$work/hostile" \
        --volume "$work/shared:/data/more" -- true
    same "$work/outside" find "$work/outside"
}

programs_can_be_named() {
    cp "$native/pause" "$work/my pause"
    cp "$native/nsjoin" "$work/my nsjoin"
    PAUSE="$work/my pause" NSJOIN="$work/my nsjoin" pod create named
    look named
    same "$work/my pause" readlink "/proc/$(pid_of named infra)/exe"
    pod stop named
    refuses 'there is no program /nowhere/pause' env PAUSE=/nowhere/pause examples/pod/pod create x
}

wrong_names() {
    for name in '' . .. a/b ../a -a 'a b' 'a*' "$(printf '%064d' 0)"; do
        refuses "not the name of a pod: '$name'" pod create "$name"
    done
}

section() { awk -v title="## $1" '/^## / { inside = $0 == title } inside' README.md; }

first_pod_works() {
    section 'Your first pod by hand' | sed -n 's/^    //p' >"$work/first"
    TMPDIR=$work timeout --signal=KILL 60 \
        unshare --pid --mount-proc --fork --kill-child sh -e "$work/first" >"$work/said" 2>&1 ||
        { cat "$work/said"; return 1; }
    cat "$work/said"
    same 4 grep -c '^\(net\|ipc\|uts\|pid\) .* no *$' "$work/said"
    grep -x 'a letter' "$work/said"
    grep -x '/proc/1/comm:pause' "$work/said"
    number=$(sed -n 's|^/proc/\([0-9]*\)/comm:server$|\1|p' "$work/said")
    [ -n "$number" ]
    grep -x "$number" "$work/said"
    grep -x lo "$work/said"
    grep '^pause: SIGTERM' "$work/said"
}

set_up
before=$(pauses)
it 'the infra container comes first, process 1 of new namespaces' infra_container_comes_first
[ "$failed" -eq 0 ] || exit 1
it 'the network is there before any container' network_comes_before_containers
it 'each plugin is told its part of the list, the ports, and what the last one did' plugins_are_told
it 'a container starts, and serves' serve web a 7001
it 'and another' serve web b 7002
it 'they share network, IPC, UTS and PID namespace with the infra container' namespaces_are_shared
it 'each has mounts of its own' mounts_are_not_shared
it 'each has its root, and nothing of the host' root_is_its_own
it 'their /proc shows the processes of the pod' proc_is_the_pods
it 'they talk on localhost' talk_on_localhost
it 'they see the same devices, and have one address' devices_are_the_same
it 'a container of the host'\''s files sees those, too' devices_are_the_pods
it 'what one writes to a volume the other reads, at another path' volume_is_shared
it 'they share /dev/shm with each other, and not with the host' shared_memory_is_the_pods
it 'they do not have the environment of the caller' environment_is_not_the_callers
it 'pod run has the status of its command' status_is_the_commands
it 'the host reaches a mapped port' host_reaches_port
it 'pods on a bridge reach each other by address, and not by localhost' pods_reach_each_other
it 'connections and address stay when a container dies and comes back' pod_outlives_containers
it 'a container that runs is not started again' refuses 'it runs already' \
    pod run web --name a -- true
it 'a pod is not made twice' refuses 'File exists (pod stop web)' pod create web
it 'when the infra container ends, all do' all_ends_with_infra
it 'nothing runs in a pod that has ended' refuses 'its infra container has ended (pod stop web)' \
    pod run web -- true
it 'pod stop takes the network away, in reverse order' stop_removes_network
it 'nothing runs in a pod that was stopped' refuses 'there is none' pod run web -- true
it 'a pod is not stopped twice' refuses 'there is none' pod stop web
it 'what could not be taken away can be by another pod stop' network_that_stays
it 'a network that fails leaves nothing behind' failed_network_leaves_nothing
it 'pod stop lets containers end by themselves' stop_asks_first
it 'init containers run one after another, before the others' init_containers_in_order
it 'nothing runs beside an init container' init_runs_alone
it 'no init container comes after others' refuses 'leave out --init' pod run jobs --init -- true
it 'an init container that fails stops the pod' failed_init_stops
it 'so does one that is interrupted' interrupted_init_stops
it 'nothing runs after one that failed, also when the pod was not stopped' \
    failed_init_is_not_passed_over
it 'links in a root do not lead out of it' links_do_not_lead_out
it 'not everything is the name of a pod' wrong_names
it 'infra is not the name of a container' refuses "not the name of a container: 'infra'" \
    pod run jobs --name infra -- true
it 'a command is needed' refuses 'run which command?' pod run jobs --
it 'a command that is not there is no container' refuses "'nowhere'" \
    pod run jobs --detach --rootfs "$work/rootfs" -- nowhere
it 'nor where the root is the host'\''s' refuses 'cannot find the command nowhere' \
    pod run jobs --detach -- nowhere
it 'one that ends as if it were not there is a container' ends_with_127
it 'a root that is not there is refused' refuses 'no directory /nowhere' \
    pod run jobs --rootfs /nowhere -- true
it 'a volume that is not there is refused' refuses 'no directory /nowhere' \
    pod run jobs --volume /nowhere:/mnt -- true
it 'a volume has one colon' refuses 'a colon in a path: /mnt:1:/mnt' \
    pod run jobs --volume /mnt:1:/mnt -- true
it 'a volume has no place that is not there' refuses /nowhere \
    pod run jobs --detach --volume "$work/shared:/nowhere" -- true
it 'ports need a network' refuses 'mapped by CNI plugins' pod create --port 1:2 x
it 'ports are two numbers' refuses 'not two ports: 1:b' pod create --port 1:b x
it 'a list that is not there is refused' refuses 'cannot read /nowhere' pod create --cni /nowhere x
it 'a list that is none is refused' refuses 'cannot read README.md' pod create --cni README.md x
it 'a plugin that is not there is refused' refuses 'no CNI plugin bridge in /nowhere' \
    env CNI_PATH=/nowhere examples/pod/pod create --cni "$work/conflist" x
it 'an option that there is not is refused' refuses 'not understood: --nowhere' \
    pod run jobs --nowhere -- true
it 'a command that there is not is refused' refuses 'not understood: start' pod start jobs
it 'pause and nsjoin can be named' programs_can_be_named
it 'a pod stops' pod stop jobs
it 'no infra container is left' same "$before" pauses
it 'the first pod of the README works as it is printed' first_pod_works
