// SPDX-License-Identifier: Apache-2.0
// Processes to measure: started, waited for until they sleep, and killed in the end, also when this
// process is told to end.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <vector>

#include "file.h"

namespace bench {

/// The signal that told this process to end, or 0.
inline volatile sig_atomic_t interruption = 0;

/// This program can't be measured; others may.
struct LeftOut : Failure {
    using Failure::Failure;
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
            name_ += words_.empty() ? Path(word).filename().string() : " " + word;
            words_.push_back(word);
        }
        for (std::string &word : words_) {
            arguments_.push_back(word.data());
        }
        arguments_.push_back(nullptr);
        for (std::string &variable : variables_) {
            environment_.push_back(variable.data());
        }
        environment_.push_back(nullptr);
    }
    Program(const Program &) = delete;

    /// Finds the file, by PATH.
    void look_up()
    {
        const Path first = words_.at(0);
        const char *const path = getenv("PATH");
        std::istringstream places(first.has_parent_path() || path == nullptr ? "." : path);
        for (std::string place; getline(places, place, ':');) {
            file_ = place / first;
            if (access(file_.c_str(), X_OK) == 0) {
                return;
            }
        }
        throw LeftOut("not installed");
    }

    /// Starts it with `streams` as its three, and returns its process ID, or -1 and errno. It dies
    /// with this process.
    pid_t start(const Fd &streams) const
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
    const Path &file() const { return file_; }
    /// Its file and its arguments.
    std::vector<std::string> words() const
    {
        std::vector<std::string> words = words_;
        words.front() = file_.string();
        return words;
    }

private:
    std::string name_;
    Path file_;
    std::vector<std::string> words_;
    std::vector<char *> arguments_;
    std::vector<std::string> variables_{"PATH=/usr/bin:/bin"};
    std::vector<char *> environment_;
};

/// A child, killed and reaped in the end.
class Process {
public:
    /// What start() returned.
    explicit Process(pid_t pid) : pid_(pid)
    {
        if (pid < 0) {
            throw refused("start a process");
        }
    }
    Process(const Process &) = delete;
    ~Process()
    {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }

    pid_t pid() const { return pid_; }
    std::string read(const char *file) const
    {
        return contents("/proc/" + std::to_string(pid_) + "/" + file);
    }
    /// The number behind "key:" in one of its files in /proc, or "-".
    std::string value(const char *file, const std::string &key) const
    {
        const std::string text = read(file);
        const size_t found = text.find("\n" + key + ":");
        std::string number = "-";
        if (found != std::string::npos) {
            std::istringstream(text.substr(found + key.size() + 2)) >> number;
        }
        return number;
    }

private:
    pid_t pid_;
};

using Processes = std::deque<Process>;

inline void stop_if_interrupted()
{
    if (interruption != 0) {
        throw Failure("interrupted");
    }
}

/// Waits until all of them sleep, and nothing that proc_pid_stat(5) shows changes any more.
inline void settle(const Processes &processes)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::vector<std::string> before, now;
    bool asleep = false;
    while (!asleep || now != before) {
        stop_if_interrupted();
        if (std::chrono::steady_clock::now() > deadline) {
            throw LeftOut("does not come to rest");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        before.swap(now);
        now.clear();
        asleep = true;
        for (const Process &process : processes) {
            now.push_back(process.read("stat"));
            const char state = now.back().at(now.back().rfind(')') + 2);
            if (state == 'Z') {
                throw LeftOut("ends by itself");
            }
            asleep = asleep && state == 'S';
        }
    }
}

} // namespace bench
