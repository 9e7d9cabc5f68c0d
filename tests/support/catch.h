// SPDX-License-Identifier: Apache-2.0
// Catch2, whichever version the distribution has, and skipping, which version 2 lacks.
#pragma once

#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

namespace support {

/// Marks the running test case as one that can't run here. Only by SKIP_TEST.
void skip(const std::string &why);

} // namespace support

/// Ends the test case, says why, and has it counted as skipped. In the test case's own body.
#define SKIP_TEST(why)                                                                             \
    do {                                                                                           \
        support::skip(why);                                                                        \
        return;                                                                                    \
    } while (false)
