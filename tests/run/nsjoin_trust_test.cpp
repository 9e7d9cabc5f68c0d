// SPDX-License-Identifier: Apache-2.0
// What comes from the target is used inside the target and nowhere else: its environment and its
// working directory count only for a command that sees the target's own files.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/root.h"

#include <cstdlib>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;

struct TargetSetup {
    unsigned long namespaces = CLONE_NEWUTS;
    Words environment = {};
    /// Becomes its root directory, with this system's programs in it.
    std::string root = {};
    std::string directory = "/";
};

// A process that executed `sleep`, as the attacker who made it wanted.
class Target {
public:
    explicit Target(const TargetSetup &setup)
        : child_(Child::calling(
              [&]() -> int {
                  if ((!setup.root.empty() && !enter_new_root(setup.root)) ||
                      chdir(setup.directory.c_str()) != 0) {
                      return 1;
                  }
                  std::vector<const char *> pointers;
                  for (const auto &variable : setup.environment) {
                      pointers.push_back(variable.c_str());
                  }
                  pointers.push_back(nullptr);
                  execute({"/bin/sleep", "1000"}, &pointers);
              },
              setup.namespaces))
    {
        if (!eventually([this] { return contents(child_.proc("comm")) == "sleep\n"; })) {
            throw std::runtime_error("the target did not start");
        }
    }
    std::string name() const { return std::to_string(child_.pid()); }
    std::string file(const std::string &path) const { return child_.proc(path); }

private:
    Child child_;
};

// A directory with a program `tool`, and it in bin/, which prints `evil`.
class Evil {
public:
    Evil()
    {
        const std::string script = "#!/bin/sh\necho evil\n";
        directory_.file("tool", script);
        directory_.directory("bin");
        directory_.file("bin/tool", script);
    }
    const std::string &path() const { return directory_.path(); }
    std::string path(const std::string &name) const { return directory_.path(name); }

private:
    Directory directory_;
};

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

void check_environment_refused(const Answer &answer)
{
    CAPTURE(answer.error);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
    CHECK(is_one_line(answer.error));
    CHECK(has(answer.error, "environment"));
    // A way out.
    CHECK((has(answer.error, "-m") || has(answer.error, "--clear-env") ||
           has(answer.error, "--setenv")));
}

void check_directory_refused(const Answer &answer)
{
    CAPTURE(answer.error);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
    CHECK(is_one_line(answer.error));
    CHECK(has(answer.error, "working directory"));
}

void check_prints(const Answer &answer, const std::string &output)
{
    CHECK(answer.error.empty());
    CHECK(answer.output == output);
    CHECK(answer.status == Status{0, 0});
}

} // namespace

TEST_CASE("the target's environment is not used among the caller's files", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.namespaces = CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWIPC |
                       GENERATE(as<unsigned long>(), 0, CLONE_NEWPID, CLONE_NEWUSER | CLONE_NEWPID);
    setup.environment = {"PATH=" + evil.path(), "LD_PRELOAD=/no/such/library"};
    const Target target(setup);
    for (const Words &options : std::vector<Words>{{"-e"},
                                                   {"-e", "-n"},
                                                   {"-e", "-u", "-i"},
                                                   {"-e", "-n", "-F"},
                                                   {"-e", "-a"},
                                                   {"-e", "-u", "--pty"},
                                                   {"-e", "-u", "-w/"}}) {
        CAPTURE(options);
        check_environment_refused(nsjoin(options + Words{target.name(), "--", "tool"}));
        check_environment_refused(nsjoin(options + Words{target.name(), "--", "/bin/echo", "x"}));
    }
}

TEST_CASE("it is not where only the caller's mount namespace could be joined", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.environment = {"PATH=" + evil.path()};
    const Target same(setup);
    // The target has a mount namespace of its own here, and it is not joined.
    setup.namespaces = CLONE_NEWUTS | CLONE_NEWNS;
    const Target own(setup);
    check_environment_refused(nsjoin({"-e", "-m", same.name(), "--", "tool"}));
    check_environment_refused(nsjoin({"-e", "-m", "-u", same.name(), "--", "tool"}));
    check_environment_refused(nsjoin({"-e", "-u", own.name(), "--", "tool"}));
}

