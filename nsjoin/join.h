// SPDX-License-Identifier: Apache-2.0
// Joining the namespaces that were planned.
#pragma once

#include "plan.h"

namespace nsjoin {

/// Joins all of `which`, a part of the plan, or fails: then nothing must be run.
Failure join(const Options &options, const Target &target, const Plan &plan, NamespaceSet which);

} // namespace nsjoin
