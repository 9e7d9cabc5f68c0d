// SPDX-License-Identifier: Apache-2.0
// Opened or read before anything is joined: nothing of this is looked up inside.

#include "prepare.h"

#include "proc.h"
#include "sys/memory.h"
#include "sys/path.h"

namespace nsjoin {

using namespace sys;

namespace {

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
                         : Failure(Stage::prepare, "cannot open the directory", from.path,
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
        return Failure(Stage::read, text, target.name, mapped.error());
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
        return Failure(Stage::read, text, target.name, Errno::e2big);
    }
    environment = {memory, size};
    return {};
}

Failure open_program(const char *path, Outside &outside)
{
    Fd file;
    if (const auto opened = open(working_directory, path, O_RDONLY | O_NONBLOCK, file); !opened) {
        return Failure(Stage::prepare, "cannot open the program to bring,", path, opened.error());
    }
    if (!is_regular(file.get())) {
        return Failure(Stage::prepare, "not a file that can be brought:", path, Errno::none);
    }
    if (const auto made = make_memory_file("nsjoin --bring", outside.program); !made) {
        return Failure(Stage::prepare, "cannot make a memory file for", path, made.error());
    }
    if (const auto copied = copy(file.get(), outside.program.get()); !copied) {
        return Failure(Stage::prepare, "cannot copy the program to bring,", path, copied.error());
    }
    if (const auto sealed = seal(outside.program.get()); !sealed) {
        return Failure(Stage::prepare, "cannot seal the copy of", path, sealed.error());
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
        return Failure(Stage::read, "there is no SELinux context to be had of", target.name,
                       Errno::none, "does this host use SELinux?");
    }
    outside.context = context;
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

} // namespace nsjoin
