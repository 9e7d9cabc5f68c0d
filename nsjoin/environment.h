// SPDX-License-Identifier: Apache-2.0
// The environment of the command.
#pragma once

#include "options.h"
#include "sys/text.h"

namespace nsjoin {

/// Makes of `environment`, the caller's, what `options` ask for: that, the target's (`of_target`,
/// as in /proc/PID/environ, ended with a zero) or none, and what --setenv sets. Its strings are
/// those that are there already.
Failure make_environment(const Options &options, sys::TextView of_target,
                         const char *const *&environment);

/// Is the command, as it is given (null: a shell), looked for in the working directory: by a
/// relative path, or by a relative or empty entry of PATH?
bool finds_relatively(const char *command, const char *const *environment);

/// The PATH in which a command is looked for.
const char *search_path(const char *const *environment);

/// The value of `name`, which ends with the '='; null: it is not set.
const char *value_of(const char *const *environment, const char *name);

/// The paths that `name`, which has no slash, may have in the PATH of `environment`.
class Candidates {
public:
    // cppcheck-suppress uninitMemberVar ; a Text begins empty
    Candidates(const char *name, const char *const *environment) : name_(name)
    {
        const char *const path = search_path(environment);
        rest_ = {path, sys::length(path)};
        end_ = path + rest_.size;
    }

    /// The next one, valid until the one after it; empty if it is too long; null: there are no
    /// more.
    const char *next();

private:
    const char *name_;
    sys::TextView rest_;
    /// Null behind the last entry, which may be empty.
    const char *end_;
    sys::Text<> path_;
};

} // namespace nsjoin
