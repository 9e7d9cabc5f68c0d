// SPDX-License-Identifier: Apache-2.0
// In the order that lets each step still succeed: the directories that were opened out here come
// first; descriptors are closed before any path of those inside is looked up; the directories want
// privileges that the ids then take away, groups go before the group and that before the user, and
// capabilities are passed on last.

#include "become.h"

#include "descriptors.h"
#include "sys/credentials.h"

namespace nsjoin {

using namespace sys;

namespace {

// The ids of the target, as the user namespace that this process is in now sees them: that is what
// counts when status is opened.
Failure find_id(const Id &wanted, const Target &target, const char *key, uint32_t &id)
{
    id = wanted.number;
    if (wanted.from != Id::From::target) {
        return {};
    }
    char buffer[2048];
    TextView value =
        field(read_beginning(target.directory.get(), "status", buffer, sizeof buffer), key);
    // Real, effective, saved, file system.
    take_word(value, '\t');
    if (!parse_number(take_word(value, '\t'), id)) {
        return Failure(Stage::become, "cannot see the ids of", target.name, Errno::none);
    }
    return {};
}

Failure unmapped(const char *text, const Id &id, Errno error)
{
    return Failure(
        Stage::become, text, id.text, error,
        error == Errno::einval
            ? "it is not mapped in this user namespace: see -S, -G and --preserve-credentials"
            : nullptr);
}

Failure become_group(const Options &options, uint32_t gid, bool in_user_namespace)
{
    if (options.gid.from == Id::From::caller && !in_user_namespace) {
        return {};
    }
    // A user namespace may forbid it, user_namespaces(7): who might drop them has done so before it
    // was joined, join.cpp, and else they stay.
    if (const auto cleared = clear_groups();
        !cleared && (!in_user_namespace || cleared.error() != Errno::eperm)) {
        return Failure(Stage::become, "cannot drop supplementary groups", nullptr, cleared.error());
    }
    if (const auto set = set_group(gid); !set) {
        return unmapped("cannot become group", options.gid, set.error());
    }
    return {};
}

Failure become_user(const Options &options, uint32_t uid, bool in_user_namespace)
{
    if (options.uid.from == Id::From::caller && !in_user_namespace) {
        return {};
    }
    if (const auto set = set_user(uid); !set) {
        return unmapped("cannot become user", options.uid, set.error());
    }
    return {};
}

// Of this process itself, in the caller's /proc, which is where it can be seen.
Failure set_context(const Target &target, const Outside &outside)
{
    Fd file;
    if (const auto opened = open(target.proc.get(), "thread-self/attr/exec", O_WRONLY, file);
        !opened) {
        return Failure(Stage::become, "cannot open the SELinux context for the command", nullptr,
                       opened.error());
    }
    if (const auto set = write(file.get(), outside.context); !set) {
        return Failure(Stage::become, "cannot take the SELinux context of", target.name,
                       set.error());
    }
    return {};
}

Failure change_directories(const Outside &outside)
{
    if (outside.root) {
        if (const auto in = change_directory(outside.root.get()); !in) {
            return Failure(Stage::become, "cannot enter the root directory", nullptr, in.error());
        }
        if (const auto changed = change_root("."); !changed) {
            return Failure(Stage::become, "cannot change the root directory", nullptr,
                           changed.error());
        }
    }
    if (outside.wd) {
        if (const auto in = change_directory(outside.wd.get()); !in) {
            return Failure(Stage::become, "cannot enter the working directory", nullptr,
                           in.error());
        }
    }
    return {};
}

} // namespace

Failure become(const Options &options, const Target &target, NamespaceSet joined,
               const Outside &outside, FdRef failures)
{
    if (Failure failure = change_directories(outside); failure) {
        return failure;
    }
    if (options.follow_context) {
        if (Failure failure = set_context(target, outside); failure) {
            return failure;
        }
    }
    uint32_t uid = 0;
    uint32_t gid = 0;
    if (Failure failure = find_id(options.gid, target, "Gid", gid); failure) {
        return failure;
    }
    if (Failure failure = find_id(options.uid, target, "Uid", uid); failure) {
        return failure;
    }
    if (Failure failure = close_others(options, target, failures, outside.program.get()); failure) {
        return failure;
    }
    if (options.wdns != nullptr) {
        if (const auto in = chdir(options.wdns); !in) {
            return Failure(Stage::become, "cannot enter the directory inside,", options.wdns,
                           in.error());
        }
        // A link of /proc leads anywhere.
        if (!is_inside_root()) {
            return Failure(Stage::become, "not inside the root directory:", options.wdns,
                           Errno::none);
        }
    }
    const bool in_user_namespace = joined.has(CLONE_NEWUSER) && !options.preserve_credentials;
    const bool keep_caps = options.keep_caps && joined.has(CLONE_NEWUSER);
    if (keep_caps) {
        if (const auto kept = keep_capabilities(); !kept) {
            return Failure(Stage::become, "cannot keep capabilities", nullptr, kept.error());
        }
    }
    if (Failure failure = become_group(options, gid, in_user_namespace); failure) {
        return failure;
    }
    if (Failure failure = become_user(options, uid, in_user_namespace); failure) {
        return failure;
    }
    if (keep_caps) {
        if (const auto passed = pass_on_capabilities(); !passed) {
            return Failure(Stage::become, "cannot pass on capabilities", nullptr, passed.error());
        }
    }
    return {};
}

} // namespace nsjoin
