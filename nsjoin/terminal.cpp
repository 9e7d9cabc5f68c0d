// SPDX-License-Identifier: Apache-2.0
// This process holds both ends. Were it only the master's, that would hang up whenever the command
// closes its own, and poll would never sleep.

#include "terminal.h"

#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr char end_of_file = 4; // Ctrl-D, which VEOF is unless changed

// What has been read and not yet been written.
struct Buffer {
    char bytes[4096];
    size_t begin;
    size_t end;

    bool empty() const { return begin == end; }
};

// There is one terminal at most. Not in the class, as this memory costs nothing until it is used.
constinit Buffer input = {};
constinit Buffer output = {};

// Not now, but maybe later: the descriptor may be one that does not wait.
bool is_temporary(Errno error)
{
    return error == Errno::eagain || error == Errno::eintr;
}

// Reads what there is into an empty buffer; false: nothing more will come.
bool fill(FdRef from, Buffer &buffer)
{
    const auto got = read(from, buffer.bytes, sizeof buffer.bytes);
    buffer.begin = 0;
    buffer.end = got ? static_cast<size_t>(got.value()) : 0;
    return got ? got.value() != 0 : is_temporary(got.error());
}

// Writes what can be; false: nothing more will go.
bool flush(Buffer &buffer, FdRef to)
{
    const auto written = write(to, {buffer.bytes + buffer.begin, buffer.end - buffer.begin});
    if (!written) {
        return is_temporary(written.error());
    }
    buffer.begin += static_cast<size_t>(written.value());
    return true;
}

} // namespace

Failure Terminal::open(uint32_t owner)
{
    auto opened =
        sys::open(working_directory, "/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK, master_);
    if (opened) {
        opened = unlock(master_.get());
    }
    if (opened) {
        const auto peer = open_peer(master_.get());
        opened = Result<void>(peer);
        slave_ = peer.value();
    }
    if (!opened) {
        return Failure("cannot open a new terminal, /dev/ptmx", nullptr, opened.error());
    }
    // Who runs the command opens it by name as well. That takes CAP_CHOWN: where it is missing, the
    // descriptors have to do.
    if (owner != ~0U) {
        static_cast<void>(change_owner(slave_.get(), owner));
    }
    // A terminal says that it can be written to when it takes one byte, and writing more would wait
    // while no signal is passed on. The caller's own descriptor has to stay as it is, as others
    // share it: so this process opens the terminal anew. If it may not, it has to wait.
    TerminalSize size;
    Fd screen;
    if (terminal_size(standard_output, size) &&
        sys::open(working_directory, "/proc/self/fd/1", O_WRONLY | O_NOCTTY | O_NONBLOCK, screen)) {
        static_cast<void>(duplicate(screen.get(), standard_output));
    }
    has_mode_ = drain(standard_input) && terminal_mode(standard_input, mode_);
    if (has_mode_) {
        static_cast<void>(set_terminal_mode(slave_.get(), mode_));
    }
    resize();
    return {};
}

Failure Terminal::take() const
{
    auto taken = new_session();
    if (taken) {
        taken = control_terminal(slave_.get());
    }
    for (long number = 0; taken && number <= 2; ++number) {
        taken = duplicate(slave_.get(), FdRef(number));
    }
    return taken ? Failure() : Failure("cannot take the new terminal", nullptr, taken.error());
}

bool Terminal::in_background() const
{
    const auto group = foreground(standard_input);
    return group && group.value() != process_group();
}

void Terminal::make_raw()
{
    if (!has_mode_ || in_background()) {
        return;
    }
    // cfmakeraw(3)
    TerminalMode mode = mode_;
    mode.c_iflag &= ~(0U | IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    mode.c_oflag &= ~(0U | OPOST);
    mode.c_lflag &= ~(0U | ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode.c_cflag &= ~(0U | CSIZE | PARENB);
    mode.c_cflag |= CS8;
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    raw_ = static_cast<bool>(set_terminal_mode(standard_input, mode));
}

void Terminal::restore()
{
    if (raw_ && !in_background()) {
        static_cast<void>(set_terminal_mode(standard_input, mode_));
    }
    raw_ = false;
}

void Terminal::resize() const
{
    TerminalSize size;
    if (terminal_size(standard_input, size) || terminal_size(standard_output, size)) {
        static_cast<void>(set_terminal_size(master_.get(), size));
    }
}

void Terminal::ask(Poll *polls) const
{
    const int master = (output.empty() ? Poll::in : 0) | (input.empty() ? 0 : Poll::out);
    const bool reads = input.empty() && !input_ended_ && raw_ == has_mode_;
    polls[0] = Poll(reads ? standard_input : FdRef(), Poll::in);
    polls[1] = Poll(master_.get(), static_cast<int16_t>(master));
    polls[2] = Poll(output.empty() ? FdRef() : standard_output, Poll::out);
}

void Terminal::carry(const Poll *polls)
{
    if (polls[0].happened != 0 && !fill(standard_input, input)) {
        input_ended_ = true;
        // The first only ends the line, if the input did not end with one.
        input.bytes[0] = input.bytes[1] = end_of_file;
        input.end = 2;
    }
    if ((polls[1].happened & Poll::in) != 0) {
        static_cast<void>(fill(master_.get(), output));
    }
    if ((polls[1].happened & Poll::out) != 0 && !flush(input, master_.get())) {
        input.begin = input.end;
    }
    if (polls[2].happened != 0 && !flush(output, standard_output)) {
        // Nobody reads. The command is passed on the SIGPIPE, if there was one.
        output.begin = output.end;
    }
}

bool Terminal::has_rest()
{
    return !output.empty() ||
           (--rest_blocks_ > 0 && fill(master_.get(), output) && !output.empty());
}

bool Terminal::print_rest()
{
    return flush(output, standard_output);
}

} // namespace nsjoin
