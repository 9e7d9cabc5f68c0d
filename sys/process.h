// SPDX-License-Identifier: Apache-2.0
// Processes: this one, its children, and its end.
#pragma once

#include "call.h"
#include "file.h"
#include "signal.h"

namespace sys {

/// The PID of a process in this one's PID namespace.
enum class Pid : int { init = 1 };

inline Pid getpid()
{
    return call<Pid>(__NR_getpid).value();
}

/// Reaps one dead child of any kind, wait4(2). False if there is none; this is not an error.
inline bool reap()
{
    const auto pid = call<long>(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
    return pid && pid.value() != 0;
}

/// clone(2): creates a copy of this process, in which it returns 0, as fork(2) does. `flags` are
/// CLONE_ constants and the signal that its end raises; CLONE_PARENT_SETTID stores its PID at
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

/// Creates a child, a copy of this process. Until it executes a program its end raises `end_signal`
/// instead of SIGCHLD, and only a wait for children of all kinds finds it: execve(2) resets the
/// signal to SIGCHLD, clone(2) and wait(2).
inline Result<Pid> fork(Signal end_signal)
{
    return clone(static_cast<long>(end_signal));
}

/// The same, created in the cgroup (version 2) whose directory is open. Linux 5.7.
Result<Pid> fork_into_cgroup(FdRef cgroup, Signal end_signal);

/// The same, but the new process is a child of this one's parent and has the end signal of this
/// process. `pid` is its PID in this process's PID namespace, and is set before it runs. EINVAL for
/// process 1 of a PID namespace.
Result<Pid> fork_sibling(int *pid);

/// The state of a child, wait(2).
class WaitStatus {
public:
    constexpr bool stopped() const { return (raw_ & 0xff) == 0x7f; }
    constexpr bool exited() const { return (raw_ & 0x7f) == 0; }
    /// Its exit status.
    constexpr int code() const { return raw_ >> 8 & 0xff; }
    /// The signal that stopped it.
    constexpr Signal stop_signal() const { return static_cast<Signal>(code()); }
    /// Of a traced process: an event, and not the delivery of its stop_signal().
    constexpr bool is_event() const { return raw_ >> 16 != 0; }
    /// The signal that killed it.
    constexpr Signal signal() const { return static_cast<Signal>(raw_ & 0x7f); }

    int raw_ = 0;
};

/// Which children a wait finds: those that have executed a program, or all.
enum class Children : int { executed = 0, all = __WALL };

/// wait4(2) without waiting: finds out whether the child `pid` has ended or stopped; 0 if not.
/// ECHILD: there is no such child among `children`.
inline Result<long> wait_now(Pid pid, Children children, WaitStatus &status)
{
    return call<long>(__NR_wait4, static_cast<int>(pid), &status.raw_,
                      WNOHANG | WUNTRACED | static_cast<int>(children), 0);
}

/// Waits until the child `pid` of any kind has ended, without reaping it, waitid(2).
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

/// Has `signal` take its default effect on this process. All other signals stay blocked.
inline void raise(Signal signal)
{
    SignalSet others = SignalSet::full();
    others.remove(signal);
    static_cast<void>(kill(getpid(), signal));
    static_cast<void>(block_signals(others));
}

/// Sends the signal `info.signal` with all of its information, rt_sigqueueinfo(2). EPERM: the
/// information says that kill(2) or the kernel sent it, which a process may not claim.
inline Result<void> queue_signal(Pid pid, const SignalInfo &info)
{
    return call<void>(__NR_rt_sigqueueinfo, static_cast<int>(pid), static_cast<int>(info.signal),
                      &info);
}

/// True if two descriptors of the process `pid` refer to the same open file, kcmp(2). Linux 3.5.
/// ENOSYS: the kernel has no CONFIG_KCMP. EPERM: a filter refuses the call.
inline Result<bool> same_open_file(Pid pid, FdRef a, FdRef b)
{
    constexpr int kcmp_file = 0;
    const auto order = call<long>(__NR_kcmp, static_cast<int>(pid), static_cast<int>(pid),
                                  kcmp_file, a.number, b.number);
    return order ? Result<bool>(order.value() == 0 ? 1 : 0) : Result<bool>(order);
}

/// execve(2). Returns only if it fails.
inline Errno execute(const char *path, const char *const *arguments, const char *const *environment)
{
    return call<void>(__NR_execve, path, arguments, environment).error();
}

/// The same for an open file. ENOENT: it is a script, and `file` is closed on exec.
inline Errno execute(FdRef file, const char *const *arguments, const char *const *environment)
{
    return call<void>(__NR_execveat, file.number, "", arguments, environment, AT_EMPTY_PATH)
        .error();
}

/// Makes this process the leader of a new session without a terminal, setsid(2).
inline Result<void> new_session()
{
    return call<void>(__NR_setsid);
}

/// True if this process leads its session.
inline bool leads_session()
{
    return call<Pid>(__NR_getsid, 0).value() == getpid();
}

/// The process group of this process.
inline Pid process_group()
{
    return call<Pid>(__NR_getpgid, 0).value();
}

/// A limit on resources, getrlimit(2): the one that counts, and the most that may be set.
struct Limit {
    uint64_t soft;
    uint64_t hard;
};
inline constexpr uint64_t no_limit = ~uint64_t{0};

/// `resource` is one of RLIMIT_, of which there are 16 on all machines.
inline Result<void> limit(int resource, Limit &limit)
{
    return call<void>(__NR_prlimit64, 0, resource, 0, &limit);
}

/// EPERM: it is above the hard limit, and CAP_SYS_RESOURCE is missing in the initial user
/// namespace.
inline Result<void> set_limit(int resource, const Limit &limit)
{
    return call<void>(__NR_prlimit64, 0, resource, &limit, 0);
}

/// The largest file that this process may write, in bytes, RLIMIT_FSIZE in getrlimit(2). No limit
/// if it cannot be determined. Writing more raises SIGXFSZ.
inline uint64_t file_size_limit()
{
    constexpr int rlimit_fsize = 1;
    Limit size = {no_limit, 0};
    static_cast<void>(limit(rlimit_fsize, size));
    return size.soft;
}

/// Has the kernel send `signal` to this process when its parent ends, PR_SET_PDEATHSIG. A change of
/// its ids clears this.
inline Result<void> end_with_parent(Signal signal)
{
    return call<void>(__NR_prctl, PR_SET_PDEATHSIG, static_cast<int>(signal), 0, 0, 0);
}

/// Sets the name that tools show for this process, at most 15 bytes, PR_SET_NAME.
inline Result<void> set_name(const char *name)
{
    return call<void>(__NR_prctl, PR_SET_NAME, name, 0, 0, 0);
}

/// Until the next exec, only processes that may trace any process of this user namespace can look
/// into this one (its memory, /proc/PID/exe): PR_SET_DUMPABLE.
inline Result<void> hide_from_tracing()
{
    return call<void>(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// The permissions that new files do not get, umask(2).
inline void set_umask(uint32_t mask)
{
    static_cast<void>(call<void>(__NR_umask, mask));
}

/// personality(2).
inline Result<void> set_personality(uint32_t personality)
{
    return call<void>(__NR_personality, personality);
}

/// By how many nanoseconds this process may be woken up late, PR_SET_TIMERSLACK.
inline Result<void> set_timer_slack(unsigned long nanoseconds)
{
    return call<void>(__NR_prctl, PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

/// What the processor may speculate on, PR_SET_SPECULATION_CTRL: PR_SPEC_ENABLE and the like for
/// PR_SPEC_STORE_BYPASS and PR_SPEC_INDIRECT_BRANCH.
inline Result<long> speculation(unsigned long feature)
{
    return call<long>(__NR_prctl, PR_GET_SPECULATION_CTRL, feature, 0, 0, 0);
}

inline Result<void> set_speculation(unsigned long feature, unsigned long control)
{
    return call<void>(__NR_prctl, PR_SET_SPECULATION_CTRL, feature, control, 0, 0);
}

/// 1 if this process gets no transparent huge pages, PR_SET_THP_DISABLE.
inline Result<long> huge_pages_disabled()
{
    return call<long>(__NR_prctl, PR_GET_THP_DISABLE, 0, 0, 0, 0);
}

inline Result<void> disable_huge_pages(unsigned long disabled)
{
    return call<void>(__NR_prctl, PR_SET_THP_DISABLE, disabled, 0, 0, 0);
}

/// Ends the process. If a seccomp filter refuses the usual call it makes the older one, and if that
/// is refused too it causes a fault, which nothing can refuse. Never returns and never spins.
[[noreturn]] inline void exit(int status)
{
    static_cast<void>(call<void>(__NR_exit_group, status));
    static_cast<void>(call<void>(__NR_exit, status));
    __builtin_trap();
}

} // namespace sys
