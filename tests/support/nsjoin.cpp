// SPDX-License-Identifier: Apache-2.0
#include "tests/support/nsjoin.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <unistd.h>

namespace support {

namespace {

constexpr int could_not_start = 99;

std::string variable(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? value : "";
}

[[noreturn]] void execute(const std::vector<std::string> &words,
                          const std::function<void()> &before_exec, const Pipe &output,
                          const Pipe &error)
{
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
    dup2(output.write_end, STDOUT_FILENO);
    dup2(error.write_end, STDERR_FILENO);
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    if (before_exec) {
        before_exec();
    }
    const std::vector<char *> arguments = pointers(words);
    execvp(arguments[0], arguments.data());
    _exit(could_not_start);
}

// Until both have ended.
void read_both(Pipe &output, std::string &out, Pipe &error, std::string &err)
{
    pollfd polls[] = {{output.read_end, POLLIN, 0}, {error.read_end, POLLIN, 0}};
    std::string *const texts[] = {&out, &err};
    while (polls[0].fd >= 0 || polls[1].fd >= 0) {
        if (poll(polls, 2, 60'000) <= 0) {
            return;
        }
        for (size_t i = 0; i < 2; ++i) {
            char block[4096];
            if (polls[i].revents == 0) {
                continue;
            }
            const ssize_t size = read(polls[i].fd, block, sizeof block);
            if (size <= 0) {
                polls[i].fd = -1;
            } else {
                texts[i]->append(block, static_cast<size_t>(size));
            }
        }
    }
}

void write_to(const std::string &path, const std::string &text)
{
    std::ofstream(path) << text;
}

int hold(const Held &held)
{
    if (held.before_sleep) {
        held.before_sleep();
    }
    prctl(PR_SET_NAME, "holder");
    for (;;) {
        pause();
    }
    return 0;
}

Child start_holder(unsigned long namespaces, const Held &held, int pid_to)
{
    if (held.owner == geteuid()) {
        return Child::calling([&] { return hold(held); }, namespaces);
    }
    return Child::calling([&, namespaces, pid_to] {
        become(held.owner);
        Child holder = Child::calling([&] { return hold(held); }, namespaces);
        const pid_t pid = holder.pid();
        if (write(pid_to, &pid, sizeof pid) == sizeof pid) {
            pause();
        }
        return 1;
    });
}

pid_t receive_pid(Pipe &pipe)
{
    pipe.close_write();
    pid_t pid = -1;
    return read(pipe.read_end, &pid, sizeof pid) == sizeof pid ? pid : -1;
}

// qemu-user can't execute a sealed copy. nsjoin needs none if the namespaces are named; those that
// the tests of other machines join are these.
void name_namespaces(std::vector<std::string> &words)
{
    const auto process = std::find_if(words.begin() + 1, words.end(), [](const std::string &word) {
        return !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
    });
    const bool are_named = std::any_of(words.begin() + 1, process, [](const std::string &word) {
        return word.size() < 2 || word[0] != '-' || std::strchr("-wW", word[1]) == nullptr;
    });
    if (process != words.end() && !are_named) {
        words.insert(process, geteuid() == 0 ? "-u" : "-Uu");
    }
}

} // namespace

std::string nsjoin_path()
{
    std::string path = variable("NSJOIN");
    if (path.empty()) {
        throw std::runtime_error("NSJOIN must name the program under test; `make test` sets it");
    }
    return path;
}

Answer run(const std::vector<std::string> &words, const std::function<void()> &before_exec)
{
    Pipe output;
    Pipe error;
    Child child = Child::calling([&]() -> int { execute(words, before_exec, output, error); });
    output.close_write();
    error.close_write();
    Answer answer;
    read_both(output, answer.output, error, answer.error);
    answer.status = child.wait();
    return answer;
}

Answer nsjoin(const std::vector<std::string> &arguments, const std::function<void()> &before_exec)
{
    std::vector<std::string> words{nsjoin_path()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    if (!native()) {
        name_namespaces(words);
        words.insert(words.begin(), variable("RUNNER"));
    }
    return run(words, before_exec);
}

Holder::Holder(unsigned long namespaces, const Held &held)
    : child_(start_holder(namespaces, held, pipe_.write_end)),
      pid_(held.owner == geteuid() ? child_.pid() : receive_pid(pipe_))
{
    if (!eventually([this] { return contents(proc("comm")) == "holder\n"; })) {
        throw std::runtime_error("the holder did not start");
    }
    if (link("ns/user") == read_link("/proc/self/ns/user")) {
        return;
    }
    if (!held.ids.empty()) {
        write_to(proc("uid_map"), held.ids);
        write_to(proc("gid_map"), held.ids);
        return;
    }
    write_to(proc("setgroups"), "deny");
    write_to(proc("uid_map"), "0 " + std::to_string(held.owner) + " 1\n");
    write_to(proc("gid_map"),
             "0 " + std::to_string(held.owner == geteuid() ? getegid() : held.owner) + " 1\n");
}

std::string Holder::proc(const std::string &path) const
{
    return "/proc/" + name() + "/" + path;
}

std::string Holder::link(const std::string &path) const
{
    return read_link(proc(path));
}

void become(uid_t id)
{
    if (setgroups(0, nullptr) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) {
        _exit(could_not_start);
    }
    // Changed ids cost both.
    prctl(PR_SET_DUMPABLE, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

std::string read_link(const std::string &path)
{
    std::error_code error;
    return std::filesystem::read_symlink(path, error).string();
}

} // namespace support
