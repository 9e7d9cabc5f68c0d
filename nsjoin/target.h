// SPDX-License-Identifier: Apache-2.0
// The process whose namespaces are joined, pinned: from pin() on its number is not used again, so a
// process that is given the number later can't be taken for it.
#pragma once

#include "failure.h"
#include "options.h"
#include "proc.h"
#include "sys/path.h"

namespace nsjoin {

struct Target {
    /// As it was given, for messages.
    const char *name = nullptr;
    /// The caller's /proc.
    sys::Fd proc;
    /// A bit for each of the descriptors 0 to 2 that was closed: it is one for /proc as well.
    unsigned stand_ins = 0;
    /// None before Linux 5.3.
    sys::Fd pidfd;
    /// /proc/PID. It is of this process alone: once that is gone, nothing is found in there.
    sys::Fd directory;
};

/// Opens /proc, and the target if `options` have one.
Failure pin(const Options &options, Target &target);

/// Why nothing can be had of the target: a zombie, a thread, gone, or else `error`, met while doing
/// what `text` says.
Failure explain(const Target &target, Stage stage, const char *text, sys::Errno error);

} // namespace nsjoin
