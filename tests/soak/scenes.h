// SPDX-License-Identifier: Apache-2.0
// Command lines of nsjoin that between them make all the system calls that it can make, and the
// processes that they are for.
#pragma once

#include "tests/soak/supervisor.h"
#include "tests/support/directory.h"

namespace soak {

/// What report, the command, exits with.
constexpr int reported = 7;

/// How a line begins that does not mean failure.
constexpr auto warning = "nsjoin: warning: ";

/// The path of report, $REPORT.
std::string report_path();

struct Scene {
    std::string name;
    Program program;
    /// What it usually ends with.
    int status = reported;
    /// It usually prints a line that begins with `warning`.
    bool warns = false;
    /// What else is wrong with a run; empty: nothing.
    std::function<std::string(const Observation &, const Fault &)> check = nullptr;
};

/// Calls `visit` with each, while there is all that it needs. Says which it leaves out.
void for_each_scene(const std::function<void(const Scene &)> &visit);

/// The same for those of a user without privileges, where nsjoin executes its sealed copy.
void for_each_rootless_scene(const std::function<void(const Scene &)> &visit);

/// The user in these: this process's, or where that is root another one.
uid_t rootless_user();

/// That user can make user namespaces here.
bool has_user_namespaces();

/// Copies of the programs that every user can execute.
class Programs {
public:
    Programs();

    std::string nsjoin() const { return directory_.path("nsjoin"); }
    std::string report() const { return directory_.path("report"); }

private:
    support::Directory directory_;
};

} // namespace soak
