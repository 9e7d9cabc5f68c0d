// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. They are libFuzzer's: each is given bytes of all kinds, and ends the
// process where what it is to hold does not hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sys/text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fuzz {

inline void require(bool holds)
{
    if (!holds) {
        __builtin_trap();
    }
}

/// Copied to where a byte read before or behind it is noticed.
inline std::vector<char> bytes(const uint8_t *data, size_t size)
{
    return {data, data + size};
}

inline sys::TextView view(const std::vector<char> &bytes)
{
    return {bytes.data(), bytes.size()};
}

inline std::string string(sys::TextView text)
{
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

/// Is `part` a part of `whole`, or nothing?
inline void require_within(sys::TextView part, sys::TextView whole)
{
    require(part.size == 0 ||
            (part.data >= whole.data && part.size <= whole.size &&
             static_cast<size_t>(part.data - whole.data) <= whole.size - part.size));
}

} // namespace fuzz
