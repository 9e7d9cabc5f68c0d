// SPDX-License-Identifier: Apache-2.0
// riscv64, syscall(2):
//   instruction  ecall
//   number       a7
//   arguments    a0 a1 a2 a3 a4 a5
//   result       a0
//   lost         nothing else
//   entry        sp is the initial stack; gp is not used
#pragma once

#include "generic.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long a7 asm("a7") = number;
    register long a0 asm("a0") = a;
    register long a1 asm("a1") = b;
    register long a2 asm("a2") = c;
    register long a3 asm("a3") = d;
    register long a4 asm("a4") = e;
    register long a5 asm("a5") = f;
    asm volatile("ecall"
                 : "+r"(a0)
                 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                 : "memory");
    return a0;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "mv a0, sp\n"                                                                                  \
    "lla sp, memory_end\n"                                                                         \
    "call start\n"
