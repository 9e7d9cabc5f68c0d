// SPDX-License-Identifier: Apache-2.0
// The caller's controlling terminal is out of the command's reach where 0, 1 and 2 are redirected
// and the command is of the container, or is somebody else.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/terminal.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string opens =
    "if (: </dev/tty) 2>/dev/null; then echo has it; else (: </dev/tty) 2>&1; fi";

// What a job on a terminal, with 0, 1 and 2 redirected, says of its terminal through nsjoin.
std::string said(const Words &arguments, const std::string &redirections = "</dev/null 2>&1")
{
    const Directory here;
    const std::string file = here.file("output", "", 0666);
    Terminal terminal;
    Shell shell(terminal,
                Words{"sh", "-c", "exec \"$@\" >" + file + " " + redirections, "sh"} +
                    nsjoin_words(arguments + Words{"--", "sh", "-c", opens + "; exit 0"}));
    CHECK(shell.sees("exited 0"));
    return contents(file);
}

bool has_none(const std::string &text)
{
    return text.find("No such device or address") != std::string::npos;
}

} // namespace

TEST_CASE("a command of the container's does not reach the caller's terminal", "[native]")
{
    const Holder holder(joinable(GENERATE(static_cast<unsigned long>(CLONE_NEWNS),
                                          static_cast<unsigned long>(CLONE_NEWPID),
                                          static_cast<unsigned long>(CLONE_NEWNS | CLONE_NEWPID))));
    const std::string text = said({holder.name()});
    CAPTURE(text);
    CHECK(has_none(text));
}

TEST_CASE("a command of somebody else's does not reach the caller's terminal", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder network(CLONE_NEWNET);
    CHECK(has_none(said({"-n", "-S", "65534", network.name()})));
}

TEST_CASE("a command of the host's that joins a network alone keeps the terminal", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNET | CLONE_NEWPID);
    CHECK(said({"-n", holder.name()}) == "has it\n");
}

TEST_CASE("a command that has the terminal as 0, 1 or 2 keeps it", "[native]")
{
    const Holder holder(joinable(CLONE_NEWPID));
    CHECK(said({holder.name()}, "2>&1") == "has it\n");
    CHECK(said({holder.name()}, "</dev/null") == "has it\n");
}

TEST_CASE("Ctrl-C arrives at a command that does not reach the terminal", "[native]")
{
    const Holder holder(joinable(CLONE_NEWPID));
    Terminal terminal;
    Shell shell(terminal, Words{"sh", "-c", "exec \"$@\" >/dev/null </dev/null 2>&1", "sh"} +
                              nsjoin_words({holder.name(), "--", "sleep", "1000"}));
    REQUIRE(child_of(shell.job(), "sleep") > 0);
    terminal.type("\x03");
    CHECK(shell.sees("killed 2"));
}

TEST_CASE("a session that nsjoin leads keeps its terminal, which the command does not reach",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(GENERATE(static_cast<unsigned long>(CLONE_NEWNS),
                                 static_cast<unsigned long>(CLONE_NEWPID)));
    const Terminal terminal;
    Pipe ask;
    Pipe answer;
    Pipe output;
    Child leader = Child::calling([&]() -> int {
        terminal.take();
        if (fork() == 0) {
            // Another of that session, which looks as soon as it is asked.
            char byte = 0;
            close(ask.write_end);
            const bool asked = read(ask.read_end, &byte, 1) >= 0;
            const int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
            dprintf(answer.write_end, asked && tty >= 0 ? "has it\n" : "lost it\n");
            _exit(0);
        }
        dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDIN_FILENO);
        dup2(output.write_end, STDOUT_FILENO);
        dup2(STDIN_FILENO, STDERR_FILENO);
        signal(SIGHUP, SIG_DFL);
        execute(nsjoin_words({holder.name(), "--", "sh", "-c", opens + "; exec sleep 1000"}));
    });
    const std::string text = line_of(output);
    CAPTURE(text);
    CHECK(has_none(text));
    ask.close_write();
    CHECK(line_of(answer) == "has it\n");
    leader.send(SIGTERM);
    CHECK(leader.wait() == Status{0, SIGTERM});
}
