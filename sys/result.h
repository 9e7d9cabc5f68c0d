// SPDX-License-Identifier: Apache-2.0
// Errors as values: an errno of the kernel, and either that or a value.
#pragma once

#include "uapi.h"

namespace sys {

/// An error number of the kernel, errno(3). The numbers differ between architectures, so they are
/// the kernel's own macros; only those that something here decides by have a name.
enum class Errno : int {
    eintr = EINTR,
};

/// What a system call returned, intro(2): negative is an error, all else a value, which is a T. Not
/// for calls that return addresses, of which a 32-bit machine has negative ones. The only place that
/// knows this.
template <class T>
class [[nodiscard]] Result {
public:
    constexpr explicit Result(long raw) : raw_(raw) {}

    constexpr explicit operator bool() const { return raw_ >= 0; }
    /// Only where there is one.
    constexpr T value() const { return static_cast<T>(raw_); }
    /// Only where there is one.
    constexpr Errno error() const { return static_cast<Errno>(-raw_); }

private:
    long raw_;
};

} // namespace sys
