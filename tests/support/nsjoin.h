// SPDX-License-Identifier: Apache-2.0
// Runs nsjoin as a user would, and makes something for it to join.
#pragma once

#include "tests/support/process.h"

#include <unistd.h>

namespace support {

/// The nsjoin under test, $NSJOIN.
std::string nsjoin_path();

/// What came of a command: how it ended, and what it printed.
struct Answer {
    Status status;
    std::string output;
    std::string error;
};

/// Runs `words` (a program, by path or in PATH, and its arguments) with /dev/null as its input,
/// until it has ended and its output too. `before_exec` runs in the new process, right before exec.
Answer run(const std::vector<std::string> &words,
           const std::function<void()> &before_exec = nullptr);

/// The same for nsjoin, through $RUNNER where there is one.
Answer nsjoin(const std::vector<std::string> &arguments,
              const std::function<void()> &before_exec = nullptr);

/// How a Holder is, other than in new namespaces.
struct Held {
    /// Whose it is. Another user than this process's wants root.
    uid_t owner = geteuid();
    /// Its uid_map and gid_map; empty: 0 is the owner, and groups are what they were.
    std::string ids = {};
    /// Runs in it before it sleeps.
    std::function<void()> before_sleep = nullptr;
};

/// A process that sleeps in new namespaces of the kinds `namespaces` (CLONE_NEW something): a copy
/// of this one, named `holder`. With CLONE_NEWUSER, user and group 0 in it are this process's own.
class Holder {
public:
    explicit Holder(unsigned long namespaces, const Held &held = {});

    pid_t pid() const { return pid_; }
    /// Its number as an argument.
    std::string name() const { return std::to_string(pid()); }
    /// What a link in its /proc/PID says, such as of "ns/net".
    std::string link(const std::string &path) const;
    std::string proc(const std::string &path) const;
    Child &child() { return child_; }

private:
    Pipe pipe_;
    /// It, or its parent where that has to be of another user.
    Child child_;
    pid_t pid_;
};

/// From now on this process is of the user and group `id`, and of no other group.
void become(uid_t id);

/// What a link says.
std::string read_link(const std::string &path);

} // namespace support
