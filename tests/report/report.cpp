// SPDX-License-Identifier: Apache-2.0
// report: the command that the long tests run through nsjoin. It says on stdout all that nsjoin
// decides for a command, a line a fact, and exits with 7. With the argument `namespaces` it says
// only those: then it is quick enough to be run 100,000 times.

#include "nsjoin/namespaces.h"
#include "nsjoin/proc.h"
#include "sys/path.h"
#include "sys/process.h"
#include "sys/start.h"
#include "sys/terminal.h"

namespace {

using namespace sys;

constexpr int done = 7;

Text<65536> report;
char buffer[32768];

void append(TextView text)
{
    for (size_t i = 0; i < text.size; ++i) {
        report.append(text.data[i]);
    }
}

void append_line(const char *name, TextView value)
{
    report.append(name);
    report.append(' ');
    append(value);
    report.append('\n');
}

TextView link(const char *path)
{
    const auto size = read_link(working_directory, path, buffer, sizeof buffer);
    return {buffer, size ? static_cast<size_t>(size.value()) : 0};
}

TextView contents(const char *path)
{
    return read_beginning(working_directory, path, buffer, sizeof buffer);
}

void append_namespaces()
{
    for (const auto &each : nsjoin::namespaces) {
        Text<64> path;
        path.append("/proc/self/");
        path.append(each.file());
        append_line(each.name, link(path.string()));
    }
}

void append_descriptors()
{
    Fd directory;
    if (const auto opened =
            open(working_directory, "/proc/self/fd", O_RDONLY | O_DIRECTORY, directory);
        !opened) {
        return;
    }
    const Decimal own(static_cast<uint32_t>(directory.get().number));
    for (;;) {
        const auto got = read_directory(directory.get(), buffer, sizeof buffer);
        if (!got || got.value() == 0) {
            return;
        }
        for (long at = 0; at < got.value();) {
            const auto &entry = *reinterpret_cast<const DirectoryEntry *>(buffer + at);
            const TextView name(entry.name, length(entry.name));
            if (*entry.name != '.' && !equal(own.string(), name)) {
                append_line("descriptor", name);
            }
            at += entry.size;
        }
    }
}

void append_status()
{
    const TextView status = contents("/proc/self/status");
    constexpr const char *keys[] = {"Uid",    "Gid",    "Groups", "SigBlk",     "SigIgn", "CapPrm",
                                    "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Umask"};
    for (const char *key : keys) {
        append_line(key, nsjoin::field(status, key));
    }
}

void append_strings(const char *name, const char *const *strings)
{
    for (; *strings != nullptr; ++strings) {
        append_line(name, {*strings, length(*strings)});
    }
}

void append_terminal()
{
    TerminalMode mode;
    append_line("terminal", terminal_mode(standard_input, mode) ? TextView("yes") : TextView("no"));
    int death = 0;
    static_cast<void>(call<void>(__NR_prctl, PR_GET_PDEATHSIG, &death, 0, 0, 0));
    append_line("dies with its parent by",
                {Decimal(static_cast<uint32_t>(death)).string(),
                 length(Decimal(static_cast<uint32_t>(death)).string())});
}

} // namespace

void start(const InitialStack &initial)
{
    append_namespaces();
    if (initial.argc < 2 || !equal(initial.argv[1], "namespaces")) {
        append_line("directory", link("/proc/self/cwd"));
        append_line("root", link("/proc/self/root"));
        append_descriptors();
        append_status();
        append_strings("argument", initial.argv);
        append_strings("variable", initial.environment());
        append_terminal();
        append(contents("/proc/self/cgroup"));
    }
    static_cast<void>(write(standard_output, report.view()));
    exit(done);
}
