// SPDX-License-Identifier: Apache-2.0
// --pty: the command's own terminal, and what is carried between it and the caller's.
#include "tests/support/catch.h"
#include "tests/support/directory.h"
#include "tests/support/terminal.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

using namespace support;

namespace {

std::vector<std::string> join(const Pod &pod, const std::vector<std::string> &command)
{
    std::vector<std::string> arguments{"--pty", pod.name(), "--"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    return nsjoin_words(arguments);
}

std::vector<std::string> script(const Pod &pod, const std::string &text)
{
    return join(pod, {"sh", "-c", text});
}

// Every byte there is, mixed so that a lost or repeated piece shows.
std::string noise(size_t size)
{
    std::string bytes(size, '\0');
    unsigned state = 1;
    for (char &byte : bytes) {
        state = state * 1103515245 + 12345;
        byte = static_cast<char>(state >> 16);
    }
    return bytes;
}

constexpr size_t much = 1 << 20;

// Without printing them: Catch2 3.7 does not come to the end of lines that it can't break.
void check_same(const std::string &carried, const std::string &bytes)
{
    CHECK(carried.size() == bytes.size());
    const auto differing =
        std::mismatch(carried.begin(), carried.end(), bytes.begin(), bytes.end());
    CHECK(differing.first - carried.begin() == static_cast<ptrdiff_t>(bytes.size()));
}

} // namespace

#define SKIP_WITHOUT_NAMESPACES                                                                    \
    if (const auto why = no_namespaces(); !why.empty()) {                                          \
        SKIP_TEST(why);                                                                            \
    }

TEST_CASE("the command has a new terminal of the host's, which controls it", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, script(pod, "tty; tty <&1; tty <&2; echo here >/dev/tty; "
                                      "cut -d' ' -f 5-8 /proc/self/stat; exit 4"));
    CHECK(shell.sees("exited 4"));
    REQUIRE(terminal.reader().rest().rfind("/dev/pts/", 0) == 0);
    const std::string said = terminal.reader().rest();
    const std::string name = said.substr(0, said.find('\r'));
    CHECK(name != ttyname(terminal.slave()));
    // Its own session and its own group, in the foreground.
    CHECK(said.rfind(name + "\r\n" + name + "\r\n" + name + "\r\nhere\r\n", 0) == 0);
}

TEST_CASE("the new terminal's size is that of the caller's, and follows it", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    terminal.resize(31, 97);
    Shell shell(terminal, script(pod, "trap 'stty size' WINCH; trap 'exit 0' TERM; stty size; "
                                      "while :; do sleep 1000 & wait; done"));
    CHECK(terminal.shows("31 97\r\n"));
    terminal.resize(32, 98);
    CHECK(terminal.reader().next("32 98\r\n"));
    kill(shell.job(), SIGTERM);
    CHECK(shell.sees("exited 0"));
    CHECK(terminal.reader().rest().empty());
}

TEST_CASE("each byte of the input and the output is carried, and none is lost at the end",
          "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const std::string bytes = noise(much);
    const Directory directory;
    const std::string file = directory.file("bytes", bytes);
    Terminal terminal;
    SECTION("out, to a terminal")
    {
        Shell shell(terminal, script(pod, "stty raw; cat " + file));
        REQUIRE(eventually([&] { return terminal.reader().rest().size() >= much; }));
        CHECK(shell.sees("exited 0"));
        check_same(terminal.reader().rest(), bytes);
    }
    SECTION("out, to a pipe")
    {
        // The input ends at once, so an end of file is typed, which a terminal may echo.
        const Answer answer =
            nsjoin({"--pty", pod.name(), "sh", "-c", "stty raw -echo; cat " + file});
        check_same(answer.output, bytes);
        CHECK(answer.status == Status{0, 0});
    }
    SECTION("in, from a terminal")
    {
        Shell shell(terminal,
                    script(pod, "stty raw -echo; echo ready; head -c " + std::to_string(much) +
                                    " | cmp - " + file + "; exit $?"));
        REQUIRE(terminal.shows("ready"));
        terminal.type(bytes);
        CHECK(shell.sees("exited 0"));
    }
    SECTION("both ways, by pipes")
    {
        Pipe input;
        Pipe output;
        Reader reader(output.read_end);
        Child nsjoin =
            start(script(pod, "stty raw -echo; echo ready; head -c " + std::to_string(much)), [&] {
                dup2(input.read_end, STDIN_FILENO);
                dup2(output.write_end, STDOUT_FILENO);
            });
        REQUIRE(reader.shows("ready\n"));
        Child writer = Child::calling(
            [&] { return write(input.write_end, bytes.data(), much) == much ? 0 : 1; });
        REQUIRE(eventually([&] { return reader.rest().size() >= much; }));
        CHECK(nsjoin.wait() == Status{0, 0});
        CHECK(writer.wait() == Status{0, 0});
        check_same(reader.rest(), bytes);
    }
}

