// SPDX-License-Identifier: Apache-2.0
// What nsjoin says: one line for each mistake, which shows a terminal nothing but text.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <fcntl.h>
#include <numeric>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;

namespace {

void check_mistake(const Words &arguments, const std::string &line)
{
    CAPTURE(arguments);
    const Answer answer = nsjoin(arguments);
    CHECK(answer.output.empty());
    CHECK(answer.error == "nsjoin: " + line + "\n");
    CHECK(answer.status == Status{125, 0});
}

const std::string usage = " (nsjoin <pid> -- command)";

} // namespace

TEST_CASE("a value behind a space is told from a second process", "[native]")
{
    check_mistake({"--kill-child", "15", "4113"},
                  "more than one process given: 15 and 4113 (write --kill-child=15)");
}

TEST_CASE("every mistake in a command line is one line on stderr")
{
    check_mistake({}, "no process given" + usage);
    check_mistake({"-m"}, "no process given; one is needed for -m" + usage);
    check_mistake({"--mout", "1"}, "unknown option --mout (did you mean --mount?)");
    check_mistake({"--far-from-any", "1"}, "unknown option --far-from-any (see --help)");
    check_mistake({"-mx", "1"}, "unknown option -x in -mx (see --help)");
    check_mistake({"-m\x1b", "1"}, "unknown option -? in -m? (see --help)");
    check_mistake({"--set=A=b", "1"}, "ambiguous option --set=A=b (it can be --setuid, --setgid)");
    check_mistake({"1", "--setenv"}, "a value is missing after --setenv");
    check_mistake({"1", "-S"}, "a value is missing after -S");
    check_mistake({"--env=yes", "1"}, "this option takes no value: --env=yes");
    check_mistake({"--root=", "1"}, "the value is empty: --root=");
    check_mistake({"--kill-child=FAST", "1"}, "unknown signal: FAST (examples: TERM, SIGTERM, 15)");
    check_mistake({"--setenv=A", "1"}, "invalid variable: A (expected <name>=<value>)");
    // An empty word is quoted, so that it is seen.
    check_mistake({""}, "'' is not a process ID" + usage);
    check_mistake({"--target="}, "'' is not a process ID (expected 1 to 2147483647)");
    check_mistake({"--net", "/run/netns/x", "true"},
                  "/run/netns/x is not a process ID (write --net=/run/netns/x)");
    check_mistake({"0"}, "0 is not a process ID (expected 1 to 2147483647)");
    check_mistake({"2147483648"}, "2147483648 is not a process ID (expected 1 to 2147483647)");
    check_mistake({"2147483647"}, "there is no process 2147483647");
    check_mistake(Words{"1"} + Words(257, "--setenv=A=b"), "more than 256 --setenv options: A=b");
    check_mistake(Words{"1"} + Words(65, "--keep-fd=1"), "more than 64 --keep-fd options: 1");
    check_mistake({"--net=/no/such/file", "--", "true"},
                  "cannot open /no/such/file: No such file or directory");
    check_mistake({"--net=/dev/null", "--", "true"}, "/dev/null is not a net namespace");
}

TEST_CASE("what a terminal would obey is shown as question marks")
{
    check_mistake({"--\x1b[31m\r\n\t\x7f\x01", "1"}, "unknown option --?[31m????? (see --help)");
    check_mistake({"\x1b]0;title\a"}, "?]0;title? is not a process ID" + usage);
    // Escape sequences as 8-bit terminals have them, and as UTF-8 ones do.
    check_mistake({"--\x9b"
                   "31m",
                   "1"},
                  "unknown option --?31m (see --help)");
    check_mistake({"--\xc2\x9b"
                   "31m",
                   "1"},
                  "unknown option --\xc2?31m (see --help)");
    check_mistake({"--\xff\x1b[31m", "1"}, "unknown option --\xff?[31m (see --help)");
    // Behind other bytes as well, where they may be part of a letter: terminals of 8 bits exist.
    check_mistake({"--\xe2\x9b\x9b"
                   "31m",
                   "1"},
                  "unknown option --\xe2??31m (see --help)");
    check_mistake({"--\xc3\x80\xe2\x82\xac\xf0\x9f\x98\x80", "1"},
                  "unknown option --\xc3?\xe2?\xac\xf0??? (see --help)");
    for (int byte = 0x80; byte < 0xa0; ++byte) {
        for (const std::string before : {"", "a", "\xc2", "\xc3", "\xe2", "\xff", "\xa0"}) {
            check_mistake({"--" + before + static_cast<char>(byte) + "31m", "1"},
                          "unknown option --" + before + "?31m (see --help)");
        }
    }
    // What is text otherwise stays.
    check_mistake({"--\xc3\xa9\xc3\xbc\xe4\xb8\xad", "1"},
                  "unknown option --\xc3\xa9\xc3\xbc\xe4\xb8\xad (see --help)");
}

