// SPDX-License-Identifier: Apache-2.0
// Makes completions for shells from the table of options. Runs where nsjoin is built, and is no
// part of it.
#pragma once

#include <string>

namespace completions {

/// `text` with the options in the place of each @word@. Throws std::runtime_error if there is no
/// such word.
std::string fill(const std::string &text);

} // namespace completions
