// SPDX-License-Identifier: Apache-2.0
// Control groups, of both versions, that a test makes.
#pragma once

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace support {

/// A new cgroup, of a name of its own, gone in the end. Its processes go to its parent then.
class Cgroup {
public:
    /// Below the caller's in the hierarchy that is mounted at `mount`, which `line` of
    /// /proc/PID/cgroup is for, such as ":pids:".
    Cgroup(const std::string &mount, const std::string &line, const std::string &name);
    ~Cgroup();
    Cgroup(const Cgroup &) = delete;
    Cgroup &operator=(const Cgroup &) = delete;

    /// It could be made, and processes moved into it.
    bool made() const { return made_; }
    const std::string &directory() const { return directory_; }
    /// As lines of /proc/PID/cgroup have it.
    const std::string &path() const { return path_; }
    const std::string &line() const { return line_; }
    const std::string &mount() const { return mount_; }
    bool add(pid_t pid) const;

private:
    std::string mount_;
    std::string line_;
    std::string path_;
    std::string directory_;
    bool made_ = false;
};

using Cgroups = std::vector<std::unique_ptr<Cgroup>>;

/// One called like `name` in each hierarchy of version 2, or of version 1, where that is possible;
/// none without root.
Cgroups make_cgroups_2(const std::string &name);
Cgroups make_cgroups_1(const std::string &name);

/// In which cgroup a file like /proc/PID/cgroup says that the process is, in the hierarchy of
/// `line`.
std::string cgroup_in(const std::string &text, const std::string &line);

} // namespace support
