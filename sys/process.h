// SPDX-License-Identifier: Apache-2.0
// Processes: who this one is, its children, and its end.
#pragma once

#include "call.h"
#include "file.h"
#include "signal.h"

namespace sys {

/// A process, as this one's PID namespace numbers it.
enum class Pid : int { init = 1 };

inline Pid getpid()
{
    return call<Pid>(__NR_getpid).value();
}

/// Reaps one dead child of any kind, wait4(2). No error for none: false, there is none or no longer
/// one.
inline bool reap()
{
    const auto pid = call<long>(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
    return pid && pid.value() != 0;
}

/// clone(2) of a process, a copy of this one: there 0 is returned, as by fork(2). `flags` are
/// CLONE_ something and the signal that its end raises; CLONE_PARENT_SETTID puts its number to
/// `pid`.
inline Result<Pid> clone(long flags, int *pid = nullptr)
{
    constexpr long same_stack = 0;
    if constexpr (arch::clone_stack_first) {
        return call<Pid>(__NR_clone, same_stack, flags, pid, 0, 0);
    } else {
        return call<Pid>(__NR_clone, flags, same_stack, pid, 0, 0);
    }
}

/// A new process, a copy of this one, which is its parent. Until it executes a program its end
/// raises `end_signal` instead of SIGCHLD, and only a wait for children of all kinds finds it:
/// execve(2) sets the signal back to SIGCHLD, clone(2) and wait(2).
inline Result<Pid> fork(Signal end_signal)
{
    return clone(static_cast<long>(end_signal));
}

/// The same, born into the cgroup (version 2) whose directory is open. Linux 5.7.
Result<Pid> fork_into_cgroup(FdRef cgroup, Signal end_signal);

/// The same, but the new process is a child of this one's parent, and its end signal is that of
/// this process. `pid` is its number as this process counts, and is set before it runs. EINVAL for
/// process 1 of a PID namespace.
Result<Pid> fork_sibling(int *pid);

/// How a child is, wait(2).
class WaitStatus {
public:
    constexpr bool stopped() const { return (raw_ & 0xff) == 0x7f; }
    constexpr bool exited() const { return (raw_ & 0x7f) == 0; }
    /// What it exited with.
    constexpr int code() const { return raw_ >> 8 & 0xff; }
    /// What stopped it.
    constexpr Signal stop_signal() const { return static_cast<Signal>(code()); }
    /// What killed it.
    constexpr Signal signal() const { return static_cast<Signal>(raw_ & 0x7f); }

    int raw_ = 0;
};

/// Which children a wait is for: those that have executed a program, or all.
enum class Children : int { executed = 0, all = __WALL };

/// wait4(2), for the child `pid` that has ended or stopped, without waiting for that: 0, nothing
/// has happened. ECHILD: there is no such child among `children`.
inline Result<long> wait_now(Pid pid, Children children, WaitStatus &status)
{
    return call<long>(__NR_wait4, static_cast<int>(pid), &status.raw_,
                      WNOHANG | WUNTRACED | static_cast<int>(children), 0);
}

/// Waits until the child `pid` has ended, of whatever kind it is; it stays to be reaped, waitid(2).
inline Result<void> wait_until_ended(Pid pid)
{
    constexpr int p_pid = 1;
    return call<void>(__NR_waitid, p_pid, static_cast<int>(pid), 0, WEXITED | WNOWAIT | __WALL, 0);
}

/// wait_now(), for any child.
inline Result<Pid> wait_now_for_any(WaitStatus &status)
{
    return call<Pid>(__NR_wait4, -1, &status.raw_, WNOHANG | WUNTRACED | __WALL, 0);
}

inline Result<void> kill(Pid pid, Signal signal)
{
    return call<void>(__NR_kill, static_cast<int>(pid), static_cast<int>(signal));
}

/// Does to this process what `signal` does. All others are blocked from then on.
inline void raise(Signal signal)
{
    SignalSet others = SignalSet::full();
    others.remove(signal);
    static_cast<void>(kill(getpid(), signal));
    static_cast<void>(block_signals(others));
}

/// Sends the signal `info.signal` with all that is known of it, rt_sigqueueinfo(2). EPERM: it says
/// that it comes from kill(2) or the kernel, which may not be pretended.
inline Result<void> queue_signal(Pid pid, const SignalInfo &info)
{
    return call<void>(__NR_rt_sigqueueinfo, static_cast<int>(pid), static_cast<int>(info.signal),
                      &info);
}

/// Are two descriptors of the process `pid` of the same open file, kcmp(2)? Linux 3.5. ENOSYS: the
/// kernel has no CONFIG_KCMP; EPERM: a filter refuses the call.
inline Result<bool> same_open_file(Pid pid, FdRef a, FdRef b)
{
    constexpr int kcmp_file = 0;
    const auto order = call<long>(__NR_kcmp, static_cast<int>(pid), static_cast<int>(pid),
                                  kcmp_file, a.number, b.number);
    return order ? Result<bool>(order.value() == 0 ? 1 : 0) : Result<bool>(order);
}

/// execve(2). Returns an error or not at all.
inline Errno execute(const char *path, const char *const *arguments, const char *const *environment)
{
    return call<void>(__NR_execve, path, arguments, environment).error();
}

/// The same for a file that is open. Of a script it is ENOENT where `file` is closed on exec.
inline Errno execute(FdRef file, const char *const *arguments, const char *const *environment)
{
    return call<void>(__NR_execveat, file.number, "", arguments, environment, AT_EMPTY_PATH)
        .error();
}

/// A new session, whose leader this process is, without a terminal: setsid(2).
inline Result<void> new_session()
{
    return call<void>(__NR_setsid);
}

/// Does this process lead its session?
inline bool leads_session()
{
    return call<Pid>(__NR_getsid, 0).value() == getpid();
}

/// The process group of this process.
inline Pid process_group()
{
    return call<Pid>(__NR_getpgid, 0).value();
}

/// The most bytes that this process may write to a file, RLIMIT_FSIZE in getrlimit(2); no limit
/// where it can't be had. Writing more raises SIGXFSZ.
inline uint64_t file_size_limit()
{
    constexpr int rlimit_fsize = 1;
    uint64_t limit[2] = {~uint64_t{0}, 0};
    static_cast<void>(call<void>(__NR_prlimit64, 0, rlimit_fsize, 0, limit));
    return limit[0];
}

/// This process is sent `signal` when its parent ends, PR_SET_PDEATHSIG. Forgotten when its ids
/// change.
inline Result<void> end_with_parent(Signal signal)
{
    return call<void>(__NR_prctl, PR_SET_PDEATHSIG, static_cast<int>(signal), 0, 0, 0);
}

/// What tools call this process, at most 15 bytes, PR_SET_NAME.
inline Result<void> set_name(const char *name)
{
    return call<void>(__NR_prctl, PR_SET_NAME, name, 0, 0, 0);
}

/// From now on, and until the next exec, only those may look into this process (its memory,
/// /proc/PID/exe) who may trace any process of its user namespace: PR_SET_DUMPABLE.
inline Result<void> hide_from_tracing()
{
    return call<void>(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// Ends the process, also where a seccomp filter refuses the usual call: without the second of them
/// with a fault, which nothing can refuse. Never returns and never spins.
[[noreturn]] inline void exit(int status)
{
    static_cast<void>(call<void>(__NR_exit_group, status));
    static_cast<void>(call<void>(__NR_exit, status));
    __builtin_trap();
}

} // namespace sys
