// SPDX-License-Identifier: Apache-2.0
// A terminal of its own for the command, --pty: made from the host's devpts. Bytes are carried
// between it and the caller's.
#pragma once

#include "failure.h"
#include "sys/poll.h"
#include "sys/terminal.h"

namespace nsjoin {

class Terminal {
public:
    /// Makes it, with the mode and the size of the caller's, for the user `owner` as the caller
    /// numbers it; ~0: the caller. Before anything is joined.
    Failure open(uint32_t owner);
    explicit operator bool() const { return static_cast<bool>(master_); }

    /// In the process that becomes the command: its controlling terminal, and 0, 1 and 2.
    Failure take() const;

    /// The caller's terminal hands over every key from now on, until restore(). In the background
    /// both leave it alone, as it is others'.
    void make_raw();
    void restore();
    void resize() const;

    /// What to wait for, and what to do then.
    static constexpr size_t poll_count = 3;
    void ask(sys::Poll *polls) const;
    void carry(const sys::Poll *polls);
    /// Is there more to print of what the command has left behind? At most as much as a terminal
    /// holds: its children may hold the terminal still.
    bool has_rest();
    /// Prints some of it; false: nobody takes it.
    bool print_rest();

private:
    bool in_background() const;

    sys::Fd master_;
    sys::Fd slave_;
    sys::TerminalMode mode_;
    bool has_mode_ = false;
    bool raw_ = false;
    bool input_ended_ = false;
    int rest_blocks_ = 16;
};

} // namespace nsjoin
