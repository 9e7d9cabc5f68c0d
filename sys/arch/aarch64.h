// SPDX-License-Identifier: Apache-2.0
// aarch64, syscall(2):
//   instruction  svc 0
//   number       x8
//   arguments    x0 x1 x2 x3 x4 x5
//   result       x0
//   lost         nothing else
//   entry        sp is the initial stack
#pragma once

#include "generic.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc 0"
                 : "+r"(x0)
                 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                 : "memory", "cc");
    return x0;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "mov x0, sp\n"                                                                                 \
    "adrp x1, memory_end\n"                                                                        \
    "add sp, x1, :lo12:memory_end\n"                                                               \
    "bl start\n"
