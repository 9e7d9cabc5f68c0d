// SPDX-License-Identifier: Apache-2.0
// All of this is opened or read before anything is joined: nothing of it is looked up inside.

#include "prepare.h"

#include "descriptors.h"
#include "environment.h"
#include "proc.h"
#include "run.h"
#include "sys/memory.h"
#include "sys/path.h"

namespace nsjoin {

using namespace sys;

namespace {

// All of it, which may be megabytes, followed by a zero.
Failure read_environment(const Target &target, TextView &environment)
{
    const char *const text = "cannot read the environment of %";
    Fd file;
    if (const auto opened = open(target.directory.get(), "environ", O_RDONLY, file); !opened) {
        return explain(target, text, opened.error());
    }
    // As much as exec would take: MAX_ARG_STRLEN * 48, execve(2).
    constexpr size_t limit = 6U << 20;
    const auto mapped = map_memory(limit);
    if (!mapped) {
        return Failure(text, target.name, mapped.error());
    }
    char *const memory = mapped.value();
    size_t size = 0;
    for (;;) {
        const auto got = read(file.get(), memory + size, limit - 1 - size);
        if (!got) {
            return explain(target, text, got.error());
        }
        if (got.value() == 0) {
            break;
        }
        size += static_cast<size_t>(got.value());
    }
    if (size == limit - 1) {
        return Failure(text, target.name, Errno::e2big);
    }
    environment = {memory, size};
    return {};
}

// A copy that nobody can change any more.
Failure copy_program(FdRef file, const char *path, Fd &program)
{
    // After its file, as the kernel names the process so from Linux 6.14 on.
    const char *name = path;
    for (const char *each = path; *each != '\0'; ++each) {
        // No longer than memfd_create(2) takes.
        constexpr int longest = 240;
        name = *each == '/' || each - name == longest ? each + 1 : name;
    }
    if (file_size_limit() < size_of_file(file)) {
        return Failure("cannot copy the program %", path, Errno::efbig,
                       "raise the limit on file sizes: ulimit -f");
    }
    if (const auto made = make_memory_file(name, program); !made) {
        return Failure("cannot make a memory file for %", path, made.error(),
                       made.error() == Errno::eacces ? "see sysctl vm.memfd_noexec" : nullptr);
    }
    if (Failure failure = check(copy(file, program.get()), "cannot copy the program %", path);
        failure) {
        return failure;
    }
    if (Failure failure = check(seal(program.get()), "cannot seal the copy of %", path); failure) {
        return failure;
    }
    // A script's interpreter is handed the descriptor: it is to read it only.
    if (Failure failure =
            check(reopen(program.get(), O_RDONLY, program), "cannot open the copy of %", path);
        failure) {
        return failure;
    }
    return {};
}

// As it is named, or, without a slash, as a command of the caller's.
Result<void> find_program(const char *path, const char *const *environment, Fd &file)
{
    constexpr int flags = O_RDONLY | O_NONBLOCK;
    const auto named = open(working_directory, path, flags, file);
    if (contains(path, '/') || (named && is_regular(file.get()))) {
        return named;
    }
    Candidates candidates(path, environment);
    while (const char *const candidate = candidates.next()) {
        Fd found;
        if (executable(candidate) && open(working_directory, candidate, flags, found) &&
            is_regular(found.get())) {
            file = static_cast<Fd &&>(found);
            return Result<void>(0);
        }
    }
    return named;
}

Failure open_program(const char *path, const char *const *environment, Outside &outside)
{
    Fd file;
    if (const auto found = find_program(path, environment, file); !found) {
        return Failure("cannot open the program %", path, found.error(),
                       !contains(path, '/') ? "neither here nor in your PATH" : nullptr);
    }
    if (!is_regular(file.get())) {
        return Failure("cannot bring %: it is not a regular file", path);
    }
    if (Failure failure = copy_program(file.get(), path, outside.program);
        failure && !open_read_only(file.get(), outside.program)) {
        return failure;
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
        return Failure("% has no SELinux context", target.name, Errno::none,
                       "does this host use SELinux?");
    }
    outside.context = context;
    return {};
}

// May the command use the names that the target chose? It may where it sees the target's files, or
// is in every way as the target is, so that it can do no more with what it finds.
bool uses_own_names(const Options &options, const Plan &plan)
{
    return plan.sees_target_files ||
           (options.as_target == AsTarget::all && options.uid.from == Id::From::target &&
            options.gid.from == Id::From::target && options.root.from == Directory::From::target &&
            asked_of_target(options).flags() == NamespaceSet::all().flags() &&
            !options.has_files() && options.net_socket < 0 && !options.user_parent);
}

// What would be looked up by a name that the target chose has to be looked up among its own files.
Failure check_trust(const Options &options, const Target &target, const Plan &plan,
                    const char *const *environment)
{
    if (uses_own_names(options, plan)) {
        return {};
    }
    if (options.environment == Environment::target) {
        return Failure(
            "--env: the command would use the environment of % with files that "
            "are not its own",
            target.name, Errno::none,
            "enter its own mount namespace, -m, or root, -r, or use --clear-env and --setenv");
    }
    if (options.wd.from == Directory::From::target && options.bring == nullptr &&
        finds_relatively(options.command[0], environment)) {
        return Failure("--wd: a relative path would find the command in the working directory of "
                       "%",
                       target.name, Errno::none,
                       "enter its own mount namespace, -m, or root, -r, or use absolute paths for "
                       "the command, in PATH and in LD_LIBRARY_PATH");
    }
    return {};
}

// May those inside, or another user, come to hold the caller's terminal and descriptors by the
// command?
bool is_for_others(const Run &run)
{
    return run.plan.differing.has(CLONE_NEWNS | CLONE_NEWPID) || run.plan.root ||
           run.options.as_target != AsTarget::no ||
           (run.ids.sets_user && run.ids.outside_uid != run.initial.auxiliary(AT_EUID));
}

bool has_terminal()
{
    TerminalMode mode;
    return terminal_mode(standard_input, mode) || terminal_mode(standard_output, mode) ||
           terminal_mode(standard_error, mode);
}

// /dev/tty need not be there: see tty_nr in proc_pid_stat(5).
bool is_session_with_terminal(const Target &target)
{
    char buffer[1024];
    const TextView stat = read_beginning(target.proc.get(), "self/stat", buffer, sizeof buffer);
    constexpr int tty_nr = 7;
    uint32_t terminal = 1;
    return !parse_number(stat_field(stat, tty_nr), terminal) || terminal != 0;
}

// Who redirects all of 0, 1 and 2 does not mean to hand in the terminal. With --pty the command has
// a session of its own anyway.
Failure find_controlling_terminal(Run &run)
{
    if (run.options.pty || !run.outside.is_for_others) {
        return {};
    }
    const auto opened = open(working_directory, "/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK,
                             run.outside.controlling_terminal);
    if (!opened) {
        return opened.error() == Errno::enxio || !is_session_with_terminal(run.target)
                   ? Failure()
                   : Failure("cannot open /dev/tty, to take it from the command", nullptr,
                             opened.error());
    }
    if (has_terminal()) {
        run.outside.controlling_terminal = Fd();
        return {};
    }
    run.outside.leads_session = leads_session();
    return run.outside.leads_session && run.options.no_fork
               ? Failure("--no-fork: the command would keep the terminal of this session", nullptr,
                         Errno::none, "leave out --no-fork")
               : Failure();
}

} // namespace

Failure prepare(Run &run)
{
    const Options &options = run.options;
    const Target &target = run.target;
    Outside &outside = run.outside;
    if (Failure failure = check_status_descriptor(options, target); failure) {
        return failure;
    }
    if (Failure failure = open_directory(target, options.wd, "cwd", outside.wd); failure) {
        return failure;
    }
    outside.is_for_others = is_for_others(run);
    TextView of_target{};
    if (options.environment == Environment::target && uses_own_names(options, run.plan)) {
        if (Failure failure = read_environment(target, of_target); failure) {
            return failure;
        }
    }
    outside.environment = run.initial.environment();
    if (Failure failure = make_environment(options, of_target, outside.environment); failure) {
        return failure;
    }
    if (Failure failure = check_trust(options, target, run.plan, outside.environment); failure) {
        return failure;
    }
    if (options.follow_context) {
        if (Failure failure = read_context(target, outside); failure) {
            return failure;
        }
    }
    if (options.bring != nullptr) {
        if (Failure failure = open_program(options.bring, run.initial.environment(), outside);
            failure) {
            return failure;
        }
    }
    if (options.join_cgroup) {
        if (Failure failure = find_cgroups(target, run.cgroups); failure) {
            return failure;
        }
    }
    if (Failure failure = find_controlling_terminal(run); failure) {
        return failure;
    }
    if (options.pty) {
        if (Failure failure = run.terminal.open(run.ids.outside_uid); failure) {
            return failure;
        }
    }
    if (Failure failure = prepare_fork(run); failure) {
        return failure;
    }
    // Those inside are not to look into this process, nor into the children that it makes.
    return check(hide_from_tracing(), "cannot hide from those inside");
}

} // namespace nsjoin
