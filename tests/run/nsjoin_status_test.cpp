// SPDX-License-Identifier: Apache-2.0
// How nsjoin ends: as the command does, and with 125, 126 or 127 where there was none.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;

namespace {

bool ends_a_process(int signal)
{
    // The C library's own: posix_spawn(3) may hand them on ignored, and nothing can undo that.
    if (signal >= __SIGRTMIN && signal < SIGRTMIN) {
        return false;
    }
    for (const int harmless :
         {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH}) {
        if (signal == harmless) {
            return false;
        }
    }
    return true;
}

void no_core()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

} // namespace

TEST_CASE("nsjoin ends with the command's own status")
{
    const Holder holder(both_ways());
    for (const std::string status : {"0", "1", "42", "124", "125", "126", "127", "128", "255"}) {
        CAPTURE(status);
        const Answer answer = nsjoin({holder.name(), "--", "sh", "-c", "exit " + status});
        CHECK(answer.error.empty());
        CHECK(answer.status == Status{std::stoi(status), 0});
    }
}

TEST_CASE("nsjoin dies of the signal that the command died of", "[native]")
{
    const Holder holder(both_ways());
    for (int signal = 1; signal < NSIG; ++signal) {
        if (ends_a_process(signal)) {
            const std::string number = std::to_string(signal);
            CAPTURE(signal);
            const Answer answer =
                nsjoin({holder.name(), "--", "sh", "-c", "kill -" + number + " $$"}, no_core);
            CHECK(answer.error.empty());
            CHECK(answer.status == Status{0, signal});
        }
    }
}

TEST_CASE("nsjoin ends when the command does, though another process holds its output", "[native]")
{
    Pipe output;
    {
        const Holder holder(joinable(CLONE_NEWPID));
        Child running = start_nsjoin({holder.name(), "--", "sh", "-c", "sleep 1000 & exit 3"},
                                     [&] { give(output.write_end, STDOUT_FILENO); });
        CHECK(running.wait() == Status{3, 0});
        output.close_write();
        char byte = 0;
        // It neither ends nor has anything.
        output.drain();
        CHECK(read(output.read_end, &byte, 1) == -1);
    }
    // Its process 1 has taken the other along.
    CHECK(output.ends());
}

TEST_CASE("125: nsjoin itself failed, and no command ran")
{
    const Holder holder(both_ways());
    const Directory here;
    Holder zombie(joinable(CLONE_NEWUTS));
    zombie.child().send(SIGKILL);
    REQUIRE(eventually(
        [&] { return contents(zombie.proc("stat")).find(") Z ") != std::string::npos; }));
    const std::vector<Words> causes{
        {"--nonsense", holder.name()},
        {"2147483647"},
        {zombie.name()},
        {"-r" + here.path("missing"), holder.name()},
        {"-r" + here.file("file", ""), holder.name()},
        {"-w" + here.path("missing"), holder.name()},
        {"-W" + here.path("missing"), holder.name()},
        {"--net=" + here.path("missing")},
        {"--net=" + here.path("file")},
        {"--net=" + here.path()},
        {"--bring=" + here.path("missing"), holder.name()},
        {"--bring=" + here.path(), holder.name()},
        {"--keep-fd=77", holder.name()},
        {"--status-fd=77", holder.name()},
        {"--pidfd=77"},
        {"--pidfd=0"},
    };
    for (const auto &cause : causes) {
        CAPTURE(cause);
        const Answer answer = nsjoin(cause + Words{"--", "echo", "ran"});
        CHECK(answer.output.empty());
        CHECK(answer.error.rfind("nsjoin: ", 0) == 0);
        CHECK(answer.error.find('\n') == answer.error.size() - 1);
        CHECK(answer.status == Status{125, 0});
    }
}

TEST_CASE("126: the command is there and can't be executed")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::vector<std::pair<std::string, std::string>> causes{
        {here.path(), "Permission denied (it is a directory)"},
        {here.file("plain", "exit 0\n", 0644), "Permission denied"},
        {here.file("lost", "#!/no/interpreter\n"),
         "No such file or directory (the interpreter that it needs is missing inside)"},
        {here.file("loop", "#!" + here.path("loop") + "\n"), "Too many levels of symbolic links"},
    };
    for (const auto &[command, reason] : causes) {
        CAPTURE(command);
        const Answer answer = nsjoin({holder.name(), "--", command});
        CHECK(answer.output.empty());
        CHECK(answer.error == "nsjoin: cannot execute " + command + ": " + reason + "\n");
        CHECK(answer.status == Status{126, 0});
    }
}

TEST_CASE("127: there is no such command")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string in_path =
        ": No such file or directory (looked for outside, in the PATH of --setenv)\n";
    const std::vector<std::pair<std::string, std::string>> causes{
        {"nsjoin-no-such-command", in_path},
        {"", in_path},
        {std::string(5000, 'x'), in_path},
        {here.path("missing"), ": No such file or directory\n"},
        {here.file("file", "") + "/below", ": Not a directory\n"},
        {"./nsjoin-no-such-command", ": No such file or directory\n"},
    };
    for (const auto &[command, reason] : causes) {
        const std::string shown = command.empty()        ? "''"
                                  : command.size() > 256 ? std::string(256, 'x') + "..."
                                                         : command;
        CAPTURE(shown);
        // The caller's may have what only others may look into.
        const Answer answer = nsjoin({"--setenv=PATH=/usr/bin:/bin", holder.name(), "--", command});
        CHECK(answer.output.empty());
        CHECK(answer.error == "nsjoin: cannot find the command " + shown + reason);
        CHECK(answer.status == Status{127, 0});
    }
}

TEST_CASE("a command that did not start is told apart from one that ended with that status")
{
    const Holder holder(both_ways());
    const Answer answer = nsjoin({holder.name(), "--", "sh", "-c", "exit 127"});
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{127, 0});
}
