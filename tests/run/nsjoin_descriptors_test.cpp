// SPDX-License-Identifier: Apache-2.0
// Which descriptors the command has: 0, 1, 2, those that it was left on purpose, and no other.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;

namespace {

const Words list{"ls", "/proc/self/fd"};

// What `list` shows that nobody has left anything to. One of them is its own.
std::string nothing_left()
{
    return run(list, [] { closefrom(3); }).output;
}

void leave(int number)
{
    dup2(STDIN_FILENO, number);
}

// For --status-fd: no file that the command has as well.
void leave_another(int number)
{
    const int file = open("/dev/zero", O_WRONLY);
    if (file != number) {
        dup2(file, number);
        close(file);
    }
}

void leave_many()
{
    closefrom(3);
    for (int number = 3; number < 100; ++number) {
        leave(number);
    }
    leave_another(9);
    leave(1000);
}

} // namespace

TEST_CASE("everything but 0, 1 and 2 is closed where those inside or another user could take it",
          "[native]")
{
    const Holder holder(joinable(CLONE_NEWNS | CLONE_NEWPID));
    const std::string expected = nothing_left();
    const std::vector<Words> option_lists{
        {}, {"-w/"}, {"--status-fd=9"}, {"--kill-child"}, {"-Um"}, {"-Up"}, {"-Ur"}, {"-UmF"},
    };
    for (const auto &options : option_lists) {
        CAPTURE(options);
        const Answer answer = nsjoin(options + Words{holder.name(), "--"} + list, leave_many);
        CHECK(answer.error.empty());
        CHECK(answer.output == expected);
    }
}

TEST_CASE("everything is closed for another user", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNET);
    const Answer answer = nsjoin(Words{"-S1000", "-n", holder.name(), "--"} + list, leave_many);
    CHECK(answer.error.empty());
    CHECK(answer.output == nothing_left());
}

TEST_CASE("a command of the caller's with the caller's files inherits all", "[native]")
{
    const Holder holder(joinable(CLONE_NEWNET));
    const std::string expected = run(list, leave_many).output;
    const Words net = geteuid() == 0 ? Words{"-n"} : Words{"-Un"};
    CHECK(nsjoin(net + Words{holder.name(), "--"} + list, leave_many).output == expected);
    if (geteuid() == 0) {
        const Words file{"--net=/proc/" + holder.name() + "/ns/net", "--"};
        CHECK(nsjoin(file + list, leave_many).output == expected);
    }
    const Words told = net + Words{"--status-fd=9"};
    CHECK(nsjoin(told + Words{holder.name(), "--"} + list, leave_many).output == nothing_left());
}

TEST_CASE("everything is closed too with the target's environment", "[native]")
{
    const Holder holder(CLONE_NEWNS | both_ways());
    const Answer answer =
        nsjoin(Words{"-e", "--setenv=PATH=/usr/bin:/bin", holder.name(), "--"} + list, leave_many);
    CHECK(answer.error.empty());
    CHECK(answer.output == nothing_left());
}

TEST_CASE("a program that was brought has no descriptor of itself", "[native]")
{
    const Holder holder(joinable(CLONE_NEWNS | both_ways()));
    const Answer answer = nsjoin(Words{"--bring=/bin/ls", holder.name(), "--"} + list, leave_many);
    CHECK(answer.error.empty());
    CHECK(answer.output == nothing_left());
}

TEST_CASE("--keep-fd leaves those open that it names, as they are", "[native]")
{
    const Holder holder(joinable(CLONE_NEWNS | both_ways()));
    const Directory here;
    const std::string kept = here.file("kept", "contents\n");
    const Answer answer =
        nsjoin({"--keep-fd=7", "--keep-fd=42", holder.name(), "--", "sh", "-c",
                "cat <&7; for fd in 3 4 5 6 7 8 9 41 42 43; do "
                "[ -e /proc/self/fd/$fd ] && echo $fd; done; readlink /proc/self/fd/42"},
               [&] {
                   leave_many();
                   dup2(open(kept.c_str(), O_RDONLY | O_CLOEXEC), 7);
               });
    CHECK(answer.error.empty());
    CHECK(answer.output == "contents\n7\n42\n/dev/null\n");
}

