// SPDX-License-Identifier: Apache-2.0
// What each option of nsjoin comes to.
#include "tests/support/catch.h"
#include "tests/unit/options.h"

#include <linux/sched.h>
#include <map>

using namespace nsjoin;
using unit::Parsed;

namespace {

unsigned long wanted(const std::vector<std::string> &arguments)
{
    return Parsed(arguments).good().from_target.flags();
}

} // namespace

TEST_CASE("the process is the first word, or -t's value, with or without an inode")
{
    const auto arguments =
        GENERATE(std::vector<std::string>{"42"}, std::vector<std::string>{"-t", "42"},
                 std::vector<std::string>{"-t42"}, std::vector<std::string>{"--target", "42"},
                 std::vector<std::string>{"--target=42"}, std::vector<std::string>{"--tar=42"},
                 std::vector<std::string>{"42", "--"}, std::vector<std::string>{"-Ft42"});
    const Parsed parsed(arguments);
    CHECK(parsed.good().pid == 42);
    CHECK(parsed.good().inode == 0);
    CHECK(parsed.good().command[0] == nullptr);
    CHECK(Parsed({"2147483647:18446744073709551615"}).good().inode == ~uint64_t{0});
    CHECK(Parsed({"2147483647:7"}).good().pid == 2147483647);
}

TEST_CASE("a descriptor can be the process")
{
    CHECK(Parsed({"--pidfd=7"}).good().pidfd == 7);
    CHECK(Parsed({"--pidfd", "0"}).good().pidfd == 0);
}

TEST_CASE("each kind of namespace has a letter, a long option, and takes a file")
{
    for (size_t i = 0; i < namespace_count; ++i) {
        const std::string letter(1, namespaces[i].letter);
        const std::string name = namespaces[i].name;
        CAPTURE(name);
        CHECK(wanted({"-" + letter, "1"}) == namespaces[i].flag);
        CHECK(wanted({"--" + name, "1"}) == namespaces[i].flag);
        const Parsed of_letter({"-" + letter + "/a/file"});
        CHECK(std::string(of_letter.good().files[i]) == "/a/file");
        const Parsed of_name({"--" + name + "=file"});
        CHECK(std::string(of_name.good().files[i]) == "file");
        CHECK(of_name.good().from_target.empty());
    }
}

TEST_CASE("letters may be put together, and the last may have a value")
{
    constexpr unsigned long six =
        CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;
    CHECK(wanted({"-muinpC", "1"}) == six);
    CHECK(wanted({"-muinpCt1"}) == six);
    CHECK(wanted({"-muinpCt", "1"}) == six);
    CHECK(wanted({"-a", "1"}) == NamespaceSet::all().flags());
    const Parsed files({"-Fn/run/net", "1"});
    CHECK(files.good().no_fork);
    CHECK(std::string(files.good().files[4]) == "/run/net");
    const Parsed parsed({"-aFeS7", "1"});
    CHECK(parsed.good().no_fork);
    CHECK(parsed.good().environment == Environment::target);
    CHECK(parsed.good().uid.number == 7);
}

TEST_CASE("options without a value set what they are for, and nothing else")
{
    const std::map<std::string, bool Options::*> flags{
        {"--user-parent", &Options::user_parent},
        {"--preserve-credentials", &Options::preserve_credentials},
        {"--keep-caps", &Options::keep_caps},
        {"--follow-context", &Options::follow_context},
        {"-Z", &Options::follow_context},
        {"--join-cgroup", &Options::join_cgroup},
        {"-c", &Options::join_cgroup},
        {"--no-fork", &Options::no_fork},
        {"-F", &Options::no_fork},
        {"--pty", &Options::pty},
        {"--require-pidfd", &Options::require_pidfd},
    };
    for (const auto &[word, flag] : flags) {
        CAPTURE(word);
        const Parsed parsed({word, "1"});
        for (const auto &[other, other_flag] : flags) {
            CHECK(parsed.good().*other_flag == (other_flag == flag));
        }
    }
}

TEST_CASE("ids are numbers or follow")
{
    const Parsed parsed({"-S", "0", "--setgid=4294967294", "1"});
    CHECK(parsed.good().uid.from == Id::From::number);
    CHECK(parsed.good().uid.number == 0);
    CHECK(parsed.good().gid.number == 4294967294);
    CHECK(Parsed({"-Sfollow", "1"}).good().uid.from == Id::From::target);
    CHECK(Parsed({"-G", "follow", "1"}).good().gid.from == Id::From::target);
    CHECK(Parsed({"1"}).good().uid.from == Id::From::caller);
}

