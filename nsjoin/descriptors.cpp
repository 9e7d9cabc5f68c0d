// SPDX-License-Identifier: Apache-2.0
#include "descriptors.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failure(const char *text, Errno error)
{
    return {Stage::prepare, text, nullptr, error};
}

// Before Linux 5.11: those that are open, by their list.
Failure close_listed(const Target &target)
{
    const char *const text = "cannot close descriptors";
    Fd list;
    if (const auto opened = open(target.proc.get(), "thread-self/fd", O_RDONLY | O_DIRECTORY, list);
        !opened) {
        return failure(text, opened.error());
    }
    alignas(8) char buffer[2048];
    for (;;) {
        const auto got = read_directory(list.get(), buffer, sizeof buffer);
        if (!got) {
            return failure(text, got.error());
        }
        if (got.value() == 0) {
            return {};
        }
        for (long at = 0; at < got.value();) {
            const auto &entry = *reinterpret_cast<const DirectoryEntry *>(buffer + at);
            uint32_t number = 0;
            if (parse_number({entry.name, length(entry.name)}, number) && number > 2) {
                static_cast<void>(set_close_on_exec(FdRef(static_cast<long>(number))));
            }
            at += entry.size;
        }
    }
}

} // namespace

Failure check_descriptors(const Options &options)
{
    for (size_t i = 0; i < options.keep_count; ++i) {
        if (const auto open = status_flags(FdRef(options.keep[i])); !open) {
            return failure("cannot keep a descriptor that is not open, --keep-fd", open.error());
        }
    }
    if (options.status_fd >= 0) {
        if (const auto open = status_flags(FdRef(options.status_fd)); !open) {
            return failure("cannot write to a descriptor that is not open, --status-fd",
                           open.error());
        }
    }
    return {};
}

Failure close_others(const Options &options, const Target &target)
{
    if (!close_on_exec_from(FdRef(3))) {
        if (Failure failure = close_listed(target); failure) {
            return failure;
        }
    }
    for (size_t i = 0; i < options.keep_count; ++i) {
        if (const auto kept = keep_on_exec(FdRef(options.keep[i])); !kept) {
            return failure("cannot keep a descriptor", kept.error());
        }
    }
    return {};
}

} // namespace nsjoin
