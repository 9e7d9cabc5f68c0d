// SPDX-License-Identifier: Apache-2.0
// Functions that a compiler calls by itself for what a machine has no instruction for. Elsewhere
// they come from the compiler's library, which here wants a libc in turn.

#include <stdint.h>

#ifdef __arm__

// Run-time ABI for the Arm Architecture, 4.3.1: the quotient in r0, the remainder in r1.
extern "C" uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator)
{
    uint32_t quotient = 0;
    uint32_t remainder = 0;
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

#endif
