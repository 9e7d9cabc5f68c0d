// SPDX-License-Identifier: Apache-2.0
// The last stage: this process becomes the command.
#pragma once

#include "options.h"
#include "prepare.h"

namespace nsjoin {

/// Returns a failure or not at all. `environment` is the caller's.
Failure exec(const Options &options, const Outside &outside, const char *const *environment);

} // namespace nsjoin
