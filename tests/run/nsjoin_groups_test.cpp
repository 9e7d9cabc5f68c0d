// SPDX-License-Identifier: Apache-2.0
// Supplementary groups: -G follow takes those of the process, as they are inside.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

using namespace support;

namespace {

void have_groups(const std::vector<gid_t> &groups)
{
    if (setgroups(groups.size(), groups.data()) != 0) {
        _exit(1);
    }
}

std::string list_of(const std::vector<gid_t> &groups)
{
    std::string text;
    for (const gid_t group : groups) {
        text += (text.empty() ? "" : " ") + std::to_string(group);
    }
    return text;
}

std::string status_of(std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), {"--", "cat", "/proc/self/status"});
    const Answer answer = nsjoin(arguments, [] { have_groups({31, 32}); });
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    return answer.output;
}

// In the user namespace that it makes then, group `gid`.
Held in_user_namespace(gid_t gid, const std::vector<gid_t> &groups, const std::string &ids)
{
    Held held;
    held.ids = ids;
    held.before_sleep = [=] {
        have_groups(groups);
        if (setresgid(gid, gid, gid) != 0 || unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
            _exit(1);
        }
        prctl(PR_SET_DUMPABLE, 1);
    };
    return held;
}

} // namespace

TEST_CASE("-G follow takes the supplementary groups of the process", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    std::vector<gid_t> many;
    for (gid_t group = 100'000; group < 100'064; ++group) {
        many.push_back(group);
    }
    for (const auto &groups : {std::vector<gid_t>{}, std::vector<gid_t>{11},
                               std::vector<gid_t>{11, 12, 4'000'000'000}, many}) {
        Held held;
        held.before_sleep = [&] { have_groups(groups); };
        const Holder holder(both_ways(), held);
        CHECK(field(status_of({"-G", "follow", holder.name()}), "Groups") == list_of(groups));
        CHECK(field(status_of({"-Sfollow", "-Gfollow", holder.name()}), "Groups") ==
              list_of(groups));
    }
}

TEST_CASE("-G follow leaves out groups that the user namespace does not map", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder some(
        0, in_user_namespace(100'005, {5, 100'011, 100'012, 300'000}, "0 100000 1000\n"));
    std::string status = status_of({"-G", "follow", some.name()});
    CHECK(field(status, "Gid") == "5 5 5 5");
    CHECK(field(status, "Groups") == "11 12");
    // One that is mapped to what all others are shown as.
    const Holder mapped(0, in_user_namespace(100'005, {5, 165'534}, "0 100000 65536\n"));
    status = status_of({"-G", "follow", mapped.name()});
    CHECK(field(status, "Groups") == "65534");
    const Holder none(0, in_user_namespace(100'005, {5, 6}, "0 100000 1000\n"));
    CHECK(field(status_of({"-G", "follow", none.name()}), "Groups").empty());
}

TEST_CASE("-S without -G keeps group and groups, and -G with a number drops the groups", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.before_sleep = [] { have_groups({11, 12}); };
    const Holder holder(CLONE_NEWUTS, held);
    std::string status = status_of({"-S", "1000", holder.name()});
    CHECK(field(status, "Uid") == "1000 1000 1000 1000");
    CHECK(field(status, "Gid") == "0 0 0 0");
    CHECK(field(status, "Groups") == "31 32");
    status = status_of({"-S", "1000", "-G", "1001", holder.name()});
    CHECK(field(status, "Gid") == "1001 1001 1001 1001");
    CHECK(field(status, "Groups").empty());
}
