// SPDX-License-Identifier: Apache-2.0
// Files by name: opened, looked at, read. What is opened here is closed on exec.
#pragma once

#include <linux/stat.h>

#include "file.h"

namespace sys {

/// Where relative names begin: the working directory, or a directory that is open.
inline constexpr FdRef working_directory{AT_FDCWD};

/// openat(2), to `file`. `flags` are O_ something; O_CLOEXEC is added.
Result<void> open(FdRef directory, const char *path, int flags, Fd &file);

/// read(2), once: how many bytes were read, 0 at the end of the file.
inline Result<long> read(FdRef fd, void *buffer, size_t size)
{
    return call<long>(__NR_read, fd.number, buffer, size);
}

/// The beginning of a file: pread64(2), which does not change where it stands.
inline Result<long> read_start(FdRef fd, void *buffer, size_t size)
{
    // An offset of 0, in however many registers the machine passes it.
    return call<long>(__NR_pread64, fd.number, buffer, size, 0, 0, 0);
}

/// The beginning of a file, at most `size` bytes. Empty, with null as its data: it can't be read.
TextView read_beginning(FdRef directory, const char *path, char *buffer, size_t size);

/// One of what read_directory() reads: the kernel's struct linux_dirent64.
struct DirectoryEntry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[1];
};

/// getdents64(2): as many entries as fit, their size in bytes; 0: there are no more.
inline Result<long> read_directory(FdRef directory, void *buffer, size_t size)
{
    return call<long>(__NR_getdents64, directory.number, buffer, size);
}

/// The text of the symbolic link, which is not terminated; its size. A link that fills the buffer
/// may have been cut off.
inline Result<long> read_link(FdRef directory, const char *path, char *buffer, size_t size)
{
    return call<long>(__NR_readlinkat, directory.number, path, buffer, size);
}

/// What makes a file the same file as another, stat(2).
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

/// The kind of a file, one of S_IFMT in inode(7); 0: it can't be had.
unsigned kind_of_file(FdRef file);

/// Neither a directory nor a device nor a pipe?
inline bool is_regular(FdRef file)
{
    return kind_of_file(file) == S_IFREG;
}

/// Bytes; 0 where it can't be had.
uint64_t size_of_file(FdRef file);

/// Opens the open `file` anew, with other `flags`, by /proc.
Result<void> reopen(FdRef file, int flags, Fd &again);

/// chown(2) of the open `file`; its group stays.
inline Result<void> change_owner(FdRef file, uint32_t uid)
{
    return call<void>(arch::fchown_number, file.number, uid, -1);
}

/// The open `file` once more, to be read, but through a mount of its own that can't be written and
/// ignores set-user-id: open_tree(2) and mount_setattr(2), Linux 5.12. It is in no mount namespace,
/// so nobody can change it. EPERM: CAP_SYS_ADMIN is needed in the mount namespace's user namespace.
Result<void> open_read_only(FdRef file, Fd &view);

/// Is the file on a mount that can't be written? False where that can't be had.
bool is_read_only(FdRef file);

/// Is the working directory below the root directory, getcwd(2)? Neither is one that can't be told.
bool is_inside_root();

/// Can `path` be executed by this process, faccessat(2)? Says nothing of what is in it.
inline Result<void> executable(const char *path)
{
    constexpr int x_ok = 1;
    return call<void>(__NR_faccessat, AT_FDCWD, path, x_ok);
}

/// All that is left of `from`, sendfile(2).
Result<void> copy(FdRef from, FdRef to);

/// memfd_create(2), Linux 3.17: an empty file without a name in any file system, which can be
/// sealed and executed. `name` is what /proc shows.
Result<void> make_memory_file(const char *name, Fd &file);

/// The file system type, a magic number of statfs(2); 0 if it can't be had.
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
