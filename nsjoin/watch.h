// SPDX-License-Identifier: Apache-2.0
// Waiting for the command: signals passed on, stops mirrored, a terminal carried, until it ends.
#pragma once

#include "failure.h"
#include "sys/process.h"
#include "terminal.h"

namespace nsjoin {

/// How it came out: a failure, in which case no command ran, or how the command ended.
struct Outcome {
    Failure failure;
    sys::WaitStatus status;
};

/// Waits for the child `pid`. All signals are blocked and come from `signals`; `failures` ends when
/// the child has executed the command, or brings why it has not. Facts go to `status_fd`, if any.
Outcome watch(Terminal &terminal, sys::FdRef status_fd, sys::Pid pid, sys::FdRef signals,
              sys::FdRef failures);

/// Ends this process by the signal that ended the command, without a core of its own.
[[noreturn]] void die_of(sys::Signal signal);

} // namespace nsjoin
