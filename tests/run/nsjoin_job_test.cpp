// SPDX-License-Identifier: Apache-2.0
// nsjoin and its command as a job on a terminal that both share.
#include "tests/support/catch.h"
#include "tests/support/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

using namespace support;

namespace {

std::vector<std::string> join(const Pod &pod, const std::vector<std::string> &command)
{
    std::vector<std::string> arguments{pod.name(), "--"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return nsjoin_words(arguments);
}

} // namespace

#define SKIP_WITHOUT_NAMESPACES                                                                    \
    if (const auto why = no_namespaces(); !why.empty()) {                                          \
        SKIP_TEST(why);                                                                            \
    }

TEST_CASE("what the terminal sends to its foreground comes to the command once", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, listener()));
    REQUIRE(terminal.shows("ready\r\n"));
    let_run_first(child_of(shell.job(), "run"), shell.job());
    terminal.type("\x03");
    CHECK(terminal.reader().next("^Cgot 2 kernel 0\r\n"));
    terminal.type("\x1c");
    CHECK(terminal.reader().next("^\\got 3 kernel 0\r\n"));
    terminal.type("\x1a");
    CHECK(terminal.reader().next("^Zgot 20 kernel 0\r\n"));
    terminal.resize(50, 100);
    CHECK(terminal.reader().next("got 28 kernel 0\r\n"));
    kill(shell.job(), SIGUSR1);
    CHECK(terminal.reader().next("got 10 process 0\r\n"));
    kill(shell.job(), SIGXFSZ);
    CHECK(shell.sees("exited 7"));
}

TEST_CASE("Ctrl-C ends both, and the shell sees that", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, {"sleep", "1000"}));
    REQUIRE(child_of(shell.job(), "sleep") > 0);
    terminal.type("\x03");
    CHECK(shell.sees("killed 2"));
}

TEST_CASE("a hang-up of the terminal comes to the command once", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Pipe output;
    Reader reader(output.read_end);
    SECTION("nsjoin leads the session, and nobody else is told")
    {
        Child nsjoin = start(join(pod, listener()), [&] {
            terminal.take();
            dup2(output.write_end, STDOUT_FILENO);
        });
        REQUIRE(reader.shows("ready\n"));
        terminal.hang_up();
        // The kernel sends SIGCONT as well.
        CHECK(reader.next("got 1 process 0\ngot 18 process 0\n"));
        nsjoin.send(SIGXFSZ);
        CHECK(nsjoin.wait() == Status{7, 0});
        CHECK(reader.rest().empty());
    }
    SECTION("the shell led the session, and all in the foreground are told")
    {
        std::vector<std::string> words = join(pod, listener());
        words.insert(words.begin(),
                     {"sh", "-c", "exec \"$@\" >&" + std::to_string(output.write_end), "sh"});
        fcntl(output.write_end, F_SETFD, 0);
        Shell shell(terminal, words);
        fcntl(output.write_end, F_SETFD, FD_CLOEXEC);
        REQUIRE(reader.shows("ready\n"));
        shell.leader().send(SIGKILL);
        CHECK(reader.next("got 1 kernel 0\n"));
        kill(shell.job(), SIGUSR1);
        CHECK(reader.next("got 10 process 0\n"));
        kill(shell.job(), SIGXFSZ);
        CHECK(output.ends());
    }
}

TEST_CASE("Ctrl-Z stops both, and both go on", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, {"cat"}));
    const pid_t command = child_of(shell.job(), "cat");
    REQUIRE(command > 0);
    for (int i = 0; i < 10; ++i) {
        terminal.type("\x1a");
        REQUIRE(shell.sees("stopped " + std::to_string(SIGTSTP)));
        CHECK(comes_to(command, 'T'));
        shell.bring_to_foreground();
        REQUIRE(shell.sees("continued"));
        terminal.type("here\n");
        REQUIRE(terminal.shows("here\r\nhere\r\n"));
    }
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
}

TEST_CASE("when the command alone is stopped the shell sees a stopped job", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const int signal = GENERATE(SIGSTOP, SIGTSTP, SIGTTIN);
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, {"cat"}));
    const pid_t command = child_of(shell.job(), "cat");
    REQUIRE(command > 0);
    REQUIRE(kill(command, signal) == 0);
    CHECK(shell.sees("stopped " + std::to_string(signal == SIGSTOP ? SIGTSTP : signal)));
    shell.bring_to_foreground();
    CHECK(shell.sees("continued"));
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
}

