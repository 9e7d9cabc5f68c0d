// SPDX-License-Identifier: Apache-2.0
// All signals are blocked, and taken when a descriptor says that there are some. Those that have
// reached the command already, as it is in the same process group, are not relayed.
//
// Nothing that those inside do may hold nsjoin up for good: what asks it to end ends it. Before the
// command runs the child is killed, and not waited for. After, the command gets the signal; if it
// has died and can't be reaped, as somebody inside traces it, its status is read elsewhere. Facts
// are written to --status-fd when that takes them.
//
// What runs while a command does lies together, in a section of its own, so that all other code can
// be given back: thousands may be waiting on a machine. Where it is needed again it comes from its
// file.

#include "relay.h"

#include "names.h"
#include "proc.h"
#include "report.h"
#include "run.h"
#include "sys/memory.h"
#include "sys/namespace.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

bool wants_end(Signal signal)
{
    return SignalSet(Signal::sighup, Signal::sigint, Signal::sigquit, Signal::sigterm).has(signal);
}

// If there is such a child.
void end(Pid child)
{
    if (child != Pid{}) {
        static_cast<void>(kill(child, Signal::sigkill));
    }
}

class Relay {
public:
    explicit Relay(Run &run)
        : run_(run), terminal_(run.terminal), status_fd_(run.options.status_fd),
          signals_(run.fork.signals), failures_(run.fork.failures.read_end.get())
    {
        (run.fork.command != nullptr ? between_ : command_) = run.fork.child;
    }

    [[gnu::section(".text.waiting"), gnu::noinline]] Outcome until_end();

private:
    [[gnu::section(".text.waiting"), gnu::noinline]] void take_signals();
    [[gnu::section(".text.waiting"), gnu::noinline]] void wait();
    [[gnu::section(".text.waiting")]] bool is_known(const SignalInfo &info) const;
    [[gnu::section(".text.waiting"), gnu::noinline]] void take_status(WaitStatus status);
    void learn_start();
    Result<long> see_start();
    void reap_failed();
    void reap_between();
    void find_command();
    void end_before_start(Signal signal);
    [[gnu::noinline]] void end_unreaped();
    void send(const SignalInfo &info);
    void stop(Signal signal);
    void end_without_signals(Errno error);
    void give_up(Errno error);
    void write_facts();
    bool wait_for_room(FdRef fd);
    void print_rest();

    /// The process in between has nothing to do any more, and is not left to others to reap.
    [[gnu::section(".text.waiting")]] bool is_over() const
    {
        return ended_ && (between_ == Pid{} || outcome_.end_wanted);
    }
    bool is_starting() const { return static_cast<bool>(failures_); }

    Run &run_;
    Terminal &terminal_;
    FdRef status_fd_;
    FdRef signals_;
    /// None once it is known whether the command runs.
    FdRef failures_;
    /// 0: there is none, or not any more.
    Pid between_ = {};
    /// 0: the process in between has not made it yet.
    Pid command_ = {};
    /// Of the command, once it was told to end.
    Fd pidfd_;
    /// Those that came before there was a command.
    SignalSet early_;
    bool started_ = false;
    bool start_told_ = false;
    bool ended_ = false;
    Outcome outcome_;
};

Outcome Relay::until_end()
{
    // Most commands end before it pays to give anything back.
    long patience[2] = {0, 100'000'000};
    long *time = patience;
    // Out here, as the constants that they begin as are given back too.
    Poll polls[4 + Terminal::poll_count];
    while (!is_over()) {
        polls[0] = Poll(signals_, Poll::in);
        // Otherwise it is soon enough to look when there is a signal, and saves waking up.
        const bool wants_start = status_fd_ || command_ == Pid{};
        polls[1] = Poll(wants_start ? failures_ : FdRef(), Poll::in);
        polls[2] = Poll(started_ && !start_told_ ? status_fd_ : FdRef(), Poll::out);
        polls[3] = Poll(pidfd_.get(), Poll::in);
        if (terminal_) {
            terminal_.ask(polls + 4);
        }
        const auto happened = poll(polls, sizeof polls / sizeof *polls, time);
        if (!happened && happened.error() != Errno::eintr) {
            end_without_signals(happened.error());
            break;
        }
        if (happened && happened.value() == 0) {
            constexpr Address page = 4096; // where pages are larger, nothing is given back
            char *rest = code_rest + (-address(code_rest) & (page - 1));
            give_back_code(rest, address(code_end) - address(rest));
            time = nullptr;
        }
        if (polls[1].happened != 0) {
            learn_start();
        }
        if (polls[2].happened != 0) {
            write_facts();
        }
        if (terminal_) {
            terminal_.carry(polls + 4);
        }
        if (polls[0].happened != 0) {
            take_signals();
        }
        if (!ended_ && polls[3].happened != 0) {
            end_unreaped();
        }
    }
    if (terminal_) {
        print_rest();
        terminal_.restore();
    }
    if (status_fd_ && started_) {
        if (!start_told_ && wait_for_room(status_fd_)) {
            write_facts();
        }
        if (start_told_ && !outcome_.failure && wait_for_room(status_fd_)) {
            tell_exited(status_fd_, outcome_.status);
        }
    }
    return outcome_;
}

