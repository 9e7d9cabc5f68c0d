// SPDX-License-Identifier: Apache-2.0
#include "houses.h"

#include <algorithm>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace soak {

using namespace support;

namespace {

constexpr unsigned long kinds =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;

} // namespace

std::vector<House> build_houses(int count)
{
    std::vector<House> houses(static_cast<size_t>(count));
    for (House &house : houses) {
        house.holder = std::make_unique<Holder>(kinds);
        house.pidfd = static_cast<int>(syscall(SYS_pidfd_open, house.holder->pid(), 0));
        for (size_t i = 0; i < names.size(); ++i) {
            house.namespaces[i] = house.holder->link(std::string("ns/") + names[i]);
        }
    }
    return houses;
}

Namespaces reported_in(const std::string &output)
{
    Namespaces result;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        const std::string link = line.substr(line.find(' ') + 1);
        for (size_t i = 0; i < names.size(); ++i) {
            if (link.rfind(std::string(names[i]) + ":", 0) == 0) {
                result[i] = link;
            }
        }
    }
    return result;
}

int house_of(const Namespaces &namespaces, const std::vector<House> &houses, size_t count)
{
    for (size_t i = 0; i < houses.size(); ++i) {
        const Namespaces &own = houses[i].namespaces;
        if (std::equal(own.begin(), own.begin() + count, namespaces.begin())) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

bool enter(const House &house)
{
    return setns(house.pidfd, static_cast<int>(kinds)) == 0;
}

pid_t make_process(pid_t number, Born born, int &pidfd)
{
    // In its own PID namespace, and in the town's.
    pid_t numbers[] = {number, number};
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD | (born == Born::sibling ? CLONE_PARENT : 0);
    arguments.pidfd = reinterpret_cast<unsigned long long>(&pidfd);
    arguments.exit_signal = born == Born::sibling ? 0 : SIGCHLD;
    arguments.set_tid = reinterpret_cast<unsigned long long>(numbers);
    arguments.set_tid_size = 2;
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            pause();
        }
    }
    return pid;
}

} // namespace soak
