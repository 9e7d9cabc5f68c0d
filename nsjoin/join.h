// SPDX-License-Identifier: Apache-2.0
// Which namespaces, from where; and joining them.
#pragma once

#include "target.h"

namespace nsjoin {

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

/// All of `which` or a failure, after which nothing must be run.
Failure join(const Options &options, const Target &target, NamespaceSet which, Plan &plan);

} // namespace nsjoin
