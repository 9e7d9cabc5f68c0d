// SPDX-License-Identifier: Apache-2.0
// A child that is killed before it executes the command: nsjoin reports that it failed. Nobody can
// take that for an end of the command.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/supervisor.h"
#include "tests/support/tracer.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int facts_fd = 9;
const Words to_facts{"--status-fd=9"};

struct Seen {
    Status status;
    std::string facts;
    std::string output;
    std::string error;
    std::vector<TracedCall> calls;
    bool works = true;
};

Seen run_traced(const Words &arguments, const Tracer::OnCall &on_call)
{
    Pipe facts;
    Pipe output;
    Pipe error;
    Seen seen;
    Tracer tracer(Words{nsjoin_path()} + arguments, [&] {
        give(facts.write_end, facts_fd);
        give(output.write_end, STDOUT_FILENO);
        give(error.write_end, STDERR_FILENO);
    });
    seen.works = tracer.works();
    if (seen.works) {
        seen.status = tracer.run(on_call);
    }
    seen.facts = facts.drain();
    seen.output = output.drain();
    seen.error = error.drain();
    seen.calls = tracer.calls();
    return seen;
}

struct Early {
    // Calls until it executes the command, or until its end.
    int calls = 0;
    bool executes = false;
};

// What each process but nsjoin does before the command.
std::map<int, Early> before_command(const Seen &seen)
{
    std::map<int, Early> processes;
    for (const auto &call : seen.calls) {
        if (call.process != 0) {
            processes[call.process].calls += call.executed ? 0 : 1;
            processes[call.process].executes |= call.executed;
        }
    }
    return processes;
}

// Kills that process at its call number `nth`, before it executes anything.
Tracer::OnCall kill_at(int process, int nth)
{
    return [=, count = 0](const TracedCall &call) mutable {
        const bool here = call.process == process && !call.executed && count++ == nth;
        return here ? Then::kill : Then::go_on;
    };
}

void check_failed(const Seen &seen)
{
    CAPTURE(seen.facts, seen.error);
    CHECK(seen.status == Status{125, 0});
    CHECK(seen.output.empty());
    CHECK(is_one_line(seen.error));
}

void check_told_failed(const Seen &seen)
{
    CHECK(seen.facts.rfind("{\"event\":\"failed\",\"step\":\"wait\",", 0) == 0);
    CHECK(seen.facts.find('\n') == seen.facts.size() - 1);
    CHECK(seen.facts.find("started") == std::string::npos);
    CHECK(seen.facts.find("exited") == std::string::npos);
}

void check_killed_at_each_call(const Words &arguments)
{
    const Words all = arguments + Words{"--", "/bin/echo", "ran"};
    const Seen whole = run_traced(all, nullptr);
    REQUIRE(whole.works);
    REQUIRE(whole.status == Status{0, 0});
    const bool told = !whole.facts.empty();
    int tried = 0;
    for (const auto &[process, early] : before_command(whole)) {
        for (int nth = 0; nth < early.calls; ++nth) {
            CAPTURE(arguments, process, nth);
            const Seen seen = run_traced(all, kill_at(process, nth));
            // One that only makes the command may have done so already.
            if (!early.executes && seen.status == Status{0, 0}) {
                CHECK(seen.output == "ran\n");
                continue;
            }
            check_failed(seen);
            if (told) {
                check_told_failed(seen);
            }
            tried += early.executes ? 1 : 0;
        }
    }
    CHECK(tried > 0);
}

bool can_trace()
{
    return run_traced({"--version"}, nullptr).works;
}

} // namespace

TEST_CASE("a child that is killed before it executes is told as a failure, at each call",
          "[native]")
{
    if (!can_trace()) {
        SKIP_TEST("nothing can be traced here");
    }
    const Holder holder(both_ways());
    check_killed_at_each_call(to_facts + Words{holder.name()});
    if (geteuid() == 0) {
        check_killed_at_each_call(to_facts + Words{"-S7", "-G7", "-W/", holder.name()});
    }
}

TEST_CASE("without --status-fd it is a failure too, and no death of a signal", "[native]")
{
    if (!can_trace()) {
        SKIP_TEST("nothing can be traced here");
    }
    const Holder holder(joinable(CLONE_NEWUTS | CLONE_NEWPID));
    check_killed_at_each_call({holder.name()});
    check_killed_at_each_call({"--kill-child", holder.name()});
}