// The number of the command, as soon as the process in between has made it. That has nothing to do
// any more: those inside can't keep it, and what it has open.
void Relay::find_command()
{
    if (command_ != Pid{} || *run_.fork.command == 0) {
        return;
    }
    command_ = static_cast<Pid>(*run_.fork.command);
    end(between_);
    SignalInfo info = {};
    for (int number = 1; number <= last_signal; ++number) {
        info.signal = static_cast<Signal>(number);
        if (early_.has(info.signal)) {
            send(info);
        }
    }
}

// Reads what the other end of the pipe has left: it is closed by exec, or behind a failure, or by
// the child's death. Those inside may keep the process in between from its end: so that the pipe is
// open does not mean that the command has not run. Who is found without __WALL has.
void Relay::learn_start()
{
    if (!is_starting()) {
        return;
    }
    find_command();
    Cause of_child;
    Result<long> got(0);
    bool is_told = false;
    do {
        got = read(failures_, &of_child, sizeof of_child);
        is_told = got && static_cast<size_t>(got.value()) == sizeof of_child;
    } while (is_told && of_child.text == nullptr);
    if (is_told) {
        failures_ = FdRef();
        outcome_.failure = Failure(of_child);
        reap_failed();
        return;
    }
    const auto changed = see_start();
    if (changed || !got) {
        return; // without a command the pipe is still open, and empty
    }
    failures_ = FdRef();
    if (changed.error() != Errno::echild) {
        give_up(changed.error());
        return;
    }
    outcome_.failure = Failure("the command was killed before it ran");
    reap_failed();
}

// Has the command been executed? An error: ECHILD if not.
Result<long> Relay::see_start()
{
    WaitStatus status;
    const auto changed = command_ == Pid{} ? Result<long>(-static_cast<long>(Errno::echild))
                                           : wait_now(command_, Children::executed, status);
    if (changed) {
        failures_ = FdRef();
        started_ = true;
        if (changed.value() != 0) {
            take_status(status);
        }
    }
    return changed;
}

void Relay::write_facts()
{
    start_told_ = true;
    if (!tell_started(status_fd_, command_)) {
        // That nobody reads it, or that a file is full, is not the command's business.
        SignalInfo info;
        static_cast<void>(take_signal(SignalSet(Signal::sigpipe, Signal::sigxfsz), info));
    }
}

// False: nobody takes it, and nsjoin is told to end. Then it waits for nobody any more.
bool Relay::wait_for_room(FdRef fd)
{
    for (;;) {
        Poll polls[] = {Poll(fd, Poll::out), Poll(signals_, Poll::in)};
        long now[2] = {0, 0};
        const auto happened = poll(polls, 2, outcome_.end_wanted ? now : nullptr);
        if (polls[0].happened != 0) {
            return true;
        }
        SignalInfo info;
        if (!happened || outcome_.end_wanted || !take_signal(SignalSet::full(), info)) {
            return false;
        }
        outcome_.end_wanted = wants_end(info.signal);
    }
}

void Relay::print_rest()
{
    while (terminal_.has_rest() && wait_for_room(standard_output) && terminal_.print_rest()) {
    }
}

// Waiting is refused: the command is killed rather than left unattended.
void Relay::give_up(Errno error)
{
    outcome_.failure = Failure("cannot wait for the command", nullptr, error);
    end(between_);
    end(command_);
    ended_ = true;
    outcome_.end_wanted = true;
}

// Taking signals is refused. The command is waited for all the same.
void Relay::end_without_signals(Errno error)
{
    if (between_ != Pid{}) {
        static_cast<void>(wait_until_ended(between_));
        find_command();
    }
    if (command_ != Pid{}) {
        static_cast<void>(wait_until_ended(command_));
    }
    wait();
    if (!ended_) {
        give_up(error);
    }
}

// Without a reader of the pipe nobody executes the command who has not done so, or is not about to,
// follow_parent(): so it is killed before it is looked for the last time.
void Relay::end_before_start(Signal signal)
{
    failures_ = FdRef();
    run_.fork.failures.read_end = Fd();
    end(between_);
    find_command();
    end(command_);
    if (see_start()) {
        return;
    }
    if (!outcome_.failure) {
        outcome_.failure = Failure("told to end by & before the command ran", nullptr, Errno::none,
                                   nullptr, signal_name(signal));
    }
    outcome_.told_to_end = signal;
    ended_ = true;
    outcome_.end_wanted = true;
}

