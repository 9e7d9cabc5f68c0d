// SPDX-License-Identifier: Apache-2.0
// What is sent to nsjoin while it waits, and how it ends. Terminals: nsjoin_job_test.cpp.
#include "tests/support/catch.h"
#include "tests/support/seccomp.h"
#include "tests/support/terminal.h"

#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

using namespace support;

namespace {

std::vector<std::string> join(const Pod &pod, std::vector<std::string> options,
                              const std::vector<std::string> &command)
{
    options.push_back(pod.name());
    options.emplace_back("--");
    options.insert(options.end(), command.begin(), command.end());
    return nsjoin_words(options);
}

// nsjoin, with a listener in a pod.
struct Listening {
    explicit Listening(const std::vector<std::string> &options = {},
                       const std::function<void()> &before_exec = nullptr)
        : reader(output.read_end), nsjoin(start(join(pod, options, listener()), [&] {
              dup2(output.write_end, STDOUT_FILENO);
              if (before_exec) {
                  before_exec();
              }
          }))
    {
    }

    Pod pod;
    Pipe output;
    Reader reader;
    Child nsjoin;
};

} // namespace

#define SKIP_WITHOUT_NAMESPACES                                                                    \
    if (const auto why = no_namespaces(); !why.empty()) {                                          \
        SKIP_TEST(why);                                                                            \
    }

TEST_CASE("each signal that is sent to nsjoin reaches the command once", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    Listening run;
    REQUIRE(run.reader.shows("ready\n"));
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        const bool kept = signal == SIGKILL || signal == SIGSTOP || signal == SIGCHLD ||
                          signal == SIGXFSZ || signal == 32 ||
                          signal == 33; // 32 and 33 are the C library's
        if (kept) {
            continue;
        }
        CAPTURE(signal);
        run.nsjoin.send(signal);
        REQUIRE(run.reader.next("got " + std::to_string(signal) + " process 0\n"));
    }
    run.nsjoin.send(SIGXFSZ);
    CHECK(run.nsjoin.wait() == Status{7, 0});
    CHECK(run.reader.rest().empty());
}

TEST_CASE("signals come in the number and the kind that were sent", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    Listening run;
    REQUIRE(run.reader.shows("ready\n"));
    REQUIRE(syscall(SYS_tgkill, run.nsjoin.pid(), run.nsjoin.pid(), SIGUSR1) == 0);
    CHECK(run.reader.next("got " + std::to_string(SIGUSR1) + " process 0\n"));
    // Real-time signals queue up, even where nsjoin gets to them late.
    run.nsjoin.send(SIGSTOP);
    for (int i = 0; i < 5; ++i) {
        sigval value{};
        value.sival_int = 40 + i;
        REQUIRE(sigqueue(run.nsjoin.pid(), SIGRTMIN + 1, value) == 0);
    }
    run.nsjoin.send(SIGCONT);
    CHECK(run.reader.next("got " + std::to_string(SIGCONT) + " process 0\n"));
    for (int i = 0; i < 5; ++i) {
        CHECK(run.reader.next("got " + std::to_string(SIGRTMIN + 1) + " process " +
                              std::to_string(40 + i) + "\n"));
    }
    run.nsjoin.send(SIGXFSZ);
    CHECK(run.nsjoin.wait() == Status{7, 0});
}

// They send to nsjoin, or to its process group as well: then the command may be told twice, as
// nsjoin can't know that, and would rather not keep a signal from it.
TEST_CASE("timeout ends it, with its whole group or alone", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    std::vector<std::string> words = join(pod, {}, {"sleep", "1000"});
    words.insert(words.begin(), "0.1");
    if (GENERATE(false, true)) {
        words.insert(words.begin(), "--foreground");
    }
    words.insert(words.begin(), "timeout");
    CHECK(run(words).status == Status{124, 0});
}

