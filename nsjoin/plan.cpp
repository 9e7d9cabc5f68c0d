// SPDX-License-Identifier: Apache-2.0
// Opens and compares: nothing is joined yet. What the caller is in already is left out, as it could
// not be joined, or would cost a process.

#include "plan.h"

#include "sys/namespace.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure unreadable(const char *text, const char *subject, Errno error)
{
    return {Stage::read, text, subject, error};
}

// Its own name in /proc is "self/ns/net", the target's "ns/net".
Result<void> identify_own(const Target &target, const Namespace &name_space, FileIdentity &identity)
{
    Text<32> path;
    path.append("self/");
    path.append(name_space.file);
    return identify(target.proc.get(), path.string(), 0, identity);
}

// Opens a file of any kind, and sees that it is a namespace of this one.
Failure open_file(const char *path, const Namespace &name_space, Fd &file)
{
    if (const auto opened = open(working_directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, file);
        !opened) {
        return unreadable("cannot open", path, opened.error());
    }
    const auto kind = kind_of_namespace(file.get());
    if (!kind || kind.value() != name_space.flag) {
        Failure failure(Stage::read, "not a % namespace:", path, Errno::none);
        failure->detail = name_space.name;
        return failure;
    }
    return {};
}

} // namespace

Failure open_from_target(const Target &target, size_t index, Fd &file)
{
    if (const auto opened = open(target.directory.get(), namespaces[index].file, O_RDONLY, file);
        !opened) {
        return explain(target, Stage::read, "cannot open the namespaces of", opened.error());
    }
    return {};
}

Failure compare(const Options &options, const Target &target, size_t index, Plan &plan)
{
    const Namespace &name_space = namespaces[index];
    const bool from_file = static_cast<bool>(plan.files[index]);
    if (!from_file && !plan.from_target.has(name_space.flag)) {
        return {};
    }
    FileIdentity own;
    FileIdentity theirs;
    const auto own_result = identify_own(target, name_space, own);
    const auto result = from_file ? identify(plan.files[index].get(), "", AT_EMPTY_PATH, theirs)
                                  : identify(target.directory.get(), name_space.file, 0, theirs);
    if (!own_result) {
        // A kernel without this kind: nobody is in a namespace of it. An error where it is asked
        // for.
        const bool each = options.from_target.empty() ||
                          options.from_target.flags() == NamespaceSet::all().flags();
        if (own_result.error() == Errno::enoent && each && !result) {
            plan.from_target.remove(name_space.flag);
            return {};
        }
        return unreadable("cannot see your own namespace of kind", name_space.name,
                          own_result.error());
    }
    if (!result) {
        return explain(target, Stage::read, "cannot see the namespaces of", result.error());
    }
    if (own == theirs) {
        if (index == user_namespace && !from_file) {
            plan.user_is_shared = true;
        }
        plan.files[index] = Fd();
        plan.from_target.remove(name_space.flag);
    }
    return {};
}

namespace {

// The user namespace above the one planned, or the one that owns another that is planned.
Failure plan_user_parent(const Target &target, Plan &plan)
{
    size_t index = user_namespace;
    while (index < namespace_count && !plan.files[index] &&
           !plan.from_target.has(namespaces[index].flag)) {
        ++index;
    }
    if (index == namespace_count) {
        return unreadable("no namespace asked for that has a --user-parent", nullptr, Errno::none);
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
        return {Stage::read, "cannot open the parent user namespace", nullptr, parent.error(),
                "it must be yours or below"};
    }
    plan.files[user_namespace] = parent.value();
    plan.from_target.remove(CLONE_NEWUSER);
    return {};
}

Failure plan_net_socket(const Options &options, const Target &target, Plan &plan)
{
    auto socket = open_descriptor_of(target.pidfd.get(), options.net_socket);
    if (!socket) {
        return unreadable("cannot get the socket for --net-socket of", target.name, socket.error());
    }
    const Fd taken = socket.value();
    auto net = namespace_of_socket(taken.get());
    if (!net) {
        return unreadable("cannot get the net namespace of a socket of", target.name, net.error());
    }
    for (size_t i = 0; i < namespace_count; ++i) {
        if (namespaces[i].flag == CLONE_NEWNET) {
            plan.files[i] = net.value();
        }
    }
    plan.from_target.remove(CLONE_NEWNET);
    return {};
}

} // namespace

Failure plan(const Options &options, const Target &target, Plan &plan)
{
    plan.from_target = options.from_target;
    if (options.has_target() && options.from_target.empty() && !options.has_files() &&
        options.net_socket < 0 && !options.user_parent) {
        plan.from_target = NamespaceSet::all();
    }
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
    // To join one again that the caller is in does no harm, but for these: a mount namespace would
    // change the directory, a user namespace is refused, and a PID namespace takes a child.
    constexpr NamespaceSet not_again(CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID);
    plan.wanted = NamespaceSet();
    for (size_t i = 0; i < namespace_count; ++i) {
        const unsigned long flag = namespaces[i].flag;
        if (!options.from_target.has(flag) || not_again.has(flag)) {
            if (Failure failure = compare(options, target, i, plan); failure) {
                return failure;
            }
        }
        if (plan.files[i] || plan.from_target.has(namespaces[i].flag)) {
            plan.wanted.add(namespaces[i].flag);
        }
    }
    return {};
}

} // namespace nsjoin
