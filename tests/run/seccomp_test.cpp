// SPDX-License-Identifier: Apache-2.0
// pause under filters on its system calls: the one that its man page gives, and those that refuse.
#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <signal.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace support;

namespace {

const std::map<std::string, long> numbers{
    {"chdir", SYS_chdir},
    {"close", SYS_close},
    {"close_range", SYS_close_range},
    {"exit", SYS_exit},
    {"exit_group", SYS_exit_group},
    {"fcntl", SYS_fcntl},
    {"getpid", SYS_getpid},
    {"munmap", SYS_munmap},
    {"prctl", SYS_prctl},
    {"rt_sigaction", SYS_rt_sigaction},
    {"rt_sigprocmask", SYS_rt_sigprocmask},
    {"rt_sigtimedwait", SYS_rt_sigtimedwait},
    {"wait4", SYS_wait4},
    {"write", SYS_write},
};

// The calls that the man page says are made, from its section SYSTEM CALLS; those that it gives for
// the case that another is refused are not among them.
std::map<std::string, long> documented_calls()
{
    std::ifstream page("pause/pause.1");
    std::map<std::string, long> calls;
    const std::string item = ".It Fn ";
    bool here = false;
    for (std::string line; std::getline(page, line);) {
        if (line.rfind(".Sh ", 0) == 0) {
            here = line == ".Sh SYSTEM CALLS";
        } else if (here && line.rfind(item, 0) == 0) {
            const std::string name = line.substr(item.size());
            calls[name] = numbers.at(name);
        }
    }
    return calls;
}

std::vector<long> values(const std::map<std::string, long> &calls)
{
    std::vector<long> result;
    result.reserve(calls.size());
    for (const auto &[name, number] : calls) {
        result.push_back(number);
    }
    return result;
}

// Uses no CPU for as long as we care to look.
bool rests(const Child &pause)
{
    const std::string before = pause.effort();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return pause.effort() == before;
}

} // namespace

TEST_CASE("the whole life of pause needs no system call but those in its man page", "[native]")
{
    const auto calls = documented_calls();
    REQUIRE(calls.size() == 12);
    const As as = GENERATE(As::child, As::init);
    if (const auto why = no_namespaces(); as == As::init && !why.empty()) {
        SKIP_TEST(why);
    }
    const auto confine = [&] {
        auto allowed = values(calls);
        allowed.push_back(SYS_execve);
        allow_only(allowed);
    };
    Pipe error;
    Child pause({.as = as, .before_exec = confine, .standard_error = error.write_end});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    if (as == As::init) {
        CHECK(inside(pause, [] { return fork() < 0 ? 1 : 0; }) == 0);
    }
    pause.send(SIGSTOP);
    pause.send(SIGCONT);
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
    CHECK(error.drain().find("SIGTERM") != std::string::npos);

    Pipe output;
    Child version({.arguments = {"-v"}, .before_exec = [&] {
                       dup2(output.write_end, STDOUT_FILENO);
                       confine();
                   }});
    CHECK(version.wait() == Status{0, 0});
    CHECK(output.drain() == "pause " VERSION "\n");
}

TEST_CASE("each system call in the man page is needed for its whole life", "[native]")
{
    for (const auto &[name, number] : documented_calls()) {
        CAPTURE(name);
        auto calls = documented_calls();
        calls.erase(name);
        calls["execve"] = SYS_execve;
        Child pause({.before_exec = [&] { allow_only(values(calls)); }});
        const bool began = eventually([&] { return pause.asleep() || pause.ended(); });
        REQUIRE(began);
        if (!pause.ended()) {
            pause.send(SIGTERM);
        }
        CHECK(pause.wait() == Status{0, SIGSYS});
    }
}

TEST_CASE("a refused system call makes it neither spin nor hang", "[native]")
{
    const int refusal = GENERATE(EPERM, ENOSYS);
    CAPTURE(refusal);
    for (const auto &[name, number] : documented_calls()) {
        CAPTURE(name);
        const bool essential =
            name == "rt_sigprocmask" || name == "rt_sigaction" || name == "rt_sigtimedwait";
        Pipe error;
        Child pause({.before_exec = [&, call = number] { refuse({call}, refusal); },
                     .standard_error = error.write_end});
        if (essential) {
            CHECK(pause.wait() == Status{1, 0});
            CHECK(error.drain().find("signal call refused: errno " + std::to_string(refusal)) !=
                  std::string::npos);
        } else {
            REQUIRE(eventually([&] { return pause.asleep(); }));
            CHECK(rests(pause));
            pause.send(SIGTERM);
            CHECK(pause.wait() == Status{0, 0});
        }
    }
}

TEST_CASE("where both calls that end a process are refused it still ends", "[native]")
{
    const As as = GENERATE(As::child, As::init);
    if (const auto why = no_namespaces(); as == As::init && !why.empty()) {
        SKIP_TEST(why);
    }
    Child pause({.as = as, .before_exec = [] { refuse({SYS_exit_group, SYS_exit}, EPERM); }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(SIGTERM);
    const Status status = pause.wait();
    CHECK(status.code == 0);
    CHECK((status.signal == SIGILL || status.signal == SIGTRAP));
}
