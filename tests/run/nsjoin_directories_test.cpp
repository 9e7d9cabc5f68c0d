// SPDX-License-Identifier: Apache-2.0
// The command's root and working directory. A program that is stuck shows them to the outside: so
// nothing has to be there inside.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/fuse.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

// A process that sleeps in `root`, in its directory `wd`, and has its host name for itself.
class Target {
public:
    Target(const std::string &root, const std::string &wd, unsigned long namespaces)
        : child_(Child::calling(
              [&] {
                  if (chroot(root.c_str()) != 0 || chdir(wd.c_str()) != 0) {
                      return 1;
                  }
                  prctl(PR_SET_NAME, "target");
                  for (;;) {
                      pause();
                  }
              },
              namespaces))
    {
        if (!eventually([this] { return contents(child_.proc("comm")) == "target\n"; })) {
            throw std::runtime_error("the target did not start");
        }
    }
    std::string name() const { return std::to_string(child_.pid()); }

private:
    Child child_;
};

struct Place {
    std::string root;
    std::string wd;
    bool operator==(const Place &) const = default;
};
std::ostream &operator<<(std::ostream &out, const Place &place)
{
    return out << "root " << place.root << " wd " << place.wd;
}

// Where a command comes to be that is run with `options` from the directory `from`. It is nsjoin
// itself, as that is static, which waits for somebody to read its help.
Place place(const Words &options, const std::string &from)
{
    Pipe full;
    full.fill();
    Child running =
        start_nsjoin(options + Words{"--bring=" + nsjoin_path(), "--", "brought", "--help"}, [&] {
            give(full.write_end, STDOUT_FILENO);
            if (chdir(from.c_str()) != 0) {
                _exit(98);
            }
        });
    std::string command = running.proc("");
    const auto is_there = [&] {
        const pid_t child = child_of(running.pid());
        if (child != 0) {
            command = "/proc/" + std::to_string(child) + "/";
        }
        return contents(command + "cmdline") == std::string("brought\0--help\0", 15);
    };
    REQUIRE((eventually([&] { return is_there() || running.ended(); })));
    REQUIRE(!running.ended());
    const Place found{read_link(command + "root"), read_link(command + "cwd")};
    // The waiting one passes it on.
    running.send(SIGTERM);
    running.wait();
    return found;
}

} // namespace

TEST_CASE("root and working directory are the caller's, the target's, or by path", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory theirs;
    const Directory ours;
    theirs.directory("sub");
    const std::string wd = theirs.path("sub");
    const std::string sub = ours.directory("sub");
    const std::string from = ours.directory("from");
    const Target target(
        theirs.path(), "/sub",
        GENERATE(static_cast<unsigned long>(CLONE_NEWUTS), CLONE_NEWUTS | CLONE_NEWPID));
    const struct {
        Words options;
        Place expected;
    } table[] = {
        {{}, {"/", from}},
        {{"-r"}, {theirs.path(), theirs.path()}},
        {{"--root"}, {theirs.path(), theirs.path()}},
        {{"-r" + ours.path()}, {ours.path(), ours.path()}},
        {{"--root=" + ours.path()}, {ours.path(), ours.path()}},
        {{"--root=.."}, {ours.path(), ours.path()}},
        {{"-w"}, {"/", wd}},
        {{"--wd"}, {"/", wd}},
        {{"-w" + sub}, {"/", sub}},
        {{"--wd=../sub"}, {"/", sub}},
        {{"-W"}, {"/", wd}},
        {{"-W" + sub}, {"/", sub}},
        {{"-W../sub"}, {"/", sub}},
        {{"-r", "-w"}, {theirs.path(), wd}},
        {{"-r" + ours.path(), "-W/sub"}, {ours.path(), sub}},
        {{"-r" + ours.path(), "--wdns=sub"}, {ours.path(), sub}},
        {{"-r" + ours.path(), "-w" + sub}, {ours.path(), sub}},
    };
    for (const auto &[options, expected] : table) {
        CAPTURE(options);
        CHECK(place(options + Words{target.name()}, from) == expected);
    }
}

