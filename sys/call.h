// SPDX-License-Identifier: Apache-2.0
// System calls, untyped: the one way from here into the kernel. Used by the other headers of sys/,
// which give each call its types; not meant for anything outside.
//
// Here and in those, always_inline stands only where g++ makes larger programs without it.
#pragma once

#include "result.h"
#include "uapi.h"
#include SYS_ARCH

namespace sys {

/// Whatever happens to be in a register: a system call reads no more arguments than it has, so
/// setting the others would only cost instructions.
inline long any_register()
{
    long value;
    asm volatile("" : "=r"(value));
    return value;
}

template <class T>
long argument(T value)
{
    return static_cast<long>(value);
}

template <class T>
long argument(T *pointer)
{
    return reinterpret_cast<long>(pointer);
}

template <class... Longs>
[[gnu::always_inline]] inline long padded_call(long number, Longs... arguments)
{
    if constexpr (sizeof...(arguments) < 6) {
        return padded_call(number, arguments..., any_register());
    } else {
        return arch::call(number, arguments...);
    }
}

/// System call number (an __NR_ macro) with up to six arguments, and a T for what it returns. Not
/// for the 64-bit arguments of 32-bit architectures, which each passes in its own way, syscall(2).
template <class T, class... Arguments>
[[gnu::always_inline]] inline Result<T> call(long number, Arguments... arguments)
{
    return Result<T>(padded_call(number, argument(arguments)...));
}

} // namespace sys
