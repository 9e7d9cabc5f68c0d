// SPDX-License-Identifier: Apache-2.0
// Where sysctl vm.memfd_noexec forbids memory files to execute, nsjoin and what it brings are still
// out of reach from inside, or it refuses to run.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/directory.h"
#include "tests/support/namespaces.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

// Calls `body` as process 1 of a PID namespace where the sysctl is `value`; it says what is wrong.
std::string where_memfd_noexec_is(const std::string &value,
                                  const std::function<std::string()> &body)
{
    Pipe said;
    Child child = Child::calling(
        [&] {
            std::string text = "not set up";
            if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                mount("proc", "/proc", "proc", 0, nullptr) == 0 &&
                (std::ofstream("/proc/sys/vm/memfd_noexec") << value << std::flush)) {
                text = body();
            }
            return write(said.write_end, text.data(), text.size()) >= 0 ? 0 : 1;
        },
        CLONE_NEWPID | CLONE_NEWNS);
    child.wait();
    said.close_write();
    return said.drain();
}

std::string text_of(const Answer &answer)
{
    return answer.output + answer.error + "status " + std::to_string(answer.status.code) + " " +
           std::to_string(answer.status.signal) + "\n";
}

// Whether the program of a process can be opened for writing, once it has ended: while it runs, no
// program can.
std::string writing_to_program_of(Child &process)
{
    const int program = open(process.proc("exe").c_str(), O_PATH | O_CLOEXEC);
    process.send(SIGTERM);
    process.wait();
    const std::string path = "/proc/self/fd/" + std::to_string(program);
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    return file < 0 ? std::strerror(errno) : "possible";
}

} // namespace

#define SKIP_WITHOUT_MEMFD_NOEXEC                                                                  \
    if (geteuid() != 0 || access("/proc/sys/vm/memfd_noexec", W_OK) != 0) {                        \
        SKIP_TEST("wants root, and a kernel that has vm.memfd_noexec");                            \
    }

TEST_CASE("root runs and brings commands where memory files may not execute", "[native]")
{
    SKIP_WITHOUT_MEMFD_NOEXEC
    for (const std::string value : {"0", "1", "2"}) {
        for (const unsigned long namespaces :
             {static_cast<unsigned long>(CLONE_NEWNS), static_cast<unsigned long>(CLONE_NEWPID)}) {
            CAPTURE(value, namespaces);
            CHECK(where_memfd_noexec_is(value, [&] {
                      const Holder holder(namespaces);
                      return text_of(nsjoin({holder.name(), "--", "/bin/echo", "ran"}));
                  }) == "ran\nstatus 0 0\n");
            CHECK(where_memfd_noexec_is(value, [&] {
                      const Holder holder(namespaces);
                      return text_of(
                          nsjoin({"--bring=" + pause_path(), holder.name(), "--", "it", "-V"}));
                  }) == "pause " VERSION "\nstatus 0 0\n");
        }
    }
}

TEST_CASE("where memory files may not execute, nobody can write to a waiting nsjoin", "[native]")
{
    SKIP_WITHOUT_MEMFD_NOEXEC
    // A file that nobody else runs: one that runs can't be opened for writing in any case.
    const Directory directory;
    const std::string program = directory.path("nsjoin");
    std::filesystem::copy_file(nsjoin_path(), program);
    CHECK(where_memfd_noexec_is("2", [&] {
              const Holder holder(CLONE_NEWNS | CLONE_NEWPID);
              Child running = Child::calling([&]() -> int {
                  execute({program, holder.name(), "--", "sleep", "1000"});
              });
              eventually([&] {
                  return running.ended() ||
                         contents("/proc/" + std::to_string(child_of(running.pid())) + "/comm") ==
                             "sleep\n";
              });
              return running.ended() ? "it did not run" : writing_to_program_of(running);
          }) == std::strerror(EROFS));
}

TEST_CASE("without root nothing runs where memory files may not execute, and that is said",
          "[native]")
{
    SKIP_WITHOUT_MEMFD_NOEXEC
    CHECK(where_memfd_noexec_is(
              "2",
              [] {
                  Held held;
                  held.owner = 65534;
                  const Holder holder(CLONE_NEWUSER | CLONE_NEWNS, held);
                  return text_of(nsjoin_as(65534, {holder.name(), "--", "/bin/echo", "ran"}));
              }) == "nsjoin: cannot make a memory file, to run from: Permission denied (see sysctl "
                    "vm.memfd_noexec)\nstatus 125 0\n");
}

TEST_CASE("what is brought where memory files may not execute gives nobody its owner's rights",
          "[native]")
{
    SKIP_WITHOUT_MEMFD_NOEXEC
    const Directory here;
    const std::string program = here.path("cat");
    std::filesystem::copy_file("/bin/cat", program);
    REQUIRE(chmod(program.c_str(), 06755) == 0);
    for (const std::string value : {"0", "2"}) {
        const std::string text = where_memfd_noexec_is(value, [&] {
            const Holder holder(CLONE_NEWNS | CLONE_NEWPID);
            return text_of(nsjoin({"--bring=" + program, "-S", "65534", "-G", "65534",
                                   holder.name(), "--", "cat", "/proc/self/status"}));
        });
        CAPTURE(value, text);
        CHECK(field(text, "Uid") == "65534 65534 65534 65534");
        CHECK(field(text, "Gid") == "65534 65534 65534 65534");
    }
}
