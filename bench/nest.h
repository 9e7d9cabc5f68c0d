// SPDX-License-Identifier: Apache-2.0
// A place for memory cgroups to measure in. Nothing here knows what is measured.
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "tests/support/cgroup.h"
#include "tests/support/file.h"

namespace bench {

inline support::Hierarchy memory_hierarchy()
{
    if (support::contents("/proc/cmdline").find("nokmem") != std::string::npos) {
        throw std::runtime_error(
            "this kernel was told not to charge its own memory, cgroup.memory=nokmem");
    }
    const auto found = support::hierarchy_of("memory");
    if (!found) {
        throw std::runtime_error("no cgroup hierarchy with the memory controller is mounted");
    }
    return *found;
}

/// For as long as it lives, children of a cgroup of version 2 have the memory controller.
class HandedDown {
public:
    HandedDown(const support::Hierarchy &hierarchy, const std::string &cgroup)
        : control_(hierarchy.directory(cgroup) + "/cgroup.subtree_control"),
          mine_(hierarchy.version == 2 && !support::has_word(support::contents(control_), "memory"))
    {
        if (mine_) {
            support::File(control_, O_WRONLY).write("+memory");
        }
    }
    HandedDown(const HandedDown &) = delete;
    ~HandedDown()
    {
        if (mine_) {
            std::ofstream(control_) << "-memory";
        }
    }

private:
    std::string control_;
    bool mine_;
};

/// A cgroup that others can be made in.
class Nest {
public:
    Nest(const support::Hierarchy &hierarchy, const std::string &place)
        : above_(hierarchy, place), cgroup_(hierarchy, support::cgroup_below(place, "bench")),
          below_(hierarchy, path())
    {
    }

    const std::string &path() const { return cgroup_.path(); }

private:
    HandedDown above_;
    support::Cgroup cgroup_;
    HandedDown below_;
};

/// Inside of this process's own cgroup, or else as little above it as possible: in version 2 only
/// the root can have both processes and children with the controller.
inline std::unique_ptr<Nest> make_nest(const support::Hierarchy &hierarchy)
{
    const std::string needed = "; needed: root, and a memory controller to hand down";
    for (std::filesystem::path place = hierarchy.own;; place = place.parent_path()) {
        try {
            return std::make_unique<Nest>(hierarchy, place);
        } catch (const std::runtime_error &failure) {
            if (place == hierarchy.root || place == place.root_path()) {
                throw std::runtime_error(failure.what() + needed);
            }
        }
    }
}

} // namespace bench
