// SPDX-License-Identifier: Apache-2.0
// A terminal of its own for the command, --pty: made from the host's devpts, and carried to and
// from the caller's.
#pragma once

#include "failure.h"
#include "sys/poll.h"
#include "sys/terminal.h"

namespace nsjoin {

/// Does the one who sends this want nsjoin to end?
bool wants_end(sys::Signal signal);

class Terminal {
public:
    /// Makes it, with the mode and the size of the caller's. Before anything is joined.
    Failure open();
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
    /// Prints what the command has left behind: until it is out, or nobody takes it and among
    /// `signals` is one that wants an end. Its children may hold the terminal still.
    void finish(sys::FdRef signals);

private:
    bool in_background() const;

    sys::Fd master_;
    sys::Fd slave_;
    sys::TerminalMode mode_ = {};
    bool has_mode_ = false;
    bool raw_ = false;
    bool input_ended_ = false;
};

} // namespace nsjoin
