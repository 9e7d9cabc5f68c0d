// SPDX-License-Identifier: Apache-2.0
// The command is looked for inside, in the PATH that it will have, as execvp(3) does.

#include "exec.h"

#include "environment.h"
#include "run.h"
#include "sys/memory.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failed(const char *text, const char *subject, Errno error, int status,
               const char *hint = nullptr, const char *detail = nullptr)
{
    Failure failure(text, subject, error, hint, detail);
    failure->status = static_cast<uint8_t>(status);
    return failure;
}

// A script without #! is run by the shell, as execvp(3) does it.
Errno execute_script(const char *path, const char *const *arguments, const char *const *environment)
{
    size_t count = 0;
    while (arguments[count] != nullptr) {
        ++count;
    }
    const auto mapped = map_memory((count + 2) * sizeof(char *));
    if (!mapped) {
        return Errno::enoexec;
    }
    auto *shifted = reinterpret_cast<const char **>(mapped.value());
    shifted[0] = "/bin/sh";
    shifted[1] = path;
    for (size_t i = 1; i < count; ++i) {
        shifted[i + 1] = arguments[i];
    }
    return execute("/bin/sh", shifted, environment);
}

// Is it text, so that a shell can run it? A program of another machine is not.
bool is_text(const char *path)
{
    Fd file;
    char beginning[256];
    if (!open(working_directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, file) ||
        !is_regular(file.get())) {
        return false;
    }
    const auto size = read_start(file.get(), beginning, sizeof beginning);
    if (size && begins_with({beginning, static_cast<size_t>(size.value())}, TextView(ELFMAG))) {
        return false;
    }
    for (long i = 0; size && i < size.value() && beginning[i] != '\n'; ++i) {
        if (beginning[i] == '\0') {
            return false;
        }
    }
    return static_cast<bool>(size);
}

Errno execute_path(const char *path, const char *const *arguments, const char *const *environment)
{
    const Errno error = execute(path, arguments, environment);
    return error == Errno::enoexec && is_text(path) ? execute_script(path, arguments, environment)
                                                    : error;
}

Errno execute_by_path(const char *const *arguments, const char *const *environment)
{
    Candidates candidates(arguments[0], environment);
    Errno worst = Errno::enoent;
    while (const char *const path = candidates.next()) {
        const Errno error = execute_path(path, arguments, environment);
        if (error == Errno::eacces) {
            worst = error;
        } else if (error != Errno::enoent && error != Errno::enotdir &&
                   error != Errno::enametoolong) {
            return error;
        }
    }
    return worst;
}

// Are the files that the command sees others than the caller's?
bool is_inside(const Run &run)
{
    return run.plan.differing.has(CLONE_NEWNS) || run.plan.root;
}

// Why a command is not found that is given without a path: in whose files and in which PATH it was
// looked for, and what else can be done.
Failure not_in_path(const Run &run, const char *command, Errno error)
{
    const Options &options = run.options;
    bool is_set = false;
    for (size_t i = 0; i < options.set_count; ++i) {
        is_set = is_set || begins_with(options.set[i], "PATH=");
    }
    const bool is_callers = options.environment == Environment::caller && !is_set;
    const char *whose = is_callers ? "your PATH" : "the PATH of the process";
    if (is_set) {
        whose = "the PATH of --setenv";
    } else if (value_of(run.outside.environment, "PATH=") == nullptr) {
        whose = "the default PATH";
    }
    const char *hint = "looked for outside, in &";
    if (is_inside(run)) {
        hint = is_callers && run.plan.sees_target_files
                   ? "looked for inside, in &; -e uses that of the process, --bring runs a program "
                     "of yours"
                   : "looked for inside, in &; --bring runs a program of yours";
    }
    return failed("cannot find the command %", command, error, status_not_found, hint, whose);
}

Failure explain(const Run &run, const char *command, Errno error)
{
    if (error != Errno::enoent && error != Errno::enotdir) {
        Fd directory;
        const bool is_directory = error == Errno::eacces &&
                                  open(working_directory, command, O_PATH | O_DIRECTORY, directory);
        return failed("cannot execute %", command, error, status_not_executable,
                      is_directory ? "it is a directory" : nullptr);
    }
    FileIdentity identity;
    const bool has_slash = contains(command, '/');
    if (has_slash && identify(working_directory, command, 0, identity)) {
        return failed("cannot execute %", command, error, status_not_executable,
                      "the interpreter that it needs is missing inside");
    }
    if (!has_slash) {
        return not_in_path(run, command, error);
    }
    const char *hint = "looked for inside; --bring runs a program of yours";
    if (run.options.command[0] == nullptr) {
        hint = "there is no shell inside: bring one, --bring=busybox with -- sh, or leave out -m "
               "and -r";
    }
    return failed("cannot find the command %", command, error, status_not_found,
                  is_inside(run) ? hint : nullptr);
}

Failure exec_shell(const Run &run)
{
    const char *const *const environment = run.outside.environment;
    const char *shell = value_of(environment, "SHELL=");
    if (shell == nullptr || *shell != '/' || !executable(shell)) {
        shell = "/bin/sh";
    }
    const char *name = shell;
    for (const char *each = shell; *each != '\0'; ++each) {
        name = *each == '/' ? each + 1 : name;
    }
    // A login shell, as nsenter has it.
    Text<> argument;
    argument.append('-');
    argument.append(name);
    const char *const arguments[] = {argument.string(), nullptr};
    return explain(run, shell, execute(shell, arguments, environment));
}

Failure exec_brought(const Options &options, const Outside &outside)
{
    if (outside.interpreter != nullptr && !executable(outside.interpreter)) {
        return failed("cannot run % inside: it is not static", options.bring, Errno::enoent,
                      status_not_executable, "it needs &", outside.interpreter);
    }
    const char *const alone[] = {options.bring, nullptr};
    const bool is_given = options.command[0] != nullptr;
    const char *const *const arguments = is_given ? options.command : alone;
    Errno error = execute(outside.program.get(), arguments, outside.environment);
    if (error == Errno::enoent) {
        // A script: its interpreter opens it by the descriptor, which so stays open.
        static_cast<void>(keep_on_exec(outside.program.get()));
        error = execute(outside.program.get(), arguments, outside.environment);
    }
    return failed("cannot execute %", options.bring, error, status_not_executable);
}

} // namespace

Failure exec(const Run &run)
{
    const Options &options = run.options;
    const Outside &outside = run.outside;
    if (outside.program) {
        return exec_brought(options, outside);
    }
    const char *const command = options.command[0];
    if (command == nullptr) {
        return exec_shell(run);
    }
    if (contains(command, '/')) {
        return explain(run, command, execute_path(command, options.command, outside.environment));
    }
    return explain(run, command,
                   *command == '\0' ? Errno::enoent
                                    : execute_by_path(options.command, outside.environment));
}

} // namespace nsjoin
