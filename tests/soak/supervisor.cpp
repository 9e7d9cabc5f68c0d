// SPDX-License-Identifier: Apache-2.0
#include "supervisor.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <iterator>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <map>
#include <poll.h>
#include <set>
#include <signal.h>
#include <sstream>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace soak {

using namespace support;

namespace {

constexpr int could_not_start = 99;
constexpr auto deadline = std::chrono::seconds(30);

// From now on every call waits for an answer: of some alone the judge would not know whose they
// are. The descriptor to answer by exists only then, so its number is told before; it is there
// until exec, which waits too.
void ask_about_calls(int tell)
{
    const int next = dup(tell);
    close(next);
    sock_filter ask[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)};
    const sock_fprog filter{1, ask};
    if (write(tell, &next, sizeof next) != sizeof next ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter) <
            0) {
        _exit(could_not_start);
    }
}

[[noreturn]] void start(const Program &program, const Pipe &output, const Pipe &error,
                        const Pipe &told)
{
    dup2(program.standard_input >= 0 ? program.standard_input
                                     : open("/dev/null", O_RDONLY | O_CLOEXEC),
         STDIN_FILENO);
    dup2(output.write_end, STDOUT_FILENO);
    dup2(error.write_end, STDERR_FILENO);
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    std::vector<char *> arguments;
    arguments.reserve(program.words.size() + 1);
    for (const auto &word : program.words) {
        arguments.push_back(const_cast<char *>(word.c_str()));
    }
    arguments.push_back(nullptr);
    if (program.before_exec) {
        program.before_exec();
    }
    if (program.user != geteuid()) {
        become(program.user);
    }
    // Without root a filter wants it, seccomp(2).
    if (geteuid() != 0) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    ask_about_calls(told.write_end);
    char variable[] = "LANG=C";
    char *const environment[] = {variable, nullptr};
    execve(arguments[0], arguments.data(), environment);
    _exit(could_not_start);
}

int take_listener(int pidfd, Pipe &told)
{
    int number = -1;
    if (read(told.read_end, &number, sizeof number) != sizeof number) {
        throw std::runtime_error("the supervised program did not start");
    }
    long listener = -1;
    const bool taken = eventually([&] {
        listener = syscall(SYS_pidfd_getfd, pidfd, number, 0);
        return listener >= 0 || errno == ESRCH;
    });
    if (!taken || listener < 0) {
        throw std::runtime_error(std::string("there is no supervising here: ") +
                                 std::strerror(errno));
    }
    return static_cast<int>(listener);
}

// Of this process, and those that it has adopted: orphans of what it started.
std::set<pid_t> children()
{
    std::istringstream list(contents("/proc/thread-self/children"));
    return {std::istream_iterator<pid_t>(list), {}};
}

// Were there any?
bool end_new_children(const std::set<pid_t> &before)
{
    bool any = false;
    for (const pid_t pid : children()) {
        if (!before.contains(pid)) {
            any = true;
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
    }
    return any;
}

// Decides about each call.
class Judge {
public:
    Judge(int listener, pid_t first, const std::optional<Fault> &fault)
        : listener_(listener), fault_(fault), processes_{{first, 0}}
    {
    }

    void answer(Observation &seen, const std::function<void(const Call &)> &before_call)
    {
        seccomp_notif asked{};
        if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) {
            return; // ended meanwhile
        }
        const Call call = count(asked);
        seen.calls.push_back(call);
        if (before_call) {
            before_call(call);
        }
        seccomp_notif_resp response{};
        response.id = asked.id;
        if (fails(call)) {
            seen.failed_call = true;
            response.error = -fault_->error;
        } else {
            response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
        }
        ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &response);
    }

private:
    Call count(const seccomp_notif &asked)
    {
        const int next = static_cast<int>(processes_.size());
        const int process = processes_.emplace(static_cast<pid_t>(asked.pid), next).first->second;
        const long number = asked.data.nr;
        return {process, number, counts_[{process, number}]++};
    }

    bool fails(const Call &call) const
    {
        return fault_ && (call == fault_->call ||
                          (fault_->all_further && call.number == fault_->call.number &&
                           call.process == fault_->call.process &&
                           call.occurrence > fault_->call.occurrence));
    }

    int listener_;
    const std::optional<Fault> &fault_;
    std::map<pid_t, int> processes_;
    std::map<std::pair<int, long>, int> counts_;
};

} // namespace

Observation observe(const Program &program, const std::optional<Fault> &fault)
{
    Observation seen;
    const std::set<pid_t> before = children();
    Pipe output;
    Pipe error;
    Pipe told;
    Child child = Child::calling([&]() -> int { start(program, output, error, told); });
    output.close_write();
    error.close_write();
    told.close_write();
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, child.pid(), 0));
    const int listener = take_listener(pidfd, told);
    Judge judge(listener, child.pid(), fault);

    const auto until = std::chrono::steady_clock::now() + deadline;
    // The listener hangs up when nobody is left who could ask.
    pollfd polls[] = {{listener, POLLIN, 0}, {pidfd, POLLIN, 0}};
    for (bool anybody = true; anybody;) {
        if (std::chrono::steady_clock::now() > until) {
            seen.hung = true;
            break;
        }
        poll(polls, 2, 1000);
        if ((polls[0].revents & POLLIN) != 0) {
            judge.answer(seen, program.before_call);
        }
        anybody = (polls[0].revents & POLLHUP) == 0;
        if (polls[1].fd >= 0 && (polls[1].revents != 0 || !anybody)) {
            polls[1].fd = -1;
            seen.answer.status = child.wait();
            seen.left_child = end_new_children(before);
        }
    }
    close(listener);
    close(pidfd);
    if (seen.hung) {
        end_new_children(before);
    } else {
        seen.answer.output = output.drain();
        seen.answer.error = error.drain();
    }
    return seen;
}

} // namespace soak
