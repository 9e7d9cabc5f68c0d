// SPDX-License-Identifier: Apache-2.0
// Who the command is: user, groups and capabilities.
#include "tests/support/catch.h"
#include "tests/support/namespaces.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;
const std::string none = "0000000000000000";
const std::string everybody = "0 0 4294967295\n";

// /proc/self/status of the command, as the user namespace that it is in sees it.
std::string status_of(const Answer &answer)
{
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    return answer.output;
}

std::vector<std::string> and_print_status(std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), {"--", "cat", "/proc/self/status"});
    return arguments;
}

std::string four_times(uid_t id)
{
    const std::string text = std::to_string(id);
    return text + " " + text + " " + text + " " + text;
}

void check_refused(const Answer &answer, const std::string &why)
{
    CAPTURE(answer.error, why);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(why) != std::string::npos);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
}

// User and group `id`, with the capabilities that joining wants.
void become_privileged(uid_t id)
{
    constexpr unsigned wanted = 1U << CAP_SYS_ADMIN | 1U << CAP_SYS_PTRACE | 1U << CAP_SYS_CHROOT;
    const gid_t groups[] = {11, 12};
    prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (setgroups(2, groups) != 0 || setresgid(id, id, id) != 0 || setresuid(id, id, id) != 0) {
        _exit(1);
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    data[0].effective = data[0].permitted = data[0].inheritable = wanted;
    if (syscall(SYS_capset, &header, data) != 0) {
        _exit(1);
    }
    for (const int capability : {CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_CHROOT}) {
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
    }
}

void add_groups()
{
    const gid_t groups[] = {11, 12};
    if (setgroups(2, groups) != 0) {
        _exit(1);
    }
}

} // namespace

TEST_CASE("without a user namespace the command is who the caller is", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(all_but_user);
    std::string status =
        status_of(nsjoin(and_print_status({holder.name()}), [] { become_privileged(1234); }));
    CHECK(field(status, "Uid") == four_times(1234));
    CHECK(field(status, "Gid") == four_times(1234));
    CHECK(field(status, "Groups") == "11 12");
    // As it was for nsjoin: no more, no less.
    CHECK(field(status, "CapEff") == "00000000002c0000");

    status = status_of(nsjoin(and_print_status({holder.name()}), add_groups));
    CHECK(field(status, "Uid") == four_times(0));
    CHECK(field(status, "Groups") == "11 12");
    CHECK(field(status, "CapEff") == field(contents("/proc/self/status"), "CapEff"));
}

TEST_CASE("in a user namespace the command is its root, in no other groups", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.ids = "0 100000 65536\n";
    held.owner = nobody;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, held);
    const std::string status = status_of(nsjoin(and_print_status({holder.name()}), add_groups));
    CHECK(field(status, "Uid") == four_times(0));
    CHECK(field(status, "Gid") == four_times(0));
    CHECK(field(status, "Groups").empty());
    CHECK(field(status, "CapEff") != none);
}

TEST_CASE("root's groups are dropped where the user namespace forbids to do so inside", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS);
    const std::string status = status_of(nsjoin(and_print_status({holder.name()}), add_groups));
    CHECK(field(status, "Uid") == four_times(0));
    CHECK(field(status, "Gid") == four_times(0));
    CHECK(field(status, "Groups").empty());
}

TEST_CASE("without root the command is root of the caller's user namespace", "[native]")
{
    const uid_t owner = geteuid() != 0 ? geteuid() : nobody;
    Held held;
    held.owner = owner;
    try {
        const Holder holder(CLONE_NEWUSER | all_but_user, held);
        const auto arguments = and_print_status({holder.name()});
        const std::string status =
            status_of(geteuid() != 0 ? nsjoin(arguments) : nsjoin_as(owner, arguments));
        CHECK(field(status, "Uid") == four_times(0));
        CHECK(field(status, "Gid") == four_times(0));
        CHECK(field(status, "CapEff") != none);
    } catch (const std::runtime_error &) {
        SKIP_TEST("user namespaces can't be made here");
    }
}

TEST_CASE("where user 0 is not mapped the way out is named, and works", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = nobody;
    held.ids = "1000 65534 1\n";
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, held);
    check_refused(nsjoin({holder.name(), "--", "echo", "started"}),
                  "cannot become group 0: Invalid argument (it is not mapped in this user "
                  "namespace: see -S, -G and --preserve-credentials)");
    check_refused(nsjoin({"-G", "1000", holder.name(), "--", "echo", "started"}),
                  "cannot become user 0: Invalid argument (it is not mapped in this user "
                  "namespace: see -S, -G and --preserve-credentials)");

    std::string status =
        status_of(nsjoin(and_print_status({"-S", "1000", "-G1000", holder.name()})));
    CHECK(field(status, "Uid") == four_times(1000));
    CHECK(field(status, "Gid") == four_times(1000));

    status =
        status_of(nsjoin_as(nobody, and_print_status({"--preserve-credentials", holder.name()})));
    CHECK(field(status, "Uid") == four_times(1000));
    CHECK(field(status, "Gid") == four_times(1000));
}

