// SPDX-License-Identifier: Apache-2.0
// What the process that becomes the command changes in itself, once it is inside.
#pragma once

#include "prepare.h"

namespace nsjoin {

/// Root, working directory, security context, descriptors, ids, capabilities. `joined`: the
/// namespaces entered; `failures`: what stays open until exec, or none.
Failure become(const Options &options, const Target &target, NamespaceSet joined,
               const Outside &outside, sys::FdRef failures);

} // namespace nsjoin
