// SPDX-License-Identifier: Apache-2.0
// What nsjoin is for: a command in the namespaces of another process.
#include "tests/support/catch.h"
#include "tests/support/namespaces.h"

#include <memory>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

// With user, so that it works without root as well.
constexpr unsigned long every_kind = all_but_user | CLONE_NEWUSER;

bool can_be_made(unsigned long namespaces)
{
    try {
        const Holder holder(namespaces);
        return true;
    } catch (const std::runtime_error &) {
        return false;
    }
}

void check_namespaces(const Answer &answer, const std::string &expected)
{
    CHECK(answer.error.empty());
    CHECK(answer.output == expected);
    CHECK(answer.status == Status{0, 0});
}

} // namespace

TEST_CASE("a command runs in every namespace in which the process differs", "[native]")
{
    if (!can_be_made(every_kind)) {
        SKIP_TEST("namespaces can't be made here");
    }
    const Holder holder(every_kind);
    const std::string all = namespaces_of(holder, every_kind);
    check_namespaces(nsjoin(and_print_namespaces({holder.name()})), all);
    check_namespaces(nsjoin(and_print_namespaces({"-t", holder.name()})), all);
    check_namespaces(nsjoin(and_print_namespaces({"-a", holder.name()})), all);
    check_namespaces(nsjoin(and_print_namespaces({"--all", holder.name()})), all);
}

TEST_CASE("without an option those that differ are joined, and no other", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    for (const auto &kind : kinds) {
        CAPTURE(kind.name);
        const Holder holder(kind.flag);
        check_namespaces(nsjoin(and_print_namespaces({holder.name()})),
                         namespaces_of(holder, kind.flag));
    }
}

TEST_CASE("each kind is joined alone, by its short and its long option", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(every_kind);
    for (const auto &kind : kinds) {
        CAPTURE(kind.name);
        const std::string expected = namespaces_of(holder, kind.flag);
        check_namespaces(nsjoin(and_print_namespaces({"-" + kind.letter, holder.name()})),
                         expected);
        check_namespaces(nsjoin(and_print_namespaces({"--" + kind.name, holder.name()})), expected);
    }
}

TEST_CASE("every pair of kinds is joined together", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(every_kind);
    for (const auto &one : kinds) {
        for (const auto &other : kinds) {
            if (&one < &other) {
                CAPTURE(one.name, other.name);
                check_namespaces(
                    nsjoin(and_print_namespaces({"-" + one.letter + other.letter, holder.name()})),
                    namespaces_of(holder, one.flag | other.flag));
            }
        }
    }
}

TEST_CASE("without root every kind is joined together with the user namespace", "[native]")
{
    const uid_t owner = geteuid() != 0 ? geteuid() : 65534;
    if (!can_be_made(CLONE_NEWUSER)) {
        SKIP_TEST("user namespaces can't be made here");
    }
    Held held;
    held.owner = owner;
    const Holder holder(every_kind, held);
    for (const auto &kind : kinds) {
        CAPTURE(kind.name);
        const auto arguments = and_print_namespaces({"-U" + kind.letter, holder.name()});
        check_namespaces(geteuid() != 0 ? nsjoin(arguments) : nsjoin_as(owner, arguments),
                         namespaces_of(holder, kind.flag | CLONE_NEWUSER));
    }
}

TEST_CASE("a namespace that is shared already is left alone and is no error", "[native]")
{
    const Holder holder(0);
    const std::string own = namespaces_of(holder, 0);
    check_namespaces(nsjoin(and_print_namespaces({holder.name()})), own);
    if (geteuid() == 0) {
        check_namespaces(nsjoin(and_print_namespaces({"-a", holder.name()})), own);
        for (const auto &kind : kinds) {
            CAPTURE(kind.name);
            check_namespaces(nsjoin(and_print_namespaces({"-" + kind.letter, holder.name()})), own);
        }
    }
    for (const std::string name : {"user", "mount", "pid"}) {
        CAPTURE(name);
        check_namespaces(nsjoin(and_print_namespaces({"--" + name, holder.name()})), own);
    }
}

