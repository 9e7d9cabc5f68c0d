// SPDX-License-Identifier: Apache-2.0
// A file system in user space that speaks the protocol of /dev/fuse itself, fuse(4).
#pragma once

#include "tests/support/directory.h"
#include "tests/support/process.h"

#include <memory>

namespace support {

/// A directory and in it the file `command`, which looks like a program. Nobody who opens that
/// ever gets an answer. Gone in the end, and those who wait then fail.
class SilentFiles {
public:
    enum class For { everybody, owner };
    /// Everything in it belongs to user and group `owner`, with a mode of 0755, or where others
    /// may not even look (no allow_other), 0700. Wants root.
    explicit SilentFiles(uid_t owner, For whom = For::everybody);
    ~SilentFiles();
    SilentFiles(const SilentFiles &) = delete;
    SilentFiles &operator=(const SilentFiles &) = delete;

    /// It could be mounted here.
    bool mounted() const { return mounted_; }
    const std::string &path() const { return directory_.path(); }
    std::string command() const { return directory_.path("command"); }
    /// Somebody waits for the answer that never comes; false if nobody comes to.
    bool is_asked();
    /// Ends those waits, by an error.
    void let_go() { server_.reset(); }

private:
    Directory directory_;
    Pipe told_;
    std::unique_ptr<Child> server_;
    bool mounted_ = false;
};

} // namespace support
