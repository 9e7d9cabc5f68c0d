// SPDX-License-Identifier: Apache-2.0
// A PID namespace in which numbers are used again at once: pods are sets of namespaces, and for
// each number the recycler kills the process that has it and makes the next one in another pod.
// Joiners meanwhile run nsjoin with these numbers.
#pragma once

#include <string>

namespace soak {

/// What came of all joins.
struct Count {
    /// The command ran in a pod in which the number was between start and end of nsjoin.
    int ran = 0;
    /// Of these, those that asked for a process by number and inode, and got that one's pod.
    int certain = 0;
    /// No command ran, 125.
    int refused = 0;
    /// How many processes there were.
    int processes = 0;
};

/// What was wrong, the first of it; empty: nothing.
std::string join_recycled_numbers(int joins, Count &count);

} // namespace soak
