// SPDX-License-Identifier: Apache-2.0
// Whatever pause inherits from what starts it makes no difference.
#include "tests/support/catch.h"
#include "tests/support/directory.h"
#include "tests/support/process.h"
#include "tests/support/seccomp.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <linux/sched.h>
#include <set>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

using namespace support;

namespace {

void expect_sleep_and_end(Child &pause)
{
    REQUIRE(eventually([&] { return pause.asleep(); }));
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
}

std::set<int> descriptors(const Child &pause)
{
    std::set<int> result;
    DIR *const directory = opendir(pause.proc("fd").c_str());
    while (const dirent *const entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            result.insert(std::stoi(entry->d_name));
        }
    }
    closedir(directory);
    return result;
}

// A child that is dead but not yet reaped, and that would send `exit_signal`.
void make_zombie(int exit_signal)
{
    clone_args arguments{};
    arguments.exit_signal = static_cast<unsigned long long>(exit_signal);
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0) {
        _exit(0);
    }
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | __WALL);
}

void open_descriptors(std::initializer_list<int> numbers)
{
    for (const int number : numbers) {
        dup2(STDERR_FILENO, number);
    }
}

// Runs /pause in `root`, which holds nothing else and is read-only: no /proc, nobody's ids, no
// capabilities and no way to gain any, no arguments, environment or stdio, and of resources only
// the memory that exec itself wants.
void run_with_nothing(const char *root)
{
    const int tree = open_tree(AT_FDCWD, root, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    if (mount_setattr(tree, "", AT_EMPTY_PATH, &read_only, sizeof read_only) != 0 ||
        fchdir(tree) != 0 || chroot(".") != 0 || setgid(65535) != 0 || setuid(65535) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        _exit(97);
    }
    for (const auto resource : {RLIMIT_NOFILE, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_CORE,
                                RLIMIT_SIGPENDING, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE}) {
        const rlimit none{0, 0};
        setrlimit(resource, &none);
    }
    syscall(SYS_close_range, 0, ~0U, 0);
    char name[] = "/pause";
    char *const arguments[] = {name, nullptr};
    char *const environment[] = {nullptr};
    execve(name, arguments, environment);
    _exit(96);
}

} // namespace

TEST_CASE("blocked and ignored signals that it inherits do not keep it from ending")
{
    const int how = GENERATE(0, 1, 2, 3);
    CAPTURE(how);
    Child pause({.before_exec = [how] {
        if ((how & 1) != 0) {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_SETMASK, &all, nullptr);
        }
        for (int signal = 1; (how & 2) != 0 && signal < NSIG; ++signal) {
            ::signal(signal, SIG_IGN);
        }
    }});
    expect_sleep_and_end(pause);
}

TEST_CASE("a zombie that pause inherits is gone before it sleeps")
{
    const int exit_signal = GENERATE(SIGCHLD, SIGUSR1, 0);
    CAPTURE(exit_signal);
    Child pause({.before_exec = [exit_signal] {
        signal(SIGUSR1, SIG_IGN);
        for (int i = 0; i < 3; ++i) {
            make_zombie(exit_signal);
        }
    }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(contents(pause.proc("task/" + std::to_string(pause.pid()) + "/children")).empty());
}

TEST_CASE("a child that pause inherits alive is gone when it dies")
{
    Pipe life;
    Child pause({.before_exec = [&] {
        if (fork() == 0) {
            close(life.write_end);
            char byte;
            _exit(static_cast<int>(read(life.read_end, &byte, 1)));
        }
    }});
    const std::string children = pause.proc("task/" + std::to_string(pause.pid()) + "/children");
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(!contents(children).empty());
    life.close_write();
    CHECK(eventually([&] { return contents(children).empty(); }));
}

TEST_CASE("descriptors that it inherits are closed", "[native]")
{
    Child pause({.before_exec = [] { open_descriptors({3, 4, 10, 255, 1000}); }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(descriptors(pause) == std::set<int>{0, 1, 2});
}

TEST_CASE("descriptors that it inherits are closed before Linux 5.9", "[native]")
{
    Child pause({.before_exec = [] {
        open_descriptors({3, 4, 10, 255, 1000});
        refuse({SYS_close_range}, ENOSYS);
    }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK(descriptors(pause) == std::set<int>{0, 1, 2});
}

TEST_CASE("it keeps no directory busy")
{
    Child pause({.before_exec = [] {
        if (chdir("/proc/self") != 0) {
            _exit(97);
        }
    }});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    char target[2] = {};
    CHECK(readlink(pause.proc("cwd").c_str(), target, sizeof target) == 1);
    CHECK(target[0] == '/');
}

TEST_CASE("closed standard descriptors do not matter")
{
    Child pause({.before_exec = [] {
        close(STDIN_FILENO);
        close(STDOUT_FILENO);
        close(STDERR_FILENO);
    }});
    expect_sleep_and_end(pause);
}

TEST_CASE("a full or broken stderr neither delays nor ends it")
{
    Pipe full;
    full.fill();
    Pipe broken;
    close(broken.read_end);
    broken.read_end = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int full_disk = open("/dev/full", O_WRONLY | O_CLOEXEC);
    const int kind = GENERATE(0, 1, 2);
    const int error = kind == 0 ? full.write_end : kind == 1 ? broken.write_end : full_disk;
    CAPTURE(kind);
    {
        Child pause({.standard_error = error});
        expect_sleep_and_end(pause);
    }
    close(full_disk);
}

TEST_CASE("a stopped terminal as stderr neither delays nor ends it")
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
        SKIP_TEST("there is no devpts here");
    }
    const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(tcflow(terminal, TCOOFF) == 0);
    {
        Child pause({.standard_error = terminal});
        expect_sleep_and_end(pause);
    }
    tcflow(terminal, TCOON);
    close(terminal);
    close(master);
}

TEST_CASE("stderr is left as it was, blocking or not")
{
    const int flags = GENERATE(0, O_NONBLOCK);
    Pipe error;
    REQUIRE(fcntl(error.write_end, F_SETFL, flags) == 0);
    Child pause({.standard_error = error.write_end});
    REQUIRE(eventually([&] { return pause.asleep(); }));
    CHECK((fcntl(error.write_end, F_GETFL) & O_NONBLOCK) == flags);
    pause.send(SIGTERM);
    CHECK(pause.wait() == Status{0, 0});
    CHECK((fcntl(error.write_end, F_GETFL) & O_NONBLOCK) == flags);
}

TEST_CASE("it says on stderr when it is not process 1, and only then")
{
    const As as = GENERATE(As::child, As::init);
    if (const auto why = no_namespaces(); as == As::init && !why.empty()) {
        SKIP_TEST(why);
    }
    Pipe error;
    Child pause({.as = as, .standard_error = error.write_end});
    expect_sleep_and_end(pause);
    const bool said = error.drain().find("not process 1") != std::string::npos;
    CHECK(said == (as == As::child));
}

TEST_CASE("it needs no files or privileges, and next to no resources", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("only root can take so much away");
    }
    const Directory root;
    std::filesystem::copy_file(pause_path(), root.path("pause"));
    Child pause({.as = As::init, .before_exec = [&] { run_with_nothing(root.path().c_str()); }});
    expect_sleep_and_end(pause);
}
