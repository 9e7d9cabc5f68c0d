// SPDX-License-Identifier: Apache-2.0
// What only a test case can call. This and main.cpp need Catch2; nothing else in this directory
// does, so that other programs can be linked with it.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <sched.h>

namespace support {

unsigned long both_ways()
{
    constexpr unsigned long becomes = CLONE_NEWUTS;
    constexpr unsigned long waits = CLONE_NEWUTS | CLONE_NEWPID;
    return joinable(native() ? GENERATE_COPY(becomes, waits) : becomes);
}

} // namespace support
