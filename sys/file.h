// SPDX-License-Identifier: Apache-2.0
// File descriptors and what is done with them.
#pragma once

#include "call.h"
#include "text.h"

namespace sys {

/// A file descriptor that is open elsewhere and that somebody else closes.
struct FdRef {
    int number = -1;
};

constexpr FdRef standard_output{1};
constexpr FdRef standard_error{2};

/// close(2). Whatever it returns, the descriptor is gone and must not be closed again; EBADF: it
/// was none.
[[gnu::always_inline]] inline Result<void> close(FdRef fd)
{
    return call<void>(__NR_close, fd.number);
}

/// Owns a file descriptor, and closes it in the end.
class [[nodiscard]] Fd {
public:
    constexpr Fd() = default;
    constexpr explicit Fd(FdRef owned) : fd_(owned) {}
    constexpr Fd(Fd &&other) noexcept : fd_(other.release()) {}
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    Fd &operator=(Fd &&other) noexcept
    {
        const FdRef taken = other.release();
        close_owned();
        fd_ = taken;
        return *this;
    }
    ~Fd() { close_owned(); }

    /// For as long as this object owns it. Number -1 where it owns none.
    constexpr FdRef get() const { return fd_; }
    /// The caller closes it from now on.
    constexpr FdRef release()
    {
        const FdRef fd = fd_;
        fd_ = FdRef{};
        return fd;
    }

private:
    void close_owned()
    {
        if (fd_.number >= 0) {
            static_cast<void>(close(fd_));
        }
    }

    FdRef fd_;
};

/// write(2), once: how many bytes were written, which may be fewer than asked.
[[gnu::always_inline]] inline Result<long> write(FdRef fd, TextView text)
{
    return call<long>(__NR_write, fd.number, text.data, text.size);
}

/// The file status flags, F_GETFL in fcntl(2). They belong to the open file description: every
/// process that inherited it sees them.
[[gnu::always_inline]] inline Result<long> status_flags(FdRef fd)
{
    return call<long>(__NR_fcntl, fd.number, F_GETFL);
}

[[gnu::always_inline]] inline Result<void> set_status_flags(FdRef fd, long flags)
{
    return call<void>(__NR_fcntl, fd.number, F_SETFL, flags);
}

/// close_range(2), Linux 5.9: closes every descriptor from `first` up. ENOSYS on older kernels.
[[gnu::always_inline]] inline Result<void> close_from(FdRef first)
{
    return call<void>(__NR_close_range, first.number, ~0U, 0);
}

[[gnu::always_inline]] inline Result<void> chdir(const char *path)
{
    return call<void>(__NR_chdir, path);
}

} // namespace sys
