// SPDX-License-Identifier: Apache-2.0
// s390x, syscall(2):
//   instruction  svc 0
//   number       r1
//   arguments    r2 r3 r4 r5 r6 r7
//   result       r2
//   lost         nothing else
//   entry        r15 is the initial stack; whoever is called saves registers in the 160 bytes above
//               r15
#pragma once

#include "generic.h"

namespace sys::arch {

inline constexpr bool mmap_from_memory = true;
inline constexpr bool clone_stack_first = true;

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r1 asm("r1") = number;
    register long r2 asm("r2") = a;
    register long r3 asm("r3") = b;
    register long r4 asm("r4") = c;
    register long r5 asm("r5") = d;
    register long r6 asm("r6") = e;
    register long r7 asm("r7") = f;
    asm volatile("svc 0"
                 : "+d"(r2)
                 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
                 : "memory", "cc");
    return r2;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "lgr %r2, %r15\n"                                                                              \
    "larl %r15, memory_end\n"                                                                      \
    "aghi %r15, -160\n"                                                                            \
    "brasl %r14, start\n"
