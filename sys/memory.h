// SPDX-License-Identifier: Apache-2.0
// The memory of this process, as the kernel sees it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "call.h"

/// Where the parts of this program lie, program.ld. These are addresses; only from memory_free up
/// to memory_free_end there are contents, which are zero and which nothing else uses.
extern "C" char program_start[], code_end[], memory_free[], memory_free_end[], program_end[];

namespace sys {

using Address = uintptr_t;

/// Hidden from the optimiser, which else repeats the constant wherever the result is used.
inline Address address(const char *pointer)
{
    auto value = reinterpret_cast<Address>(pointer);
    asm("" : "+r"(value));
    return value;
}

/// Where the kernel looks for the parts of this process, PR_SET_MM_MAP in prctl(2). Only what it
/// shows to others depends on it, such as /proc/PID/cmdline.
using MemoryMap = prctl_mm_map;

/// Needs no capability, but CONFIG_CHECKPOINT_RESTORE; EINVAL without it, or for a 32-bit process
/// on a 64-bit kernel, whose structure is larger: on arm by alignment alone, where the kernel then
/// takes exe_fd for auxv_size. An auxv_size of 0 leaves the auxiliary vector, an exe_fd of -1 the
/// executable.
[[gnu::always_inline]] inline Result<void> set_memory_map(const MemoryMap &map)
{
    return call<void>(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

/// munmap(2): everything from `begin`, which must be the start of a page, up to `end`; all of it
/// or, on error, nothing.
[[gnu::always_inline]] inline Result<void> unmap(Address begin, Address end)
{
    return call<void>(__NR_munmap, begin, end - begin);
}

enum class Memory {
    /// A page is there once it is touched.
    when_touched,
    /// All of it is there at once, which is quicker where all of it is used.
    at_once
};

/// New memory, zeros, `size` bytes rounded up to pages. ENOMEM: there is none.
inline Result<char *> map_memory(size_t size, Memory memory = Memory::when_touched)
{
    constexpr int protection = PROT_READ | PROT_WRITE;
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (memory == Memory::at_once ? MAP_POPULATE : 0);
#if defined __s390x__
    // The one machine that takes them from memory, and the old call.
    const long arguments[6] = {0, static_cast<long>(size), protection, flags, -1, 0};
    return call<char *>(__NR_mmap, arguments);
#elif defined __NR_mmap2
    return call<char *>(__NR_mmap2, 0, size, protection, flags, -1, 0);
#else
    return call<char *>(__NR_mmap, 0, size, protection, flags, -1, 0);
#endif
}

/// mprotect(2): from now on this memory can be executed and not be written.
inline Result<void> make_executable(char *memory, size_t size)
{
    return call<void>(__NR_mprotect, memory, size, PROT_READ | PROT_EXEC);
}

/// mremap(2): moves memory to where something else is, which is unmapped, in one step.
inline Result<char *> move_memory(char *from, size_t size, char *to)
{
    constexpr int maymove = 1; // MREMAP_MAYMOVE
    constexpr int fixed = 2;   // MREMAP_FIXED
    return call<char *>(__NR_mremap, from, size, size, maymove | fixed, to);
}

template <class Header, class Section>
Address image_end(Address image)
{
    const auto *header = reinterpret_cast<const Header *>(image);
    return image + header->e_shoff + header->e_shnum * sizeof(Section);
}

/// The first byte behind the vdso that begins at `vdso`, AT_SYSINFO_EHDR in getauxval(3): a whole
/// ELF file, which its section headers end, vdso(7).
inline Address vdso_end(Address vdso)
{
    if constexpr (sizeof(Address) == 8) {
        return image_end<Elf64_Ehdr, Elf64_Shdr>(vdso);
    } else {
        return image_end<Elf32_Ehdr, Elf32_Shdr>(vdso);
    }
}

} // namespace sys
