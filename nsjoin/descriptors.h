// SPDX-License-Identifier: Apache-2.0
// What the command inherits of the caller's open files: all; or, where those inside or another user
// may come to hold them, or a program reads --status-fd, 0, 1, 2 and those it is to keep.
#pragma once

#include "target.h"

namespace nsjoin {

/// Are the descriptors that `options` name open? Before anything else is opened.
Failure check_descriptors(const Options &options);

/// Would the command have what --status-fd is open on, under another number? Then it could write
/// facts of its own there.
Failure check_status_descriptor(const Options &options, const Target &target);

/// Closes what is never the command's: the placeholders, and the target's pidfd.
void close_own(const Options &options, const Target &target);

/// Closes all others, the target's too, but two of our own, each of which may be none. Now and not
/// on exec: that looks up its path before, which those inside choose, and /proc/self/fd/3/1/root of
/// a descriptor for /proc is the host's root directory (CVE-2024-21626).
Failure close_others(const Options &options, const Target &target, sys::FdRef failures,
                     sys::FdRef program);

} // namespace nsjoin
