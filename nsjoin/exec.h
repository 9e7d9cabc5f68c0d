// SPDX-License-Identifier: Apache-2.0
// The last stage: this process becomes the command.
#pragma once

#include "options.h"
#include "prepare.h"

namespace nsjoin {

/// Returns a failure or not at all.
Failure exec(const Options &options, const Outside &outside);

} // namespace nsjoin
