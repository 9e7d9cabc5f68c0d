// SPDX-License-Identifier: Apache-2.0
// What the process that becomes the command changes in itself, once it is inside.
#pragma once

#include "target.h"

namespace nsjoin {

/// What is opened out here for it.
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

Failure prepare(const Options &options, const Target &target, Outside &outside);

/// Root, working directory, security context, descriptors, ids, capabilities. `joined`: the
/// namespaces entered; `failures`: what stays open until exec, or none.
Failure become(const Options &options, const Target &target, NamespaceSet joined,
               const Outside &outside, sys::FdRef failures);

} // namespace nsjoin
