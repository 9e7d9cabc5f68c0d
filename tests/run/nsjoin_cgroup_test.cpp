// SPDX-License-Identifier: Apache-2.0
// --join-cgroup: the command is where the process is, in each hierarchy.
#include "tests/support/catch.h"
#include "tests/support/cgroup.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

void add_to(const Cgroups &cgroups, pid_t pid)
{
    for (const auto &cgroup : cgroups) {
        REQUIRE(cgroup->add(pid));
    }
}

Cgroups make_cgroups(const std::string &name)
{
    Cgroups cgroups = make_cgroups_1(name);
    for (auto &cgroup : make_cgroups_2(name)) {
        cgroups.push_back(std::move(cgroup));
    }
    return cgroups;
}

// The command is `cat /proc/self/cgroup`, and where `holder` is.
void check_cgroups(const Answer &answer, const Holder &holder, const Cgroups &cgroups)
{
    CHECK(answer.error.empty());
    CHECK(answer.output == contents(holder.proc("cgroup")));
    for (const auto &cgroup : cgroups) {
        CHECK(cgroup_in(answer.output, cgroup->line()) == cgroup->path());
    }
    CHECK(answer.status == Status{0, 0});
}

const std::vector<std::string> print{"--", "cat", "/proc/self/cgroup"};

std::vector<std::string> and_print(std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), print.begin(), print.end());
    return arguments;
}

// In the process that will be nsjoin: no file in `directory` can be opened for writing.
void forbid_writing(const std::string &directory)
{
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount(nullptr, directory.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) !=
            0) {
        _exit(1);
    }
}

} // namespace

TEST_CASE("the command is in every cgroup that the process is in", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-test");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    add_to(cgroups, holder.pid());
    check_cgroups(nsjoin(and_print({"-c", holder.name()})), holder, cgroups);
    check_cgroups(nsjoin(and_print({"-u", "--join-cgroup", holder.name()})), holder, cgroups);
    check_cgroups(nsjoin(and_print({"-ucF", holder.name()})), holder, cgroups);
    // And only if asked for.
    CHECK(nsjoin(and_print({holder.name()})).output == contents("/proc/self/cgroup"));
}

TEST_CASE("names of cgroups may have colons, spaces and backslashes in them", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin:test: a\\b,:");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    const Holder holder(CLONE_NEWUTS);
    add_to(cgroups, holder.pid());
    check_cgroups(nsjoin(and_print({"-uc", holder.name()})), holder, cgroups);
}

TEST_CASE("each hierarchy is entered for itself", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-one");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    for (const auto &cgroup : cgroups) {
        CAPTURE(cgroup->directory());
        const Holder holder(CLONE_NEWUTS);
        REQUIRE(cgroup->add(holder.pid()));
        const Answer answer = nsjoin(and_print({"-uc", holder.name()}));
        CHECK(answer.error.empty());
        CHECK(answer.output == contents(holder.proc("cgroup")));
        CHECK(cgroup_in(answer.output, cgroup->line()) == cgroup->path());
    }
}

TEST_CASE("the command is born in its cgroup of version 2", "[native]")
{
    const Cgroups cgroups = make_cgroups_2("nsjoin-born");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup2 file system to write to");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    add_to(cgroups, holder.pid());
    // Were it moved there, cgroup.procs would have to be written to.
    const auto without = [&] { forbid_writing(cgroups[0]->mount()); };
    check_cgroups(nsjoin(and_print({"-upc", holder.name()}), without), holder, cgroups);
    const Answer refused = nsjoin(and_print({"-upc", holder.name()}), [&] {
        without();
        refuse({SYS_clone3}, ENOSYS);
    });
    CHECK(is_one_line(refused.error));
    CHECK(refused.error.find("cannot open the cgroup of process " + holder.name()) !=
          std::string::npos);
    CHECK(refused.output.empty());
    CHECK(refused.status == Status{125, 0});
}

TEST_CASE("on a kernel without clone3 the command is moved to its cgroup", "[native]")
{
    const Cgroups cgroups = make_cgroups_2("nsjoin-moved");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup2 file system to write to");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    add_to(cgroups, holder.pid());
    for (const int error : {ENOSYS, EPERM, EINVAL}) {
        check_cgroups(
            nsjoin(and_print({"-upc", holder.name()}), [&] { refuse({SYS_clone3}, error); }),
            holder, cgroups);
    }
}

