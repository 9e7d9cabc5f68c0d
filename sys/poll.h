// SPDX-License-Identifier: Apache-2.0
// Waiting for several events at once: descriptors, and signals through a descriptor.
#pragma once

#include <linux/signalfd.h>

#include "file.h"
#include "signal.h"

namespace sys {

/// The kernel's struct pollfd, poll(2). An entry with descriptor -1 is skipped.
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

/// ppoll(2). `time` is the limit, in seconds and nanoseconds, after which nothing has happened; the
/// kernel subtracts the time that has passed. Null: no limit.
inline Result<long> poll(Poll *polls, size_t count, long *time = nullptr)
{
    // The kernel's struct timespec is as large as two longs.
    return call<long>(__NR_ppoll, polls, count, time, 0, 0);
}

/// ppoll(2) without a limit, with exactly `blocked` blocked while it waits. If an event is already
/// there, no signal is delivered.
inline Result<long> poll_with_signals(Poll *polls, size_t count, const SignalSet &blocked)
{
    return call<long>(__NR_ppoll, polls, count, 0, &blocked, sizeof blocked);
}

/// poll(2) without waiting: true if any event is there.
inline Result<long> poll_now(Poll *polls, size_t count)
{
    long now[2] = {0, 0};
    return poll(polls, count, now);
}

/// signalfd(2): a read takes one signal of `set`, as a signalfd_siginfo. They must be blocked.
inline Result<FdRef> signal_file(const SignalSet &set)
{
    return call<FdRef>(__NR_signalfd4, -1, &set, sizeof set, O_CLOEXEC | O_NONBLOCK);
}

} // namespace sys