TEST_CASE("with a shared mount namespace the working directory stays", "[native]")
{
    const Holder holder(0);
    const Answer answer =
        nsjoin({holder.name(), "--", "pwd"}, [] { static_cast<void>(chdir("/usr")); });
    CHECK(answer.error.empty());
    CHECK(answer.output == "/usr\n");
}

TEST_CASE(
    "the own mount namespace is joined again if it is asked for by name: that leaves a chroot",
    "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const std::string option =
        GENERATE(as<std::string>(), "-m $$", "-a $$", "--mount=/proc/$$/ns/mnt");
    CAPTURE(option);
    const Directory elsewhere;
    const auto in_chroot = [&] {
        const std::string root = elsewhere.path("root");
        if (unshare(CLONE_NEWNS) != 0 ||
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mkdir(root.c_str(), 0755) != 0 ||
            mount("/", root.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0 ||
            chroot(root.c_str()) != 0 || chdir("/usr") != 0) {
            _exit(1);
        }
    };
    // The shell, which shares its mount namespace with nsjoin, is the target.
    const Answer answer = run({"sh", "-c",
                               nsjoin_path() + " " + option + " -- sh -c 'pwd; [ ! -d " +
                                   elsewhere.path("root/proc") + " ] || echo left'; exit $?"},
                              in_chroot);
    CHECK(answer.error.empty());
    CHECK(answer.output == "/\nleft\n");
}

TEST_CASE("that takes no value of the target's among its files", "[native]")
{
    const Holder holder(0);
    const Answer answer = nsjoin({"-m", "-e", holder.name(), "--", "echo", "ran"});
    CHECK(answer.output.empty());
    CHECK(answer.error.find("--env: ") != std::string::npos);
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("a command in a PID namespace is a child whose parent is outside", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWPID);
    const Answer answer = nsjoin({"-p", holder.name(), "--", "sh", "-c", "echo $$ $PPID; exit 7"});
    CHECK(answer.error.empty());
    CHECK(answer.output == "2 0\n");
    CHECK(answer.status == Status{7, 0});
}

TEST_CASE("without a PID namespace nsjoin becomes the command", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(every_kind ^ CLONE_NEWPID);
    const Answer answer = nsjoin({holder.name(), "--", "sh", "-c", "echo $$"},
                                 [] { dprintf(STDOUT_FILENO, "%d\n", getpid()); });
    CHECK(answer.error.empty());
    const size_t half = answer.output.size() / 2;
    CHECK(half > 1);
    CHECK(answer.output.substr(0, half) == answer.output.substr(half));
}

TEST_CASE("with --no-fork nsjoin becomes the command, and its children are born inside", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWPID);
    for (const std::string option : {"-F", "--no-fork"}) {
        const Answer answer = nsjoin({"-p", option, holder.name(), "--", "readlink",
                                      "/proc/self/ns/pid", "/proc/self/ns/pid_for_children"});
        CHECK(answer.error.empty());
        CHECK(answer.output ==
              read_link("/proc/self/ns/pid") + "\n" + holder.link("ns/pid") + "\n");
        const Answer same = nsjoin({"-p", option, holder.name(), "--", "sh", "-c", "echo $$"},
                                   [] { dprintf(STDOUT_FILENO, "%d\n", getpid()); });
        const size_t half = same.output.size() / 2;
        CHECK(half > 1);
        CHECK(same.output.substr(0, half) == same.output.substr(half));
    }
}

TEST_CASE("64 join at a time, each the right one", "[native]")
{
    if (!can_be_made(every_kind)) {
        SKIP_TEST("namespaces can't be made here");
    }
    const Holder one(every_kind);
    const Holder other(every_kind);
    Pipe start;
    std::vector<std::unique_ptr<Child>> children;
    for (int i = 0; i < 64; ++i) {
        const Holder &holder = i % 2 == 0 ? one : other;
        children.emplace_back(new Child(Child::calling([&] {
            start.close_write();
            char byte;
            static_cast<void>(read(start.read_end, &byte, 1));
            const Answer answer = nsjoin(and_print_namespaces({holder.name()}));
            return answer.output == namespaces_of(holder, every_kind) ? 0 : 1;
        })));
    }
    start.close_write();
    for (auto &child : children) {
        CHECK(child->wait() == Status{0, 0});
    }
}
