// SPDX-License-Identifier: Apache-2.0
#include "tests/support/supervisor.h"

#include <cstddef>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace support {

namespace {

constexpr int could_not_install = 98;

std::vector<sock_filter> filter_for(const std::vector<long> &calls, int descriptor)
{
    constexpr uint32_t lower = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    std::vector<sock_filter> program;
    if (descriptor >= 0) {
        const auto wanted = static_cast<uint32_t>(descriptor);
        program.push_back(
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0]) + lower));
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, 1, 0));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const long call : calls) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return program;
}

} // namespace

Supervisor::Supervisor(std::vector<long> calls, int descriptor)
    : calls_(std::move(calls)), descriptor_(descriptor)
{
}

Supervisor::~Supervisor()
{
    close(listener_);
}

void Supervisor::install()
{
    std::vector<sock_filter> program = filter_for(calls_, descriptor_);
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        _exit(could_not_install);
    }
    const auto listener = static_cast<int>(
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
    char taken = 0;
    if (listener < 0 || write(to_test_.write_end, &listener, sizeof listener) != sizeof listener ||
        read(to_program_.read_end, &taken, 1) != 1) {
        _exit(could_not_install);
    }
    close(listener);
}

bool Supervisor::attach(pid_t pid)
{
    to_test_.close_write();
    int number = -1;
    if (read(to_test_.read_end, &number, sizeof number) != sizeof number) {
        return false;
    }
    const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    listener_ = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, number, 0));
    close(pidfd);
    return listener_ >= 0 && write(to_program_.write_end, "", 1) == 1;
}

std::optional<Supervisor::Call> Supervisor::next() const
{
    pollfd readable{listener_, POLLIN, 0};
    if (poll(&readable, 1, 60'000) <= 0 || (readable.revents & POLLIN) == 0) {
        return {};
    }
    seccomp_notif call{};
    if (ioctl(listener_, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
        return {};
    }
    return Call{call.id, static_cast<pid_t>(call.pid)};
}

void Supervisor::answer(const Call &call, int error) const
{
    seccomp_notif_resp answer{};
    answer.id = call.id;
    answer.error = -error;
    answer.flags = error == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    ioctl(listener_, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

} // namespace support
