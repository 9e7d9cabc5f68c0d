// SPDX-License-Identifier: Apache-2.0
// Errors and signals by name, errno(3) and signal(7).
#pragma once

#include "sys/result.h"
#include "sys/signal.h"

namespace nsjoin {

/// "EPERM"; null for one that is not known here.
const char *error_name(sys::Errno error);
/// "Operation not permitted"; null for one that is not known here.
const char *error_text(sys::Errno error);

/// "SIGTERM"; null for a real-time signal.
const char *signal_name(sys::Signal signal);
/// Of "TERM", "SIGTERM" or "15"; 0: there is no such signal.
int signal_number(const char *text);

} // namespace nsjoin
