// SPDX-License-Identifier: Apache-2.0
// The target's cgroups: found and opened before anything is joined, entered by the command alone.
#pragma once

#include "target.h"

namespace nsjoin {

/// There are a dozen controllers of version 1, and named hierarchies are rare.
constexpr size_t max_hierarchies = 24;

struct Cgroups {
    /// The directory of version 2, which a child can be born into.
    sys::Fd directory;
    /// cgroup.procs of the others in which the caller is elsewhere.
    sys::Fd processes[max_hierarchies];
    size_t count = 0;
};

Failure find_cgroups(const Target &target, Cgroups &cgroups);

/// Moves this process into those of version 1, and into that of version 2 if it was not born there.
Failure enter_cgroups(const Target &target, Cgroups &cgroups);

} // namespace nsjoin
