// SPDX-License-Identifier: Apache-2.0
// Links inside do not lead out: by a descriptor that is still open while a path is looked up
// (CVE-2024-21626), or out of the root by one of /proc.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int inherited = 7;

// The caller has its root directory open, by accident.
void have_root_open()
{
    dup2(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), inherited);
}

// A link to whatever the process that looks has open as `fd`, and below it.
std::string link_to(const Directory &directory, int fd, const std::string &below)
{
    const std::string number = std::to_string(fd);
    const std::string path = directory.path(number);
    REQUIRE(symlink(("/proc/self/fd/" + number + below).c_str(), path.c_str()) == 0);
    return path;
}

} // namespace

TEST_CASE("no descriptor from outside is open when a path inside is looked up", "[native]")
{
    const Directory directories;
    const Directory files;
    const Directory interpreters;
    const Holder holder(joinable(CLONE_NEWNS | both_ways()));
    for (int fd = 3; fd < 24; ++fd) {
        CAPTURE(fd);
        // Those of nsjoin's own that are directories are of /proc.
        const std::string below = fd == inherited ? "" : "/self";
        const Answer in =
            nsjoin({"-W" + link_to(directories, fd, below), holder.name(), "--", "echo", "ran"},
                   have_root_open);
        CHECK(in.output.empty());
        CHECK(in.status == Status{125, 0});
        const std::string file =
            link_to(files, fd, fd == inherited ? "/bin/echo" : "/self/root/bin/echo");
        const Answer out = nsjoin({holder.name(), "--", file, "ran"}, have_root_open);
        CHECK(out.output.empty());
        CHECK(out.status == Status{127, 0});
        const std::string script =
            interpreters.file(std::to_string(fd), "#!" + file + " ran\n", 0755);
        const Answer by = nsjoin({holder.name(), "--", script}, have_root_open);
        CHECK(by.output.empty());
        CHECK(by.status == Status{126, 0});
    }
}

TEST_CASE("a working directory that lies outside of the root is refused", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    const Holder holder(both_ways());
    const std::string out = "/" + holder.name() + "/root";
    const Answer answer = nsjoin({"-r/proc", "-W" + out, holder.name(), "--", "true"});
    CHECK(answer.error == "nsjoin: the directory " + out + " is not inside the root\n");
    CHECK(answer.status == Status{125, 0});
}
