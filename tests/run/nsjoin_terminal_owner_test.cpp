// SPDX-License-Identifier: Apache-2.0
// --pty: the new terminal belongs to who the command runs as.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <cstdlib>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

const Words look{"--", "sh", "-c",
                 "echo a >/dev/tty; echo b >/proc/self/fd/1; stat -Lc %u /proc/self/fd/0"};

void check_owner(const Words &arguments, const std::string &owner)
{
    CAPTURE(arguments);
    const Answer answer = nsjoin(arguments + look);
    CHECK(answer.error.empty());
    // The end of the input, which is typed, may be echoed.
    std::string output;
    for (const char byte : answer.output) {
        output += byte == '\r' || byte == '\b' ? "" : std::string(1, byte);
    }
    while (output.rfind("^D", 0) == 0) {
        output.erase(0, 2);
    }
    CHECK(output == "a\nb\n" + owner + "\n");
    CHECK(answer.status == Status{0, 0});
}

} // namespace

TEST_CASE("the new terminal belongs to the user that the command is", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(both_ways());
    check_owner({"--pty", "-S", "4321", "-G", "4321", holder.name()}, "4321");
    check_owner({"--pty", "-S", "4321", holder.name()}, "4321");
    Held held;
    held.owner = 4321;
    const Holder process(0, held);
    check_owner({"--pty", "-S", "follow", "-G", "follow", process.name()}, "4321");
}

TEST_CASE("the new terminal belongs to the user of the user namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = 65534;
    held.ids = "0 100000 65536\n";
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID, held);
    check_owner({"--pty", holder.name()}, "0");
    check_owner({"--pty", "-S", "1000", "-G", "1000", holder.name()}, "1000");
}

TEST_CASE("without another user the new terminal is the caller's", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS | CLONE_NEWPID));
    check_owner({"--pty", holder.name()}, "0");
}
