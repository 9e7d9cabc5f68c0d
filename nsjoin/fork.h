// SPDX-License-Identifier: Apache-2.0
// The child that becomes the command, made so that nsjoin can wait for it.
#pragma once

#include "failure.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/signal.h"

namespace nsjoin {

struct Run;

/// What this process is: nsjoin, which waits; the process in between; or what becomes the command.
enum class Role { nsjoin, between, command };

/// The end signal of a child that has not executed the command. Ignored where it is not waited for.
inline constexpr sys::Signal not_executed = sys::Signal::sigurg;

struct Fork {
    Role role = Role::command;
    /// What the caller had blocked, and what SIGCHLD did: so for the command too.
    sys::SignalSet blocked;
    sys::SignalAction child_action;
    /// All signals, which are blocked.
    sys::FdRef signals;
    /// A Cause, if the command can't be executed. Closed by its execution. With a process in
    /// between a Cause without a text comes first: the command has been made.
    sys::Pipe failures;
    /// The child: the command, or the process in between.
    sys::Pid child = {};
    /// With a process in between, shared with that: the number of the command, 0 until it is there.
    const volatile int *command = nullptr;
};

/// If the command needs a process of its own, this one is nsjoin from then on, and all signals are
/// blocked: none is lost, and none ends it before it can say what failed.
Failure prepare_fork(Run &run);

/// Makes the child, and sets its role.
Failure fork(Run &run);

/// In the process in between: makes the command, a child of nsjoin, whose role that is.
Failure fork_between(Run &run);

/// In the command: signals as the caller had them.
Failure restore_signals(const Fork &fork);

} // namespace nsjoin
