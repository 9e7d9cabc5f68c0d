// SPDX-License-Identifier: Apache-2.0
// The child has its own memory: one that shared it would let those inside look into the parent,
// design.md. It says what went wrong through a pipe that is closed on exec, so its end means that
// the command runs.

#include "spawn.h"

#include "exec.h"
#include "sys/namespace.h"
#include "sys/poll.h"
#include "watch.h"

namespace nsjoin {

using namespace sys;

namespace {

// How this process was asked to treat signals, which is how the command is to treat them.
struct Signals {
    SignalSet blocked;
    SignalAction child_action;
};

Failure failure(const char *text, Errno error)
{
    return {Stage::birth, text, nullptr, error};
}

// In the child. Returns only a failure.
Failure child(Run &run, const Signals &signals, const Pipe &failures, bool born_in_cgroup)
{
    const Options &options = run.options;
    if (born_in_cgroup) {
        run.cgroups.directory = Fd();
    }
    if (Failure refused = enter_cgroups(run.target, run.cgroups); refused) {
        return refused;
    }
    if (run.joined_late.has(CLONE_NEWCGROUP)) {
        if (Failure refused = join(options, run.target, run.joined_late, run.plan); refused) {
            return refused;
        }
    }
    if (run.terminal) {
        if (Failure refused = run.terminal.take(); refused) {
            return refused;
        }
    }
    if (Failure refused =
            become(options, run.target, run.plan.wanted, run.outside, failures.write_end.get());
        refused) {
        return refused;
    }
    if (options.kill_child != 0) {
        if (const auto set = end_with_parent(static_cast<Signal>(options.kill_child)); !set) {
            return failure("cannot have the command die with nsjoin", set.error());
        }
        // Has it died before? It holds the only other end.
        Poll parent(failures.write_end.get(), 0);
        if (const auto gone = poll_now(&parent, 1); gone && gone.value() != 0) {
            return failure("nsjoin has ended already", Errno::none);
        }
    }
    if (!signals.child_action.is_default()) {
        if (const auto set = set_action(Signal::sigchld, signals.child_action, nullptr); !set) {
            return failure("cannot restore signals", set.error());
        }
    }
    if (const auto set = block_signals(signals.blocked); !set) {
        return failure("cannot restore signals", set.error());
    }
    return exec(options, run.outside, run.environment);
}

// All but what the child joins.
Failure join_early(Run &run)
{
    const NamespaceSet early(run.plan.wanted.flags() & ~run.joined_late.flags());
    return join(run.options, run.target, early, run.plan);
}

} // namespace

bool needs_child(const Run &run)
{
    const bool enters_pid = run.plan.wanted.has(CLONE_NEWPID) && !run.options.no_fork;
    return enters_pid || run.options.pty || run.options.status_fd >= 0 ||
           (run.cgroups.directory && !run.options.no_fork);
}

Failure become_command(Run &run)
{
    if (Failure refused = join(run.options, run.target, NamespaceSet::all(), run.plan); refused) {
        return refused;
    }
    if (Failure refused = enter_cgroups(run.target, run.cgroups); refused) {
        return refused;
    }
    if (Failure refused = become(run.options, run.target, run.plan.wanted, run.outside, FdRef());
        refused) {
        return refused;
    }
    return exec(run.options, run.outside, run.environment);
}

Outcome spawn_command(Run &run)
{
    Signals signals;
    if (const auto blocked = block_signals(SignalSet::full(), signals.blocked); !blocked) {
        return {failure("cannot block signals", blocked.error()), {}};
    }
    // If it was ignored, the kernel would reap the child, and its status were lost.
    if (const auto set = set_action(Signal::sigchld, {}, &signals.child_action); !set) {
        return {failure("cannot set what SIGCHLD does", set.error()), {}};
    }
    const auto signal_queue = signal_file(SignalSet::full());
    if (!signal_queue) {
        return {failure("cannot make a descriptor for signals", signal_queue.error()), {}};
    }
    Pipe failures;
    if (const auto made = make_pipe(failures); !made) {
        return {failure("cannot make a pipe", made.error()), {}};
    }
    // Being born in a cgroup wants to see it, which the target's cgroup namespace may not let: so
    // that is joined by the child. The user namespace need not own it, so it comes after, unless
    // others can't be joined without.
    const bool into_cgroup = static_cast<bool>(run.cgroups.directory);
    if (into_cgroup && run.plan.wanted.has(CLONE_NEWCGROUP)) {
        run.joined_late = NamespaceSet(CLONE_NEWCGROUP | CLONE_NEWUSER);
    }
    Failure refused = join_early(run);
    if (refused && run.joined_late.has(CLONE_NEWUSER)) {
        run.joined_late.remove(CLONE_NEWUSER);
        refused = join_early(run);
    }
    if (refused) {
        return {refused, {}};
    }
    auto born = into_cgroup ? fork_into_cgroup(run.cgroups.directory.get()) : fork();
    bool born_in_cgroup = into_cgroup;
    if (!born && into_cgroup) {
        born = fork();
        born_in_cgroup = false;
    }
    if (!born) {
        Failure why = failure("cannot make a process", born.error());
        if (born.error() == Errno::enomem && run.plan.wanted.has(CLONE_NEWPID)) {
            why->hint = "process 1 of that PID namespace may have ended";
        }
        return {why, {}};
    }
    if (born.value() == Pid{}) {
        failures.read_end = Fd();
        refused = child(run, signals, failures, born_in_cgroup);
        static_cast<void>(write(failures.write_end.get(),
                                {reinterpret_cast<const char *>(&*refused), sizeof(Cause)}));
        exit(status_failed);
    }
    failures.write_end = Fd();
    if (run.terminal) {
        run.terminal.make_raw();
    }
    return watch(run.terminal, FdRef(run.options.status_fd), born.value(), signal_queue.value(),
                 failures.read_end.get());
}

} // namespace nsjoin
