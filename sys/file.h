// SPDX-License-Identifier: Apache-2.0
// File descriptors and operations on them.
#pragma once

#include "call.h"
#include "text.h"

namespace sys {

/// A file descriptor that belongs to another object, which closes it.
struct FdRef {
    constexpr FdRef() = default;
    constexpr explicit FdRef(long fd) : number(static_cast<int>(fd)) {}

    /// True if there is a descriptor.
    constexpr explicit operator bool() const { return number >= 0; }

    int number = -1;
};

inline constexpr FdRef standard_input{0};
inline constexpr FdRef standard_output{1};
inline constexpr FdRef standard_error{2};

/// close(2). Whatever it returns, the descriptor is closed and must not be closed again. EBADF: it
/// was not open.
inline Result<void> close(FdRef fd)
{
    return call<void>(__NR_close, fd.number);
}

/// Owns a file descriptor, and closes it when it is destroyed.
class [[nodiscard]] Fd {
public:
    constexpr Fd() = default;
    constexpr explicit Fd(FdRef owned) : fd_(owned) {}
    constexpr explicit Fd(long owned) : fd_(owned) {}
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

    /// Valid while this object owns it. Number -1 if it owns none.
    constexpr FdRef get() const { return fd_; }
    constexpr explicit operator bool() const { return static_cast<bool>(fd_); }
    /// Gives up ownership: the caller must close it.
    constexpr FdRef release()
    {
        const FdRef fd = fd_;
        fd_ = FdRef{};
        return fd;
    }

private:
    void close_owned()
    {
        if (fd_) {
            static_cast<void>(close(fd_));
        }
    }

    FdRef fd_;
};

/// Calls write(2) once. Returns the number of bytes written, which may be fewer than asked.
[[gnu::always_inline]] inline Result<long> write(FdRef fd, TextView text)
{
    return call<long>(__NR_write, fd.number, text.data, text.size);
}

/// The file status flags, F_GETFL in fcntl(2). They belong to the open file description: every
/// process that inherited it sees them.
inline Result<long> status_flags(FdRef fd)
{
    return call<long>(__NR_fcntl, fd.number, F_GETFL);
}

[[gnu::always_inline]] inline Result<void> set_status_flags(FdRef fd, long flags)
{
    return call<void>(__NR_fcntl, fd.number, F_SETFL, flags);
}

inline Result<void> keep_on_exec(FdRef fd)
{
    return call<void>(__NR_fcntl, fd.number, F_SETFD, 0);
}

/// dup3(2): opens `fd` as number `as` too, which stays open after exec.
inline Result<void> duplicate(FdRef fd, FdRef as)
{
    return call<void>(__NR_dup3, fd.number, as.number, 0);
}

/// Duplicates a descriptor. The new one is 3 or higher, and is closed on exec.
inline Result<Fd> duplicate_high(FdRef fd)
{
    return call<Fd>(__NR_fcntl, fd.number, F_DUPFD_CLOEXEC, 3);
}

struct Pipe {
    Fd read_end;
    Fd write_end;
};

/// pipe2(2), closed on exec. Neither end blocks: EAGAIN.
inline Result<void> make_pipe(Pipe &pipe)
{
    int ends[2];
    const auto result = call<void>(__NR_pipe2, ends, O_CLOEXEC | O_NONBLOCK);
    if (result) {
        pipe.read_end = Fd(FdRef(ends[0]));
        pipe.write_end = Fd(FdRef(ends[1]));
    }
    return result;
}

constexpr int all_seals = 0xf; // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE

/// Seals the memory file so that nobody can change it, F_ADD_SEALS in fcntl(2).
inline Result<void> seal(FdRef memory_file)
{
    constexpr int f_add_seals = 1033;
    return call<void>(__NR_fcntl, memory_file.number, f_add_seals, all_seals);
}

/// True for a sealed memory file.
inline bool is_sealed(FdRef file)
{
    constexpr int f_get_seals = 1034;
    const auto seals = call<long>(__NR_fcntl, file.number, f_get_seals);
    return seals && (seals.value() & all_seals) == all_seals;
}

/// close_range(2), Linux 5.9: closes every descriptor from `first` up. ENOSYS on older kernels.
inline Result<void> close_from(FdRef first)
{
    return call<void>(__NR_close_range, first.number, ~0U, 0);
}

/// The same, up to `last`, which is not lower.
inline Result<void> close_range(uint32_t first, uint32_t last)
{
    return call<void>(__NR_close_range, first, last, 0);
}

inline Result<void> chdir(const char *path)
{
    return call<void>(__NR_chdir, path);
}

} // namespace sys