TEST_CASE("it is not with a root directory that is the caller's own", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.environment = {"PATH=" + evil.path()};
    const Target target(setup);
    for (const std::string option : {"-r", "--root"}) {
        check_environment_refused(nsjoin({"-e", option, target.name(), "--", "tool"}));
        check_environment_refused(nsjoin({"-e", option, "-u", target.name(), "--", "tool"}));
    }
}

TEST_CASE("it is not with a directory or a namespace that is given by name", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.environment = {"PATH=" + evil.path()};
    const Target target(setup);
    const Holder another(CLONE_NEWNS);
    check_environment_refused(nsjoin({"-e", "-u", "--root=/", target.name(), "--", "tool"}));
    check_environment_refused(
        nsjoin({"-e", "-u", "--mount=" + another.proc("ns/mnt"), target.name(), "--", "tool"}));
}

TEST_CASE("without root it is not used among the caller's files either", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("plays a user as root");
    }
    Held held;
    held.owner = nobody;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNET, held);
    check_environment_refused(nsjoin_as(nobody, {"-e", holder.name(), "--", "/bin/echo", "x"}));
    check_environment_refused(
        nsjoin_as(nobody, {"-e", "-Uu", holder.name(), "--", "/bin/echo", "x"}));
}

TEST_CASE("its working directory is not where the caller's libraries are looked for", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS));
    const Words net = geteuid() == 0 ? Words{"-u"} : Words{"-Uu"};
    for (const std::string libraries : {":/opt/lib", "lib", "/opt/lib:", "/a::/b"}) {
        CAPTURE(libraries);
        const Answer answer = nsjoin(net + Words{"-w", holder.name(), "--", "/bin/echo", "ran"},
                                     [&] { setenv("LD_LIBRARY_PATH", libraries.c_str(), 1); });
        CHECK(answer.output.empty());
        CHECK(has(answer.error, "LD_LIBRARY_PATH"));
        CHECK(answer.status == Status{125, 0});
    }
    const Answer absolute = nsjoin(net + Words{"-w", holder.name(), "--", "/bin/echo", "ran"},
                                   [&] { setenv("LD_LIBRARY_PATH", "/opt/lib", 1); });
    CHECK(absolute.output == "ran\n");
}

TEST_CASE("nothing was begun when the environment is refused", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({});
    Pipe told;
    const Answer answer =
        nsjoin({"--status-fd=9", "-e", "-u", target.name(), "--", "/bin/echo", "x"},
               [&] { give(told.write_end, 9); });
    check_environment_refused(answer);
    const std::string lines = told.drain();
    CHECK(lines.rfind("{\"event\":\"failed\",", 0) == 0);
    CHECK(lines.find('\n') == lines.size() - 1);
}

TEST_CASE("the target's environment is used among the target's own files", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    TargetSetup setup;
    setup.namespaces = CLONE_NEWUTS | CLONE_NEWNS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID);
    setup.environment = {"T=1", "PATH=/usr/bin:/bin"};
    const std::string expected = "T=1\nPATH=/usr/bin:/bin\n";
    const Target target(setup);
    for (const Words &options :
         std::vector<Words>{{"-e"}, {"-e", "-m"}, {"-e", "-a"}, {"-e", "-um", "-F"}}) {
        CAPTURE(options);
        check_prints(nsjoin(options + Words{target.name(), "--", "env"}), expected);
    }
    const Directory root;
    setup.root = root.path();
    const Target changed_root(setup);
    for (const Words &options :
         std::vector<Words>{{"-e", "-r", "-u"}, {"-e", "-r", "-m"}, {"-e", "-r"}}) {
        CAPTURE(options);
        check_prints(nsjoin(options + Words{changed_root.name(), "--", "env"}), expected);
    }
}

TEST_CASE("the caller's environment, none, and variables by name are used anywhere", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({});
    const auto mine = [] {
        clearenv();
        setenv("A", "1", 1);
    };
    const Words command{"-u", target.name(), "--", "/usr/bin/env"};
    check_prints(nsjoin(command, mine), "A=1\n");
    check_prints(nsjoin(Words{"--clear-env"} + command, mine), "");
    check_prints(nsjoin(Words{"--setenv=B=2"} + command, mine), "A=1\nB=2\n");
    check_prints(nsjoin(Words{"-e", "--clear-env"} + command, mine), "");
}

