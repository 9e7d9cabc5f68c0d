// SPDX-License-Identifier: Apache-2.0
// Nothing inside can hold nsjoin up for good: a frozen cgroup is refused, and who asks nsjoin to
// end sees it end, whatever its child is doing.
#include "tests/support/catch.h"
#include "tests/support/cgroup.h"
#include "tests/support/command.h"
#include "tests/support/fuse.h"
#include "tests/support/namespaces.h"
#include "tests/support/terminal.h"
#include "tests/support/tracer.h"

#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int facts_fd = 9;
const Words to_facts{"--status-fd=9"};

bool has(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

// As eventually(), for what goes wrong by never coming.
class Limit {
public:
    bool is_over() const { return std::chrono::steady_clock::now() > end_; }

private:
    std::chrono::steady_clock::time_point end_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(5);
};

bool in_time(const std::function<bool()> &condition)
{
    const Limit limit;
    bool is_true = false;
    eventually([&] {
        is_true = condition();
        return is_true || limit.is_over();
    });
    return is_true;
}

bool write_to(const std::string &path, const std::string &text)
{
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool written = file >= 0 && write(file, text.data(), text.size()) > 0;
    close(file);
    return written;
}

enum class Version { one = 1, two = 2 };

// A cgroup that can be frozen, or none.
std::unique_ptr<Cgroup> make_freezable(Version version, const std::string &name)
{
    Cgroups cgroups = version == Version::two ? make_cgroups_2(name) : make_cgroups_1(name);
    const std::string file = version == Version::two ? "/cgroup.freeze" : "/freezer.state";
    for (auto &cgroup : cgroups) {
        if (access((cgroup->directory() + file).c_str(), W_OK) == 0) {
            return std::move(cgroup);
        }
    }
    return nullptr;
}

// In either version.
bool can_freeze()
{
    return make_freezable(Version::two, "nsjoin-freezer") != nullptr ||
           make_freezable(Version::one, "nsjoin-freezer") != nullptr;
}

// Another in it.
std::unique_ptr<Cgroup> make_inner(const Cgroup &outer, const std::string &name)
{
    try {
        return std::make_unique<Cgroup>(outer.hierarchy(), outer.path() + "/" + name);
    } catch (const std::runtime_error &) {
        return nullptr;
    }
}

// A cgroup that is frozen, or at least told to freeze; thawed in the end.
class Freezing {
public:
    Freezing(const Cgroup &cgroup, Version version) : cgroup_(cgroup), version_(version)
    {
        if (!write_to(file(), version == Version::two ? "1" : "FROZEN")) {
            throw std::runtime_error("cannot freeze " + cgroup.directory());
        }
    }
    ~Freezing() { thaw(); }
    Freezing(const Freezing &) = delete;
    Freezing &operator=(const Freezing &) = delete;

    bool is_frozen() const
    {
        return version_ == Version::two
                   ? has(contents(cgroup_.directory() + "/cgroup.events"), "frozen 1\n")
                   : contents(file()) == "FROZEN\n";
    }
    void thaw() const { write_to(file(), version_ == Version::two ? "0" : "THAWED"); }

private:
    std::string file() const
    {
        return cgroup_.directory() +
               (version_ == Version::two ? "/cgroup.freeze" : "/freezer.state");
    }

    const Cgroup &cgroup_;
    Version version_;
};

size_t count_processes(const Cgroup &cgroup)
{
    std::ifstream processes(cgroup.directory() + "/cgroup.procs");
    return static_cast<size_t>(
        std::distance(std::istream_iterator<pid_t>(processes), std::istream_iterator<pid_t>()));
}

// nsjoin, and what it says.
struct Run {
    Run(const Words &arguments, const std::function<void()> &before_exec = nullptr)
        : child(start_nsjoin(to_facts + arguments, [&] {
              give(output.write_end, STDOUT_FILENO);
              give(error.write_end, STDERR_FILENO);
              give(facts.write_end, facts_fd);
              if (before_exec) {
                  before_exec();
              }
          }))
    {
    }

    Pipe output;
    Pipe error;
    Pipe facts;
    Child child;
};

void check_one_failure(Pipe &facts)
{
    const std::string lines = facts.drain();
    CAPTURE(lines);
    CHECK(lines.rfind("{\"event\":\"failed\",", 0) == 0);
    CHECK(lines.find('\n') == lines.size() - 1);
}

// Its cgroup is `cgroup`, which is frozen by `frozen`: it is refused, and nothing made. Thaws it.
void check_frozen_refused(const Words &options, const Holder &holder, const Cgroup &cgroup,
                          const Freezing &frozen)
{
    CAPTURE(options);
    const Directory directory;
    const std::string mark = directory.path("ran");
    const size_t before = count_processes(cgroup);
    Run run(options + Words{holder.name(), "--", "touch", mark});
    // Where it goes wrong somebody has come to the cgroup, who does nothing there.
    bool another = false;
    CHECK(eventually([&] {
        another = count_processes(cgroup) > before;
        return another || run.child.ended();
    }));
    CHECK(!another);
    frozen.thaw();
    const Status status = run.child.wait();
    CHECK(status == Status{125, 0});
    const std::string error = run.error.drain();
    CHECK(is_one_line(error));
    CHECK(has(error, "the cgroup of process " + holder.name() + " is frozen"));
    check_one_failure(run.facts);
    CHECK(access(mark.c_str(), F_OK) != 0);
}

// Traced, without a stop: if it ends now it stays a zombie until this is gone.
class Tracing {
public:
    explicit Tracing(pid_t pid)
        : pid_(pid), works_(ptrace(PTRACE_SEIZE, pid, nullptr, PTRACE_O_EXITKILL) == 0)
    {
    }
    ~Tracing()
    {
        int status = 0;
        if (works_) {
            kill(pid_, SIGKILL);
            while (waitpid(pid_, &status, __WALL) == pid_ && WIFSTOPPED(status)) {
            }
        }
    }
    Tracing(const Tracing &) = delete;
    Tracing &operator=(const Tracing &) = delete;

    bool works() const { return works_; }

private:
    pid_t pid_;
    bool works_;
};

// Lets those go who wait for `files`, before they are waited for themselves.
struct LetGo {
    explicit LetGo(SilentFiles &silent) : files(silent) {}
    ~LetGo() { files.let_go(); }
    LetGo(const LetGo &) = delete;
    LetGo &operator=(const LetGo &) = delete;

    SilentFiles &files;
};

// The child executes `name` already.
bool runs(pid_t child, const std::string &name)
{
    return child != 0 && contents("/proc/" + std::to_string(child) + "/comm") == name + "\n";
}

char state(pid_t pid)
{
    const std::string stat = contents("/proc/" + std::to_string(pid) + "/stat");
    const size_t at = stat.rfind(") ");
    return at == std::string::npos ? '?' : stat[at + 2];
}

bool is_dead(pid_t pid)
{
    return state(pid) == '?' || state(pid) == 'Z' || state(pid) == 'X';
}

} // namespace

