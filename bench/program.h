// SPDX-License-Identifier: Apache-2.0
// Programs to measure: started, and waited for until they sleep; all ends also when this process is
// told to end.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/process.h"

namespace bench {

/// The signal that told this process to end, or 0.
inline volatile sig_atomic_t interruption = 0;

/// This program can't be measured; others may.
struct LeftOut : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A command line, which is split at spaces. In front of the command there may be variables for its
/// environment, NAME=value.
class Program {
public:
    explicit Program(const std::string &command_line)
    {
        std::istringstream stream(command_line);
        for (std::string word; stream >> word;) {
            if (words_.empty() && word.find('=') != std::string::npos) {
                name_ += word + " ";
                variables_.push_back(word);
                continue;
            }
            name_ += words_.empty() ? std::filesystem::path(word).filename().string() : " " + word;
            words_.push_back(word);
        }
        arguments_ = support::pointers(words_);
        environment_ = support::pointers(variables_);
    }
    Program(const Program &) = delete;

    /// Finds the file, by PATH.
    void look_up()
    {
        const std::filesystem::path first = words_.at(0);
        const char *const path = getenv("PATH");
        std::istringstream places(first.has_parent_path() || path == nullptr ? "." : path);
        for (std::string place; getline(places, place, ':');) {
            file_ = std::filesystem::path(place) / first;
            if (access(file_.c_str(), X_OK) == 0) {
                return;
            }
        }
        throw LeftOut("not installed");
    }

    /// Starts it with `streams` as its three, and returns its process ID, or -1 and errno. It dies
    /// with this process.
    pid_t start(const support::File &streams) const
    {
        // NOLINTBEGIN(*.vfork,*.Vfork): posix_spawn has no PR_SET_PDEATHSIG. It maps a stack, too.
        const pid_t pid = vfork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
                dup2(streams.number(), number);
            }
            execve(file_.c_str(), arguments_.data(), environment_.data());
            _exit(127);
        }
        // NOLINTEND(*.vfork,*.Vfork)
        return pid;
    }

    const std::string &name() const { return name_; }
    const std::filesystem::path &file() const { return file_; }
    /// Its file and its arguments.
    std::vector<std::string> words() const
    {
        std::vector<std::string> words = words_;
        words.front() = file_.string();
        return words;
    }

private:
    std::string name_;
    std::filesystem::path file_;
    std::vector<std::string> words_;
    std::vector<char *> arguments_;
    std::vector<std::string> variables_{"PATH=/usr/bin:/bin"};
    std::vector<char *> environment_;
};

using Processes = std::deque<support::Child>;

inline void stop_if_interrupted()
{
    if (interruption != 0) {
        throw std::runtime_error("interrupted");
    }
}

/// Waits until all of them sleep, and nothing that proc_pid_stat(5) shows changes any more.
inline void settle(const Processes &processes)
{
    std::vector<std::string> before;
    const bool at_rest = support::eventually([&] {
        stop_if_interrupted();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        std::vector<std::string> now;
        bool asleep = true;
        for (const support::Child &process : processes) {
            now.push_back(support::contents(process.proc("stat")));
            const char state = now.back().at(now.back().rfind(')') + 2);
            if (state == 'Z') {
                throw LeftOut("ends by itself");
            }
            asleep = asleep && state == 'S';
        }
        before.swap(now);
        return asleep && now == before;
    });
    if (!at_rest) {
        throw LeftOut("does not come to rest");
    }
}

/// The number behind "key:" in a file of its own in /proc, or "-".
inline std::string value(const support::Child &process, const char *file, const std::string &key)
{
    std::istringstream words(support::field(support::contents(process.proc(file)), key));
    unsigned long number = 0;
    return words >> number ? std::to_string(number) : "-";
}

/// Takes a measurement, until it ends or this process is told to end, and returns the exit status.
inline int run(const char *name, const std::function<void()> &measurement)
{
    signal(SIGCHLD, SIG_DFL);
    for (int number : {SIGHUP, SIGINT, SIGPIPE, SIGTERM}) {
        signal(number, [](int which) { interruption = which; });
    }
    try {
        measurement();
        return 0;
    } catch (const std::exception &failure) {
        fprintf(stderr, "%s: %s\n", name, failure.what());
        return interruption != 0 ? 128 + interruption : 1;
    }
}

} // namespace bench
