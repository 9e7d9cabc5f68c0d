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

/// Waits until `fd` takes a line. Meanwhile signals do what they do, also those that are blocked:
/// what wants this process to end ends it. Where that can't be waited for it does not wait.
void wait_for_room(sys::FdRef fd);

/// What --help and --version print. False: it could not be written.
bool print_help();
bool print_version();

/// Facts for --status-fd, a line of JSON each. False: it could not be written.
bool tell_started(sys::FdRef fd, sys::Pid pid);
void tell_failed(sys::FdRef fd, const Failure &failure);
void tell_exited(sys::FdRef fd, sys::WaitStatus status);

} // namespace nsjoin
