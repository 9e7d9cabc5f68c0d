// SPDX-License-Identifier: Apache-2.0
#include "pods.h"

#include <algorithm>
#include <grp.h>
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
constexpr int pod_failed = 99;

// Its user could not look at this process before that is his.
void become_owner(const Pod &pod)
{
    if (setgroups(0, nullptr) != 0 || setns(pod.pidfd, CLONE_NEWUSER) != 0 ||
        setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
        _exit(pod_failed);
    }
    prctl(PR_SET_DUMPABLE, 1);
}

} // namespace

std::vector<Pod> make_pods(int count, uid_t owner)
{
    Held held;
    held.owner = owner;
    std::vector<Pod> pods(static_cast<size_t>(count));
    for (Pod &pod : pods) {
        pod.has_user = owner != 0;
        pod.holder = std::make_unique<Holder>(kinds | (owner != 0 ? CLONE_NEWUSER : 0), held);
        pod.pidfd = static_cast<int>(syscall(SYS_pidfd_open, pod.holder->pid(), 0));
        for (size_t i = 0; i < names.size(); ++i) {
            pod.namespaces[i] = pod.holder->link(std::string("ns/") + names[i]);
        }
    }
    return pods;
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

int pod_of(const Namespaces &namespaces, const std::vector<Pod> &pods, size_t first, size_t last)
{
    for (size_t i = 0; i < pods.size(); ++i) {
        const Namespaces &own = pods[i].namespaces;
        if (std::equal(own.begin() + first, own.begin() + last, namespaces.begin() + first)) {
            return static_cast<int>(i);
        }
    }
    return -1;
}

bool enter(const Pod &pod)
{
    return setns(pod.pidfd, static_cast<int>(kinds)) == 0;
}

pid_t make_process(const Pod &pod, pid_t number, Born born, int &pidfd)
{
    // In its own PID namespace, and in the one that contains it.
    pid_t numbers[] = {number, number};
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD | (born == Born::sibling ? CLONE_PARENT : 0);
    arguments.pidfd = reinterpret_cast<unsigned long long>(&pidfd);
    arguments.exit_signal = born == Born::sibling ? 0 : SIGCHLD;
    arguments.set_tid = reinterpret_cast<unsigned long long>(numbers);
    arguments.set_tid_size = 2;
    Pipe ready;
    const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof arguments));
    if (pid == 0) {
        if (pod.has_user) {
            become_owner(pod);
        }
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ready.read_end);
        close(ready.write_end);
        for (;;) {
            pause();
        }
    }
    if (pid > 0) {
        ready.close_write();
        char none;
        // Its end, as the process has closed the other one.
        static_cast<void>(read(ready.read_end, &none, 1));
    }
    return pid;
}

} // namespace soak
