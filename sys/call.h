// SPDX-License-Identifier: Apache-2.0
// System calls without types: the only way into the kernel. Only the other headers of sys/ use it,
// and give each call its types.
//
// Here and in those, always_inline is used only if g++ makes larger programs without it.
#pragma once

#include "result.h"
#include "uapi.h"
#include SYS_ARCH

namespace sys {

/// The value that happens to be in a register. A system call reads only its own arguments, so
/// setting the others would waste instructions.
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

/// Makes the system call `number` (an __NR_ macro) with up to six arguments; T is the type of its
/// result. Not for 64-bit arguments on 32-bit architectures, which each passes differently,
/// syscall(2).
template <class T, class... Arguments>
[[gnu::always_inline]] inline Result<T> call(long number, Arguments... arguments)
{
    return Result<T>(padded_call(number, argument(arguments)...));
}

} // namespace sys
