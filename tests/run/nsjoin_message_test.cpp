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

TEST_CASE("every mistake in a command line is one line on stderr")
{
    check_mistake({}, "no process given" + usage);
    check_mistake({"-m"},
                  "no process given, which is wanted by a namespace without a file" + usage);
    check_mistake({"--mout", "1"}, "unknown option --mout (did you mean --mount)");
    check_mistake({"--far-from-any", "1"}, "unknown option --far-from-any (see --help)");
    check_mistake({"-mx", "1"}, "unknown option -mx (see --help)");
    check_mistake({"--set=A=b", "1"}, "more than one option begins with --set=A=b (see --help)");
    check_mistake({"1", "--setenv"}, "a value is missing behind --setenv");
    check_mistake({"1", "-S"}, "a value is missing behind -S");
    check_mistake({"--env=yes", "1"}, "no value can be given in --env=yes");
    check_mistake({"--root=", "1"}, "the value is empty in --root=");
    check_mistake({"--kill-child=FAST", "1"}, "not a signal: FAST (such as TERM, SIGTERM or 15)");
    check_mistake({"--setenv=A", "1"}, "not of the form NAME=VALUE: A");
    check_mistake({"0"}, "not a process number: 0 (it is from 1 to 2147483647)");
    check_mistake({"2147483648"}, "not a process number: 2147483648 (it is from 1 to 2147483647)");
    check_mistake({"2147483647"}, "there is no process 2147483647");
    check_mistake(Words{"1"} + Words(257, "--setenv=A=b"), "more than 256 times --setenv, at A=b");
    check_mistake(Words{"1"} + Words(65, "--keep-fd=1"), "more than 64 times --keep-fd, at 1");
    check_mistake({"--net=/no/such/file", "--", "true"},
                  "cannot open /no/such/file: No such file or directory");
    check_mistake({"--net=/dev/null", "--", "true"}, "not a net namespace: /dev/null");
}

TEST_CASE("what a terminal would obey is shown as question marks")
{
    check_mistake({"--\x1b[31m\r\n\t\x7f\x01", "1"}, "unknown option --?[31m????? (see --help)");
    check_mistake({"\x1b]0;title\a"},
                  "not a process number: ?]0;title? (it is from 1 to 2147483647)");
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
    // What is text stays.
    check_mistake({"--\xc3\xa9\xc3\x80\xe2\x82\xac", "1"},
                  "unknown option --\xc3\xa9\xc3\x80\xe2\x82\xac (see --help)");
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
        joinable(CLONE_NEWUTS));
    REQUIRE(eventually([&] { return contents(target.proc("comm")) == "sleep\n"; }));
    if (geteuid() != 0) {
        SKIP_TEST("the target's ids have to be mapped");
    }
    const Answer answer =
        nsjoin({"-e", "-u", std::to_string(target.pid()), "--", "/bin/echo", "ran"}, [] {
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