TEST_CASE("no command is looked for in the target's directory among the caller's files", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.directory = evil.path();
    setup.namespaces = both_ways();
    const Target target(setup);
    for (const Words &options :
         std::vector<Words>{{"-w"}, {"--wd"}, {"-w", "-u"}, {"-W"}, {"--wdns"}}) {
        CAPTURE(options);
        for (const std::string command : {"./tool", "bin/tool", "bin/../tool"}) {
            check_directory_refused(nsjoin(options + Words{target.name(), "--", command}));
        }
        for (const std::string path :
             {"", ":/bin", "/bin:", "/no/such::/bin", ".", "bin:/usr/bin", "/usr/bin:./bin"}) {
            CAPTURE(path);
            check_directory_refused(nsjoin(options + Words{target.name(), "--", "tool"},
                                           [&] { setenv("PATH", path.c_str(), 1); }));
            check_directory_refused(
                nsjoin(options + Words{"--setenv=PATH=" + path, target.name(), "--", "tool"}));
        }
    }
}

TEST_CASE("it is not with a root or a mount namespace that the caller has or names", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.directory = evil.path();
    const Target target(setup);
    const Holder another(CLONE_NEWNS);
    check_directory_refused(nsjoin({"-w", "-r", "-u", target.name(), "--", "./tool"}));
    check_directory_refused(nsjoin({"-w", "-m", "-u", target.name(), "--", "./tool"}));
    check_directory_refused(nsjoin({"-w", "--root=/", "-u", target.name(), "--", "./tool"}));
    check_directory_refused(
        nsjoin({"-w", "--mount=" + another.proc("ns/mnt"), "-u", target.name(), "--", "./tool"}));
}

TEST_CASE("a command that does not depend on the target's directory runs in it", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil evil;
    TargetSetup setup;
    setup.directory = evil.path();
    setup.namespaces = both_ways();
    const Target target(setup);
    const std::string there = evil.path() + "\n";
    const Words print{"readlink", "/proc/self/cwd"};
    check_prints(nsjoin(Words{"-w", "-u", target.name(), "--"} + print), there);
    check_prints(
        nsjoin({"-w", "-u", target.name(), "--", "/bin/sh", "-c", "readlink /proc/$$/cwd"}), there);
    // One that can be found without it is not looked for there all the same.
    check_directory_refused(nsjoin(Words{"-w", "-u", target.name(), "--"} + print,
                                   [] { setenv("PATH", "/usr/bin:/bin:", 1); }));
}

TEST_CASE("a directory that the caller names may hold the command", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil mine;
    TargetSetup setup;
    setup.namespaces = both_ways();
    const Target target(setup);
    check_prints(nsjoin({"-w" + mine.path(), "-u", target.name(), "--", "./tool"}), "evil\n");
    check_prints(nsjoin({"-u", target.name(), "--", "./tool"},
                        [&] {
                            if (chdir(mine.path().c_str()) != 0) {
                                _exit(98);
                            }
                        }),
                 "evil\n");
    check_prints(nsjoin({"-w" + mine.path(), "-u", target.name(), "--", "tool"},
                        [] { setenv("PATH", ".:/bin", 1); }),
                 "evil\n");
}

TEST_CASE("among the target's own files the target's directory may hold the command", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Evil inside;
    TargetSetup setup;
    setup.directory = inside.path();
    setup.namespaces = CLONE_NEWUTS | CLONE_NEWNS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID);
    const Target target(setup);
    check_prints(nsjoin({"-w", target.name(), "--", "./tool"}), "evil\n");
    check_prints(nsjoin({"-w", "-m", target.name(), "--", "bin/tool"}), "evil\n");
    check_prints(nsjoin({"-w", "--setenv=PATH=:/bin", target.name(), "--", "tool"}), "evil\n");
    const Directory root;
    setup.root = root.path();
    const Target changed_root(setup);
    check_prints(nsjoin({"-w", "-r", "-u", changed_root.name(), "--", "./tool"}), "evil\n");
}
