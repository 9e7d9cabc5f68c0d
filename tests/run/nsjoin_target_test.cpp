// SPDX-License-Identifier: Apache-2.0
// Which process is meant, and what nsjoin says when there is none to join.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace support;

namespace {

// Root joins a UTS namespace; others a user namespace as well.
const unsigned long something = CLONE_NEWUTS | (geteuid() == 0 ? 0 : CLONE_NEWUSER);

std::vector<std::string> and_echo(std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), {"--", "echo", "started"});
    return arguments;
}

void check_refused(const Answer &answer, const std::string &message)
{
    CHECK(answer.error == "nsjoin: " + message + "\n");
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
}

int open_pidfd(pid_t pid)
{
    return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

// In the process that will be nsjoin: a pidfd by a number that no test has open.
void give_pidfd(pid_t pid)
{
    if (dup2(open_pidfd(pid), 77) != 77) {
        _exit(1);
    }
}

std::string inode_of_pidfd(pid_t pid)
{
    constexpr long pidfs = 0x50494446;
    const int pidfd = open_pidfd(pid);
    struct statfs system {};
    struct stat status {};
    const bool known = fstatfs(pidfd, &system) == 0 && fstat(pidfd, &status) == 0;
    close(pidfd);
    return known && system.f_type == pidfs ? std::to_string(status.st_ino) : "";
}

std::string line_of_list(const std::string &name, const std::string &theirs, const std::string &own)
{
    const auto column = [](std::string text) {
        text.resize(24, ' ');
        return text;
    };
    return column(name) + column(theirs) + column(own) + (theirs == own ? "yes\n" : "no\n");
}

std::string expected_list(const std::string &proc)
{
    std::string list =
        "NAMESPACE               THEIRS                  YOURS                   SHARED\n";
    for (const std::string name : {"user", "time", "cgroup", "pid", "net", "ipc", "uts", "mount"}) {
        const std::string file = "ns/" + (name == "mount" ? "mnt" : name);
        list += line_of_list(name, read_link(proc + file), read_link("/proc/self/" + file));
    }
    return list;
}

} // namespace

TEST_CASE("a number that no process has is refused", "[native]")
{
    for (const std::string pid : {"4194304", "2147483647"}) {
        check_refused(nsjoin(and_echo({pid})), "there is no process " + pid);
        check_refused(nsjoin(and_echo({"-t", pid, "-n"})), "there is no process " + pid);
    }
}

TEST_CASE("what is no process number is refused", "[native]")
{
    const std::string hint = " (expected 1 to 2147483647)";
    for (const std::string pid : {"0", "2147483648", "18446744073709551617", "", "x", "1x", "0x1",
                                  " 1", "1 ", "1.0", "99999999999999999999999999", "+1"}) {
        const bool is_number = pid[0] >= '0' && pid[0] <= '9';
        const std::string shown = (pid.empty() ? "''" : pid) + " is not a process ID";
        check_refused(nsjoin(and_echo({pid})),
                      shown + (is_number ? hint : " (nsjoin <pid> -- command)"));
        check_refused(nsjoin(and_echo({"--target=" + pid})), shown + hint);
    }
    check_refused(nsjoin(and_echo({"-t", "-1"})), "-1 is not a process ID" + hint);
    CHECK(nsjoin(and_echo({"-1"})).status == Status{125, 0});
}

