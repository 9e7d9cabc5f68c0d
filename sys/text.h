// SPDX-License-Identifier: Apache-2.0
// Text without a heap: a view of some, which can be taken apart, and a bounded buffer to put some
// together in. Knows nothing of what the text is about.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace sys {

/// Bytes that somebody else owns, not terminated.
struct TextView {
    const char *data;
    size_t size;

    /// Not set to anything: it is given a value by who fills it. TextView{} is empty.
    // cppcheck-suppress uninitMemberVar
    constexpr TextView() = default;
    constexpr TextView(const char *bytes, size_t count) : data(bytes), size(count) {}
    /// A literal, without its terminating zero.
    template <size_t count>
    constexpr TextView(const char (&literal)[count]) : data(literal), size(count - 1)
    {
    }
};

/// Of a string, without the zero that ends it.
constexpr size_t length(const char *string)
{
    size_t size = 0;
    while (string[size] != '\0') {
        ++size;
    }
    return size;
}

constexpr bool equal(TextView a, TextView b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; ++i) {
        if (a.data[i] != b.data[i]) {
            return false;
        }
    }
    return true;
}

/// Does `string` begin with `text`?
constexpr bool begins_with(const char *string, TextView text)
{
    for (size_t i = 0; i < text.size; ++i) {
        if (string[i] != text.data[i]) {
            return false;
        }
    }
    return true;
}

constexpr bool begins_with(TextView text, TextView with)
{
    return text.size >= with.size && equal(TextView(text.data, with.size), with);
}

/// Are these the same bytes? `string` ends with a zero.
constexpr bool equal(const char *string, TextView text)
{
    return begins_with(string, text) && string[text.size] == '\0';
}

/// Is `byte` in the string?
inline bool contains(const char *string, char byte)
{
    while (*string != '\0' && *string != byte) {
        ++string;
    }
    return *string == byte;
}

/// `text` without its first `count` bytes, of which it has as many.
constexpr TextView skip(TextView text, size_t count)
{
    return {text.data + count, text.size - count};
}

/// Takes the first line off `text`, without its end; false: there is none.
bool take_line(TextView &text, TextView &line);

/// Takes what is in front of the first `separator` off `text`, or all of it.
TextView take_word(TextView &text, char separator);

/// The decimal number that is all of `text`; false: it is none, or greater than `max`.
bool parse_number(TextView text, uint64_t max, uint64_t &number);

/// The same, up to 2^32-1.
bool parse_number(TextView text, uint32_t &number);

/// The number that the digits of `base`, 16 at most, are, in lower case. Its digits are not
/// checked.
uint64_t number_of_digits(TextView digits, unsigned base);

/// A number in decimal digits.
class Decimal {
public:
    constexpr explicit Decimal(uint32_t number)
    {
        char *first = digits_ + sizeof digits_ - 1;
        *first = '\0';
        do {
            *--first = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        first_ = first;
    }

    constexpr const char *string() const { return first_; }

private:
    char digits_[sizeof "4294967295"];
    const char *first_;
};

/// Up to `capacity` bytes of text. What does not fit is not cut off: from then on the whole text
/// is nothing, which view() shows, so half a line never gets out. Each capacity has functions of
/// its own, so a program does well to have only one. Only what is used of it costs memory.
template <size_t capacity = 8192>
class Text {
public:
    /// A string, without the zero that ends it.
    constexpr void append(const char *string)
    {
        while (*string != '\0') {
            append(*string++);
        }
    }

    constexpr void append(TextView text)
    {
        for (size_t i = 0; i < text.size; ++i) {
            append(text.data[i]);
        }
    }

    constexpr void append(char byte)
    {
        if (size_ < capacity) {
            bytes_[size_] = byte;
        }
        ++size_;
    }

    constexpr void clear() { size_ = 0; }

    /// All of it, or nothing if it was too long. Valid as long as this object is.
    constexpr TextView view() const
    {
        return size_ > capacity ? TextView() : TextView(bytes_, size_);
    }

    /// The same, ended with a zero.
    constexpr const char *string()
    {
        const size_t size = view().size;
        bytes_[size < capacity ? size : 0] = '\0';
        return bytes_;
    }

private:
    size_t size_ = 0;
    char bytes_[capacity];
};

} // namespace sys
