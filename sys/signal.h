// SPDX-License-Identifier: Apache-2.0
// Signals without handlers: blocking, ignoring and waiting for them.
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
    sigurg = SIGURG,
    sigxfsz = SIGXFSZ,
    sigchld = SIGCHLD,
    sigcont = SIGCONT,
    sigstop = SIGSTOP,
    sigtstp = SIGTSTP,
    sigttin = SIGTTIN,
    sigttou = SIGTTOU,
    sigwinch = SIGWINCH,
};

/// The number of signals.
using arch::last_signal;

/// A set of signals, as the kernel keeps it: a bit for each.
class SignalSet {
public:
    template <class... Signals>
    constexpr explicit SignalSet(Signals... signals)
    {
        ((word(signals) |= bit(signals)), ...);
    }

    static constexpr SignalSet full()
    {
        SignalSet set;
        for (uint64_t &word : set.words_) {
            word = ~uint64_t{0};
        }
        return set;
    }

    constexpr void add(Signal signal) { word(signal) |= bit(signal); }
    constexpr void remove(Signal signal) { word(signal) &= ~bit(signal); }

    constexpr bool has(Signal signal) const
    {
        return (words_[index(signal) / 64] & bit(signal)) != 0;
    }

private:
    static constexpr unsigned index(Signal signal) { return static_cast<unsigned>(signal) - 1; }
    static constexpr uint64_t bit(Signal signal) { return uint64_t{1} << index(signal) % 64; }
    constexpr uint64_t &word(Signal signal) { return words_[index(signal) / 64]; }

    uint64_t words_[last_signal / 64] = {};
};

/// Information about a signal that was waited for, rt_sigqueueinfo(2). If a process sent it, `pid`
/// and `uid` are the sender's as this process sees them; pid 0: it is outside this PID namespace.
struct SignalInfo {
    /// Positive: the kernel sent it. 0: a process, with kill(2). Negative: a process, with a call
    /// that lets it choose this number.
    int code() const { return error_and_code[arch::code_word - 1]; }

    Signal signal;
    int error_and_code[2];
    alignas(long) int pid;
    uint32_t uid;
    unsigned char rest[128 - 2 * sizeof(long) - 3 * sizeof(int)];
};
static_assert(offsetof(SignalInfo, pid) == (sizeof(long) == 8 ? 16 : 12));
static_assert(sizeof(SignalInfo) >= 128);

/// Blocks exactly `set`, rt_sigprocmask(2). SIGKILL and SIGSTOP cannot be blocked; this is not an
/// error. A fault of the process still kills it: the kernel does not let it block that, signal(7).
inline Result<void> block_signals(const SignalSet &set)
{
    return call<void>(__NR_rt_sigprocmask, SIG_SETMASK, &set, 0, sizeof set);
}

/// The same, and returns what was blocked before.
inline Result<void> block_signals(const SignalSet &set, SignalSet &before)
{
    return call<void>(__NR_rt_sigprocmask, SIG_SETMASK, &set, &before, sizeof set);
}

/// What a process does when it receives a signal: the kernel's struct sigaction, of which only the
/// handler (SIG_DFL is 0, SIG_IGN 1) is used here.
struct SignalAction {
    constexpr bool is_default() const { return longs[arch::handler_long] == 0; }

    long longs[5] = {}; // the handler, flags, restorer and mask: no more on any machine here
};

/// rt_sigaction(2): sets `action`, and stores the previous action at `before` unless that is null.
inline Result<void> set_action(Signal signal, const SignalAction &action, SignalAction *before)
{
    return call<void>(__NR_rt_sigaction, static_cast<int>(signal), &action, before,
                      sizeof(SignalSet));
}

/// Ignores `signal` from now on, rt_sigaction(2). For SIGCHLD this makes the kernel reap every
/// child whose exit signal is SIGCHLD, wait(2) NOTES. Adopted children always have that exit
/// signal: the kernel sets it, reparent_leader() in its kernel/exit.c.
inline Result<void> ignore(Signal signal)
{
    SignalAction action;
    action.longs[arch::handler_long] = 1; // SIG_IGN
    return set_action(signal, action, nullptr);
}

/// Sleeps until a signal of `set` is pending, and takes it, rt_sigtimedwait(2). They must be
/// blocked. EINTR: stopped and continued, or traced.
inline Result<Signal> wait_for(const SignalSet &set, SignalInfo &info)
{
    return call<Signal>(__NR_rt_sigtimedwait, &set, &info, 0, sizeof set);
}

/// The same, for less than a second. EAGAIN: none came.
inline Result<Signal> wait_for(const SignalSet &set, SignalInfo &info, long nanoseconds)
{
    // The kernel's struct timespec is as large as two longs.
    const long time[2] = {0, nanoseconds};
    return call<Signal>(__NR_rt_sigtimedwait, &set, &info, time, sizeof set);
}

/// The same, without sleeping. EAGAIN: none is pending.
inline Result<Signal> take_signal(const SignalSet &set, SignalInfo &info)
{
    return wait_for(set, info, 0);
}

} // namespace sys
