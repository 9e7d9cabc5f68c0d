// SPDX-License-Identifier: Apache-2.0
// arm, EABI, v7 in ARM or Thumb state, syscall(2):
//   instruction  svc 0
//   number       r7
//   arguments    r0 r1 r2 r3 r4 r5
//   result       r0
//   lost         nothing else
//   entry        sp is the initial stack
#pragma once

#include <stdint.h>

#include "generic32.h"

namespace sys::arch {

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r7 asm("r7") = number;
    register long r0 asm("r0") = a;
    register long r1 asm("r1") = b;
    register long r2 asm("r2") = c;
    register long r3 asm("r3") = d;
    register long r4 asm("r4") = e;
    register long r5 asm("r5") = f;
    asm volatile("svc 0"
                 : "+r"(r0)
                 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                 : "memory", "cc");
    return r0;
}

} // namespace sys::arch

// Run-time ABI for the Arm Architecture, 4.3.1: the quotient in r0, the remainder in r1.
extern "C" [[gnu::used]] inline uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator)
{
    uint32_t quotient = 0, remainder = 0;
    for (int bit = 31; bit >= 0; --bit) {
        remainder = remainder << 1 | (numerator >> bit & 1);
        quotient <<= 1;
        if (remainder >= denominator) {
            remainder -= denominator;
            quotient |= 1;
        }
    }
    return uint64_t{remainder} << 32 | quotient;
}

extern "C" [[gnu::used]] inline uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator)
{
    return static_cast<uint32_t>(__aeabi_uidivmod(numerator, denominator));
}

extern "C" [[gnu::used]] inline uint64_t __aeabi_llsl(uint64_t value, unsigned count)
{
    return sys::arch::shift_left(value, count);
}

extern "C" [[gnu::used]] inline uint64_t __aeabi_llsr(uint64_t value, unsigned count)
{
    return sys::arch::shift_right(value, count);
}

#define SYS_ENTRY                                                                                  \
    "mov r0, sp\n"                                                                                 \
    "ldr r1, =memory_end\n"                                                                        \
    "mov sp, r1\n"                                                                                 \
    "bl start\n"
