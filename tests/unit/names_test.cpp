// SPDX-License-Identifier: Apache-2.0
// Names of errors and signals, beside the C library's.
#include "nsjoin/names.h"
#include "tests/support/catch.h"

#include <csignal>
#include <cstring>

using namespace nsjoin;

namespace {

std::string text(const char *string)
{
    return string != nullptr ? string : "";
}

} // namespace

TEST_CASE("each error is called what the C library calls it")
{
    int known = 0;
    for (int number = 1; number < 134; ++number) {
        CAPTURE(number);
        const auto error = static_cast<sys::Errno>(number);
        // Both or none.
        REQUIRE((error_name(error) == nullptr) == (error_text(error) == nullptr));
        if (error_name(error) != nullptr) {
            ++known;
            CHECK(text(error_text(error)) == std::strerror(number));
#if __GLIBC_PREREQ(2, 32)
            CHECK(text(error_name(error)) == strerrorname_np(number));
#endif
        }
    }
    CHECK(known == 45);
}

TEST_CASE("what is no error has no name")
{
    for (const int number : {-1, 0, 4095, 1'000'000}) {
        CAPTURE(number);
        CHECK(error_name(static_cast<sys::Errno>(number)) == nullptr);
        CHECK(error_text(static_cast<sys::Errno>(number)) == nullptr);
    }
}

TEST_CASE("each signal below the real-time ones has its name, and is found by it")
{
    for (int number = 1; number < 32; ++number) {
        CAPTURE(number);
        const std::string name = text(signal_name(static_cast<sys::Signal>(number)));
        REQUIRE(name.rfind("SIG", 0) == 0);
#if __GLIBC_PREREQ(2, 32)
        // The C library says POLL for IO, the same signal.
        CHECK((name.substr(3) == text(sigabbrev_np(number)) || number == SIGIO));
#endif
        CHECK(signal_number(name.c_str()) == number);
        CHECK(signal_number(name.c_str() + 3) == number);
    }
}

TEST_CASE("real-time signals have numbers alone")
{
    for (int number = 1; number <= 64; ++number) {
        CHECK(signal_number(std::to_string(number).c_str()) == number);
    }
    CHECK(signal_name(static_cast<sys::Signal>(32)) == nullptr);
    CHECK(signal_name(static_cast<sys::Signal>(64)) == nullptr);
    CHECK(signal_name(static_cast<sys::Signal>(0)) == nullptr);
}

TEST_CASE("what is no signal is none")
{
    for (const char *word : {"", "0", "65", "-1", "+9", " 9", "9 ", "0x9", "99999999999999999999",
                             "SIG", "term", "SIGTERMS", "TER", "SIGSIGTERM", "RTMIN"}) {
        CAPTURE(word);
        CHECK(signal_number(word) == 0);
    }
}
