// SPDX-License-Identifier: Apache-2.0
#include "tests/support/terminal.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sched.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int could_not_start = 99;

[[noreturn]] void execute(const std::vector<std::string> &words)
{
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    const std::vector<char *> arguments = pointers(words);
    execvp(arguments[0], arguments.data());
    _exit(could_not_start);
}

unsigned long pod_namespaces()
{
    return CLONE_NEWPID | (geteuid() == 0 ? 0UL : CLONE_NEWUSER);
}

} // namespace

std::vector<std::string> nsjoin_words(const std::vector<std::string> &arguments)
{
    std::vector<std::string> words{nsjoin_path()};
    if (const char *runner = std::getenv("RUNNER"); runner != nullptr && *runner != '\0') {
        words.insert(words.begin(), runner);
    }
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
}

Child start(const std::vector<std::string> &words, const std::function<void()> &before_exec)
{
    return Child::calling([&]() -> int {
        const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; fd <= 2; ++fd) {
            dup2(null, fd);
        }
        for (int signal = 1; signal < NSIG; ++signal) {
            ::signal(signal, SIG_DFL);
        }
        if (before_exec) {
            before_exec();
        }
        setpgid(0, 0); // refused where it leads a session
        const std::vector<char *> arguments = pointers(words);
        execvp(arguments[0], arguments.data());
        return could_not_start;
    });
}

Pod::Pod() : Holder(pod_namespaces())
{
}

Adopter::Adopter()
{
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

Adopter::~Adopter()
{
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

const std::string &Reader::rest()
{
    pollfd readable{fd_, POLLIN, 0};
    while (poll(&readable, 1, 0) > 0) {
        char block[4096];
        const ssize_t size = read(fd_, block, sizeof block);
        if (size <= 0) {
            break;
        }
        rest_.append(block, static_cast<size_t>(size));
    }
    return rest_;
}

bool Reader::shows(const std::string &text)
{
    size_t at = 0;
    const bool shown = eventually([&] { return (at = rest().find(text)) != std::string::npos; });
    if (shown) {
        rest_.erase(0, at + text.size());
    }
    return shown;
}

bool Reader::next(const std::string &text)
{
    eventually([&] { return rest().size() >= text.size(); });
    const bool is_next = rest_.rfind(text, 0) == 0;
    rest_.erase(0, is_next ? text.size() : 0);
    return is_next;
}

Terminal::Terminal() : reader_(-1)
{
    if (openpty(&master_, &slave_, nullptr, nullptr, nullptr) != 0) {
        throw std::runtime_error(std::string("openpty: ") + std::strerror(errno));
    }
    fcntl(master_, F_SETFD, FD_CLOEXEC);
    fcntl(slave_, F_SETFD, FD_CLOEXEC);
    reader_ = Reader(master_);
    resize(24, 80);
}

Terminal::~Terminal()
{
    hang_up();
    close(slave_);
}

void Terminal::take() const
{
    setsid();
    ioctl(slave_, TIOCSCTTY, 0);
    for (int fd = 0; fd <= 2; ++fd) {
        dup2(slave_, fd);
    }
    close(master_);
}

void Terminal::type(const std::string &keys) const
{
    size_t typed = 0;
    const bool all = eventually([&] {
        return (typed += type_some(keys.data() + typed, keys.size() - typed)) == keys.size();
    });
    if (!all) {
        throw std::runtime_error("the terminal takes no more keys");
    }
}

size_t Terminal::type_some(const char *keys, size_t size) const
{
    fcntl(master_, F_SETFL, fcntl(master_, F_GETFL) | O_NONBLOCK);
    const ssize_t typed = write(master_, keys, size);
    return typed > 0 ? static_cast<size_t>(typed) : 0;
}

void Terminal::resize(int rows, int columns) const
{
    const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0,
                       0};
    ioctl(master_, TIOCSWINSZ, &size);
}

void Terminal::hang_up()
{
    if (master_ >= 0) {
        close(master_);
    }
    master_ = -1;
}

std::string Terminal::mode() const
{
    termios mode{};
    tcgetattr(slave_, &mode);
    std::string text;
    for (const unsigned flags : {mode.c_iflag, mode.c_oflag, mode.c_cflag, mode.c_lflag}) {
        text += std::to_string(flags) + " ";
    }
    for (const unsigned character : mode.c_cc) {
        text += std::to_string(character) + " ";
    }
    return text;
}

bool Terminal::echoes() const
{
    termios mode{};
    tcgetattr(slave_, &mode);
    return (mode.c_lflag & ECHO) != 0;
}

namespace {

pid_t running_job = -1;

void move_job(int signal)
{
    tcsetpgrp(STDIN_FILENO, signal == SIGUSR1 ? running_job : getpgrp());
    kill(-running_job, SIGCONT);
}

// Until the job has ended.
int watch_job(int report)
{
    for (int status = 0; waitpid(running_job, &status, WUNTRACED | WCONTINUED) == running_job;) {
        if (WIFSTOPPED(status)) {
            tcsetpgrp(STDIN_FILENO, getpgrp());
            dprintf(report, "stopped %d\n", WSTOPSIG(status));
        } else if (WIFCONTINUED(status)) {
            dprintf(report, "continued\n");
        } else if (WIFSIGNALED(status)) {
            dprintf(report, "killed %d\n", WTERMSIG(status));
            return 0;
        } else {
            dprintf(report, "exited %d\n", WEXITSTATUS(status));
            return 0;
        }
    }
    return 1;
}

int run_job(const Terminal &terminal, const std::vector<std::string> &words, Shell::Place place,
            int report)
{
    terminal.take();
    signal(SIGTTOU, SIG_IGN);
    running_job = fork();
    if (running_job == 0) {
        setpgid(0, 0);
        if (place == Shell::Place::foreground) {
            tcsetpgrp(STDIN_FILENO, getpid());
        }
        execute(words);
    }
    setpgid(running_job, running_job);
    if (place == Shell::Place::foreground) {
        tcsetpgrp(STDIN_FILENO, running_job);
    }
    struct sigaction action {};
    action.sa_handler = move_job;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &action, nullptr);
    sigaction(SIGUSR2, &action, nullptr);
    dprintf(report, "pid %d\n", running_job);
    return watch_job(report);
}

} // namespace

