// SPDX-License-Identifier: Apache-2.0
// Runs a program under a seccomp filter that asks here about each of its system calls, and of those
// of its children, seccomp_unotify(2): so that one of them can be made to fail. strace can inject
// errors too, but it counts for each process by itself: what fails in a child fails in its parent
// before, and the child never comes to be.
#pragma once

#include "tests/support/nsjoin.h"

#include <optional>
#include <vector>

namespace soak {

/// Processes are counted from 0 in the order of their first call, and calls of one number in one
/// process from 0.
struct Call {
    int process;
    long number;
    int occurrence;
    bool operator==(const Call &) const = default;
};

struct Fault {
    Call call;
    int error;
    /// All further calls of this number fail as well.
    bool all_further = false;
};

struct Program {
    std::vector<std::string> words;
    int standard_input = -1;
    std::function<void()> before_exec = nullptr;
    /// Whose process it is. Another user than this process's wants root.
    uid_t user = geteuid();
    /// Runs here while a call waits.
    std::function<void(const Call &)> before_call = nullptr;
};

/// What came of it.
struct Observation {
    support::Answer answer;
    std::vector<Call> calls;
    /// The call that was to fail was made.
    bool failed_call = false;
    /// It took half a minute, and was killed.
    bool hung = false;
    /// It ended before a child of its, or left it unreaped.
    bool left_child = false;
};

/// The caller must be a child subreaper.
Observation observe(const Program &program, const std::optional<Fault> &fault);

} // namespace soak