TEST_CASE("a timer that was set before nsjoin began reaches the command", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    Listening run({}, [] {
        const itimerval soon{{0, 0}, {0, 300'000}};
        setitimer(ITIMER_REAL, &soon, nullptr);
    });
    CHECK(run.reader.next("ready\ngot " + std::to_string(SIGALRM) + " process 0\n"));
    run.nsjoin.send(SIGXFSZ);
    CHECK(run.nsjoin.wait() == Status{7, 0});
}

TEST_CASE("a signal that waits when nsjoin begins waits for the command", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    Listening run({}, [] {
        sigset_t blocked;
        sigemptyset(&blocked);
        sigaddset(&blocked, SIGUSR2);
        sigprocmask(SIG_BLOCK, &blocked, nullptr);
        raise(SIGUSR2);
    });
    CHECK(run.reader.next("ready\ngot " + std::to_string(SIGUSR2) + " process 0\n"));
    run.nsjoin.send(SIGXFSZ);
    CHECK(run.nsjoin.wait() == Status{7, 0});
}

TEST_CASE("the command is given the blocked and ignored signals that nsjoin was given", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const auto set_signals = GENERATE(
        +[] {}, +[] { signal(SIGCHLD, SIG_IGN); },
        +[] {
            signal(SIGHUP, SIG_IGN);
            signal(SIGINT, SIG_IGN);
            signal(SIGPIPE, SIG_IGN);
            sigset_t blocked;
            sigemptyset(&blocked);
            sigaddset(&blocked, SIGCHLD);
            sigaddset(&blocked, SIGTERM);
            sigaddset(&blocked, SIGRTMAX);
            sigprocmask(SIG_BLOCK, &blocked, nullptr);
        },
        +[] {
            sigset_t all;
            sigfillset(&all);
            sigprocmask(SIG_SETMASK, &all, nullptr);
        });
    const std::vector<std::string> look{"grep", "^Sig[BIC]", "/proc/self/status"};
    std::vector<std::string> joined = look;
    joined.insert(joined.begin(), {pod.name(), "--"});
    const Answer plain = run(look, set_signals);
    REQUIRE(plain.status == Status{0, 0});
    CHECK(nsjoin(joined, set_signals).output == plain.output);
    joined.insert(joined.begin(), "-F");
    CHECK(nsjoin(joined, set_signals).output == plain.output);
}

TEST_CASE("nsjoin ends as the command ends, whatever it was told to do of SIGCHLD", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const auto ignored = GENERATE(
        +[] {}, +[] { signal(SIGCHLD, SIG_IGN); });
    CHECK(nsjoin({pod.name(), "--", "true"}, ignored).status == Status{0, 0});
    CHECK(nsjoin({pod.name(), "--", "sh", "-c", "exit 255"}, ignored).status == Status{255, 0});
    for (const int signal : {SIGTERM, SIGKILL, SIGSEGV, SIGPIPE, SIGRTMIN}) {
        const std::string kill = "kill -" + std::to_string(signal) + " $$";
        CHECK(nsjoin({pod.name(), "--", "sh", "-c", kill}, ignored).status == Status{0, signal});
    }
}

TEST_CASE("nsjoin ends with the command while others hold its output", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const std::vector<std::string> options =
        GENERATE(std::vector<std::string>{}, std::vector<std::string>{"--pty"});
    Pipe output;
    Reader reader(output.read_end);
    Child nsjoin =
        start(join(pod, options, {"sh", "-c", "trap '' HUP; sleep 1000 & echo left $!; exit 3"}),
              [&] { dup2(output.write_end, STDOUT_FILENO); });
    CHECK(nsjoin.wait() == Status{3, 0});
    REQUIRE(reader.shows("left "));
    // They run on, until the pod takes them along.
    output.close_write();
    pollfd ended{output.read_end, POLLIN, 0};
    reader.shows("\n");
    CHECK(poll(&ended, 1, 0) == (options.empty() ? 0 : 1));
}

TEST_CASE("SIGTERM to nsjoin leaves no command behind", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    Child nsjoin = start(join(pod, {}, {"sleep", "1000"}));
    const pid_t command = child_of(nsjoin.pid(), "sleep");
    REQUIRE(command > 0);
    nsjoin.send(SIGTERM);
    CHECK(nsjoin.wait() == Status{0, SIGTERM});
    CHECK(gone(command));
}

TEST_CASE("with --kill-child the command ends when nsjoin is killed", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const Adopter adopter;
    const std::string option = GENERATE("--kill-child", "--kill-child=TERM");
    Child nsjoin = start(join(pod, {option}, {"sleep", "1000"}));
    const pid_t command = child_of(nsjoin.pid(), "sleep");
    REQUIRE(command > 0);
    nsjoin.send(SIGKILL);
    CHECK(nsjoin.wait() == Status{0, SIGKILL});
    CHECK(gone(command));
}

TEST_CASE("nobody who reads the status is no reason to end the command", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    Pipe status;
    close(status.read_end);
    status.read_end = open("/dev/null", O_RDONLY | O_CLOEXEC);
    constexpr int number = 9;
    Listening run({"--status-fd=9"}, [&] { dup2(status.write_end, number); });
    REQUIRE(run.reader.shows("ready\n"));
    run.nsjoin.send(SIGUSR1);
    CHECK(run.reader.next("got " + std::to_string(SIGUSR1) + " process 0\n"));
    run.nsjoin.send(SIGXFSZ);
    CHECK(run.nsjoin.wait() == Status{7, 0});
    CHECK(run.reader.rest().empty());
}

TEST_CASE("where nsjoin can't take signals it sees the command to its end all the same", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const long call = GENERATE(SYS_ppoll, SYS_rt_sigtimedwait);
    CAPTURE(call);
    const Pod pod;
    Child nsjoin = start(join(pod, {}, {"sh", "-c", "sleep 0.3; exit 7"}), [call] {
        if (call == SYS_ppoll) {
            // How long it may last: for nsjoin to wait that is null.
            refuse_null(call, 2, EPERM);
        } else {
            refuse({call}, EPERM);
        }
    });
    CHECK(nsjoin.wait() == Status{7, 0});
}

TEST_CASE("where nsjoin is not allowed to wait it ends the command, and says so", "[native]")
{
    SKIP_WITHOUT_NAMESPACES
    const Pod pod;
    const Adopter adopter;
    Pipe output;
    Child nsjoin = start(join(pod, {}, {"sleep", "0"}), [&] {
        dup2(output.write_end, STDERR_FILENO);
        refuse({SYS_wait4}, EPERM);
    });
    CHECK(nsjoin.wait() == Status{125, 0});
    CHECK(output.drain() == "nsjoin: cannot wait for the command: Operation not permitted\n");
    // The command had it as well.
    CHECK(output.ends());
}
