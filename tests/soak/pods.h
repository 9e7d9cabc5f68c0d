// SPDX-License-Identifier: Apache-2.0
// Pods are sets of namespaces, each of which is in one pod only; and processes in them that
// have the numbers that they are to have.
#pragma once

#include "tests/support/nsjoin.h"

#include <array>
#include <memory>
#include <vector>

namespace soak {

constexpr std::array names{"user", "cgroup", "ipc", "uts", "net", "pid", "mnt"};

/// What the links of /proc/PID/ns say, as in `names`.
using Namespaces = std::array<std::string, names.size()>;

struct Pod {
    std::unique_ptr<support::Holder> holder;
    int pidfd;
    Namespaces namespaces;
    /// It has a user namespace too, in which 0 is its owner.
    bool has_user;
};

/// Without a user namespace, or where `owner` is not root with one of that user.
std::vector<Pod> make_pods(int count, uid_t owner = 0);

/// The namespaces that report says it ran in.
Namespaces reported_in(const std::string &output);

/// The one that they all are of, or those from `first` up to `last`; -1: a mixture.
int pod_of(const Namespaces &namespaces, const std::vector<Pod> &pods, size_t first = 0,
           size_t last = names.size());

/// The children of this process are born in it from now on.
bool enter(const Pod &pod);

enum class Born { child, sibling };

/// A process that sleeps in `pod`, which the caller has entered, as its owner, and has just this
/// number; -1 and errno.
pid_t make_process(const Pod &pod, pid_t number, Born born, int &pidfd);

} // namespace soak
