// SPDX-License-Identifier: Apache-2.0
// The examples of nsjoin(1), run by a shell as they are printed there, and its messages.
#include "tests/support/catch.h"
#include "tests/support/directory.h"
#include "tests/support/nsjoin.h"

#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

std::vector<std::string> examples()
{
    const std::string prompt = ".Dl # ";
    const char *const source = std::getenv("SOURCE");
    REQUIRE(source != nullptr);
    const std::string page = contents(source + std::string("/nsjoin/nsjoin.1"));
    std::istringstream section(page.substr(page.find(".Sh EXAMPLES")));
    std::vector<std::string> lines;
    for (std::string line; std::getline(section, line) && line != ".Sh DIAGNOSTICS";) {
        if (line.rfind(prompt, 0) == 0) {
            lines.push_back(line.substr(prompt.size()));
        }
    }
    return lines;
}

void require(bool done)
{
    if (!done) {
        _exit(98);
    }
}

// What the page takes for granted, for one process and what it runs: nsjoin in PATH, $pid and the
// file ./busybox.
void set_up(const Holder &holder, const std::string &directory)
{
    const std::string program = nsjoin_path();
    const std::string path = program.substr(0, program.rfind('/')) + ":" + std::getenv("PATH");
    setenv("PATH", path.c_str(), 1);
    setenv("SHELL", "/bin/sh", 1);
    setenv("pid", holder.name().c_str(), 1);
    require(chdir(directory.c_str()) == 0);
}

// Mounts go with the process from here on. Not in a chroot, whose root is no mount.
void own_mounts()
{
    require(unshare(CLONE_NEWNS) == 0);
    require(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
}

// As ip-netns(8) leaves it.
void make_blue(const Holder &holder)
{
    own_mounts();
    require(mount("none", "/run", "tmpfs", 0, nullptr) == 0);
    require(mkdir("/run/netns", 0755) == 0);
    const int blue = open("/run/netns/blue", O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    require(blue >= 0 && close(blue) == 0);
    require(mount(holder.proc("ns/net").c_str(), "/run/netns/blue", nullptr, MS_BIND, nullptr) ==
            0);
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("the examples of the manual page work as printed", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const std::vector<std::string> lines = examples();
    REQUIRE(lines.size() == 9);
    const Holder holder(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID |
                        CLONE_NEWCGROUP);
    const Directory directory;
    directory.file("busybox", "#!/bin/sh\necho busybox \"$@\"\n", 0644);

    const bool has_mounts = run({"true"}, own_mounts).status == Status{0, 0};
    const bool has_terminals = run({"sh", "-c", ": </dev/ptmx"}).status == Status{0, 0};
    for (const std::string &line : lines) {
        CAPTURE(line);
        const bool wants_blue = contains(line, "blue");
        if ((contains(line, "--pty") && !has_terminals) || (wants_blue && !has_mounts)) {
            continue;
        }
        const Answer answer = run({"sh", "-c", line}, [&] {
            set_up(holder, directory.path());
            if (wants_blue) {
                make_blue(holder);
            }
        });
        CHECK(answer.error.empty());
        CHECK(answer.status == Status{0, 0});
        if (contains(line, "--list")) {
            CHECK(contains(answer.output, holder.link("ns/net")));
        }
        if (contains(line, "/net/dev")) {
            CHECK(contains(answer.output, "lo:"));
            CHECK(answer.output == contents(holder.proc("net/dev")));
        }
        if (contains(line, "busybox")) {
            CHECK(answer.output == "busybox\n");
        }
        if (contains(line, "ns/uts")) {
            CHECK(answer.output == holder.link("ns/uts") + "\n");
        }
        if (contains(line, "follow")) {
            CHECK(contains(answer.output, "uid=0"));
        }
    }
    const std::string told = contents(directory.path("status"));
    CHECK(contains(told, "{\"event\":\"started\",\"pid\":"));
    CHECK(contains(told, "\n{\"event\":\"exited\",\"status\":0}\n"));
}

TEST_CASE("nsjoin says what the manual page has among its diagnostics", "[native]")
{
    const std::string page = contents(std::getenv("SOURCE") + std::string("/nsjoin/nsjoin.1"));
    const auto is_documented = [&](const std::vector<std::string> &arguments,
                                   const std::string &subject) {
        // Not where only root may look.
        const auto set_path = [] { setenv("PATH", "/usr/bin:/bin", 1); };
        std::string message = nsjoin(arguments, set_path).error;
        CAPTURE(message);
        const size_t at = message.find(subject);
        REQUIRE(at != std::string::npos);
        message.replace(at, subject.size(), "N");
        message.pop_back();
        CHECK(contains(page, "\n.It \"" + message + "\"\n"));
    };

    const Child dead = Child::calling([] { return 0; });
    REQUIRE(eventually([&] { return contains(contents(dead.proc("stat")), ") Z "); }));
    is_documented({std::to_string(dead.pid()), "true"}, std::to_string(dead.pid()));

    is_documented({std::to_string(getpid()), "no-such-command"}, "no-such-command");

    if (run({"unshare", "--user", "true"}).status != Status{0, 0}) {
        SKIP_TEST("a user namespace can't be made here, for the rest");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWNET);
    is_documented({"-S", "7", holder.name(), "true"}, "7");
    if (geteuid() != 0) {
        is_documented({"-n", holder.name(), "true"}, holder.name());
        is_documented({"1", "true"}, "1");
    }
}
