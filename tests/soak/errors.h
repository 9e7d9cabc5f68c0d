// SPDX-License-Identifier: Apache-2.0
// System calls and how they can fail.
#pragma once

#include <vector>

namespace soak {

struct CallErrors {
    long number;
    const char *name;
    /// Each that its man page lists in the section ERRORS. Not ERESTARTNOINTR, which only tracers
    /// see.
    std::vector<int> errors;
};

/// Of every call that nsjoin makes; null: of this one nothing is known.
const CallErrors *errors_of(long number);

} // namespace soak