TEST_CASE("a frozen cgroup is refused at once, and nothing is made", "[native]")
{
    const Version version = GENERATE(Version::two, Version::one);
    CAPTURE(static_cast<int>(version));
    const auto cgroup = make_freezable(version, "nsjoin-frozen");
    if (cgroup == nullptr && !can_freeze()) {
        SKIP_TEST("wants root, and a cgroup that can be frozen");
    }
    if (cgroup == nullptr) {
        return;
    }
    for (const Words &options : std::vector<Words>{{"-c"}, {"-c", "-u"}, {"-c", "-p", "-u"}}) {
        const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
        REQUIRE(cgroup->add(holder.pid()));
        const Freezing frozen(*cgroup, version);
        REQUIRE(eventually([&] { return frozen.is_frozen(); }));
        check_frozen_refused(options, holder, *cgroup, frozen);
    }
}

TEST_CASE("a frozen cgroup is refused also where nsjoin becomes the command", "[native]")
{
    const Version version = GENERATE(Version::two, Version::one);
    CAPTURE(static_cast<int>(version));
    const auto cgroup = make_freezable(version, "nsjoin-frozen-itself");
    if (cgroup == nullptr && !can_freeze()) {
        SKIP_TEST("wants root, and a cgroup that can be frozen");
    }
    if (cgroup == nullptr) {
        return;
    }
    const Holder holder(CLONE_NEWUTS);
    REQUIRE(cgroup->add(holder.pid()));
    const Freezing frozen(*cgroup, version);
    REQUIRE(eventually([&] { return frozen.is_frozen(); }));
    const size_t before = count_processes(*cgroup);
    Pipe error;
    Child running = start_nsjoin({"-c", "-u", "-F", holder.name(), "--", "true"},
                                 [&] { give(error.write_end, STDERR_FILENO); });
    bool another = false;
    CHECK(eventually([&] {
        another = count_processes(*cgroup) > before;
        return another || running.ended();
    }));
    CHECK(!another);
    frozen.thaw();
    CHECK(running.wait() == Status{125, 0});
    CHECK(has(error.drain(), "the cgroup of process " + holder.name() + " is frozen"));
}

