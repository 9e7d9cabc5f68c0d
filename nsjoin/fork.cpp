// SPDX-License-Identifier: Apache-2.0
// The child has its own memory: one that shared it would let those inside look into nsjoin. It says
// what went wrong through a pipe that is closed on exec.
//
// A child ends with another signal than SIGCHLD until it executes: so the kernel says whether the
// command ran, wait(2) with __WALL, and no closed pipe has to be interpreted.
//
// Who is in a user namespace may be signalled, stopped and limited by root there. So where one is
// joined nsjoin stays out of it, and out of all others: a process in between joins them, and makes
// the command as a sibling of its own, a child of nsjoin. Its number comes through a page that both
// share, as the kernel writes it there before the command runs. The process in between holds the
// pipe too, and those inside may stop it: so the command says that it has been made, and nsjoin
// ends the other.

#include "fork.h"

#include "run.h"
#include "sys/memory.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure no_process(const Run &run, Errno error)
{
    const bool ended = error == Errno::enomem && run.plan.wanted.has(CLONE_NEWPID);
    return Failure("cannot make a process", nullptr, error,
                   ended ? "process 1 of that PID namespace may have ended" : nullptr);
}

} // namespace

Failure prepare_fork(Run &run)
{
    const Options &options = run.options;
    Fork &fork = run.fork;
    const bool is_wanted =
        run.plan.wanted.has(CLONE_NEWPID) || run.cgroups.directory || run.outside.leads_session;
    if ((!is_wanted || options.no_fork) && !options.pty && options.status_fd < 0) {
        return {};
    }
    fork.role = Role::nsjoin;
    if (Failure failure =
            check(block_signals(SignalSet::full(), fork.blocked), "cannot block signals");
        failure) {
        return failure;
    }
    // If it was ignored, the kernel would reap the child, and its status would be lost.
    if (Failure failure = check(set_action(Signal::sigchld, {}, &fork.child_action),
                                "cannot set the action of SIGCHLD");
        failure) {
        return failure;
    }
    const auto signals = signal_file(SignalSet::full());
    if (!signals) {
        return Failure("cannot make a descriptor for signals", nullptr, signals.error());
    }
    fork.signals = signals.value();
    if (run.plan.wanted.has(CLONE_NEWUSER)) {
        const auto shared = map_shared_memory(sizeof *fork.command);
        if (!shared) {
            return Failure("cannot get memory", nullptr, shared.error());
        }
        fork.command = reinterpret_cast<const volatile int *>(shared.value());
    }
    return check(make_pipe(fork.failures), "cannot make a pipe");
}

Failure fork(Run &run)
{
    Fork &fork = run.fork;
    const FdRef cgroup = run.cgroups.directory.get();
    auto made = cgroup ? fork_into_cgroup(cgroup, not_executed) : sys::fork(not_executed);
    const bool born_there = made && cgroup;
    if (!made && cgroup) {
        made = sys::fork(not_executed);
    }
    if (!made) {
        return no_process(run, made.error());
    }
    if (made.value() != Pid{}) {
        fork.child = made.value();
        fork.failures.write_end = Fd();
        return {};
    }
    fork.failures.read_end = Fd();
    if (born_there) {
        run.cgroups.directory = Fd();
    }
    fork.role = fork.command != nullptr ? Role::between : Role::command;
    return {};
}

Failure fork_between(Run &run)
{
    const auto made = fork_sibling(const_cast<int *>(run.fork.command));
    if (!made) {
        return no_process(run, made.error());
    }
    if (made.value() == Pid{}) {
        run.fork.role = Role::command;
        const Cause none = {};
        static_cast<void>(write(run.fork.failures.write_end.get(),
                                {reinterpret_cast<const char *>(&none), sizeof none}));
    }
    return {};
}

Failure restore_signals(const Fork &fork)
{
    if (!fork.child_action.is_default()) {
        if (Failure failure = check(set_action(Signal::sigchld, fork.child_action, nullptr),
                                    "cannot restore the action of SIGCHLD");
            failure) {
            return failure;
        }
    }
    return check(block_signals(fork.blocked), "cannot restore the blocked signals");
}

} // namespace nsjoin
