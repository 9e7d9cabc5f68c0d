// SPDX-License-Identifier: Apache-2.0
// Waiting for the command: signals are relayed to it, its stops mirrored, its terminal carried.
#pragma once

#include "failure.h"
#include "sys/process.h"

namespace nsjoin {

struct Run;

/// How it came out: a failure, in which case no command ran, or how the command ended.
struct Outcome {
    Failure failure;
    sys::WaitStatus status;
    /// What nsjoin was told to end by before the command ran; 0: nothing.
    sys::Signal told_to_end = {};
    /// A signal asked nsjoin to end, so nothing may hold it up any more.
    bool end_wanted = false;
};

/// Waits for the child that fork() has made. Facts go to --status-fd, but for a failure.
Outcome relay(Run &run);

} // namespace nsjoin
