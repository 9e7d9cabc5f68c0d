// SPDX-License-Identifier: Apache-2.0
// Process numbers that are used again at once, by processes in other namespaces, while nsjoin joins
// by number. In a PID namespace of its own, with as few numbers as can be: pid_namespaces(7).
#include "tests/soak/houses.h"
#include "tests/soak/scenes.h"
#include "tests/soak/town.h"
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

// A process with a number, in one house after another.
class Tenant {
public:
    explicit Tenant(pid_t number) : number_(number) {}
    ~Tenant() { end(); }
    Tenant(const Tenant &) = delete;
    Tenant &operator=(const Tenant &) = delete;

    void end()
    {
        if (there_) {
            kill(number_, SIGKILL);
            waitpid(number_, nullptr, __WALL);
        }
        there_ = false;
    }

    void move_to(const House &house)
    {
        end();
        there_ = Child::calling([&] {
                     int pidfd = -1;
                     return enter(house) && make_process(number_, Born::sibling, pidfd) > 0 ? 0 : 1;
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

Program program_for(const Tenant &tenant, By by)
{
    Program program{{nsjoin_path(), tenant.name(by), "--", report_path(), "namespaces"}};
    if (by == By::number_before_pidfds) {
        program.before_exec = [] { refuse({SYS_pidfd_open}, ENOSYS); };
    }
    return program;
}

} // namespace

TEST_CASE("whenever its number is used again, a command runs in one process's namespaces or not",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    const auto houses = build_houses(2);
    Tenant tenant(free_number());
    int old_house = 0;
    int new_house = 0;
    int refused = 0;
    for (const By by : {By::number, By::number_and_inode, By::number_before_pidfds}) {
        tenant.move_to(houses[0]);
        const auto usual = observe(program_for(tenant, by), {});
        REQUIRE(house_of(reported_in(usual.answer.output), houses) == 0);
        for (const Call &call : usual.calls) {
            if (call == usual.calls.front()) {
                continue; // not nsjoin's, but its own exec
            }
            tenant.move_to(houses[0]);
            Program program = program_for(tenant, by);
            program.before_call = [&](const Call &each) {
                if (each == call) {
                    tenant.move_to(houses[1]);
                }
            };
            const auto seen = observe(program, {});
            CAPTURE(static_cast<int>(by), call.process, call.number, call.occurrence,
                    seen.answer.status, seen.answer.output, seen.answer.error);
            CHECK(!seen.hung);
            if (seen.answer.status == Status{125, 0}) {
                CHECK(seen.answer.output.empty());
                ++refused;
                continue;
            }
            CHECK(seen.answer.status == Status{reported, 0});
            const int house = house_of(reported_in(seen.answer.output), houses);
            CHECK(house >= 0);
            CHECK((house == 0 || by != By::number_and_inode));
            old_house += house == 0 ? 1 : 0;
            new_house += house == 1 ? 1 : 0;
        }
    }
    std::cout << "the number used again before each call: " << old_house
              << " ran where the first process was, " << new_house << " where the next was, "
              << refused << " ended with 125" << std::endl;
    CHECK(old_house > 0);
    CHECK(refused > 0);
}

TEST_CASE("a number that is used again never leads into a wrong namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const char *const wanted = std::getenv("JOINS");
    const int joins = wanted != nullptr ? std::stoi(wanted) : 100'000;
    Count count;
    const std::string wrong = run_town(joins, count);
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