TEST_CASE("a cgroup and a cgroup namespace are joined together", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-namespace");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    // Its cgroups are the roots of its namespace.
    Held held;
    held.before_sleep = [&] {
        for (const auto &cgroup : cgroups) {
            cgroup->add(getpid());
        }
        if (unshare(CLONE_NEWCGROUP) != 0) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWUTS, held);
    for (const std::string option : {"-Cc", "-ac", "-c"}) {
        CAPTURE(option);
        const Answer answer = nsjoin({option, holder.name(), "--", "sh", "-c",
                                      "readlink /proc/self/ns/cgroup; cat /proc/self/cgroup"});
        CHECK(answer.error.empty());
        CHECK(answer.output.rfind(holder.link("ns/cgroup") + "\n", 0) == 0);
        for (const auto &cgroup : cgroups) {
            CHECK(cgroup_in(answer.output, cgroup->line()) == "/");
        }
        CHECK(answer.status == Status{0, 0});
    }
}

TEST_CASE("a cgroup is joined with a user namespace that owns its namespaces, or does not",
          "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-user");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    const auto add = [&] {
        for (const auto &cgroup : cgroups) {
            cgroup->add(getpid());
        }
    };
    Held outer;
    outer.before_sleep = [&] {
        add();
        if (unshare(CLONE_NEWCGROUP) != 0 || unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
            _exit(1);
        }
    };
    Held inner;
    inner.before_sleep = [&] {
        add();
        if (unshare(CLONE_NEWUSER | CLONE_NEWCGROUP) != 0) {
            _exit(1);
        }
    };
    const Holder owned_outside(CLONE_NEWPID, outer);
    const Holder owned_inside(CLONE_NEWPID, inner);
    for (const Holder *holder : {&owned_outside, &owned_inside}) {
        const Answer answer = nsjoin({"-c", holder->name(), "--", "sh", "-c",
                                      "readlink /proc/self/ns/cgroup /proc/self/ns/user "
                                      "/proc/self/ns/pid; cat /proc/self/cgroup"});
        CHECK(answer.error.empty());
        CHECK(answer.output.rfind(holder->link("ns/cgroup") + "\n" + holder->link("ns/user") +
                                      "\n" + holder->link("ns/pid") + "\n",
                                  0) == 0);
        for (const auto &cgroup : cgroups) {
            CHECK(cgroup_in(answer.output, cgroup->line()) == "/");
        }
    }
}

TEST_CASE("the command gets no descriptor of the cgroup, and keeps its input", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-leak");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    add_to(cgroups, holder.pid());
    for (const std::string option : {"-uc", "-upc", "-upcF"}) {
        CAPTURE(option);
        const Answer answer =
            nsjoin({option, holder.name(), "--", "sh", "-c",
                    "readlink /proc/self/fd/0; for fd in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 "
                    "19 20 21 22 23 24; do [ ! -e /proc/self/fd/$fd ] || echo $fd; done"},
                   [] { closefrom(3); });
        CHECK(answer.error.empty());
        CHECK(answer.output == "/dev/null\n");
    }
}

TEST_CASE("a cgroup that can't be entered is refused, and nothing is run", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-forbidden");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    Held held;
    held.owner = 65534;
    for (const auto &cgroup : cgroups) {
        CAPTURE(cgroup->directory());
        const Holder holder(CLONE_NEWUTS | CLONE_NEWUSER, held);
        REQUIRE(cgroup->add(holder.pid()));
        const Answer answer = nsjoin_as(65534, {"-c", holder.name(), "--", "echo", "started"});
        CHECK(is_one_line(answer.error));
        CHECK(answer.error.find("cannot open the cgroup of process " + holder.name() +
                                ": Permission denied") != std::string::npos);
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
    }
}

TEST_CASE("a cgroup that no mount shows is refused, and nothing is run", "[native]")
{
    const Cgroups cgroups = make_cgroups("nsjoin-hidden");
    if (cgroups.empty()) {
        SKIP_TEST("wants root, and a cgroup file system to write to");
    }
    for (const auto &cgroup : cgroups) {
        CAPTURE(cgroup->directory());
        const Holder holder(CLONE_NEWUTS);
        REQUIRE(cgroup->add(holder.pid()));
        const Answer answer = nsjoin({"-uc", holder.name(), "--", "echo", "started"}, [&] {
            forbid_writing(cgroup->mount());
            // Also where something else is mounted over it.
            mount("none", cgroup->mount().c_str(), "tmpfs", 0, nullptr);
        });
        CHECK(is_one_line(answer.error));
        CHECK(
            answer.error.find("no cgroup file system is mounted that shows the cgroup of process " +
                              holder.name()) != std::string::npos);
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
    }
}
