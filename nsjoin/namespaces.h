// SPDX-License-Identifier: Apache-2.0
// The kinds of namespaces, namespaces(7): the one table of them. The options that join them, and
// what --help says of these, are made from it.
#pragma once

#include <linux/sched.h>
#include <stddef.h>
#include <stdint.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace nsjoin {

struct Namespace {
    /// Of the option, as nsenter has it.
    char letter;
    uint32_t flag;
    /// Of the long option, and in messages.
    const char *name;
    /// That of this process, in /proc.
    const char *own_file;
    /// Of the option.
    const char *help;

    /// In /proc/PID.
    constexpr const char *file() const { return own_file + sizeof "self"; }
};

/// In the order in which they are joined one by one, but for user: when is a question of who owns
/// the others, join.cpp. --help has them in the opposite order.
inline constexpr Namespace namespaces[] = {
    {'U', CLONE_NEWUSER, "user", "self/ns/user", "user namespace"},
    {'T', CLONE_NEWTIME, "time", "self/ns/time", "time namespace"},
    {'C', CLONE_NEWCGROUP, "cgroup", "self/ns/cgroup", "cgroup namespace"},
    {'p', CLONE_NEWPID, "pid", "self/ns/pid", "PID namespace"},
    {'n', CLONE_NEWNET, "net", "self/ns/net", "network namespace"},
    {'i', CLONE_NEWIPC, "ipc", "self/ns/ipc", "IPC namespace"},
    {'u', CLONE_NEWUTS, "uts", "self/ns/uts", "UTS namespace: host name"},
    {'m', CLONE_NEWNS, "mount", "self/ns/mnt", "mount namespace"},
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
