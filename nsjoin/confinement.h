// SPDX-License-Identifier: Apache-2.0
// What the target is confined by, other than namespaces and ids: --as-target. A command that takes
// all of it on has what a child of the target would have if it executed the command.
#pragma once

#include <linux/filter.h>

#include "failure.h"
#include "options.h"
#include "sys/scheduling.h"
#include "target.h"

namespace nsjoin {

struct Run;

/// The files of /proc/PID that say it.
enum class Fact : uint8_t {
    status,
    limits,
    personality,
    oom_score_adj,
    coredump_filter,
    timer_slack,
    apparmor,
    label,
    count
};

/// What was read at one moment.
struct Reading {
    sys::TextView facts[static_cast<size_t>(Fact::count)];
    /// Why a fact is not there; ENOENT: the kernel does not have it.
    sys::Errno errors[static_cast<size_t>(Fact::count)];
    sys::Scheduling scheduling;
    sys::Processors processors;
    size_t processors_size;
    long io_priority;
    char bytes[24576];

    sys::TextView operator[](Fact fact) const { return facts[static_cast<size_t>(fact)]; }
};

/// A filter is followed by its instructions.
struct Filter {
    uint32_t count;
    uint32_t flags;

    const sock_filter *instructions() const
    {
        return reinterpret_cast<const sock_filter *>(this + 1);
    }
    const Filter *next() const { return reinterpret_cast<const Filter *>(instructions() + count); }
};
static_assert(sizeof(Filter) == sizeof(sock_filter));

struct Confinement {
    /// Null without --as-target.
    const Reading *reading = nullptr;
    const Filter *filters = nullptr;
    size_t filter_count = 0;
    /// Why they are not there, with AsTarget::best_effort; no text: they are.
    Cause no_filters{};
    /// oom_score_adj of this process, which a waiting nsjoin sets back.
    sys::Fd oom_score_adj;
    sys::TextView own_oom_score_adj{};

    /// Its status file, which has its ids as well; empty without --as-target.
    sys::TextView status() const
    {
        return reading != nullptr ? (*reading)[Fact::status] : sys::TextView();
    }
};

/// Reads all of it in one moment: what has no filters is read twice and compared, and what has them
/// stands still meanwhile.
Failure read_confinement(const Options &options, const Target &target, Confinement &confinement);

/// When something can be taken on: by nsjoin itself, before it hides; by its child, with the
/// caller's privileges; with those that it has inside; with the ids of the command; and last.
enum class Moment : uint8_t { own, outside, inside, identified, last };

/// Takes on what can be at this moment, from trait `next` on, 0 first. Fails with the name of one
/// that can't be; to call it again goes on behind that. `next` is all_taken at the end.
constexpr size_t all_taken = ~size_t{0};
Failure take_on(Run &run, Moment moment, size_t &next);

/// In nsjoin, when its child has been made: takes back what it has taken on itself.
void take_back(const Confinement &confinement);

} // namespace nsjoin
