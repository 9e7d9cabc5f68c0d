// SPDX-License-Identifier: Apache-2.0
// The command gets what a child of the target would get by fork(2) and execve(2), so what exec
// resets is not here: the kernel derives the permitted and effective capabilities from the other
// sets, and clears keep-capabilities. Therefore a process that installs filters may keep
// CAP_SYS_ADMIN until it executes, and no filter has to allow the calls that would drop it.
//
// What those inside could not undo comes early, while the caller's privileges are there; limits and
// filters come last, as they would be in the way of what is still to do.

#include "confinement.h"

#include "privileges.h"
#include "proc.h"
#include "run.h"
#include "sys/credentials.h"
#include "sys/trace.h"

namespace nsjoin {

using namespace sys;

namespace {

using Taken = Result<void>;
constexpr int limit_count = 16;

Taken success()
{
    return Taken(0);
}

Taken failure(Errno error)
{
    return Taken(-static_cast<long>(error));
}

Errno error_of(const Reading &reading, Fact fact)
{
    return reading.errors[static_cast<size_t>(fact)];
}

// A line that has one number in it, without its end.
TextView word(const Reading &reading, Fact fact)
{
    TextView text = reading[fact];
    return take_word(text, '\n');
}

uint64_t capability_set(const Reading &reading, const char *key)
{
    return number_of_digits(field(reading[Fact::status], key), 16);
}

// A file of this process in the caller's /proc.
Taken write_own(const Run &run, const char *path, TextView text)
{
    Fd file;
    const auto opened = open(run.target.proc.get(), path, O_WRONLY, file);
    return opened ? write(file.get(), text).without_value() : opened;
}

Taken take_oom_score_adj(Run &run, const Reading &reading)
{
    static char buffer[16];
    Confinement &own = run.confinement;
    const auto opened =
        open(run.target.proc.get(), "self/oom_score_adj", O_RDWR, own.oom_score_adj);
    if (!opened) {
        return opened;
    }
    const auto size = read_start(own.oom_score_adj.get(), buffer, sizeof buffer);
    own.own_oom_score_adj = {buffer, size ? static_cast<size_t>(size.value()) : 0};
    const TextView wanted = reading[Fact::oom_score_adj];
    if (equal(own.own_oom_score_adj, wanted)) {
        own.oom_score_adj = Fd();
        return success();
    }
    return write(own.oom_score_adj.get(), wanted).without_value();
}

Taken take_coredump_filter(Run &run, const Reading &reading)
{
    // As a number it is written with 0x in front.
    Text<> value;
    value.append("0x");
    value.append(word(reading, Fact::coredump_filter));
    return write_own(run, "self/coredump_filter", value.view());
}

Limit parse_limit(TextView line)
{
    // "%-25s %-20s %-20s", proc_pid_limits(5); each ends in a space.
    constexpr size_t name_width = 26;
    constexpr size_t value_width = 21;
    Limit limit = {no_limit, no_limit};
    if (line.size > name_width + value_width) {
        TextView soft = skip(line, name_width);
        TextView hard = skip(line, name_width + value_width);
        // "unlimited" is no number.
        uint64_t value = 0;
        if (parse_number(take_word(soft, ' '), no_limit, value)) {
            limit.soft = value;
        }
        if (parse_number(take_word(hard, ' '), no_limit, value)) {
            limit.hard = value;
        }
    }
    return limit;
}

// The lines are in the order of the machine's numbers, behind a heading.
Taken set_limits(const Reading &reading, bool only_raise)
{
    TextView text = reading[Fact::limits];
    TextView line;
    take_line(text, line);
    for (int resource = 0; resource < limit_count; ++resource) {
        if (!take_line(text, line)) {
            return failure(Errno::einval);
        }
        Limit own = {};
        static_cast<void>(limit(resource, own));
        Limit theirs = parse_limit(line);
        if (only_raise) {
            theirs = {own.soft, theirs.hard > own.hard ? theirs.hard : own.hard};
        }
        if (theirs.hard == own.hard && theirs.soft == own.soft) {
            continue;
        }
        if (const auto set = set_limit(resource, theirs); !set) {
            return set;
        }
    }
    return success();
}

// Raising a hard limit takes a privilege that this process has out here only.
Taken raise_limits(Run & /*run*/, const Reading &reading)
{
    return set_limits(reading, true);
}

Taken take_limits(Run & /*run*/, const Reading &reading)
{
    return set_limits(reading, false);
}

Taken take_scheduling(Run & /*run*/, const Reading &reading)
{
    Scheduling theirs = reading.scheduling;
    Scheduling own = {};
    if (const auto got = scheduling(Pid{}, own); !got) {
        return got;
    }
    // What a child would have, sched(7).
    if ((theirs.flags & reset_on_fork) != 0) {
        if (theirs.policy == sched_fifo || theirs.policy == sched_round_robin ||
            theirs.policy == sched_deadline) {
            theirs.policy = sched_other;
            theirs.nice = 0;
            theirs.priority = 0;
        }
        theirs.nice = theirs.nice < 0 ? 0 : theirs.nice;
        theirs.flags = 0;
    }
    // Of the other policies it is the time slice, which is the same for all.
    if (theirs.policy != sched_deadline) {
        theirs.runtime = theirs.deadline = theirs.period = 0;
    }
    const bool same_utilization = theirs.least_utilization == own.least_utilization &&
                                  theirs.most_utilization == own.most_utilization;
    if (same_utilization && theirs.policy == own.policy && theirs.nice == own.nice &&
        theirs.priority == own.priority && own.flags == 0) {
        return success();
    }
    theirs.flags = same_utilization ? 0 : set_utilization;
    return set_scheduling(theirs);
}

Taken take_io_priority(Run & /*run*/, const Reading &reading)
{
    const auto own = io_priority(Pid{});
    return own && own.value() == reading.io_priority ? success()
                                                     : set_io_priority(reading.io_priority);
}

bool same_processors(const Reading &reading, const Processors &other)
{
    return equal({reinterpret_cast<const char *>(&reading.processors), reading.processors_size},
                 {reinterpret_cast<const char *>(&other), reading.processors_size});
}

Taken take_processors(Run & /*run*/, const Reading &reading)
{
    static Processors own;
    // What the cgroup does not have is left out without an error.
    for (int tries = 0; tries < 2; ++tries) {
        if (const auto got = processors(Pid{}, own); !got) {
            return got.without_value();
        }
        if (same_processors(reading, own)) {
            return success();
        }
        if (tries == 0) {
            if (const auto set = set_processors(reading.processors, reading.processors_size);
                !set) {
                return set;
            }
        }
    }
    return failure(Errno::einval);
}

Taken take_umask(Run & /*run*/, const Reading &reading)
{
    set_umask(static_cast<uint32_t>(number_of_digits(field(reading[Fact::status], "Umask"), 8)));
    return success();
}

Taken take_personality(Run & /*run*/, const Reading &reading)
{
    return set_personality(
        static_cast<uint32_t>(number_of_digits(word(reading, Fact::personality), 16)));
}

Taken take_timer_slack(Run & /*run*/, const Reading &reading)
{
    const uint64_t slack = number_of_digits(word(reading, Fact::timer_slack), 10);
    // 0 is that of a policy that has none, and would set the default.
    return slack == 0 ? success() : set_timer_slack(static_cast<unsigned long>(slack));
}

Taken take_speculation(Run & /*run*/, const Reading &reading)
{
    struct State {
        TextView text;
        unsigned long control;
    };
    // The words of proc_pid_status(5). All others are of the machine, and not of the process.
    constexpr State states[] = {
        {"thread force mitigated", PR_SPEC_FORCE_DISABLE},
        {"conditional force disabled", PR_SPEC_FORCE_DISABLE},
        {"thread mitigated", PR_SPEC_DISABLE},
        {"conditional disabled", PR_SPEC_DISABLE},
        {"thread vulnerable", PR_SPEC_ENABLE},
        {"conditional enabled", PR_SPEC_ENABLE},
    };
    struct Feature {
        const char *key;
        unsigned long number;
    };
    constexpr Feature features[] = {
        {"Speculation_Store_Bypass", PR_SPEC_STORE_BYPASS},
        {"SpeculationIndirectBranch", PR_SPEC_INDIRECT_BRANCH},
    };
    for (const Feature &feature : features) {
        for (const State &state : states) {
            if (!equal(field(reading[Fact::status], feature.key), state.text)) {
                continue;
            }
            const auto own = speculation(feature.number);
            if (own && own.value() == static_cast<long>(PR_SPEC_PRCTL | state.control)) {
                continue;
            }
            const auto set = set_speculation(feature.number, state.control);
            if (!set) {
                return set;
            }
        }
    }
    return success();
}

Taken take_huge_pages(Run & /*run*/, const Reading &reading)
{
    const TextView enabled = field(reading[Fact::status], "THP_enabled");
    const long disabled = equal(enabled, "0") ? 1 : 0;
    const auto own = huge_pages_disabled();
    return enabled.size == 0 || (own && own.value() == disabled)
               ? success()
               : disable_huge_pages(static_cast<unsigned long>(disabled));
}

// AppArmor calls it `name (mode)`, SELinux has a context that ends with a zero.
Taken take_label(Run &run, const Reading &reading)
{
    const bool has_own_file = error_of(reading, Fact::apparmor) == Errno::none;
    const TextView theirs = reading[has_own_file ? Fact::apparmor : Fact::label];
    if (const Errno error = error_of(reading, Fact::label); !has_own_file && error != Errno::none) {
        return error == Errno::einval || error == Errno::enoent ? success() : failure(error);
    }
    static char buffer[1024];
    const TextView own = read_beginning(
        run.target.proc.get(), has_own_file ? "self/attr/apparmor/current" : "self/attr/current",
        buffer, sizeof buffer);
    if (equal(own, theirs)) {
        return success();
    }
    Text<> label;
    size_t size = theirs.size;
    const bool is_apparmor = has_own_file || theirs.data[size - 1] == '\n';
    if (is_apparmor) {
        label.append("exec ");
        // Names may have spaces, so it is the last of them.
        while (size != 0 && theirs.data[size - 1] != ' ' && theirs.data[size - 1] != '\n') {
            --size;
        }
        size -= 1;
        if (begins_with(theirs, "unconfined\n")) {
            size = sizeof "unconfined" - 1;
        }
    }
    label.append(TextView(theirs.data, size));
    return write_own(run, has_own_file ? "thread-self/attr/apparmor/exec" : "thread-self/attr/exec",
                     label.view());
}

// Before the bounding set is reduced: what is not in that can't become inheritable.
Taken take_inheritable(Run & /*run*/, const Reading &reading)
{
    Capabilities own;
    if (const auto got = capabilities(own); !got) {
        return got;
    }
    const uint64_t theirs = capability_set(reading, "CapInh");
    if (own.inheritable == theirs) {
        return success();
    }
    own.inheritable = theirs;
    return set_capabilities(own);
}

Taken take_bounding(Run & /*run*/, const Reading &reading)
{
    const uint64_t theirs = capability_set(reading, "CapBnd");
    for (unsigned capability = 0; capability < capability_count; ++capability) {
        const auto own = is_bounding(capability);
        if (!own) {
            return success();
        }
        const bool wanted = (theirs >> capability & 1) != 0;
        if (wanted && own.value() == 0) {
            return failure(Errno::eperm);
        }
        if (!wanted && own.value() != 0) {
            if (const auto dropped = drop_bounding(capability); !dropped) {
                return dropped;
            }
        }
    }
    return success();
}

bool has_no_new_privileges(const Reading &reading)
{
    return equal(field(reading[Fact::status], "NoNewPrivs"), "1");
}

// Those of the target, and what is still needed to install filters. With no_new_privs nothing is,
// and exec would not drop it.
Taken take_capabilities(Run &run, const Reading &reading)
{
    constexpr uint64_t to_filter = uint64_t{1} << CAP_SYS_ADMIN;
    constexpr long keep_capabilities_bit = 1 << 4; // SECBIT_KEEP_CAPS
    if (const auto bits = secure_bits(); !bits || (bits.value() & ~keep_capabilities_bit) != 0) {
        return failure(Errno::eperm);
    }
    Capabilities own;
    if (const auto got = capabilities(own); !got) {
        return got;
    }
    Capabilities theirs = {capability_set(reading, "CapEff"), capability_set(reading, "CapPrm"),
                           capability_set(reading, "CapInh")};
    // More of them is refused, and less is not what was asked for.
    const bool all_there = (theirs.permitted & ~own.permitted) == 0;
    const uint64_t extra = run.confinement.filter_count != 0 && !has_no_new_privileges(reading)
                               ? own.permitted & to_filter
                               : 0;
    theirs.permitted = (theirs.permitted & own.permitted) | extra;
    theirs.effective = (theirs.effective & own.permitted) | extra;
    if (const auto set = set_capabilities(theirs); !set) {
        return set;
    }
    static_cast<void>(clear_ambient());
    if (const auto set = set_ambient(capability_set(reading, "CapAmb")); !set) {
        return set;
    }
    return all_there ? success() : failure(Errno::eperm);
}

Taken take_keyring(Run & /*run*/, const Reading & /*reading*/)
{
    const auto made = new_session_keyring();
    return made || made.error() == Errno::enosys ? success() : made;
}

Taken take_no_new_privileges(Run & /*run*/, const Reading &reading)
{
    const bool theirs = has_no_new_privileges(reading);
    const auto own = no_new_privileges();
    if (own && (own.value() != 0) == theirs) {
        return success();
    }
    return theirs ? set_no_new_privileges() : failure(Errno::eperm);
}

Taken take_filters(Run &run, const Reading & /*reading*/)
{
    if (is_filtered()) {
        return failure(Errno::eperm);
    }
    const Filter *filter = run.confinement.filters;
    for (size_t i = 0; i < run.confinement.filter_count; ++i) {
        if (const auto set = install_filter(filter->instructions(), filter->count, filter->flags);
            !set) {
            return set;
        }
        filter = filter->next();
    }
    return success();
}

struct Trait {
    const char *name;
    Moment moment;
    /// What has to be read for it. Where the kernel does not have that, there is nothing to do.
    Fact fact;
    /// What it may take, and the hint if that is missing.
    uint8_t capability;
    const char *missing;
    Taken (*take)(Run &run, const Reading &reading);
};

constexpr const char *nice_is_missing = "CAP_SYS_NICE is missing";
constexpr const char *resource_is_missing =
    "CAP_SYS_RESOURCE is missing in the initial user namespace";
using enum Moment;
using enum Fact;

constexpr Trait traits[] = {
    {"oom_score_adj", own, oom_score_adj, CAP_SYS_RESOURCE, resource_is_missing,
     take_oom_score_adj},
    {"coredump_filter", own, coredump_filter, 0, nullptr, take_coredump_filter},
    {"hard limits", outside, limits, CAP_SYS_RESOURCE, resource_is_missing, raise_limits},
    {"scheduling policy", outside, status, CAP_SYS_NICE, nice_is_missing, take_scheduling},
    {"I/O priority", outside, status, CAP_SYS_NICE, nice_is_missing, take_io_priority},
    {"CPU affinity", inside, status, 0, nullptr, take_processors},
    {"umask", inside, status, 0, nullptr, take_umask},
    {"personality", inside, personality, 0, nullptr, take_personality},
    {"timer slack", inside, timer_slack, CAP_SYS_NICE, nice_is_missing, take_timer_slack},
    {"speculation", inside, status, 0, nullptr, take_speculation},
    {"huge pages", inside, status, 0, nullptr, take_huge_pages},
    {"security label", inside, status, 0, nullptr, take_label},
    {"inheritable capabilities", inside, status, 0, nullptr, take_inheritable},
    {"capability bounding set", inside, status, CAP_SETPCAP, "CAP_SETPCAP is missing",
     take_bounding},
    {"capabilities", identified, status, 0, nullptr, take_capabilities},
    {"session keyring", identified, status, 0, nullptr, take_keyring},
    {"limits", last, limits, CAP_SYS_RESOURCE, resource_is_missing, take_limits},
    {"no_new_privs", last, status, 0, nullptr, take_no_new_privileges},
    {"seccomp filters", last, status, CAP_SYS_ADMIN, "CAP_SYS_ADMIN is missing", take_filters},
};

// Takes it on, and says why not.
Failure take(Run &run, const Trait &trait)
{
    const Reading &reading = *run.confinement.reading;
    const Errno unread = error_of(reading, trait.fact);
    if (unread == Errno::enoent) {
        return {};
    }
    const auto taken = unread == Errno::none ? trait.take(run, reading)
                                             : sys::Result<void>(-static_cast<long>(unread));
    if (taken) {
        return {};
    }
    const bool is_refused = taken.error() == Errno::eperm || taken.error() == Errno::eacces;
    return Failure("cannot take on the & of %", run.target.name, taken.error(),
                   is_refused && trait.missing != nullptr
                       ? why_refused(trait.capability, trait.missing)
                       : nullptr,
                   trait.name);
}

} // namespace

Failure take_on(Run &run, Moment moment, size_t &next)
{
    constexpr size_t count = sizeof traits / sizeof *traits;
    while (run.confinement.reading != nullptr && next < count) {
        const Trait &trait = traits[next++];
        if (trait.moment != moment) {
            continue;
        }
        if (Failure failure = take(run, trait); failure) {
            return failure;
        }
    }
    next = all_taken;
    return run.confinement.no_filters.text != nullptr && moment == Moment::last
               ? Failure(run.confinement.no_filters)
               : Failure();
}

void take_back(const Confinement &confinement)
{
    if (const FdRef file = confinement.oom_score_adj.get(); file) {
        static_cast<void>(write(file, confinement.own_oom_score_adj));
    }
}

} // namespace nsjoin
