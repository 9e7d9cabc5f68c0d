// SPDX-License-Identifier: Apache-2.0
// The table of namespaces agrees with itself, with the options and with the kernel.
#include "nsjoin/failure.h"
#include "nsjoin/namespaces.h"
#include "nsjoin/option_table.h"
#include "nsjoin/options.h"
#include "tests/support/catch.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <set>
#include <sys/ioctl.h>
#include <unistd.h>

using namespace nsjoin;

TEST_CASE("each file of a namespace in /proc is of the kind that the table says")
{
    for (const auto &each : namespaces) {
        CAPTURE(each.name);
        const std::string path = std::string("/proc/self/") + each.file;
        const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0 && each.flag == CLONE_NEWTIME) {
            continue; // before Linux 5.6
        }
        REQUIRE(file >= 0);
        CHECK(static_cast<unsigned long>(ioctl(file, NS_GET_NSTYPE)) == each.flag);
        close(file);
    }
}

TEST_CASE("each kind is there once, with a letter and an option of its own")
{
    std::set<std::string> names;
    std::set<unsigned long> flags;
    for (const auto &each : namespaces) {
        names.insert(each.name);
        flags.insert(each.flag);
        HelpLine line{};
        bool found = false;
        for (size_t i = 0; help_line(i, line); ++i) {
            found = found || (line.letter == each.letter && std::string(line.name) == each.name &&
                              std::string(line.value) == "[<file>]");
        }
        CAPTURE(each.name);
        CHECK(found);
    }
    CHECK(names.size() == namespace_count);
    CHECK(flags.size() == namespace_count);
}

TEST_CASE("a set holds what was put into it")
{
    NamespaceSet set;
    CHECK(set.empty());
    set.add(CLONE_NEWNET);
    set.add(CLONE_NEWTIME);
    CHECK(set.has(CLONE_NEWNET));
    CHECK(!set.has(CLONE_NEWUTS));
    set.remove(CLONE_NEWNET);
    CHECK(set.flags() == CLONE_NEWTIME);
    for (const auto &each : namespaces) {
        CHECK(NamespaceSet::all().has(each.flag));
    }
}

TEST_CASE("each stage has a name")
{
    CHECK(std::string(stage_names[static_cast<int>(Stage::parse)]) == "parse");
    CHECK(std::string(stage_names[static_cast<int>(Stage::exec)]) == "exec");
    CHECK(sizeof stage_names / sizeof *stage_names == static_cast<size_t>(Stage::exec) + 1);
}

TEST_CASE("a failure is one, and none is none")
{
    CHECK(!Failure());
    const Failure failure(Stage::join, "text", "subject", sys::Errno::eperm, "hint");
    REQUIRE(failure);
    CHECK(failure->status == status_failed);
    CHECK(failure->error == sys::Errno::eperm);
    CHECK(failure->detail == nullptr);
}
