// SPDX-License-Identifier: Apache-2.0
// Nothing inside can reach the host's nsjoin: CVE-2019-5736, which was runc's. What can be had of
// the process that enters is a sealed copy.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

// Process 1 of a container: with its own /proc, or without a PID namespace the host's.
Child container(unsigned long namespaces)
{
    return Child::calling(
        [] {
            if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                mount("proc", "/proc", "proc", 0, nullptr) != 0) {
                return 1;
            }
            prctl(PR_SET_NAME, "container");
            for (;;) {
                pause();
            }
        },
        namespaces);
}

bool is_up(const Child &child)
{
    return contents(child.proc("comm")) == "container\n";
}

bool same_file(int a, const std::string &b)
{
    struct stat first {};
    struct stat second {};
    return fstat(a, &first) == 0 && stat(b.c_str(), &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

// So that the kernel lets nsjoin not change what it runs, and it has to execute the copy.
void may_not_change_program()
{
    prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN);
    prctl(PR_CAPBSET_DROP, 40 /* CAP_CHECKPOINT_RESTORE */);
}

// What somebody inside would try on the program of `pid`.
void check_out_of_reach(const std::string &pid, const std::string &name)
{
    const std::string exe = "/proc/" + pid + "/exe";
    CHECK(read_link(exe) == name);
    const int file = open(exe.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    CHECK(!same_file(file, nsjoin_path()));
    CHECK(fcntl(file, F_GET_SEALS) == (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
    const std::string again = "/proc/self/fd/" + std::to_string(file);
    const int writable = open(again.c_str(), O_WRONLY | O_CLOEXEC);
    CHECK((writable < 0 || (write(writable, "x", 1) < 0 && errno == EPERM)));
    close(writable);
    close(file);
}

const std::string copy = "/memfd:nsjoin (deleted)";

} // namespace

TEST_CASE("a command #!/proc/self/exe gets a sealed copy of nsjoin, not the host's", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Child target = container(CLONE_NEWNS | CLONE_NEWUTS |
                                   GENERATE(0UL, static_cast<unsigned long>(CLONE_NEWPID)));
    REQUIRE(eventually([&] { return is_up(target); }));
    const Directory inside;
    // Inside it is what runs then: stuck, as nobody reads its help.
    const std::string trick = inside.file("trick", "#!/proc/self/exe --help\n");
    Pipe full;
    full.fill();
    Child running = start_nsjoin({std::to_string(target.pid()), "--", trick},
                                 [&] { give(full.write_end, STDOUT_FILENO); });
    std::string tricked;
    REQUIRE(eventually([&] {
        const pid_t child = child_of(running.pid());
        tricked = std::to_string(child != 0 ? child : running.pid());
        return contents("/proc/" + tricked + "/cmdline")
                   .rfind(std::string("/proc/self/exe\0--help", 21), 0) == 0;
    }));
    check_out_of_reach(tricked, copy);
    running.send(SIGTERM);
    CHECK(running.wait() == Status{0, SIGTERM});
}

TEST_CASE("nsjoin itself runs from a sealed copy while it waits", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Child target = container(CLONE_NEWNS | CLONE_NEWPID);
    REQUIRE(eventually([&] { return is_up(target); }));
    Child running = start_nsjoin({std::to_string(target.pid()), "--", "sleep", "1000"});
    REQUIRE(eventually([&] {
        const pid_t child = child_of(running.pid());
        return contents("/proc/" + std::to_string(child) + "/comm") == "sleep\n";
    }));
    check_out_of_reach(std::to_string(running.pid()), copy);
    // Tools go on seeing who it is, and how it was called.
    CHECK(contents(running.proc("comm")) == "nsjoin\n");
    CHECK(contents(running.proc("cmdline")).rfind(nsjoin_path() + '\0', 0) == 0);
    running.send(SIGTERM);
    CHECK(running.wait() == Status{0, SIGTERM});
}

TEST_CASE("where the kernel does not let it swap its program nsjoin executes the copy", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("only root has capabilities to give up");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID);
    Child running = start_nsjoin({holder.name(), "--", "sleep", "1000"}, may_not_change_program);
    REQUIRE(eventually([&] {
        const pid_t child = child_of(running.pid());
        return contents("/proc/" + std::to_string(child) + "/comm") == "sleep\n" || running.ended();
    }));
    REQUIRE(!running.ended());
    check_out_of_reach(std::to_string(running.pid()), copy);
    CHECK(contents(running.proc("comm")) == "nsjoin\n");
    running.send(SIGTERM);
    CHECK(running.wait() == Status{0, SIGTERM});
}
