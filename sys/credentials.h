// SPDX-License-Identifier: Apache-2.0
// Who this process is, and what it may do: credentials(7), capabilities(7).
#pragma once

#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

namespace sys {

/// setuid(2). EINVAL: the id is not mapped in this user namespace.
inline Result<void> set_user(uint32_t uid)
{
    return call<void>(arch::setuid_number, uid);
}

/// setgid(2). EINVAL: the id is not mapped in this user namespace.
inline Result<void> set_group(uint32_t gid)
{
    return call<void>(arch::setgid_number, gid);
}

/// Sets the supplementary groups, setgroups(2); a `count` of 0 drops them all. EPERM: also if this
/// user namespace does not allow it, user_namespaces(7).
inline Result<void> set_groups(const uint32_t *groups, size_t count)
{
    return call<void>(arch::setgroups_number, count, groups);
}

/// The effective capabilities, each a bit, capget(2).
Result<void> effective_capabilities(uint64_t &capabilities);

/// True if this process runs under a seccomp filter, PR_GET_SECCOMP.
inline bool is_filtered()
{
    const auto mode = call<long>(__NR_prctl, PR_GET_SECCOMP, 0, 0, 0, 0);
    constexpr long mode_filter = 2; // SECCOMP_MODE_FILTER
    return mode && mode.value() == mode_filter;
}

/// Keeps the capabilities when user 0 becomes another user, until the next exec, SECBIT_KEEP_CAPS.
inline Result<void> keep_capabilities()
{
    return call<void>(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

/// Gives the next program all permitted capabilities of this one, whatever its user: makes them
/// ambient. Linux 4.3.
Result<void> pass_on_capabilities();

} // namespace sys
