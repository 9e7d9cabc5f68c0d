// SPDX-License-Identifier: Apache-2.0
// Runs a program under ptrace(2) and asks the test about each system call before it is made: to
// see it, to kill the process there, or to leave it standing there.
#pragma once

#include "tests/support/nsjoin.h"

#include <array>
#include <map>

namespace support {

/// A system call that is about to be made.
struct TracedCall {
    pid_t pid;
    /// 0 for the program itself, then its descendants in the order in which they came to be.
    int process;
    long number;
    std::array<unsigned long, 6> arguments;
    /// This process has executed a program since it was made. The first one always has.
    bool executed;
};

enum class Then {
    go_on,
    /// SIGKILL, and the call is not made.
    kill,
    /// It stands there until the Tracer is gone. If it is killed it stays a zombie.
    hold,
};

/// A program and its descendants, traced; what is left of them is killed in the end.
class Tracer {
public:
    using OnCall = std::function<Then(const TracedCall &)>;

    /// Starts `words` (a program, by its path, and its arguments), with default signals and
    /// /dev/null as its input. `before_exec` runs in the new process.
    explicit Tracer(const std::vector<std::string> &words,
                    const std::function<void()> &before_exec = nullptr);
    ~Tracer();
    Tracer(const Tracer &) = delete;
    Tracer &operator=(const Tracer &) = delete;

    /// It could be traced.
    bool works() const { return works_; }
    /// The first process.
    pid_t pid() const { return first_; }
    /// Runs until the first process has ended, and says how; code -1 if that takes a minute.
    /// Where `stop` is given, only until that is true.
    Status run(const OnCall &on_call, const std::function<bool()> &stop = nullptr);
    /// All calls so far.
    const std::vector<TracedCall> &calls() const { return calls_; }

private:
    struct Process {
        int order = 0;
        bool executed = false;
        bool held = false;
        bool gone = false;
    };

    void add(pid_t pid);
    bool step(pid_t pid, const OnCall &on_call);
    Then stopped(pid_t pid, int status, const OnCall &on_call);

    std::map<pid_t, Process> processes_;
    std::vector<TracedCall> calls_;
    pid_t first_ = -1;
    bool works_ = false;
    bool began_ = false;
    bool ended_ = false;
    Status status_{-1, 0};
};

} // namespace support
