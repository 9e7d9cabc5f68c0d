// SPDX-License-Identifier: Apache-2.0
// Process numbers that are used again at once, by processes in other namespaces, while nsjoin joins
// by number. In a PID namespace of its own, with as few numbers as can be: pid_namespaces(7).
#include "tests/soak/pods.h"
#include "tests/soak/recycling.h"
#include "tests/soak/scenes.h"
#include "tests/support/catch.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <signal.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
using namespace soak;

namespace {

enum class By { number, number_and_inode, number_before_pidfds };

// A process with a number, in one pod after another.
class RecycledProcess {
public:
    explicit RecycledProcess(pid_t number) : number_(number) {}
    ~RecycledProcess() { end(); }
    RecycledProcess(const RecycledProcess &) = delete;
    RecycledProcess &operator=(const RecycledProcess &) = delete;

    void end()
    {
        if (there_) {
            kill(number_, SIGKILL);
            waitpid(number_, nullptr, __WALL);
        }
        there_ = false;
    }

    void move_to(const Pod &pod)
    {
        end();
        there_ =
            Child::calling([&] {
                int pidfd = -1;
                return enter(pod) && make_process(pod, number_, Born::sibling, pidfd) > 0 ? 0 : 1;
            }).wait() == Status{0, 0};
        if (!there_) {
            throw std::runtime_error("there can be no process with a number of choice here");
        }
    }

    std::string name(By by) const
    {
        std::string number = std::to_string(number_);
        if (by != By::number_and_inode) {
            return number;
        }
        const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, number_, 0));
        struct stat status {};
        fstat(pidfd, &status);
        close(pidfd);
        return number + ":" + std::to_string(status.st_ino);
    }

private:
    pid_t number_;
    bool there_ = false;
};

// A number that was just free, and is not given again soon.
pid_t free_number()
{
    const Child child = Child::calling([] { return 0; });
    return child.pid();
}

// Who runs nsjoin, and which.
struct Caller {
    uid_t user;
    std::string nsjoin;
    std::string report;
};

Program program_for(const Caller &caller, const RecycledProcess &process, By by)
{
    Program program{{caller.nsjoin, process.name(by), "--", caller.report, "namespaces"}};
    if (by == By::number_before_pidfds) {
        program.before_exec = [] { refuse({SYS_pidfd_open}, ENOSYS); };
    }
    program.user = caller.user;
    return program;
}

struct Runs {
    int first_pod = 0;
    int next_pod = 0;
    int refused = 0;
};

// Has the number used again before each of the calls. Whoever has it when nsjoin first opens it is
// meant: once that was the first process, it is meant for good.
void recycle_at_each_call(const Caller &caller, const std::vector<Pod> &pods,
                          RecycledProcess &process, By by, Runs &count)
{
    process.move_to(pods[0]);
    const auto usual = observe(program_for(caller, process, by), {});
    CAPTURE(static_cast<int>(by), usual.answer.status, usual.answer.error);
    REQUIRE(pod_of(reported_in(usual.answer.output), pods) == 0);
    bool opened = by == By::number_and_inode;
    for (const Call &call : usual.calls) {
        if (call == usual.calls.front()) {
            continue; // not nsjoin's, but its own exec
        }
        process.move_to(pods[0]);
        Program program = program_for(caller, process, by);
        program.before_call = [&](const Call &each) {
            if (each == call) {
                process.move_to(pods[1]);
            }
        };
        const auto seen = observe(program, {});
        CAPTURE(call.process, call.number, call.occurrence, seen.answer.status, seen.answer.output,
                seen.answer.error);
        CHECK(!seen.hung);
        if (seen.answer.status == Status{125, 0}) {
            CHECK(seen.answer.output.empty());
            ++count.refused;
            opened = true;
            continue;
        }
        CHECK(seen.answer.status == Status{reported, 0});
        const int pod = pod_of(reported_in(seen.answer.output), pods);
        CHECK(pod >= 0);
        CHECK((pod == 0 || !opened));
        count.first_pod += pod == 0 ? 1 : 0;
        count.next_pod += pod == 1 ? 1 : 0;
        // Held before it is made, this call has not looked yet.
        opened = opened || pod == 0 || call.number == SYS_pidfd_open;
    }
}

void recycle_for(const Caller &caller)
{
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    const auto pods = make_pods(2, caller.user);
    RecycledProcess process(free_number());
    Runs count;
    for (const By by : {By::number, By::number_and_inode, By::number_before_pidfds}) {
        recycle_at_each_call(caller, pods, process, by, count);
    }
    std::cout << "the number used again before each call: " << count.first_pod
              << " ran where the first process was, " << count.next_pod
              << " where the next was, before nsjoin had opened either, " << count.refused
              << " ended with 125" << std::endl;
    CHECK(count.first_pod > 0);
    CHECK(count.refused > 0);
}

} // namespace

TEST_CASE("whenever its number is used again, the command runs in the process first opened or not",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    recycle_for({0, nsjoin_path(), report_path()});
}

TEST_CASE("whenever its number is used again, also a user's command runs in the first or not",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("only root can have processes with a number of choice");
    }
    if (!has_user_namespaces()) {
        SKIP_TEST("users can't make user namespaces here");
    }
    const Programs programs;
    recycle_for({rootless_user(), programs.nsjoin(), programs.report()});
}

TEST_CASE("a number that is used again never leads into a wrong namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const char *const wanted = std::getenv("JOINS");
    const int joins = wanted != nullptr ? std::stoi(wanted) : 100'000;
    Count count;
    const std::string wrong = join_recycled_numbers(joins, count);
    std::cout << count.ran + count.refused << " joins by number: " << count.ran
              << " ran in the namespaces of one process that had the number, " << count.refused
              << " ended with 125; the number was used " << count.processes << " times; "
              << count.certain << " ran by number and inode" << std::endl;
    CHECK(wrong.empty());
    if (!wrong.empty()) {
        FAIL(wrong);
    }
    CHECK(count.ran + count.refused == joins);
    // Else it shows nothing.
    CHECK(count.processes > joins / 100);
    CHECK(count.ran > joins / 100);
    CHECK(count.certain > 0);
    CHECK(count.refused > joins / 100);
}
