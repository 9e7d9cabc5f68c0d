// SPDX-License-Identifier: Apache-2.0
// What the command inherits of the caller's open files: 0, 1, 2 and those it is to keep.
#pragma once

#include "target.h"

namespace nsjoin {

/// Are the descriptors that `options` name open? Before anything else is opened, as else one of
/// ours could have the number.
Failure check_descriptors(const Options &options);

/// All others, those that were inherited as well, will be closed on exec.
Failure close_others(const Options &options, const Target &target);

} // namespace nsjoin
