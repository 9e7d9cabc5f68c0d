// SPDX-License-Identifier: Apache-2.0
// What pause answers, to whom, and what it doesn't listen to.
#include "tests/support/catch.h"
#include "tests/support/directory.h"
#include "tests/support/process.h"

#include <fcntl.h>
#include <filesystem>
#include <signal.h>
#include <unistd.h>

using namespace support;

namespace {

struct Answer {
    Status status;
    std::string text;
};

Answer ask(const std::vector<std::string> &arguments,
           const std::function<void()> &before_exec = nullptr)
{
    Pipe output;
    Child pause({.arguments = arguments, .before_exec = [&] {
                     dup2(output.write_end, STDOUT_FILENO);
                     if (before_exec) {
                         before_exec();
                     }
                 }});
    const Status status = pause.wait();
    return {status, output.drain()};
}

const std::string version_line = "pause " VERSION "\n";

} // namespace

TEST_CASE("-v prints the version, in either letter case, wherever it stands")
{
    const auto arguments = GENERATE(std::vector<std::string>{"-v"}, std::vector<std::string>{"-V"},
                                    std::vector<std::string>{"-P", "-v"},
                                    std::vector<std::string>{"", "x", "-V", "-h"});
    const Answer answer = ask(arguments);
    CHECK(answer.text == version_line);
    CHECK(answer.status == Status{0, 0});
}

TEST_CASE("-h and --help print one line")
{
    const auto argument = GENERATE(as<std::string>(), "-h", "--help");
    const Answer answer = ask({argument});
    CHECK(answer.text.rfind("usage: pause ", 0) == 0);
    CHECK(answer.text.find('\n') == answer.text.size() - 1);
    CHECK(answer.status == Status{0, 0});
}

TEST_CASE("-v works for any user")
{
    if (geteuid() != 0) {
        SKIP_TEST("only root can become another user");
    }
    // The source may lie where only root goes.
    const std::string original = pause_path();
    const Directory directory;
    const std::string copy = directory.path("pause");
    std::filesystem::copy_file(original, copy);
    setenv("PAUSE", copy.c_str(), 1);
    const Answer answer = ask({"-v"}, [] {
        if (setgid(65535) != 0 || setuid(65535) != 0) {
            _exit(97);
        }
    });
    setenv("PAUSE", original.c_str(), 1);
    CHECK(answer.text == version_line);
    CHECK(answer.status == Status{0, 0});
}

TEST_CASE("-v fails when nobody can read the answer")
{
    const char *const path = GENERATE("/dev/full", static_cast<const char *>(nullptr));
    const Answer answer = ask({"-v"}, [path] {
        close(STDOUT_FILENO);
        if (path != nullptr) {
            open(path, O_WRONLY);
        }
    });
    CHECK(answer.status == Status{1, 0});
}

TEST_CASE("every other argument is ignored")
{
    const auto argument = GENERATE(as<std::string>(), "", "-", "--", "-P", "-vv", "-vh", "v", "-x",
                                   "--version", "--hel", "--helpp", "/pause");
    Child pause({.arguments = {argument, argument}});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("tools see pause as its name", "[native]")
{
    Child pause(Setup{});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("comm")) == "pause\n");
    CHECK(contents(pause.proc("stat")).find("(pause)") != std::string::npos);
}
