// SPDX-License-Identifier: Apache-2.0
// What the command is given of what is out here, or of the target.
#pragma once

#include "target.h"

namespace nsjoin {

/// What is opened out here for the process that becomes the command.
struct Outside {
    sys::Fd root;
    sys::Fd wd;
    /// The program to --bring, in a sealed memory file.
    sys::Fd program;
    /// The interpreter that it asks for; null: none.
    const char *interpreter = nullptr;
    /// The target's environment, as in /proc/PID/environ, ended with a zero.
    sys::TextView environment;
    /// The target's SELinux context.
    sys::TextView context;
};

/// The directories, the environment, the context and the program that `options` ask for.
Failure prepare(const Options &options, const Target &target, Outside &outside);

} // namespace nsjoin
