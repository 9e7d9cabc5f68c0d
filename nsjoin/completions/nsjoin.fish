# SPDX-License-Identifier: Apache-2.0
# Completions of nsjoin(1) for fish. Made by `make completions` from nsjoin.fish.in.

# Every process, and what it is called.
function __nsjoin_processes
    grep -sH '' /proc/*/comm | string replace -rf '^/proc/(\d+)/comm:' '$1\t'
end

# What comes next: the process, the process or the command ('both'), an option or the command
# ('either'), or a word of the command, which the lines that follow are.
function __nsjoin_next
    set -l next process
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]
        set -l word $words[1]
        set -e words[1]
        switch $word
            case --
                set next command
                break
            case -t --target --pidfd
                set next either
                set -e words[1]
            case '-t*' '--target=*' '--pidfd=*'
                set next either
            case -N --net-socket -S --setuid -G --setgid --setenv --bring --keep-fd --status-fd
                set -e words[1]
            case '-*=/*'
                test $next = process; and set next both
            case '-*'
            case '*'
                if test $next = either; or test $next = both; and string match -q -v -r '^[0-9]' -- $word
                    set next command
                    set -p words $word
                    break
                end
                set next either
        end
    end
    printf '%s\n' $next $words
end

function __nsjoin_expects
    contains -- (__nsjoin_next)[1] $argv
end

function __nsjoin_command
    set -l words (__nsjoin_next)[2..]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

# Behind the = of what may have a value.
function __nsjoin_directories
    __fish_complete_directories (string replace -r '^-[^=]*=' '' -- (commandline -ct))
end

set -l options '__nsjoin_expects process both either'

complete -c nsjoin -f
complete -c nsjoin -n '__nsjoin_expects process both' -a '(__nsjoin_processes)'
complete -c nsjoin -n '__nsjoin_expects both either command' -a '(__nsjoin_command)'

complete -c nsjoin -n $options -s t -l target -x -a '(__nsjoin_processes)' -d 'the target process; -t can be omitted'
complete -c nsjoin -n $options -l pidfd -x -d 'the target process, by an open pidfd'
complete -c nsjoin -n $options -l require-pidfd -d 'fail where the process cannot be held by a pidfd'
complete -c nsjoin -n $options -s a -l all -d 'all the target'\''s namespaces (default)'
complete -c nsjoin -n $options -s m -l mount -F -d 'mount namespace'
complete -c nsjoin -n $options -s u -l uts -F -d 'UTS namespace: host name'
complete -c nsjoin -n $options -s i -l ipc -F -d 'IPC namespace'
complete -c nsjoin -n $options -s n -l net -F -d 'network namespace'
complete -c nsjoin -n $options -s p -l pid -F -d 'PID namespace'
complete -c nsjoin -n $options -s C -l cgroup -F -d 'cgroup namespace'
complete -c nsjoin -n $options -s T -l time -F -d 'time namespace'
complete -c nsjoin -n $options -s U -l user -F -d 'user namespace'
complete -c nsjoin -n $options -l user-parent -d 'parent of the user namespace'
complete -c nsjoin -n $options -s N -l net-socket -x -d 'network namespace of the target'\''s socket <fd>'
complete -c nsjoin -n $options -s S -l setuid -x -a follow -d 'user ID to run as, or the target'\''s (follow)'
complete -c nsjoin -n $options -s G -l setgid -x -a follow -d 'group ID to run as, or the target'\''s (follow)'
complete -c nsjoin -n $options -l preserve-credentials -d 'keep your user and groups in a user namespace'
complete -c nsjoin -n $options -l keep-caps -d 'keep capabilities gained in a user namespace'
complete -c nsjoin -n $options -s r -l root -a '(__nsjoin_directories)' -d 'the target'\''s root directory, or <dir> of yours'
complete -c nsjoin -n $options -s w -l wd -a '(__nsjoin_directories)' -d 'the target'\''s working directory, or <dir> of yours'
complete -c nsjoin -n $options -s W -l wdns -F -d 'the target'\''s working directory, or <dir> inside'
complete -c nsjoin -n $options -s e -l env -d 'the target'\''s environment'
complete -c nsjoin -n $options -l clear-env -d 'an empty environment'
complete -c nsjoin -n $options -l setenv -x -d 'set an environment variable; repeatable'
complete -c nsjoin -n $options -s c -l join-cgroup -d 'run in the target'\''s cgroup'
complete -c nsjoin -n $options -s Z -l follow-context -d 'run in the target'\''s SELinux context'
complete -c nsjoin -n $options -s F -l no-fork -d 'do not fork, even for a PID namespace'
complete -c nsjoin -n $options -l as-target -a best-effort -d 'run as confined as the target, in all respects'
complete -c nsjoin -n $options -l bring -r -F -d 'run this static program from outside'
complete -c nsjoin -n $options -l keep-fd -x -d 'keep this descriptor open; repeatable'
complete -c nsjoin -n $options -l kill-child -a 'HUP INT QUIT USR1 USR2 ALRM TERM KILL' -d 'if nsjoin dies, send the command KILL, or <signal>'
complete -c nsjoin -n $options -l status-fd -x -d 'write events to <fd>, a line of JSON each'
complete -c nsjoin -n $options -l pty -d 'run the command on a new terminal'
complete -c nsjoin -n $options -l list -d 'list the target'\''s namespaces and yours'
complete -c nsjoin -n $options -s h -l help -d 'print this help'
complete -c nsjoin -n $options -s V -l version -d 'print the version'
