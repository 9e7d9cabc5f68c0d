// SPDX-License-Identifier: Apache-2.0
// Control groups, of both versions: where they are mounted here, and new ones.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace support {

/// A hierarchy of cgroups that is mounted here, cgroups(7). Paths in it are as /proc/PID/cgroup has
/// them.
struct Hierarchy {
    int version = 0;
    /// What tells its line of /proc/PID/cgroup, such as ":pids:"; "0::" in version 2.
    std::string line;
    /// Where it is mounted, and the path of what is seen there.
    std::string mount;
    std::string root;
    /// The path of the cgroup that this process was in when this was found.
    std::string own;

    std::string directory(const std::string &path) const;
};

/// Every mount of one that this process's own cgroup can be seen in.
std::vector<Hierarchy> hierarchies();

/// The one that has this controller, in version 1 or 2; for "" that of version 2. A host may have
/// both versions, but a controller is in one of them only.
std::optional<Hierarchy> hierarchy_of(const std::string &controller);

/// Moves a process to the cgroup with this directory; 0 is the calling process. False: refused.
bool move_to_cgroup(const std::string &directory, pid_t pid);

/// A new cgroup, gone in the end. Its processes go to its parent then.
class Cgroup {
public:
    /// Throws if it can't be made.
    Cgroup(const Hierarchy &hierarchy, const std::string &path);
    ~Cgroup();
    Cgroup(const Cgroup &) = delete;
    Cgroup &operator=(const Cgroup &) = delete;

    const std::string &directory() const { return directory_; }
    const std::string &path() const { return path_; }
    const Hierarchy &hierarchy() const { return hierarchy_; }
    const std::string &line() const { return hierarchy_.line; }
    const std::string &mount() const { return hierarchy_.mount; }
    bool add(pid_t pid) const { return move_to_cgroup(directory_, pid); }

private:
    Hierarchy hierarchy_;
    std::string path_;
    std::string directory_;
};

using Cgroups = std::vector<std::unique_ptr<Cgroup>>;

/// One below this process's own in each hierarchy of version 2, or of version 1, where processes
/// can be moved to it; none without root. `name` and this process's ID are what it is called.
Cgroups make_cgroups_2(const std::string &name);
Cgroups make_cgroups_1(const std::string &name);

/// In which cgroup a file like /proc/PID/cgroup says that the process is, in the hierarchy of
/// `line`.
std::string cgroup_in(const std::string &text, const std::string &line);

/// The path of a cgroup called `name` and this process's ID, in the one with the path `parent`.
std::string cgroup_below(const std::string &parent, const std::string &name);

} // namespace support
