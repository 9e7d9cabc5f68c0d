// SPDX-License-Identifier: Apache-2.0
// A failure is told in any case, with the step in which it happened.
#include "tests/support/catch.h"
#include "tests/support/cgroup.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"
#include "tests/support/supervisor.h"
#include "tests/support/terminal.h"

#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;
const std::string to_facts = "--status-fd=9";

// The step of the failure that is told, and all that is told if it is another.
std::string step_of(const Words &arguments, uid_t user = geteuid(),
                    const std::function<void()> &before_exec = nullptr)
{
    Pipe told;
    const auto prepare = [&] {
        give(told.write_end, 9);
        if (before_exec) {
            before_exec();
        }
    };
    const Words words = Words{to_facts} + arguments;
    const Answer answer =
        user == geteuid() ? nsjoin(words, prepare) : nsjoin_as(user, words, prepare);
    CAPTURE(arguments, answer.error);
    CHECK(is_one_line(answer.error));
    CHECK(answer.status == Status{125, 0});
    const std::string lines = told.drain();
    const std::string beginning = R"({"event":"failed","step":")";
    if (lines.rfind(beginning, 0) != 0 || lines.find('\n') != lines.size() - 1) {
        return "told: " + lines;
    }
    return lines.substr(beginning.size(), lines.find('"', beginning.size()) - beginning.size());
}

} // namespace

TEST_CASE("a namespace that may not be joined fails the step join", "[native]")
{
    const Holder holder(both_ways());
    CHECK(step_of({holder.name(), "--", "true"}, geteuid(), [] { refuse({SYS_setns}, EPERM); }) ==
          "join");
    if (geteuid() != 0) {
        SKIP_TEST("the rest wants root");
    }
    Held held;
    held.before_sleep = [] {
        become(nobody);
        if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
            _exit(1);
        }
    };
    held.ids = "0 65534 1\n";
    const Holder mixed(CLONE_NEWNET, held);
    CHECK(step_of({"-Uun", mixed.name(), "--", "true"}, nobody) == "join");
    CHECK(step_of({"--net=" + mixed.proc("ns/net"), "--", "true"}, nobody) == "join");
}

TEST_CASE("a cgroup that may not be entered fails the step join", "[native]")
{
    const Cgroups cgroups = make_cgroups_2("nsjoin-step");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup2 file system to write to");
    }
    Held held;
    held.owner = nobody;
    const Holder holder(CLONE_NEWUTS | CLONE_NEWUSER, held);
    REQUIRE(cgroups[0]->add(holder.pid()));
    // It may be opened; but what is above both cgroups is another's.
    const std::string procs = cgroups[0]->directory() + "/cgroup.procs";
    REQUIRE(chown(procs.c_str(), nobody, nobody) == 0);
    CHECK(step_of({"-c", holder.name(), "--", "true"}, nobody,
                  [] { refuse({SYS_clone3}, ENOSYS); }) == "join");
}

TEST_CASE("a process that can't be had fails the step fork", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS | CLONE_NEWPID));
    std::vector<long> calls{SYS_clone3, SYS_clone};
#ifdef SYS_fork
    calls.insert(calls.end(), {SYS_fork, SYS_vfork});
#endif
    CHECK(step_of({holder.name(), "--", "true"}, geteuid(), [&] { refuse(calls, EAGAIN); }) ==
          "fork");
}

TEST_CASE("a process that may not be looked into fails the step pin or read", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS);
    const std::string step = step_of({"-u", holder.name(), "--", "true"}, nobody);
    CHECK((step == "pin" || step == "read"));
}

TEST_CASE("a list that can't be printed fails the step list", "[native]")
{
    const Holder holder(both_ways());
    CHECK(step_of({"--list", holder.name()}, geteuid(),
                  [] { dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO); }) == "list");
    CHECK(step_of({"--list", holder.name()}, geteuid(), [] { close(STDOUT_FILENO); }) == "list");
}

