// SPDX-License-Identifier: Apache-2.0
// The command is looked for inside, in the PATH that it will have, as execvp(3) does.

#include "exec.h"

#include "environment.h"
#include "sys/memory.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failure(const char *text, const char *subject, Errno error, int status = status_failed)
{
    Failure failure(Stage::exec, text, subject, error);
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

Errno execute_path(const char *path, const char *const *arguments, const char *const *environment)
{
    const Errno error = execute(path, arguments, environment);
    return error == Errno::enoexec ? execute_script(path, arguments, environment) : error;
}

Errno execute_by_path(const char *const *arguments, const char *const *environment)
{
    const char *path = value_of(environment, "PATH=");
    if (path == nullptr) {
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    }
    Errno worst = Errno::enoent;
    static Text<4096> candidate;
    TextView rest(path, length(path));
    const char *const end = path + rest.size;
    TextView directory;
    do {
        directory = take_word(rest, ':');
        candidate.clear();
        candidate.append(directory);
        if (directory.size != 0) {
            candidate.append('/');
        }
        candidate.append(arguments[0]);
        if (candidate.view().size == 0) {
            continue;
        }
        const Errno error = execute_path(candidate.string(), arguments, environment);
        if (error == Errno::eacces) {
            worst = error;
        } else if (error != Errno::enoent && error != Errno::enotdir) {
            return error;
        }
    } while (directory.data + directory.size != end);
    return worst;
}

Failure explain(const char *command, Errno error)
{
    if (error != Errno::enoent && error != Errno::enotdir) {
        Failure why = failure("cannot execute", command, error, status_not_executable);
        if (Fd directory; error == Errno::eacces &&
                          open(working_directory, command, O_PATH | O_DIRECTORY, directory)) {
            why->hint = "it is a directory";
        }
        return why;
    }
    FileIdentity identity;
    bool has_slash = false;
    for (const char *each = command; *each != '\0'; ++each) {
        has_slash = has_slash || *each == '/';
    }
    if (has_slash && identify(working_directory, command, 0, identity)) {
        Failure why = failure("cannot execute", command, error, status_not_executable);
        why->hint = "the interpreter that it wants is not there inside";
        return why;
    }
    Failure why = failure("cannot find the command", command, error, status_not_found);
    why->hint = has_slash ? nullptr : "looked for inside, in PATH";
    return why;
}

Failure exec_shell(const char *const *environment)
{
    const char *shell = value_of(environment, "SHELL=");
    if (shell == nullptr || *shell != '/' || !executable(shell)) {
        shell = "/bin/sh";
    }
    const char *name = shell;
    for (const char *each = shell; *each != '\0'; ++each) {
        name = *each == '/' ? each + 1 : name;
    }
    // A login shell, as nsenter has it.
    static Text<256> argument;
    argument.append('-');
    argument.append(name);
    const char *const arguments[] = {argument.string(), nullptr};
    return explain(shell, execute(shell, arguments, environment));
}

Failure exec_brought(const Options &options, const Outside &outside, const char *const *environment)
{
    if (outside.interpreter != nullptr) {
        if (!executable(outside.interpreter)) {
            Failure why = failure("cannot run inside, as it is not static, the program",
                                  options.bring, Errno::enoent, status_not_executable);
            why->hint = "it wants %";
            why->detail = outside.interpreter;
            return why;
        }
    }
    const char *const alone[] = {options.bring, nullptr};
    const bool is_given = options.command[0] != nullptr;
    const char *const *const arguments = is_given ? options.command : alone;
    Errno error = execute(outside.program.get(), arguments, environment);
    if (error == Errno::enoent) {
        // A script, which its interpreter opens.
        static_cast<void>(keep_on_exec(outside.program.get()));
        error = execute(outside.program.get(), arguments, environment);
    }
    return failure("cannot execute", options.bring, error, status_not_executable);
}

} // namespace

Failure exec(const Options &options, const Outside &outside, const char *const *environment)
{
    if (Failure failure = make_environment(options, outside.environment, environment); failure) {
        return failure;
    }
    if (outside.program) {
        return exec_brought(options, outside, environment);
    }
    if (options.command[0] == nullptr) {
        return exec_shell(environment);
    }
    const char *const command = options.command[0];
    for (const char *each = command; *each != '\0'; ++each) {
        if (*each == '/') {
            return explain(command, execute_path(command, options.command, environment));
        }
    }
    if (*command == '\0') {
        return explain(command, Errno::enoent);
    }
    return explain(command, execute_by_path(options.command, environment));
}

} // namespace nsjoin
