// SPDX-License-Identifier: Apache-2.0
// --kill-child: no command without its nsjoin.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

// Has what loses its parent meanwhile become this process's child, as a container's manager would.
// The host's process 1 may take its time to reap it, and until then a PID namespace can't end.
class Adopter {
public:
    Adopter() { prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~Adopter() { prctl(PR_SET_CHILD_SUBREAPER, 0); }
    Adopter(const Adopter &) = delete;
    Adopter &operator=(const Adopter &) = delete;

    // For one of them to end; code -1: it does not.
    static Status wait(pid_t pid)
    {
        int status = 0;
        if (!eventually([&] { return waitpid(pid, &status, WNOHANG) == pid; })) {
            return {-1, 0};
        }
        return WIFSIGNALED(status) ? Status{0, WTERMSIG(status)} : Status{WEXITSTATUS(status), 0};
    }
};

bool is_asleep(pid_t pid)
{
    const std::string proc = "/proc/" + std::to_string(pid);
    return contents(proc + "/comm") == "sleep\n" &&
           contents(proc + "/stat").find(") S ") != std::string::npos;
}

} // namespace

TEST_CASE("with --kill-child the command dies with nsjoin", "[native]")
{
    const Adopter adopter;
    const Holder holder(joinable(CLONE_NEWPID));
    Child running = start_nsjoin({"--kill-child", holder.name(), "--", "sleep", "1000"});
    REQUIRE(eventually([&] { return is_asleep(child_of(running.pid())); }));
    const pid_t pid = child_of(running.pid());
    running.send(SIGKILL);
    CHECK(running.wait() == Status{0, SIGKILL});
    CHECK(adopter.wait(pid) == Status{0, SIGKILL});
}

TEST_CASE("without --kill-child the command outlives nsjoin", "[native]")
{
    const Adopter adopter;
    const Holder holder(joinable(CLONE_NEWPID));
    Child running = start_nsjoin({holder.name(), "--", "sleep", "1000"});
    REQUIRE(eventually([&] { return is_asleep(child_of(running.pid())); }));
    const pid_t pid = child_of(running.pid());
    running.send(SIGKILL);
    CHECK(running.wait() == Status{0, SIGKILL});
    CHECK(eventually([&] { return is_asleep(pid); }));
    CHECK(kill(pid, SIGTERM) == 0);
    CHECK(adopter.wait(pid) == Status{0, SIGTERM});
}

TEST_CASE("--kill-child sends the signal that it names", "[native]")
{
    const Adopter adopter;
    const Holder holder(joinable(CLONE_NEWPID));
    Pipe input;
    Pipe output;
    const std::string option =
        GENERATE(as<std::string>(), "--kill-child=USR1", "--kill-child=SIGUSR1", "--kill-child=10");
    Child running = start_nsjoin(
        {option, holder.name(), "--", "sh", "-c", "trap 'exit 5' USR1; echo ready; read line"},
        [&] {
            give(input.read_end, STDIN_FILENO);
            give(output.write_end, STDOUT_FILENO);
        });
    CHECK(line_of(output) == "ready\n");
    const pid_t pid = child_of(running.pid());
    REQUIRE(pid > 0);
    running.send(SIGKILL);
    running.wait();
    CHECK(adopter.wait(pid) == Status{5, 0});
}
