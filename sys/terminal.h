// SPDX-License-Identifier: Apache-2.0
// Terminals: ioctl_tty(2), pts(4).
#pragma once

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>

#include "path.h"
#include "process.h"

namespace sys {

/// The kernel's struct termios, which is smaller than the C library's.
using TerminalMode = termios;

struct TerminalSize {
    uint16_t rows;
    uint16_t columns;
    uint16_t width;
    uint16_t height;
};

/// ENOTTY: not a terminal.
inline Result<void> terminal_mode(FdRef terminal, TerminalMode &mode)
{
    return call<void>(__NR_ioctl, terminal.number, TCGETS, &mode);
}

/// For a process in the background it raises SIGTTOU. If that is blocked, it sets the mode.
inline Result<void> set_terminal_mode(FdRef terminal, const TerminalMode &mode)
{
    return call<void>(__NR_ioctl, terminal.number, TCSETS, &mode);
}

/// Waits until all output is written, tcdrain(3). As with setting the mode, a job in the background
/// is stopped here.
inline Result<void> drain(FdRef terminal)
{
    return call<void>(__NR_ioctl, terminal.number, TCSBRK, 1);
}

/// The foreground process group. ENOTTY: it is not the controlling terminal of this process.
inline Result<Pid> foreground(FdRef terminal)
{
    int group = 0;
    const auto got = call<void>(__NR_ioctl, terminal.number, TIOCGPGRP, &group);
    return got ? Result<Pid>(group) : Result<Pid>(got);
}

inline Result<void> terminal_size(FdRef terminal, TerminalSize &size)
{
    return call<void>(__NR_ioctl, terminal.number, TIOCGWINSZ, &size);
}

/// Sets the size. The foreground processes get a SIGWINCH.
inline Result<void> set_terminal_size(FdRef terminal, const TerminalSize &size)
{
    return call<void>(__NR_ioctl, terminal.number, TIOCSWINSZ, &size);
}

/// Makes it the controlling terminal of this process, which must lead a session.
inline Result<void> control_terminal(FdRef terminal)
{
    return call<void>(__NR_ioctl, terminal.number, TIOCSCTTY, 0);
}

/// Gives up the controlling terminal of this process, which must not lead its session. `terminal`
/// is that terminal or /dev/tty.
inline Result<void> give_up_terminal(FdRef terminal)
{
    return call<void>(__NR_ioctl, terminal.number, TIOCNOTTY);
}

/// Opens the other end of a new pseudoterminal, without a path: Linux 4.13.
inline Result<Fd> open_peer(FdRef pseudoterminal)
{
    return call<Fd>(__NR_ioctl, pseudoterminal.number, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

/// Unlocks the other end, which cannot be opened before.
inline Result<void> unlock(FdRef pseudoterminal)
{
    const int locked = 0;
    return call<void>(__NR_ioctl, pseudoterminal.number, TIOCSPTLCK, &locked);
}

} // namespace sys
