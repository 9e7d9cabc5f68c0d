// SPDX-License-Identifier: Apache-2.0
// ppc64le, ELFv2, syscall(2):
//   instruction  sc
//   number       r0
//   arguments    r3 r4 r5 r6 r7 r8
//   result       r3, which is a positive errno if the call set cr0.so
//   lost         r4-r12 cr0 ctr xer
//   entry        r1 is the initial stack; r2 must point to the table of contents, and whoever is
//               called saves its link register 16 bytes above r1
#pragma once

#include "generic.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r0 asm("r0") = number;
    register long r3 asm("r3") = a;
    register long r4 asm("r4") = b;
    register long r5 asm("r5") = c;
    register long r6 asm("r6") = d;
    register long r7 asm("r7") = e;
    register long r8 asm("r8") = f;
    asm volatile("sc\n"
                 "bns+ 0f\n"
                 "neg %1, %1\n"
                 "0:"
                 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6), "+r"(r7), "+r"(r8)
                 :
                 : "memory", "cr0", "ctr", "xer", "r9", "r10", "r11", "r12");
    return r3;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "mr 3, 1\n"                                                                                    \
    "lis 2, .TOC.@ha\n"                                                                            \
    "addi 2, 2, .TOC.@l\n"                                                                         \
    "lis 1, memory_end@ha\n"                                                                       \
    "addi 1, 1, memory_end@l - 32\n"                                                               \
    "bl start\n"                                                                                   \
    "nop\n"
