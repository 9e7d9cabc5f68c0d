// SPDX-License-Identifier: Apache-2.0
// nsjoin: enters the namespaces that a process holds, and runs a command there.
//
// This file has the stages in their order. None calls an earlier one, and only here a failure gets
// its stage, anything is printed, and the process ends:
//   parse    the command line, to Options
//   seal     let go of the host's program file, before anything inside can see this process
//   pin      take hold of the target, so that its number is not needed again
//   read     what is wanted of the target, and which of its namespaces differ
//   prepare  open everything that is wanted of the world out here
//   join     all of the namespaces or none, and the cgroups
//   fork     a child, if one is needed
//   become   root, working directory, descriptors, ids, capabilities
//   exec     the command
//   wait     until the command ends, and end the same way

#include "become.h"
#include "exec.h"
#include "join.h"
#include "list.h"
#include "relay.h"
#include "report.h"
#include "run.h"
#include "seal.h"

namespace {

using namespace nsjoin;

constexpr const char *warning = "nsjoin: warning: ";

// Ends this process by the signal, without a core of its own.
[[noreturn]] void die_of(sys::Signal signal)
{
    static_cast<void>(sys::hide_from_tracing());
    static_cast<void>(sys::set_action(signal, {}, nullptr));
    sys::raise(signal);
    // Process 1 can't be killed from inside, pid_namespaces(7).
    sys::exit(128 + static_cast<int>(signal));
}

// Tells the caller. What nobody reads may hold this up, but not those who want it to end: so no
// signal interrupts it, and where it has to wait, each signal does again what it does.
void tell(const Run &run, const Failure &failure, Patience patience = Patience::until_signal)
{
    static_cast<void>(sys::block_signals(sys::SignalSet::full()));
    if (has_room(sys::standard_error, patience)) {
        print_failure(failure);
    }
    if (const sys::FdRef status_fd(run.options.status_fd);
        status_fd && has_room(status_fd, patience)) {
        tell_failed(status_fd, failure);
    }
}

// Ends the run if the stage failed. A child leaves it to its parent to say so.
void must(const Run &run, Stage stage, Failure failure)
{
    if (!failure) {
        return;
    }
    failure->stage = stage;
    const sys::FdRef parent = run.fork.failures.write_end.get();
    if (parent && run.fork.role != Role::nsjoin) {
        static_cast<void>(
            write(parent, {reinterpret_cast<const char *>(&*failure), sizeof(Cause)}));
    } else {
        tell(run, failure);
    }
    sys::exit(failure->status);
}

// With --as-target, takes on what can be at this moment. With best effort it says what can't be.
void take_on(Run &run, Stage stage, Moment moment)
{
    for (size_t next = 0; next != all_taken;) {
        Failure failure = nsjoin::take_on(run, moment, next);
        if (failure && run.options.as_target == AsTarget::best_effort) {
            print_failure(failure, warning);
        } else {
            must(run, stage, failure);
        }
    }
}

[[noreturn]] void answer(bool printed)
{
    sys::exit(printed ? 0 : status_failed);
}

[[noreturn]] void wait_for_command(Run &run)
{
    if (run.terminal) {
        run.terminal.make_raw();
    }
    const Outcome outcome = relay(run);
    if (outcome.failure) {
        // That of a child has its stage.
        if (outcome.failure->stage == Stage::none) {
            outcome.failure->stage = Stage::wait;
        }
        tell(run, outcome.failure, outcome.end_wanted ? Patience::none : Patience::until_signal);
        if (outcome.told_to_end == sys::Signal{}) {
            sys::exit(outcome.failure->status);
        }
        die_of(outcome.told_to_end);
    }
    if (outcome.status.exited()) {
        sys::exit(outcome.status.code());
    }
    die_of(outcome.status.signal());
}

} // namespace

void start(const sys::InitialStack &initial)
{
    Run run(initial);
    must(run, Stage::parse, parse(initial.argv, run.options));
    if (run.options.action != Action::run) {
        // Nothing is executed: a limit on file sizes is an error when something is printed.
        static_cast<void>(sys::ignore(sys::Signal::sigxfsz));
    }
    if (run.options.action == Action::help) {
        answer(print_help());
    }
    if (run.options.action == Action::version) {
        answer(print_version());
    }
    if (run.options.action == Action::list) {
        must(run, Stage::pin, pin(run.options, run.target));
        must(run, Stage::list, list(run.target));
        answer(true);
    }
    must(run, Stage::seal, seal(run.options, initial));
    must(run, Stage::pin, pin(run.options, run.target));
    if (run.target.no_pidfd != sys::Errno::none) {
        print_failure(Failure("cannot hold % by a pidfd: what is given its number now is "
                              "taken for it",
                              run.target.name, run.target.no_pidfd, "--require-pidfd refuses that"),
                      warning);
    }
    must(run, Stage::read, read_namespaces(run.options, run.target, run.plan));
    must(run, Stage::read, read_confinement(run.options, run.target, run.confinement));
    must(run, Stage::read,
         read_ids(run.options, run.target, run.plan, run.confinement.status(), run.ids));
    take_on(run, Stage::prepare, Moment::own);
    must(run, Stage::prepare, prepare(run));
    must(run, Stage::join, join(run.options, run.target, run.plan, run.plan.early));
    if (run.fork.role == Role::nsjoin) {
        must(run, Stage::fork, fork(run));
        if (run.fork.role == Role::nsjoin) {
            take_back(run.confinement);
            wait_for_command(run);
        }
    }
    must(run, Stage::join, enter_cgroups(run.target, run.cgroups));
    take_on(run, Stage::become, Moment::outside);
    must(run, Stage::join, join(run.options, run.target, run.plan, run.plan.late));
    if (run.fork.role == Role::between) {
        must(run, Stage::fork, fork_between(run));
        if (run.fork.role == Role::between) {
            sys::exit(0);
        }
    }
    take_on(run, Stage::become, Moment::inside);
    must(run, Stage::become, become(run));
    take_on(run, Stage::become, Moment::identified);
    must(run, Stage::become, release(run));
    take_on(run, Stage::become, Moment::last);
    must(run, Stage::exec, exec(run));
    sys::exit(status_failed); // not reached: exec returns failures alone
}
