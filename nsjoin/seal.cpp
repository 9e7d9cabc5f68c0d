// SPDX-License-Identifier: Apache-2.0
// Who can look into a process can open the program that it runs, through /proc/PID/exe, and write
// to it as soon as nothing runs it any more: so a root inside a container could change nsjoin on
// the host. It need not even look: a command `#!/proc/self/exe` makes the kernel run that program
// inside (CVE-2019-5736). So before anything inside can see this process, it stops running the
// host's file:
//
// It writes its code, which is all of the file, to a memory file and seals that; maps it where the
// code is; and tells the kernel that this is its program. Where that is not allowed (PR_SET_MM_MAP
// wants a capability in the user namespace, and CONFIG_CHECKPOINT_RESTORE) it executes the memory
// file, which takes longer.

#include "seal.h"

#include "sys/memory.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

Failure failure(const char *text, Errno error, const char *hint = nullptr)
{
    return {Stage::seal, text, nullptr, error, hint};
}

Failure copy_program(Fd &file)
{
    if (const auto made = make_memory_file("nsjoin", file); !made) {
        return failure("cannot make a memory file, to run from", made.error(),
                       made.error() == Errno::eacces ? "see sysctl vm.memfd_noexec" : nullptr);
    }
    TextView left(program_start, address(code_end) - address(program_start));
    while (left.size != 0) {
        const auto written = write(file.get(), left);
        if (!written) {
            return failure("cannot write to a memory file, to run from", written.error());
        }
        const auto count = static_cast<size_t>(written.value());
        left = {left.data + count, left.size - count};
    }
    if (const auto sealed = sys::seal(file.get()); !sealed) {
        return failure("cannot seal a memory file, to run from", sealed.error());
    }
    return {};
}

Result<void> move_into(FdRef file, const InitialStack &initial)
{
    const Address end = address(code_end);
    if (const auto mapped = map_program(file, program_start, end - address(program_start));
        !mapped) {
        return Result<void>(mapped);
    }
    // All but the program stays as it was.
    const auto *path = reinterpret_cast<const char *>(initial.auxiliary(AT_EXECFN));
    const char *const arguments = initial.argv[0] != nullptr ? initial.argv[0] : path;
    const char *const environment = *initial.environment();
    MemoryMap map;
    map.start_code = address(program_start);
    map.end_code = map.start_data = map.end_data = end;
    map.start_brk = map.brk = address(program_end);
    map.start_stack = reinterpret_cast<Address>(&initial);
    map.arg_start = address(arguments);
    map.arg_end = map.env_start = address(environment != nullptr ? environment : path);
    map.env_end = address(path);
    map.auxv = nullptr;
    map.auxv_size = 0;
    map.exe_fd = static_cast<uint32_t>(file.number);
    return set_memory_map(map);
}

} // namespace

Failure seal(const InitialStack &initial)
{
    Fd file;
    if (Failure failure = copy_program(file); failure) {
        return failure;
    }
    if (move_into(file.get(), initial)) {
        return {};
    }
    Fd own;
    if (const auto opened = open(working_directory, "/proc/self/exe", O_RDONLY, own); !opened) {
        return failure("cannot open /proc/self/exe", opened.error());
    }
    if (is_sealed(own.get())) {
        // Executed by its descriptor, it is called after that.
        static_cast<void>(set_name("nsjoin"));
        return {};
    }
    return failure("cannot run from a sealed memory file",
                   execute(file.get(), initial.argv, initial.environment()));
}

} // namespace nsjoin
