// SPDX-License-Identifier: Apache-2.0
// /proc/PID/environ, which a process can write what it likes into: taken apart at zeros.
#include "fuzz.h"

using sys::TextView;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto input = fuzz::bytes(data, size);
    for (const char separator : {'\0', ':', ' ', ','}) {
        const TextView whole = fuzz::view(input);
        TextView rest = whole;
        std::string together;
        while (rest.size != 0) {
            const size_t before = rest.size;
            const TextView word = take_word(rest, separator);
            fuzz::require_within(word, whole);
            fuzz::require_within(rest, whole);
            fuzz::require(rest.size < before);
            fuzz::require(fuzz::string(word).find(separator) == std::string::npos);
            together += fuzz::string(word);
            // All but the last end with one.
            if (word.size < before) {
                together += separator;
            }
        }
        fuzz::require(together == fuzz::string(whole));
    }
    return 0;
}
