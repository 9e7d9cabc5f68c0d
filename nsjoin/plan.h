// SPDX-License-Identifier: Apache-2.0
// Which namespaces are to be joined, and from where.
#pragma once

#include "target.h"

namespace nsjoin {

/// The index in `namespaces` of the user namespace.
constexpr size_t user_namespace = 0;
static_assert(namespaces[user_namespace].flag == CLONE_NEWUSER);

struct Plan {
    /// Those of the target, through its pidfd where the kernel can.
    NamespaceSet from_target;
    /// Those from elsewhere, in the order of `namespaces`.
    sys::Fd files[namespace_count];
    /// All of them.
    NamespaceSet wanted;
    /// The user namespace was asked for, and the caller is in it already.
    bool user_is_shared = false;
};

/// Opens and compares. What the caller is in already is not wanted.
Failure plan(const Options &options, const Target &target, Plan &plan);

/// Takes the namespace `index` off the plan where the caller is in it.
Failure compare(const Options &options, const Target &target, size_t index, Plan &plan);

/// The target's namespace `index`, as a file.
Failure open_from_target(const Target &target, size_t index, sys::Fd &file);

} // namespace nsjoin
