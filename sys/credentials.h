// SPDX-License-Identifier: Apache-2.0
// Who this process is, and what it may do: credentials(7), capabilities(7).
#pragma once

#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>

#include "call.h"

namespace sys {

/// setuid(2). EINVAL: it has no meaning in this user namespace.
inline Result<void> set_user(uint32_t uid)
{
    return call<void>(arch::setuid_number, uid);
}

/// setgid(2). EINVAL: it has no meaning in this user namespace.
inline Result<void> set_group(uint32_t gid)
{
    return call<void>(arch::setgid_number, gid);
}

/// The supplementary groups, setgroups(2); none: `count` is 0. EPERM also where this user namespace
/// does not allow it, user_namespaces(7).
inline Result<void> set_groups(const uint32_t *groups, size_t count)
{
    return call<void>(arch::setgroups_number, count, groups);
}

/// The effective capabilities, each a bit, capget(2).
Result<void> effective_capabilities(uint64_t &capabilities);

/// Does this process run under a seccomp filter, PR_GET_SECCOMP?
inline bool is_filtered()
{
    const auto mode = call<long>(__NR_prctl, PR_GET_SECCOMP, 0, 0, 0, 0);
    constexpr long mode_filter = 2; // SECCOMP_MODE_FILTER
    return mode && mode.value() == mode_filter;
}

/// Changing from user 0 to another does not take away capabilities, SECBIT_KEEP_CAPS. Until the
/// next exec.
inline Result<void> keep_capabilities()
{
    return call<void>(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

/// The next program has all the capabilities that this one is permitted, whatever its user: they
/// become ambient ones. Linux 4.3.
Result<void> pass_on_capabilities();

} // namespace sys
