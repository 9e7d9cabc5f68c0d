// SPDX-License-Identifier: Apache-2.0
// Words for people, and facts for programs. Puts together and writes; decides nothing.
#pragma once

#include "failure.h"
#include "options.h"
#include "sys/file.h"
#include "sys/process.h"

namespace nsjoin {

/// One line on stderr, which begins with `prefix`. What is not printable in it is shown as a
/// question mark, what is long is cut.
void print_failure(const Failure &failure, const char *prefix = "nsjoin: ");

enum class Patience { none, until_signal };

/// Does `fd` take a line, or does it after a while? Meanwhile signals do what they do, also those
/// that are blocked: what wants this process to end ends it. True where that can't be found out.
bool has_room(sys::FdRef fd, Patience patience);

/// What --help and --version print. False: it could not be written.
bool print_help();
bool print_version();

/// Facts for --status-fd, a line of JSON each. False: it could not be written.
bool tell_started(sys::FdRef fd, sys::Pid pid);
void tell_failed(sys::FdRef fd, const Failure &failure);
void tell_exited(sys::FdRef fd, sys::WaitStatus status);

} // namespace nsjoin
