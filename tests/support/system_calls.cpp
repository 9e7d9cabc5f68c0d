// SPDX-License-Identifier: Apache-2.0
#include "tests/support/system_calls.h"

#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int could_not_start = 99;
constexpr long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

// In a process group of its own: that is how its children are waited for, and no others.
[[noreturn]] void execute(const std::vector<std::string> &words)
{
    const std::vector<char *> arguments = pointers(words);
    setpgid(0, 0);
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
        raise(SIGSTOP);
        execv(arguments[0], arguments.data());
    }
    _exit(could_not_start);
}

class Count {
public:
    explicit Count(pid_t first) : first_(first) {}

    /// A process has stopped: false, it is not to be traced any longer.
    bool stopped(pid_t pid, int status)
    {
        const int event = status >> 16;
        if (event == PTRACE_EVENT_EXEC) {
            // The first goes on from a copy of itself, maybe.
            began_ = began_ || pid == first_;
            return pid == first_;
        }
        if (WSTOPSIG(status) == (SIGTRAP | 0x80) && began_) {
            __ptrace_syscall_info info{};
            ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
            count_ += info.op == PTRACE_SYSCALL_INFO_ENTRY ? 1 : 0;
        }
        return true;
    }
    int count() const { return count_; }

private:
    pid_t first_;
    bool began_ = false;
    int count_ = 0;
};

// The signal that it has stopped for, if it is one that it was sent.
int signal_of(int status)
{
    const int signal = WSTOPSIG(status);
    const bool traced = signal == SIGSTOP || (signal & 0x7f) == SIGTRAP;
    return traced ? 0 : signal;
}

} // namespace

std::optional<int> count_system_calls(const std::vector<std::string> &words)
{
    const pid_t first = fork();
    if (first == 0) {
        execute(words);
    }
    int status = 0;
    if (first < 0 || waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, first, nullptr, options) != 0) {
        return {};
    }
    ptrace(PTRACE_SYSCALL, first, nullptr, nullptr);
    Count count(first);
    bool succeeded = false;
    pid_t pid = 0;
    while ((pid = waitpid(-first, &status, __WALL)) > 0) {
        if (WIFSTOPPED(status)) {
            const auto request = count.stopped(pid, status) ? PTRACE_SYSCALL : PTRACE_DETACH;
            ptrace(request, pid, nullptr, static_cast<long>(signal_of(status)));
        } else if (pid == first) {
            succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
    }
    return succeeded ? std::optional(count.count()) : std::nullopt;
}

} // namespace support
