// SPDX-License-Identifier: Apache-2.0
// What nsjoin costs, as far as that can be counted: bench/ has what needs a clock.
#include "tests/support/catch.h"
#include "tests/support/nsjoin.h"
#include "tests/support/system_calls.h"

#include <iostream>
#include <sched.h>
#include <sstream>
#include <unistd.h>

using namespace support;

namespace {

constexpr unsigned long six_namespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;

// KiB, proc_pid_smaps(5).
long resident(const Child &process)
{
    std::istringstream rollup(contents(process.proc("smaps_rollup")));
    for (std::string word; rollup >> word;) {
        if (long size = 0; word == "Rss:" && rollup >> size) {
            return size;
        }
    }
    return -1;
}

// nsjoin, running a command inside of `holder` that sleeps.
Child join_and_sleep(const Holder &holder)
{
    return Child::calling([&]() -> int {
        const std::string program = nsjoin_path();
        execl(program.c_str(), program.c_str(), holder.name().c_str(), "--", "/bin/sleep",
              "infinity", nullptr);
        return 1;
    });
}

// Of the children of a process, the first: empty, there is none.
std::string first_child(const Child &process)
{
    const std::string pid = std::to_string(process.pid());
    std::string child;
    std::istringstream(contents(process.proc("task/" + pid + "/children"))) >> child;
    return child;
}

} // namespace

TEST_CASE("it takes no more than 40 system calls to join six namespaces and run a command",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(six_namespaces);
    if (!count_system_calls({"/bin/true"})) {
        SKIP_TEST("no process can be traced here");
    }
    const auto count = count_system_calls({nsjoin_path(), "-t", holder.name(), "-m", "-u", "-i",
                                           "-n", "-p", "-C", "--", "/bin/true"});
    REQUIRE(count.has_value());
    std::cout << *count << " system calls to join six namespaces\n";
    CHECK(*count <= 40);
}

TEST_CASE("while the command runs no more than six pages of it are resident, 16 KiB mostly",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(six_namespaces);
    const Child waiting = join_and_sleep(holder);
    REQUIRE(eventually([&] {
        const std::string command = first_child(waiting);
        return contents("/proc/" + command + "/comm") == "sleep\n";
    }));
    // Code is given back a little later.
    const long most = 6 * sysconf(_SC_PAGESIZE) / 1024;
    CHECK(eventually([&] { return resident(waiting) <= most; }));
    std::cout << "RSS " << resident(waiting) << " KiB while waiting\n";
}
