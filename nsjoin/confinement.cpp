// SPDX-License-Identifier: Apache-2.0
// Everything is read twice and compared, as a target may change while it is read. Only ptrace(2)
// shows filters, and only of a process that it has stopped. So a target that has some is stopped,
// for as long as reading them and everything else once more takes. All signals are blocked
// meanwhile; if this process is killed, the kernel lets the target go on.
//
// Some calls have no form for a pidfd. After each the pidfd's process is seen to be alive, so the
// number was still its own.

#include "confinement.h"

#include "privileges.h"
#include "proc.h"
#include "sys/credentials.h"
#include "sys/memory.h"
#include "sys/trace.h"

namespace nsjoin {

using namespace sys;

namespace {

// In the order of Fact.
constexpr const char *fact_files[] = {
    "status",          "limits",        "personality",           "oom_score_adj",
    "coredump_filter", "timerslack_ns", "attr/apparmor/current", "attr/current",
};

// Of status, what says how a process is confined, and who it is.
constexpr const char *status_fields[] = {
    "Umask",
    "Uid",
    "Gid",
    "Groups",
    "CapInh",
    "CapPrm",
    "CapEff",
    "CapBnd",
    "CapAmb",
    "NoNewPrivs",
    "Seccomp",
    "Seccomp_filters",
    "THP_enabled",
    "Speculation_Store_Bypass",
    "SpeculationIndirectBranch",
};

// The kernel limits the instructions of all filters of a process to 32,768, seccomp(2).
constexpr size_t filter_space = (32768 + BPF_MAXINSNS) * sizeof(sock_filter);

struct Memory {
    Reading readings[2];
    char filters[filter_space];
};

Failure read(const Target &target, Reading &reading)
{
    size_t used = 0;
    for (size_t i = 0; i < static_cast<size_t>(Fact::count); ++i) {
        Fd file;
        const auto opened = open(target.directory.get(), fact_files[i], O_RDONLY, file);
        const auto got =
            opened ? read_start(file.get(), reading.bytes + used, sizeof reading.bytes - used)
                   : Result<long>(opened);
        reading.errors[i] = got ? Errno::none : got.error();
        const size_t size = got ? static_cast<size_t>(got.value()) : 0;
        reading.facts[i] = {reading.bytes + used, size};
        used += size;
        if (used == sizeof reading.bytes) {
            return Failure("% has too long a status", target.name);
        }
    }
    const auto scheduled = scheduling(target.pid, reading.scheduling);
    const auto on = processors(target.pid, reading.processors);
    const auto priority = io_priority(target.pid);
    if (!scheduled || !on || !priority) {
        return Failure("cannot read the scheduling of %", target.name,
                       !scheduled ? scheduled.error()
                       : !on      ? on.error()
                                  : priority.error());
    }
    reading.processors_size = static_cast<size_t>(on.value());
    reading.io_priority = priority.value();
    return check_alive(target);
}

template <class T>
bool same(const T &a, const T &b)
{
    return equal({reinterpret_cast<const char *>(&a), sizeof a},
                 {reinterpret_cast<const char *>(&b), sizeof b});
}

// The name of something that is not the same in both.
const char *difference(const Reading &a, const Reading &b)
{
    for (const char *key : status_fields) {
        if (!equal(field(a[Fact::status], key), field(b[Fact::status], key))) {
            return key;
        }
    }
    for (auto i = static_cast<size_t>(Fact::limits); i < static_cast<size_t>(Fact::count); ++i) {
        if (!equal(a.facts[i], b.facts[i])) {
            return fact_files[i];
        }
    }
    return same(a.scheduling, b.scheduling) && same(a.processors, b.processors) &&
                   a.io_priority == b.io_priority
               ? nullptr
               : "scheduling";
}

bool is_traced(const Target &target)
{
    char buffer[2048];
    const TextView status = read_beginning(target.directory.get(), "status", buffer, sizeof buffer);
    return !equal(field(status, "TracerPid"), "0");
}

// Stops the target, and lets it go on in the end.
class Stop {
public:
    ~Stop()
    {
        if (pid_ != Pid{}) {
            static_cast<void>(detach(pid_, signal_));
            static_cast<void>(set_action(Signal::sigchld, child_action_, nullptr));
            static_cast<void>(block_signals(blocked_));
        }
    }

    Failure seize(const Target &target)
    {
        const auto seized = sys::seize(target.pid);
        return seized ? Failure()
                      : Failure("cannot stop %, to read its seccomp filters", target.name,
                                seized.error(),
                                is_traced(target) ? "it is being traced" : why_not_traced(target));
    }

