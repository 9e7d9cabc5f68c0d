// SPDX-License-Identifier: Apache-2.0
// In the order that lets each step still succeed: what is wanted of descriptors from out here comes
// first; they are closed before any path of those inside is looked up; the directories want
// privileges that the ids then take away, groups go before the group and that before the user, and
// capabilities are passed on last.

#include "become.h"

#include "descriptors.h"
#include "sys/credentials.h"
#include "sys/memory.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failure(Stage stage, const char *text, const char *subject, Errno error,
                const char *hint = nullptr)
{
    return {stage, text, subject, error, hint};
}

// A directory of the target, or one by its path out here.
Failure open_directory(const Directory &from, const Target &target, const char *link, Fd &directory)
{
    if (from.from == Directory::From::none) {
        return {};
    }
    const bool of_target = from.from == Directory::From::target;
    if (const auto opened = open(of_target ? target.directory.get() : working_directory,
                                 of_target ? link : from.path, O_PATH | O_DIRECTORY, directory);
        !opened) {
        return of_target ? explain(target, Stage::prepare, "cannot open the directories of",
                                   opened.error())
                         : failure(Stage::prepare, "cannot open the directory", from.path,
                                   opened.error());
    }
    return {};
}

// All of it, which may be megabytes, followed by a zero.
Failure read_environment(const Target &target, TextView &environment)
{
    const char *const text = "cannot read the environment of";
    Fd file;
    if (const auto opened = open(target.directory.get(), "environ", O_RDONLY, file); !opened) {
        return explain(target, Stage::read, text, opened.error());
    }
    // As much as exec would take: MAX_ARG_STRLEN * 48, execve(2).
    constexpr size_t limit = 6U << 20;
    const auto mapped = map_memory(limit);
    if (!mapped) {
        return failure(Stage::read, text, target.name, mapped.error());
    }
    char *const memory = mapped.value();
    size_t size = 0;
    for (;;) {
        const auto got = read(file.get(), memory + size, limit - 1 - size);
        if (!got) {
            return explain(target, Stage::read, text, got.error());
        }
        if (got.value() == 0) {
            break;
        }
        size += static_cast<size_t>(got.value());
    }
    if (size == limit - 1) {
        return failure(Stage::read, text, target.name, Errno::e2big);
    }
    environment = {memory, size};
    return {};
}

Failure open_program(const char *path, Outside &outside)
{
    Fd file;
    if (const auto opened = open(working_directory, path, O_RDONLY | O_NONBLOCK, file); !opened) {
        return failure(Stage::prepare, "cannot open the program to bring,", path, opened.error());
    }
    if (!is_regular(file.get())) {
        return failure(Stage::prepare, "not a file that can be brought:", path, Errno::none);
    }
    if (const auto made = make_memory_file("nsjoin --bring", outside.program); !made) {
        return failure(Stage::prepare, "cannot make a memory file for", path, made.error());
    }
    if (const auto copied = copy(file.get(), outside.program.get()); !copied) {
        return failure(Stage::prepare, "cannot copy the program to bring,", path, copied.error());
    }
    if (const auto sealed = seal(outside.program.get()); !sealed) {
        return failure(Stage::prepare, "cannot seal the copy of", path, sealed.error());
    }
    // From the copy, which nobody changes any more.
    static char beginning[4096];
    const auto got = read_start(outside.program.get(), beginning, sizeof beginning - 1);
    const TextView wanted = interpreter({beginning, got ? static_cast<size_t>(got.value()) : 0});
    if (wanted.size != 0) {
        // Ended with a zero in its place: nothing behind it is needed.
        beginning[wanted.data + wanted.size - beginning] = '\0';
        outside.interpreter = wanted.data;
    }
    return {};
}

Failure read_context(const Target &target, Outside &outside)
{
    static char buffer[1024];
    const TextView context =
        read_beginning(target.directory.get(), "attr/current", buffer, sizeof buffer);
    if (context.size == 0 || context.size == sizeof buffer) {
        return failure(Stage::read, "there is no SELinux context to be had of", target.name,
                       Errno::none, "does this host use SELinux?");
    }
    outside.context = context;
    return {};
}

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
        return failure(Stage::become, "cannot see the ids of", target.name, Errno::none);
    }
    return {};
}

Failure unmapped(const char *text, const Id &id, Errno error)
{
    return failure(
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
        return failure(Stage::become, "cannot drop supplementary groups", nullptr, cleared.error());
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
        return failure(Stage::become, "cannot open the SELinux context for the command", nullptr,
                       opened.error());
    }
    if (const auto set = write(file.get(), outside.context); !set) {
        return failure(Stage::become, "cannot take the SELinux context of", target.name,
                       set.error());
    }
    return {};
}

Failure change_directories(const Outside &outside)
{
    if (outside.root) {
        if (const auto in = change_directory(outside.root.get()); !in) {
            return failure(Stage::become, "cannot enter the root directory", nullptr, in.error());
        }
        if (const auto changed = change_root("."); !changed) {
            return failure(Stage::become, "cannot change the root directory", nullptr,
                           changed.error());
        }
    }
    if (outside.wd) {
        if (const auto in = change_directory(outside.wd.get()); !in) {
            return failure(Stage::become, "cannot enter the working directory", nullptr,
                           in.error());
        }
    }
    return {};
}

} // namespace

Failure prepare(const Options &options, const Target &target, Outside &outside)
{
    if (Failure failure = open_directory(options.root, target, "root", outside.root); failure) {
        return failure;
    }
    if (Failure failure = open_directory(options.wd, target, "cwd", outside.wd); failure) {
        return failure;
    }
    if (options.environment == Environment::target) {
        if (Failure failure = read_environment(target, outside.environment); failure) {
            return failure;
        }
    }
    if (options.follow_context) {
        if (Failure failure = read_context(target, outside); failure) {
            return failure;
        }
    }
    if (options.bring != nullptr) {
        if (Failure failure = open_program(options.bring, outside); failure) {
            return failure;
        }
    }
    return {};
}

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
            return failure(Stage::become, "cannot enter the directory inside,", options.wdns,
                           in.error());
        }
        // A link of /proc leads anywhere.
        if (!is_inside_root()) {
            return failure(Stage::become, "not inside the root directory:", options.wdns,
                           Errno::none);
        }
    }
    const bool in_user_namespace = joined.has(CLONE_NEWUSER) && !options.preserve_credentials;
    const bool keep_caps = options.keep_caps && joined.has(CLONE_NEWUSER);
    if (keep_caps) {
        if (const auto kept = keep_capabilities(); !kept) {
            return failure(Stage::become, "cannot keep capabilities", nullptr, kept.error());
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
            return failure(Stage::become, "cannot pass on capabilities", nullptr, passed.error());
        }
    }
    return {};
}

} // namespace nsjoin
