// SPDX-License-Identifier: Apache-2.0
// What nsjoin says of a command line that it can't make sense of.
#include "nsjoin/option_table.h"
#include "tests/support/catch.h"
#include "tests/unit/options.h"

#include <algorithm>
#include <linux/sched.h>
#include <set>

using namespace nsjoin;
using unit::Parsed;

namespace {

using Words = std::vector<std::string>;

std::vector<HelpLine> help_lines()
{
    std::vector<HelpLine> lines;
    HelpLine line{};
    for (size_t i = 0; help_line(i, line); ++i) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

TEST_CASE("each mistake in a command line has its own words")
{
    const std::vector<std::pair<Words, std::string>> mistakes{
        {{}, "no process given|nsjoin <pid> -- command"},
        {{"--"}, "no process given|nsjoin <pid> -- command"},
        {{"--list"}, "no process given|nsjoin <pid> -- command"},
        {{"--list", "--net=f"}, "no process given|nsjoin <pid> -- command"},
        {{"-"}, "not a process number:|-|it is from 1 to 2147483647"},
        {{"0"}, "not a process number:|0|it is from 1 to 2147483647"},
        {{"1x"}, "not a process number:|1x|it is from 1 to 2147483647"},
        {{"+1"}, "not a process number:|+1|it is from 1 to 2147483647"},
        {{"2147483648"}, "not a process number:|2147483648|it is from 1 to 2147483647"},
        {{"18446744073709551617"},
         "not a process number:|18446744073709551617|it is from 1 to 2147483647"},
        {{"-t", "-1"}, "not a process number:|-1|it is from 1 to 2147483647"},
        {{"--target="}, "not a process number:||it is from 1 to 2147483647"},
        {{"1:"}, "not the inode number of a pidfd:|"},
        {{"1:0"}, "not the inode number of a pidfd:|0"},
        {{"1:2x"}, "not the inode number of a pidfd:|2x"},
        {{"1:18446744073709551616"}, "not the inode number of a pidfd:|18446744073709551616"},
        {{"-t1", "-t2"}, "two processes given, the second is|2"},
        {{"-t1", "--pidfd=2"}, "two processes given, the second is --pidfd|2"},
        {{"--pidfd=x"}, "not a file descriptor:|x"},
        {{"--keep-fd=-1"}, "not a file descriptor:|-1"},
        {{"--status-fd=2147483648"}, "not a file descriptor:|2147483648"},
        {{"-N", ""}, "not a file descriptor:|"},
        {{"-S4294967295"}, "not a number of a user or group, nor follow:|4294967295"},
        {{"-G", "root"}, "not a number of a user or group, nor follow:|root"},
        {{"--setenv=A"}, "not of the form NAME=VALUE:|A"},
        {{"--setenv==A"}, "not of the form NAME=VALUE:|=A"},
        {{"--kill-child=9x"}, "not a signal:|9x|such as TERM, SIGTERM or 15"},
        {{"--kill-child=0"}, "not a signal:|0|such as TERM, SIGTERM or 15"},
        {{"--kill-child=65"}, "not a signal:|65|such as TERM, SIGTERM or 15"},
        {{"--env=1"}, "no value can be given in|--env=1"},
        {{"--all="}, "no value can be given in|--all="},
        {{"--root="}, "the value is empty in|--root="},
        {{"--net="}, "the value is empty in|--net="},
        {{"--bring"}, "a value is missing behind|--bring"},
        {{"-aS"}, "a value is missing behind|-aS"},
        {{"-mx"}, "unknown option|-mx|see --help"},
        {{"-1"}, "unknown option|-1|see --help"},
        {{"--mout"}, "unknown option|--mout|did you mean --%|mount"},
        {{"--Mount=f"}, "unknown option|--Mount=f|did you mean --%|mount"},
        {{"--sttenv=A=b"}, "unknown option|--sttenv=A=b|did you mean --%|setenv"},
        {{"--nothing-like-it"}, "unknown option|--nothing-like-it|see --help"},
        {{"--set=1"}, "more than one option begins with|--set=1|see --help"},
        {{"--="}, "more than one option begins with|--=|see --help"},
        {{"-w", "-W/x", "1"}, "--wd and --wdns exclude each other"},
        {{"-w/y", "-W/x", "--net=f"}, "--wd and --wdns exclude each other"},
    };
    for (const auto &[words, text] : mistakes) {
        CAPTURE(words);
        const Parsed parsed(words);
        CHECK(parsed.mistake() == text);
        REQUIRE(parsed.failure());
        CHECK(parsed.failure()->status == 125);
        CHECK(parsed.failure()->stage == Stage::parse);
        CHECK(parsed.failure()->error == sys::Errno::none);
    }
}

TEST_CASE("what wants a process is named where there is none")
{
    const std::vector<std::pair<std::string, std::string>> wanting{
        {"-m", "a namespace without a file"},
        {"-a", "a namespace without a file"},
        {"-N3", "--net-socket"},
        {"-e", "--env"},
        {"-r", "--root without a directory"},
        {"-w", "--wd without a directory"},
        {"-W", "--wd without a directory"},
        {"-c", "--join-cgroup"},
        {"-Z", "--follow-context"},
        {"-Sfollow", "follow"},
        {"-Gfollow", "follow"},
    };
    for (const auto &[word, what] : wanting) {
        CAPTURE(word);
        CHECK(Parsed({word, "--ipc=f"}).mistake() ==
              "no process given, which is wanted by|" + what + "|nsjoin <pid> -- command");
    }
}

TEST_CASE("256 variables and 64 descriptors are the most")
{
    Words words{"1"};
    words.resize(257, "--setenv=A=b");
    CHECK(Parsed(words).good().set_count == 256);
    words.emplace_back("--setenv=C=d");
    CHECK(Parsed(words).mistake() == "more than 256 times --setenv, at|C=d");

    Words kept{"1"};
    kept.resize(65, "--keep-fd=3");
    CHECK(Parsed(kept).good().keep_count == 64);
    kept.emplace_back("--keep-fd=4");
    CHECK(Parsed(kept).mistake() == "more than 64 times --keep-fd, at|4");
}

TEST_CASE("argv may be empty, and words of any length")
{
    const char *const none[] = {nullptr};
    Options options;
    CHECK(parse(none, options));
    CHECK(Parsed({"--" + std::string(100'000, 'a')}).mistake().find("unknown option") == 0);
    CHECK(Parsed({std::string(100'000, '1')}).mistake().find("not a process number") == 0);
}

TEST_CASE("a long option may be cut short as far as no other begins so")
{
    const std::set<std::string> own{"pidfd",      "clear-env", "setenv", "bring", "keep-fd",
                                    "kill-child", "status-fd", "pty",    "list"};
    std::set<std::string> names;
    for (const auto &line : help_lines()) {
        names.insert(line.name);
    }
    for (const auto &name : names) {
        for (size_t size = 1; size < name.size(); ++size) {
            const std::string beginning = name.substr(0, size);
            int of_nsenter = 0;
            int of_ours = 0;
            for (const auto &other : names) {
                if (other.rfind(beginning, 0) == 0) {
                    ++(own.contains(other) ? of_ours : of_nsenter);
                }
            }
            // What is short for one of nsenter's stays so.
            const int candidates = of_nsenter > 0 ? of_nsenter : of_ours;
            CAPTURE(beginning);
            // No option takes this value, so there is always a mistake: which one tells.
            const std::string mistake = Parsed({"--" + beginning + "="}).mistake();
            CHECK(mistake.rfind("unknown option", 0) != 0);
            CHECK((mistake.rfind("more than one option", 0) == 0) ==
                  (candidates > 1 && !names.contains(beginning)));
        }
    }
    CHECK(Parsed({"--pi", "1"}).good().from_target.flags() == CLONE_NEWPID);
    CHECK(Parsed({"--c", "1"}).good().from_target.flags() == CLONE_NEWCGROUP);
    CHECK(Parsed({"--keep", "1"}).good().keep_caps);
    CHECK(Parsed({"--keep-f=1", "1"}).good().keep_count == 1);
}

TEST_CASE("no two options have the same name or letter")
{
    const auto lines = help_lines();
    CHECK(lines.size() > 25);
    for (const auto &line : lines) {
        CAPTURE(line.name);
        CHECK(*line.text != '\0');
        const auto same = std::count_if(lines.begin(), lines.end(), [&](const auto &other) {
            return std::string(other.name) == line.name ||
                   (line.letter != 0 && other.letter == line.letter);
        });
        CHECK(same == 1);
    }
}