TEST_CASE("--preserve-credentials leaves ids and groups as they are", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.ids = everybody;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, held);
    const std::string status =
        status_of(nsjoin(and_print_status({"--preserve-credentials", holder.name()}),
                         [] { become_privileged(1234); }));
    CHECK(field(status, "Uid") == four_times(1234));
    CHECK(field(status, "Gid") == four_times(1234));
    CHECK(field(status, "Groups") == "11 12");
}

TEST_CASE("-S and -G make the command another user and group, in no other groups", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.ids = everybody;
    const Holder without(CLONE_NEWUTS);
    const Holder with(CLONE_NEWUSER | CLONE_NEWUTS, held);
    for (const Holder *holder : {&without, &with}) {
        std::string status = status_of(
            nsjoin(and_print_status({"-S", "1000", "-G", "1001", holder->name()}), add_groups));
        CHECK(field(status, "Uid") == four_times(1000));
        CHECK(field(status, "Gid") == four_times(1001));
        CHECK(field(status, "Groups").empty());
        CHECK(field(status, "CapEff") == none);
        CHECK(field(status, "CapPrm") == none);
        status = status_of(nsjoin(
            and_print_status({"--setuid=1000", "--setgid=1001", holder->name()}), add_groups));
        CHECK(field(status, "Uid") == four_times(1000));
        CHECK(field(status, "Gid") == four_times(1001));
    }
    const std::string status =
        status_of(nsjoin(and_print_status({"-S", "1000", without.name()}), add_groups));
    CHECK(field(status, "Uid") == four_times(1000));
    CHECK(field(status, "Gid") == four_times(0));
    CHECK(field(status, "Groups") == "11 12");
}

TEST_CASE("-S follow and -G follow take the ids of the process", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = 4321;
    const Holder without(0, held);
    std::string status =
        status_of(nsjoin(and_print_status({"-S", "follow", "-G", "follow", without.name()})));
    CHECK(field(status, "Uid") == four_times(4321));
    CHECK(field(status, "Gid") == four_times(4321));

    // As they are seen inside.
    held.ids = "1000 4321 1\n";
    const Holder with(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID, held);
    status = status_of(nsjoin(and_print_status({"-Sfollow", "--setgid=follow", with.name()})));
    CHECK(field(status, "Uid") == four_times(1000));
    CHECK(field(status, "Gid") == four_times(1000));
}

TEST_CASE("an id that can't be had is refused, and nothing is run", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS);
    check_refused(nsjoin({"-S", "5", holder.name(), "--", "echo"}),
                  "cannot become user 5: Invalid argument");
    check_refused(nsjoin({"-G", "5", holder.name(), "--", "echo"}),
                  "cannot become group 5: Invalid argument");
    Held held;
    held.owner = nobody;
    const Holder without(0, held);
    check_refused(nsjoin_as(nobody, {"-S", "5", without.name(), "--", "echo"}),
                  "cannot become user 5: Operation not permitted");
    check_refused(nsjoin_as(nobody, {"-G", "5", without.name(), "--", "echo"}),
                  "cannot set supplementary groups: Operation not permitted");
    for (const std::string id : {"", "x", "-1", "1x", "4294967295", "4294967296", "root"}) {
        check_refused(nsjoin({"-S", id, without.name(), "--", "echo"}),
                      "invalid user or group ID: " + (id.empty() ? "''" : id) +
                          " (expected a number or follow)");
    }
}

TEST_CASE("--keep-caps gives the command the capabilities of the user namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.ids = everybody;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, held);
    std::string status = status_of(
        nsjoin(and_print_status({"--keep-caps", "-S", "1000", "-G", "1000", holder.name()})));
    const std::string every = field(status, "CapBnd");
    CHECK(every != none);
    CHECK(field(status, "Uid") == four_times(1000));
    CHECK(field(status, "CapEff") == every);
    CHECK(field(status, "CapPrm") == every);
    CHECK(field(status, "CapAmb") == every);

    // Without it they are gone with the id, and without a user namespace it keeps nothing.
    status = status_of(nsjoin(and_print_status({"-S", "1000", "-G", "1000", holder.name()})));
    CHECK(field(status, "CapEff") == none);
    CHECK(field(status, "CapAmb") == none);
    const Holder without(CLONE_NEWUTS);
    status = status_of(
        nsjoin(and_print_status({"--keep-caps", "-S", "1000", "-G", "1000", without.name()})));
    CHECK(field(status, "CapEff") == none);
    CHECK(field(status, "CapAmb") == none);
}
