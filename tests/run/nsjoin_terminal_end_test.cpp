// SPDX-License-Identifier: Apache-2.0
// --pty: the caller's terminal is as it was, however nsjoin ends or stops, and nothing keeps it
// from ending. Only SIGKILL of nsjoin itself leaves it raw.
#include "tests/support/catch.h"
#include "tests/support/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

std::vector<std::string> join(const Pod &pod, const std::vector<std::string> &command)
{
    std::vector<std::string> arguments{"--pty", pod.name(), "--"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return nsjoin_words(arguments);
}

} // namespace

#define SKIP_WITHOUT_NAMESPACES                                                                    \
    if (const auto why = no_namespaces(); !why.empty()) {                                          \
        SKIP_TEST(why);                                                                            \
    }

TEST_CASE("the caller's terminal is as it was when nsjoin has ended", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const std::string before = terminal.mode();
    SECTION("as the command was not found")
    {
        Shell shell(terminal, join(pod, {"/no such command"}));
        CHECK(shell.sees("exited 127"));
    }
    SECTION("as the command did")
    {
        Shell shell(terminal, join(pod, {"sh", "-c", "stty raw -echo; exit 3"}));
        CHECK(shell.sees("exited 3"));
    }
    SECTION("by what killed the command")
    {
        const int signal = GENERATE(SIGKILL, SIGTERM, SIGSEGV);
        Shell shell(terminal, join(pod, {"sleep", "1000"}));
        REQUIRE(eventually([&] { return terminal.mode() != before; }));
        kill(child_of(shell.job(), "sleep"), signal);
        CHECK(shell.sees("killed " + std::to_string(signal)));
    }
    SECTION("by a signal to it")
    {
        const int signal = GENERATE(SIGTERM, SIGHUP, SIGINT, SIGQUIT);
        Shell shell(terminal, join(pod, {"sleep", "1000"}));
        REQUIRE(eventually([&] { return terminal.mode() != before; }));
        REQUIRE(child_of(shell.job(), "sleep") > 0);
        kill(shell.job(), signal);
        CHECK(shell.sees("killed " + std::to_string(signal)));
    }
    CHECK(terminal.mode() == before);
}

TEST_CASE("the caller's terminal is as it was while nsjoin is stopped", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const std::string before = terminal.mode();
    Shell shell(terminal, join(pod, {"cat"}));
    REQUIRE(eventually([&] { return terminal.mode() != before; }));
    const std::string raw = terminal.mode();
    const pid_t command = child_of(shell.job(), "cat");
    REQUIRE(command > 0);
    SECTION("as the command is")
    {
        kill(command, SIGSTOP);
    }
    SECTION("as it was asked to")
    {
        kill(shell.job(), SIGTSTP);
    }
    REQUIRE(shell.sees("stopped " + std::to_string(SIGTSTP)));
    CHECK(terminal.mode() == before);

    shell.continue_in_background();
    REQUIRE(shell.sees("continued"));
    // It asks for nothing of what is typed now.
    terminal.type("early\n");
    CHECK(terminal.shows("early\r\n"));
    CHECK(comes_to_rest(shell.job()));
    CHECK(terminal.mode() == before);

    shell.bring_to_foreground();
    REQUIRE(eventually([&] { return terminal.mode() == raw; }));
    CHECK(terminal.shows("early\r\nearly\r\n"));
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
    CHECK(terminal.mode() == before);
}

TEST_CASE("stopped by SIGSTOP and continued it has the terminal again", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const std::string before = terminal.mode();
    Shell shell(terminal, join(pod, {"cat"}));
    REQUIRE(eventually([&] { return terminal.mode() != before; }));
    const std::string raw = terminal.mode();
    kill(shell.job(), SIGSTOP);
    REQUIRE(shell.sees("stopped " + std::to_string(SIGSTOP)));
    // As a shell with a line editor does.
    termios mode{};
    tcgetattr(terminal.slave(), &mode);
    mode.c_lflag |= ECHO | ICANON;
    tcsetattr(terminal.slave(), TCSANOW, &mode);
    shell.bring_to_foreground();
    CHECK(eventually([&] { return terminal.mode() == raw; }));
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
    CHECK(terminal.mode() == before);
}

TEST_CASE("ended in the background it leaves the terminal as the shell has it", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const std::string before = terminal.mode();
    Shell shell(terminal, join(pod, {"sleep", "1000"}));
    REQUIRE(child_of(shell.job(), "sleep") > 0);
    REQUIRE(eventually([&] { return terminal.mode() != before; }));
    kill(shell.job(), SIGSTOP);
    REQUIRE(shell.sees("stopped " + std::to_string(SIGSTOP)));
    termios mode{};
    tcgetattr(terminal.slave(), &mode);
    mode.c_lflag |= ISIG;
    tcsetattr(terminal.slave(), TCSANOW, &mode);
    const std::string of_shell = terminal.mode();
    REQUIRE(of_shell != before);
    kill(shell.job(), SIGTERM);
    shell.continue_in_background();
    CHECK(shell.sees("killed 15"));
    CHECK(terminal.mode() == of_shell);
}