TEST_CASE("a zombie is refused", "[native]")
{
    const Child child = Child::calling([] { return 0; });
    siginfo_t info;
    REQUIRE(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
    const std::string pid = std::to_string(child.pid());
    const auto message = [](const std::string &name) {
        return "process " + name + " is a zombie: it has no namespaces any more";
    };
    check_refused(nsjoin(and_echo({pid})), message(pid));
    check_refused(nsjoin(and_echo({"-n", pid})), message(pid));
    check_refused(nsjoin(and_echo({"--pidfd=77"}), [&] { give_pidfd(child.pid()); }), message(pid));
    check_refused(nsjoin({"--list", pid}), message(pid));
}

TEST_CASE("the namespaces of a thread are joined, not those of its process", "[native]")
{
    Pipe pipe;
    const Child child = Child::calling(
        [&] {
            std::thread([&] {
                if (unshare(CLONE_NEWUTS) == 0) {
                    dprintf(pipe.write_end, "%ld", syscall(SYS_gettid));
                }
                pause();
            }).join();
            return 0;
        },
        joinable(0));
    std::string tid;
    REQUIRE(eventually([&] { return !(tid = pipe.drain()).empty(); }));
    const auto uts_of = [](const std::string &number) {
        return std::filesystem::read_symlink("/proc/" + number + "/ns/uts").string();
    };
    const std::string inside = uts_of(tid);
    REQUIRE(inside != uts_of(std::to_string(child.pid())));
    const Words command = {tid, "--", "readlink", "/proc/self/ns/uts"};

    const Answer answer = nsjoin(Words{"-u"} + command);
    CHECK(answer.output == inside + "\n");
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    CHECK(nsjoin(command).output == inside + "\n");

    // As on a kernel that has pidfds for processes alone: its directory in /proc holds it.
    const auto without = [] { refuse({SYS_pidfd_open}, EINVAL); };
    const Answer warned = nsjoin(Words{"-u"} + command, without);
    CHECK(warned.output == inside + "\n");
    CHECK(warned.error == "nsjoin: warning: cannot hold thread " + tid +
                              " by a pidfd: what is given its number now is taken for it: Invalid "
                              "argument (--require-pidfd refuses that)\n");
    check_refused(nsjoin(Words{"--require-pidfd"} + and_echo({tid}), without),
                  "cannot open thread " + tid +
                      ": Invalid argument (--require-pidfd was given, and pidfd_open(2) is "
                      "refused)");
}

TEST_CASE("another user's process is refused, with the reason", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWUSER);
    const std::string message =
        "cannot see the namespaces of process " + holder.name() +
        ": Permission denied (it belongs to another user or group, and CAP_SYS_PTRACE is missing)";
    check_refused(nsjoin_as(65534, and_echo({holder.name()})), message);
    check_refused(nsjoin_as(65534, and_echo({"-u", holder.name()})), message);
    check_refused(nsjoin_as(65534, {"--list", holder.name()}), message);
}

TEST_CASE("a number with the inode of a pidfd is that process or none", "[native]")
{
    const Holder holder(something);
    const std::string inode = inode_of_pidfd(holder.pid());
    if (inode.empty()) {
        SKIP_TEST("there is no pidfs here");
    }
    for (const std::string option : {"", "-t"}) {
        const Answer right =
            nsjoin({option + holder.name() + ":" + inode, "--", "readlink", "/proc/self/ns/uts"});
        CHECK(right.error.empty());
        CHECK(right.output == holder.link("ns/uts") + "\n");
    }
    for (const std::string &wrong :
         {std::to_string(std::stoull(inode) + 1), std::string("18446744073709551615")}) {
        const std::string given = holder.name() + ":" + wrong;
        check_refused(nsjoin(and_echo({given})),
                      "process " + holder.name() + " is another process now");
    }
    for (const std::string wrong : {"", "0", "x", "1x", "18446744073709551616", "-1"}) {
        check_refused(nsjoin(and_echo({holder.name() + ":" + wrong})),
                      "invalid inode number of a pidfd: " + (wrong.empty() ? "''" : wrong));
    }
}

