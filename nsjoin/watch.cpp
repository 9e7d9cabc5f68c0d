// SPDX-License-Identifier: Apache-2.0
// All signals are taken from a descriptor. Those that a terminal sends have reached the command
// already, as it is in the same process group, and are not passed on.
//
// What runs while a command does lies together, in a section of its own, so that all other code can
// be given back: thousands may be waiting on a machine. Where it is needed again it comes from its
// file.

#include "watch.h"

#include "report.h"
#include "sys/memory.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

class Watch {
public:
    Watch(Terminal &terminal, FdRef status_fd, Pid pid, FdRef signals, FdRef failures)
        : terminal_(terminal), status_fd_(status_fd), pid_(pid), signals_(signals),
          failures_(failures)
    {
    }

    [[gnu::section(".text.waiting"), gnu::noinline]] Outcome until_end();

private:
    [[gnu::section(".text.waiting"), gnu::noinline]] void take_signals();
    [[gnu::section(".text.waiting"), gnu::noinline]] void wait();
    void learn_start();

    Terminal &terminal_;
    FdRef status_fd_;
    Pid pid_;
    FdRef signals_;
    FdRef failures_;
    bool ended_ = false;
    Failure failure_;
    WaitStatus status_;
};

Outcome Watch::until_end()
{
    // Most commands end before it pays to give anything back.
    long patience[2] = {0, 100'000'000};
    long *time = patience;
    while (!ended_) {
        Poll polls[2 + Terminal::poll_count];
        polls[0] = Poll(signals_, Poll::in);
        // Otherwise it is soon enough to look in the end, and saves waking up.
        polls[1] = status_fd_ ? Poll(failures_, Poll::in) : Poll();
        if (terminal_) {
            terminal_.ask(polls + 2);
        }
        const auto happened = poll(polls, terminal_ ? 2 + Terminal::poll_count : 2, time);
        if (!happened && happened.error() != Errno::eintr) {
            break;
        }
        if (happened && happened.value() == 0) {
            constexpr Address page = 4096; // refused where pages are larger
            give_back_code(program_start, (address(code_waiting) & -page) - address(program_start));
            time = nullptr;
        }
        if (polls[1].happened != 0) {
            learn_start();
        }
        if (terminal_) {
            terminal_.carry(polls + 2);
        }
        if (polls[0].happened != 0) {
            take_signals();
        }
    }
    if (failures_) {
        learn_start();
    }
    if (terminal_) {
        terminal_.finish();
        terminal_.restore();
    }
    return {failure_, status_};
}

// The other end of the pipe is closed: by exec, or behind a failure.
void Watch::learn_start()
{
    const auto got = read(failures_, &failure_, sizeof failure_);
    if (!got || static_cast<size_t>(got.value()) != sizeof failure_) {
        failure_ = Failure();
        tell_started(status_fd_, pid_);
    }
    failures_ = FdRef();
}

void Watch::take_signals()
{
    signalfd_siginfo info;
    while (!ended_ && read(signals_, &info, sizeof info)) {
        const auto signal = static_cast<Signal>(info.ssi_signo);
        constexpr int from_kernel = 0;
        if (signal == Signal::sigchld) {
            wait();
        } else if (signal == Signal::sigwinch && terminal_) {
            terminal_.resize();
        } else if (info.ssi_pid == static_cast<uint32_t>(getpid())) {
            // Nobody reads what this process writes any more. The command may not write at all.
            continue;
        } else if (info.ssi_code <= from_kernel || terminal_ || signal == Signal::sigcont) {
            static_cast<void>(kill(pid_, signal));
        }
    }
}

void Watch::wait()
{
    for (;;) {
        WaitStatus status;
        const auto changed = wait_now(pid_, status);
        if (!changed || changed.value() == 0) {
            return;
        }
        if (!status.stopped()) {
            status_ = status;
            ended_ = true;
            return;
        }
        // So the shell sees a stopped job. Going on, this process is sent SIGCONT, and passes it
        // on.
        terminal_.restore();
        static_cast<void>(kill(getpid(), Signal::sigstop));
        terminal_.make_raw();
    }
}

} // namespace

Outcome watch(Terminal &terminal, FdRef status_fd, Pid pid, FdRef signals, FdRef failures)
{
    return Watch(terminal, status_fd, pid, signals, failures).until_end();
}

void die_of(Signal signal)
{
    static_cast<void>(hide_from_tracing());
    static_cast<void>(set_action(signal, {}, nullptr));
    SignalSet all_others = SignalSet::full();
    all_others.remove(signal);
    static_cast<void>(kill(getpid(), signal));
    static_cast<void>(block_signals(all_others));
    // Process 1 can't be killed from inside, pid_namespaces(7).
    exit(128 + static_cast<int>(signal));
}

} // namespace nsjoin
