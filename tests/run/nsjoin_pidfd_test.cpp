// SPDX-License-Identifier: Apache-2.0
// Where the kernel refuses a pidfd the number alone names the process: nsjoin says so, or refuses.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

bool is_one_warning(const std::string &error)
{
    return error.rfind("nsjoin: warning:", 0) == 0 && error.find('\n') == error.size() - 1;
}

} // namespace

TEST_CASE("without a pidfd nsjoin warns in one line, and goes on", "[native]")
{
    const Holder holder(both_ways());
    for (const int error : {ENOSYS, EPERM}) {
        CAPTURE(error);
        const Answer answer = nsjoin({holder.name(), "--", "sh", "-c", "echo ran; exit 3"},
                                     [&] { refuse({SYS_pidfd_open}, error); });
        CAPTURE(answer.error);
        CHECK(is_one_warning(answer.error));
        CHECK(answer.output == "ran\n");
        CHECK(answer.status == Status{3, 0});
    }
}

TEST_CASE("--require-pidfd refuses to go on without a pidfd, and nothing runs", "[native]")
{
    const Holder holder(both_ways());
    for (const int error : {ENOSYS, EPERM}) {
        CAPTURE(error);
        const Answer answer = nsjoin({"--require-pidfd", holder.name(), "--", "echo", "ran"},
                                     [&] { refuse({SYS_pidfd_open}, error); });
        CAPTURE(answer.error);
        CHECK(answer.error.find("pidfd") != std::string::npos);
        CHECK(answer.error.find("unknown option") == std::string::npos);
        CHECK(answer.error.find('\n') == answer.error.size() - 1);
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
    }
}

TEST_CASE("--require-pidfd changes nothing where there is a pidfd", "[native]")
{
    const Holder holder(both_ways());
    const Answer answer = nsjoin({"--require-pidfd", holder.name(), "--", "echo", "ran"});
    CHECK(answer.error.empty());
    CHECK(answer.output == "ran\n");
    CHECK(answer.status == Status{0, 0});
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, holder.pid(), 0));
    const Answer given =
        nsjoin({"--require-pidfd", "--pidfd=9", "--", "echo", "ran"}, [&] { give(pidfd, 9); });
    close(pidfd);
    CHECK(given.error.empty());
    CHECK(given.output == "ran\n");
}

TEST_CASE("where the pidfd is given, or no process, nothing is to be warned of", "[native]")
{
    const Holder holder(both_ways());
    const auto without = [] { refuse({SYS_pidfd_open}, ENOSYS); };
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, holder.pid(), 0));
    const Answer given = nsjoin({"--pidfd=9", "--", "echo", "ran"}, [&] {
        give(pidfd, 9);
        without();
    });
    close(pidfd);
    CHECK(given.error.empty());
    CHECK(given.output == "ran\n");
    if (geteuid() == 0) {
        const Answer file =
            nsjoin({"--uts=" + holder.proc("ns/uts"), "--", "echo", "ran"}, without);
        CHECK(file.error.empty());
        CHECK(file.output == "ran\n");
    }
}
