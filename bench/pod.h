// SPDX-License-Identifier: Apache-2.0
// Something to join: a pause in six namespaces of its own, and in a cgroup of its own where there
// is version 2 of those.
#pragma once

#include <sched.h>

#include "program.h"
#include "tests/support/cgroup.h"

namespace bench {

class Pod {
public:
    explicit Pod(const std::string &pause)
    {
        if (hierarchy_) {
            cgroup_.emplace(*hierarchy_, support::cgroup_below(hierarchy_->own, "bench"));
            move_to(cgroup_->path());
        }
        pause_.push_back(start(pause));
        if (hierarchy_) {
            move_to(hierarchy_->own);
        }
        settle(pause_);
    }

    std::string pid() const { return std::to_string(pause_.front().pid()); }
    bool has_cgroup() const { return cgroup_.has_value(); }

private:
    // What is born there has that cgroup as the root of its cgroup namespace.
    void move_to(const std::string &path) const
    {
        if (!support::move_to_cgroup(hierarchy_->directory(path), 0)) {
            throw support::refused("move to the cgroup " + path);
        }
    }

    static support::Child start(const std::string &pause)
    {
        constexpr unsigned long namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                             CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;
        const auto become_pause = [&] {
            execl(pause.c_str(), "pause", nullptr);
            return 127;
        };
        return support::Child::calling(become_pause, namespaces);
    }

    std::optional<support::Hierarchy> hierarchy_ = support::hierarchy_of("");
    std::optional<support::Cgroup> cgroup_;
    Processes pause_;
};

} // namespace bench
