// SPDX-License-Identifier: Apache-2.0
// What files of the kernel say, and files that are written to.
#pragma once

#include <stdexcept>
#include <string>

namespace support {

/// All of a small file; empty if it can't be read.
std::string contents(const std::string &path);

/// The words behind `key` in a text such as /proc/PID/status, with a space between them.
std::string field(const std::string &status, const std::string &key);

/// Does a list, separated by commas or white space, have this word?
bool has_word(std::string list, const std::string &word);

/// What the last system call would not do, and the kernel's reason: to be thrown.
std::runtime_error refused(const std::string &what);

/// An open file, close-on-exec, closed in the end. Throws what is refused.
class File {
public:
    /// `flags` as open(2) has them.
    File(const std::string &path, int flags);
    ~File();
    File(const File &) = delete;
    File &operator=(const File &) = delete;

    int number() const { return number_; }
    /// All of `text` in one write(2). It takes no memory, unless it is refused.
    void write(const std::string &text) const;

private:
    std::string path_;
    int number_;
};

} // namespace support
