// SPDX-License-Identifier: Apache-2.0
// How a program starts: SYS_ENTRY, the initial stack that the kernel creates, and start().
//
// Each sys/arch/<arch>.h defines SYS_ENTRY, a macro: the assembly of the entry point, _start.
//
//   It gets the address of the InitialStack in the stack pointer. No other register has a defined
//   value.
//
//   It must
//     1. pass that address to start() as the first argument, in a register or, where the ABI passes
//        arguments so, on the new stack
//     2. set the stack pointer to memory_end, program.ld, less what the ABI reserves for a callee
//        above it, such as a register save area or a frame header. memory_end is a multiple of
//        4096; at the call the stack pointer must have the alignment that the ABI wants there
//     3. set every register that compiled code relies on: the pointer to the table of contents on
//        ppc64le. A thread pointer is never used, nor is a global pointer for small data; where a
//        compiler would use that, a flag in the Makefile's row forbids it
//     4. call start() by a call instruction, since some ABIs align the stack for the return address
//        that it pushes. start() never returns.
//
//   It must not write to the initial stack, which is only data from then on, and it has no stack
//   before step 2. Programs are static and run at the addresses that program.ld gives, all below
//   2 GiB. Each byte counts: pause has it too.
#pragma once

#include <stddef.h>

#include "call.h"

namespace sys {

/// The contents of the stack after exec, elf(5) and getauxval(3): argc, argv, a null, the
/// environment, a null, and the auxiliary vector.
struct InitialStack {
    unsigned long argc;
    const char *argv[1];

    const char *const *environment() const { return argv + argc + 1; }

    /// The entry of the auxiliary vector for an AT_ constant; 0 if there is none.
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

/// Where a program starts in C++, on a stack that ends at memory_end.
extern "C" [[noreturn]] void start(const sys::InitialStack &initial);
