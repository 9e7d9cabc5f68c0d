// SPDX-License-Identifier: Apache-2.0
// A root directory of a target's own, in which this system's programs run.
#pragma once

#include "tests/support/nsjoin.h"

namespace support {

/// In a process that has a mount namespace for itself: makes `path` a file system of its own that
/// has this system's programs, libraries, /proc, /dev and /tmp, and enters it as the root
/// directory. False: it can't be done.
bool enter_new_root(const std::string &path);

} // namespace support
