// SPDX-License-Identifier: Apache-2.0
// Memory cgroups to measure in: where this host keeps them, in version 1 or 2, and a place to make
// them. Nothing here knows what is measured.
#pragma once

#include <unistd.h>

#include <memory>

#include "file.h"

namespace bench {

/// A hierarchy of cgroups, cgroups(7).
struct Hierarchy {
    int version = 0;
    Path top; ///< where it is mounted
    Path own; ///< the cgroup that this process is in

    const char *charge_file() const
    {
        return version == 1 ? "memory.usage_in_bytes" : "memory.current";
    }
};

/// The path of this process's cgroup; the controller of version 2 is "".
inline Path own_cgroup(const std::string &controller)
{
    std::ifstream lines("/proc/self/cgroup");
    std::string number, controllers, path;
    while (getline(lines, number, ':') && getline(lines, controllers, ':') &&
           getline(lines, path)) {
        if (controllers == controller || has(controllers, controller)) {
            return path;
        }
    }
    throw Failure("this process is in no cgroup that /proc/self/cgroup names");
}

/// The hierarchy that has this controller in version 1 or 2, or that of version 2 for "": with an
/// empty top if none is mounted. A host may have both versions, but a controller is in one of them
/// only.
inline Hierarchy find_hierarchy(const std::string &controller)
{
    std::ifstream lines("/proc/self/mountinfo");
    for (std::string line; getline(lines, line);) {
        std::istringstream fields(line);
        std::string skipped, root, top, type, options;
        fields >> skipped >> skipped >> skipped >> root >> top;
        while (fields >> skipped && skipped != "-") {
        }
        fields >> type >> skipped >> options;
        const bool first = type == "cgroup" && has(options, controller);
        const bool second =
            type == "cgroup2" &&
            (controller.empty() || has(contents(top + "/cgroup.controllers"), controller));
        if (first || second) {
            const Path below = own_cgroup(first ? controller : "").lexically_relative(root);
            return {first ? 1 : 2, top, below == "." ? Path(top) : top / below};
        }
    }
    return {};
}

inline Hierarchy memory_hierarchy()
{
    if (contents("/proc/cmdline").find("nokmem") != std::string::npos) {
        throw Failure("this kernel was told not to charge its own memory, cgroup.memory=nokmem");
    }
    Hierarchy found = find_hierarchy("memory");
    if (found.top.empty()) {
        throw Failure("no cgroup hierarchy with the memory controller is mounted");
    }
    return found;
}

/// For as long as it lives, children of a cgroup of version 2 have the memory controller.
class HandedDown {
public:
    HandedDown(const Hierarchy &hierarchy, const Path &cgroup)
        : control_(cgroup / "cgroup.subtree_control"),
          mine_(hierarchy.version == 2 && !has(contents(control_), "memory"))
    {
        if (mine_) {
            Fd(control_, O_WRONLY).write("+memory");
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
    Path control_;
    bool mine_;
};

/// A cgroup that others can be made in.
class Nest {
public:
    Nest(const Hierarchy &hierarchy, const Path &place)
        : above_(hierarchy, place), directory_(place / ("bench." + std::to_string(getpid()))),
          below_(hierarchy, path())
    {
    }

    const Path &path() const { return directory_.path(); }

private:
    HandedDown above_;
    Directory directory_;
    HandedDown below_;
};

/// Inside of this process's own cgroup, or else as little above it as possible: in version 2 only
/// the root can have both processes and children with the controller.
inline std::unique_ptr<Nest> make_nest(const Hierarchy &hierarchy)
{
    const std::string needed = "; needed: root, and a memory controller to hand down";
    for (Path place = hierarchy.own;; place = place.parent_path()) {
        try {
            return std::make_unique<Nest>(hierarchy, place);
        } catch (const Failure &failure) {
            if (place == hierarchy.top || place == place.root_path()) {
                throw Failure(failure.what() + needed);
            }
        }
    }
}

} // namespace bench
