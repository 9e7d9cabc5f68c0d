// SPDX-License-Identifier: Apache-2.0
// What pause keeps of its memory, and what others still see of it.
#include "tests/support/catch.h"
#include "tests/support/process.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <iostream>
#include <map>
#include <signal.h>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

// The mappings of a process, but for those that every process has outside its own address space.
std::vector<std::string> mappings(const Child &pause)
{
    std::istringstream maps(contents(pause.proc("maps")));
    std::vector<std::string> result;
    for (std::string line; std::getline(maps, line);) {
        if (line.find("[vsyscall]") == std::string::npos &&
            line.find("[vectors]") == std::string::npos) {
            result.push_back(line);
        }
    }
    return result;
}

// KiB, proc_pid_smaps(5).
std::map<std::string, long> sizes(const Child &pause)
{
    std::istringstream rollup(contents(pause.proc("smaps_rollup")));
    std::map<std::string, long> result;
    std::string line;
    std::getline(rollup, line);
    while (std::getline(rollup, line)) {
        std::istringstream words(line);
        std::string name;
        words >> name >> result[line.substr(0, line.find(':'))];
    }
    return result;
}

std::string command_line(const std::vector<std::string> &arguments)
{
    std::string text = pause_path() + '\0';
    for (const auto &argument : arguments) {
        text += argument + '\0';
    }
    return text;
}

} // namespace

TEST_CASE("it keeps two pages, one of them shared with every other pause", "[native]")
{
    Child other(Setup{});
    Child pause({.as = no_namespaces().empty() ? As::init : As::child});
    REQUIRE(eventually([&] { return pause.asleep() && other.asleep(); }));
    const auto mapped = mappings(pause);
    CAPTURE(mapped);
    CHECK(mapped.size() == 2);
    auto size = sizes(pause);
    const long page = sysconf(_SC_PAGESIZE) / 1024;
    std::cout << "RSS " << size["Rss"] << " KiB, of it private "
              << size["Private_Clean"] + size["Private_Dirty"] << " KiB\n";
    CHECK(size["Rss"] <= 2 * page);
    CHECK(size["Private_Clean"] + size["Private_Dirty"] <= page);
}

TEST_CASE("its command line can still be seen, and its environment can't", "[native]")
{
    const auto arguments =
        GENERATE(std::vector<std::string>{}, std::vector<std::string>{"-P"},
                 std::vector<std::string>{"", "", ""},
                 std::vector<std::string>{"a b", "--long=option", std::string(1000, 'x'), ""});
    Child pause({.arguments = arguments});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("cmdline")) == command_line(arguments));
    CHECK(contents(pause.proc("environ")).empty());
}

TEST_CASE("without environment and arguments its command line can be seen too", "[native]")
{
    Child pause({.before_exec = [] {
        std::string path = pause_path();
        char *const arguments[] = {path.data(), nullptr};
        char *const environment[] = {nullptr};
        execve(path.c_str(), arguments, environment);
    }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("cmdline")) == command_line({}));
    CHECK(mappings(pause).size() == 2);
}

TEST_CASE("a long command line is cut and does no harm", "[native]")
{
    const std::vector<std::string> arguments(100, std::string(1000, 'x'));
    Child pause({.arguments = arguments});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    const std::string seen = contents(pause.proc("cmdline"));
    CHECK(seen.size() > 2048);
    CHECK(seen.back() == '\0');
    CHECK(command_line(arguments).rfind(seen.substr(0, seen.size() - 1), 0) == 0);
    CHECK(mappings(pause).size() == 2);
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("where prctl is refused it keeps all and works", "[native]")
{
    const int error = GENERATE(EPERM, ENOSYS, EINVAL);
    const std::vector<std::string> arguments(100, std::string(1000, 'x'));
    Child pause({.arguments = arguments, .before_exec = [error] { refuse({SYS_prctl}, error); }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("cmdline")) == command_line(arguments));
    CHECK(mappings(pause).size() > 2);
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

TEST_CASE("where munmap is refused it keeps all and works", "[native]")
{
    Child pause({.before_exec = [] { refuse({SYS_munmap}, EPERM); }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("cmdline")) == command_line({}));
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}
