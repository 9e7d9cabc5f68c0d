// SPDX-License-Identifier: Apache-2.0
// What the tests of nsjoin's command need around it: a place, a program to enter, nsjoin while it
// runs.
#pragma once

#include "tests/support/nsjoin.h"

namespace support {

/// The words of one command line.
using Words = std::vector<std::string>;

/// `words` behind `first`.
Words operator+(Words first, const Words &words);

/// A directory of its own, removed with all that is in it in the end. Anyone may enter it.
class Directory {
public:
    Directory();
    ~Directory();
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;

    const std::string &path() const { return path_; }
    std::string path(const std::string &name) const { return path_ + "/" + name; }
    /// Makes a file in it, and says its path.
    std::string file(const std::string &name, const std::string &text, unsigned mode = 0755) const;
    /// Makes a directory in it, and says its path.
    std::string directory(const std::string &name) const;

private:
    std::string path_;
};

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