TEST_CASE("with a mount namespace the working directory is its root", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory here;
    here.directory("sub");
    const Holder holder(CLONE_NEWNS | GENERATE(0UL, static_cast<unsigned long>(CLONE_NEWPID)));
    CHECK(place({holder.name()}, here.path()) == Place{"/", "/"});
    CHECK(place({"-w" + here.path("sub"), holder.name()}, here.path()).root == "/");
    CHECK(place({"-W" + here.path("sub"), holder.name()}, "/") == Place{"/", here.path("sub")});
    CHECK(place({"-r" + here.path(), "-W/sub", holder.name()}, "/").root == here.path());
    CHECK(place({"-r" + here.path(), "-W/sub", holder.name()}, "/").wd == here.path("sub"));
}

TEST_CASE("a directory that is missing is named, and no command runs", "[native]")
{
    const Directory here;
    const std::string missing = here.path("missing");
    const std::string file = here.file("file", "");
    const Holder holder(joinable(CLONE_NEWUTS));
    const auto error = [&](const std::string &option) {
        const Answer answer = nsjoin({option, holder.name(), "--", "echo", "ran"});
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
        return answer.error;
    };
    const std::string enoent = ": No such file or directory\n";
    const std::string enotdir = ": Not a directory\n";
    CHECK(error("-r" + missing) == "nsjoin: cannot open the directory " + missing + enoent);
    CHECK(error("-w" + missing) == "nsjoin: cannot open the directory " + missing + enoent);
    CHECK(error("-W" + missing) ==
          "nsjoin: cannot enter the directory " + missing + " inside" + enoent);
    CHECK(error("-r" + file) == "nsjoin: cannot open the directory " + file + enotdir);
    CHECK(error("-w" + file) == "nsjoin: cannot open the directory " + file + enotdir);
    CHECK(error("-W" + file) == "nsjoin: cannot enter the directory " + file + " inside" + enotdir);
}

namespace {

constexpr uid_t user = 4321;

// What says where it is, and as whom.
const Words say_where{"--", "/bin/sh", "-c", "readlink /proc/self/cwd; id -u"};

void give_up_other_files()
{
    prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
    prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
}

void check_is_in(const std::string &directory, uid_t id, const Answer &answer)
{
    CAPTURE(answer.error);
    CHECK(answer.output == directory + "\n" + std::to_string(id) + "\n");
    CHECK(answer.status == Status{0, 0});
}

Words as_user(uid_t id)
{
    return {"-S" + std::to_string(id), "-G" + std::to_string(id)};
}

} // namespace

TEST_CASE("--wdns enters a FUSE directory that only the command's user may enter", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(both_ways());
    const SilentFiles files(user, SilentFiles::For::owner);
    if (!files.mounted()) {
        SKIP_TEST("there is no FUSE here");
    }
    const Words into{"-u", "-W" + files.path()};
    check_is_in(files.path(), user,
                nsjoin(into + as_user(user) + Words{holder.name()} + say_where));
    // Neither root nor anybody else is let in.
    for (const Words &who : {Words{}, as_user(user + 1)}) {
        const Answer answer = nsjoin(into + who + Words{holder.name()} + say_where);
        CHECK(answer.output.empty());
        CHECK(answer.error.find("cannot enter the directory " + files.path()) != std::string::npos);
        CHECK(answer.status == Status{125, 0});
    }
}

TEST_CASE("--wdns enters a directory that only the command's user may enter", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(both_ways());
    const Directory here;
    const std::string theirs = here.directory("theirs");
    REQUIRE(chmod(theirs.c_str(), 0700) == 0);
    REQUIRE(chown(theirs.c_str(), user, user) == 0);
    const Words into{"-u", "-W" + theirs};
    check_is_in(
        theirs, user,
        nsjoin(into + as_user(user) + Words{holder.name()} + say_where, give_up_other_files));
    const Answer answer =
        nsjoin(into + as_user(user + 1) + Words{holder.name()} + say_where, give_up_other_files);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("--wdns enters a directory that only the caller may enter", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(both_ways());
    const Directory here;
    const std::string ours = here.directory("ours");
    REQUIRE(chmod(ours.c_str(), 0700) == 0);
    check_is_in(
        ours, user,
        nsjoin(Words{"-u", "-W" + ours} + as_user(user) + Words{holder.name()} + say_where));
}
