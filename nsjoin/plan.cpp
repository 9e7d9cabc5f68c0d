// SPDX-License-Identifier: Apache-2.0
// Opens and compares: nothing is joined yet. What the caller is in already is left out, as it could
// not be joined, or would cost a process. A mount namespace that is asked for by name is joined
// again: that leaves a chroot, and goes to the root directory.

#include "plan.h"

#include "privileges.h"

#include "sys/namespace.h"

namespace nsjoin {

using namespace sys;

namespace {

// Opens a file of any kind, and sees that it is a namespace of this one.
Failure open_file(const char *path, const Namespace &name_space, Fd &file)
{
    if (Failure failure =
            check(open(working_directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, file),
                  "cannot open %", path);
        failure) {
        return failure;
    }
    const auto kind = kind_of_namespace(file.get());
    if (!kind || kind.value() != name_space.flag) {
        return Failure("% is not a & namespace", path, Errno::none, nullptr, name_space.name);
    }
    return {};
}

// The user namespace above the one planned, or the one that owns another that is planned.
Failure plan_user_parent(const Target &target, Plan &plan)
{
    size_t index = user_namespace;
    while (index < namespace_count && !plan.files[index] &&
           !plan.from_target.has(namespaces[index].flag)) {
        ++index;
    }
    if (index == namespace_count) {
        return Failure("no namespace was asked for that has a --user-parent");
    }
    Fd opened;
    if (!plan.files[index]) {
        if (Failure failure = open_from_target(target, index, opened); failure) {
            return failure;
        }
    }
    const FdRef below = opened ? opened.get() : plan.files[index].get();
    auto parent = index == user_namespace ? parent_of_namespace(below) : owner_of_namespace(below);
    if (!parent) {
        return Failure("cannot open the parent user namespace", nullptr, parent.error(),
                       "it must be yours or below");
    }
    plan.files[user_namespace] = parent.value();
    plan.from_target.remove(CLONE_NEWUSER);
    return {};
}

Failure plan_net_socket(const Options &options, const Target &target, Plan &plan)
{
    auto socket = open_descriptor_of(target.pidfd.get(), options.net_socket);
    if (!socket) {
        return Failure("cannot get the socket for --net-socket of %", target.name, socket.error(),
                       socket.error() == Errno::eperm ? why_not_traced(target) : nullptr);
    }
    const Fd taken = socket.value();
    // Others know the request too, and mean something else by it.
    if (kind_of_file(taken.get()) != S_IFSOCK) {
        return Failure("--net-socket: that descriptor of % is not a socket", target.name);
    }
    auto net = namespace_of_socket(taken.get());
    if (!net) {
        return Failure("cannot get the net namespace of a socket of %", target.name, net.error());
    }
    for (size_t i = 0; i < namespace_count; ++i) {
        if (namespaces[i].flag == CLONE_NEWNET) {
            plan.files[i] = net.value();
        }
    }
    plan.from_target.remove(CLONE_NEWNET);
    return {};
}

bool is_own_root(const Target &target, FdRef root)
{
    FileIdentity own;
    FileIdentity theirs;
    return !identify(target.proc.get(), "self/root", 0, own) ||
           !identify(root, "", AT_EMPTY_PATH, theirs) || own == theirs;
}

// Are all of them meant, and none by name?
bool means_all(const Options &options)
{
    return options.from_target.empty() ||
           options.from_target.flags() == NamespaceSet::all().flags();
}

// Was it asked for by its name, and not just as one of those that differ?
bool is_named(const Options &options, size_t index)
{
    return options.files[index] != nullptr || options.from_target.has(namespaces[index].flag);
}

// Opens and compares namespace `index`, if it is on the plan.
Failure read_namespace(const Options &options, const Target &target, size_t index, Plan &plan)
{
    const unsigned long flag = namespaces[index].flag;
    const bool from_target = plan.from_target.has(flag) && !plan.files[index];
    if (!from_target && !plan.files[index]) {
        return {};
    }
    // To join one again that the caller is in changes nothing, but for these: a mount namespace
    // changes the directories, a user namespace is refused, and a PID namespace takes a child.
    constexpr NamespaceSet not_again(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID);
    bool is_shared = false;
    if (!options.from_target.has(flag) || not_again.has(flag)) {
        FileIdentity theirs;
        if (Failure failure =
                compare(options, target, index, plan.files[index].get(), theirs, is_shared);
            failure) {
            return failure;
        }
        if (index == user_namespace && from_target) {
            plan.uses_targets_user = true;
            plan.user = theirs;
        }
    }
    if (!is_shared) {
        plan.differing.add(flag);
    } else if (flag != CLONE_NEWNS || !is_named(options, index)) {
        plan.files[index] = Fd();
        plan.from_target.remove(flag);
        return {};
    }
    plan.wanted.add(flag);
    return {};
}

Failure open_and_compare(const Options &options, const Target &target, Plan &plan)
{
    plan.from_target = asked_of_target(options);
    for (size_t i = 0; i < namespace_count; ++i) {
        if (options.files[i] != nullptr) {
            if (Failure failure = open_file(options.files[i], namespaces[i], plan.files[i]);
                failure) {
                return failure;
            }
            plan.from_target.remove(namespaces[i].flag);
        }
    }
    if (options.net_socket >= 0) {
        if (Failure failure = plan_net_socket(options, target, plan); failure) {
            return failure;
        }
    }
    if (options.user_parent) {
        if (Failure failure = plan_user_parent(target, plan); failure) {
            return failure;
        }
    }
    for (size_t i = 0; i < namespace_count; ++i) {
        if (Failure failure = read_namespace(options, target, i, plan); failure) {
            return failure;
        }
    }
    // Whether the target may be looked into at all is known before anything is joined.
    FileIdentity any;
    if (const auto seen =
            identify(target.directory.get(), namespaces[user_namespace].file(), 0, any);
        !plan.from_target.empty() && !seen) {
        return explain(target, "cannot see the namespaces of %", seen.error());
    }
    // It is joined by its file, never through the pidfd, join.cpp.
    return plan.from_target.has(CLONE_NEWUSER)
               ? open_from_target(target, user_namespace, plan.files[user_namespace])
               : Failure();
}

} // namespace

NamespaceSet asked_of_target(const Options &options)
{
    const bool names_none = options.has_target() && options.from_target.empty() &&
                            !options.has_files() && options.net_socket < 0 && !options.user_parent;
    return names_none ? NamespaceSet::all() : options.from_target;
}

Failure compare(const Options &options, const Target &target, size_t index, FdRef file,
                FileIdentity &theirs, bool &is_shared)
{
    const Namespace &name_space = namespaces[index];
    FileIdentity own;
    const auto own_result = identify(target.proc.get(), name_space.own_file, 0, own);
    const auto result = file ? identify(file, "", AT_EMPTY_PATH, theirs)
                             : identify(target.directory.get(), name_space.file(), 0, theirs);
    if (!own_result) {
        // Without /proc, which only files can do without, nothing is known to be shared.
        if (!target.proc) {
            return {};
        }
        // A kernel without this kind: nobody is in a namespace of it. An error where it is asked
        // for.
        if (own_result.error() == Errno::enoent && means_all(options) && !result) {
            is_shared = true;
            return {};
        }
        return Failure("cannot see the & namespace of this process", nullptr, own_result.error(),
                       nullptr, name_space.name);
    }
    if (!result) {
        return options.has_target()
                   ? explain(target, "cannot see the namespaces of %", result.error())
                   : Failure("cannot compare a namespace with the caller's", nullptr,
                             result.error());
    }
    is_shared = own == theirs;
    return {};
}

Failure open_from_target(const Target &target, size_t index, Fd &file)
{
    if (const auto opened = open(target.directory.get(), namespaces[index].file(), O_RDONLY, file);
        !opened) {
        return explain(target, "cannot open the namespaces of %", opened.error());
    }
    return {};
}

Failure check_user(const Target &target, const Plan &plan)
{
    FileIdentity now;
    return !plan.uses_targets_user ||
                   (identify(target.directory.get(), namespaces[user_namespace].file(), 0, now) &&
                    now == plan.user)
               ? Failure()
               : Failure("% has changed its user namespace, or has ended", target.name);
}

Failure read_namespaces(const Options &options, const Target &target, Plan &plan)
{
    if (Failure failure = open_and_compare(options, target, plan); failure) {
        return failure;
    }
    if (Failure failure = open_directory(target, options.root, "root", plan.root); failure) {
        return failure;
    }
    const NamespaceSet own_of_target(plan.from_target.flags() & plan.differing.flags());
    if (options.root.from == Directory::From::none) {
        plan.sees_target_files = own_of_target.has(CLONE_NEWNS);
    } else if (options.root.from == Directory::From::target) {
        plan.sees_target_files =
            own_of_target.has(CLONE_NEWNS) || !is_own_root(target, plan.root.get());
    }
    // A process in between joins the user namespace, and all others with it, fork.cpp. Else what is
    // to be born in a cgroup has to see it, which the target's cgroup namespace may not let.
    const unsigned long wanted = plan.wanted.flags();
    const unsigned long late = plan.wanted.has(CLONE_NEWUSER) ? wanted
                               : options.join_cgroup          ? wanted & CLONE_NEWCGROUP
                                                              : 0;
    plan.late = NamespaceSet(late);
    plan.early = NamespaceSet(wanted & ~late);
    return {};
}

} // namespace nsjoin
