// SPDX-License-Identifier: Apache-2.0
// The order: a pidfd, then the directory in /proc, then the proof that the pidfd's process is still
// alive. Alive it kept its number to itself, so what was opened by number is its directory. Without
// pidfds the directory alone is as good, but for what happens before it is open.

#include "target.h"

#include "sys/namespace.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr long procfs = 0x9fa0;    // PROC_SUPER_MAGIC
constexpr long pidfs = 0x50494446; // PID_FS_MAGIC

Failure failure(const char *text, const char *subject, Errno error = Errno::none,
                const char *hint = nullptr)
{
    return {Stage::pin, text, subject, error, hint};
}

bool is_alive(const Target &target)
{
    if (!target.pidfd) {
        return true;
    }
    Poll poll(target.pidfd.get(), Poll::in);
    const auto ended = poll_now(&poll, 1);
    return ended && ended.value() == 0;
}

Failure no_process(const char *name)
{
    return failure("there is no process", name);
}

// The number of the process that a pidfd is for, as this /proc counts.
Failure pid_of_descriptor(const Target &target, int number, uint32_t &pid)
{
    char buffer[1024];
    TextView info;
    if (Fd directory; open(target.proc.get(), "self/fdinfo", O_PATH | O_DIRECTORY, directory)) {
        const Decimal name(static_cast<uint32_t>(number));
        info = read_beginning(directory.get(), name.string(), buffer, sizeof buffer);
    }
    if (info.size == 0) {
        return failure("there is no open descriptor", target.name, Errno::none, "given by --pidfd");
    }
    const TextView value = field(info, "Pid");
    if (value.size == 0) {
        return failure("not a pidfd: descriptor", target.name);
    }
    if (!parse_number(value, pid)) {
        return failure("has ended: the process of pidfd", target.name);
    }
    return pid != 0 ? Failure()
                    : failure("not in this PID namespace: the process of pidfd", target.name);
}

Failure check_inode(const Target &target, uint64_t inode)
{
    FileIdentity identity;
    if (!target.pidfd || file_system_type(target.pidfd.get()) != pidfs ||
        !identify(target.pidfd.get(), "", AT_EMPTY_PATH, identity)) {
        return failure("processes have no inode numbers here, so there is no telling", target.name,
                       Errno::none, "they do from Linux 6.9 on");
    }
    return identity.inode == inode ? Failure()
                                   : failure("the number is another process's now:", target.name);
}

// Why it has no namespaces to join, if so.
Failure ailment(const Target &target)
{
    char buffer[2048];
    const TextView status = read_beginning(target.directory.get(), "status", buffer, sizeof buffer);
    const TextView state = field(status, "State");
    if (state.size == 0) {
        return no_process(target.name);
    }
    if (*state.data == 'Z' || *state.data == 'X') {
        return failure("a zombie, which has no namespaces any more: process", target.name);
    }
    if (!equal(field(status, "Tgid"), field(status, "Pid"))) {
        return failure("not a process but a thread of one:", target.name, Errno::none,
                       "see Tgid in its /proc/TID/status");
    }
    return {};
}

} // namespace

Failure explain(const Target &target, Stage stage, const char *text, Errno error)
{
    // Without a free descriptor there is no looking.
    Failure why = error == Errno::emfile ? Failure() : ailment(target);
    if (why || error == Errno::esrch) {
        why = why ? why : no_process(target.name);
        why->stage = stage;
        return why;
    }
    const bool forbidden = error == Errno::eacces || error == Errno::eperm;
    return {stage, text, target.name, error,
            forbidden ? "it is another user's, or a security module forbids it" : nullptr};
}

Failure pin(const Options &options, Target &target)
{
    target.name = options.target;
    // A descriptor below 3 means that the caller has closed one of those. It stays there until
    // all are closed, so that nothing else becomes what a message is written to.
    do {
        if (target.proc) {
            target.stand_ins |= 1U << target.proc.release().number;
        }
        if (const auto opened = open(working_directory, "/proc", O_PATH | O_DIRECTORY, target.proc);
            !opened) {
            return failure("cannot open", "/proc", opened.error());
        }
    } while (target.proc.get().number < 3);
    if (file_system_type(target.proc.get()) != procfs) {
        return failure("there is no procfs on", "/proc", Errno::none, "mount -t proc proc /proc");
    }
    if (!options.has_target()) {
        return {};
    }
    // Else a number would mean one process to pidfd_open(2), and another in there.
    char self[16];
    const auto size = read_link(target.proc.get(), "self", self, sizeof self);
    if (!size || !equal(Decimal(static_cast<uint32_t>(getpid())).string(),
                        {self, static_cast<size_t>(size.value())})) {
        return failure("of another PID namespace:", "/proc", Errno::none,
                       "mount -t proc proc /proc");
    }

    auto pid = static_cast<uint32_t>(options.pid);
    if (options.pidfd >= 0) {
        if (Failure none = pid_of_descriptor(target, options.pidfd, pid); none) {
            return none;
        }
    }
    auto pidfd = options.pidfd >= 0 ? duplicate_high(FdRef(options.pidfd))
                                    : open_process(static_cast<Pid>(pid));
    const Errno refused = pidfd ? Errno::none : pidfd.error();
    if (pidfd) {
        target.pidfd = pidfd.value();
    }

    const Decimal number(pid);
    const auto opened =
        open(target.proc.get(), number.string(), O_PATH | O_DIRECTORY, target.directory);
    if (refused == Errno::esrch || (!opened && opened.error() == Errno::enoent)) {
        return no_process(target.name);
    }
    if (!opened) {
        return failure("cannot open process", target.name, opened.error());
    }
    // ENOSYS: before 5.3. EPERM: so do filters that do not know the call.
    if (!target.pidfd || !is_alive(target)) {
        if (Failure why = ailment(target); why) {
            return why;
        }
        if (target.pidfd || (refused != Errno::enosys && refused != Errno::eperm)) {
            return failure("cannot open process", target.name, refused);
        }
    }
    return options.inode != 0 ? check_inode(target, options.inode) : Failure();
}

} // namespace nsjoin
