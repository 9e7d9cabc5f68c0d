// SPDX-License-Identifier: Apache-2.0
// nsjoin --list: the namespaces of a process, and the caller's beside them.
#pragma once

#include "target.h"

namespace nsjoin {

Failure list(const Target &target);

} // namespace nsjoin
