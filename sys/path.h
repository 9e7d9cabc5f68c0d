// SPDX-License-Identifier: Apache-2.0
// Files by name: opening, inspecting and reading them. Descriptors are closed on exec.
#pragma once

#include <linux/stat.h>

#include "file.h"

namespace sys {

/// Where a relative name begins: the working directory, or an open directory.
inline constexpr FdRef working_directory{AT_FDCWD};

/// openat(2) into `file`. `flags` are O_ constants; O_CLOEXEC is added.
Result<void> open(FdRef directory, const char *path, int flags, Fd &file);

/// Calls read(2) once. Returns the number of bytes read, 0 at the end of the file.
inline Result<long> read(FdRef fd, void *buffer, size_t size)
{
    return call<long>(__NR_read, fd.number, buffer, size);
}

/// Reads the beginning of a file with pread64(2), which does not move the file offset.
inline Result<long> read_start(FdRef fd, void *buffer, size_t size)
{
    // An offset of 0, in however many registers the architecture passes it.
    return call<long>(__NR_pread64, fd.number, buffer, size, 0, 0, 0);
}

/// Reads the beginning of a file, at most `size` bytes. Empty, with null as its data, if it cannot
/// be read.
TextView read_beginning(FdRef directory, const char *path, char *buffer, size_t size);

/// An entry from read_directory(): the kernel's struct linux_dirent64.
struct DirectoryEntry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[1];
};

/// getdents64(2): reads as many entries as fit, and returns their size in bytes; 0 after the last.
inline Result<long> read_directory(FdRef directory, void *buffer, size_t size)
{
    return call<long>(__NR_getdents64, directory.number, buffer, size);
}

/// Reads the text of a symbolic link, without a terminating zero, and returns its size. A link that
/// fills the buffer may have been cut.
inline Result<long> read_link(FdRef directory, const char *path, char *buffer, size_t size)
{
    return call<long>(__NR_readlinkat, directory.number, path, buffer, size);
}

/// Identifies a file, stat(2): two are the same file if these are equal.
struct FileIdentity {
    uint64_t device;
    uint64_t inode;

    constexpr bool operator==(const FileIdentity &other) const
    {
        return device == other.device && inode == other.inode;
    }
};

/// statx(2), Linux 4.11, following a link. An empty path with AT_EMPTY_PATH in `flags` is
/// `directory` itself.
Result<void> identify(FdRef directory, const char *path, int flags, FileIdentity &identity);

/// The kind of a file, one of S_IFMT in inode(7); 0 if it cannot be determined.
unsigned kind_of_file(FdRef file);

/// True for a regular file: neither a directory nor a device nor a pipe.
inline bool is_regular(FdRef file)
{
    return kind_of_file(file) == S_IFREG;
}

/// The size in bytes; 0 if it cannot be determined.
uint64_t size_of_file(FdRef file);

/// Opens the open `file` again with other `flags`, through /proc.
Result<void> reopen(FdRef file, int flags, Fd &again);

/// Changes the owner of the open `file`, chown(2), but not its group.
inline Result<void> change_owner(FdRef file, uint32_t uid)
{
    return call<void>(arch::fchown_number, file.number, uid, -1);
}

/// Opens the open `file` again for reading, through its own mount, which is read-only and ignores
/// set-user-ID: open_tree(2) and mount_setattr(2), Linux 5.12. The mount is in no mount namespace,
/// so nobody can change it. EPERM: CAP_SYS_ADMIN is needed in the mount namespace's user namespace.
Result<void> open_read_only(FdRef file, Fd &view);

/// True if the file is on a read-only mount. False if this cannot be determined.
bool is_read_only(FdRef file);

/// True if the working directory is below the root directory, getcwd(2). False if unknown.
bool is_inside_root();

/// True if this process may execute `path`, faccessat(2). Its contents may still be unusable.
inline Result<void> executable(const char *path)
{
    constexpr int x_ok = 1;
    return call<void>(__NR_faccessat, AT_FDCWD, path, x_ok);
}

/// Copies the rest of `from`, sendfile(2).
Result<void> copy(FdRef from, FdRef to);

/// memfd_create(2), Linux 3.17: creates an empty file that has no name in any file system and can
/// be sealed and executed. /proc shows `name`.
Result<void> make_memory_file(const char *name, Fd &file);

/// The file system type, a magic number of statfs(2); 0 if it cannot be determined.
long file_system_type(FdRef fd);

inline Result<void> change_directory(FdRef directory)
{
    return call<void>(__NR_fchdir, directory.number);
}

/// chroot(2). The working directory stays.
inline Result<void> change_root(const char *path)
{
    return call<void>(__NR_chroot, path);
}

} // namespace sys
