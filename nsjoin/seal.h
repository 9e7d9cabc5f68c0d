// SPDX-License-Identifier: Apache-2.0
// Takes the host's program file out of the reach of the processes inside.
#pragma once

#include "options.h"
#include "sys/start.h"

namespace nsjoin {

/// From then on /proc/PID/exe of this process, and of the children that it makes, is nothing that
/// can be written. Does nothing where `options` can't let those inside see this process. May begin
/// the program anew, from a copy, so nothing may have been opened before.
Failure seal(const Options &options, const sys::InitialStack &initial);

} // namespace nsjoin
