// SPDX-License-Identifier: Apache-2.0
// nsjoin: enters the namespaces that a process holds, and runs a command there.
//
// The stages, in their order. None reaches back into an earlier one, and only here anything is
// printed and the process ended:
//   parse    the command line to Options
//   pin      the target, so that its number is not needed again
//   read     which namespaces are wanted of it, and which differ
//   seal     let go of the host's binary, before anything inside can see this process
//   prepare  everything else that is wanted of the world out here is opened
//   join     all or nothing
//   birth    a child, if one is needed
//   become   root, working directory, ids, capabilities, descriptors
//   exec     the command
//   watch    until it ends, and end the same way

#include "descriptors.h"
#include "list.h"
#include "options.h"
#include "report.h"
#include "seal.h"
#include "spawn.h"
#include "sys/start.h"

namespace {

using namespace nsjoin;

Failure prepare_run(const sys::InitialStack &initial, Run &run)
{
    run.environment = initial.environment();
    if (Failure failure = check_descriptors(run.options); failure) {
        return failure;
    }
    if (Failure failure = pin(run.options, run.target); failure) {
        return failure;
    }
    if (run.options.action == Action::list) {
        return {};
    }
    if (Failure failure = plan(run.options, run.target, run.plan); failure) {
        return failure;
    }
    if (run.plan.wanted.has(CLONE_NEWPID | CLONE_NEWNS)) {
        if (Failure failure = seal(initial); failure) {
            return failure;
        }
    }
    if (Failure failure = prepare(run.options, run.target, run.outside); failure) {
        return failure;
    }
    if (run.options.join_cgroup) {
        if (Failure failure = find_cgroups(run.target, run.cgroups); failure) {
            return failure;
        }
    }
    if (run.options.pty) {
        if (Failure failure = run.terminal.open(); failure) {
            return failure;
        }
    }
    // Those inside are not to look into this process, nor into the child that it makes.
    const auto hidden = sys::hide_from_tracing();
    return hidden
               ? Failure()
               : Failure(Stage::prepare, "cannot hide from those inside", nullptr, hidden.error());
}

[[noreturn]] void fail(const Options &options, const Failure &failure)
{
    // The status counts, whether or not anybody reads this.
    static_cast<void>(block_signals(sys::SignalSet(sys::Signal::sigpipe)));
    print_failure(failure);
    tell_failed(sys::FdRef(options.status_fd), failure);
    sys::exit(failure->status);
}

} // namespace

void start(const sys::InitialStack &initial)
{
    Run run;
    if (const Failure failure = parse(initial.argv, run.options); failure) {
        fail(run.options, failure);
    }
    if (run.options.action == Action::help) {
        sys::exit(print_help() ? 0 : status_failed);
    }
    if (run.options.action == Action::version) {
        sys::exit(print_version() ? 0 : status_failed);
    }
    if (const Failure failure = prepare_run(initial, run); failure) {
        fail(run.options, failure);
    }
    if (run.options.action == Action::list) {
        if (const Failure failure = list(run.target); failure) {
            fail(run.options, failure);
        }
        sys::exit(0);
    }
    if (!needs_child(run)) {
        fail(run.options, become_command(run));
    }
    const Outcome outcome = spawn_command(run);
    if (outcome.failure) {
        fail(run.options, outcome.failure);
    }
    tell_exited(sys::FdRef(run.options.status_fd), outcome.status);
    if (outcome.status.exited()) {
        sys::exit(outcome.status.code());
    }
    die_of(outcome.status.signal());
}
