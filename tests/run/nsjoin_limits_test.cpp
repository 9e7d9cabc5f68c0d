// SPDX-License-Identifier: Apache-2.0
// Limits of the caller's, setrlimit(2): nsjoin works with them or says why not, and neither dies of
// them nor passes for a command that did. The command has them as they are.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;

std::function<void()> limited(int resource, rlim_t limit)
{
    return [=] {
        const rlimit both{limit, limit};
        if (setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) {
            _exit(98);
        }
    };
}

// It ran, and all is well; or it did not, and the reason is said. Returns whether it ran.
bool check_runs_or_says_why(const Answer &answer, const std::string &output)
{
    CAPTURE(answer.output, answer.error, answer.status);
    if (answer.status == Status{0, 0}) {
        CHECK(answer.output == output);
        CHECK(answer.error.empty());
        return true;
    }
    CHECK(answer.output.empty());
    CHECK(is_one_line(answer.error));
    CHECK(answer.status == Status{125, 0});
    return false;
}

unsigned long sealed_ways()
{
    return joinable(CLONE_NEWNS | GENERATE(0UL, static_cast<unsigned long>(CLONE_NEWPID)));
}

} // namespace

TEST_CASE("a limit of the size of files does not kill nsjoin", "[native]")
{
    const Holder holder(sealed_ways());
    const Directory here;
    for (const rlim_t limit : {0UL, 1UL, 512UL, 1024UL, 4096UL, 16384UL, 32768UL, 65536UL}) {
        CAPTURE(limit);
        for (const Words &options : {Words{}, Words{"--kill-child"},
                                     Words{"--bring=" + pause_path()}, Words{"--bring=/bin/sh"}}) {
            CAPTURE(options);
            const bool brings = !options.empty() && options[0].rfind("--bring=/bin/sh", 0) == 0;
            const Words command =
                brings ? Words{"sh", "-c", "echo pause " VERSION} : Words{pause_path(), "-V"};
            check_runs_or_says_why(nsjoin(options + Words{holder.name(), "--"} + command,
                                          limited(RLIMIT_FSIZE, limit)),
                                   "pause " VERSION "\n");
        }
    }
}

TEST_CASE("a limit of the size of files does not kill nsjoin where it writes to one", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string file = here.file("file", "full");
    const auto appending = [&](int as) {
        return [&, as] {
            dup2(open(file.c_str(), O_WRONLY | O_APPEND), as);
            limited(RLIMIT_FSIZE, 4)();
        };
    };
    // Its messages, those of --help, and its events.
    CHECK(nsjoin({"--nonsense"}, appending(STDERR_FILENO)).status == Status{125, 0});
    CHECK(nsjoin({holder.name(), "--", "/no/such/command"}, appending(STDERR_FILENO)).status ==
          Status{127, 0});
    CHECK(nsjoin({"--help"}, appending(STDOUT_FILENO)).status == Status{125, 0});
    const Answer told = nsjoin({"--status-fd=9", holder.name(), "--", "echo", "ran"}, appending(9));
    check_runs_or_says_why(told, "ran\n");
    CHECK(contents(file) == "full");
}

TEST_CASE("the command has the limit of the size of files, and the signal that it sends",
          "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string file = here.file("file", "");
    constexpr rlim_t limit = 1 << 20;
    const Answer said =
        nsjoin({holder.name(), "--", "sh", "-c", "ulimit -f"}, limited(RLIMIT_FSIZE, limit));
    CHECK(said.output == std::to_string(limit / 512) + "\n");
    const Answer answer =
        nsjoin({holder.name(), "--", "sh", "-c", "exec head -c 2000000 /dev/zero >" + file}, [&] {
            limited(RLIMIT_CORE, 0)();
            limited(RLIMIT_FSIZE, limit)();
        });
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, SIGXFSZ});
    CHECK(contents(file).size() == limit);
}

TEST_CASE("with little address space nsjoin works or says why not", "[native]")
{
    const Holder holder(sealed_ways());
    // With less the kernel can't start nsjoin: it is asked for the version, which takes nothing.
    rlim_t least = 64 << 10;
    while (nsjoin({"--version"}, limited(RLIMIT_AS, least)).status != Status{0, 0}) {
        least += 4 << 10;
        REQUIRE(least < 4 << 20);
    }
    bool ran = false;
    for (rlim_t limit = least; limit <= least + (512 << 10); limit += 16 << 10) {
        CAPTURE(limit);
        ran = check_runs_or_says_why(
            nsjoin({holder.name(), "--", pause_path(), "-V"}, limited(RLIMIT_AS, limit)),
            "pause " VERSION "\n");
    }
    CHECK(ran);
}

TEST_CASE("with three descriptors nsjoin works or says why not, whatever it is to do", "[native]")
{
    const Holder holder(sealed_ways());
    for (const Words &options :
         {Words{}, Words{"-e"}, Words{"-w"}, Words{"-r"}, Words{"-c"}, Words{"--kill-child"},
          Words{"--bring=" + pause_path()}, Words{"--pty"}, Words{"-u"}}) {
        for (const rlim_t limit : {0UL, 1UL, 2UL, 3UL, 4UL, 5UL, 6UL}) {
            CAPTURE(options, limit);
            check_runs_or_says_why(nsjoin(options + Words{"--setenv=PATH=/usr/bin:/bin",
                                                          holder.name(), "--", pause_path(), "-V"},
                                          [&] {
                                              closefrom(3);
                                              limited(RLIMIT_NOFILE, limit)();
                                          }),
                                   "pause " VERSION "\n");
        }
    }
}

TEST_CASE("without a process to be had nsjoin works or says why not", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root, to be a user who has no other processes");
    }
    Held held;
    held.owner = nobody;
    const unsigned long namespaces =
        CLONE_NEWUTS | GENERATE(0UL, static_cast<unsigned long>(CLONE_NEWPID));
    const Holder theirs(namespaces | CLONE_NEWUSER, held);
    for (const rlim_t limit : {0UL, 1UL, 2UL, 3UL}) {
        CAPTURE(limit, namespaces);
        check_runs_or_says_why(nsjoin_as(nobody, {theirs.name(), "--", "/bin/echo", "ran"},
                                         limited(RLIMIT_NPROC, limit)),
                               "ran\n");
        check_runs_or_says_why(nsjoin_as(nobody, {"--pty", theirs.name(), "--", "/bin/echo", "ran"},
                                         limited(RLIMIT_NPROC, limit)),
                               "ran\r\n");
    }
}

TEST_CASE("a user who may have no more processes gets none, and is told so", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("only root becomes another user");
    }
    const Holder holder(both_ways());
    const Answer answer =
        nsjoin({"-S", "4242", holder.name(), "--", "/bin/echo", "ran"}, limited(RLIMIT_NPROC, 0));
    CAPTURE(answer.error, answer.status);
    if (answer.status == Status{0, 0}) {
        CHECK(answer.output == "ran\n");
    } else {
        CHECK(is_one_line(answer.error));
        CHECK(answer.error.find("Resource temporarily unavailable") != std::string::npos);
        CHECK((answer.status == Status{125, 0} || answer.status == Status{126, 0}));
    }
}
