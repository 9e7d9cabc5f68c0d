// SPDX-License-Identifier: Apache-2.0
// A command that says which signals come to it. nsjoin executes it, so it must be a program: it is
// the test program itself, which becomes it before main() if it is asked to.
#include "tests/support/terminal.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace support {

namespace {

constexpr const char *name = "--listener";

[[noreturn]] void listen()
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    dprintf(STDOUT_FILENO, "ready\n");
    for (;;) {
        siginfo_t info{};
        const int signal = sigwaitinfo(&all, &info);
        if (signal == SIGXFSZ) {
            _exit(7);
        }
        dprintf(STDOUT_FILENO, "got %d %s %d\n", signal, info.si_code > 0 ? "kernel" : "process",
                info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
    }
}

// The C library gives constructors the arguments of main().
[[gnu::constructor]] void become_listener(int argc, char **argv)
{
    if (argc > 1 && std::strcmp(argv[1], name) == 0) {
        listen();
    }
}

} // namespace

std::vector<std::string> listener()
{
    return {read_link("/proc/self/exe"), name};
}

} // namespace support
