// SPDX-License-Identifier: Apache-2.0
#include "sys/process.h"
#include "tests/support/catch.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_CASE("a fork is a child that only a wait for all kinds finds until it executes a program")
{
    const bool executes = GENERATE(false, true);
    const auto child = sys::fork(sys::Signal::sigurg);
    REQUIRE(child);
    if (child.value() == sys::Pid{}) {
        if (executes) {
            execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
        }
        sys::exit(sys::getpid() != sys::Pid{} ? 7 : 1);
    }
    const auto pid = static_cast<pid_t>(child.value());
    siginfo_t info = {};
    REQUIRE(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | __WALL) == 0);
    sys::WaitStatus status;
    const auto executed = sys::wait_now(child.value(), sys::Children::executed, status);
    CHECK(static_cast<bool>(executed) == executes);
    if (!executes) {
        CHECK(executed.error() == sys::Errno::echild);
        REQUIRE(sys::wait_now(child.value(), sys::Children::all, status));
    }
    CHECK((status.exited() && status.code() == 7));
}

TEST_CASE("the number of a clone is put where its parent wants it")
{
    int pid = 0;
    const auto child = sys::clone(SIGCHLD | CLONE_PARENT_SETTID, &pid);
    REQUIRE(child);
    if (child.value() == sys::Pid{}) {
        sys::exit(0);
    }
    CHECK(pid == static_cast<int>(child.value()));
    CHECK(waitpid(pid, nullptr, 0) == pid);
}
