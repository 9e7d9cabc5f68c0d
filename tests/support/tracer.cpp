// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tracer.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int could_not_start = 99;
constexpr auto deadline = std::chrono::seconds(60);
constexpr long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

[[noreturn]] void execute(const std::vector<std::string> &words,
                          const std::function<void()> &before_exec)
{
    std::vector<char *> arguments;
    arguments.reserve(words.size() + 1);
    for (const auto &word : words) {
        arguments.push_back(const_cast<char *>(word.c_str()));
    }
    arguments.push_back(nullptr);
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    if (before_exec) {
        before_exec();
    }
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0) {
        raise(SIGSTOP);
        execv(arguments[0], arguments.data());
    }
    _exit(could_not_start);
}

// The signal that it has stopped for, if it is one that it was sent.
int signal_of(int status)
{
    const int signal = WSTOPSIG(status);
    const bool traced = status >> 16 != 0 || signal == SIGSTOP || signal == (SIGTRAP | 0x80);
    return traced ? 0 : signal;
}

} // namespace

Tracer::Tracer(const std::vector<std::string> &words, const std::function<void()> &before_exec)
    : first_(fork())
{
    if (first_ == 0) {
        execute(words, before_exec);
    }
    int status = 0;
    if (first_ < 0 || waitpid(first_, &status, WUNTRACED) != first_ || !WIFSTOPPED(status)) {
        return;
    }
    add(first_);
    works_ = ptrace(PTRACE_SETOPTIONS, first_, nullptr, options) == 0 &&
             ptrace(PTRACE_SYSCALL, first_, nullptr, nullptr) == 0;
}

Tracer::~Tracer()
{
    for (const auto &[pid, process] : processes_) {
        if (!process.gone) {
            kill(pid, SIGKILL);
        }
    }
    for (const auto &[pid, process] : processes_) {
        int status = 0;
        while (!process.gone && waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
        }
    }
}

void Tracer::add(pid_t pid)
{
    Process process;
    process.order = static_cast<int>(processes_.size());
    process.executed = process.order == 0;
    processes_.emplace(pid, process);
}

Then Tracer::stopped(pid_t pid, int status, const OnCall &on_call)
{
    Process &process = processes_[pid];
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) {
        began_ = true;
        process.executed = true;
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
               event == PTRACE_EVENT_CLONE) {
        unsigned long child = 0;
        ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &child);
        add(static_cast<pid_t>(child));
    } else if (WSTOPSIG(status) == (SIGTRAP | 0x80) && began_) {
        __ptrace_syscall_info info{};
        ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            TracedCall call{
                pid, process.order, static_cast<long>(info.entry.nr), {}, process.executed};
            for (size_t i = 0; i < call.arguments.size(); ++i) {
                call.arguments[i] = static_cast<unsigned long>(info.entry.args[i]);
            }
            calls_.push_back(call);
            return on_call ? on_call(call) : Then::go_on;
        }
    }
    return Then::go_on;
}

bool Tracer::step(pid_t pid, const OnCall &on_call)
{
    int status = 0;
    if (waitpid(pid, &status, WNOHANG | __WALL) != pid) {
        return false;
    }
    if (!WIFSTOPPED(status)) {
        processes_[pid].gone = true;
        if (pid == first_) {
            ended_ = true;
            status_ =
                WIFSIGNALED(status) ? Status{0, WTERMSIG(status)} : Status{WEXITSTATUS(status), 0};
        }
        return true;
    }
    const Then then = stopped(pid, status, on_call);
    if (then == Then::hold) {
        processes_[pid].held = true;
        return true;
    }
    if (then == Then::kill) {
        kill(pid, SIGKILL);
    }
    ptrace(PTRACE_SYSCALL, pid, nullptr, static_cast<long>(signal_of(status)));
    return true;
}

Status Tracer::run(const OnCall &on_call, const std::function<bool()> &stop)
{
    const auto until = std::chrono::steady_clock::now() + deadline;
    while (!ended_ && !(stop && stop())) {
        std::vector<pid_t> pids;
        for (const auto &[pid, process] : processes_) {
            if (!process.gone && !process.held) {
                pids.push_back(pid);
            }
        }
        bool any = false;
        for (const pid_t pid : pids) {
            any = step(pid, on_call) || any;
        }
        if (!any) {
            if (std::chrono::steady_clock::now() > until) {
                return {-1, 0};
            }
            usleep(100);
        }
    }
    return status_;
}

} // namespace support
