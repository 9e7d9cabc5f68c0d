// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/sched.h>
#include <ostream>
#include <sched.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace support {

namespace {

constexpr int could_not_start = 99;

std::string variable(const char *name)
{
    const char *const value = std::getenv(name);
    return value != nullptr ? value : "";
}

int check(long result, const std::string &what)
{
    if (result < 0) {
        throw refused(what);
    }
    return static_cast<int>(result);
}

// As fork(2), with flags. CLONE_NEWTIME works only so.
pid_t clone(unsigned long long flags)
{
    clone_args arguments{};
    arguments.flags = flags;
    arguments.exit_signal = SIGCHLD;
    return static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
}

unsigned long long namespace_flags()
{
    return CLONE_NEWPID | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
}

Status decode(int status)
{
    return WIFSIGNALED(status) ? Status{0, WTERMSIG(status)} : Status{WEXITSTATUS(status), 0};
}

int code(const Status &status)
{
    return status.signal == 0 ? status.code : could_not_start;
}

[[noreturn]] void execute(const Setup &setup)
{
    const int error = setup.standard_error >= 0 ? setup.standard_error : open("/dev/null", O_RDWR);
    dup2(error, STDERR_FILENO);
    // Not the Catch2 process's: a test that sets none should depend on none.
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    std::vector<std::string> words{pause_path()};
    if (!native()) {
        words.insert(words.begin(), variable("RUNNER"));
    }
    words.insert(words.end(), setup.arguments.begin(), setup.arguments.end());
    const std::vector<char *> arguments = pointers(words);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (setup.before_exec) {
        setup.before_exec();
    }
    execv(arguments[0], arguments.data());
    _exit(could_not_start);
}

} // namespace

std::string pause_path()
{
    std::string path = variable("PAUSE");
    if (path.empty()) {
        throw std::runtime_error("PAUSE must name the program under test; `make test` sets it");
    }
    return path;
}

bool native()
{
    return variable("RUNNER").empty();
}

bool eventually(const std::function<bool()> &condition)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

std::vector<char *> pointers(const std::vector<std::string> &words)
{
    std::vector<char *> pointers;
    pointers.reserve(words.size() + 1);
    for (const auto &word : words) {
        pointers.push_back(const_cast<char *>(word.c_str()));
    }
    pointers.push_back(nullptr);
    return pointers;
}

std::ostream &operator<<(std::ostream &out, const Status &status)
{
    return out << "code " << status.code << " signal " << status.signal;
}

Pipe::Pipe()
{
    int ends[2];
    check(pipe2(ends, O_CLOEXEC), "make a pipe");
    read_end = ends[0];
    write_end = ends[1];
}

Pipe::~Pipe()
{
    close(read_end);
    close_write();
}

void Pipe::close_write()
{
    if (write_end >= 0) {
        close(write_end);
    }
    write_end = -1;
}

void Pipe::fill() const
{
    const int flags = fcntl(write_end, F_GETFL);
    check(fcntl(write_end, F_SETFL, flags | O_NONBLOCK), "set flags of a pipe");
    const std::string block(4096, 'x');
    while (write(write_end, block.data(), block.size()) > 0) {
    }
    check(fcntl(write_end, F_SETFL, flags), "set flags of a pipe");
}

std::string Pipe::drain()
{
    check(fcntl(read_end, F_SETFL, O_NONBLOCK), "set flags of a pipe");
    std::string text;
    char block[4096];
    for (ssize_t size = 0; (size = read(read_end, block, sizeof block)) > 0;) {
        text.append(block, static_cast<size_t>(size));
    }
    return text;
}

bool Pipe::ends()
{
    close_write();
    return eventually([this] {
        char byte;
        check(fcntl(read_end, F_SETFL, O_NONBLOCK), "set flags of a pipe");
        return read(read_end, &byte, 1) == 0;
    });
}

Child::Child(const Setup &setup)
{
    pid_ = check(clone(setup.as == As::init ? namespace_flags() : 0), "start a process");
    if (pid_ == 0) {
        execute(setup);
    }
}

Child::Child(pid_t pid) : pid_(check(pid, "start a process"))
{
}

Child Child::calling(const std::function<int()> &body, unsigned long namespaces)
{
    const pid_t pid = clone(namespaces);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(body());
    }
    return Child(pid);
}

Child::~Child()
{
    if (!reaped_) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
}

std::string Child::proc(const std::string &name) const
{
    return "/proc/" + std::to_string(pid_) + "/" + name;
}

bool Child::asleep() const
{
    // proc_pid_syscall(5): the call that it is blocked in, and 'running' if it is not. Under
    // qemu-user the call is the host's.
    const std::string call = contents(proc("syscall"));
    return call.rfind(std::to_string(SYS_rt_sigtimedwait) + " ", 0) == 0;
}

void Child::send(int signal) const
{
    check(kill(pid_, signal), "send a signal");
}

bool Child::ended()
{
    int status = 0;
    if (!reaped_ && waitpid(pid_, &status, WNOHANG) == pid_) {
        reaped_ = true;
        status_ = decode(status);
    }
    return reaped_;
}

Status Child::wait()
{
    return eventually([this] { return ended(); }) ? status_ : Status{-1, 0};
}

std::string Child::effort() const
{
    return contents(proc("schedstat"));
}

int inside(const Child &pod, const std::function<int()> &body)
{
    const int user = geteuid() == 0 ? -1 : open(pod.proc("ns/user").c_str(), O_RDONLY | O_CLOEXEC);
    const int pid = open(pod.proc("ns/pid").c_str(), O_RDONLY | O_CLOEXEC);
    Child outside = Child::calling([&] {
        if ((user >= 0 && setns(user, CLONE_NEWUSER) != 0) || setns(pid, CLONE_NEWPID) != 0) {
            return could_not_start;
        }
        return code(Child::calling(body).wait());
    });
    close(user);
    close(pid);
    return code(outside.wait());
}

std::string no_namespaces()
{
    const pid_t pid = clone(namespace_flags());
    if (pid == 0) {
        _exit(0);
    }
    if (pid < 0) {
        return std::string("a PID namespace can't be made here: ") + std::strerror(errno);
    }
    waitpid(pid, nullptr, 0);
    return "";
}

} // namespace support
