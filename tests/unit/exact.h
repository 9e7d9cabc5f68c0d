// SPDX-License-Identifier: Apache-2.0
// Text for the tests of what parses it.
#pragma once

#include <string>
#include <vector>

#include "sys/text.h"

namespace unit {

/// A view whose end is the end of its memory, for AddressSanitizer to watch.
class Exact {
public:
    Exact(const std::string &text) : bytes_(text.begin(), text.end()) {}
    operator sys::TextView() const { return {bytes_.data(), bytes_.size()}; }

private:
    std::vector<char> bytes_;
};

} // namespace unit
