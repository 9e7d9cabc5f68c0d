// SPDX-License-Identifier: Apache-2.0
// The command can't write to --status-fd: what is told there is nsjoin's alone.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string forged = R"({"event":"exited","status":0})";

// The command, if it runs, writes an event of its own wherever it can.
Words and_forge(const Words &options, const Holder &holder)
{
    return options + Words{holder.name(), "--", "sh", "-c",
                           "for fd in 0 1 2 7 8 9; do echo '" + forged +
                               "' >/proc/self/fd/$fd; done 2>/dev/null; exit 3"};
}

void check_refused(const Words &arguments, const std::string &word,
                   const std::function<void(Pipe &)> &before_exec)
{
    CAPTURE(arguments);
    Pipe told;
    const Answer answer = nsjoin(arguments, [&] { before_exec(told); });
    CHECK(answer.error.find(word) != std::string::npos);
    CHECK(answer.output.find("exited") == std::string::npos);
    CHECK(answer.status == Status{125, 0});
    CHECK(told.drain().find("exited") == std::string::npos);
}

} // namespace

TEST_CASE("--status-fd can't be what the command has as 0, 1 or 2")
{
    const Holder holder(both_ways());
    for (const std::string number : {"0", "1", "2"}) {
        CAPTURE(number);
        const Answer answer = nsjoin(and_forge({"--status-fd=" + number}, holder));
        CHECK(answer.output.find("exited") == std::string::npos);
        CHECK(answer.status == Status{125, 0});
        const Answer split = nsjoin(and_forge({"--status-fd", number}, holder));
        CHECK(split.output.find("exited") == std::string::npos);
        CHECK(split.status == Status{125, 0});
    }
}

TEST_CASE("--status-fd can't be one that --keep-fd leaves to the command")
{
    const Holder holder(both_ways());
    for (const Words &options :
         {Words{"--status-fd=9", "--keep-fd=9"}, Words{"--keep-fd=9", "--status-fd=9"},
          Words{"--keep-fd=7", "--keep-fd=9", "--keep-fd=8", "--status-fd=9"}}) {
        check_refused(and_forge(options, holder), "status", [](const Pipe &told) {
            give(told.write_end, 7);
            give(told.write_end, 8);
            give(told.write_end, 9);
        });
    }
}

TEST_CASE("--status-fd can't be what the command has under another number", "[native]")
{
    const Holder holder(both_ways());
    for (const int number : {0, 1, 2, 7}) {
        const Words options =
            number == 7 ? Words{"--status-fd=9", "--keep-fd=7"} : Words{"--status-fd=9"};
        const auto duplicate = [number](const Pipe &told) {
            give(told.write_end, 9);
            give(told.write_end, number);
        };
        const std::string word = number == 2 ? "" : "status";
        check_refused(and_forge(options, holder), word, duplicate);
        // Also where the kernel does not compare them.
        for (const int error : {ENOSYS, EPERM}) {
            check_refused(and_forge(options, holder), word, [&](const Pipe &told) {
                duplicate(told);
                refuse({SYS_kcmp}, error);
            });
        }
    }
}

TEST_CASE("a --status-fd that the command does not get may be open under other numbers", "[native]")
{
    const Holder holder(both_ways());
    Pipe told;
    const Answer answer = nsjoin(and_forge({"--status-fd=9"}, holder), [&] {
        give(told.write_end, 7);
        give(told.write_end, 8);
        give(told.write_end, 9);
    });
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{3, 0});
    const std::string lines = told.drain();
    CHECK(lines.find("\"event\":\"started\"") != std::string::npos);
    CHECK(lines.find(forged) == std::string::npos);
    CHECK(lines.find(R"({"event":"exited","status":3})") != std::string::npos);
}

TEST_CASE("--status-fd can't be where the terminal of --pty is carried to", "[native]")
{
    const Holder holder(joinable(CLONE_NEWPID));
    check_refused(and_forge({"--pty", "--status-fd=9"}, holder), "status", [](const Pipe &told) {
        give(told.write_end, 9);
        give(told.write_end, STDOUT_FILENO);
    });
}
