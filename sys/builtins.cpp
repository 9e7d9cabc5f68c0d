// SPDX-License-Identifier: Apache-2.0
// Functions that a compiler calls by itself, where structures are copied or cleared. Elsewhere they
// come from the C library. Those for what a machine has no instruction for are in sys/arch.

#include <stddef.h>
#include <stdint.h>

// The barriers keep the compiler from finding out that these are what they are, and calling them.

extern "C" void *memcpy(void *to, const void *from, size_t size)
{
    auto *bytes = static_cast<char *>(to);
    for (size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<const char *>(from)[i];
        asm volatile("");
    }
    return to;
}

extern "C" void *memset(void *at, int value, size_t size)
{
    auto *bytes = static_cast<char *>(at);
    for (size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<char>(value);
        asm volatile("");
    }
    return at;
}

extern "C" void *memmove(void *to, const void *from, size_t size)
{
    if (reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= size) {
        return memcpy(to, from, size);
    }
    for (size_t i = size; i != 0; --i) {
        static_cast<char *>(to)[i - 1] = static_cast<const char *>(from)[i - 1];
        asm volatile("");
    }
    return to;
}

extern "C" int memcmp(const void *a, const void *b, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        const int difference =
            static_cast<const unsigned char *>(a)[i] - static_cast<const unsigned char *>(b)[i];
        if (difference != 0) {
            return difference;
        }
    }
    return 0;
}

#if defined(__arm__) || defined(__i386__)

// 64-bit shifts by 0 to 63, which clang calls where a machine's registers are of 32 bits.

static uint64_t join(uint32_t high, uint32_t low)
{
    return uint64_t{high} << 32 | low;
}

static uint64_t shift_left(uint64_t value, unsigned count)
{
    const auto low = static_cast<uint32_t>(value);
    const auto high = static_cast<uint32_t>(value >> 32);
    if (count >= 32) {
        return join(low << (count - 32), 0);
    }
    return count == 0 ? value : join(high << count | low >> (32 - count), low << count);
}

static uint64_t shift_right(uint64_t value, unsigned count)
{
    const auto low = static_cast<uint32_t>(value);
    const auto high = static_cast<uint32_t>(value >> 32);
    if (count >= 32) {
        return high >> (count - 32);
    }
    return count == 0 ? value : join(high >> count, low >> count | high << (32 - count));
}

#endif

#ifdef __i386__

extern "C" uint64_t __ashldi3(uint64_t value, unsigned count)
{
    return shift_left(value, count);
}

extern "C" uint64_t __lshrdi3(uint64_t value, unsigned count)
{
    return shift_right(value, count);
}

#endif

#ifdef __arm__

extern "C" uint64_t __aeabi_llsl(uint64_t value, unsigned count)
{
    return shift_left(value, count);
}

extern "C" uint64_t __aeabi_llsr(uint64_t value, unsigned count)
{
    return shift_right(value, count);
}

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

extern "C" uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator)
{
    return static_cast<uint32_t>(__aeabi_uidivmod(numerator, denominator));
}

#endif
