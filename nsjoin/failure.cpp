// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

namespace nsjoin {

namespace {

constinit Cause the_cause = {};

} // namespace

Cause *Failure::make(const char *text, const char *subject, sys::Errno error, const char *hint,
                     const char *detail)
{
    the_cause = {text, subject, hint, detail, error, Stage::none, status_failed};
    return &the_cause;
}

Cause *Failure::make(const char *text, const char *subject, sys::Errno error)
{
    return make(text, subject, error, nullptr, nullptr);
}

Cause *Failure::make(const char *text, const char *subject)
{
    return make(text, subject, sys::Errno::none);
}

Cause *Failure::copy(const Cause &cause)
{
    the_cause = cause;
    return &the_cause;
}

Failure check(sys::Result<void> result, const char *text, const char *subject)
{
    return result ? Failure() : Failure(text, subject, result.error());
}

} // namespace nsjoin
