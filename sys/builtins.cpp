// SPDX-License-Identifier: Apache-2.0
// Functions that a compiler calls on its own to copy or clear structures. Other programs have them
// from the C library. Functions that replace a missing instruction are in sys/arch.

#include <stddef.h>
#include <stdint.h>

// The barriers keep the compiler from recognizing these loops and replacing them with calls to
// themselves.

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
