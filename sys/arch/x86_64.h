// SPDX-License-Identifier: Apache-2.0
// x86_64, syscall(2):
//   instruction  syscall
//   number       rax
//   arguments    rdi rsi rdx r10 r8 r9
//   result       rax
//   lost         rcx r11
//   entry        rsp is the initial stack
#pragma once

#include "generic.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "+a"(number)
                 : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return number;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "mov %rsp, %rdi\n"                                                                             \
    "mov $memory_end, %esp\n"                                                                      \
    "call start\n"