TEST_CASE("in the background it stops when the command wants the terminal", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    SECTION("to read from it")
    {
        Shell shell(terminal, join(pod, {"cat"}), Shell::Place::background);
        CHECK(shell.sees("stopped " + std::to_string(SIGTTIN)));
        shell.bring_to_foreground();
        CHECK(shell.sees("continued"));
        terminal.type("here\n\x04");
        CHECK(shell.sees("exited 0"));
    }
    SECTION("to set it")
    {
        Shell shell(terminal, join(pod, {"stty", "-echo"}), Shell::Place::background);
        CHECK(shell.sees("stopped " + std::to_string(SIGTTOU)));
        CHECK(terminal.echoes());
        shell.bring_to_foreground();
        CHECK(shell.sees("exited 0"));
        CHECK(!terminal.echoes());
    }
    SECTION("and else goes on there")
    {
        Shell shell(terminal, join(pod, {"sleep", "1000"}));
        REQUIRE(child_of(shell.job(), "sleep") > 0);
        terminal.type("\x1a");
        REQUIRE(shell.sees("stopped " + std::to_string(SIGTSTP)));
        shell.continue_in_background();
        REQUIRE(shell.sees("continued"));
        REQUIRE(comes_to(child_of(shell.job(), "sleep"), 'S'));
        kill(shell.job(), SIGTERM);
        CHECK(shell.sees("killed 15"));
    }
}

TEST_CASE("shells stop it, list it and let it go on", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const std::vector<std::string> shell =
        GENERATE(std::vector<std::string>{"bash", "--norc", "--noprofile", "-i"},
                 std::vector<std::string>{"sh", "-i"});
    CAPTURE(shell[0]);
    const Pod pod;
    Terminal terminal;
    Child leader = start(shell, [&] {
        terminal.take();
        setenv("PS1", "$ ", 1);
        unsetenv("ENV");
    });
    REQUIRE(terminal.shows("$ "));
    std::string line = nsjoin_path() + " " + pod.name() +
                       " -- sh -c 'echo begun; read word; echo $word; exit 5'\n";
    terminal.type(line);
    REQUIRE(terminal.shows("begun\r\n"));
    const pid_t command = child_of(child_of(leader.pid(), "nsjoin"), "sh");
    terminal.type("\x1a");
    REQUIRE(terminal.shows("Stopped"));
    REQUIRE(terminal.shows("$ "));
    terminal.type("jobs\n");
    REQUIRE(terminal.shows("Stopped"));
    // It wants to read.
    terminal.type("bg\n");
    REQUIRE(terminal.shows("$ "));
    const auto stopped = [&] {
        terminal.type("jobs; echo li''sted\n");
        std::string list;
        eventually([&] {
            list = terminal.reader().rest();
            return list.find("listed\r\n") != std::string::npos;
        });
        return terminal.shows("listed\r\n") && list.find("Running") == std::string::npos;
    };
    REQUIRE(eventually(stopped));
    terminal.type("fg\n");
    REQUIRE(terminal.shows("exit 5"));
    // Before it continues its job the shell sets the terminal.
    REQUIRE(comes_to(command, 'S'));
    terminal.type("here\n");
    REQUIRE(terminal.shows("here\r\nhere\r\n"));
    terminal.type("echo ended=$?\n");
    REQUIRE(terminal.shows("ended=5"));
    terminal.type("exit\n");
    CHECK(leader.wait() == Status{0, 0});
}

TEST_CASE("without a shell a stopped command does not hold nsjoin for good", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Child nsjoin = start(join(pod, {"sleep", "1000"}), [] { setsid(); });
    const pid_t command = child_of(nsjoin.pid(), "sleep");
    REQUIRE(command > 0);
    const int signal = GENERATE(SIGSTOP, SIGTSTP);
    kill(command, signal);
    if (signal == SIGSTOP) {
        REQUIRE(comes_to(command, 'T'));
    }
    REQUIRE(comes_to_rest(nsjoin.pid()));
    kill(command, SIGTERM);
    kill(command, SIGCONT);
    CHECK(nsjoin.wait() == Status{0, SIGTERM});
}
