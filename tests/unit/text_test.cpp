// SPDX-License-Identifier: Apache-2.0
#include "sys/text.h"
#include "tests/support/catch.h"
#include "tests/unit/exact.h"

#include <limits>
#include <string>

using namespace sys;
using unit::Exact;

namespace {

std::string string(TextView text)
{
    return {text.data == nullptr ? "" : text.data, text.size};
}

} // namespace

TEST_CASE("text is put together in order")
{
    Text<8> text;
    text.append("ab");
    text.append("");
    text.append("cd");
    CHECK(string(text.view()) == "abcd");
}

TEST_CASE("text may fill its capacity")
{
    Text<4> text;
    text.append("abcd");
    CHECK(string(text.view()) == "abcd");
}

TEST_CASE("text that does not fit is nothing, never cut off")
{
    Text<4> text;
    text.append("abc");
    text.append("de");
    CHECK(text.view().size == 0);
    text.append("f");
    CHECK(text.view().size == 0);
}

TEST_CASE("cleared text starts anew, also after too much")
{
    Text<4> text;
    text.append("abcdefgh");
    text.clear();
    text.append("xy");
    CHECK(string(text.view()) == "xy");
}

TEST_CASE("numbers become decimal digits")
{
    const auto number = GENERATE(0U, 1U, 9U, 10U, 99U, 100U, 65535U, 2147483648U,
                                 std::numeric_limits<uint32_t>::max());
    CHECK(Decimal(number).string() == std::to_string(number));
}

TEST_CASE("equal takes whole strings")
{
    CHECK(equal("", ""));
    CHECK(equal("--help", "--help"));
    CHECK(!equal("--hel", "--help"));
    CHECK(!equal("--helpp", "--help"));
    CHECK(!equal("", "--help"));
    CHECK(!equal("x", ""));
}

TEST_CASE("text is taken line by line, whether or not the last has an end")
{
    for (const std::string ending : {"", "\n"}) {
        const Exact exact("one\n\nthree" + ending);
        TextView text = exact;
        TextView line;
        REQUIRE(take_line(text, line));
        CHECK(string(line) == "one");
        REQUIRE(take_line(text, line));
        CHECK(string(line).empty());
        REQUIRE(take_line(text, line));
        CHECK(string(line) == "three");
        CHECK(!take_line(text, line));
    }
    TextView none{};
    TextView line;
    CHECK(!take_line(none, line));
}

TEST_CASE("a number is digits alone, up to 2^32-1")
{
    uint32_t number = 1;
    CHECK((parse_number(Exact("0"), number) && number == 0));
    CHECK((parse_number(Exact("2147483647"), number) && number == 2147483647));
    CHECK((parse_number(Exact("0000000000007"), number) && number == 7));
    for (const std::string text : {"", "4294967296", "18446744073709551617", "-1", "+1", " 1", "1 ",
                                   "1x", "99999999999999999999999999"}) {
        CAPTURE(text);
        CHECK(!parse_number(Exact(text), number));
    }
}
