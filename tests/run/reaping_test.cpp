// SPDX-License-Identifier: Apache-2.0
// Orphans: adopted, gone, and not even noticed.
#include "tests/support/catch.h"
#include "tests/support/process.h"

#include <cstdlib>
#include <iostream>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace support;

namespace {

enum class Orphan { dies_before_adoption, dies_after_adoption };

constexpr int batch = 500;
constexpr size_t stack_size = 16384;
alignas(16) char stacks[batch][stack_size];

int die_at_end_of_file(void *read_end)
{
    char byte;
    _exit(static_cast<int>(read(*static_cast<int *>(read_end), &byte, 1)));
}

int die_at_once(void *)
{
    _exit(0);
}

// Children that share this process's memory, as they are quicker to make, and then its end.
[[noreturn]] void leave_children(Pipe &life, Orphan orphan)
{
    const bool before = orphan == Orphan::dies_before_adoption;
    close(life.write_end);
    for (auto &stack : stacks) {
        if (clone(before ? die_at_once : die_at_end_of_file, stack + stack_size,
                  CLONE_VM | (before ? CLONE_VFORK : 0) | SIGCHLD, &life.read_end) < 0) {
            _exit(1);
        }
    }
    _exit(0);
}

// Runs inside: everything that it makes, but for the process that it waits for, becomes an orphan.
int make_orphans(int count)
{
    for (int made = 0; made < count; made += batch) {
        Pipe life;
        const auto orphan =
            made % (2 * batch) == 0 ? Orphan::dies_before_adoption : Orphan::dies_after_adoption;
        const pid_t parent = fork();
        if (parent == 0) {
            leave_children(life, orphan);
        }
        int status = 0;
        if (waitpid(parent, &status, 0) != parent || status != 0) {
            return 1;
        }
        // All of them are pause's now; those that live die at the end of this turn.
    }
    return 0;
}

std::string children(const Child &pause)
{
    return contents(pause.proc("task/" + std::to_string(pause.pid()) + "/children"));
}

std::string context_switches(const Child &pause)
{
    std::istringstream status(contents(pause.proc("status")));
    std::string result;
    for (std::string line; std::getline(status, line);) {
        if (line.find("ctxt_switches") != std::string::npos) {
            result += line + ' ';
        }
    }
    return result;
}

// utime, stime, cutime and cstime, proc_pid_stat(5).
std::string times(const Child &pause)
{
    std::istringstream stat(contents(pause.proc("stat")));
    std::vector<std::string> fields;
    for (std::string field; stat >> field;) {
        fields.push_back(field);
    }
    return fields.at(13) + ' ' + fields.at(14) + ' ' + fields.at(15) + ' ' + fields.at(16);
}

} // namespace

TEST_CASE("orphans leave no zombie and cost pause nothing")
{
    if (const auto why = no_namespaces(); !why.empty()) {
        SKIP_TEST(why);
    }
    // $ORPHANS: `make test-soak` sets it to 100,000.
    const char *const wanted = std::getenv("ORPHANS");
    const int count = wanted != nullptr ? std::stoi(wanted) : 2'000;
    Child pause({.as = As::init});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    const std::string times_before = times(pause);
    const std::string switches_before = context_switches(pause);
    const std::string effort_before = pause.effort();

    REQUIRE(inside(pause, [&] { return make_orphans(count); }) == 0);
    CHECK(eventually([&] { return children(pause).empty(); }));

    if (native()) { // qemu-user wakes now and then
        CHECK(times(pause) == times_before);
        CHECK(context_switches(pause) == switches_before);
        CHECK(pause.effort() == effort_before);
        std::cout << count << " orphans; utime stime cutime cstime: " << times(pause) << "; "
                  << context_switches(pause) << "; ns on a CPU: " << pause.effort();
    }
    CHECK(pause.asleep());
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("when pause ends, so does everything in its PID namespace")
{
    if (const auto why = no_namespaces(); !why.empty()) {
        SKIP_TEST(why);
    }
    Pipe life;
    Child pause({.as = As::init});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    REQUIRE(inside(pause, [&] {
                return fork() == 0 ? (::pause(), 0) : 0; // holds the pipe's writing end
            }) == 0);
    REQUIRE(!children(pause).empty());
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
    CHECK(life.ends());
}
