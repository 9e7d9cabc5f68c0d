// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include <linux/sched.h>

namespace sys {

Result<Pid> fork_into_cgroup(FdRef cgroup, Signal end_signal)
{
    // The kernel's struct clone_args as of Linux 5.7; older headers have a shorter one.
    struct {
        uint64_t flags = 0x200000000ULL; // CLONE_INTO_CGROUP
        uint64_t pidfd = 0;
        uint64_t child_tid = 0;
        uint64_t parent_tid = 0;
        uint64_t exit_signal = 0;
        uint64_t stack = 0;
        uint64_t stack_size = 0;
        uint64_t tls = 0;
        uint64_t set_tid = 0;
        uint64_t set_tid_size = 0;
        uint64_t cgroup = 0;
    } arguments;
    arguments.exit_signal = static_cast<uint64_t>(end_signal);
    arguments.cgroup = static_cast<uint64_t>(cgroup.number);
    return call<Pid>(__NR_clone3, &arguments, sizeof arguments);
}

Result<Pid> fork_sibling(int *pid)
{
    return clone(CLONE_PARENT | CLONE_PARENT_SETTID, pid);
}

} // namespace sys
