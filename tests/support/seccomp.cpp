// SPDX-License-Identifier: Apache-2.0
#include "seccomp.h"

#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace support {

namespace {

// Ends the process where the filter can't be had: a test without it would show nothing.
void install(const std::vector<long> &calls, uint32_t listed, uint32_t others)
{
    std::vector<sock_filter> program;
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const long call : calls) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, listed));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, others));
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        _exit(98);
    }
}

} // namespace

void refuse(const std::vector<long> &calls, int error)
{
    install(calls, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error), SECCOMP_RET_ALLOW);
}

void allow_only(const std::vector<long> &calls)
{
    install(calls, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
}

} // namespace support
