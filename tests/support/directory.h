// SPDX-License-Identifier: Apache-2.0
// A place for a test's files.
#pragma once

#include <string>

namespace support {

/// A directory in /tmp, removed with all that is in it in the end. Anyone may enter it.
class Directory {
public:
    Directory();
    ~Directory();
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;

    const std::string &path() const { return path_; }
    std::string path(const std::string &name) const { return path_ + "/" + name; }
    /// Makes a file in it, and says its path.
    std::string file(const std::string &name, const std::string &text, unsigned mode = 0755) const;
    /// Makes a directory in it, and says its path.
    std::string directory(const std::string &name) const;

private:
    std::string path_;
};

} // namespace support
