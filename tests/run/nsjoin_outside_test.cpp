// SPDX-License-Identifier: Apache-2.0
// The waiting nsjoin stays outside: in the caller's user namespace, where nobody inside may signal
// or change it, and out of the sight of those who would look into it or its child before the
// command.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/terminal.h"
#include "tests/support/tracer.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;
constexpr int facts_fd = 9;
const std::string far_away = "0 100000 65536\n";

// With a user namespace, and by a caller who is not root, or is.
Held owned_by(uid_t owner)
{
    Held held;
    held.owner = owner;
    held.ids = owner == 0 ? far_away : "";
    return held;
}

// nsjoin, which `owner` has run, while its command `sleep` runs.
class Waiting {
public:
    Waiting(uid_t owner, const Words &arguments, const std::function<void()> &before_exec = nullptr)
        : program_(directory_.path("nsjoin")), child_([&] {
              std::filesystem::copy_file(nsjoin_path(), program_);
              return Child::calling([&]() -> int {
                  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
                  for (int signal = 1; signal < NSIG; ++signal) {
                      ::signal(signal, SIG_DFL);
                  }
                  dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), facts_fd);
                  if (owner != 0) {
                      become(owner);
                  }
                  if (before_exec) {
                      before_exec();
                  }
                  execute(Words{program_} + arguments);
              });
          }())
    {
    }

    Child &child() { return child_; }
    // Its command, as soon as that is `name`; -1 if it does not come to be.
    pid_t command(const std::string &name) const
    {
        pid_t command = -1;
        eventually([&] {
            command = child_of(child_.pid());
            return contents("/proc/" + std::to_string(command) + "/comm") == name + "\n";
        });
        return command;
    }

private:
    Directory directory_;
    std::string program_;
    Child child_;
};

// What root of the user namespace `space` may do.
int as_root_of(const Holder &space, const std::function<int()> &body)
{
    const int file = open(space.proc("ns/user").c_str(), O_RDONLY | O_CLOEXEC);
    Child root = Child::calling([&] {
        if (setns(file, CLONE_NEWUSER) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
            return 99;
        }
        return body();
    });
    close(file);
    return root.wait().code;
}

// Those of its tries that succeed.
std::string what_can_be_done(const Holder &space, pid_t pid)
{
    const rlimit little{1, 1};
    const struct {
        std::string name;
        std::function<bool()> done;
    } tries[] = {
        {"signal it", [=] { return kill(pid, 0) == 0; }},
        {"stop it", [=] { return kill(pid, SIGSTOP) == 0; }},
        {"renice it", [=] { return setpriority(PRIO_PROCESS, static_cast<id_t>(pid), 19) == 0; }},
        {"limit it", [=] { return prlimit(pid, RLIMIT_NPROC, &little, nullptr) == 0; }},
        {"reschedule it",
         [=] {
             const sched_param none{};
             return sched_setscheduler(pid, SCHED_IDLE, &none) == 0;
         }},
        {"open its memory",
         [=] { return open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY) >= 0; }},
        {"kill it", [=] { return kill(pid, SIGKILL) == 0; }},
    };
    std::string found;
    for (const auto &each : tries) {
        if (as_root_of(space, [&each] { return each.done() ? 1 : 0; }) == 1) {
            found += found.empty() ? each.name : ", " + each.name;
        }
    }
    return found;
}

class Sysctl {
public:
    Sysctl(const std::string &name, const std::string &value)
        : path_("/proc/sys/" + name), before_(contents(path_))
    {
        std::ofstream(path_) << value;
        changed_ = contents(path_) == value + "\n";
    }
    ~Sysctl() { std::ofstream(path_) << before_; }
    Sysctl(const Sysctl &) = delete;
    Sysctl &operator=(const Sysctl &) = delete;

    bool changed() const { return changed_; }

private:
    std::string path_;
    std::string before_;
    bool changed_ = false;
};

bool can_open(const Holder &space, const std::string &path)
{
    return as_root_of(space,
                      [&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC) >= 0 ? 1 : 0; }) == 1;
}

} // namespace

TEST_CASE("a waiting nsjoin is in the caller's user namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const uid_t owner = GENERATE(as<uid_t>(), 0, nobody);
    const unsigned long more =
        GENERATE(as<unsigned long>(), 0, CLONE_NEWPID, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET);
    CAPTURE(owner, more);
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | more, owned_by(owner));
    Waiting waiting(owner, {"--status-fd=9", holder.name(), "--", "sleep", "1000"});
    const pid_t command = waiting.command("sleep");
    CHECK(read_link("/proc/" + std::to_string(command) + "/ns/user") == holder.link("ns/user"));
    CHECK(read_link(waiting.child().proc("ns/user")) == read_link("/proc/self/ns/user"));
    // As it is: its child is, and nobody in between is left.
    CHECK(field(contents("/proc/" + std::to_string(command) + "/status"), "PPid") ==
          std::to_string(waiting.child().pid()));
    waiting.child().send(SIGTERM);
    CHECK(waiting.child().wait() == Status{0, SIGTERM});
}

TEST_CASE("root inside can't change a waiting nsjoin that it can see", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // Without a PID namespace of its own it sees all processes here.
    const Adopter adopter;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS, owned_by(0));
    Waiting waiting(0, {"--status-fd=9", holder.name(), "--", "sleep", "1000"});
    const pid_t command = waiting.command("sleep");
    const std::string done = what_can_be_done(holder, waiting.child().pid());
    CAPTURE(done);
    CHECK(done.empty());
    CHECK(!waiting.child().ended());
    // Its own, it may end.
    CHECK(as_root_of(holder, [=] { return kill(command, SIGKILL) == 0 ? 1 : 0; }) == 1);
    CHECK(waiting.child().wait() == Status{0, SIGKILL});
}

