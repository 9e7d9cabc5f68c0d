// SPDX-License-Identifier: Apache-2.0
#include "descriptors.h"

#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

// Those not to be closed, in any order. -1, which is none, is the greatest.
struct Kept {
    uint32_t numbers[max_kept + 2];
    size_t count = 0;

    void add(int number) { numbers[count++] = static_cast<uint32_t>(number); }

    // The lowest from `first` up.
    uint32_t next(uint32_t first) const
    {
        uint32_t lowest = ~0U;
        for (size_t i = 0; i < count; ++i) {
            if (numbers[i] >= first && numbers[i] < lowest) {
                lowest = numbers[i];
            }
        }
        return lowest;
    }
};

// Before Linux 5.9: those that are open, by their list.
Failure close_listed(const Target &target, const Kept &kept)
{
    const char *const text = "cannot close descriptors";
    Fd list;
    if (Failure failure =
            check(open(target.proc.get(), "thread-self/fd", O_RDONLY | O_DIRECTORY, list), text);
        failure) {
        return failure;
    }
    alignas(8) char buffer[2048];
    for (;;) {
        const auto got = read_directory(list.get(), buffer, sizeof buffer);
        if (!got) {
            return Failure(text, nullptr, got.error());
        }
        if (got.value() == 0) {
            return {};
        }
        for (long at = 0; at < got.value();) {
            const auto &entry = *reinterpret_cast<const DirectoryEntry *>(buffer + at);
            uint32_t number = 0;
            if (parse_number({entry.name, length(entry.name)}, number) && number > 2 &&
                kept.next(number) != number && list.get().number != static_cast<int>(number)) {
                static_cast<void>(close(FdRef(static_cast<long>(number))));
            }
            at += entry.size;
        }
    }
}

} // namespace

Failure check_descriptors(const Options &options)
{
    for (size_t i = 0; i < options.keep_count; ++i) {
        if (Failure failure = check(status_flags(FdRef(options.keep[i])),
                                    "--keep-fd: the descriptor is not open");
            failure) {
            return failure;
        }
    }
    if (options.status_fd >= 0) {
        if (Failure failure = check(status_flags(FdRef(options.status_fd)),
                                    "--status-fd: the descriptor is not open");
            failure) {
            return failure;
        }
    }
    return {};
}

namespace {

// Where kcmp(2) is refused, any other opening of the same file counts as well.
bool is_same(FdRef a, FdRef b)
{
    if (const auto same = same_open_file(getpid(), a, b); same) {
        return same.value();
    }
    FileIdentity first;
    FileIdentity second;
    return identify(a, "", AT_EMPTY_PATH, first) && identify(b, "", AT_EMPTY_PATH, second) &&
           first == second;
}

} // namespace

Failure check_status_descriptor(const Options &options, const Target &target)
{
    if (options.status_fd < 0) {
        return {};
    }
    const FdRef status(options.status_fd);
    bool is_inherited = false;
    for (size_t i = 0; i < options.keep_count; ++i) {
        is_inherited = is_inherited || is_same(status, FdRef(options.keep[i]));
    }
    for (long number = 0; number <= 2; ++number) {
        const bool is_open = (target.placeholders >> number & 1) == 0;
        is_inherited = is_inherited || (is_open && is_same(status, FdRef(number)));
    }
    return is_inherited
               ? Failure("--status-fd: the command would inherit the same open file", nullptr,
                         Errno::none, "open one for --status-fd alone, such as a pipe")
               : Failure();
}

void close_own(const Options &options, const Target &target)
{
    for (long number = 0; number <= 2; ++number) {
        if ((target.placeholders >> number & 1) != 0 && !options.pty) {
            static_cast<void>(close(FdRef(number)));
        }
    }
    if (options.pidfd >= 0) {
        static_cast<void>(close(FdRef(options.pidfd)));
    }
}

Failure close_others(const Options &options, const Target &target, FdRef failures, FdRef program)
{
    Kept kept;
    kept.add(failures.number);
    kept.add(program.number);
    for (size_t i = 0; i < options.keep_count; ++i) {
        kept.add(options.keep[i]);
    }
    for (uint32_t first = 3;;) {
        const uint32_t next = kept.next(first);
        if (next > first && !close_range(first, next - 1)) {
            return close_listed(target, kept);
        }
        if (next == ~0U) {
            return {};
        }
        first = next + 1;
    }
}

} // namespace nsjoin
