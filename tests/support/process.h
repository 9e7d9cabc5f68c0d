// SPDX-License-Identifier: Apache-2.0
// Starts the program under test as a user would, and looks at it from outside.
#pragma once

#include "tests/support/file.h"

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace support {

/// The program under test, $PAUSE.
std::string pause_path();
/// This machine runs it by itself; else $RUNNER (qemu-user) does. Tests tagged [native] look at
/// what is qemu-user's own then, such as its memory, and are left out.
bool native();

/// True as soon as `condition` is; false if that takes a minute.
bool eventually(const std::function<bool()> &condition);

/// `words` as execve(2) takes them: valid for as long as they are.
std::vector<char *> pointers(const std::vector<std::string> &words);

/// How a process ended: with `code`, or by `signal` if that is not 0.
struct Status {
    int code = 0;
    int signal = 0;
    bool operator==(const Status &) const = default;
};
std::ostream &operator<<(std::ostream &out, const Status &status);

/// Both ends of a pipe, closed in the end, each close-on-exec.
struct Pipe {
    Pipe();
    ~Pipe();
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    void close_write();
    /// Fills it, until a writer would have to wait.
    void fill() const;
    /// What is in it now.
    std::string drain();
    /// Closes the writing end, and sees whether nobody else holds it.
    bool ends();

    int read_end = -1;
    int write_end = -1;
};

enum class As {
    child,
    /// Process 1 of a PID namespace of its own; without root in a user namespace of its own as
    /// well.
    init,
};

struct Setup {
    std::vector<std::string> arguments = {};
    As as = As::child;
    /// Runs in the new process, right before exec.
    std::function<void()> before_exec = nullptr;
    /// What becomes its stderr; -1: /dev/null.
    int standard_error = -1;
};

/// A process of ours: killed and reaped in the end, whatever happened.
class Child {
public:
    /// Starts `pause`.
    explicit Child(const Setup &setup);
    /// Takes over a child that was started in another way: what fork(2) returned.
    explicit Child(pid_t pid);
    /// Calls `body` in a new process, which then exits with its result, in new namespaces of the
    /// kinds `namespaces` (CLONE_NEW something).
    static Child calling(const std::function<int()> &body, unsigned long namespaces = 0);
    ~Child();
    Child(Child &&other) noexcept : pid_(other.pid_), reaped_(other.reaped_), status_(other.status_)
    {
        other.reaped_ = true;
    }
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    pid_t pid() const { return pid_; }
    std::string proc(const std::string &name) const;

    /// Sleeps where pause sleeps.
    bool asleep() const;
    void send(int signal) const;
    /// Waits for its end; code -1 if it takes a minute.
    Status wait();
    /// Has ended.
    bool ended();
    /// Nanoseconds on a CPU, and how often it was switched to.
    std::string effort() const;

private:
    pid_t pid_ = -1;
    bool reaped_ = false;
    Status status_{};
};

/// Calls `body` in a process inside the PID namespace (and user namespace) of `pod`, and returns
/// its exit status. That process's parent is outside.
int inside(const Child &pod, const std::function<int()> &body);

/// Why there can be no PID namespace here; empty if there can.
std::string no_namespaces();

} // namespace support