TEST_CASE("a cgroup below a frozen one is refused", "[native]")
{
    const Version version = GENERATE(Version::two, Version::one);
    CAPTURE(static_cast<int>(version));
    const auto outer = make_freezable(version, "nsjoin-outer");
    if (outer == nullptr && !can_freeze()) {
        SKIP_TEST("wants root, and a cgroup that can be frozen");
    }
    if (outer == nullptr) {
        return;
    }
    const auto middle = make_inner(*outer, "middle");
    const auto inner = middle != nullptr ? make_inner(*middle, "inner") : nullptr;
    if (inner == nullptr) {
        SKIP_TEST("cgroups can't be nested here");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    REQUIRE(inner->add(holder.pid()));
    const Freezing frozen(*outer, version);
    REQUIRE(eventually([&] { return frozen.is_frozen(); }));
    check_frozen_refused({"-c"}, holder, *inner, frozen);
}

TEST_CASE("a cgroup that one process keeps from freezing is refused all the same", "[native]")
{
    const Version version = GENERATE(Version::two, Version::one);
    CAPTURE(static_cast<int>(version));
    const auto outer = make_freezable(version, "nsjoin-freezing");
    if (outer == nullptr && !can_freeze()) {
        SKIP_TEST("wants root, and a cgroup that can be frozen");
    }
    if (outer == nullptr) {
        return;
    }
    const bool below = GENERATE(false, true);
    const auto inner = below ? make_inner(*outer, "inner") : nullptr;
    if (below && inner == nullptr) {
        SKIP_TEST("cgroups can't be nested here");
    }
    const Cgroup &cgroup = below ? *inner : *outer;
    SilentFiles files(0);
    if (!files.mounted()) {
        SKIP_TEST("there is no FUSE here");
    }
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    const std::string path = files.command();
    const Child unstoppable = Child::calling([&] { return open(path.c_str(), O_RDONLY); });
    const LetGo finally(files);
    REQUIRE(files.is_asked());
    // Now it waits for nothing but the answer.
    unstoppable.send(SIGKILL);
    REQUIRE(comes_to(unstoppable.pid(), 'D'));
    REQUIRE(cgroup.add(unstoppable.pid()));
    REQUIRE(cgroup.add(holder.pid()));
    const Freezing frozen(*outer, version);
    CHECK(!frozen.is_frozen());
    check_frozen_refused({"-c"}, holder, cgroup, frozen);
}

TEST_CASE("a cgroup that was thawed, and a frozen one that is not entered, are no obstacle",
          "[native]")
{
    const Version version = GENERATE(Version::two, Version::one);
    CAPTURE(static_cast<int>(version));
    const auto cgroup = make_freezable(version, "nsjoin-thawed");
    if (cgroup == nullptr && !can_freeze()) {
        SKIP_TEST("wants root, and a cgroup that can be frozen");
    }
    if (cgroup == nullptr) {
        return;
    }
    const Holder holder(CLONE_NEWUTS);
    REQUIRE(cgroup->add(holder.pid()));
    {
        const Freezing frozen(*cgroup, version);
        REQUIRE(eventually([&] { return frozen.is_frozen(); }));
        // Without -c the command is in the caller's.
        const Answer beside = nsjoin({"-u", holder.name(), "--", "echo", "ran"});
        CHECK(beside.output == "ran\n");
        CHECK(beside.status == Status{0, 0});
        frozen.thaw();
        REQUIRE(eventually([&] { return !frozen.is_frozen(); }));
    }
    const Answer in = nsjoin({"-c", "-u", holder.name(), "--", "cat", "/proc/self/cgroup"});
    CHECK(cgroup_in(in.output, cgroup->line()) == cgroup->path());
    CHECK(in.status == Status{0, 0});
    // One of its neighbours is frozen.
    const auto other = make_freezable(version, "nsjoin-neighbour");
    REQUIRE(other != nullptr);
    const Freezing neighbour(*other, version);
    CHECK(nsjoin({"-c", "-u", holder.name(), "--", "true"}).status == Status{0, 0});
}

TEST_CASE("before the command runs a signal that asks for an end ends nsjoin and the child",
          "[native]")
{
    // Stands before its first call, and is a zombie that nobody can reap once it is killed.
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    CAPTURE(signal);
    const Holder holder(both_ways());
    const Directory directory;
    const std::string mark = directory.path("ran");
    Pipe facts;
    Pipe error;
    Tracer tracer({nsjoin_path(), "--status-fd=9", holder.name(), "--", "touch", mark}, [&] {
        give(facts.write_end, facts_fd);
        give(error.write_end, STDERR_FILENO);
    });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    pid_t child = 0;
    const auto hold_child = [&](const TracedCall &call) {
        if (call.process == 0) {
            return Then::go_on;
        }
        child = call.pid;
        return Then::hold;
    };
    tracer.run(hold_child, [&] { return child != 0; });
    REQUIRE(child != 0);
    CHECK(facts.drain().empty());
    kill(tracer.pid(), signal);
    const Limit limit;
    CHECK(tracer.run(hold_child, [&] { return limit.is_over(); }) == Status{0, signal});
    CHECK(in_time([&] { return is_dead(child); }));
    check_one_failure(facts);
    CHECK(access(mark.c_str(), F_OK) != 0);
}

TEST_CASE("one signal ends nsjoin before the command though nobody reads what it says", "[native]")
{
    const bool full_error = GENERATE(true, false);
    CAPTURE(full_error);
    const Holder holder(both_ways());
    Pipe facts;
    Pipe error;
    (full_error ? error : facts).fill();
    Tracer tracer({nsjoin_path(), "--status-fd=9", holder.name(), "--", "sleep", "1000"}, [&] {
        give(facts.write_end, facts_fd);
        give(error.write_end, STDERR_FILENO);
    });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    bool held = false;
    const auto hold_child = [&](const TracedCall &call) {
        held = held || call.process != 0;
        return call.process == 0 ? Then::go_on : Then::hold;
    };
    tracer.run(hold_child, [&] { return held; });
    REQUIRE(held);
    kill(tracer.pid(), SIGTERM);
    const Limit limit;
    CHECK(tracer.run(hold_child, [&] { return limit.is_over(); }) == Status{0, SIGTERM});
    // Where there is room it is said.
    if (full_error) {
        check_one_failure(facts);
    } else {
        CHECK(has(error.drain(), "told to end by SIGTERM"));
    }
}

TEST_CASE("one signal ends nsjoin with its command though nobody reads --status-fd", "[native]")
{
    const Adopter adopter;
    const Holder holder(both_ways());
    Run run({holder.name(), "--", "sleep", "1000"});
    REQUIRE(line_of(run.facts).rfind("{\"event\":\"started\",", 0) == 0);
    run.facts.fill();
    run.child.send(SIGTERM);
    const bool ended = in_time([&] { return run.child.ended(); });
    CHECK(ended);
    CHECK((ended && run.child.wait() == Status{0, SIGTERM}));
}

TEST_CASE("a child that can't die yet does not keep nsjoin from its end", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    SilentFiles files(0);
    if (!files.mounted()) {
        SKIP_TEST("there is no FUSE here");
    }
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    const Words how = GENERATE(Words{}, Words{"-p"}, Words{"--pty"});
    CAPTURE(signal, how);
    const Holder holder(CLONE_NEWUTS | CLONE_NEWPID);
    Run run(how + Words{"-u", holder.name(), "--", files.command()});
    const LetGo finally(files);
    REQUIRE(files.is_asked());
    const pid_t child = child_of(run.child.pid());
    REQUIRE(child != 0);
    run.child.send(signal);
    const bool ended = in_time([&] { return run.child.ended(); });
    CHECK(ended);
    CHECK((ended && run.child.wait() == Status{0, signal}));
    check_one_failure(run.facts);
}

TEST_CASE("a signal of another meaning before the command runs does not end nsjoin", "[native]")
{
    const Holder holder(both_ways());
    Pipe facts;
    Pipe output;
    Tracer tracer({nsjoin_path(), "--status-fd=9", holder.name(), "--", "echo", "ran"}, [&] {
        give(facts.write_end, facts_fd);
        give(output.write_end, STDOUT_FILENO);
    });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    bool sent = false;
    CHECK(tracer.run([&](const TracedCall &call) {
        if (call.process != 0 && !sent) {
            sent = true;
            kill(tracer.pid(), SIGWINCH);
            kill(tracer.pid(), SIGCHLD);
        }
        return Then::go_on;
    }) == Status{0, 0});
    CHECK(sent);
    CHECK(output.drain() == "ran\n");
}

TEST_CASE("a zombie that a tracer holds does not keep nsjoin from its end", "[native]")
{
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    const std::string exit_by = GENERATE(as<std::string>(), "exit 7", "kill -KILL $$");
    CAPTURE(signal, exit_by);
    const Holder holder(both_ways());
    Pipe input;
    Run run({holder.name(), "--", "sh", "-c", "echo ready; read line; " + exit_by},
            [&] { give(input.read_end, STDIN_FILENO); });
    REQUIRE(line_of(run.output) == "ready\n");
    const pid_t command = child_of(run.child.pid());
    const Tracing tracing(command);
    if (!tracing.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    CHECK(line_of(run.facts).rfind("{\"event\":\"started\",", 0) == 0);
    input.close_write();
    REQUIRE(eventually([&] { return state(command) == 'Z'; }));
    CHECK(!run.child.ended());
    run.child.send(signal);
    const bool ended = in_time([&] { return run.child.ended(); });
    CHECK(ended);
    const bool killed = exit_by != "exit 7";
    CHECK((ended && run.child.wait() == (killed ? Status{0, SIGKILL} : Status{7, 0})));
    CHECK(run.facts.drain() == (killed
                                    ? "{\"event\":\"exited\",\"signal\":9,\"name\":\"SIGKILL\"}\n"
                                    : "{\"event\":\"exited\",\"status\":7}\n"));
}

TEST_CASE("once the command runs it gets the signal, and its own end counts", "[native]")
{
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    CAPTURE(signal);
    const Holder holder(both_ways());
    Run run(
        {holder.name(), "--", "sh", "-c",
         "trap 'echo got; exit 5' TERM INT HUP QUIT; echo ready; while :; do sleep 0.01; done"});
    REQUIRE(line_of(run.output) == "ready\n");
    run.child.send(signal);
    CHECK(run.child.wait() == Status{5, 0});
    CHECK(run.output.drain() == "got\n");
    CHECK(has(run.facts.drain(), "\n{\"event\":\"exited\",\"status\":5}\n"));
}

TEST_CASE("with --status-fd nsjoin goes on while the command is stopped", "[native]")
{
    const Adopter adopter;
    const Holder holder(both_ways());
    Run run({holder.name(), "--", "sleep", "1000"});
    REQUIRE(eventually([&] { return runs(child_of(run.child.pid()), "sleep"); }));
    const pid_t command = child_of(run.child.pid());
    CHECK(line_of(run.facts).rfind("{\"event\":\"started\",", 0) == 0);
    REQUIRE(kill(command, SIGSTOP) == 0);
    REQUIRE(comes_to(command, 'T'));
    // That wakes it: then it is at rest again, or stopped itself.
    const pid_t waiting = run.child.pid();
    REQUIRE(eventually([&] {
        const std::string before = run.child.effort();
        usleep(20'000);
        return state(waiting) == 'T' || (state(waiting) == 'S' && run.child.effort() == before);
    }));
    siginfo_t stopped{};
    CHECK(waitid(P_PID, static_cast<id_t>(waiting), &stopped, WSTOPPED | WNOHANG | WNOWAIT) == 0);
    CHECK(stopped.si_pid == 0);
    // So what it is for still works.
    kill(command, SIGCONT);
    kill(waiting, SIGCONT);
    kill(waiting, SIGTERM);
    CHECK(run.child.wait() == Status{0, SIGTERM});
    CHECK(run.facts.drain() == "{\"event\":\"exited\",\"signal\":15,\"name\":\"SIGTERM\"}\n");
}