Shell::Shell(const Terminal &terminal, const std::vector<std::string> &words, Place place)
    : reader_(report_.read_end),
      leader_(Child::calling([&] { return run_job(terminal, words, place, report_.write_end); }))
{
    report_.close_write();
    if (!reader_.shows("pid ") ||
        !eventually([this] { return reader_.rest().find('\n') != std::string::npos; })) {
        throw std::runtime_error("the shell did not start");
    }
    job_ = std::stoi(reader_.rest());
    reader_.shows("\n");
}

void Shell::bring_to_foreground() const
{
    leader_.send(SIGUSR1);
}

void Shell::continue_in_background() const
{
    leader_.send(SIGUSR2);
}

bool comes_to(pid_t pid, char state)
{
    const std::string line = std::string("\nState:\t") + state;
    const std::string status = "/proc/" + std::to_string(pid) + "/status";
    return eventually([&] { return contents(status).find(line) != std::string::npos; });
}

namespace {

// All that it did so far: what it used of a CPU, and how often it was put to sleep and woken.
std::string work(pid_t pid)
{
    const std::string directory = "/proc/" + std::to_string(pid);
    const std::string status = contents(directory + "/status");
    const size_t switches = status.find("\nvoluntary_ctxt_switches");
    return contents(directory + "/schedstat") +
           (switches == std::string::npos ? "" : status.substr(switches));
}

} // namespace

bool comes_to_rest(pid_t pid)
{
    return eventually([=] {
        const std::string before = work(pid);
        usleep(20'000);
        return comes_to(pid, 'S') && work(pid) == before;
    });
}

void let_run_first(pid_t first, pid_t later)
{
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    size_t any = 0;
    while (!CPU_ISSET(any, &cpus)) {
        ++any;
    }
    CPU_ZERO(&cpus);
    CPU_SET(any, &cpus);
    sched_setaffinity(first, sizeof cpus, &cpus);
    sched_setaffinity(later, sizeof cpus, &cpus);
    const sched_param none{};
    sched_setscheduler(later, SCHED_IDLE, &none);
}

bool gone(pid_t pid)
{
    const std::string status = "/proc/" + std::to_string(pid) + "/status";
    return eventually([&] {
        const std::string now = contents(status);
        return now.empty() || now.find("\nState:\tZ") != std::string::npos;
    });
}

pid_t child_of(pid_t parent, const std::string &name)
{
    const std::string task = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent);
    pid_t pid = -1;
    const bool runs = eventually([&] {
        const std::string children = contents(task + "/children");
        if (children.empty()) {
            return false;
        }
        pid = std::stoi(children);
        return contents("/proc/" + std::to_string(pid) + "/comm") == name + "\n";
    });
    return runs ? pid : -1;
}

} // namespace support