TEST_CASE("a descriptor that is not open can't be kept, though nsjoin opens some of its own",
          "[native]")
{
    const Holder holder(both_ways());
    const std::string option = GENERATE(as<std::string>(), "--keep-fd", "--status-fd");
    // --status-fd takes none of 0, 1 and 2, open or not.
    for (int number = option == "--keep-fd" ? 0 : 3; number < 12; ++number) {
        CAPTURE(option, number);
        const Answer answer = nsjoin(
            {option + "=" + std::to_string(number), holder.name(), "--", "echo", "ran"}, [&] {
                closefrom(3);
                close(number);
            });
        CHECK(answer.output.empty());
        if (number != STDERR_FILENO) {
            CHECK(answer.error ==
                  "nsjoin: " + option + ": the descriptor is not open: Bad file descriptor\n");
        }
        CHECK(answer.status == Status{125, 0});
    }
}

TEST_CASE("what is closed of 0, 1 and 2 is so in the command too", "[native]")
{
    // For -e it has to be the target's own mount namespace.
    const Holder holder(CLONE_NEWNS | both_ways());
    for (const Words &options : {Words{}, Words{"--status-fd=8"}, Words{"-e"}}) {
        for (unsigned closed = 0; closed < 8; ++closed) {
            CAPTURE(options, closed);
            Pipe told;
            Child running = start_nsjoin(
                options + Words{"--keep-fd=9", "--setenv=PATH=/usr/bin:/bin", holder.name(), "--",
                                "sh", "-c",
                                "for fd in 0 1 2; do "
                                "if [ -e /proc/self/fd/$fd ]; then echo $fd >&9; fi; done"},
                [&] {
                    give(told.write_end, 9);
                    leave_another(8);
                    for (int number = 0; number < 3; ++number) {
                        if ((closed >> number & 1) != 0) {
                            close(number);
                        }
                    }
                });
            CHECK(running.wait() == Status{0, 0});
            std::string expected;
            for (unsigned number = 0; number < 3; ++number) {
                if ((closed >> number & 1) == 0) {
                    expected += std::to_string(number) + "\n";
                }
            }
            CHECK(told.drain() == expected);
        }
    }
}

TEST_CASE("without a free descriptor nsjoin says so, and runs nothing", "[native]")
{
    const Holder holder(both_ways());
    const Answer answer = nsjoin({holder.name(), "--", "echo", "ran"}, [] {
        const rlimit few{3, 3};
        setrlimit(RLIMIT_NOFILE, &few);
        closefrom(3);
    });
    CHECK(answer.output.empty());
    CHECK(answer.error.rfind("nsjoin: ", 0) == 0);
    CHECK(answer.error.find(": Too many open files\n") == answer.error.find('\n') - 21);
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("however few descriptors are free, it is all or nothing", "[native]")
{
    const Holder holder(both_ways());
    bool has_run = false;
    for (rlim_t limit = 4; limit < 16; ++limit) {
        CAPTURE(limit);
        const Answer answer = nsjoin({holder.name(), "--", "/bin/sh", "-c", ""}, [limit] {
            closefrom(3);
            const rlimit few{limit, limit};
            setrlimit(RLIMIT_NOFILE, &few);
        });
        const bool ran = answer.status.code != 125 && answer.error.rfind("nsjoin: ", 0) != 0;
        CHECK((ran || answer.error.find("Too many open files") != std::string::npos));
        CHECK((ran || answer.status == Status{125, 0}));
        CHECK(ran >= has_run);
        has_run = ran;
    }
    CHECK(has_run);
}
