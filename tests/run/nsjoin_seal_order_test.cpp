// SPDX-License-Identifier: Apache-2.0
// nsjoin seals itself before it pins its target, so that the target's number is resolved once, and
// seals wherever something inside may come to see it.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/root.h"
#include "tests/support/tracer.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;
const std::string copy = "/memfd:nsjoin (deleted)";

using Calls = std::vector<TracedCall>;

// Where in `calls` the first process makes `number`.
std::vector<size_t> places(const Calls &calls, long number)
{
    std::vector<size_t> found;
    for (size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].process == 0 && calls[i].number == number) {
            found.push_back(i);
        }
    }
    return found;
}

std::vector<size_t> of_any_process(const Calls &calls, long number)
{
    std::vector<size_t> found;
    for (size_t i = 0; i < calls.size(); ++i) {
        if (calls[i].number == number && (calls[i].process == 0 || !calls[i].executed)) {
            found.push_back(i);
        }
    }
    return found;
}

// So that the kernel lets nsjoin not change what it runs, and it has to execute the copy.
void may_not_change_program()
{
    prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN);
    prctl(PR_CAPBSET_DROP, 40 /* CAP_CHECKPOINT_RESTORE */);
}

// nsjoin for a user who may not be able to get to where it was built.
std::string nsjoin_for_all(const Directory &directory)
{
    const std::string path = directory.path("nsjoin");
    std::ifstream from(nsjoin_path(), std::ios::binary);
    std::ofstream(path, std::ios::binary) << from.rdbuf();
    REQUIRE(chmod(path.c_str(), 0755) == 0);
    return path;
}

void check_sealed_before_pinned(const Calls &calls)
{
    const auto copies = of_any_process(calls, SYS_memfd_create);
    const auto executions = places(calls, SYS_execveat);
    const auto pins = of_any_process(calls, SYS_pidfd_open);
    CHECK(copies.size() == 1);
    REQUIRE(executions.size() == 1);
    REQUIRE(pins.size() == 1);
    CHECK(copies.front() < executions.front());
    CHECK(executions.front() < pins.front());
}

bool write_to(const char *path, const std::string &text)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    const bool written =
        file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    close(file);
    return written;
}

// Makes the next process of this PID namespace have the number `pid`; false where that can't be.
bool choose_next_pid(pid_t pid)
{
    return write_to("/proc/sys/kernel/ns_last_pid", std::to_string(pid - 1));
}

// A process whose host is called `name`, root of namespaces of its own.
int sleep_as(const char *name)
{
    if (!write_to("/proc/self/setgroups", "deny") || !write_to("/proc/self/uid_map", "0 0 1\n") ||
        !write_to("/proc/self/gid_map", "0 0 1\n") ||
        sethostname(name, std::char_traits<char>::length(name)) != 0) {
        return 1;
    }
    prctl(PR_SET_NAME, "named");
    for (;;) {
        pause();
    }
    return 0;
}

bool is_up(const Child &child)
{
    return contents(child.proc("comm")) == "named\n";
}

constexpr int did_not_work = 77;

constexpr pid_t number = 5000;

enum class Joined { first, none, second, untried, unknown };

// Joins process `number`, and puts another under that number when nsjoin has looked for it and made
// `calls` calls since. Says which of them it then was. Untried: there are not as many calls.
Joined join_while_recycled(int calls)
{
    constexpr unsigned long kinds = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNS;
    if (!choose_next_pid(number)) {
        return Joined::unknown;
    }
    std::unique_ptr<Child> process(
        new Child(Child::calling([] { return sleep_as("first"); }, kinds)));
    if (process->pid() != number || !eventually([&] { return is_up(*process); })) {
        return Joined::unknown;
    }
    Pipe output;
    Tracer tracer({nsjoin_path(), std::to_string(number), "--", "/bin/hostname"}, [&] {
        dup2(output.write_end, STDOUT_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        may_not_change_program();
    });
    if (!tracer.works()) {
        return Joined::unknown;
    }
    int since = -1;
    bool recycled = false;
    const Status status = tracer.run([&](const TracedCall &call) {
        if (call.process == 0 && (since >= 0 || call.number == SYS_pidfd_open)) {
            ++since;
        }
        if (since > calls && !recycled) {
            process.reset();
            recycled = choose_next_pid(number);
            process.reset(new Child(Child::calling([] { return sleep_as("second"); }, kinds)));
            recycled =
                recycled && process->pid() == number && eventually([&] { return is_up(*process); });
        }
        return Then::go_on;
    });
    if (!recycled) {
        return since > calls ? Joined::unknown : Joined::untried;
    }
    const std::string name = output.drain();
    return name == "first\n"                          ? Joined::first
           : name == "second\n"                       ? Joined::second
           : name.empty() && status == Status{125, 0} ? Joined::none
                                                      : Joined::unknown;
}

// In process 1 of a PID namespace: whether it never joins another process than the one it found.
int recycle_at_every_call()
{
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("proc", "/proc", "proc", 0, nullptr) != 0) {
        return did_not_work;
    }
    for (int calls = 0;; ++calls) {
        switch (join_while_recycled(calls)) {
        case Joined::first:
        case Joined::none:
            break;
        case Joined::second:
            return 1;
        case Joined::untried:
            return calls > 0 ? 0 : did_not_work;
        case Joined::unknown:
            return did_not_work;
        }
    }
}

