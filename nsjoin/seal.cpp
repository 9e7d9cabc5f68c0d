// SPDX-License-Identifier: Apache-2.0
// Whoever can look into a process can open its program file through /proc/PID/exe, and write to it
// as soon as nothing runs it any more: root inside a container could change nsjoin on the host. It
// need not even look: a command `#!/proc/self/exe` makes the kernel run that file inside
// (CVE-2019-5736). So before anything inside can see this process, it stops running the host's
// file:
//
// It writes its code, which is all of the file, to a memory file and seals that; maps it over the
// code; and tells the kernel that this is its program. Where that is refused (PR_SET_MM_MAP needs a
// capability in the user namespace, and CONFIG_CHECKPOINT_RESTORE) it executes the memory file,
// which takes longer and begins the program anew. Therefore this comes before the target is pinned.
//
// Where no memory file can be executed (vm.memfd_noexec) or written (RLIMIT_FSIZE), it executes its
// own file through a read-only mount that is in no mount namespace.

#include "seal.h"

#include "plan.h"
#include "sys/memory.h"
#include "sys/path.h"
#include "sys/process.h"

namespace nsjoin {

using namespace sys;

namespace {

// May those inside come to see this process, or the file that it runs? Only what is named is known
// yet, not what differs.
bool may_be_seen(const Options &options)
{
    if (options.root.from != Directory::From::none ||
        asked_of_target(options).has(CLONE_NEWNS | CLONE_NEWPID)) {
        return true;
    }
    for (size_t i = 0; i < namespace_count; ++i) {
        if (options.files[i] != nullptr &&
            (namespaces[i].flag & (CLONE_NEWNS | CLONE_NEWPID)) != 0) {
            return true;
        }
    }
    return false;
}

Result<void> open_own(Fd &own)
{
    return open(working_directory, "/proc/self/exe", O_RDONLY, own);
}

// Was this program executed by a descriptor, execveat(2), as execute() does it?
bool is_by_descriptor(const InitialStack &initial)
{
    constexpr TextView by_descriptor("/dev/fd/");
    const auto *path = reinterpret_cast<const char *>(initial.auxiliary(AT_EXECFN));
    return path != nullptr && begins_with(path, by_descriptor);
}

Failure copy_program(Fd &file)
{
    TextView left(program_start, address(code_end) - address(program_start));
    if (file_size_limit() < left.size) {
        return Failure("cannot write to a memory file, to run from", nullptr, Errno::efbig,
                       "raise the limit on file sizes: ulimit -f");
    }
    if (const auto made = make_memory_file("nsjoin", file); !made) {
        return Failure("cannot make a memory file, to run from", nullptr, made.error(),
                       made.error() == Errno::eacces ? "see sysctl vm.memfd_noexec" : nullptr);
    }
    while (left.size != 0) {
        const auto written = write(file.get(), left);
        if (!written) {
            return Failure("cannot write to a memory file, to run from", nullptr, written.error());
        }
        const auto count = static_cast<size_t>(written.value());
        left = {left.data + count, left.size - count};
    }
    if (Failure failure = check(sys::seal(file.get()), "cannot seal a memory file, to run from");
        failure) {
        return failure;
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

Failure seal(const Options &options, const InitialStack &initial)
{
    if (!may_be_seen(options)) {
        return {};
    }
    if (is_by_descriptor(initial)) {
        // Whether it is a sealed copy already has to be known, or it would execute itself for ever.
        Fd own;
        if (Failure failure = check(open_own(own), "cannot open /proc/self/exe"); failure) {
            return failure;
        }
        if (is_sealed(own.get()) || is_read_only(own.get())) {
            // Executed by its descriptor, the program is named after that.
            static_cast<void>(set_name("nsjoin"));
            return {};
        }
    }
    Fd file;
    if (Failure failure = copy_program(file); failure) {
        Fd own;
        if (!open_own(own) || !open_read_only(own.get(), file)) {
            return failure;
        }
    } else if (move_into(file.get(), initial)) {
        return {};
    }
    return Failure("cannot run from a sealed file", nullptr,
                   execute(file.get(), initial.argv, initial.environment()));
}

} // namespace nsjoin
