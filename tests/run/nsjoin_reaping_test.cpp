// SPDX-License-Identifier: Apache-2.0
// As process 1 of a PID namespace a waiting nsjoin gets the orphans there, and reaps them.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <fcntl.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int orphans = 20;

// Until the other end is closed.
void wait_for_end(const Pipe &pipe)
{
    char byte = 0;
    close(pipe.write_end);
    while (read(pipe.read_end, &byte, 1) > 0) {
    }
}

// A child that has something to join, and no end but that of its parent.
pid_t fork_target()
{
    const pid_t pid = fork();
    if (pid == 0) {
        close_range(3, ~0U, 0); // it is not to hold a pipe of the test open
        unshare(CLONE_NEWUTS);
        for (;;) {
            pause();
        }
    }
    return pid;
}

// Children of this process, as orphans are when it is process 1; each ends when the pipe does.
void fork_orphans(const Pipe &pipe)
{
    for (int i = 0; i < orphans; ++i) {
        if (fork() == 0) {
            wait_for_end(pipe);
            _exit(i);
        }
    }
}

int children(pid_t pid)
{
    const std::string number = std::to_string(pid);
    std::istringstream words(contents("/proc/" + number + "/task/" + number + "/children"));
    int count = 0;
    for (std::string word; words >> word;) {
        ++count;
    }
    return count;
}

} // namespace

TEST_CASE("orphans that nsjoin gets as process 1 are reaped, and are not taken for the command",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Pipe ends;
    Pipe input;
    Pipe output;
    Pipe told;
    Child running = Child::calling(
        [&]() -> int {
            if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                mount("proc", "/proc", "proc", 0, nullptr) != 0) {
                return 98;
            }
            const std::string target = std::to_string(fork_target());
            fork_orphans(ends);
            dup2(input.read_end, STDIN_FILENO);
            dup2(output.write_end, STDOUT_FILENO);
            // This makes it wait.
            dup2(told.write_end, 9);
            execute({nsjoin_path(), "--status-fd=9", "-u", target, "--", "/bin/sh", "-c",
                     "echo ready; read line; exit 3"});
        },
        CLONE_NEWPID | CLONE_NEWNS);
    CHECK(line_of(output).find("ready") != std::string::npos);
    REQUIRE(children(running.pid()) == orphans + 2);
    ends.close_write();
    CHECK(eventually([&] { return children(running.pid()) == 2; }));
    CHECK(!running.ended());
    input.close_write();
    CHECK(running.wait() == Status{3, 0});
}