    // Where this fails the process has to end, so that the kernel lets the target go.
    Failure wait(const Target &target)
    {
        pid_ = target.pid;
        static_cast<void>(block_signals(SignalSet::full(), blocked_));
        static_cast<void>(set_action(Signal::sigchld, {}, &child_action_));
        if (Failure failure = check_alive(target); failure) {
            return failure;
        }
        static_cast<void>(interrupt(pid_));
        constexpr int most_tries = 100;
        for (int tries = 0; tries < most_tries; ++tries) {
            WaitStatus status;
            const auto changed = wait_now(pid_, Children::all, status);
            if (changed && changed.value() != 0) {
                // Until it goes on, what was to be delivered waits too.
                signal_ = status.is_event() ? Signal{} : status.stop_signal();
                return status.stopped() ? Failure() : check_alive(target);
            }
            SignalInfo info;
            static_cast<void>(wait_for(SignalSet(Signal::sigchld), info, 1'000'000));
        }
        return Failure("% does not stop, to have its seccomp filters read", target.name,
                       Errno::etimedout);
    }

private:
    Pid pid_ = {};
    Signal signal_ = {};
    SignalSet blocked_;
    SignalAction child_action_;
};

// A program that waits for what such a filter notifies it of does not know of the command.
bool notifies(const Filter &filter)
{
    for (size_t i = 0; i < filter.count; ++i) {
        const sock_filter &instruction = filter.instructions()[i];
        if (instruction.code == (BPF_RET | BPF_K) &&
            (instruction.k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_USER_NOTIF) {
            return true;
        }
    }
    return false;
}

Failure read_filters(const Options &options, const Target &target, char *space,
                     Confinement &confinement)
{
    confinement.filters = reinterpret_cast<const Filter *>(space);
    const char *const end = space + filter_space - BPF_MAXINSNS * sizeof(sock_filter);
    for (;;) {
        auto *const filter = reinterpret_cast<Filter *>(space);
        const size_t index = confinement.filter_count;
        const auto count =
            read_filter(target.pid, index, const_cast<sock_filter *>(filter->instructions()));
        if (!count) {
            if (count.error() == Errno::enoent && index != 0) {
                return {};
            }
            const char *hint = nullptr;
            if (count.error() == Errno::eacces) {
                hint = is_filtered() ? "nsjoin is under a seccomp filter itself"
                                     : "CAP_SYS_ADMIN is missing in the initial user namespace";
            } else if (count.error() == Errno::eio) {
                hint = "the kernel has no CONFIG_CHECKPOINT_RESTORE";
            }
            return Failure("cannot read the seccomp filters of %", target.name, count.error(),
                           hint);
        }
        uint64_t flags = 0;
        static_cast<void>(read_filter_flags(target.pid, index, flags));
        filter->count = static_cast<uint32_t>(count.value());
        filter->flags = static_cast<uint32_t>(flags);
        if (notifies(*filter) && options.as_target == AsTarget::all) {
            return Failure("% has a seccomp filter that notifies another program, which "
                           "would not know the command",
                           target.name, Errno::none,
                           "--as-target=best-effort installs it all the "
                           "same: what it notifies of is then refused");
        }
        ++confinement.filter_count;
        space = const_cast<char *>(reinterpret_cast<const char *>(filter->next()));
        if (space > end) {
            return Failure("% has too many seccomp filters", target.name);
        }
    }
}

} // namespace

Failure read_confinement(const Options &options, const Target &target, Confinement &confinement)
{
    if (options.as_target == AsTarget::no) {
        return {};
    }
    if (!target.pidfd) {
        return Failure("--as-target cannot hold % by a pidfd", target.name, target.no_pidfd);
    }
    const auto mapped = map_memory(sizeof(Memory));
    if (!mapped) {
        return Failure("cannot get memory", nullptr, mapped.error());
    }
    auto &memory = *reinterpret_cast<Memory *>(mapped.value());
    confinement.reading = memory.readings;
    if (Failure failure = nsjoin::read(target, memory.readings[0]); failure) {
        return failure;
    }
    const TextView status = confinement.status();
    if (status.size == 0) {
        return explain(target, "cannot see the status of %",
                       memory.readings->errors[static_cast<size_t>(Fact::status)]);
    }
    const TextView mode = field(status, "Seccomp");
    if (equal(mode, "1")) {
        return Failure("% is in seccomp's strict mode, in which nothing can be executed",
                       target.name);
    }
    Stop stop;
    if (equal(mode, "2")) {
        Failure refused = stop.seize(target);
        if (!refused) {
            if (Failure failure = stop.wait(target); failure) {
                return failure;
            }
            refused = read_filters(options, target, memory.filters, confinement);
        }
        if (refused && options.as_target == AsTarget::all) {
            return refused;
        }
        if (refused) {
            confinement.no_filters = *refused;
        }
    }
    if (Failure failure = nsjoin::read(target, memory.readings[1]); failure) {
        return failure;
    }
    const char *const changed = difference(memory.readings[0], memory.readings[1]);
    return changed == nullptr ? Failure()
                              : Failure("% changed while it was read: &", target.name, Errno::none,
                                        "try again", changed);
}

} // namespace nsjoin
