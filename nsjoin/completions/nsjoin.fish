# SPDX-License-Identifier: Apache-2.0
# Completions of nsjoin(1) for fish.

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
            case -N -S -G --net-socket --setuid --setgid --setenv --bring --keep-fd --status-fd
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

complete -c nsjoin -n $options -s t -l target -x -a '(__nsjoin_processes)' -d 'the process; its number alone will do'
complete -c nsjoin -n $options -l pidfd -x -d 'the process, by an open pidfd'
complete -c nsjoin -n $options -s a -l all -d 'all its namespaces: the default'
complete -c nsjoin -n $options -s m -l mount -F -d 'its mount namespace'
complete -c nsjoin -n $options -s u -l uts -F -d 'its UTS namespace: host name'
complete -c nsjoin -n $options -s i -l ipc -F -d 'its IPC namespace'
complete -c nsjoin -n $options -s n -l net -F -d 'its network namespace'
complete -c nsjoin -n $options -s N -l net-socket -x -d 'the network namespace of its socket'
complete -c nsjoin -n $options -s p -l pid -F -d 'its PID namespace'
complete -c nsjoin -n $options -s C -l cgroup -F -d 'its cgroup namespace'
complete -c nsjoin -n $options -s U -l user -F -d 'its user namespace'
complete -c nsjoin -n $options -l user-parent -d 'the user namespace above these'
complete -c nsjoin -n $options -s T -l time -F -d 'its time namespace'
complete -c nsjoin -n $options -s S -l setuid -x -a follow -d 'run as this user, or as its user'
complete -c nsjoin -n $options -s G -l setgid -x -a follow -d 'run as this group alone, or as its group'
complete -c nsjoin -n $options -l preserve-credentials -d 'keep user and groups in a user namespace'
complete -c nsjoin -n $options -l keep-caps -d 'keep what capabilities a user namespace gives'
complete -c nsjoin -n $options -s r -l root -a '(__nsjoin_directories)' -d 'its root directory, or <dir> as seen from here'
complete -c nsjoin -n $options -s w -l wd -a '(__nsjoin_directories)' -d 'its working directory, or <dir> as seen from here'
complete -c nsjoin -n $options -s W -l wdns -F -d 'the working directory, as seen inside'
complete -c nsjoin -n $options -s e -l env -d 'its environment instead of yours'
complete -c nsjoin -n $options -l clear-env -d 'an empty environment'
complete -c nsjoin -n $options -l setenv -x -d 'set a variable; may repeat'
complete -c nsjoin -n $options -s c -l join-cgroup -d 'run in its cgroup'
complete -c nsjoin -n $options -s Z -l follow-context -d 'run in its SELinux context'
complete -c nsjoin -n $options -s F -l no-fork -d 'no new process, even for a PID namespace'
complete -c nsjoin -n $options -l bring -r -F -d 'run this static program from here'
complete -c nsjoin -n $options -l keep-fd -x -d 'leave this open; may repeat'
complete -c nsjoin -n $options -l kill-child -a 'HUP INT QUIT USR1 USR2 ALRM TERM KILL' -d 'the command ends with nsjoin, by SIGKILL or this'
complete -c nsjoin -n $options -l status-fd -x -d 'write JSON lines: started, failed, exited'
complete -c nsjoin -n $options -l pty -d 'a new terminal for the command'
complete -c nsjoin -n $options -l list -d 'show its namespaces and yours'
complete -c nsjoin -n $options -s h -l help -d 'this text'
complete -c nsjoin -n $options -s V -l version -d 'the version'
