// SPDX-License-Identifier: Apache-2.0
// Takes the host's binary out of the reach of the processes inside.
#pragma once

#include "failure.h"
#include "sys/start.h"

namespace nsjoin {

/// From then on /proc/PID/exe of this process, and of the child that it makes, is nothing that
/// could be written. May begin the program anew, from a copy.
Failure seal(const sys::InitialStack &initial);

} // namespace nsjoin
