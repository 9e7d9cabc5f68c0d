// SPDX-License-Identifier: Apache-2.0
// mips64el, the ABI n64, syscall(2):
//   instruction  syscall
//   number       $2
//   arguments    $4 $5 $6 $7 $8 $9
//   result       $2, which is a positive errno if the call set $7
//   lost         $1 $3 $10-$15 $24 $25 hi lo
//   entry        $29 is the initial stack; $28 is not used (-mno-abicalls -G0)
#pragma once

#include "generic.h"

namespace sys::arch {

inline constexpr int last_signal = 128;
inline constexpr int sigstkflt = 0;
inline constexpr int code_word = 1;
inline constexpr int handler_long = 1;

[[gnu::always_inline]] inline long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long v0 asm("$2") = number;
    register long a0 asm("$4") = a;
    register long a1 asm("$5") = b;
    register long a2 asm("$6") = c;
    register long a3 asm("$7") = d;
    register long a4 asm("$8") = e;
    register long a5 asm("$9") = f;
    asm volatile("syscall"
                 : "+r"(v0), "+r"(a3)
                 : "r"(a0), "r"(a1), "r"(a2), "r"(a4), "r"(a5)
                 : "memory", "$1", "$3", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25",
                   "hi", "lo");
    return a3 != 0 ? -v0 : v0;
}

} // namespace sys::arch

#define SYS_ENTRY                                                                                  \
    "move $4, $29\n"                                                                               \
    "lui $29, %hi(memory_end)\n"                                                                   \
    "daddiu $29, $29, %lo(memory_end)\n"                                                           \
    "jal start\n"
