// SPDX-License-Identifier: Apache-2.0
// The process whose namespaces are joined, pinned: after pin() its number is not used again, so a
// process that is given the number later can't be taken for it.
#pragma once

#include "failure.h"
#include "options.h"
#include "proc.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

struct Target {
    /// For messages: "process 12" or "thread 12".
    char name[sizeof "process 4294967295"] = {};
    /// The caller's /proc. There may be none if there is no target.
    sys::Fd proc;
    /// For calls that take nothing else. After each check_alive() says whether it was the target.
    sys::Pid pid = {};
    /// A bit for each of the descriptors 0 to 2 that was closed: there a placeholder is open.
    unsigned placeholders = 0;
    /// None where pidfd_open(2) is refused, and then why: before Linux 5.3, or by a filter.
    sys::Fd pidfd;
    sys::Errno no_pidfd = sys::Errno::none;
    /// /proc/PID. It is of this process alone: once that is gone, nothing is found in there.
    sys::Fd directory;
};

/// Checks the descriptors that `options` name, and opens /proc, and the target if there is one.
Failure pin(const Options &options, Target &target);

/// Fails if the target, held by its pidfd, has ended: only while it lives its number is its own.
Failure check_alive(const Target &target);

/// Opens a directory by its path out here, or the target's, which `link` in its /proc/PID leads to;
/// none if `from` says none.
Failure open_directory(const Target &target, const Directory &from, const char *link,
                       sys::Fd &directory);

/// Why nothing can be had of the target: it is a zombie, gone, or else `error`, met while
/// doing what `text` says.
Failure explain(const Target &target, const char *text, sys::Errno error);

} // namespace nsjoin
