// SPDX-License-Identifier: Apache-2.0
// Stopping another process and reading its seccomp filters, ptrace(2). All of it takes a PID, so
// the caller has to know that the PID is still that process's.
#pragma once

#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>

#include "process.h"

namespace sys {

inline Result<long> trace(long request, Pid pid, unsigned long address, unsigned long data)
{
    return call<long>(__NR_ptrace, request, static_cast<int>(pid), address, data);
}

/// Starts to trace a process, without stopping it. If this process ends, the kernel stops tracing
/// it and lets it run on. EPERM: it is traced already, or this process may not trace it.
inline Result<long> seize(Pid pid)
{
    return trace(PTRACE_SEIZE, pid, 0, 0);
}

/// Stops it: wait_now() finds it stopped soon. A signal that reaches it before that stops it too,
/// and has to be passed to detach().
inline Result<long> interrupt(Pid pid)
{
    return trace(PTRACE_INTERRUPT, pid, 0, 0);
}

/// Lets a stopped process run on with `signal`, 0 for none, and stops tracing it. A process that
/// was stopped before stays so.
inline Result<long> detach(Pid pid, Signal signal)
{
    constexpr long ptrace_detach = 17; // PTRACE_DETACH
    return trace(ptrace_detach, pid, 0, static_cast<unsigned long>(signal));
}

/// Reads the seccomp filter `index` of a stopped process into `instructions`, BPF_MAXINSNS of them
/// at most, and returns their number. 0 is the oldest. Linux 4.4 with CONFIG_CHECKPOINT_RESTORE.
/// ENOENT: there are fewer. EACCES: CAP_SYS_ADMIN is missing in the initial user namespace, or this
/// process is under a filter itself.
inline Result<long> read_filter(Pid pid, unsigned long index, sock_filter *instructions)
{
    return trace(PTRACE_SECCOMP_GET_FILTER, pid, index,
                 reinterpret_cast<unsigned long>(instructions));
}

/// Its flags, SECCOMP_FILTER_FLAG_LOG or none, Linux 4.16.
inline Result<long> read_filter_flags(Pid pid, unsigned long index, uint64_t &flags)
{
    uint64_t metadata[2] = {index, 0};
    const auto size = trace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof metadata,
                            reinterpret_cast<unsigned long>(metadata));
    flags = metadata[1];
    return size;
}

/// Installs a filter on this process, seccomp(2). EACCES: neither no_new_privs nor CAP_SYS_ADMIN.
inline Result<void> install_filter(const sock_filter *instructions, size_t count,
                                   unsigned long flags)
{
    struct {
        unsigned short count;
        const sock_filter *instructions;
    } const program = {static_cast<unsigned short>(count), instructions};
    const auto installed = call<void>(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    // An older filter may allow only the older call, which has no flags.
    return installed || flags != 0
               ? installed
               : call<void>(__NR_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

} // namespace sys
