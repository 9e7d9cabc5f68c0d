// SPDX-License-Identifier: Apache-2.0
// Holds the system calls of a program under test until the test has answered them.
#pragma once

#include "tests/support/process.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace support {

class Supervisor {
public:
    /// Of these system calls; with a descriptor only those whose first argument it is.
    explicit Supervisor(std::vector<long> calls, int descriptor = -1);
    ~Supervisor();
    Supervisor(const Supervisor &) = delete;
    Supervisor &operator=(const Supervisor &) = delete;

    /// In the process that will be the program: from now on its calls wait. Ends the process where
    /// that can't be had.
    void install();
    /// In the test: waits for `pid` to be in install(), and gets its calls; false: it is not there.
    bool attach(pid_t pid);

    struct Call {
        uint64_t id = 0;
        pid_t pid = 0;
    };
    /// The next one; none if there is none for a minute, or nobody is left to make one.
    std::optional<Call> next() const;
    /// Lets it fail with `error`; 0: lets it go on.
    void answer(const Call &call, int error) const;

private:
    std::vector<long> calls_;
    int descriptor_;
    Pipe to_test_;
    Pipe to_program_;
    int listener_ = -1;
};

} // namespace support
