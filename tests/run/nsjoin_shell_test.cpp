// SPDX-License-Identifier: Apache-2.0
// What runs: a shell where no command is given, and the command that is found inside.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/root.h"

#include <cstdlib>
#include <filesystem>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

// Says how it was called.
const std::string shell_script = "#!/bin/sh\necho shell $#\n";

} // namespace

TEST_CASE("without a command it is $SHELL, as a login shell, without arguments", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string shell = here.file("shell", shell_script);
    CHECK(nsjoin({"--setenv=SHELL=" + shell, holder.name()}).output == "shell 0\n");
    CHECK(nsjoin({"--setenv=SHELL=" + shell, holder.name(), "--"}).output == "shell 0\n");
    CHECK(nsjoin({holder.name()}, [&] { setenv("SHELL", shell.c_str(), 1); }).output ==
          "shell 0\n");
}

TEST_CASE("a shell without a command knows by its name that it is a login shell", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS));
    const Directory here;
    Pipe input;
    REQUIRE(write(input.write_end, "tr '\\0' ' ' </proc/$$/cmdline\n", 29) == 29);
    input.close_write();
    const std::string name = GENERATE(as<std::string>(), "/bin/sh", "/bin/bash");
    if (access(name.c_str(), X_OK) != 0) {
        SKIP_TEST("there is no " + name);
    }
    const Answer answer = nsjoin({"--clear-env", "--setenv=SHELL=" + name, "--setenv=HOME=/nowhere",
                                  "--setenv=PATH=/usr/bin:/bin", holder.name()},
                                 [&] { give(input.read_end, STDIN_FILENO); });
    CHECK(answer.output.find("-" + name.substr(5) + " ") != std::string::npos);
    CHECK(answer.status == Status{0, 0});
}

TEST_CASE("a $SHELL that is not there inside, or no path, is /bin/sh instead", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string plain = here.file("plain", shell_script, 0644);
    for (const std::string &shell :
         {here.path("missing"), plain, std::string("sh"), std::string()}) {
        CAPTURE(shell);
        Pipe input;
        REQUIRE(write(input.write_end, "echo alive\n", 11) == 11);
        input.close_write();
        const Answer answer = nsjoin({"--setenv=SHELL=" + shell, holder.name()},
                                     [&] { give(input.read_end, STDIN_FILENO); });
        CHECK(answer.output == "alive\n");
        CHECK(answer.status == Status{0, 0});
    }
}

TEST_CASE("without any shell inside that is said", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    const Directory empty;
    const Holder holder(both_ways());
    const Answer answer = nsjoin({"-r" + empty.path(), holder.name()});
    CHECK(answer.output.empty());
    CHECK(answer.error ==
          "nsjoin: cannot find the command /bin/sh: No such file or directory (there is no shell "
          "inside: bring one, --bring=busybox with -- sh, or leave out -m and -r)\n");
    CHECK(answer.status == Status{127, 0});
}

TEST_CASE("a command that is missing is said with where it was looked for, and in whose PATH",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("a root of its own wants root");
    }
    const Directory root;
    Held held;
    held.before_sleep = [&] {
        if (!enter_new_root(root.path())) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWNS | CLONE_NEWUTS, held);
    const auto hint = [&](const Words &options, const std::string &command = "missing") {
        const Answer answer = nsjoin(options + Words{holder.name(), "--", command});
        const std::string beginning =
            "nsjoin: cannot find the command " + command + ": No such file or directory";
        CHECK(answer.status == Status{127, 0});
        CHECK(answer.error.rfind(beginning, 0) == 0);
        return answer.error.substr(std::min(beginning.size(), answer.error.size()));
    };
    const std::string bring = "--bring runs a program of yours)\n";
    CHECK(hint({}) == " (looked for inside, in your PATH; -e uses that of the process, " + bring);
    CHECK(hint({"-e"}) == " (looked for inside, in the PATH of the process; " + bring);
    CHECK(hint({"--clear-env"}) == " (looked for inside, in the default PATH; " + bring);
    CHECK(hint({"--setenv=PATH=/x"}) == " (looked for inside, in the PATH of --setenv; " + bring);
    // The environment of the process can't be used with a root that is not its own.
    CHECK(hint({"-r" + root.path()}) == " (looked for inside, in your PATH; " + bring);
    CHECK(hint({"-u"}) == " (looked for outside, in your PATH)\n");
    CHECK(hint({"-u", "--clear-env"}) == " (looked for outside, in the default PATH)\n");
    CHECK(hint({}, "/no/such/command") == " (looked for inside; " + bring);
    CHECK(hint({"-u"}, "/no/such/command") == "\n");
}

TEST_CASE("the command is looked for inside, in the directories of the caller's PATH", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    // A root in which all that there is is nsjoin, as `tool`. Out here that is something else.
    const Directory inside;
    inside.directory("tools/directory");
    std::filesystem::copy_file(nsjoin_path(), inside.path("tools/tool"));
    inside.file("tools/secret", "", 0644);
    const Directory outside;
    outside.file("tool", "#!/bin/sh\necho outside\n");
    const Holder holder(both_ways());
    const auto with_path = [&](const std::string &path, const Words &command) {
        return nsjoin(Words{"-r" + inside.path(), holder.name(), "--"} + command,
                      [&] { setenv("PATH", path.c_str(), 1); });
    };
    const std::string path = outside.path() + ":/tools";
    CHECK(with_path(path, {"tool", "-V"}).output == "nsjoin " VERSION "\n");
    CHECK(with_path(outside.path(), {"tool", "-V"}).status == Status{127, 0});
    CHECK(with_path("/tools/tool:/none:/tools", {"tool", "-V"}).status == Status{0, 0});
    CHECK(with_path(std::string(5000, 'x') + ":/tools", {"tool", "-V"}).status == Status{0, 0});
    // Found and not to be executed is another status than not found.
    CHECK(with_path(path, {"secret"}).status == Status{126, 0});
    CHECK(with_path(path, {"directory"}).status == Status{126, 0});
    CHECK(with_path(path, {"missing"}).status == Status{127, 0});
}

TEST_CASE("an empty entry of PATH, also the last, is the working directory", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    here.file("tool", "#!/bin/sh\necho here\n");
    for (const std::string path : {"", ":", "/none:", ":/none", "/none::/none"}) {
        CAPTURE(path);
        CHECK(nsjoin({"-W" + here.path(), holder.name(), "--", "tool"}, [&] {
                  setenv("PATH", path.c_str(), 1);
              }).output == "here\n");
    }
}

TEST_CASE("a script without #! is run by the shell, with its arguments", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::string script = here.file("script", "echo \"$# $1 $2\"\nexit 5\n");
    const Answer answer = nsjoin({holder.name(), "--", script, "a b", "c"});
    CHECK(answer.error.empty());
    CHECK(answer.output == "2 a b c\n");
    CHECK(answer.status == Status{5, 0});
    CHECK(nsjoin({holder.name(), "--", "script", "a", "b"}, [&] {
              setenv("PATH", here.path().c_str(), 1);
          }).output == "2 a b\n");
}
