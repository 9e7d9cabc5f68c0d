// SPDX-License-Identifier: Apache-2.0
// What is opened out here for the command: everything that it is given.
#pragma once

#include "target.h"

namespace nsjoin {

struct Run;

/// What is opened out here for the process that becomes the command.
struct Outside {
    sys::Fd wd;
    /// The program to --bring, in a sealed memory file or on a mount that can't be written.
    sys::Fd program;
    /// The interpreter that it asks for; null: none.
    const char *interpreter = nullptr;
    /// The environment of the command.
    const char *const *environment = nullptr;
    /// The target's SELinux context.
    sys::TextView context{};
    /// Those inside, or another user, may come to hold what the command holds.
    bool is_for_others = false;
    /// /dev/tty, if the command is to lose it.
    sys::Fd controlling_terminal;
    /// This process leads the session of that.
    bool leads_session = false;
};

/// The directories, the environment, the context, the program, the cgroups and the terminals that
/// the options ask for. From then on this process can't be traced by those inside.
Failure prepare(Run &run);

} // namespace nsjoin
