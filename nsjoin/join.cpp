// SPDX-License-Identifier: Apache-2.0
// Joining, all or nothing: one setns(2) on the pidfd takes all the target's namespaces or none.
// Where it can't (before Linux 5.8, files, a user namespace among them) they are joined one by one,
// and a failure ends the run.
//
// Whoever owns a namespace decides when it can be joined. The caller may be privileged in the owner
// now (root, from outside: others first, user last), or only once it is in the user namespace
// (without root: user first). It is tried before, and those that are refused again after.

#include "join.h"

#include "sys/credentials.h"
#include "sys/namespace.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure refused(size_t index, const char *subject, Errno error)
{
    const char *hint = nullptr;
    if (error == Errno::eperm) {
        hint = index == user_namespace
                   ? "CAP_SYS_ADMIN is needed in it"
                   : "CAP_SYS_ADMIN is needed in its user namespace and in yours";
    } else if (error == Errno::einval && namespaces[index].flag == CLONE_NEWPID) {
        hint = "it must be below yours";
    }
    Failure failure(Stage::join, "cannot join the % namespace of", subject, error, hint);
    failure->detail = namespaces[index].name;
    return failure;
}

// Those that were not compared are, as it may be that the caller may not join what it is in
// already.
Failure open_left(const Options &options, const Target &target, Plan &plan, NamespaceSet &left)
{
    for (size_t i = 0; i < namespace_count; ++i) {
        const unsigned long flag = namespaces[i].flag;
        if (left.has(flag) && !plan.files[i]) {
            if (Failure failure = compare(options, target, i, plan); failure) {
                return failure;
            }
            if (!plan.from_target.has(flag)) {
                left.remove(flag);
                continue;
            }
            if (Failure failure = open_from_target(target, i, plan.files[i]); failure) {
                return failure;
            }
        }
    }
    return {};
}

// Joins those of `left` that it can, one by one. Those that may be joined once the caller is in the
// user namespace stay.
Failure join_each(const Options &options, const Plan &plan, const Target &target,
                  NamespaceSet &left)
{
    for (size_t i = 0; i < namespace_count; ++i) {
        const unsigned long flag = namespaces[i].flag;
        if (!left.has(flag) || i == user_namespace) {
            continue;
        }
        const auto joined = sys::join(plan.files[i].get(), flag);
        if (joined) {
            left.remove(flag);
        } else if (joined.error() != Errno::eperm || !left.has(CLONE_NEWUSER)) {
            return refused(i, options.files[i] != nullptr ? options.files[i] : target.name,
                           joined.error());
        }
    }
    return {};
}

// A target that was in the caller's user namespace may have gone into one of its own since, and
// made the others there: in those nothing may run with the privileges out here. Once there it can't
// come back, so to look after joining is enough.
Failure check_shared_user(const Options &options, const Target &target, Plan &plan)
{
    plan.from_target.add(CLONE_NEWUSER);
    if (Failure failure = compare(options, target, user_namespace, plan); failure) {
        return failure;
    }
    return plan.from_target.has(CLONE_NEWUSER)
               ? Failure(Stage::read, "has changed its namespaces: process", target.name,
                         Errno::none)
               : Failure();
}

} // namespace

Failure join(const Options &options, const Target &target, NamespaceSet which, Plan &plan)
{
    NamespaceSet left(plan.wanted.flags() & which.flags());
    NamespaceSet at_once(left.flags() & plan.from_target.flags());
    at_once.remove(CLONE_NEWUSER);
    if (!at_once.empty() && target.pidfd && sys::join(target.pidfd.get(), at_once.flags())) {
        left = NamespaceSet(left.flags() & ~at_once.flags());
    }
    // If it could not, it has joined none.
    if (Failure failure = open_left(options, target, plan, left); failure) {
        return failure;
    }
    if (Failure failure = join_each(options, plan, target, left); failure) {
        return failure;
    }
    if (left.has(CLONE_NEWUSER)) {
        // The caller's groups go before, where they may: inside it may be forbidden, and though
        // they have no number there they would still give access (to disks, say). become() tries
        // again.
        if (!options.preserve_credentials) {
            static_cast<void>(clear_groups());
        }
        if (const auto joined = sys::join(plan.files[user_namespace].get(), CLONE_NEWUSER);
            !joined) {
            const char *file = options.files[user_namespace];
            return refused(user_namespace, file != nullptr ? file : target.name, joined.error());
        }
        left.remove(CLONE_NEWUSER);
    }
    if (Failure failure = join_each(options, plan, target, left); failure) {
        return failure;
    }
    return plan.user_is_shared ? check_shared_user(options, target, plan) : Failure();
}

} // namespace nsjoin
