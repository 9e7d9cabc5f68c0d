// SPDX-License-Identifier: Apache-2.0
// Files and directories for measurements: what goes wrong is thrown, and what was opened or made is
// closed or removed in the end.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace bench {

using Path = std::filesystem::path;

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What the last system call would not do, and the kernel's reason.
inline Failure refused(const std::string &what)
{
    return Failure("cannot " + what + ": " + strerror(errno));
}

/// Everything in a file, or nothing if it can't be read.
inline std::string contents(const Path &file)
{
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

/// Does a list, separated by commas or white space, have this word?
inline bool has(std::string list, const std::string &word)
{
    std::replace(list.begin(), list.end(), ',', ' ');
    std::string found;
    for (std::istringstream words(list); words >> found;) {
        if (found == word) {
            return true;
        }
    }
    return false;
}

/// An open file.
class Fd {
public:
    Fd(const Path &file, int flags) : file_(file), number_(open(file.c_str(), flags | O_CLOEXEC))
    {
        if (number_ < 0) {
            throw refused("open " + file.string());
        }
    }
    Fd(const Fd &) = delete;
    ~Fd() { close(number_); }

    int number() const { return number_; }
    void write(const std::string &text) const
    {
        if (::write(number_, text.data(), text.size()) < 0) {
            throw refused("write " + text + " to " + file_.string());
        }
    }

private:
    Path file_;
    int number_;
};

/// A directory, made here and removed in the end: as a cgroup, once no process is in it.
class Directory {
public:
    explicit Directory(const Path &path) : path_(path)
    {
        if (mkdir(path.c_str(), 0755) != 0) {
            throw refused("make " + path.string());
        }
    }
    Directory(const Directory &) = delete;
    ~Directory()
    {
        // A process that was waited for may still be on its way out of its cgroup.
        for (int attempt = 0; rmdir(path_.c_str()) != 0; ++attempt) {
            if (errno != EBUSY || attempt == 1000) {
                perror(path_.c_str());
                return;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }

    const Path &path() const { return path_; }

private:
    Path path_;
};

} // namespace bench
