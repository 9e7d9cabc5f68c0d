// SPDX-License-Identifier: Apache-2.0
// Houses are sets of namespaces, each of which is in one house only; and processes in them that
// have the numbers that they are to have.
#pragma once

#include "tests/support/nsjoin.h"

#include <array>
#include <memory>
#include <vector>

namespace soak {

constexpr std::array names{"cgroup", "ipc", "uts", "net", "pid", "mnt"};

/// What the links of /proc/PID/ns say, as in `names`.
using Namespaces = std::array<std::string, names.size()>;

struct House {
    std::unique_ptr<support::Holder> holder;
    int pidfd;
    Namespaces namespaces;
};

std::vector<House> build_houses(int count);

/// The namespaces that report says it ran in.
Namespaces reported_in(const std::string &output);

/// The one that they all are of, or the first `count` of them; -1: a mixture.
int house_of(const Namespaces &namespaces, const std::vector<House> &houses,
             size_t count = names.size());

/// The children of this process are born in it from now on.
bool enter(const House &house);

enum class Born { child, sibling };

/// A process that sleeps in the house that the caller is in, and has just this number; -1 and
/// errno.
pid_t make_process(pid_t number, Born born, int &pidfd);

} // namespace soak
