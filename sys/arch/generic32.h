// SPDX-License-Identifier: Apache-2.0
// What is so on the 32-bit machines that once had 16-bit ids and smaller files: the wider forms
// have system calls of their own, setuid(2) and mmap2(2). All else is as in generic.h.
#pragma once

#include <stdint.h>

#include "generic.h"

namespace sys::arch {

// Counts its offset in pages, but it is always 0 here.
inline constexpr long mmap_number = __NR_mmap2;
inline constexpr long setuid_number = __NR_setuid32;
inline constexpr long setgid_number = __NR_setgid32;
inline constexpr long setgroups_number = __NR_setgroups32;
inline constexpr long getgroups_number = __NR_getgroups32;
inline constexpr long fchown_number = __NR_fchown32;

// 64-bit shifts by 0 to 63, which clang calls where registers have 32 bits. The name of the
// function that does them is the machine's.
constexpr uint64_t join(uint32_t high, uint32_t low)
{
    return uint64_t{high} << 32 | low;
}

constexpr uint64_t shift_left(uint64_t value, unsigned count)
{
    const auto low = static_cast<uint32_t>(value);
    const auto high = static_cast<uint32_t>(value >> 32);
    if (count >= 32) {
        return join(low << (count - 32), 0);
    }
    return count == 0 ? value : join(high << count | low >> (32 - count), low << count);
}

constexpr uint64_t shift_right(uint64_t value, unsigned count)
{
    const auto low = static_cast<uint32_t>(value);
    const auto high = static_cast<uint32_t>(value >> 32);
    if (count >= 32) {
        return high >> (count - 32);
    }
    return count == 0 ? value : join(high >> count, low >> count | high << (32 - count));
}

} // namespace sys::arch
