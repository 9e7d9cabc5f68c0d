// SPDX-License-Identifier: Apache-2.0
// The order: a pidfd, then the directory in /proc, then the proof that the pidfd's process is still
// alive. Alive it kept its number to itself, so what was opened by number is its directory. Without
// pidfds the directory alone is as good, but for what happens before it is open.

#include "target.h"

#include "descriptors.h"
#include "privileges.h"
#include "sys/namespace.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr long procfs = 0x9fa0;    // PROC_SUPER_MAGIC
constexpr long pidfs = 0x50494446; // PID_FS_MAGIC

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
    return Failure("there is no %", name);
}

// Namespaces belong to threads, so the number of any thread will do.
void set_name(Target &target, const char *kind, uint32_t number)
{
    char *end = target.name;
    const Decimal digits(number);
    const char *const parts[] = {kind, digits.string()};
    for (const char *part : parts) {
        while (*part != '\0') {
            *end++ = *part++;
        }
    }
    *end = '\0';
}

// The number of the process that a pidfd is for, as this /proc counts.
Failure pid_of_descriptor(const Target &target, const char *descriptor, int number, uint32_t &pid)
{
    char buffer[1024];
    TextView info{};
    if (Fd directory; open(target.proc.get(), "self/fdinfo", O_PATH | O_DIRECTORY, directory)) {
        const Decimal name(static_cast<uint32_t>(number));
        info = read_beginning(directory.get(), name.string(), buffer, sizeof buffer);
    }
    if (info.size == 0) {
        return Failure("--pidfd=%: the descriptor is not open", descriptor);
    }
    const TextView value = field(info, "Pid");
    if (value.size == 0) {
        return Failure("--pidfd=%: the descriptor is not a pidfd", descriptor);
    }
    if (!parse_number(value, pid)) {
        return Failure("--pidfd=%: the process has ended", descriptor);
    }
    return pid != 0 ? Failure()
                    : Failure("--pidfd=%: the process is not in this PID namespace", descriptor);
}

Failure check_inode(const Target &target, uint64_t inode)
{
    FileIdentity identity;
    if (!target.pidfd || file_system_type(target.pidfd.get()) != pidfs ||
        !identify(target.pidfd.get(), "", AT_EMPTY_PATH, identity)) {
        return Failure("cannot verify %: this kernel gives pidfds no inode numbers", target.name,
                       Errno::none, "Linux 6.9 and later do");
    }
    return identity.inode == inode ? Failure() : Failure("% is another process now", target.name);
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
        return Failure("% is a zombie: it has no namespaces any more", target.name);
    }
    return {};
}

} // namespace

Failure check_alive(const Target &target)
{
    return is_alive(target) ? Failure() : no_process(target.name);
}

Failure explain(const Target &target, const char *text, Errno error)
{
    // Without a free descriptor there is no looking.
    Failure why = error == Errno::emfile ? Failure() : ailment(target);
    if (why) {
        return why;
    }
    if (error == Errno::esrch) {
        return no_process(target.name);
    }
    const bool forbidden = error == Errno::eacces || error == Errno::eperm;
    return Failure(text, target.name, error, forbidden ? why_hidden(target) : nullptr);
}

Failure open_directory(const Target &target, const Directory &from, const char *link, Fd &directory)
{
    if (from.from == Directory::From::none) {
        return {};
    }
    const bool of_target = from.from == Directory::From::target;
    if (const auto opened = open(of_target ? target.directory.get() : working_directory,
                                 of_target ? link : from.path, O_PATH | O_DIRECTORY, directory);
        !opened) {
        return of_target ? explain(target, "cannot open the directories of %", opened.error())
                         : Failure("cannot open the directory %", from.path, opened.error());
    }
    return {};
}

Failure pin(const Options &options, Target &target)
{
    // Before anything is opened: one of ours could have the number.
    if (Failure failure = check_descriptors(options); failure) {
        return failure;
    }
    // A descriptor below 3 means that the caller has closed one of those. The placeholder stays
    // until all are closed, so that no other file of ours becomes what a message is written to.
    // Without a target /proc is not needed: any directory is a placeholder then.
    const char *const any = "/";
    const char *place = "/proc";
    do {
        if (target.proc) {
            target.placeholders |= 1U << target.proc.release().number;
        }
        const auto opened = open(working_directory, place, O_PATH | O_DIRECTORY, target.proc);
        if (!opened) {
            if (options.has_target() || place == any) {
                return Failure("cannot open /proc", nullptr, opened.error());
            }
            place = any;
        }
    } while (target.proc.get().number < 3);
    const bool is_procfs = file_system_type(target.proc.get()) == procfs;
    if (!options.has_target()) {
        if (!is_procfs) {
            target.proc = Fd();
        }
        return {};
    }
    if (!is_procfs) {
        return Failure("there is no procfs on /proc", nullptr, Errno::none,
                       "mount -t proc proc /proc");
    }
    // Else a number would mean one process to pidfd_open(2), and another in there.
    char self[16];
    const auto size = read_link(target.proc.get(), "self", self, sizeof self);
    if (!size || !equal(Decimal(static_cast<uint32_t>(getpid())).string(),
                        {self, static_cast<size_t>(size.value())})) {
        return Failure("/proc is of another PID namespace", nullptr, Errno::none,
                       "mount -t proc proc /proc");
    }

    auto pid = static_cast<uint32_t>(options.pid);
    if (options.pidfd >= 0) {
        if (Failure none = pid_of_descriptor(target, options.target, options.pidfd, pid); none) {
            return none;
        }
    }
    set_name(target, "process ", pid);
    // Nobody means this program, but in a container that has PIDs of its own it is what is found.
    if (pid == 1 && getpid() == Pid{1}) {
        return Failure("% is nsjoin itself", target.name, Errno::none,
                       "to see the processes of the host, run its container with --pid=host");
    }
    target.pid = static_cast<Pid>(pid);
    auto pidfd =
        options.pidfd >= 0 ? duplicate_high(FdRef(options.pidfd)) : open_process(target.pid);
    if (options.pidfd < 0 && !pidfd &&
        (pidfd.error() == Errno::einval || pidfd.error() == Errno::enoent)) {
        pidfd = open_thread(target.pid);
        set_name(target, "thread ", pid);
    }
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
        return Failure("cannot open %", target.name, opened.error());
    }
    if (!target.pidfd || !is_alive(target)) {
        if (Failure why = ailment(target); why) {
            return why;
        }
        // EINVAL: this kernel has no pidfds for threads.
        const bool no_pidfds =
            options.pidfd < 0 &&
            (refused == Errno::enosys || refused == Errno::eperm || refused == Errno::einval);
        if (target.pidfd || !no_pidfds || options.require_pidfd) {
            return Failure("cannot open %", target.name, refused,
                           no_pidfds ? "--require-pidfd was given, and pidfd_open(2) is refused"
                                     : nullptr);
        }
        target.no_pidfd = refused;
    }
    return options.inode != 0 ? check_inode(target, options.inode) : Failure();
}

} // namespace nsjoin
