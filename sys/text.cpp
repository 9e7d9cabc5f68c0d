// SPDX-License-Identifier: Apache-2.0
#include "text.h"

namespace sys {

TextView take_word(TextView &text, char separator)
{
    size_t end = 0;
    while (end < text.size && text.data[end] != separator) {
        ++end;
    }
    const TextView word(text.data, end);
    text = skip(text, end < text.size ? end + 1 : end);
    return word;
}

bool take_line(TextView &text, TextView &line)
{
    if (text.size == 0) {
        return false;
    }
    line = take_word(text, '\n');
    return true;
}

bool parse_number(TextView text, uint64_t max, uint64_t &number)
{
    number = 0;
    for (size_t i = 0; i < text.size; ++i) {
        const char digit = text.data[i];
        if (digit < '0' || digit > '9') {
            return false;
        }
        const auto value = static_cast<uint64_t>(digit - '0');
        // No division: 32-bit machines have none for 64 bits.
        constexpr uint64_t last_before_overflow = ~uint64_t{0} / 10;
        if (number > last_before_overflow || number * 10 + value < value) {
            return false;
        }
        number = number * 10 + value;
        if (number > max) {
            return false;
        }
    }
    return text.size != 0;
}

bool parse_number(TextView text, uint32_t &number)
{
    uint64_t value = 0;
    const bool parsed = parse_number(text, 0xffffffff, value);
    number = static_cast<uint32_t>(value);
    return parsed;
}

uint64_t number_of_digits(TextView digits, unsigned base)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.size; ++i) {
        const char digit = digits.data[i];
        number =
            number * base + static_cast<uint64_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return number;
}

} // namespace sys
