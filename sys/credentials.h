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
