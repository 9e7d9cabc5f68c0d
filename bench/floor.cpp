// SPDX-License-Identifier: Apache-2.0
// floor: the least that it takes to run a command in six namespaces of a process: no call that is
// not needed for exactly that, no check of anything, and none of what makes it safe to do with
// somebody else's process. join.cpp measures the others against it.
//
// usage: floor <pid> <program> [<argument>...]

#include "sys/namespace.h"
#include "sys/start.h"

void start(const sys::InitialStack &initial)
{
    const char *const *argument = initial.argv;
    int pid = 0;
    for (const char *digit = *++argument; *digit != '\0'; ++digit) {
        pid = pid * 10 + (*digit - '0');
    }
    const sys::Fd pidfd = sys::open_process(static_cast<sys::Pid>(pid)).value();
    if (!sys::join(pidfd.get(), CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET |
                                    CLONE_NEWPID | CLONE_NEWCGROUP)) {
        sys::exit(125);
    }
    const auto child = sys::fork(sys::Signal::sigchld);
    if (child && child.value() == sys::Pid{}) {
        ++argument;
        static_cast<void>(sys::execute(*argument, argument, initial.environment()));
        sys::exit(127);
    }
    int status = 0;
    static_cast<void>(sys::call<void>(__NR_wait4, -1, &status, 0, 0));
    sys::exit(status >> 8);
}
