// SPDX-License-Identifier: Apache-2.0
// How a program begins: the initial stack that the kernel makes, and start(), which is given it.
#pragma once

#include <stddef.h>

#include "call.h"

namespace sys {

/// What the kernel leaves on the stack at exec, elf(5) and getauxval(3): argc, argv, a null, the
/// environment, a null, and the auxiliary vector.
struct InitialStack {
    unsigned long argc;
    const char *argv[1];

    const char *const *environment() const { return argv + argc + 1; }

    /// An entry of the auxiliary vector, AT_ something; 0 where the kernel gives none.
    unsigned long auxiliary(unsigned long type) const
    {
        const char *const *end = environment();
        while (*end != nullptr) {
            ++end;
        }
        const auto *entry = reinterpret_cast<const unsigned long *>(end + 1);
        while (entry[0] != AT_NULL && entry[0] != type) {
            entry += 2;
        }
        return entry[1];
    }
};

} // namespace sys

/// Where a program begins, in C++. The entry code, start.cpp, has switched to a stack that ends at
/// memory_end: the initial one is only data.
extern "C" [[noreturn]] void start(const sys::InitialStack &initial);
