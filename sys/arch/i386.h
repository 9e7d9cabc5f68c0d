// SPDX-License-Identifier: Apache-2.0
// i386, syscall(2):
//   instruction  int 0x80
//   number       eax
//   arguments    ebx ecx edx esi edi ebp
//   result       eax
//   lost         nothing else
//   entry        esp is the initial stack; arguments of functions are on the stack
#pragma once

#include "generic32.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long ebp asm("ebp") = f;
    asm volatile("int $0x80"
                 : "+a"(number)
                 : "b"(a), "c"(b), "d"(c), "S"(d), "D"(e), "r"(ebp)
                 : "memory");
    return number;
}

} // namespace sys::arch

extern "C" [[gnu::used]] inline uint64_t __ashldi3(uint64_t value, unsigned count)
{
    return sys::arch::shift_left(value, count);
}

extern "C" [[gnu::used]] inline uint64_t __lshrdi3(uint64_t value, unsigned count)
{
    return sys::arch::shift_right(value, count);
}

#define SYS_ENTRY                                                                                  \
    "mov %esp, %eax\n"                                                                             \
    "mov $memory_end - 12, %esp\n"                                                                 \
    "push %eax\n"                                                                                  \
    "call start\n"