bool same_file(int a, const std::string &b)
{
    struct stat first {};
    struct stat second {};
    return fstat(a, &first) == 0 && stat(b.c_str(), &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

// What somebody inside would try on the program of `pid`.
void check_out_of_reach(pid_t pid)
{
    const std::string exe = "/proc/" + std::to_string(pid) + "/exe";
    CHECK(read_link(exe) == copy);
    const int file = open(exe.c_str(), O_RDONLY | O_CLOEXEC);
    REQUIRE(file >= 0);
    CHECK(!same_file(file, nsjoin_path()));
    const std::string again = "/proc/self/fd/" + std::to_string(file);
    const int writable = open(again.c_str(), O_WRONLY | O_CLOEXEC);
    CHECK((writable < 0 || (write(writable, "x", 1) < 0 && errno == EPERM)));
    close(writable);
    close(file);
}

// A process with a root directory of its own, and no other PID namespace.
class Inside {
public:
    Inside()
        : child_(Child::calling(
              [&] {
                  if (!enter_new_root(root_.path())) {
                      return 1;
                  }
                  prctl(PR_SET_NAME, "inside");
                  for (;;) {
                      pause();
                  }
              },
              CLONE_NEWNS | CLONE_NEWUTS))
    {
        if (!eventually([this] { return contents(child_.proc("comm")) == "inside\n"; })) {
            throw std::runtime_error("the target did not start");
        }
    }
    std::string name() const { return std::to_string(child_.pid()); }

private:
    Directory root_;
    Child child_;
};

} // namespace

TEST_CASE("where nsjoin executes its copy it does so before it looks for the process", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("plays a user as root");
    }
    const Holder holder(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS);
    Tracer tracer({nsjoin_path(), holder.name(), "--", "/bin/true"}, may_not_change_program);
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    CHECK(tracer.run(nullptr) == Status{0, 0});
    check_sealed_before_pinned(tracer.calls());
}

TEST_CASE("without root nsjoin executes its copy before it looks for the process", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("plays a user as root");
    }
    Held held;
    held.owner = nobody;
    const unsigned long more =
        GENERATE(as<unsigned long>(), CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNS | CLONE_NEWPID);
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | more, held);
    const Directory directory;
    const std::string program = nsjoin_for_all(directory);
    const std::string inode = std::to_string([&] {
        struct stat found {};
        const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, holder.pid(), 0));
        fstat(pidfd, &found);
        close(pidfd);
        return found.st_ino;
    }());
    const std::string pid =
        GENERATE_COPY(false, true) ? holder.name() : holder.name() + ":" + inode;
    CAPTURE(pid);
    Tracer tracer({program, pid, "--", "/bin/true"}, [] { become(nobody); });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    CHECK(tracer.run(nullptr) == Status{0, 0});
    check_sealed_before_pinned(tracer.calls());
}

TEST_CASE("where nsjoin changes its program in place it does so before it looks for the process",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS);
    Tracer tracer({nsjoin_path(), holder.name(), "--", "/bin/true"});
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    CHECK(tracer.run(nullptr) == Status{0, 0});
    const auto copies = of_any_process(tracer.calls(), SYS_memfd_create);
    const auto pins = of_any_process(tracer.calls(), SYS_pidfd_open);
    CHECK(copies.size() == 1);
    REQUIRE(pins.size() == 1);
    CHECK(copies.front() < pins.front());
}

