// SPDX-License-Identifier: Apache-2.0
// Why the kernel refused something: what this process lacks. For hints in messages; nothing is
// decided by it.
#pragma once

#include "target.h"

namespace nsjoin {

/// The hint for a call that takes `capability` and was refused: `missing` if this process lacks it,
/// else that a filter or a security module forbids it.
const char *why_refused(unsigned capability, const char *missing);

/// The same for setgroups(2), which a user namespace may deny to all, user_namespaces(7).
const char *why_no_groups();

/// The same for the namespace `file`, which is the one of `index` in the table.
const char *why_not_joined(const Target &target, size_t index, sys::FdRef file);

/// The same for a process that this one may not look into.
const char *why_hidden(const Target &target);

/// The same where it may not take a descriptor of it.
const char *why_not_traced(const Target &target);

} // namespace nsjoin
