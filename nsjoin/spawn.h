// SPDX-License-Identifier: Apache-2.0
// A child that becomes the command, and a parent that waits for it and then ends the same way.
#pragma once

#include "become.h"
#include "cgroup.h"
#include "join.h"
#include "terminal.h"
#include "watch.h"

namespace nsjoin {

/// All that the process that becomes the command needs, whether it is a child or not.
struct Run {
    Options options;
    Target target;
    Plan plan;
    /// What the child joins by itself.
    NamespaceSet joined_late;
    Outside outside;
    Cgroups cgroups;
    Terminal terminal;
    const char *const *environment = nullptr;
};

/// Does the command need a process of its own?
bool needs_child(const Run &run);

/// Joins, and becomes the command in this process. Returns a failure or not at all.
Failure become_command(Run &run);

/// Joins, and becomes the command in a child. Returns when that has ended. All signals stay
/// blocked.
Outcome spawn_command(Run &run);

} // namespace nsjoin
