// SPDX-License-Identifier: Apache-2.0
// What ends pause, what it says then, and what does not end it.
#include "tests/support/catch.h"
#include "tests/support/process.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

TEST_CASE("SIGTERM and SIGINT end it from outside, and it says who sent them")
{
    const int signal = GENERATE(SIGTERM, SIGINT);
    const As as = GENERATE(As::child, As::init);
    if (const auto why = no_namespaces(); as == As::init && !why.empty()) {
        SKIP_TEST(why);
    }
    Pipe error;
    Child pause({.as = as, .standard_error = error.write_end});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(signal);
    CHECK(pause.wait() == Status{0, 0});

    const std::string said = error.drain();
    CAPTURE(said);
    const std::string name = signal == SIGTERM ? "SIGTERM" : "SIGINT";
    const int sender = as == As::init ? 0 : getpid();
    const std::string line = "pause: " + name + " from pid " + std::to_string(sender) + ", uid ";
    CHECK(said.find(line) != std::string::npos);
    if (geteuid() == 0) {
        CHECK(said.find(line + "0\n") != std::string::npos);
    }
}

TEST_CASE("SIGTERM and SIGINT end process 1 from inside, and it says who sent them")
{
    const int signal = GENERATE(SIGTERM, SIGINT);
    if (const auto why = no_namespaces(); !why.empty()) {
        SKIP_TEST(why);
    }
    Pipe error;
    Pipe sender;
    Child pause({.as = As::init, .standard_error = error.write_end});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    inside(pause, [&] {
        const std::string pid = std::to_string(getpid());
        return write(sender.write_end, pid.data(), pid.size()) > 0 ? kill(1, signal) : 1;
    });
    CHECK(pause.wait() == Status{0, 0});
    const std::string said = error.drain();
    CAPTURE(said);
    CHECK(said.find(" from pid " + sender.drain() + ", uid ") != std::string::npos);
}

TEST_CASE("a signal that comes before it is ready is not lost")
{
    Child pause({.before_exec = [] {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, nullptr);
        raise(SIGTERM);
    }});
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("no other signal ends it or stays in its way")
{
    const As as = GENERATE(As::child, As::init);
    if (const auto why = no_namespaces(); as == As::init && !why.empty()) {
        SKIP_TEST(why);
    }
    Child pause({.as = as});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    for (int signal = 1; signal <= 64; ++signal) {
        const bool fault = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE ||
                           signal == SIGILL || signal == SIGTRAP;
        if (signal == SIGKILL || signal == SIGSTOP || signal == SIGTERM || signal == SIGINT ||
            (!native() &&
             (fault || signal == SIGABRT || signal > SIGSYS))) { // qemu-user keeps those
            continue;
        }
        CAPTURE(signal);
        pause.send(signal);
        if (native()) { // qemu-user wakes
            CHECK(pause.asleep());
        }
        CHECK(!pause.ended());
    }
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("stopped and continued it sleeps again")
{
    Child pause(Setup{});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    for (int i = 0; i < 10; ++i) {
        pause.send(SIGSTOP);
        REQUIRE(eventually(
            [&] { return contents(pause.proc("status")).find("State:\tT") != std::string::npos; }));
        pause.send(SIGCONT);
        REQUIRE(eventually([&] { return pause.asleep(); }));
    }
    pause.send(SIGSTOP);
    pause.send(SIGTERM);
    pause.send(SIGCONT);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("traced and let go it sleeps again", "[native]")
{
    Child pause(Setup{});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    for (int i = 0; i < 10; ++i) {
        REQUIRE(ptrace(PTRACE_SEIZE, pause.pid(), nullptr, nullptr) == 0);
        REQUIRE(ptrace(PTRACE_INTERRUPT, pause.pid(), nullptr, nullptr) == 0);
        int status = 0;
        REQUIRE(waitpid(pause.pid(), &status, 0) == pause.pid());
        REQUIRE(WIFSTOPPED(status));
        REQUIRE(ptrace(PTRACE_DETACH, pause.pid(), nullptr, nullptr) == 0);
        REQUIRE(eventually([&] { return pause.asleep(); }));
    }
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}