TEST_CASE("a failure is told though a signal that ends nsjoin is pending", "[native]")
{
    const Holder holder(both_ways());
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    CAPTURE(signal);
    Pipe told;
    Pipe error;
    Supervisor supervisor({SYS_setns});
    Child running = start_nsjoin({to_facts, holder.name(), "--", "true"}, [&] {
        give(told.write_end, 9);
        give(error.write_end, STDERR_FILENO);
        supervisor.install();
    });
    REQUIRE(supervisor.attach(running.pid()));
    bool sent = false;
    while (const auto call = supervisor.next()) {
        if (!sent) {
            running.send(signal);
            sent = true;
        }
        supervisor.answer(*call, EPERM);
    }
    CHECK(sent);
    CHECK(running.wait() == Status{125, 0});
    CHECK(is_one_line(error.drain()));
    const std::string lines = told.drain();
    CHECK(lines.rfind(R"({"event":"failed","step":"join","errno":1)", 0) == 0);
}

TEST_CASE("signals are relayed though nobody reads --status-fd", "[native]")
{
    const Holder holder(both_ways());
    Pipe told;
    told.fill();
    Pipe output;
    Reader reader(output.read_end);
    Child running = start_nsjoin(Words{to_facts, holder.name(), "--"} + listener(), [&] {
        give(told.write_end, 9);
        give(output.write_end, STDOUT_FILENO);
    });
    REQUIRE(reader.shows("ready\n"));
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGHUP}) {
        running.send(signal);
        CHECK(reader.shows("got " + std::to_string(signal) + " process"));
    }
    running.send(SIGXFSZ);
    CHECK(eventually([&] {
        told.drain();
        return running.ended();
    }));
    CHECK(running.wait() == Status{7, 0});
}

TEST_CASE("nothing to read for now is not the end of the input of --pty", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS | CLONE_NEWPID));
    Pipe input;
    Pipe output;
    Reader reader(output.read_end);
    REQUIRE(fcntl(input.read_end, F_SETFL, O_NONBLOCK) == 0);
    Supervisor supervisor({SYS_read}, STDIN_FILENO);
    Child running = start_nsjoin({"--pty", holder.name(), "--", "sh", "-c",
                                  "stty -echo; echo ready; read line; echo \"got $line\""},
                                 [&] {
                                     give(input.read_end, STDIN_FILENO);
                                     give(output.write_end, STDOUT_FILENO);
                                     supervisor.install();
                                 });
    REQUIRE(supervisor.attach(running.pid()));
    // As if somebody else who reads there had been quicker, the first time.
    const Child quicker = Child::calling([&] {
        bool first = true;
        while (const auto call = supervisor.next()) {
            const bool refused = first && call->pid == running.pid();
            supervisor.answer(*call, refused ? EAGAIN : 0);
            first = first && !refused;
        }
        return 0;
    });
    CHECK(reader.shows("ready"));
    REQUIRE(write(input.write_end, "late\n", 5) == 5);
    CHECK(reader.shows("got late"));
    CHECK(running.wait() == Status{0, 0});
}

TEST_CASE("what a script that was brought has open of itself is read-only", "[native]")
{
    const Directory here;
    const Holder holder(joinable(CLONE_NEWNS | both_ways()));
    const std::string script = here.file("script", "#!/bin/sh\necho ready\nread line\n");
    Pipe input;
    Pipe output;
    Child running = start_nsjoin({"--bring=" + script, holder.name(), "--", "script"}, [&] {
        give(input.read_end, STDIN_FILENO);
        give(output.write_end, STDOUT_FILENO);
    });
    REQUIRE(line_of(output) == "ready\n");
    const pid_t child = child_of(running.pid());
    const std::string proc = "/proc/" + std::to_string(child != 0 ? child : running.pid());
    for (int fd = 3; fd < 20; ++fd) {
        const std::string number = std::to_string(fd);
        const std::string info = contents(proc + "/fdinfo/" + number);
        if (info.empty()) {
            continue;
        }
        CAPTURE(fd, read_link(proc + "/fd/" + number));
        CHECK((std::stoul(field(info, "flags"), nullptr, 8) & O_ACCMODE) == O_RDONLY);
        const int again = open((proc + "/fd/" + number).c_str(), O_WRONLY | O_CLOEXEC);
        CHECK((again < 0 || write(again, "x", 1) < 0));
        close(again);
    }
    input.close_write();
    running.wait();
}
