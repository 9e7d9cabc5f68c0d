// SPDX-License-Identifier: Apache-2.0
// The memory of this process, as the kernel sees it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "call.h"
#include "file.h"

/// The addresses of this program's parts, from program.ld. Only the memory from memory_free up to
/// memory_free_end has contents: zeros, which nothing else uses.
extern "C" char program_start[], code_rest[], code_end[], memory_free[], memory_free_end[],
    program_end[];

namespace sys {

using Address = uintptr_t;

/// Hides the value from the optimiser, which would otherwise repeat the constant at every use.
inline Address address(const char *pointer)
{
    auto value = reinterpret_cast<Address>(pointer);
    asm("" : "+r"(value));
    return value;
}

/// Where the kernel finds the parts of this process, PR_SET_MM_MAP in prctl(2). It affects only
/// what the kernel shows to others, such as /proc/PID/cmdline.
using MemoryMap = prctl_mm_map;

/// Needs CONFIG_CHECKPOINT_RESTORE, but no capability. EINVAL without it, or for a 32-bit process
/// on a 64-bit kernel, whose structure is larger; on arm by alignment alone, so that the kernel
/// reads exe_fd as auxv_size. An auxv_size of 0 keeps the auxiliary vector, an exe_fd of -1 keeps
/// the executable.
inline Result<void> set_memory_map(const MemoryMap &map)
{
    return call<void>(__NR_prctl, PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

/// munmap(2): unmaps everything from `begin`, which must be the start of a page, up to `end`. On
/// error nothing is unmapped.
inline Result<void> unmap(Address begin, Address end)
{
    return call<void>(__NR_munmap, begin, end - begin);
}

/// Maps a file from its beginning, mmap(2).
template <class T>
Result<T *> map(T *at, size_t size, int protection, int flags, int fd)
{
    if constexpr (arch::mmap_from_memory) {
        const long arguments[6] = {argument(at), argument(size), protection, flags, fd, 0};
        return call<T *>(arch::mmap_number, arguments);
    } else {
        return call<T *>(arch::mmap_number, at, size, protection, flags, fd, 0);
    }
}

/// Allocates zeroed memory, `size` bytes rounded up to pages. ENOMEM: there is none.
inline Result<char *> map_memory(size_t size)
{
    return map(static_cast<char *>(nullptr), size, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

/// The same, shared with the children of this process.
inline Result<char *> map_shared_memory(size_t size)
{
    return map(static_cast<char *>(nullptr), size, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS, -1);
}

/// Replaces the memory at `at` with the contents of a file, executable and not writable: all of it
/// at once, or nothing on error.
inline Result<char *> map_program(FdRef file, char *at, size_t size)
{
    return map(at, size, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file.number);
}

/// Drops code from memory that is not needed for a long time, madvise(2). When some of it is needed
/// again, only the pages around it are loaded. The caller must be outside of that code. Does
/// nothing if `begin` or the size are not suitable.
[[gnu::always_inline]] inline void give_back_code(char *begin, size_t size)
{
    constexpr int madv_random = 1;   // MADV_RANDOM, which makes this a mapping of its own
    constexpr int madv_dontneed = 4; // MADV_DONTNEED
    static_cast<void>(call<void>(__NR_madvise, begin, size, madv_random));
    static_cast<void>(call<void>(__NR_madvise, begin, size, madv_dontneed));
}

template <class Header, class Section>
Address image_end(Address image)
{
    const auto *header = reinterpret_cast<const Header *>(image);
    return image + header->e_shoff + header->e_shnum * sizeof(Section);
}

/// The first byte after the vdso that begins at `vdso`, AT_SYSINFO_EHDR in getauxval(3). The vdso
/// is a whole ELF file, and its section headers come last, vdso(7).
inline Address vdso_end(Address vdso)
{
    if constexpr (sizeof(Address) == 8) {
        return image_end<Elf64_Ehdr, Elf64_Shdr>(vdso);
    } else {
        return image_end<Elf32_Ehdr, Elf32_Shdr>(vdso);
    }
}

} // namespace sys
