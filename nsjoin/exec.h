// SPDX-License-Identifier: Apache-2.0
// The last stage: this process becomes the command.
#pragma once

#include "failure.h"

namespace nsjoin {

struct Run;

/// Returns a failure or not at all.
Failure exec(const Run &run);

} // namespace nsjoin
