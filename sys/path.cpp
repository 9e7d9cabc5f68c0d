// SPDX-License-Identifier: Apache-2.0
#include "path.h"

#include <asm/statfs.h>

namespace sys {

Result<void> open(FdRef directory, const char *path, int flags, Fd &file)
{
    const auto opened =
        call<long>(__NR_openat, directory.number, path, flags | O_LARGEFILE | O_CLOEXEC, 0);
    if (!opened) {
        return Result<void>(opened);
    }
    file = Fd(opened.value());
    return Result<void>(0);
}

TextView read_beginning(FdRef directory, const char *path, char *buffer, size_t size)
{
    Fd file;
    if (!open(directory, path, O_RDONLY, file)) {
        return {};
    }
    size_t got = 0;
    while (got < size) {
        const auto count = read(file.get(), buffer + got, size - got);
        if (!count) {
            return {};
        }
        if (count.value() == 0) {
            break;
        }
        got += static_cast<size_t>(count.value());
    }
    return {buffer, got};
}

Result<void> identify(FdRef directory, const char *path, int flags, FileIdentity &identity)
{
    struct statx status;
    const auto result = call<void>(__NR_statx, directory.number, path, flags, STATX_INO, &status);
    if (result) {
        identity = {uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor, status.stx_ino};
    }
    return result;
}

unsigned kind_of_file(FdRef file)
{
    struct statx status;
    return call<void>(__NR_statx, file.number, "", AT_EMPTY_PATH, STATX_TYPE, &status)
               ? status.stx_mode & S_IFMT
               : 0U;
}

uint64_t size_of_file(FdRef file)
{
    struct statx status;
    return call<void>(__NR_statx, file.number, "", AT_EMPTY_PATH, STATX_SIZE, &status)
               ? status.stx_size
               : 0;
}

Result<void> reopen(FdRef file, int flags, Fd &again)
{
    Text<> path;
    path.append("/proc/self/fd/");
    path.append(Decimal(static_cast<uint32_t>(file.number)).string());
    return open(working_directory, path.string(), flags, again);
}

Result<void> open_read_only(FdRef file, Fd &view)
{
    constexpr unsigned open_tree_clone = 1;
    // The kernel's struct mount_attr, and MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID.
    const uint64_t attributes[4] = {0x1 | 0x2, 0, 0, 0};
    const auto mount =
        call<long>(__NR_open_tree, file.number, "", AT_EMPTY_PATH | O_CLOEXEC | open_tree_clone);
    if (!mount) {
        return Result<void>(mount);
    }
    const Fd tree(mount.value());
    if (const auto set = call<void>(__NR_mount_setattr, tree.get().number, "", AT_EMPTY_PATH,
                                    attributes, sizeof attributes);
        !set) {
        return set;
    }
    return reopen(tree.get(), O_RDONLY, view);
}

bool is_read_only(FdRef file)
{
    constexpr long st_rdonly = 1; // of f_flags, statfs(2)
    struct statfs status;
    return call<void>(__NR_fstatfs, file.number, &status) && (status.f_flags & st_rdonly) != 0;
}

bool is_inside_root()
{
    static char path[4096];
    // For a directory outside the root, the path begins with (unreachable).
    return call<long>(__NR_getcwd, path, sizeof path) && path[0] == '/';
}

Result<void> copy(FdRef from, FdRef to)
{
    constexpr long as_much_as_goes = 0x7ffff000;
    for (;;) {
        const auto copied = call<long>(__NR_sendfile, to.number, from.number, 0, as_much_as_goes);
        if (!copied) {
            return Result<void>(copied);
        }
        if (copied.value() == 0) {
            return Result<void>(0);
        }
    }
}

Result<void> make_memory_file(const char *name, Fd &file)
{
    constexpr unsigned cloexec = 1; // MFD_CLOEXEC
    constexpr unsigned sealing = 2; // MFD_ALLOW_SEALING
    constexpr unsigned exec = 0x10; // MFD_EXEC, without which Linux warns from 6.3 on
    auto made = call<long>(__NR_memfd_create, name, cloexec | sealing | exec);
    if (!made && made.error() == Errno::einval) {
        made = call<long>(__NR_memfd_create, name, cloexec | sealing);
    }
    if (!made) {
        return Result<void>(made);
    }
    file = Fd(made.value());
    return Result<void>(0);
}

long file_system_type(FdRef fd)
{
    struct statfs status;
    const auto result = call<void>(__NR_fstatfs, fd.number, &status);
    return result ? static_cast<long>(status.f_type) : 0;
}

} // namespace sys
