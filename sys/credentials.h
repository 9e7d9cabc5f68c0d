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

/// Gets the supplementary groups, `count` of them at most, and returns their number, getgroups(2).
/// EINVAL: there are more.
inline Result<long> groups(uint32_t *groups, size_t count)
{
    return call<long>(arch::getgroups_number, count, groups);
}

/// Three of the sets of capabilities, each a bit, capget(2).
struct Capabilities {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
};

Result<void> capabilities(Capabilities &sets);

/// Sets them, capset(2). EPERM: some are not permitted, or may not become inheritable.
Result<void> set_capabilities(const Capabilities &sets);

/// The number of capabilities that the interface has room for.
inline constexpr unsigned capability_count = 64;

/// PR_CAPBSET_READ: 1 if the bounding set has `capability`. EINVAL: the kernel does not know it.
inline Result<long> is_bounding(unsigned capability)
{
    return call<long>(__NR_prctl, PR_CAPBSET_READ, capability, 0, 0, 0);
}

/// Drops it from the bounding set. EPERM: CAP_SETPCAP is missing.
inline Result<void> drop_bounding(unsigned capability)
{
    return call<void>(__NR_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
}

/// Adds capabilities that are permitted and inheritable to the ambient ones, each a bit. Linux 4.3.
Result<void> set_ambient(uint64_t capabilities);

inline Result<void> clear_ambient()
{
    return call<void>(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/// The SECBIT_ flags, which change what user 0 means, capabilities(7).
inline Result<long> secure_bits()
{
    return call<long>(__NR_prctl, PR_GET_SECUREBITS, 0, 0, 0, 0);
}

/// 1: no program that this process executes gains privileges, PR_SET_NO_NEW_PRIVS.
inline Result<long> no_new_privileges()
{
    return call<long>(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
}

inline Result<void> set_no_new_privileges()
{
    return call<void>(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/// Joins a new session keyring, keyctl(2). ENOSYS: the kernel has no keyrings.
inline Result<void> new_session_keyring()
{
    constexpr int keyctl_join_session_keyring = 1;
    return call<void>(__NR_keyctl, keyctl_join_session_keyring, 0);
}

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
