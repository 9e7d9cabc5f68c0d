// SPDX-License-Identifier: Apache-2.0
// What went wrong: a value that every stage returns. Only main gives it its stage, prints it and
// exits with its status.
#pragma once

#include <stdint.h>

#include "sys/result.h"

namespace nsjoin {

/// The stages of a run, in their order, and their names in --status-fd.
enum class Stage : uint8_t {
    parse,
    seal,
    pin,
    read,
    prepare,
    join,
    fork,
    become,
    exec,
    wait,
    list,
    none
};
inline constexpr const char *stage_names[] = {"parse", "seal",   "pin",  "read", "prepare", "join",
                                              "fork",  "become", "exec", "wait", "list"};

constexpr int status_failed = 125;
constexpr int status_not_executable = 126;
constexpr int status_not_found = 127;

/// `nsjoin: TEXT: ERROR (HINT)`. In the text and in the hint, % stands for the subject and & for
/// the detail. All strings last as long as the process: they are literals, arguments or static
/// memory. So a child that is a copy of its parent can pass a cause to it as it is.
struct Cause {
    const char *text;
    const char *subject;
    const char *hint;
    const char *detail;
    sys::Errno error;
    /// None until main sets it.
    Stage stage;
    /// What main exits with.
    uint8_t status;
};

/// None, or its cause. The first failure ends a run, so there is room for one cause in all, and a
/// new failure replaces it. This makes a failure a mere pointer, which is returned in a register.
class [[nodiscard]] Failure {
public:
    constexpr Failure() = default;
    /// Its status is 125. Each is a function of its own, as there are so many callers.
    [[gnu::always_inline]] explicit Failure(const char *text, const char *subject = nullptr)
        : cause_(make(text, subject))
    {
    }
    [[gnu::always_inline]] Failure(const char *text, const char *subject, sys::Errno error)
        : cause_(make(text, subject, error))
    {
    }
    [[gnu::always_inline]] Failure(const char *text, const char *subject, sys::Errno error,
                                   const char *hint, const char *detail = nullptr)
        : cause_(make(text, subject, error, hint, detail))
    {
    }
    [[gnu::always_inline]] explicit Failure(const Cause &cause) : cause_(copy(cause)) {}

    /// Did anything go wrong?
    constexpr explicit operator bool() const { return cause_ != nullptr; }
    /// Only where something did.
    Cause *operator->() const { return cause_; }
    const Cause &operator*() const { return *cause_; }

private:
    static Cause *make(const char *text, const char *subject);
    static Cause *make(const char *text, const char *subject, sys::Errno error);
    static Cause *make(const char *text, const char *subject, sys::Errno error, const char *hint,
                       const char *detail);
    static Cause *copy(const Cause &cause);

    Cause *cause_ = nullptr;
};

/// A failure if the result is one.
Failure check(sys::Result<void> result, const char *text, const char *subject = nullptr);
inline Failure check(sys::Result<long> result, const char *text, const char *subject = nullptr)
{
    return check(result.without_value(), text, subject);
}

} // namespace nsjoin
