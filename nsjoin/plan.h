// SPDX-License-Identifier: Apache-2.0
// Which namespaces are wanted, and from where.
#pragma once

#include "target.h"

namespace nsjoin {

/// The index in `namespaces` of the user namespace.
constexpr size_t user_namespace = 0;
static_assert(namespaces[user_namespace].flag == CLONE_NEWUSER);

/// Made and compared once, and constant from then on.
struct Plan {
    /// Those of the target, through its pidfd where the kernel can.
    NamespaceSet from_target;
    /// Those from elsewhere, and the user namespace in any case, in the order of `namespaces`.
    sys::Fd files[namespace_count];
    /// All of them. What the caller is in already is not among them where joining it again would
    /// change anything that was not asked for by name.
    NamespaceSet wanted;
    /// Those of them that the caller is not in, as far as they were compared: the mount, PID and
    /// user namespaces always are.
    NamespaceSet differing;
    /// They are joined in two steps, join.cpp: before a child is made and its cgroups are entered,
    /// and after.
    NamespaceSet early;
    NamespaceSet late;
    /// The target's user namespace, if that was asked for: joined, or the caller's already.
    bool uses_targets_user = false;
    sys::FileIdentity user = {};
    /// The root directory to go to; none: that of the mount namespace. Opened once, as the target
    /// may change its own.
    sys::Fd root;
    /// The command sees the target's own files: those of its mount namespace, which is not the
    /// caller's, or of its root directory, which is not the caller's. Only there may what comes
    /// from the target, such as a PATH, be used to find files.
    bool sees_target_files = false;
};

/// The namespaces that `options` ask for of the target.
NamespaceSet asked_of_target(const Options &options);

/// Opens the namespaces that are wanted, and compares them with the caller's.
Failure read_namespaces(const Options &options, const Target &target, Plan &plan);

/// Is the caller in the namespace `index` of the target, or in that of `file`, if there is one?
Failure compare(const Options &options, const Target &target, size_t index, sys::FdRef file,
                sys::FileIdentity &theirs, bool &is_shared);

/// The target's namespace `index`, as a file.
Failure open_from_target(const Target &target, size_t index, sys::Fd &file);

/// Fails if the target is not in the user namespace any more that was read. Once in one of its own
/// it can't come back, so looking after something was done is enough.
Failure check_user(const Target &target, const Plan &plan);

} // namespace nsjoin
