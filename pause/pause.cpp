// SPDX-License-Identifier: Apache-2.0
// pause: the first process of a pod, its infra container. It holds the pod's namespaces while other
// containers come and go, sees to it that nothing they leave behind stays, and sleeps until it is
// told to end. It reads no file and needs no privilege.
//
// The story, as start() tells it:
//   1  answer -v and -h
//   2  block every signal
//   3  let the kernel reap children, and reap those that are dead already
//   4  let go of the working directory and of descriptors
//   5  say so when not process 1
//   6  give back memory
//   7  sleep until SIGINT or SIGTERM
//   8  say who sent it, and end
//
// A system call may be refused, as by a seccomp profile. Where pause then could not do its job (2,
// 3 and 7) it ends; everywhere else it goes on without. Only what was interrupted is tried again.

#include "sys/file.h"
#include "sys/memory.h"
#include "sys/process.h"
#include "sys/signal.h"
#include "sys/start.h"
#include "sys/text.h"

namespace {

using namespace sys;

/// What is about to be said.
Text<80> line;

void add(const char *text)
{
    line.append(text);
}

void add(uint32_t number)
{
    add(Decimal(number).string());
}

// Says the line on stderr, or nothing: a full pipe or a stopped terminal must not hold up the end
// of a pod, so for this one write the descriptor does not block, which all who share it see. A
// broken pipe does no harm, as SIGPIPE is blocked.
void say()
{
    const auto flags = status_flags(standard_error);
    if (flags && set_status_flags(standard_error, flags.value() | O_NONBLOCK)) {
        static_cast<void>(write(standard_error, line.view()));
        static_cast<void>(set_status_flags(standard_error, flags.value()));
    }
    line.clear();
}

[[noreturn]] void end(int status)
{
    add("\n");
    say();
    exit(status);
}

[[noreturn]] void fail(Errno error)
{
    add("pause: signal call refused: errno ");
    add(static_cast<uint32_t>(error));
    end(1);
}

// The letter of -v, -V, -h and --help; for every other argument something else.
char option(const char *argument)
{
    if (equal(argument, "--help")) {
        return 'h';
    }
    return argument[0] == '-' && argument[1] != '\0' && argument[2] == '\0' ? argument[1] : '\0';
}

[[noreturn]] void answer(TextView text)
{
    exit(write(standard_output, text) ? 0 : 1);
}

// Copies the command line to where it may stay, and returns the end of the copy. What is too long
// is cut.
Address copy_command_line(const char *begin, const char *end)
{
    char *copy = memory_free;
    // The last zero is there already, as in all of this memory, also where the command line is cut.
    while (begin != end - 1 && copy != memory_free_end) {
        *copy++ = *begin++;
    }
    return address(copy) + 1;
}

// Most of what a sleeping process costs is its initial stack and the page tables for mappings that
// lie far apart. What is still needed is the code and the page right behind it, which has been the
// stack since the first instruction: the command line moves there too, for ps to find, and all else
// is unmapped. If the kernel does not let the command line move, everything stays.
void give_back_memory(const InitialStack &initial)
{
    // The end of the initial stack holds the arguments, the environment, the path of the program,
    // and a null pointer. Before Linux 5.18 there may be no arguments.
    const char *const arguments = initial.argv[0];
    const char *const environment = *initial.environment();
    const auto *path = reinterpret_cast<const char *>(initial.auxiliary(AT_EXECFN));
    if (arguments == nullptr || path == nullptr) {
        return;
    }
    const Address copy_end =
        copy_command_line(arguments, environment != nullptr ? environment : path);

    const Address copy = address(memory_free);
    const Address end = address(program_end);
    MemoryMap map;
    map.start_code = address(program_start);
    map.end_code = map.start_data = map.end_data = map.arg_start = copy;
    map.arg_end = map.env_start = map.env_end = copy_end;
    map.start_brk = map.brk = map.start_stack = end;
    map.auxv = nullptr;
    map.auxv_size = 0;
    map.exe_fd = ~0U;
    if (!set_memory_map(map)) {
        return;
    }

    while (*path++ != '\0') {
    }
    Address last = address(path) + sizeof(void *);
    // Some kernels have the vdso above the stack: those of s390x and arm, and Linux 6.1 on x86_64.
    const Address vdso = initial.auxiliary(AT_SYSINFO_EHDR);
    if (vdso > last) {
        last = vdso_end(vdso);
    }
    static_cast<void>(unmap(end, last));
}

} // namespace

void start(const InitialStack &initial)
{
    // 1. Wherever it stands in the command line: kubeadm runs `pause -v` as a job of its own. From
    // argv[0] on, which may be all there is, or not even there.
    for (const char *const *argument = initial.argv; *argument != nullptr; ++argument) {
        const char letter = option(*argument);
        if (letter == 'v' || letter == 'V') {
            answer("pause " VERSION "\n");
        }
        if (letter == 'h') {
            answer("usage: pause [-v | -h]\n");
        }
    }

    // 2. All of them: so no mask or ignored signal that was inherited matters, none but those of
    // step 7 does anything, and also process 1 is sent those from inside. Faults still kill,
    // signal(7).
    if (const auto blocked = block_signals(SignalSet::full()); !blocked) {
        fail(blocked.error());
    }

    // 3. In this order none is missed: who dies from now on is reaped by the kernel, without a
    // wakeup.
    if (const auto ignored = ignore(Signal::sigchld); !ignored) {
        fail(ignored.error());
    }
    while (reap()) {
    }

    // 4. Neither keeps a file system busy.
    static_cast<void>(chdir("/"));
    if (!close_from(FdRef{3})) {
        // Before Linux 5.9. The lowest free one is given out first, so a long gap is the end; the
        // limit on their number may be a thousand million.
        for (int fd = 3, gap = 0; gap < 4096; ++fd) {
            gap = close(FdRef{fd}) ? 0 : gap + 1;
        }
    }

    // 5. People do use it so, to hold namespaces only.
    if (getpid() != Pid::init) {
        add("pause: not process 1, gets no orphans\n");
        say();
    }

    // 6.
    give_back_memory(initial);

    // 7. EINTR is a stop and continue, or a tracer.
    constexpr SignalSet ending(Signal::sigint, Signal::sigterm);
    SignalInfo info;
    for (;;) {
        const auto signal = wait_for(ending, info);
        if (signal) {
            break;
        }
        if (signal.error() != Errno::eintr) {
            fail(signal.error());
        }
    }

    // 8.
    add(info.signal == Signal::sigint ? "pause: SIGINT from pid " : "pause: SIGTERM from pid ");
    add(static_cast<uint32_t>(info.pid));
    add(", uid ");
    add(info.uid);
    end(0);
}
