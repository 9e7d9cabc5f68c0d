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
/// literals, or arguments. So a child that is a copy of its parent can hand a failure to it as it
/// is.
struct [[nodiscard]] Failure {
    /// None. All else about it is left unset.
    // cppcheck-suppress uninitMemberVar
    Failure() : text(nullptr) {}
    Failure(Stage stage, const char *text, const char *subject, sys::Errno error,
            const char *hint = nullptr);

    /// Did anything go wrong?
    constexpr explicit operator bool() const { return text != nullptr; }

    const char *text;
    const char *subject;
    const char *hint;
    const char *detail;
    sys::Errno error;
    Stage stage;
    /// What main exits with.
    uint8_t status;
};

} // namespace nsjoin
