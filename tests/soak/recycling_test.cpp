// SPDX-License-Identifier: Apache-2.0
// Process numbers that are used again at once, by processes in other namespaces, while nsjoin joins
// by number. In a PID namespace of its own, with as few numbers as can be: pid_namespaces(7).
#include "tests/soak/scenes.h"
#include "tests/soak/town.h"
#include "tests/support/catch.h"

#include <iostream>
#include <unistd.h>

using namespace support;
using namespace soak;

TEST_CASE("a number that is used again never leads into a wrong namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    constexpr int joins = 100'000;
    Count count;
    const std::string wrong = run_town(joins, count);
    std::cout << count.ran + count.refused << " joins by number: " << count.ran
              << " ran in the namespaces of one process that had the number, " << count.refused
              << " ended with 125; the number was used " << count.processes << " times; "
              << count.certain << " ran by number and inode" << std::endl;
    CHECK(wrong.empty());
    if (!wrong.empty()) {
        FAIL(wrong);
    }
    CHECK(count.ran + count.refused == joins);
    // Else it shows nothing.
    CHECK(count.processes > 1000);
    CHECK(count.ran > joins / 100);
    CHECK(count.certain > 0);
    CHECK(count.refused > joins / 100);
}
