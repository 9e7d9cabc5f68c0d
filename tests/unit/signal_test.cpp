// SPDX-License-Identifier: Apache-2.0
#include "sys/signal.h"
#include "tests/support/catch.h"

#include <cstring>
#include <signal.h>
#include <unistd.h>

TEST_CASE("a signal set is laid out as the kernel wants it")
{
    // The C library's set begins with the kernel's.
    sigset_t expected;
    sigemptyset(&expected);
    sigaddset(&expected, SIGINT);
    sigaddset(&expected, SIGTERM);
    const sys::SignalSet set(sys::Signal::sigint, sys::Signal::sigterm);
    CHECK(std::memcmp(&set, &expected, sizeof set) == 0);
    CHECK(set.has(sys::Signal::sigint));
    CHECK(!set.has(sys::Signal::sigchld));
    CHECK(sys::SignalSet::full().has(sys::Signal::sigchld));
}

TEST_CASE("a blocked signal is waited for, and its sender known")
{
    sigset_t before;
    sigprocmask(SIG_SETMASK, nullptr, &before);
    const sys::SignalSet set(sys::Signal::sigterm);
    REQUIRE(sys::block_signals(set));
    kill(getpid(), SIGTERM);
    sys::SignalInfo info;
    const auto signal = sys::wait_for(set, info);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    REQUIRE(signal);
    CHECK(signal.value() == sys::Signal::sigterm);
    CHECK(info.signal == sys::Signal::sigterm);
    CHECK(info.pid == getpid());
    CHECK(info.uid == getuid());
    CHECK(info.code() == SI_USER);
}

TEST_CASE("an ignored signal is one by sigaction's account too")
{
    struct sigaction before;
    sigaction(SIGCHLD, nullptr, &before);
    REQUIRE(sys::ignore(sys::Signal::sigchld));
    struct sigaction now;
    sigaction(SIGCHLD, &before, &now);
    CHECK(now.sa_handler == SIG_IGN);
    CHECK(now.sa_flags == 0);
}

TEST_CASE("a signal that is not on every machine has the C library's number, or none")
{
#ifdef SIGSTKFLT
    CHECK(sys::arch::sigstkflt == SIGSTKFLT);
#else
    CHECK(sys::arch::sigstkflt == 0);
#endif
}
