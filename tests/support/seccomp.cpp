// SPDX-License-Identifier: Apache-2.0
#include "seccomp.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace support {

namespace {

// Ends the process where the filter can't be had: a test without it would show nothing.
void install(std::vector<sock_filter> program)
{
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) {
        _exit(98);
    }
}

void install(const std::vector<long> &calls, uint32_t listed, uint32_t others)
{
    std::vector<sock_filter> program;
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const long call : calls) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, listed));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, others));
    install(std::move(program));
}

} // namespace

void refuse(const std::vector<long> &calls, int error)
{
    install(calls, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error), SECCOMP_RET_ALLOW);
}

void refuse_joining_at_once()
{
    // The flags are the lower half of the second argument. x & (x - 1) leaves all bits but one.
    constexpr uint32_t lower = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;
    install({
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1]) + lower),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 1),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_X, 0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0xffffffff, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
    });
}

void refuse_null(long call, int argument, int error)
{
    const auto at = static_cast<uint32_t>(offsetof(seccomp_data, args) +
                                          sizeof(uint64_t) * static_cast<size_t>(argument));
    install({BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 5),
             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3),
             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at + 4),
             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)});
}

void allow_only(const std::vector<long> &calls)
{
    install(calls, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
}

} // namespace support
