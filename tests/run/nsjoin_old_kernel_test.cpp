// SPDX-License-Identifier: Apache-2.0
// Kernels that lack some system calls, played by a seccomp filter: the whole job is done there too.
#include "tests/support/catch.h"
#include "tests/support/cgroup.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr unsigned long every_kind = all_but_user | CLONE_NEWUSER;

struct Kernel {
    const char *name;
    std::function<void()> play;
    bool has_pidfds = true;
};

const std::vector<Kernel> kernels{
    {"without pidfds, before 5.3", [] { refuse({SYS_pidfd_open}, ENOSYS); }, false},
    {"with a filter that does not know pidfds", [] { refuse({SYS_pidfd_open}, EPERM); }, false},
    {"without setns on pidfds, before 5.8", [] { refuse_joining_at_once(); }},
    {"without close_range, before 5.9", [] { refuse({SYS_close_range}, ENOSYS); }},
    {"without CLOSE_RANGE_CLOEXEC, before 5.11", [] { refuse({SYS_close_range}, EINVAL); }},
    {"without clone3, before 5.3", [] { refuse({SYS_clone3}, ENOSYS); }},
    {"without any of them",
     [] {
         refuse_joining_at_once();
         refuse({SYS_pidfd_open, SYS_pidfd_getfd, SYS_close_range, SYS_clone3}, ENOSYS);
     },
     false},
};

// Without a pidfd nsjoin goes on, but warns: the process is then known by its number alone.
void check_warned(const Kernel &kernel, const Answer &answer)
{
    CAPTURE(answer.error);
    if (kernel.has_pidfds) {
        CHECK(answer.error.empty());
    } else {
        CHECK(answer.error.rfind("nsjoin: warning: ", 0) == 0);
        CHECK(is_one_line(answer.error));
    }
}

// What it says besides the warning.
std::string without_warning(const std::string &error)
{
    return error.rfind("nsjoin: warning: ", 0) == 0 ? error.substr(error.find('\n') + 1) : error;
}

// Prints where it is, and which of the descriptors that it should not have are open.
const std::vector<std::string> look_around{
    "sh", "-c",
    "cd /proc/self/ns; readlink mnt uts ipc net pid cgroup user time; cat ../cgroup; for fd in 3 4 "
    "5 "
    "6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 77 200; do [ ! -e /proc/self/fd/$fd ] || echo $fd; "
    "done"};

void open_many()
{
    closefrom(3);
    for (const int number : {20, 77, 200}) {
        if (dup2(STDIN_FILENO, number) != number) {
            _exit(1);
        }
    }
}

void check_whole_job(std::vector<std::string> arguments, const std::string &expected)
{
    arguments.insert(arguments.end(), look_around.begin(), look_around.end());
    for (const auto &kernel : kernels) {
        CAPTURE(kernel.name);
        const Answer answer = nsjoin(arguments, [&] {
            open_many();
            kernel.play();
        });
        check_warned(kernel, answer);
        CHECK(answer.output == expected);
        CHECK(answer.status == Status{0, 0});
    }
}

} // namespace

TEST_CASE("an old kernel's means are enough to join all namespaces", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(all_but_user);
    // The cgroups are the caller's as the new cgroup namespace sees them, the same from any.
    const auto namespaces = namespaces_of(holder, all_but_user);
    const Answer now = nsjoin({holder.name(), "--", "cat", "/proc/self/cgroup"});
    check_whole_job({holder.name()}, namespaces + now.output);
    const std::string own = contents("/proc/self/cgroup");
    check_whole_job({"-n", holder.name()},
                    namespaces_of(holder, CLONE_NEWNET) + own + "20\n77\n200\n");
    check_whole_job({"-pF", holder.name()}, namespaces_of(holder, 0) + own);
}

TEST_CASE("an old kernel's means are enough to join a user namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = 65534;
    const Holder holder(every_kind, held);
    const std::string expected = namespaces_of(holder, every_kind);
    for (const auto &kernel : kernels) {
        CAPTURE(kernel.name);
        const auto arguments = and_print_namespaces({holder.name()});
        for (const Answer &answer :
             {nsjoin(arguments, kernel.play), nsjoin_as(65534, arguments, kernel.play)}) {
            check_warned(kernel, answer);
            CHECK(answer.output == expected);
            CHECK(answer.status == Status{0, 0});
        }
    }
}

TEST_CASE("an old kernel's means are enough to join cgroups", "[native]")
{
    Cgroups cgroups = make_cgroups_1("nsjoin-old");
    for (auto &cgroup : make_cgroups_2("nsjoin-old")) {
        cgroups.push_back(std::move(cgroup));
    }
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWTIME);
    for (const auto &cgroup : cgroups) {
        REQUIRE(cgroup->add(holder.pid()));
    }
    check_whole_job({"-c", holder.name()},
                    namespaces_of(holder, CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWTIME) +
                        contents(holder.proc("cgroup")));
}

TEST_CASE("without pidfds a process that is none to join is refused as ever", "[native]")
{
    const auto without = [] { refuse({SYS_pidfd_open}, ENOSYS); };
    const auto check = [&](const std::string &pid, const std::string &message) {
        const Answer answer = nsjoin({pid, "--", "echo", "started"}, without);
        CHECK(without_warning(answer.error) == "nsjoin: " + message + "\n");
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
    };
    check("4194304", "there is no process 4194304");
    const Child child = Child::calling([] { return 0; });
    siginfo_t info;
    REQUIRE(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
    const std::string zombie = std::to_string(child.pid());
    check(zombie, "process " + zombie + " is a zombie: it has no namespaces any more");
    const Holder holder(0);
    check(holder.name() + ":1", "cannot verify process " + holder.name() +
                                    ": this kernel gives pidfds no inode numbers (Linux 6.9 and "
                                    "later do)");
}
