// SPDX-License-Identifier: Apache-2.0
// What is so on the 32-bit machines that once had 16-bit ids and smaller files: the wider forms
// have system calls of their own, setuid(2) and mmap2(2). All else is as in generic.h.
#pragma once

#include "generic.h"

namespace sys::arch {

// Counts its offset in pages, but it is always 0 here.
inline constexpr long mmap_number = __NR_mmap2;
inline constexpr long setuid_number = __NR_setuid32;
inline constexpr long setgid_number = __NR_setgid32;
inline constexpr long setgroups_number = __NR_setgroups32;
inline constexpr long fchown_number = __NR_fchown32;

} // namespace sys::arch