TEST_CASE("a process that gets the target's number later is not joined", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Child world = Child::calling(recycle_at_every_call, CLONE_NEWPID | CLONE_NEWNS);
    const Status status = world.wait();
    if (status == Status{did_not_work, 0}) {
        SKIP_TEST("numbers of processes can't be chosen here");
    }
    CHECK(status == Status{0, 0});
}

TEST_CASE("without root a copy is executed for --pidfd and for files too, and they arrive",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("plays a user as root");
    }
    Held held;
    held.owner = nobody;
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWPID, held);
    const Answer by_pidfd =
        nsjoin_as(nobody, {"--pidfd=50", "--", "readlink", "/proc/self/ns/uts"},
                  [&] { dup2(static_cast<int>(syscall(SYS_pidfd_open, holder.pid(), 0)), 50); });
    CHECK(by_pidfd.error.empty());
    CHECK(by_pidfd.output == holder.link("ns/uts") + "\n");
    const Answer by_file =
        nsjoin_as(nobody, {"--user=" + holder.proc("ns/user"), "--mount=" + holder.proc("ns/mnt"),
                           "--", "readlink", "/proc/self/ns/mnt"});
    CHECK(by_file.error.empty());
    CHECK(by_file.output == holder.link("ns/mnt") + "\n");
}

TEST_CASE("nsjoin is a sealed copy while it waits for a command in another root", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Inside target;
    const Words options = GENERATE(Words{"-r", "-u"}, Words{"--root", "-u"}, Words{"-r"},
                                   Words{"-r/", "-u"}, Words{"-r/usr", "-u"});
    CAPTURE(options);
    Pipe full;
    full.fill();
    Child running = start_nsjoin(options + Words{"--status-fd=9", "--bring=" + nsjoin_path(),
                                                 target.name(), "--", "brought", "--help"},
                                 [&] {
                                     give(full.write_end, STDOUT_FILENO);
                                     dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 9);
                                 });
    REQUIRE(eventually([&] {
        const std::string line =
            contents("/proc/" + std::to_string(child_of(running.pid())) + "/cmdline");
        return line == std::string("brought\0--help\0", 15) || running.ended();
    }));
    REQUIRE(!running.ended());
    check_out_of_reach(running.pid());
    CHECK(contents(running.proc("comm")) == "nsjoin\n");
    running.send(SIGTERM);
    CHECK(running.wait() == Status{0, SIGTERM});
}

TEST_CASE("a command #!/proc/self/exe in another root gets a sealed copy of nsjoin", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Inside target;
    const Directory inside;
    const std::string trick = inside.file("trick", "#!/proc/self/exe --help\n");
    const Words options =
        GENERATE(Words{"-r", "-u"}, Words{"-r", "-u", "--status-fd=9"}, Words{"-r/", "-u"});
    CAPTURE(options);
    Pipe full;
    full.fill();
    Child running = start_nsjoin(options + Words{target.name(), "--", trick}, [&] {
        give(full.write_end, STDOUT_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), 9);
    });
    pid_t tricked = 0;
    REQUIRE(eventually([&] {
        const pid_t child = child_of(running.pid());
        tricked = child != 0 ? child : running.pid();
        return contents("/proc/" + std::to_string(tricked) + "/cmdline")
                       .rfind(std::string("/proc/self/exe\0--help", 21), 0) == 0 ||
               running.ended();
    }));
    REQUIRE(!running.ended());
    check_out_of_reach(tricked);
    running.send(SIGTERM);
    CHECK(running.wait() == Status{0, SIGTERM});
}

TEST_CASE("a command in another root runs, whether or not nsjoin has to execute its copy",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Inside target;
    const bool in_place = GENERATE(true, false);
    const auto before = [&] {
        if (!in_place) {
            // Joining the UTS namespace is left out here: it would want CAP_SYS_ADMIN.
            may_not_change_program();
        }
    };
    for (const Words &options : std::vector<Words>{{"-r"}, {"-r", "-w"}, {"-r", "-W/"}}) {
        CAPTURE(options, in_place);
        const Words only = in_place ? Words{"-u"} : Words{"--time"};
        const Answer answer =
            nsjoin(options + only + Words{target.name(), "--", "/bin/echo", "ran"}, before);
        CHECK(answer.error.empty());
        CHECK(answer.output == "ran\n");
        CHECK(answer.status == Status{0, 0});
    }
}
