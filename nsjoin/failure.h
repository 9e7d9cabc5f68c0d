// SPDX-License-Identifier: Apache-2.0
// What went wrong: a value that every stage returns, and that main turns into one line and a
// status.
#pragma once

#include <stdint.h>

#include "sys/result.h"

namespace nsjoin {

/// The stages of a run, in their order, and what --status-fd calls them.
enum class Stage : uint8_t { parse, seal, pin, read, prepare, join, birth, become, exec };
inline constexpr const char *stage_names[] = {"parse", "seal",  "pin",    "read", "prepare",
                                              "join",  "birth", "become", "exec"};

constexpr int status_failed = 125;
constexpr int status_not_executable = 126;
constexpr int status_not_found = 127;

/// `nsjoin: TEXT SUBJECT: ERROR (HINT)`, all but the text if there are any; a % in the text or in
/// the hint stands for the detail. All of the strings last as long as the process: they are
/// literals, or arguments. So a child that is a copy of its parent can hand a cause to it as it is.
struct Cause {
    const char *text;
    const char *subject;
    const char *hint;
    const char *detail;
    sys::Errno error;
    Stage stage;
    /// What main exits with.
    uint8_t status;
};

/// None, or its cause. As the first one ends a run, there is room for one cause in all: that of a
/// new failure replaces it. This makes a failure a mere pointer, which is returned in a register.
class [[nodiscard]] Failure {
public:
    constexpr Failure() = default;
    Failure(Stage stage, const char *text, const char *subject, sys::Errno error,
            const char *hint = nullptr)
        : cause_(make(stage, text, subject, error, hint))
    {
    }
    explicit Failure(const Cause &cause) : cause_(copy(cause)) {}

    /// Did anything go wrong?
    constexpr explicit operator bool() const { return cause_ != nullptr; }
    /// Only where it did.
    Cause *operator->() const { return cause_; }
    const Cause &operator*() const { return *cause_; }

private:
    static Cause *make(Stage stage, const char *text, const char *subject, sys::Errno error,
                       const char *hint);
    static Cause *copy(const Cause &cause);

    Cause *cause_ = nullptr;
};

} // namespace nsjoin
