// SPDX-License-Identifier: Apache-2.0
// The beginning of a program to bring, whose interpreter is looked for.
#include "fuzz.h"

#include "nsjoin/proc.h"

using sys::TextView;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto input = fuzz::bytes(data, size);
    const TextView whole = fuzz::view(input);
    const TextView found = nsjoin::interpreter(whole);
    fuzz::require_within(found, whole);
    if (found.size != 0) {
        // A zero is written behind it, so there has to be a place; what is read is one byte less.
        fuzz::require(found.data + found.size <= whole.data + whole.size);
        const bool script = fuzz::string(whole).rfind("#!", 0) == 0;
        fuzz::require(script || fuzz::string(whole).rfind("\x7f"
                                                          "ELF",
                                                          0) == 0);
        fuzz::require(!script || fuzz::string(found).find_first_of(" \n") == std::string::npos);
    }
    return 0;
}
