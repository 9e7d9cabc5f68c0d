// SPDX-License-Identifier: Apache-2.0
// Command lines of nsjoin that between them make all the system calls that it can make, and the
// processes that they are for.
#pragma once

#include "tests/soak/supervisor.h"

namespace soak {

/// What report, the command, exits with.
constexpr int reported = 7;

/// The path of report, $REPORT.
std::string report_path();

struct Scene {
    std::string name;
    Program program;
    /// What it usually ends with.
    int status = reported;
    /// What is wrong after a run; empty: nothing.
    std::function<std::string()> check = nullptr;
};

/// Calls `visit` with each, while there is all that it needs. Says which it leaves out.
void for_each_scene(const std::function<void(const Scene &)> &visit);

} // namespace soak