TEST_CASE("the new terminal echoes and edits lines, not the caller's", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, {"cat"}));
    REQUIRE(eventually([&] { return !terminal.echoes(); }));
    REQUIRE(child_of(shell.job(), "cat") > 0);
    terminal.type("herf\x7f"
                  "e\r");
    CHECK(terminal.reader().next("herf\b \be\r\nhere\r\n"));
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
    CHECK(terminal.echoes());
}

TEST_CASE("Ctrl-C and Ctrl-Z go to what is in the new terminal's foreground, once", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, listener()));
    REQUIRE(terminal.shows("ready\r\n"));
    REQUIRE(eventually([&] { return !terminal.echoes(); }));
    let_run_first(child_of(shell.job(), "run"), shell.job());
    terminal.resize(50, 100);
    CHECK(terminal.reader().next("got 28 kernel 0\r\n"));
    terminal.type("\x03");
    CHECK(terminal.reader().next("^Cgot 2 kernel 0\r\n"));
    terminal.type("\x1a");
    CHECK(terminal.reader().next("^Zgot 20 kernel 0\r\n"));
    kill(shell.job(), SIGINT);
    CHECK(terminal.reader().next("got 2 process 0\r\n"));
    kill(shell.job(), SIGXFSZ);
    CHECK(shell.sees("exited 7"));
    CHECK(terminal.reader().rest().empty());
}

TEST_CASE("a shell inside has job control of its own", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    Shell shell(terminal, join(pod, {"env", "PS1=inside ", "bash", "--norc", "--noprofile", "-i"}));
    REQUIRE(terminal.shows("inside "));
    terminal.type("cat\r");
    const pid_t cat = child_of(child_of(shell.job(), "bash"), "cat");
    REQUIRE(cat > 0);
    terminal.type("first\r");
    REQUIRE(terminal.shows("first\r\nfirst\r\n"));
    terminal.type("\x1a");
    REQUIRE(terminal.shows("Stopped"));
    terminal.type("fg\r");
    REQUIRE(terminal.shows("cat\r\n"));
    // Before it continues its job the shell sets the terminal.
    REQUIRE(comes_to(cat, 'S'));
    terminal.type("second\r");
    REQUIRE(terminal.shows("second\r\nsecond\r\n"));
    terminal.type("\x03");
    REQUIRE(terminal.shows("inside "));
    terminal.type("exit 9\r");
    CHECK(shell.sees("exited 9"));
}

TEST_CASE("the end of the input is the end of the command's input", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Pipe output;
    Reader reader(output.read_end);
    const std::string text = GENERATE("", "line\n", "no line", "closed");
    CAPTURE(text);
    Pipe input;
    if (text != "closed") {
        REQUIRE(write(input.write_end, text.data(), text.size()) >= 0);
    }
    Child nsjoin = start(script(pod, "stty -echo; cat; echo end"), [&] {
        dup2(output.write_end, STDOUT_FILENO);
        if (text == "closed") {
            close(STDIN_FILENO);
        } else {
            dup2(input.read_end, STDIN_FILENO);
        }
    });
    input.close_write();
    CHECK(reader.shows("end\r\n"));
    CHECK(nsjoin.wait() == Status{0, 0});
}

TEST_CASE("output that nobody takes is no reason to end, but a broken pipe is", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    SECTION("closed")
    {
        Child nsjoin = start(script(pod, "seq 10000; exit 3"), [] { close(STDOUT_FILENO); });
        CHECK(nsjoin.wait() == Status{3, 0});
    }
    SECTION("full")
    {
        Child nsjoin = start(script(pod, "seq 10000; exit 3"),
                             [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); });
        CHECK(nsjoin.wait() == Status{3, 0});
    }
    SECTION("a broken pipe")
    {
        Child nsjoin = start(join(pod, {"yes"}), [] {
            int ends[2];
            if (pipe(ends) == 0) {
                dup2(ends[1], STDOUT_FILENO);
                close(ends[0]);
                close(ends[1]);
            }
        });
        CHECK(nsjoin.wait() == Status{0, SIGPIPE});
    }
}

TEST_CASE("the caller's descriptors stay as they were", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Terminal terminal;
    const int before = fcntl(terminal.slave(), F_GETFL);
    Shell shell(terminal, join(pod, {"cat"}));
    REQUIRE(child_of(shell.job(), "cat") > 0);
    REQUIRE(eventually([&] { return !terminal.echoes(); }));
    CHECK(fcntl(terminal.slave(), F_GETFL) == before);
    terminal.type("\x04");
    CHECK(shell.sees("exited 0"));
    CHECK(fcntl(terminal.slave(), F_GETFL) == before);
}
