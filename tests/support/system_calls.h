// SPDX-License-Identifier: Apache-2.0
// What nsjoin asks of the kernel, counted by tracing it, ptrace(2).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace support {

/// How many system calls `words` (a program, by its path, and its arguments) takes until it has
/// ended, without those that begin a process or end in one: its own exec, and all that its child
/// does after having executed a command. None, if it can't be traced here or does not exit with 0.
std::optional<int> count_system_calls(const std::vector<std::string> &words);

} // namespace support