TEST_CASE("what is long is cut")
{
    check_mistake({"--" + std::string(254, 'a'), "1"},
                  "unknown option --" + std::string(254, 'a') + " (see --help)");
    check_mistake({"--" + std::string(255, 'a'), "1"},
                  "unknown option --" + std::string(254, 'a') + "... (see --help)");
    check_mistake({"--" + std::string(100'000, 'a'), "1"},
                  "unknown option --" + std::string(254, 'a') + "... (see --help)");
}

TEST_CASE("the status is the same where the message can't be written")
{
    enum class Stderr { closed, full, broken_pipe };
    const auto kind = GENERATE(Stderr::closed, Stderr::full, Stderr::broken_pipe);
    const Holder holder(both_ways());
    CAPTURE(static_cast<int>(kind));
    const auto spoil = [kind] {
        close(STDERR_FILENO);
        if (kind == Stderr::full) {
            open("/dev/full", O_WRONLY);
        }
        if (kind == Stderr::broken_pipe) {
            int ends[2];
            if (pipe(ends) == 0) {
                dup2(ends[1], STDERR_FILENO);
                close(ends[0] == STDERR_FILENO ? -1 : ends[0]);
            }
        }
    };
    CHECK(nsjoin({"--nonsense"}, spoil).status == Status{125, 0});
    CHECK(nsjoin({holder.name(), "--", "/no/such/command"}, spoil).status == Status{127, 0});
    CHECK(nsjoin({holder.name(), "--", "/"}, spoil).status == Status{126, 0});
}

TEST_CASE("5,000 arguments arrive, and one MiB of them")
{
    const Holder holder(both_ways());
    const std::string count = "n=0; for each; do n=$((n + ${#each})); done; echo $# $n";
    const Words command{holder.name(), "--", "sh", "-c", count, "sh"};
    CHECK(nsjoin(command + Words(5000, "ab")).output == "5000 10000\n");
    CHECK(nsjoin(command + Words(10, std::string(100 << 10, 'a'))).output == "10 1024000\n");
    // As long as the kernel takes: MAX_ARG_STRLEN, execve(2), with its end.
    if (sysconf(_SC_PAGESIZE) == 4096) {
        CHECK(nsjoin(command + Words{std::string((128 << 10) - 1, 'a')}).output == "1 131071\n");
    }
}

TEST_CASE("more than the kernel takes is said, and no command runs", "[native]")
{
    // A target whose environment does not fit into what this caller may pass on.
    const std::string value = "V=" + std::string(100 << 10, 'v');
    const std::vector<const char *> environment{value.c_str(), value.c_str(), value.c_str(),
                                                nullptr};
    const Child target = Child::calling(
        [&]() -> int {
            execute({"/bin/sleep", "1000"}, &environment);
        },
        joinable(CLONE_NEWUTS | CLONE_NEWNS));
    REQUIRE(eventually([&] { return contents(target.proc("comm")) == "sleep\n"; }));
    if (geteuid() != 0) {
        SKIP_TEST("the target's ids have to be mapped");
    }
    const Answer answer =
        nsjoin({"-e", "-m", std::to_string(target.pid()), "--", "/bin/echo", "ran"}, [] {
            const rlimit half_a_mebibyte{512 << 10, 512 << 10};
            setrlimit(RLIMIT_STACK, &half_a_mebibyte);
        });
    CHECK(answer.output.empty());
    CHECK(answer.error == "nsjoin: cannot execute /bin/echo: Argument list too long\n");
    CHECK(answer.status == Status{126, 0});
}

TEST_CASE("--help and --version go to stdout")
{
    for (const std::string option : {"-h", "--help"}) {
        const Answer answer = nsjoin({option});
        CHECK(answer.output.rfind("usage: nsjoin [options] <pid>", 0) == 0);
        CHECK(answer.output.find("\n  -t, --target=<pid>[:<inode>]  ") != std::string::npos);
        CHECK(answer.error.empty());
        CHECK(answer.status == Status{0, 0});
    }
    for (const std::string option : {"-V", "--version"}) {
        const Answer answer = nsjoin({option});
        CHECK(answer.output == "nsjoin " VERSION "\n");
        CHECK(answer.error.empty());
        CHECK(answer.status == Status{0, 0});
    }
}

TEST_CASE("--help and --version fail where nobody can read them")
{
    const std::string option = GENERATE(as<std::string>(), "--help", "--version");
    const bool is_open = GENERATE(true, false);
    const Answer answer = nsjoin({option}, [is_open] {
        close(STDOUT_FILENO);
        if (is_open) {
            open("/dev/full", O_WRONLY);
        }
    });
    CHECK(answer.status == Status{125, 0});
}
