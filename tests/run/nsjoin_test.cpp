// SPDX-License-Identifier: Apache-2.0
// What nsjoin is for: a command in the namespaces of another process.
#include "tests/support/catch.h"
#include "tests/support/nsjoin.h"

#include <sched.h>
#include <unistd.h>

using namespace support;

TEST_CASE("a command runs in every namespace in which the process differs", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID |
                        CLONE_NEWCGROUP);
    for (const std::string name : {"mnt", "uts", "ipc", "net", "pid", "cgroup", "user", "time"}) {
        CAPTURE(name);
        const Answer answer = nsjoin({holder.name(), "--", "readlink", "/proc/self/ns/" + name});
        CHECK(answer.error.empty());
        CHECK(answer.output == holder.link("ns/" + name) + "\n");
        CHECK(answer.status == Status{0, 0});
    }
}
