// SPDX-License-Identifier: Apache-2.0
// In the order that lets each step still succeed: the directories that were opened out here come
// first; descriptors are closed before any path of those inside is looked up; the directories want
// privileges that the ids then take away, groups go before the group and that before the user, and
// capabilities are passed on last. Signals reach the command only when nothing can fail any more
// but its execution.

#include "become.h"

#include "descriptors.h"
#include "privileges.h"
#include "run.h"
#include "sys/credentials.h"
#include "sys/poll.h"

namespace nsjoin {

using namespace sys;

namespace {

// An id is not taken on: it is not mapped, or privileges are missing.
Failure id_refused(const char *text, const Id &id, Errno error, const char *why)
{
    return Failure(
        text, id.text, error,
        error == Errno::einval
            ? "it is not mapped in this user namespace: see -S, -G and --preserve-credentials"
            : why);
}

// Changing ids makes a process visible again, where fs.suid_dumpable is 1, proc(5).
Failure hide()
{
    return check(hide_from_tracing(), "cannot hide from those inside");
}

// Are they the groups of this process already? It may be forbidden to set them again.
bool has_groups(const Ids &ids)
{
    static uint32_t own[max_groups];
    const auto count = groups(own, max_groups);
    if (!count || static_cast<size_t>(count.value()) != ids.group_count) {
        return false;
    }
    for (size_t i = 0; i < ids.group_count; ++i) {
        if (own[i] != ids.groups[i]) {
            return false;
        }
    }
    return true;
}

Failure become_group(const Run &run)
{
    const Ids &ids = run.ids;
    if (!ids.sets_group) {
        return {};
    }
    // A user namespace may forbid to drop them, user_namespaces(7): who could has done so before it
    // was joined, join.cpp, and else they stay.
    const bool may_stay = run.options.as_target != AsTarget::no
                              ? has_groups(ids)
                              : run.plan.wanted.has(CLONE_NEWUSER) && ids.group_count == 0;
    if (const auto set = set_groups(ids.groups, ids.group_count);
        !set && !(may_stay && set.error() == Errno::eperm)) {
        return Failure("cannot set supplementary groups", nullptr, set.error(), why_no_groups());
    }
    if (const auto set = set_group(ids.gid); !set) {
        return id_refused("cannot become group %", run.options.gid, set.error(),
                          why_refused(CAP_SETGID, "CAP_SETGID is missing"));
    }
    return hide();
}

Failure become_user(const Run &run)
{
    if (!run.ids.sets_user) {
        return {};
    }
    if (const auto set = set_user(run.ids.uid); !set) {
        return id_refused("cannot become user %", run.options.uid, set.error(),
                          why_refused(CAP_SETUID, "CAP_SETUID is missing"));
    }
    return hide();
}

// Of this process itself, in the caller's /proc, which is where it can be seen.
Failure set_context(const Target &target, const Outside &outside)
{
    Fd file;
    if (Failure failure = check(open(target.proc.get(), "thread-self/attr/exec", O_WRONLY, file),
                                "cannot set the SELinux context of the command");
        failure) {
        return failure;
    }
    if (Failure failure = check(write(file.get(), outside.context),
                                "cannot take the SELinux context of %", target.name);
        failure) {
        return failure;
    }
    return {};
}

Failure change_directories(FdRef root, FdRef wd)
{
    if (root) {
        if (Failure failure = check(change_directory(root), "cannot enter the root directory");
            failure) {
            return failure;
        }
        if (const auto changed = change_root("."); !changed) {
            return Failure("cannot change the root directory", nullptr, changed.error(),
                           why_refused(CAP_SYS_CHROOT, "CAP_SYS_CHROOT is missing"));
        }
    }
    if (wd) {
        if (Failure failure = check(change_directory(wd), "cannot enter the working directory");
            failure) {
            return failure;
        }
    }
    return {};
}

Failure enter_inside(const char *directory)
{
    if (Failure failure = check(chdir(directory), "cannot enter the directory % inside", directory);
        failure) {
        return failure;
    }
    // A link of /proc leads anywhere.
    return is_inside_root() ? Failure()
                            : Failure("the directory % is not inside the root", directory);
}

Failure become_ids(const Run &run)
{
    const bool keep_caps = run.options.keep_caps && run.plan.wanted.has(CLONE_NEWUSER);
    if (keep_caps || run.options.as_target != AsTarget::no) {
        if (Failure failure = check(keep_capabilities(), "cannot keep capabilities"); failure) {
            return failure;
        }
    }
    if (Failure failure = become_group(run); failure) {
        return failure;
    }
    if (Failure failure = become_user(run); failure) {
        return failure;
    }
    if (keep_caps) {
        if (Failure failure = check(pass_on_capabilities(), "cannot pass on capabilities");
            failure) {
            return failure;
        }
        return hide();
    }
    return {};
}

} // namespace

Failure become(Run &run)
{
    const Options &options = run.options;
    if (run.terminal) {
        if (Failure failure = run.terminal.take(); failure) {
            return failure;
        }
    }
    if (const Fd &terminal = run.outside.controlling_terminal; terminal) {
        if (Failure failure =
                check(give_up_terminal(terminal.get()), "cannot give up the controlling terminal");
            failure) {
            return failure;
        }
    }
    if (Failure failure = change_directories(run.plan.root.get(), run.outside.wd.get()); failure) {
        return failure;
    }
    if (options.follow_context) {
        if (Failure failure = set_context(run.target, run.outside); failure) {
            return failure;
        }
    }
    if (run.ids.is_followed_inside) {
        if (Failure failure = read_ids_inside(options, run.target, run.ids); failure) {
            return failure;
        }
    }
    close_own(options, run.target);
    if (run.outside.is_for_others || options.status_fd >= 0) {
        if (Failure failure = close_others(options, run.target, run.fork.failures.write_end.get(),
                                           run.outside.program.get());
            failure) {
            return failure;
        }
    }
    // Either user may be the only one who is let in.
    const bool is_refused = options.wdns != nullptr && enter_inside(options.wdns);
    if (Failure failure = become_ids(run); failure) {
        return failure;
    }
    if (is_refused) {
        if (Failure failure = enter_inside(options.wdns); failure) {
            return failure;
        }
    }
    return {};
}

// Who has been forked may be left behind by nsjoin, and must not run then: this is looked at last.
Failure release(const Run &run)
{
    const FdRef failures = run.fork.failures.write_end.get();
    if (!failures) {
        return {};
    }
    if (run.options.kill_child != 0) {
        if (Failure failure = check(end_with_parent(static_cast<Signal>(run.options.kill_child)),
                                    "cannot have the command die with nsjoin");
            failure) {
            return failure;
        }
    }
    // nsjoin holds the only other end.
    Poll parent(failures, 0);
    if (const auto gone = poll_now(&parent, 1); !gone || gone.value() != 0) {
        return Failure("nsjoin has ended already");
    }
    return restore_signals(run.fork);
}

} // namespace nsjoin