TEST_CASE("a process is given by a pidfd", "[native]")
{
    const Holder holder(something);
    const Answer answer = nsjoin({"--pidfd=77", "--", "readlink", "/proc/self/ns/uts"},
                                 [&] { give_pidfd(holder.pid()); });
    CHECK(answer.error.empty());
    CHECK(answer.output == holder.link("ns/uts") + "\n");
    CHECK(answer.status == Status{0, 0});
    // And is not there for the command.
    CHECK(nsjoin({"--pidfd", "77", "--", "readlink", "/proc/self/fd/77"}, [&] {
              give_pidfd(holder.pid());
          }).status == Status{1, 0});
}

TEST_CASE("a descriptor that is no pidfd of a process that lives is refused", "[native]")
{
    check_refused(nsjoin(and_echo({"--pidfd=0"})), "--pidfd=0: the descriptor is not a pidfd");
    check_refused(nsjoin(and_echo({"--pidfd=77"})), "--pidfd=77: the descriptor is not open");
    check_refused(nsjoin(and_echo({"--pidfd=2147483647"})),
                  "--pidfd=2147483647: the descriptor is not open");
    check_refused(nsjoin(and_echo({"--pidfd=77"}),
                         [] {
                             const Child child = Child::calling([] { return 0; });
                             give_pidfd(child.pid());
                         }),
                  "--pidfd=77: the process has ended");
    for (const std::string wrong : {"", "x", "-1", "2147483648", "1x"}) {
        check_refused(nsjoin(and_echo({"--pidfd=" + wrong})),
                      "invalid file descriptor: " + (wrong.empty() ? "''" : wrong));
    }
}

TEST_CASE("process 1 is refused where that is nsjoin, as in a container", "[native]")
{
    const Words arguments = GENERATE(Words{"1", "--", "echo", "ran"}, Words{"--list", "1"},
                                     Words{"-t", "1", "-n", "echo", "ran"});
    Pipe pipe;
    Child init = Child::calling(
        [&]() -> int {
            give(pipe.write_end, STDOUT_FILENO);
            give(pipe.write_end, STDERR_FILENO);
            if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                mount("proc", "/proc", "proc", 0, nullptr) != 0) {
                return 1;
            }
            execute(Words{nsjoin_path()} + arguments);
        },
        joinable(CLONE_NEWPID | CLONE_NEWNS));
    CHECK(init.wait() == Status{125, 0});
    CHECK(pipe.drain() == "nsjoin: process 1 is nsjoin itself (to see the processes of the host, "
                          "run its container with --pid=host)\n");
}

TEST_CASE("two processes are refused", "[native]")
{
    const std::string message = "more than one process given: ";
    check_refused(nsjoin(and_echo({"-t", "1", "-t", "2"})), message + "2");
    check_refused(nsjoin(and_echo({"1", "-t", "2"})), message + "2");
    check_refused(nsjoin(and_echo({"--pidfd=3", "-t", "2"})), message + "2");
    check_refused(nsjoin(and_echo({"1", "--pidfd=3"})), message + "--pidfd 3");
}

TEST_CASE("--list shows each namespace, theirs and yours, and whether they are one", "[native]")
{
    const Holder same(0);
    const Holder different(all_but_user | CLONE_NEWUSER);
    const Holder some(something);
    for (const Holder *holder : {&same, &different, &some}) {
        for (const std::string option : {"--list", "-t"}) {
            const Answer answer = option == "-t" ? nsjoin({"--list", "-t", holder->name()})
                                                 : nsjoin({holder->name(), "--list"});
            CHECK(answer.error.empty());
            CHECK(answer.output == expected_list(holder->proc("")));
            CHECK(answer.status == Status{0, 0});
        }
    }
}

TEST_CASE("--list of no process, and to where nothing can be written, is refused", "[native]")
{
    check_refused(nsjoin({"--list", "4194304"}), "there is no process 4194304");
    check_refused(nsjoin({"--list"}),
                  "no process given; one is needed for --list (nsjoin <pid> -- command)");
    const Holder holder(0);
    check_refused(
        nsjoin({"--list", holder.name()}, [] { dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO); }),
        "cannot print the list: No space left on device");
}
