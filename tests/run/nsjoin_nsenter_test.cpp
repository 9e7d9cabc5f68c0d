// SPDX-License-Identifier: Apache-2.0
// nsjoin does with nsenter's command lines what nsenter does: side by side, where that is
// installed.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <filesystem>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

using namespace support;

namespace {

// Which namespaces it is in, and where.
const Words where{"readlink",           "/proc/self/ns/mnt",    "/proc/self/ns/uts",
                  "/proc/self/ns/ipc",  "/proc/self/ns/net",    "/proc/self/ns/pid",
                  "/proc/self/ns/user", "/proc/self/ns/cgroup", "/proc/self/ns/pid_for_children",
                  "/proc/self/ns/time", "/proc/self/cwd",       "/proc/self/root"};

constexpr unsigned long most_namespaces =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;

// For `where` to be put behind. Without -r alone: nsenter stays in a directory then that is not
// below the new root.
std::vector<Words> command_lines(const std::string &pid)
{
    const std::string net = "/proc/" + pid + "/ns/net";
    return {
        {"-t", pid, "-m", "-u", "-i", "-n", "-p", "-C"},
        {"-t" + pid, "-m", "-u", "-i", "-n", "-p", "-C"},
        {"--target=" + pid, "-m", "-u"},
        {"--target", pid, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"},
        {"--tar", pid, "--mo", "--ut", "--ip", "--net", "--pi", "--cg"},
        {"-m", "-n", "-t", pid},
        {"-at", pid},
        {"-aFt", pid},
        {"-t", pid, "-aF"},
        {"-t", pid, "--all"},
        {"--all", "--no-fork", "--target", pid},
        {"-t", pid, "-u", "--"},
        {"-t", pid, "-p", "-F"},
        {"-t", pid, "-n", "-w/tmp"},
        {"-t", pid, "-n", "--wd=/tmp"},
        {"-t", pid, "-n", "-w"},
        {"-t", pid, "-m", "-w/tmp"},
        {"-t", pid, "-m", "-W/tmp"},
        {"-t", pid, "-n", "--wdns=/tmp"},
        {"-t", pid, "-m", "-r"},
        {"-t", pid, "-m", "--root", "--wd"},
        {"-n" + net},
        {"--net=" + net},
        {"--net=" + net, "-t", pid, "-u"},
        {"--uts=/proc/" + pid + "/ns/uts", "--net=" + net, "--"},
        {"-t", pid, "-n", "-S", "65534", "-G", "65533"},
        {"-t", pid, "-n", "--setuid=0", "--setgid=0"},
    };
}

std::string why_not()
{
    if (geteuid() != 0) {
        return "wants root";
    }
    return run({"nsenter", "--version"}).status == Status{0, 0} ? "" : "there is no nsenter";
}

} // namespace

TEST_CASE("nsenter's command lines lead to the same place", "[native]")
{
    if (const std::string reason = why_not(); !reason.empty()) {
        SKIP_TEST(reason);
    }
    const Holder holder(most_namespaces);
    for (const auto &line : command_lines(holder.name())) {
        CAPTURE(line);
        const Answer theirs = run(Words{"nsenter"} + line + where);
        const Answer ours = nsjoin(line + where);
        REQUIRE(theirs.status == Status{0, 0});
        CHECK(ours.error.empty());
        CHECK(ours.output == theirs.output);
        CHECK(ours.status == theirs.status);
    }
}

TEST_CASE("the target's environment is what nsenter takes too", "[native]")
{
    if (const std::string reason = why_not(); !reason.empty()) {
        SKIP_TEST(reason);
    }
    if (run({"nsenter", "--help"}).output.find("--env") == std::string::npos) {
        SKIP_TEST("this nsenter has no --env");
    }
    const Holder holder(most_namespaces);
    const Words arguments{"-t", holder.name(), "-e", "-m", "-p", "--", "sh", "-c", "env | sort"};
    CHECK(nsjoin(arguments).output == run(Words{"nsenter"} + arguments).output);
}

TEST_CASE("a user namespace is entered as nsenter does it", "[native]")
{
    if (const std::string reason = why_not(); !reason.empty()) {
        SKIP_TEST(reason);
    }
    const Holder holder(most_namespaces | CLONE_NEWUSER);
    const Words ids{"sh", "-c",
                    "id -u; id -g; grep CapEff /proc/self/status; readlink /proc/self/ns/user"};
    for (const Words &line : std::vector<Words>{{"-U"},
                                                {"-a"},
                                                {"-U", "-S", "0", "-G", "0"},
                                                {"-U", "--preserve-credentials"},
                                                {"-U", "-n", "-u", "--preserve"}}) {
        CAPTURE(line);
        const Words arguments = Words{"-t", holder.name()} + line + ids;
        const Answer theirs = run(Words{"nsenter"} + arguments);
        const Answer ours = nsjoin(arguments);
        CHECK(ours.output == theirs.output);
        CHECK(ours.status == theirs.status);
    }
}

TEST_CASE("nsenter's statuses are nsjoin's", "[native]")
{
    if (const std::string reason = why_not(); !reason.empty()) {
        SKIP_TEST(reason);
    }
    const Holder holder(most_namespaces);
    for (const Words &command : std::vector<Words>{{"sh", "-c", "exit 0"},
                                                   {"sh", "-c", "exit 42"},
                                                   {"sh", "-c", "exit 255"},
                                                   {"sh", "-c", "kill -TERM $$"},
                                                   {"sh", "-c", "kill -KILL $$"},
                                                   {"nsjoin-no-such-command"},
                                                   {"/no/such/command"},
                                                   {"/etc/passwd"},
                                                   {"/"}}) {
        for (const std::string kinds : {"-u", "-p"}) {
            const Words arguments = Words{"-t", holder.name(), kinds, "--"} + command;
            CAPTURE(arguments);
            CHECK(nsjoin(arguments).status == run(Words{"nsenter"} + arguments).status);
        }
    }
}

TEST_CASE("linked as nsenter it does the same", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory here;
    const std::string link = here.path("nsenter");
    std::filesystem::create_symlink(nsjoin_path(), link);
    const Holder holder(most_namespaces);
    for (const auto &line : std::vector<Words>{{"-t", holder.name(), "-m", "-u", "-n", "-p"},
                                               {"-aFt", holder.name()},
                                               {"--net=" + holder.proc("ns/net")}}) {
        CAPTURE(line);
        const Answer linked = run(Words{link} + line + where);
        CHECK(linked.error.empty());
        CHECK(linked.output == nsjoin(line + where).output);
        CHECK(linked.status == Status{0, 0});
    }
    CHECK(run({link, "-V"}).output == "nsjoin " VERSION "\n");
}

TEST_CASE("letters of namespaces may be put together, which nsenter takes for a file", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(most_namespaces);
    const std::string expected =
        nsjoin(Words{"-t", holder.name(), "-m", "-u", "-i", "-n", "-p", "-C"} + where).output;
    const std::vector<Words> lines{
        {"-muinpC", "-t", holder.name()},
        {"-muinpCt", holder.name()},
        {"-t" + holder.name(), "-muinpC"},
        {holder.name(), "-muinpC"},
        {"-muinpC", holder.name(), "--"},
        {holder.name()},
        {"-t", holder.name()},
    };
    for (const auto &line : lines) {
        CAPTURE(line);
        const Answer answer = nsjoin(line + where);
        CHECK(answer.error.empty());
        CHECK(answer.output == expected);
    }
}
