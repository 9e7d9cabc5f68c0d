// SPDX-License-Identifier: Apache-2.0
// A command line of nsjoin, parsed.
#pragma once

#include <string>
#include <vector>

#include "nsjoin/options.h"
#include "tests/support/catch.h"

namespace unit {

class Parsed {
public:
    /// `arguments` without the program's name.
    explicit Parsed(std::vector<std::string> arguments) : words_(std::move(arguments))
    {
        pointers_.push_back("nsjoin");
        for (const auto &word : words_) {
            pointers_.push_back(word.c_str());
        }
        pointers_.push_back(nullptr);
        failure_ = nsjoin::parse(pointers_.data(), options_);
    }
    Parsed(const Parsed &) = delete;
    Parsed &operator=(const Parsed &) = delete;

    /// What was asked for, if nothing is wrong with it.
    const nsjoin::Options &good() const
    {
        CAPTURE(words_);
        REQUIRE(!failure_);
        return options_;
    }

    /// What is wrong: text, subject and hints as one line.
    std::string mistake() const
    {
        if (!failure_) {
            return "nothing";
        }
        std::string line = failure_->text;
        for (const char *part : {failure_->subject, failure_->hint, failure_->detail}) {
            line += part != nullptr ? std::string("|") + part : "";
        }
        return line;
    }
    /// Where that is reported; -1: nowhere.
    int status_fd() const { return options_.status_fd; }
    const nsjoin::Failure &failure() const { return failure_; }

private:
    std::vector<std::string> words_;
    std::vector<const char *> pointers_;
    nsjoin::Options options_;
    nsjoin::Failure failure_;
};

} // namespace unit