TEST_CASE("a child in a user namespace is told as a failure if it is killed early", "[native]")
{
    if (!can_trace()) {
        SKIP_TEST("nothing can be traced here");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS |
                        GENERATE(as<unsigned long>(), 0, CLONE_NEWPID));
    check_killed_at_each_call(to_facts + Words{holder.name()});
}

TEST_CASE("a child with a cgroup or a terminal is told as a failure if it is killed early",
          "[native]")
{
    if (!can_trace()) {
        SKIP_TEST("nothing can be traced here");
    }
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    check_killed_at_each_call(to_facts + Words{"-c", holder.name()});
    check_killed_at_each_call(to_facts + Words{"--pty", holder.name()});
}

TEST_CASE("a command that is killed at its first call has started", "[native]")
{
    if (!can_trace()) {
        SKIP_TEST("nothing can be traced here");
    }
    const Holder holder(both_ways());
    const Seen seen = run_traced(
        to_facts + Words{holder.name(), "--", "/bin/echo", "ran"}, [](const TracedCall &call) {
            return call.process != 0 && call.executed ? Then::kill : Then::go_on;
        });
    CAPTURE(seen.facts);
    CHECK(seen.status == Status{0, SIGKILL});
    CHECK(seen.output.empty());
    CHECK(seen.error.empty());
    CHECK(seen.facts.rfind("{\"event\":\"started\",\"pid\":", 0) == 0);
    CHECK(seen.facts.find("\n{\"event\":\"exited\",\"signal\":9,\"name\":\"SIGKILL\"}\n") !=
          std::string::npos);
    CHECK(seen.facts.find("failed") == std::string::npos);
}

TEST_CASE("a command that ends at once has started, whatever it ends with", "[native]")
{
    const Holder holder(both_ways());
    for (const std::string code : {"0", "1", "125", "126", "127"}) {
        Pipe facts;
        const Answer answer =
            nsjoin(to_facts + Words{holder.name(), "--", "/bin/sh", "-c", "exit " + code},
                   [&] { give(facts.write_end, facts_fd); });
        CHECK(answer.status == Status{std::stoi(code), 0});
        const std::string lines = facts.drain();
        CHECK(lines.rfind("{\"event\":\"started\",", 0) == 0);
        CHECK(lines.find("\n{\"event\":\"exited\",\"status\":" + code + "}\n") !=
              std::string::npos);
    }
}

TEST_CASE("a command that begins right before nsjoin kills it has started", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    Pipe facts;
    Supervisor supervisor({SYS_execve, SYS_kill});
    Child running = start_nsjoin(to_facts + Words{holder.name(), "--", "/bin/sleep", "1000"}, [&] {
        supervisor.install(); // its descriptors may have that number
        give(facts.write_end, facts_fd);
    });
    REQUIRE(supervisor.attach(running.pid()));
    const auto begin = supervisor.next();
    REQUIRE(begin);
    supervisor.answer(*begin, 0);
    // The child is about to execute the command, and nsjoin has seen that it did not yet.
    const auto execute = supervisor.next();
    REQUIRE(execute);
    REQUIRE(execute->pid != running.pid());
    running.send(SIGTERM);
    const auto kill = supervisor.next();
    REQUIRE(kill);
    REQUIRE(kill->pid == running.pid());
    supervisor.answer(*execute, 0);
    CHECK(eventually(
        [&] { return contents("/proc/" + std::to_string(execute->pid) + "/comm") == "sleep\n"; }));
    supervisor.answer(*kill, 0);
    // It relays the signal too, and ends as the command did.
    while (const auto call = supervisor.next()) {
        supervisor.answer(*call, 0);
    }
    const std::string lines = facts.drain();
    CAPTURE(lines);
    CHECK(lines.rfind("{\"event\":\"started\",\"pid\":", 0) == 0);
    CHECK(lines.find("\n{\"event\":\"exited\",\"signal\":9,\"name\":\"SIGKILL\"}\n") !=
          std::string::npos);
    CHECK(running.wait() == Status{0, SIGKILL});
}
