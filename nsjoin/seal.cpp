// SPDX-License-Identifier: Apache-2.0
// Who can look into a process can open the program that it runs, through /proc/PID/exe, and write
// to it as soon as nothing runs it any more: so a root inside a container could change nsjoin on
// the host. It need not even look: a command `#!/proc/self/exe` makes the kernel run that program
// inside (CVE-2019-5736). So before anything inside can see this process, it stops being the host's
// file:
//
// It copies its code to memory that is nobody's file, puts the copy where the code is, and tells
// the kernel that its program is an empty, sealed memory file. Where that is not allowed
// (PR_SET_MM_MAP wants a capability in the user namespace, and CONFIG_CHECKPOINT_RESTORE) it
// executes itself anew from a sealed copy, which takes a fifth longer.

#include "seal.h"

#include "sys/memory.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failure(const char *text, Errno error)
{
    return {Stage::seal, text, nullptr, error};
}

bool leave_own_file(const InitialStack &initial)
{
    Fd empty;
    if (!make_memory_file("nsjoin", empty)) {
        return false;
    }
    const auto size = static_cast<size_t>(address(code_end) - address(program_start));
    const auto mapped = map_memory(size, Memory::at_once);
    if (!seal(empty.get()) || !mapped) {
        return false;
    }
    char *const copy = mapped.value();
    const Address from = address(program_start);
    // A page ends behind the code, so the last word is there.
    for (size_t i = 0; i < size; i += sizeof(long)) {
        *reinterpret_cast<long *>(copy + i) = *reinterpret_cast<const long *>(from + i);
    }
    if (!make_executable(copy, size) || !move_memory(copy, size, program_start)) {
        return false;
    }

    // All but the program stays as it was.
    MemoryMap map;
    const char *const arguments = initial.argv[0];
    const char *const environment = *initial.environment();
    const auto *path = reinterpret_cast<const char *>(initial.auxiliary(AT_EXECFN));
    map.start_code = address(program_start);
    map.end_code = map.start_data = map.end_data = address(code_end);
    map.start_brk = map.brk = address(program_end);
    map.start_stack = reinterpret_cast<Address>(&initial);
    map.arg_start = address(arguments != nullptr ? arguments : path);
    map.arg_end = map.env_start = address(environment != nullptr ? environment : path);
    map.env_end = address(path);
    map.auxv = nullptr;
    map.auxv_size = 0;
    map.exe_fd = static_cast<uint32_t>(empty.get().number);
    return static_cast<bool>(set_memory_map(map));
}

} // namespace

Failure seal(const InitialStack &initial)
{
    if (leave_own_file(initial)) {
        return {};
    }
    Fd program;
    if (const auto own = open(working_directory, "/proc/self/exe", O_RDONLY, program); !own) {
        return failure("cannot open /proc/self/exe", own.error());
    }
    if (is_sealed(program.get())) {
        return {};
    }
    Fd file;
    if (const auto made = make_memory_file("nsjoin", file); !made) {
        return failure("cannot make a memory file, to run from", made.error());
    }
    if (const auto copied = copy(program.get(), file.get()); !copied) {
        return failure("cannot copy /proc/self/exe to a memory file", copied.error());
    }
    if (const auto sealed = sys::seal(file.get()); !sealed) {
        return failure("cannot seal a memory file", sealed.error());
    }
    return failure("cannot run from a sealed memory file",
                   execute(file.get(), initial.argv, initial.environment()));
}

} // namespace nsjoin
