// SPDX-License-Identifier: Apache-2.0
// Signals, without handlers: blocked, ignored, waited for.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "call.h"

namespace sys {

enum class Signal : int {
    sighup = SIGHUP,
    sigint = SIGINT,
    sigquit = SIGQUIT,
    sigkill = SIGKILL,
    sigpipe = SIGPIPE,
    sigterm = SIGTERM,
    sigchld = SIGCHLD,
    sigcont = SIGCONT,
    sigstop = SIGSTOP,
    sigtstp = SIGTSTP,
    sigttin = SIGTTIN,
    sigttou = SIGTTOU,
    sigwinch = SIGWINCH,
};

/// A set of signals, as the kernel keeps it.
class SignalSet {
public:
    template <class... Signals>
    constexpr explicit SignalSet(Signals... signals)
        : bits_((uint64_t{0} | ... | (uint64_t{1} << (static_cast<int>(signals) - 1))))
    {
    }

    static constexpr SignalSet full()
    {
        SignalSet set;
        set.bits_ = ~uint64_t{0};
        return set;
    }

    constexpr void remove(Signal signal)
    {
        bits_ &= ~(uint64_t{1} << (static_cast<int>(signal) - 1));
    }

    constexpr bool has(Signal signal) const
    {
        return (bits_ >> (static_cast<int>(signal) - 1) & 1) != 0;
    }

private:
    uint64_t bits_;
};

/// What the kernel knows of a signal that was waited for, rt_sigqueueinfo(2). `pid` and `uid` are
/// the sender's as seen from here, if a process sent it; pid 0: from outside this PID namespace.
struct SignalInfo {
    Signal signal;
    int error;
    /// Positive: the kernel itself sent it. 0: a process by kill(2). Negative: a process, by means
    /// that let it choose what stands here.
    int code;
    alignas(long) int pid;
    uint32_t uid;
    unsigned char rest[128 - 2 * sizeof(long) - 3 * sizeof(int)];
};
static_assert(offsetof(SignalInfo, pid) == (sizeof(long) == 8 ? 16 : 12));
static_assert(sizeof(SignalInfo) >= 128);

/// Blocks exactly `set`, rt_sigprocmask(2). SIGKILL and SIGSTOP stay as they are without an error.
/// A fault of the process itself still ends it: the kernel forces it through, signal(7).
[[gnu::always_inline]] inline Result<void> block_signals(const SignalSet &set)
{
    return call<void>(__NR_rt_sigprocmask, SIG_SETMASK, &set, 0, sizeof set);
}

/// The same, and what was blocked before.
inline Result<void> block_signals(const SignalSet &set, SignalSet &before)
{
    return call<void>(__NR_rt_sigprocmask, SIG_SETMASK, &set, &before, sizeof set);
}

/// What a process does when it is sent a signal: the kernel's struct sigaction, whose shape only
/// its first field, the handler (SIG_DFL is 0, SIG_IGN 1), is needed of.
struct SignalAction {
    constexpr bool is_default() const { return words[0] == 0; }

    long words[8] = {};
};

/// rt_sigaction(2): sets `action`, and puts what was set before where `before` points, if anywhere.
inline Result<void> set_action(Signal signal, const SignalAction &action, SignalAction *before)
{
    return call<void>(__NR_rt_sigaction, static_cast<int>(signal), &action, before,
                      sizeof(SignalSet));
}

/// Ignores `signal` from now on, rt_sigaction(2). For SIGCHLD this lets the kernel reap every child
/// whose exit signal is SIGCHLD by itself, wait(2) NOTES. Adopted ones always have that: the kernel
/// gives it to them, reparent_leader() in its kernel/exit.c.
[[gnu::always_inline]] inline Result<void> ignore(Signal signal)
{
    // The kernel's struct: the handler comes first, all else (flags, restorer, mask) is zero.
    struct {
        long handler = 1; // SIG_IGN
        unsigned long flags = 0;
        long restorer = 0;
        SignalSet mask;
    } const action;
    return call<void>(__NR_rt_sigaction, static_cast<int>(signal), &action, 0, sizeof(SignalSet));
}

/// Sleeps until one of `set` is pending, and takes it, rt_sigtimedwait(2). They must be blocked.
/// EINTR: stopped and continued, or traced.
[[gnu::always_inline]] inline Result<Signal> wait_for(const SignalSet &set, SignalInfo &info)
{
    return call<Signal>(__NR_rt_sigtimedwait, &set, &info, 0, sizeof set);
}

/// The same, without sleeping. EAGAIN: none is pending.
inline Result<Signal> take_signal(const SignalSet &set, SignalInfo &info)
{
    // The kernel's struct timespec, whose size is that of two longs.
    const long now[2] = {0, 0};
    return call<Signal>(__NR_rt_sigtimedwait, &set, &info, now, sizeof set);
}

} // namespace sys
