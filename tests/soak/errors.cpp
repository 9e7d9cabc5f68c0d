// SPDX-License-Identifier: Apache-2.0
// From man-pages 6.03; for pread64 what pread(2) adds to read(2), for execveat what it shares with
// execve(2), for ioctl also what ioctl_tty(2) and ioctl_nsfs(2) add.
#include "errors.h"

#include <cerrno>
#include <sys/syscall.h>

namespace soak {

namespace {

const std::vector<CallErrors> table{
    {SYS_capget, "capget", {EFAULT, EINVAL, EPERM, ESRCH}},
    {SYS_capset, "capset", {EFAULT, EINVAL, EPERM, ESRCH}},
    {SYS_chdir,
     "chdir",
     {EACCES, EBADF, EFAULT, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR}},
    {SYS_chroot,
     "chroot",
     {EACCES, EFAULT, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM}},
    {SYS_clone, "clone", {EAGAIN, ENOMEM, ENOSYS}},
    {SYS_clone3,
     "clone3",
     {EACCES, EAGAIN, EBUSY, EEXIST, EINVAL, ENOMEM, ENOSPC, EOPNOTSUPP, EPERM, EUSERS}},
    // Whatever it returns, the descriptor is gone: close(2) can not be failed by not calling it.
    {SYS_close, "close", {}},
    {SYS_close_range, "close_range", {EINVAL, EMFILE, ENOMEM}},
    {SYS_dup3, "dup3", {EBADF, EBUSY, EINTR, EINVAL, EMFILE}},
    {SYS_execve,
     "execve",
     {E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, EIO, EISDIR, ELIBBAD, ELOOP, EMFILE, ENAMETOOLONG,
      ENFILE, ENOENT, ENOEXEC, ENOMEM, ENOTDIR, EPERM, ETXTBSY}},
    {SYS_execveat,
     "execveat",
     {E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, EIO, EISDIR, ELIBBAD, ELOOP, EMFILE, ENAMETOOLONG,
      ENFILE, ENOENT, ENOEXEC, ENOMEM, ENOTDIR, EPERM, ETXTBSY}},
    // Neither has any.
    {SYS_exit, "exit", {}},
    {SYS_exit_group, "exit_group", {}},
    {SYS_faccessat,
     "faccessat",
     {EACCES, EBADF, EFAULT, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM,
      EROFS, ETXTBSY}},
    {SYS_fchdir,
     "fchdir",
     {EACCES, EBADF, EFAULT, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR}},
    {SYS_fchown, "fchown", {EBADF, EIO, ENOENT, EPERM, EROFS, ENOMEM}},
    {SYS_fcntl,
     "fcntl",
     {EACCES, EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINTR, EINVAL, EMFILE, ENOLCK, ENOTDIR,
      EPERM}},
    {SYS_fstatfs,
     "fstatfs",
     {EACCES, EBADF, EFAULT, EINTR, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOSYS, ENOTDIR,
      EOVERFLOW}},
    {SYS_getcwd, "getcwd", {EACCES, EFAULT, EINVAL, ENAMETOOLONG, ENOENT, ENOMEM, ERANGE}},
    {SYS_getdents64, "getdents64", {EBADF, EFAULT, EINVAL, ENOENT, ENOTDIR}},
    {SYS_getpgid, "getpgid", {ESRCH}},
    // It has none.
    {SYS_getpid, "getpid", {}},
    {SYS_getsid, "getsid", {EPERM, ESRCH}},
    {SYS_ioctl, "ioctl", {EBADF, EFAULT, EINVAL, EIO, ENOTTY, EPERM}},
    {SYS_kcmp, "kcmp", {EBADF, EFAULT, EINVAL, ENOENT, EPERM, ESRCH}},
    {SYS_kill, "kill", {EINVAL, EPERM, ESRCH}},
    {SYS_madvise,
     "madvise",
     {EACCES, EAGAIN, EBADF, EBUSY, EFAULT, EHWPOISON, EINVAL, EIO, ENOMEM, EPERM}},
    {SYS_memfd_create, "memfd_create", {EFAULT, EINVAL, EMFILE, ENFILE, ENOMEM}},
    {SYS_mmap,
     "mmap",
     {EACCES, EAGAIN, EBADF, EEXIST, EINVAL, ENFILE, ENODEV, ENOMEM, EOVERFLOW, EPERM, ETXTBSY}},
    {SYS_mount_setattr, "mount_setattr", {EBADF, EBUSY, EINVAL, ENOENT, ENOMEM, ENOSPC, EPERM}},
    {SYS_munmap, "munmap", {EINVAL, ENOMEM, EPERM}},
    // man-pages 6.03 does not have it: what open(2) and mount(2) share.
    {SYS_open_tree,
     "open_tree",
     {EACCES, EBADF, EFAULT, EINVAL, ELOOP, EMFILE, ENAMETOOLONG, ENFILE, ENOENT, ENOMEM, ENOSPC,
      ENOTDIR, EPERM}},
    {SYS_openat, "openat", {EACCES,     EAGAIN,    EBADF,  EBUSY,  EDQUOT, EEXIST,  EFAULT,
                            EFBIG,      EINTR,     EINVAL, EISDIR, ELOOP,  EMFILE,  ENAMETOOLONG,
                            ENFILE,     ENODEV,    ENOENT, ENOMEM, ENOSPC, ENOTDIR, ENXIO,
                            EOPNOTSUPP, EOVERFLOW, EPERM,  EROFS,  ETXTBSY}},
    {SYS_pidfd_getfd, "pidfd_getfd", {EBADF, EINVAL, EMFILE, ENFILE, EPERM, ESRCH}},
    {SYS_pidfd_open, "pidfd_open", {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ESRCH}},
    {SYS_pipe2, "pipe2", {EFAULT, EINVAL, EMFILE, ENFILE, ENOPKG}},
    {SYS_ppoll, "ppoll", {EFAULT, EINTR, EINVAL, ENOMEM}},
    {SYS_prctl,
     "prctl",
     {EACCES, EBADF, EBUSY, EFAULT, EINVAL, ENODEV, ENXIO, EOPNOTSUPP, EPERM, ERANGE}},
    {SYS_prlimit64, "prlimit64", {EFAULT, EINVAL, EPERM, ESRCH}},
    {SYS_pread64,
     "pread64",
     {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR, ENXIO, EOVERFLOW, ESPIPE}},
    {SYS_read, "read", {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR}},
    {SYS_readlinkat,
     "readlinkat",
     {EACCES, EBADF, EINVAL, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EFAULT}},
    {SYS_rt_sigaction, "rt_sigaction", {EFAULT, EINVAL}},
    {SYS_rt_sigprocmask, "rt_sigprocmask", {EFAULT, EINVAL}},
    {SYS_rt_sigqueueinfo, "rt_sigqueueinfo", {EAGAIN, EINVAL, EPERM, ESRCH}},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", {EAGAIN, EINTR, EINVAL}},
    {SYS_sendfile, "sendfile", {EAGAIN, EBADF, EFAULT, EINVAL, EIO, ENOMEM, EOVERFLOW, ESPIPE}},
    {SYS_setgid, "setgid", {EINVAL, EPERM}},
    {SYS_setgroups, "setgroups", {EFAULT, EINVAL, ENOMEM, EPERM}},
    {SYS_setns, "setns", {EBADF, EINVAL, ENOMEM, EPERM, ESRCH}},
    {SYS_setsid, "setsid", {EPERM}},
    {SYS_setuid, "setuid", {EAGAIN, EINVAL, EPERM}},
    {SYS_signalfd4, "signalfd4", {EBADF, EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM}},
    {SYS_statx,
     "statx",
     {EACCES, EBADF, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR}},
    {SYS_wait4, "wait4", {EAGAIN, ECHILD, EINTR, EINVAL, ESRCH}},
    {SYS_waitid, "waitid", {EAGAIN, ECHILD, EINTR, EINVAL, ESRCH}},
    {SYS_write,
     "write",
     {EAGAIN, EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINTR, EINVAL, EIO, ENOSPC, EPERM,
      EPIPE}},
};

} // namespace

const CallErrors *errors_of(long number)
{
    for (const auto &call : table) {
        if (call.number == number) {
            return &call;
        }
    }
    return nullptr;
}

} // namespace soak
