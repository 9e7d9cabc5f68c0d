// SPDX-License-Identifier: Apache-2.0
#include "sys/process.h"
#include "tests/support/catch.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

TEST_CASE("a fork is a child, whose end raises SIGCHLD, and goes on where its parent was")
{
    const auto child = sys::fork();
    REQUIRE(child);
    if (child.value() == sys::Pid{}) {
        sys::exit(sys::getpid() != sys::Pid{} ? 7 : 1);
    }
    int status = 0;
    // Only children of that kind are waited for.
    CHECK(waitpid(static_cast<pid_t>(child.value()), &status, 0) ==
          static_cast<pid_t>(child.value()));
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 7));
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
