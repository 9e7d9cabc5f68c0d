// SPDX-License-Identifier: Apache-2.0
#include "sys/result.h"
#include "tests/support/catch.h"

#include <cerrno>

using namespace sys;

TEST_CASE("a result from zero up is a value")
{
    const auto raw = GENERATE(0L, 1L, 4095L, 4096L, 0x7fffffffL);
    const Result<long> result(raw);
    REQUIRE(result);
    CHECK(result.value() == raw);
}

TEST_CASE("a result from -4095 to -1 is an errno")
{
    const auto error = GENERATE(1, EINTR, EPERM, 4095);
    const Result<void> result(-error);
    REQUIRE(!result);
    CHECK(static_cast<int>(result.error()) == error);
}