TEST_CASE("directories are the target's, or by path")
{
    const Parsed of_target({"-r", "-w", "1"});
    CHECK(of_target.good().root.from == Directory::From::target);
    CHECK(of_target.good().wd.from == Directory::From::target);
    const Parsed paths({"-rroot", "--wd=/wd", "1"});
    CHECK(std::string(paths.good().root.path) == "root");
    CHECK(std::string(paths.good().wd.path) == "/wd");
    CHECK(std::string(Parsed({"-W/in", "1"}).good().wdns) == "/in");
    CHECK(Parsed({"--wdns", "1"}).good().wd.from == Directory::From::target);
}

TEST_CASE("the last of --env and --clear-env counts, and --setenv adds up")
{
    CHECK(Parsed({"1"}).good().environment == Environment::caller);
    CHECK(Parsed({"-e", "--clear-env", "1"}).good().environment == Environment::empty);
    CHECK(Parsed({"--clear-env", "--env", "1"}).good().environment == Environment::target);
    const Parsed parsed({"--setenv=A=1", "--setenv", "B=", "--setenv=A=x=y", "1"});
    REQUIRE(parsed.good().set_count == 3);
    CHECK(std::string(parsed.good().set[0]) == "A=1");
    CHECK(std::string(parsed.good().set[1]) == "B=");
    CHECK(std::string(parsed.good().set[2]) == "A=x=y");
}

TEST_CASE("descriptors, a signal and a program are taken as they are given")
{
    const Parsed parsed({"--keep-fd=9", "--keep-fd", "2147483647", "--status-fd=8", "--bring=/sh",
                         "--net-socket=5", "--kill-child=HUP", "1"});
    REQUIRE(parsed.good().keep_count == 2);
    CHECK(parsed.good().keep[0] == 9);
    CHECK(parsed.good().keep[1] == 2147483647);
    CHECK(parsed.good().status_fd == 8);
    CHECK(std::string(parsed.good().bring) == "/sh");
    CHECK(parsed.good().net_socket == 5);
    CHECK(parsed.good().kill_child == SIGHUP);
    CHECK(Parsed({"--kill-child", "1"}).good().kill_child == SIGKILL);
}

TEST_CASE("the first word that is not an option ends them, once there is a process")
{
    const std::vector<std::vector<std::string>> lines{
        {"1", "-F", "cmd", "-m"}, {"-t", "1", "-F", "cmd", "-m"}, {"-F", "1", "--", "cmd", "-m"},
        {"-F", "1", "cmd", "-m"}, {"--net=f", "-F", "cmd", "-m"}, {"--pidfd=3", "-F", "cmd", "-m"}};
    for (const auto &line : lines) {
        CAPTURE(line);
        const Parsed parsed(line);
        CHECK(parsed.good().no_fork);
        CHECK(parsed.good().from_target.empty());
        CHECK(std::string(parsed.good().command[0]) == "cmd");
        CHECK(std::string(parsed.good().command[1]) == "-m");
        CHECK(parsed.good().command[2] == nullptr);
    }
    CHECK(std::string(Parsed({"-t1", "2"}).good().command[0]) == "2");
    CHECK(std::string(Parsed({"1", "--", "--"}).good().command[0]) == "--");
    CHECK(Parsed({"--net=f", "7", "cmd"}).good().pid == 7);
}

TEST_CASE("only digits, or digits:digits, are a process where none is needed")
{
    CHECK(Parsed({"--net=f", "7:9", "cmd"}).good().inode == 9);
    for (const std::string word : {"7z", "7:", "7:9a", "7:9:1", ":7", "0x7", "+7", "/7"}) {
        CAPTURE(word);
        const Parsed parsed({"--net=f", word, "8"});
        CHECK(!parsed.good().has_target());
        CHECK(std::string(parsed.good().command[0]) == word);
    }
}

TEST_CASE("a number can be a command and a file all the same")
{
    CHECK(std::string(Parsed({"1", "--", "4113"}).good().command[0]) == "4113");
    CHECK(std::string(Parsed({"1", "--kill-child", "--", "15"}).good().command[0]) == "15");
    CHECK(std::string(Parsed({"1", "TERM"}).good().command[0]) == "TERM");
    CHECK(Parsed({"--kill-child", "15"}).good().pid == 15);
    CHECK(Parsed({"--net=./4113", "1"}).good().has_files());
    CHECK(Parsed({"-n./4113", "1"}).good().has_files());
}

TEST_CASE("--help and --version end it, whatever else there is")
{
    CHECK(Parsed({"-h"}).good().action == Action::help);
    CHECK(Parsed({"--help", "--nonsense"}).good().action == Action::help);
    CHECK(Parsed({"-m", "-V"}).good().action == Action::version);
    CHECK(Parsed({"--version"}).good().action == Action::version);
    CHECK(Parsed({"1", "cmd", "--help"}).good().action == Action::run);
    CHECK(Parsed({"--list", "1"}).good().action == Action::list);
}