// It has ended, but its parent can't reap it as long as somebody traces it, ptrace(2).
void Relay::end_unreaped()
{
    wait();
    if (ended_) {
        return;
    }
    Text<> path;
    path.append(Decimal(static_cast<uint32_t>(command_)).string());
    path.append("/stat");
    char buffer[1024];
    const TextView stat =
        read_beginning(run_.target.proc.get(), path.string(), buffer, sizeof buffer);
    ended_ = true;
    constexpr int exit_code = 52;
    uint32_t code = 0;
    path = {};
    path.append(Decimal(static_cast<uint32_t>(command_)).string());
    path.append("/ns/user");
    // Who may not trace the command is shown 0, whatever it is: that of a zombie is seen or not.
    FileIdentity any;
    if (!parse_number(stat_field(stat, exit_code), code) ||
        (code == 0 && !identify(run_.target.proc.get(), path.string(), 0, any))) {
        outcome_.failure = Failure("cannot see how the command ended: it is being traced");
        return;
    }
    outcome_.status.raw_ = static_cast<int>(code);
}

void Relay::send(const SignalInfo &info)
{
    auto sent = queue_signal(command_, info);
    if (!sent) {
        sent = kill(command_, info.signal);
    }
    const FdRef user = run_.plan.files[user_namespace].get();
    if (!sent && sent.error() == Errno::eperm && user) {
        // The right to is to be had only in there.
        static_cast<void>(sys::join(user, CLONE_NEWUSER));
        static_cast<void>(hide_from_tracing());
        static_cast<void>(kill(command_, info.signal));
    }
}

void Relay::take_signals()
{
    SignalInfo info;
    while (!is_over()) {
        const auto taken = take_signal(SignalSet::full(), info);
        if (!taken) {
            if (taken.error() != Errno::eagain) {
                end_without_signals(taken.error());
            }
            return;
        }
        const Signal signal = taken.value();
        constexpr int child_ended = 1; // CLD_EXITED, up to CLD_CONTINUED
        constexpr int child_continued = 6;
        if (signal == Signal::sigchld || (signal == not_executed && info.code() >= child_ended &&
                                          info.code() <= child_continued)) {
            wait();
            continue;
        }
        if (ended_) {
            outcome_.end_wanted = outcome_.end_wanted || wants_end(signal);
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
        if (wants_end(signal)) {
            learn_start();
            if (!started_ && !ended_) {
                end_before_start(signal);
            }
            if (ended_) {
                return;
            }
        }
        if (is_known(info)) {
            continue;
        }
        if (command_ == Pid{}) {
            early_.add(signal);
            continue;
        }
        send(info);
        if (wants_end(signal) && !outcome_.end_wanted) {
            outcome_.end_wanted = true;
            if (auto opened = open_process(command_); opened) {
                pidfd_ = opened.value();
            }
        }
    }
}

// Has it reached the command already? Of what a process sent that can't be known: if it was sent to
// the group the command gets it twice, which is better than never.
bool Relay::is_known(const SignalInfo &info) const
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

// Reaps the child; false: it has not ended.
bool is_gone(Pid child)
{
    WaitStatus status;
    const auto reaped = wait_now(child, Children::all, status);
    return !reaped || (reaped.value() != 0 && !status.stopped());
}

// What is to become the command has said why it can't, or has died: it is about to end.
void Relay::reap_failed()
{
    reap_between();
    ended_ = command_ != Pid{} ? is_gone(command_) : between_ == Pid{};
}

void Relay::reap_between()
{
    if (between_ != Pid{} && is_gone(between_)) {
        between_ = Pid{};
    }
}

void Relay::wait()
{
    reap_between();
    if (is_starting()) {
        learn_start();
    } else if (!started_) {
        reap_failed();
    }
    WaitStatus status;
    // Where this is process 1, orphans are among them.
    while (started_ && !ended_) {
        const auto changed = wait_now_for_any(status);
        if (!changed) {
            give_up(changed.error());
        } else if (changed.value() == command_) {
            take_status(status);
        } else if (changed.value() == Pid{}) {
            return;
        }
    }
}

void Relay::take_status(WaitStatus status)
{
    if (!status.stopped()) {
        outcome_.status = status;
        ended_ = true;
    } else if (!status_fd_) {
        // Who reads facts does not expect this process to stop.
        const Signal signal = status.stop_signal();
        stop(signal == Signal::sigstop ? Signal::sigtstp : signal);
    }
}

// So the shell sees a stopped job. Going on, this process is sent SIGCONT, and relays it. Where no
// shell is, nobody would do that: there the kernel lets none of these signals stop it (but
// SIGSTOP).
void Relay::stop(Signal signal)
{
    terminal_.restore();
    raise(signal);
    static_cast<void>(block_signals(SignalSet::full()));
    terminal_.make_raw();
}

} // namespace

Outcome relay(Run &run)
{
    return Relay(run).until_end();
}

} // namespace nsjoin
