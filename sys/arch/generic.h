// SPDX-License-Identifier: Apache-2.0
// What is so on most machines. The header of each includes this, or generic32.h, and declares what
// is not so there in sys::arch: a qualified name, as arch::last_signal, finds that before what is
// here. So nothing outside of sys/arch asks which machine it is.
#pragma once

#include "sys/uapi.h"

namespace sys::arch {

namespace generic {

// Numbers of system calls.
#ifdef __NR_mmap // not on arm
inline constexpr long mmap_number = __NR_mmap;
#endif
inline constexpr long setuid_number = __NR_setuid;
inline constexpr long setgid_number = __NR_setgid;
inline constexpr long setgroups_number = __NR_setgroups;
inline constexpr long getgroups_number = __NR_getgroups;
inline constexpr long fchown_number = __NR_fchown;

/// Is mmap(2) given the address of its six arguments instead of them?
inline constexpr bool mmap_from_memory = false;

/// Does clone(2) take the stack first and the flags second, instead of the other way round?
inline constexpr bool clone_stack_first = false;

inline constexpr int last_signal = 64;

/// SIGSTKFLT; 0: there is none.
inline constexpr int sigstkflt = 16;

/// Where the kernel's structs have what is needed of them: in siginfo_t the word that is its code,
/// and in sigaction the long that is its handler.
inline constexpr int code_word = 2;
inline constexpr int handler_long = 0;

} // namespace generic

using namespace generic;

} // namespace sys::arch
