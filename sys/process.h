// SPDX-License-Identifier: Apache-2.0
// Processes: who this one is, its children, and its end.
#pragma once

#include "call.h"

namespace sys {

/// A process, as this one's PID namespace numbers it.
enum class Pid : int { init = 1 };

[[gnu::always_inline]] inline Pid getpid()
{
    return call<Pid>(__NR_getpid).value();
}

/// Reaps one dead child of any kind, wait4(2). No error for none: false, there is none or no longer
/// one.
[[gnu::always_inline]] inline bool reap()
{
    const auto pid = call<long>(__NR_wait4, -1, 0, WNOHANG | __WALL, 0);
    return pid && pid.value() != 0;
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
