// SPDX-License-Identifier: Apache-2.0
// --bring: a program of out here, run where there is none.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

TEST_CASE("a static program runs in a root that has nothing in it", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    const Directory empty;
    const Holder holder(both_ways());
    for (const auto &[program, version] : {std::pair{nsjoin_path(), "nsjoin " VERSION "\n"},
                                           {pause_path(), "pause " VERSION "\n"}}) {
        const Answer answer =
            nsjoin({"-r" + empty.path(), "--bring=" + program, holder.name(), "--", "any", "-V"});
        CHECK(answer.error.empty());
        CHECK(answer.output == version);
        CHECK(answer.status == Status{0, 0});
    }
}

TEST_CASE("a program that was brought gets its arguments as given", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS));
    const Words show{"-c", "tr '\\0' '|' </proc/$$/cmdline"};
    const Words command{"--bring=/bin/sh", holder.name(), "--"};
    CHECK(nsjoin(command + Words{"given"} + show + Words{"a b", ""}).output ==
          "given|-c|" + show[1] + "|a b||");
    CHECK(nsjoin(command + Words{""} + show).output == "|-c|" + show[1] + "|");
}

TEST_CASE("a program that was brought is called by its file where nothing is given", "[native]")
{
    const Holder holder(both_ways());
    const Answer answer = nsjoin({"--bring=/bin/cat", holder.name()});
    CHECK(answer.status == Status{0, 0});
    const Answer name = nsjoin({"--bring=/bin/pwd", "-W/", holder.name()});
    CHECK(name.output == "/\n");
}

TEST_CASE("what a program needs and does not find inside is named", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    const Directory empty;
    const Directory here;
    const Holder holder(both_ways());
    const auto error = [&](const std::string &program) {
        const Answer answer =
            nsjoin({"-r" + empty.path(), "--bring=" + program, holder.name(), "--", "x"});
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{126, 0});
        return answer.error;
    };
    const auto wants = [](const std::string &program, const std::string &what) {
        return "nsjoin: cannot run " + program +
               " inside: it is not static: No such file or directory (it needs " + what + ")\n";
    };
    const std::string script = here.file("script", "#!/bin/sh -e\n");
    CHECK(error(script) == wants(script, "/bin/sh"));
    // Its name is the machine's; all begin so.
    const std::string beginning = wants("/bin/sh", "/lib");
    CHECK(error("/bin/sh").rfind(beginning.substr(0, beginning.size() - 2), 0) == 0);
    const std::string text = here.file("text", "echo ran\n");
    CHECK(error(text) == "nsjoin: cannot execute " + text + ": Exec format error\n");
    const std::string nothing = here.file("nothing", "");
    CHECK(error(nothing) == "nsjoin: cannot execute " + nothing + ": Exec format error\n");
}

TEST_CASE("a script that was brought runs where its interpreter is", "[native]")
{
    const Directory here;
    const Holder holder(both_ways());
    for (const std::string first : {"#!/bin/sh\n", "#! /bin/sh -e\n", "#!/bin/sh\t-e\n"}) {
        const Answer answer = nsjoin({"--bring=" + here.file("script", first + "echo \"$1 $2\"\n"),
                                      holder.name(), "--", "name", "a", "b c"});
        CHECK(answer.error.empty());
        CHECK(answer.output == "a b c\n");
    }
}

TEST_CASE("a name without a slash is a file here, or else in the caller's PATH", "[native]")
{
    const Directory in_path;
    const Directory here;
    const Holder holder(both_ways());
    in_path.file("tool", "#!/bin/sh\necho in PATH\n");
    const std::string file = in_path.file("secret", "#!/bin/sh\n", 0600);
    const auto bring = [&](const std::string &name, const Words &options = {}) {
        return nsjoin(options + Words{"--bring=" + name, holder.name()}, [&] {
            if (chdir(here.path().c_str()) != 0) {
                _exit(1);
            }
            setenv("PATH", ("/none:" + in_path.path()).c_str(), 1);
        });
    };
    CHECK(bring("tool").output == "in PATH\n");
    // It is the caller's PATH, whatever that of the command is.
    CHECK(bring("tool", {"--clear-env"}).output == "in PATH\n");
    // A directory is no program, what can't be executed is none in PATH, and a path is a path.
    const std::string directory = here.directory("tool");
    CHECK(bring("tool").output == "in PATH\n");
    CHECK(bring("secret").status == Status{125, 0});
    CHECK(bring("./tool").error == "nsjoin: cannot bring ./tool: it is not a regular file\n");
    std::filesystem::remove(directory);
    here.file("tool", "#!/bin/sh\necho here\n");
    CHECK(bring("tool").output == "here\n");
}

TEST_CASE("a program that was brought has the name of its file", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    for (const std::string &name : {std::string("cat"), std::string(255, 'x')}) {
        std::filesystem::copy_file("/bin/cat", here.path(name));
        Pipe input;
        Pipe output;
        Child running = start_nsjoin(
            {"--bring=" + here.path(name), holder.name(), "--", "name", "/proc/self/comm", "-"},
            [&] {
                give(input.read_end, STDIN_FILENO);
                give(output.write_end, STDOUT_FILENO);
            });
        // Before Linux 6.14 it is the number of a descriptor.
        const std::string comm = line_of(output);
        const bool is_named = comm.rfind("memfd:" + name.substr(0, 3), 0) == 0;
        const bool is_number = comm.find_first_not_of("0123456789") == std::string::npos;
        CAPTURE(comm);
        CHECK((is_named || is_number));
        input.close_write();
        CHECK(running.wait() == Status{0, 0});
    }
}

TEST_CASE("what can't be brought is an error, and nothing runs", "[native]")
{
    const Directory here;
    const Holder holder(both_ways());
    const auto error = [&](const std::string &program) {
        const Answer answer = nsjoin({"--bring=" + program, holder.name(), "--", "echo", "ran"});
        CHECK(answer.output.empty());
        CHECK(answer.status == Status{125, 0});
        return answer.error;
    };
    const std::string missing = here.path("missing");
    CHECK(error(missing) ==
          "nsjoin: cannot open the program " + missing + ": No such file or directory\n");
    CHECK(error("nsjoin-missing") ==
          "nsjoin: cannot open the program nsjoin-missing: No such file or directory (neither here "
          "nor in your PATH)\n");
    const std::string fifo = here.path("fifo");
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    for (const std::string &path : {here.path(), fifo, std::string("/dev/zero")}) {
        CHECK(error(path) == "nsjoin: cannot bring " + path + ": it is not a regular file\n");
    }
}

TEST_CASE("a program that was brought is a sealed copy, which nothing inside can change",
          "[native]")
{
    const Holder holder(both_ways());
    Pipe full;
    full.fill();
    Child running =
        start_nsjoin({"--bring=" + nsjoin_path(), holder.name(), "--", "brought", "--help"},
                     [&] { give(full.write_end, STDOUT_FILENO); });
    std::string proc;
    REQUIRE(eventually([&] {
        const pid_t child = child_of(running.pid());
        proc = "/proc/" + std::to_string(child != 0 ? child : running.pid()) + "/";
        return contents(proc + "cmdline") == std::string("brought\0--help\0", 15);
    }));
    CHECK(read_link(proc + "exe") == "/memfd:nsjoin (deleted)");
    const int file = open((proc + "exe").c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    CHECK(fcntl(file, F_GET_SEALS) == (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE));
    close(file);
    running.send(SIGTERM);
    running.wait();
}
