// SPDX-License-Identifier: Apache-2.0
// The kinds of namespaces, as nsjoin's options have them and as /proc has them.
#pragma once

#include "tests/support/directory.h"
#include "tests/support/nsjoin.h"

#include <sched.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace support {

struct Kind {
    std::string letter;
    std::string name;
    /// In /proc/PID/ns.
    std::string file;
    unsigned long flag;
};

inline const std::vector<Kind> kinds{
    {"m", "mount", "mnt", CLONE_NEWNS},   {"u", "uts", "uts", CLONE_NEWUTS},
    {"i", "ipc", "ipc", CLONE_NEWIPC},    {"n", "net", "net", CLONE_NEWNET},
    {"p", "pid", "pid", CLONE_NEWPID},    {"C", "cgroup", "cgroup", CLONE_NEWCGROUP},
    {"U", "user", "user", CLONE_NEWUSER}, {"T", "time", "time", CLONE_NEWTIME},
};

/// All but user, which changes who one is.
constexpr unsigned long all_but_user = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
                                       CLONE_NEWPID | CLONE_NEWCGROUP | CLONE_NEWTIME;

/// `arguments` and a command that prints in which namespaces it runs, a line each.
std::vector<std::string> and_print_namespaces(std::vector<std::string> arguments);

/// What it prints in those of `holder` whose flags are in `flags`, the others this process's.
std::string namespaces_of(const Holder &holder, unsigned long flags);

/// Runs nsjoin as the user and group `id`.
Answer nsjoin_as(uid_t id, const std::vector<std::string> &arguments,
                 const std::function<void()> &before_exec = nullptr);

/// `error` is one line of nsjoin's.
bool is_one_line(const std::string &error);

} // namespace support
