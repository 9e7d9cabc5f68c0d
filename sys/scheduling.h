// SPDX-License-Identifier: Apache-2.0
// When and where processes run, sched(7). A PID of 0 is this process.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "process.h"

namespace sys {

/// The kernel's struct sched_attr as of Linux 5.3; older kernels fill less of it.
struct Scheduling {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
    uint32_t least_utilization;
    uint32_t most_utilization;
};

inline constexpr uint32_t sched_other = 0;
inline constexpr uint32_t sched_fifo = 1;
inline constexpr uint32_t sched_round_robin = 2;
inline constexpr uint32_t sched_deadline = 6;
inline constexpr uint64_t reset_on_fork = 1;      // SCHED_FLAG_RESET_ON_FORK
inline constexpr uint64_t set_utilization = 0x60; // SCHED_FLAG_UTIL_CLAMP

/// sched_getattr(2), Linux 3.14.
inline Result<void> scheduling(Pid pid, Scheduling &attributes)
{
    return call<void>(__NR_sched_getattr, static_cast<int>(pid), &attributes, sizeof attributes, 0);
}

/// sched_setattr(2) for this process. EPERM: CAP_SYS_NICE is missing in the initial user namespace.
inline Result<void> set_scheduling(const Scheduling &attributes)
{
    return call<void>(__NR_sched_setattr, 0, &attributes, 0);
}

/// A bit for each processor that a process may run on. Linux has 8,192 at most.
struct Processors {
    unsigned long bits[8192 / 8 / sizeof(unsigned long)];
};

/// sched_getaffinity(2). Returns the size in bytes that the kernel has set.
inline Result<long> processors(Pid pid, Processors &processors)
{
    return call<long>(__NR_sched_getaffinity, static_cast<int>(pid), sizeof processors,
                      &processors);
}

/// sched_setaffinity(2) for this process. Those that its cgroup does not have are left out; EINVAL:
/// it has none of them.
inline Result<void> set_processors(const Processors &processors, size_t size)
{
    return call<void>(__NR_sched_setaffinity, 0, size, &processors);
}

/// ioprio_get(2): class and level.
inline Result<long> io_priority(Pid pid)
{
    constexpr int ioprio_who_process = 1;
    return call<long>(__NR_ioprio_get, ioprio_who_process, static_cast<int>(pid));
}

/// ioprio_set(2) for this process. EPERM: CAP_SYS_NICE is missing.
inline Result<void> set_io_priority(long priority)
{
    constexpr int ioprio_who_process = 1;
    return call<void>(__NR_ioprio_set, ioprio_who_process, 0, priority);
}

} // namespace sys
