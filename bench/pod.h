// SPDX-License-Identifier: Apache-2.0
// Something to join: a pause in six namespaces of its own, and in a cgroup of its own where there
// is version 2 of those.
#pragma once

#include <sched.h>
#include <sys/syscall.h>

#include <memory>

#include "cgroup.h"
#include "process.h"

namespace bench {

class Pod {
public:
    explicit Pod(const Path &pause)
    {
        if (hierarchy_.version == 2) {
            cgroup_ =
                std::make_unique<Directory>(hierarchy_.own / ("bench." + std::to_string(getpid())));
            Fd(cgroup_->path() / "cgroup.procs", O_WRONLY).write("0");
        }
        pause_.emplace_back(start(pause));
        if (cgroup_) {
            Fd(hierarchy_.own / "cgroup.procs", O_WRONLY).write("0");
        }
        settle(pause_);
    }

    std::string pid() const { return std::to_string(pause_.front().pid()); }
    bool has_cgroup() const { return cgroup_ != nullptr; }

private:
    static pid_t start(const Path &pause)
    {
        constexpr unsigned long namespaces = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                             CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;
        // As fork(2) does, the child goes on with a copy of everything.
        const auto pid = static_cast<pid_t>(syscall(SYS_clone, namespaces | SIGCHLD, 0, 0, 0, 0));
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            execl(pause.c_str(), "pause", nullptr);
            _exit(127);
        }
        return pid;
    }

    Hierarchy hierarchy_ = find_hierarchy("");
    std::unique_ptr<Directory> cgroup_;
    Processes pause_;
};

} // namespace bench
