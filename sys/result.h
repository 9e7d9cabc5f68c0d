// SPDX-License-Identifier: Apache-2.0
// Errors as values: the kernel's error numbers, and results that are an error or a value.
#pragma once

#include "uapi.h"

namespace sys {

/// An error number of the kernel, errno(3). The numbers differ between architectures, so these are
/// the kernel's own macros. Only errors that the code checks for have a name.
enum class Errno : int {
    none = 0,
    eperm = EPERM,
    enoent = ENOENT,
    esrch = ESRCH,
    eintr = EINTR,
    eio = EIO,
    e2big = E2BIG,
    enoexec = ENOEXEC,
    ebadf = EBADF,
    echild = ECHILD,
    eagain = EAGAIN,
    enomem = ENOMEM,
    eacces = EACCES,
    enotdir = ENOTDIR,
    enxio = ENXIO,
    efbig = EFBIG,
    eisdir = EISDIR,
    einval = EINVAL,
    emfile = EMFILE,
    enametoolong = ENAMETOOLONG,
    enosys = ENOSYS,
    eoverflow = EOVERFLOW,
    etimedout = ETIMEDOUT,
};

template <class T>
inline constexpr bool is_address = false;
template <class T>
inline constexpr bool is_address<T *> = true;

/// The result of a system call, intro(2): -4095 to -1 is an error, everything else is a value of
/// type T. Only this class knows that.
template <class T>
class [[nodiscard]] Result {
public:
    constexpr explicit Result(long raw) : raw_(raw) {}
    /// The same error, with another type. `failed` must be an error.
    template <class Other>
    constexpr explicit Result(const Result<Other> &failed)
        : raw_(-static_cast<long>(failed.error()))
    {
    }

    constexpr explicit operator bool() const
    {
        // Of all values, only an address can be negative, on a 32-bit machine.
        if constexpr (is_address<T>) {
            return static_cast<unsigned long>(raw_) < -4095UL;
        }
        return raw_ >= 0;
    }
    /// Only where there is one.
    constexpr T value() const
    {
        if constexpr (is_address<T>) {
            return reinterpret_cast<T>(raw_);
        } else {
            return static_cast<T>(raw_);
        }
    }
    /// The same, but for the value.
    constexpr Result<void> without_value() const requires(!is_address<T>)
    {
        return Result<void>(raw_);
    }
    /// Only where there is one.
    constexpr Errno error() const { return static_cast<Errno>(-raw_); }

private:
    long raw_;
};

} // namespace sys