TEST_CASE("from outside nsjoin still relays signals to a command in a user namespace", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const uid_t owner = GENERATE(as<uid_t>(), 0, nobody);
    const unsigned long more = GENERATE(as<unsigned long>(), 0, CLONE_NEWPID);
    CAPTURE(owner, more);
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | more, owned_by(owner));
    const Directory directory;
    const std::string name = directory.file("ready", "", 0666);
    for (const auto &[signal, code] : std::vector<std::pair<int, int>>{
             {SIGTERM, 3}, {SIGINT, 4}, {SIGHUP, 5}, {SIGUSR1, 6}, {SIGRTMIN, 7}}) {
        CAPTURE(signal);
        std::ofstream(name, std::ios::trunc).close();
        const std::string script = "trap 'exit 3' TERM; trap 'exit 4' INT; trap 'exit 5' HUP; "
                                   "trap 'exit 6' USR1; trap 'exit 7' " +
                                   std::to_string(SIGRTMIN) + "; echo ready >" + name +
                                   "; while :; do sleep 0.01; done";
        Waiting waiting(owner, {"--status-fd=9", holder.name(), "--", "sh", "-c", script});
        REQUIRE(eventually([&] { return contents(name) == "ready\n"; }));
        waiting.child().send(signal);
        CHECK(waiting.child().wait() == Status{code, 0});
    }
}

TEST_CASE("it relays them without CAP_KILL to a command that is another user inside", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // The caller is not root, so has no power over other users but what the user namespace gives.
    Held held;
    held.owner = nobody;
    held.ids = "0 65534 1\n1 200000 1000\n";
    const Holder holder(
        CLONE_NEWUSER | CLONE_NEWUTS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID), held);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGKILL}) {
        CAPTURE(signal);
        Waiting waiting(nobody, {"--status-fd=9", "--kill-child", "-S7", "-G7", holder.name(), "--",
                                 "sleep", "1000"});
        const pid_t command = waiting.command("sleep");
        CHECK(field(contents("/proc/" + std::to_string(command) + "/status"), "Uid")
                  .rfind("200006 ", 0) == 0);
        waiting.child().send(signal);
        CHECK(waiting.child().wait() == Status{0, signal});
        CHECK(gone(command));
    }
}

TEST_CASE("root relays them without CAP_KILL into a user namespace of somebody else", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = nobody;
    held.ids = far_away;
    const Holder holder(
        CLONE_NEWUSER | CLONE_NEWUTS | GENERATE(as<unsigned long>(), 0, CLONE_NEWPID), held);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) {
        CAPTURE(signal);
        Waiting waiting(0, {"--status-fd=9", holder.name(), "--", "sleep", "1000"},
                        [] { prctl(PR_CAPBSET_DROP, CAP_KILL); });
        const pid_t command = waiting.command("sleep");
        CHECK(field(contents("/proc/" + std::to_string(command) + "/status"), "Uid")
                  .rfind("100000 ", 0) == 0);
        waiting.child().send(signal);
        CHECK(waiting.child().wait() == Status{0, signal});
        CHECK(gone(command));
    }
}

TEST_CASE("a shell's job in a user namespace stops and goes on with nsjoin", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const uid_t owner = GENERATE(as<uid_t>(), 0, nobody);
    const Holder holder(CLONE_NEWUSER | CLONE_NEWPID, owned_by(owner));
    // In a group of its own, as a job is: no signal stops an orphaned group, setpgid(2).
    Waiting waiting(owner, {holder.name(), "--", "sleep", "1000"}, [] { setpgid(0, 0); });
    const pid_t command = waiting.command("sleep");
    CHECK(kill(command, SIGSTOP) == 0);
    CHECK(comes_to(waiting.child().pid(), 'T'));
    waiting.child().send(SIGCONT);
    CHECK(comes_to(command, 'S'));
    waiting.child().send(SIGTERM);
    CHECK(waiting.child().wait() == Status{0, SIGTERM});
}

TEST_CASE("nothing inside can open nsjoin or its child before the command, at any call", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Sysctl dumpable("fs/suid_dumpable", "1");
    if (!dumpable.changed()) {
        SKIP_TEST("fs.suid_dumpable can't be set here");
    }
    const uid_t owner = GENERATE(as<uid_t>(), 0, nobody);
    const Words ids = GENERATE(Words{}, Words{"-S0", "-G0"});
    CAPTURE(owner, ids);
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNS, owned_by(owner));
    const Directory directory;
    const std::string program = directory.path("nsjoin");
    std::filesystem::copy_file(nsjoin_path(), program);
    Tracer tracer(Words{program, "--status-fd=9"} + ids + Words{holder.name(), "--", "true"}, [&] {
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), facts_fd);
        if (owner != 0) {
            become(owner);
        }
    });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    bool joined = false;
    int looked = 0;
    std::string opened;
    CHECK(tracer.run([&](const TracedCall &call) {
        // Right after a change of ids the kernel has reset it, and this is how it is set again.
        const bool to_look =
            joined && call.number != SYS_prctl && (call.process == 0 || !call.executed);
        joined = joined || call.number == SYS_setns;
        for (const std::string file : {"mem", "exe", "environ", "fd/0"}) {
            const std::string path = "/proc/" + std::to_string(call.pid) + "/" + file;
            if (to_look && can_open(holder, path)) {
                opened += "process " + std::to_string(call.process) + " " + file + " at call " +
                          std::to_string(call.number) + "\n";
            }
            looked += to_look ? 1 : 0;
        }
        return Then::go_on;
    }) == Status{0, 0});
    CAPTURE(opened);
    CHECK(opened.empty());
    CHECK(looked > 0);
}
