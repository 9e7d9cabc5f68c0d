// SPDX-License-Identifier: Apache-2.0
// Joining the namespaces that were planned.
#pragma once

#include "plan.h"

namespace nsjoin {

/// All of `which` or a failure, after which nothing must be run.
Failure join(const Options &options, const Target &target, NamespaceSet which, Plan &plan);

} // namespace nsjoin
