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
        const std::string path = std::string("/proc/self/") + each.file();
        CHECK(std::string("/proc/") + each.own_file == path);
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
        const Option *const option = find_option(each.letter);
        CAPTURE(each.name);
        REQUIRE(option != nullptr);
        CHECK(option->name() == std::string(each.name));
        CHECK(option->help() == std::string(each.help));
        CHECK(option->placeholder() == std::string("<file>"));
        CHECK(option->value == Value::optional);
        CHECK(&namespaces[option->name_space] == &each);
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
    CHECK(std::string(stage_names[static_cast<int>(Stage::list)]) == "list");
    CHECK(sizeof stage_names / sizeof *stage_names == static_cast<size_t>(Stage::list) + 1);
}

TEST_CASE("a failure is one, and none is none")
{
    CHECK(!Failure());
    const Failure failure("text", "subject", sys::Errno::eperm, "hint");
    REQUIRE(failure);
    CHECK(failure->status == status_failed);
    CHECK(failure->error == sys::Errno::eperm);
    CHECK(failure->detail == nullptr);
}

TEST_CASE("a result is checked: an error is a failure, and a value is none")
{
    CHECK(!check(sys::Result<void>(0), "text", "subject"));
    CHECK(!check(sys::Result<long>(7), "text"));
    const Failure failure = check(sys::Result<long>(-EPERM), "text", "subject");
    REQUIRE(failure);
    CHECK(failure->error == sys::Errno::eperm);
    CHECK(std::string(failure->subject) == "subject");
}
