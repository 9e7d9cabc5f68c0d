// SPDX-License-Identifier: Apache-2.0
// /proc/PID/status and /proc/PID/fdinfo: keys, values, and numbers in them.
#include "fuzz.h"

#include <cstdlib>
#include <string>

#include "nsjoin/proc.h"

using namespace nsjoin;
using sys::TextView;

namespace {

// What parse_number() is to say, another way.
bool is_number(const std::string &text)
{
    if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos) {
        return false;
    }
    const size_t first = text.find_first_not_of('0');
    return first == std::string::npos ||
           (text.size() - first <= 10 && std::stoull(text.substr(first)) <= 0xffffffff);
}

void check_number(TextView text)
{
    uint32_t number = 0;
    const bool parsed = parse_number(text, number);
    fuzz::require(parsed == is_number(fuzz::string(text)));
    fuzz::require(!parsed || number == std::strtoull(fuzz::string(text).c_str(), nullptr, 10));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto input = fuzz::bytes(data, size);
    const TextView whole = fuzz::view(input);
    for (const char *key : {"Pid", "Tgid", "State", "Uid", "Gid", ""}) {
        TextView value = field(whole, key);
        fuzz::require_within(value, whole);
        fuzz::require(fuzz::string(value).find('\n') == std::string::npos);
        // It stands behind the key, at the beginning of a line.
        fuzz::require(value.size == 0 ||
                      ("\n" + fuzz::string(whole)).find("\n" + std::string(key) + ":") !=
                          std::string::npos);
        while (value.size != 0) {
            const size_t before = value.size;
            check_number(take_word(value, '\t'));
            fuzz::require(value.size < before);
        }
    }
    check_number(whole);
    return 0;
}
