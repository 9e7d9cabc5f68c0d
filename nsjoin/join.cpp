// SPDX-License-Identifier: Apache-2.0
// Joining, all or nothing: one setns(2) on the pidfd takes all the target's namespaces or none.
// Where it can't (before Linux 5.8, files, a user namespace among them) they are joined one by one,
// and a failure ends the run.
//
// Whoever owns a namespace decides when it can be joined. The caller may be privileged in the owner
// now (root, from outside: others first, user last), or only once it is in the user namespace
// (without root: user first). So all are tried, then the user namespace is joined, and those that
// were refused are tried again.

#include "join.h"

#include "privileges.h"
#include "sys/credentials.h"
#include "sys/namespace.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure refused(const Options &options, const Target &target, size_t index, FdRef name_space,
                Errno error)
{
    const char *hint = nullptr;
    if (error == Errno::eperm) {
        hint = why_not_joined(target, index, name_space);
    } else if (error == Errno::einval && namespaces[index].flag == CLONE_NEWPID) {
        hint = "it must be below yours";
    }
    const char *const file = options.files[index];
    return Failure("cannot join the & namespace of %", file != nullptr ? file : target.name, error,
                   hint, namespaces[index].name);
}

Failure join_user(const Options &options, const Target &target, const Plan &plan)
{
    // The caller's groups go before, where they may: inside it may be forbidden, and though they
    // have no number there they would still give access (to disks, say). become() tries again.
    if (!options.preserve_credentials) {
        static_cast<void>(set_groups(nullptr, 0));
    }
    const FdRef file = plan.files[user_namespace].get();
    if (const auto joined = sys::join(file, CLONE_NEWUSER); !joined) {
        return refused(options, target, user_namespace, file, joined.error());
    }
    // That made this process visible again, where fs.suid_dumpable is 1.
    return check(hide_from_tracing(), "cannot hide from those inside");
}

} // namespace

Failure join(const Options &options, const Target &target, const Plan &plan, NamespaceSet which)
{
    NamespaceSet at_once(which.flags() & plan.from_target.flags());
    at_once.remove(CLONE_NEWUSER);
    // If it could not, it has joined none.
    if (!at_once.empty() && target.pidfd && sys::join(target.pidfd.get(), at_once.flags())) {
        which = NamespaceSet(which.flags() & ~at_once.flags());
    }
    Fd opened[namespace_count];
    for (size_t i = 0; i < namespace_count; ++i) {
        const unsigned long flag = namespaces[i].flag;
        if (!which.has(flag) || plan.files[i]) {
            continue;
        }
        // The caller may lack the right to join its own namespace again. Only a mount namespace
        // does anything then.
        FileIdentity theirs;
        bool is_shared = false;
        if (Failure failure = compare(options, target, i, FdRef(), theirs, is_shared); failure) {
            return failure;
        }
        if (is_shared && flag != CLONE_NEWNS) {
            which.remove(flag);
            continue;
        }
        if (Failure failure = open_from_target(target, i, opened[i]); failure) {
            return failure;
        }
    }
    for (;;) {
        for (size_t i = 0; i < namespace_count; ++i) {
            const unsigned long flag = namespaces[i].flag;
            if (!which.has(flag) || i == user_namespace) {
                continue;
            }
            const Fd &file = plan.files[i] ? plan.files[i] : opened[i];
            if (const auto joined = sys::join(file.get(), flag); joined) {
                which.remove(flag);
            } else if (joined.error() != Errno::eperm || !which.has(CLONE_NEWUSER)) {
                return refused(options, target, i, file.get(), joined.error());
            }
        }
        if (!which.has(CLONE_NEWUSER)) {
            // A target may have gone into a user namespace of its own, and made the others there:
            // in those nothing may run with the privileges that were read.
            return check_user(target, plan);
        }
        if (Failure failure = join_user(options, target, plan); failure) {
            return failure;
        }
        which.remove(CLONE_NEWUSER);
    }
}

} // namespace nsjoin
