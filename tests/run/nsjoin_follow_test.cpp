// SPDX-License-Identifier: Apache-2.0
// -S follow and -G follow: only an id that is the process's own in every way, and that the joined
// user namespace has.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"

#include <grp.h>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

struct Ids {
    uid_t real;
    uid_t effective;
    uid_t saved;
};

enum class Of { user, group };

Held with_ids(const Ids &ids, Of whose)
{
    Held held;
    held.before_sleep = [=] {
        const int set = whose == Of::user ? setresuid(ids.real, ids.effective, ids.saved)
                                          : setresgid(ids.real, ids.effective, ids.saved);
        if (set != 0) {
            _exit(1);
        }
    };
    return held;
}

void check_refused(const Answer &answer, const std::string &why)
{
    CAPTURE(answer.error, why);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(why) != std::string::npos);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
}

std::string four_times(uid_t id)
{
    const std::string text = std::to_string(id);
    return text + " " + text + " " + text + " " + text;
}

void check_runs_as(const Answer &answer, uid_t uid, gid_t gid)
{
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    CHECK(field(answer.output, "Uid") == four_times(uid));
    CHECK(field(answer.output, "Gid") == four_times(gid));
}

const Words print{"--", "/bin/cat", "/proc/self/status"};
constexpr uid_t user = 4321;

// 0 to 65535 are 100000 to 165535, so root and most others are not in it.
const std::string far_away = "0 100000 65536\n";

} // namespace

TEST_CASE("-S follow does not take the user of a set-user-id program", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Ids ids = GENERATE(Ids{user, 0, 0}, Ids{0, 0, user}, Ids{0, user, 0}, Ids{user, user, 0},
                             Ids{0, user, user}, Ids{user, 0, user}, Ids{1, 2, 3});
    CAPTURE(ids.real, ids.effective, ids.saved);
    const unsigned long flags =
        GENERATE(as<unsigned long>(), CLONE_NEWUTS, CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWPID);
    const Holder holder(flags, with_ids(ids, Of::user));
    check_refused(nsjoin(Words{"-S", "follow", holder.name()} + print), "differ");
    check_refused(nsjoin(Words{"-Sfollow", "-Gfollow", "-u", holder.name()} + print), "differ");
    check_refused(nsjoin(Words{"--setuid=follow", "-G0", holder.name()} + print), "differ");
    // Its group is the same in every way.
    check_runs_as(nsjoin(Words{"-S7", "-Gfollow", holder.name()} + print), 7, 0);
}

TEST_CASE("-G follow does not take the group of a set-group-id program", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Ids ids = GENERATE(Ids{user, 0, 0}, Ids{0, 0, user}, Ids{0, user, 0}, Ids{user, user, 0},
                             Ids{0, user, user}, Ids{user, 0, user});
    CAPTURE(ids.real, ids.effective, ids.saved);
    const Holder holder(CLONE_NEWUTS, with_ids(ids, Of::group));
    check_refused(nsjoin(Words{"-G", "follow", holder.name()} + print), "differ");
    check_refused(nsjoin(Words{"-Sfollow", "-Gfollow", "-u", holder.name()} + print), "differ");
    check_refused(nsjoin(Words{"--setgid=follow", "-S7", holder.name()} + print), "differ");
    check_runs_as(nsjoin(Words{"-Sfollow", "-G7", holder.name()} + print), 0, 7);
}

TEST_CASE("an id is followed that is the process's own in every way", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = user;
    const Holder holder(0, held);
    check_runs_as(nsjoin(Words{"-Sfollow", "-Gfollow", holder.name()} + print), user, user);
    check_runs_as(nsjoin(Words{"-Sfollow", "-G7", holder.name()} + print), user, 7);
    const Holder root(CLONE_NEWUTS | CLONE_NEWPID);
    check_runs_as(nsjoin(Words{"-Sfollow", "-Gfollow", root.name()} + print), 0, 0);
}

TEST_CASE("follow refuses an id that the user namespace does not map", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // Root of the caller's user namespace, in one that does not have it.
    Held held;
    held.ids = far_away;
    const unsigned long flags =
        CLONE_NEWUSER | CLONE_NEWUTS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID);
    const Holder holder(flags, held);
    check_refused(nsjoin(Words{"-Sfollow", "-Gfollow", holder.name()} + print), "not mapped");
    check_refused(nsjoin(Words{"-Sfollow", "-G0", holder.name()} + print), "not mapped");
    check_refused(nsjoin(Words{"-S0", "-Gfollow", holder.name()} + print), "not mapped");
    check_refused(nsjoin(Words{"-U", "-Sfollow", "-Gfollow", holder.name()} + print), "not mapped");
    // What does not follow works there.
    check_runs_as(nsjoin(Words{"-S0", "-G0", holder.name()} + print), 0, 0);
    check_runs_as(nsjoin(Words{"-S65534", "-G65534", holder.name()} + print), 65534, 65534);
}

TEST_CASE("follow refuses a group alone that the user namespace does not map", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held other;
    other.ids = far_away;
    const Holder space(CLONE_NEWUSER | CLONE_NEWUTS, other);
    // In there it is user 7, and its group is none.
    Held held;
    held.before_sleep = [] {
        if (setresuid(100'007, 100'007, 100'007) != 0) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWUTS, held);
    const Words into{"--user=" + space.proc("ns/user")};
    check_runs_as(nsjoin(into + Words{"-Sfollow", "-G7", holder.name()} + print), 7, 7);
    check_refused(nsjoin(into + Words{"-Sfollow", "-Gfollow", holder.name()} + print),
                  "not mapped");
}

TEST_CASE("follow refuses an id that a user namespace given by name does not map", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held other;
    other.ids = far_away;
    const Holder space(CLONE_NEWUSER | CLONE_NEWUTS, other);
    Held held;
    held.owner = user;
    const Holder target(0, held);
    const Words into{"--user=" + space.proc("ns/user")};
    check_refused(nsjoin(into + Words{"-Sfollow", "-Gfollow", target.name()} + print),
                  "not mapped");
    check_refused(nsjoin(into + Words{"-S0", "-Gfollow", target.name()} + print), "not mapped");
    check_refused(nsjoin(into + Words{"-Sfollow", "-G0", target.name()} + print), "not mapped");
}

TEST_CASE("65534 is followed where the user namespace maps it", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = 165'534;
    held.ids = far_away;
    const Holder holder(
        CLONE_NEWUSER | CLONE_NEWUTS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID), held);
    check_runs_as(nsjoin(Words{"-Sfollow", "-Gfollow", holder.name()} + print), 65534, 65534);
    Held nobody;
    nobody.owner = 65534;
    const Holder without(0, nobody);
    check_runs_as(nsjoin(Words{"-Sfollow", "-Gfollow", without.name()} + print), 65534, 65534);
}

TEST_CASE("follow takes an id as the joined user namespace has it", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = user;
    held.ids = "0 100000 1000\n1000 4321 1\n";
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, held);
    check_runs_as(nsjoin(Words{"-Sfollow", "-Gfollow", holder.name()} + print), 1000, 1000);
}
