// SPDX-License-Identifier: Apache-2.0
// All signals are blocked, and taken when a descriptor says that there are some. Those that have
// reached the command already, as it is in the same process group, are not passed on.
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

// Does to this process what the signal does, with all others blocked.
void raise(Signal signal)
{
    SignalSet others = SignalSet::full();
    others.remove(signal);
    static_cast<void>(kill(getpid(), signal));
    static_cast<void>(block_signals(others));
}

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
    [[gnu::section(".text.waiting")]] bool is_known(const SignalInfo &info) const;
    void stop(Signal signal);
    void fail(Errno error);
    void learn_start();

    Terminal &terminal_;
    FdRef status_fd_;
    Pid pid_;
    FdRef signals_;
    FdRef failures_;
    bool ended_ = false;
    bool end_wanted_ = false;
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
        polls[1] = Poll(status_fd_ ? failures_ : FdRef(), Poll::in);
        if (terminal_) {
            terminal_.ask(polls + 2);
        }
        const auto happened = poll(polls, sizeof polls / sizeof *polls, time);
        if (!happened && happened.error() != Errno::eintr) {
            fail(happened.error());
            break;
        }
        if (happened && happened.value() == 0) {
            constexpr Address page = 4096; // larger ones: rounded up, as far as the code goes
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
        if (end_wanted_) {
            static_cast<void>(kill(getpid(), Signal::sigterm));
        }
        terminal_.finish(signals_);
        terminal_.restore();
    }
    return {failure_, status_};
}

// The other end of the pipe is closed: by exec, or behind a failure.
void Watch::learn_start()
{
    Cause of_child;
    const auto got = read(failures_, &of_child, sizeof of_child);
    if (got && static_cast<size_t>(got.value()) == sizeof of_child) {
        failure_ = Failure(of_child);
    } else {
        tell_started(status_fd_, pid_);
        // That nobody reads it is not the command's business.
        SignalInfo info;
        static_cast<void>(take_signal(SignalSet(Signal::sigpipe), info));
    }
    failures_ = FdRef();
}

// Something that waiting needs is refused. What has begun is seen to its end all the same, without
// signals; where not even that goes the command is left to nobody.
void Watch::fail(Errno error)
{
    ended_ = true;
    if (wait_for_end(pid_, status_)) {
        return;
    }
    failure_ = Failure(Stage::birth, "cannot wait for the command", nullptr, error);
    static_cast<void>(kill(pid_, Signal::sigkill));
}

void Watch::take_signals()
{
    SignalInfo info;
    while (!ended_) {
        const auto taken = take_signal(SignalSet::full(), info);
        if (!taken) {
            if (taken.error() != Errno::eagain) {
                fail(taken.error());
            }
            return;
        }
        const Signal signal = taken.value();
        if (signal == Signal::sigchld) {
            wait();
            continue;
        }
        if (terminal_) {
            if (signal == Signal::sigtstp) {
                stop(signal);
                continue;
            }
            if (signal == Signal::sigcont) {
                terminal_.make_raw();
            }
            if (signal == Signal::sigwinch) {
                terminal_.resize();
            }
        }
        if (is_known(info)) {
            continue;
        }
        end_wanted_ = end_wanted_ || wants_end(signal);
        if (!queue_signal(pid_, info)) {
            static_cast<void>(kill(pid_, signal));
        }
    }
}

// Has it reached the command already? Of what a process sent that can't be known: if it was sent to
// the group the command gets it twice, which is better than never.
bool Watch::is_known(const SignalInfo &info) const
{
    constexpr int from_process = 0; // or less
    if (info.code() <= from_process) {
        return false;
    }
    if (terminal_) {
        return info.signal == Signal::sigwinch;
    }
    // What a terminal sends to all in its foreground. When it hangs up it tells the leader of the
    // session alone.
    constexpr SignalSet to_all(Signal::sighup, Signal::sigint, Signal::sigquit, Signal::sigtstp,
                               Signal::sigttin, Signal::sigttou, Signal::sigwinch);
    return to_all.has(info.signal) && !(info.signal == Signal::sighup && leads_session());
}

void Watch::wait()
{
    for (;;) {
        WaitStatus status;
        const auto changed = wait_now(pid_, status);
        if (!changed) {
            fail(changed.error());
        }
        if (!changed || changed.value() == 0) {
            return;
        }
        if (!status.stopped()) {
            status_ = status;
            ended_ = true;
            return;
        }
        const Signal signal = status.stop_signal();
        stop(signal == Signal::sigstop ? Signal::sigtstp : signal);
    }
}

// So the shell sees a stopped job. Going on, this process is sent SIGCONT, and passes it on. Where
// no shell is, nobody would do that: there the kernel lets none of these signals stop it (but
// SIGSTOP).
void Watch::stop(Signal signal)
{
    terminal_.restore();
    raise(signal);
    static_cast<void>(block_signals(SignalSet::full()));
    terminal_.make_raw();
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
    raise(signal);
    // Process 1 can't be killed from inside, pid_namespaces(7).
    exit(128 + static_cast<int>(signal));
}

} // namespace nsjoin
