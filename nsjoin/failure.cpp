// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

namespace nsjoin {

namespace {

constinit Cause the_cause = {};

} // namespace

// Not inline, as it is called all over the place.
Cause *Failure::make(Stage stage, const char *text, const char *subject, sys::Errno error,
                     const char *hint)
{
    the_cause = {text, subject, hint, nullptr, error, stage, status_failed};
    return &the_cause;
}

Cause *Failure::copy(const Cause &cause)
{
    the_cause = cause;
    return &the_cause;
}

} // namespace nsjoin
