// SPDX-License-Identifier: Apache-2.0
// Namespaces, and the processes that hold them: setns(2), pidfd_open(2), ioctl_nsfs(2).
#pragma once

#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/sockios.h>

#include "file.h"
#include "process.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

namespace sys {

/// A descriptor for a process, Linux 5.3. EINVAL or ENOENT: a thread that is no process; ESRCH:
/// there is none.
inline Result<Fd> open_process(Pid pid)
{
    return call<Fd>(__NR_pidfd_open, static_cast<int>(pid), 0);
}

/// The same for a single thread, PIDFD_THREAD, Linux 6.9. EINVAL: the kernel is older.
inline Result<Fd> open_thread(Pid thread)
{
    return call<Fd>(__NR_pidfd_open, static_cast<int>(thread), O_EXCL);
}

/// A copy of another process's descriptor, pidfd_getfd(2), Linux 5.6. Wants to be allowed to trace
/// it.
inline Result<Fd> open_descriptor_of(FdRef pidfd, int number)
{
    return call<Fd>(__NR_pidfd_getfd, pidfd.number, number, 0);
}

/// setns(2). `from` is a namespace, or, from Linux 5.8 on, a process, of which then all of
/// `namespaces` (CLONE_NEW something) are joined or, on error, none.
inline Result<void> join(FdRef from, unsigned long namespaces)
{
    return call<void>(__NR_setns, from.number, namespaces);
}

/// Which kind of namespace is it, CLONE_NEW something? Linux 4.11. ENOTTY: it is none.
inline Result<unsigned long> kind_of_namespace(FdRef name_space)
{
    return call<unsigned long>(__NR_ioctl, name_space.number, NS_GET_NSTYPE);
}

/// The user namespace that owns `name_space`. EPERM: outside the caller's.
inline Result<Fd> owner_of_namespace(FdRef name_space)
{
    return call<Fd>(__NR_ioctl, name_space.number, NS_GET_USERNS);
}

/// The user namespace that `user_namespace` was made in. EPERM: outside the caller's.
inline Result<Fd> parent_of_namespace(FdRef user_namespace)
{
    return call<Fd>(__NR_ioctl, user_namespace.number, NS_GET_PARENT);
}

/// The network namespace of a socket, SIOCGSKNS. ENOTTY: not a socket.
inline Result<Fd> namespace_of_socket(FdRef socket)
{
    constexpr unsigned siocgskns = 0x894C;
    return call<Fd>(__NR_ioctl, socket.number, siocgskns);
}

} // namespace sys