TEST_CASE("in the background it stops until it is brought to the foreground", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const std::string before = terminal.mode();
    Shell shell(terminal, join(pod, {"cat"}), Shell::Place::background);
    REQUIRE(shell.sees("stopped " + std::to_string(SIGTTOU)));
    CHECK(terminal.mode() == before);
    SECTION("and goes on there")
    {
        shell.bring_to_foreground();
        REQUIRE(eventually([&] { return terminal.mode() != before; }));
        terminal.type("here\r\x04");
        CHECK(shell.sees("exited 0"));
    }
    SECTION("or is ended")
    {
        kill(shell.job(), SIGTERM);
        kill(shell.job(), SIGCONT);
        CHECK(shell.sees("killed 15"));
    }
    CHECK(terminal.mode() == before);
}

TEST_CASE("a caller who reads nothing keeps no signal from the command, nor nsjoin from ending",
          "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const bool to_terminal = GENERATE(true, false);
    const bool by_signal = GENERATE(true, false);
    CAPTURE(to_terminal, by_signal);
    // By its own status it could still be waited for, as it is for one who reads late.
    const std::vector<std::string> command = {
        "sh", "-c", by_signal ? "exec yes" : "trap 'exit 6' TERM; yes & wait"};
    const std::string ended = by_signal ? "killed 15" : "exited 6";
    Pipe pipe;
    Terminal terminal;
    std::vector<std::string> words = join(pod, command);
    if (!to_terminal) {
        words.insert(words.begin(),
                     {"sh", "-c", "exec \"$@\" >&" + std::to_string(pipe.write_end), "sh"});
        fcntl(pipe.write_end, F_SETFD, 0);
    }
    Shell shell(terminal, words);
    REQUIRE(child_of(shell.job(), by_signal ? "yes" : "sh") > 0);
    REQUIRE(comes_to_rest(shell.job()));
    kill(shell.job(), SIGTERM);
    CHECK(shell.sees(ended));
}

TEST_CASE("a command that hangs up its terminal, closes it or reads nothing does not make it spin",
          "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    SECTION("hangs up")
    {
        if (geteuid() != 0) {
            SKIP_TEST("vhangup wants root");
        }
        const std::string hang_up = "$SIG{HUP} = 'IGNORE'; $SIG{TERM} = sub { exit 8 };"
                                    "$| = 1; print 'ready'; <STDIN>; syscall(" +
                                    std::to_string(SYS_vhangup) +
                                    ") == 0 or exit 9; $0 = 'hungup'; sleep 1000 while 1;";
        Shell shell(terminal, join(pod, {"perl", "-e", hang_up}));
        REQUIRE(terminal.shows("ready"));
        terminal.type("\r");
        REQUIRE(child_of(shell.job(), "hungup") > 0);
        CHECK(comes_to_rest(shell.job()));
        terminal.type("keys");
        CHECK(comes_to_rest(shell.job()));
        kill(shell.job(), SIGTERM);
        CHECK(shell.sees("exited 8"));
    }
    SECTION("closes")
    {
        Shell shell(terminal, join(pod, {"sh", "-c", "exec <&- >&- 2>&-; exec sleep 1000"}));
        REQUIRE(child_of(shell.job(), "sleep") > 0);
        CHECK(comes_to_rest(shell.job()));
        kill(shell.job(), SIGTERM);
        CHECK(shell.sees("killed 15"));
    }
    SECTION("reads nothing")
    {
        Shell shell(terminal,
                    join(pod, {"sh", "-c", "stty raw -echo; echo ready; exec sleep 1000"}));
        REQUIRE(terminal.shows("ready"));
        REQUIRE(child_of(shell.job(), "sleep") > 0);
        const std::string keys(4096, 'k');
        while (terminal.type_some(keys.data(), keys.size()) != 0 || !comes_to_rest(shell.job())) {
        }
        CHECK(comes_to_rest(shell.job()));
        kill(shell.job(), SIGTERM);
        CHECK(shell.sees("killed 15"));
    }
}

TEST_CASE("input that has ended or output that nobody takes does not make it spin", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const bool is_closed = GENERATE(false, true);
    Child nsjoin = start(join(pod, {"sleep", "1000"}), [&] {
        if (is_closed) {
            close(STDIN_FILENO);
            close(STDOUT_FILENO);
        }
    });
    REQUIRE(child_of(nsjoin.pid(), "sleep") > 0);
    CHECK(comes_to_rest(nsjoin.pid()));
    nsjoin.send(SIGTERM);
    CHECK(nsjoin.wait() == Status{0, SIGTERM});
}
