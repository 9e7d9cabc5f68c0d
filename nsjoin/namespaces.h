// SPDX-License-Identifier: Apache-2.0
// The kinds of namespaces, namespaces(7): the one table of them.
#pragma once

#include <linux/sched.h>
#include <stddef.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace nsjoin {

struct Namespace {
    /// Of the option, as nsenter has it.
    char letter;
    /// Of the long option, and in messages.
    const char *name;
    /// In /proc/PID/.
    const char *file;
    unsigned long flag;
};

/// In the order in which they are joined one by one, but for user: when is a question of who owns
/// the others, join.cpp.
inline constexpr Namespace namespaces[] = {
    {'U', "user", "ns/user", CLONE_NEWUSER}, {'C', "cgroup", "ns/cgroup", CLONE_NEWCGROUP},
    {'i', "ipc", "ns/ipc", CLONE_NEWIPC},    {'u', "uts", "ns/uts", CLONE_NEWUTS},
    {'n', "net", "ns/net", CLONE_NEWNET},    {'p', "pid", "ns/pid", CLONE_NEWPID},
    {'T', "time", "ns/time", CLONE_NEWTIME}, {'m', "mount", "ns/mnt", CLONE_NEWNS},
};
constexpr size_t namespace_count = sizeof namespaces / sizeof *namespaces;

/// A set of them, made of their flags.
class NamespaceSet {
public:
    constexpr NamespaceSet() = default;
    constexpr explicit NamespaceSet(unsigned long flags) : flags_(flags) {}

    static constexpr NamespaceSet all()
    {
        NamespaceSet set;
        for (const auto &each : namespaces) {
            set.add(each.flag);
        }
        return set;
    }

    constexpr void add(unsigned long flag) { flags_ |= flag; }
    constexpr void remove(unsigned long flag) { flags_ &= ~flag; }
    constexpr bool has(unsigned long flag) const { return (flags_ & flag) != 0; }
    constexpr bool empty() const { return flags_ == 0; }
    constexpr unsigned long flags() const { return flags_; }

private:
    unsigned long flags_ = 0;
};

} // namespace nsjoin
