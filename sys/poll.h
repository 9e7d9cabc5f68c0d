// SPDX-License-Identifier: Apache-2.0
// Waiting for several things at once: descriptors, and signals as one of them.
#pragma once

#include <linux/signalfd.h>

#include "file.h"
#include "signal.h"

namespace sys {

/// The kernel's struct pollfd, poll(2). One whose descriptor is -1 is passed over.
struct Poll {
    constexpr Poll() = default;
    constexpr Poll(FdRef descriptor, int16_t wanted) : fd(descriptor.number), events(wanted) {}

    static constexpr int16_t in = 1;
    static constexpr int16_t out = 4;
    static constexpr int16_t error = 8;
    static constexpr int16_t hangup = 16;

    int fd = -1;
    int16_t events = 0;
    int16_t happened = 0;
};

/// ppoll(2). `time` are the seconds and nanoseconds that it takes at most, after which nothing has
/// happened; the kernel takes off it what has passed. Null: without end.
inline Result<long> poll(Poll *polls, size_t count, long *time = nullptr)
{
    // The kernel's struct timespec, whose size is that of two longs.
    return call<long>(__NR_ppoll, polls, count, time, 0, 0);
}

/// ppoll(2), without end, with `blocked` alone blocked meanwhile. Where something has happened
/// already no signal comes through.
inline Result<long> poll_with_signals(Poll *polls, size_t count, const SignalSet &blocked)
{
    return call<long>(__NR_ppoll, polls, count, 0, &blocked, sizeof blocked);
}

/// poll(2) that looks and does not wait: has any of it happened?
inline Result<long> poll_now(Poll *polls, size_t count)
{
    long now[2] = {0, 0};
    return poll(polls, count, now);
}

/// signalfd(2): reading it takes one of `set`, which must be blocked, as a signalfd_siginfo.
inline Result<FdRef> signal_file(const SignalSet &set)
{
    return call<FdRef>(__NR_signalfd4, -1, &set, sizeof set, O_CLOEXEC | O_NONBLOCK);
}

} // namespace sys
