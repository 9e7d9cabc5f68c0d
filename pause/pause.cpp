// SPDX-License-Identifier: Apache-2.0
// pause: the infra container of a pod, its first process. It holds the pod's namespaces while other
// containers come and go, makes sure that their orphans are reaped, and sleeps until it is told to
// end. It reads no file and needs no privilege.
//
// start() does this, in this order:
//   1  answer -v and -h
//   2  block every signal
//   3  have the kernel reap children, and reap those that are dead already
//   4  leave the working directory and close descriptors
//   5  print a line if it is not process 1
//   6  give back memory
//   7  sleep until SIGINT or SIGTERM
//   8  print who sent the signal, and exit
//
// A system call may be refused, for example by a seccomp profile. If pause then cannot do its job
// (2, 3 and 7) it exits; otherwise it continues. Only an interrupted call is repeated.

#include "sys/file.h"
#include "sys/memory.h"
#include "sys/process.h"
#include "sys/signal.h"
#include "sys/start.h"
#include "sys/text.h"

namespace {

using namespace sys;

/// The line that is printed next.
Text<80> line;

void add(const char *text)
{
    line.append(text);
}

void add(uint32_t number)
{
    add(Decimal(number).string());
}

// Prints the line on stderr, or nothing: a full pipe or a stopped terminal must not delay the end
// of a pod. So the descriptor does not block during this write, which every process that shares it
// can notice. A broken pipe does no harm, because SIGPIPE is blocked.
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

// The letter of -v, -V, -h and --help; something else for every other argument.
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

// Copies the command line to memory that is kept, and returns the end of the copy. A long command
// line is cut.
Address copy_command_line(const char *begin, const char *end)
{
    char *copy = memory_free;
    // This memory is all zeros, so the terminating zero is there, even if the command line is cut.
    while (begin != end - 1 && copy != memory_free_end) {
        *copy++ = *begin++;
    }
    return address(copy) + 1;
}

// A sleeping process costs mostly its initial stack and the page tables for mappings that are far
// apart. pause still needs its code and the page after it, which has been the stack since the first
// instruction. The command line moves to that page, where ps finds it, and everything else is
// unmapped. If the kernel does not let the command line move, nothing is unmapped.
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
    // Some kernels map the vdso above the stack: on s390x and arm, and Linux 6.1 on x86_64.
    const Address vdso = initial.auxiliary(AT_SYSINFO_EHDR);
    if (vdso > last) {
        last = vdso_end(vdso);
    }
    static_cast<void>(unmap(end, last));
}

} // namespace

void start(const InitialStack &initial)
{
    // 1. Anywhere in the command line: kubeadm runs `pause -v` as a separate job. It starts with
    // argv[0], because there may be no other argument, or none at all.
    for (const char *const *argument = initial.argv; *argument != nullptr; ++argument) {
        const char letter = option(*argument);
        if (letter == 'v' || letter == 'V') {
            answer("pause " VERSION "\n");
        }
        if (letter == 'h') {
            answer("usage: pause [-v | -h]\n");
        }
    }

    // 2. All of them. So inherited masks and ignored signals make no difference, only the signals
    // of step 7 have an effect, and process 1 receives these even from inside. Faults still kill,
    // signal(7).
    if (const auto blocked = block_signals(SignalSet::full()); !blocked) {
        fail(blocked.error());
    }

    // 3. This order misses none: from now on the kernel reaps dead children without waking pause.
    if (const auto ignored = ignore(Signal::sigchld); !ignored) {
        fail(ignored.error());
    }
    while (reap()) {
    }

    // 4. Both could keep a file system busy.
    static_cast<void>(chdir("/"));
    if (!close_from(FdRef{3})) {
        // Before Linux 5.9. The kernel hands out the lowest free number first, so a long gap means
        // the end. Counting to the limit would take too long: it may be a thousand million.
        for (int fd = 3, gap = 0; gap < 4096; ++fd) {
            gap = close(FdRef{fd}) ? 0 : gap + 1;
        }
    }

    // 5. Some people use it this way, only to hold namespaces.
    if (getpid() != Pid::init) {
        add("pause: not process 1, gets no orphans\n");
        say();
    }

    // 6.
    give_back_memory(initial);

    // 7. EINTR: it was stopped and continued, or is traced.
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
