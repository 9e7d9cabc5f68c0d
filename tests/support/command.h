// SPDX-License-Identifier: Apache-2.0
// What the tests of nsjoin's command need around it: a program to enter, nsjoin while it runs.
#pragma once

#include "tests/support/directory.h"
#include "tests/support/nsjoin.h"

namespace support {

/// The words of one command line.
using Words = std::vector<std::string>;

/// `words` behind `first`.
Words operator+(Words first, const Words &words);

/// `namespaces`, and one of users where only that lets make or join them.
unsigned long joinable(unsigned long namespaces);

/// For both ways in which nsjoin runs a command, one after the other, by GENERATE: it becomes the
/// command, or with a PID namespace it waits for a child that does. qemu-user can't do the second:
/// it has no execveat(2).
unsigned long both_ways();

/// Executes `words` in this process, and does not return.
[[noreturn]] void execute(const Words &words,
                          const std::vector<const char *> *environment = nullptr);

/// nsjoin, running. Its input is /dev/null and it has this process's output, unless `before_exec`
/// changes that.
Child start_nsjoin(const Words &arguments, const std::function<void()> &before_exec = nullptr);

/// In a new process: the pipe's end becomes descriptor `as`.
void give(int end, int as);

/// What comes out of the pipe, up to the end of a line.
std::string line_of(Pipe &pipe);

/// The only child of a process; 0: there is none yet.
pid_t child_of(pid_t parent);

} // namespace support
