// SPDX-License-Identifier: Apache-2.0
// Numbers in one array and words in one string, in the same order: a table of pointers would be as
// long again as the words.

#include "names.h"

#include "sys/text.h"
#include "sys/uapi.h"

namespace nsjoin {

namespace {

// Those that the calls made here are documented to return, in the C library's words.
constexpr uint16_t errors[] = {
    EPERM,     ENOENT,  ESRCH,  EINTR,      EIO,     ENXIO,        E2BIG,  ENOEXEC, EBADF,
    ECHILD,    EAGAIN,  ENOMEM, EACCES,     EFAULT,  EBUSY,        EEXIST, ENODEV,  ENOTDIR,
    EISDIR,    EINVAL,  ENFILE, EMFILE,     ENOTTY,  ETXTBSY,      EFBIG,  ENOSPC,  ESPIPE,
    EROFS,     EMLINK,  EPIPE,  ERANGE,     EDEADLK, ENAMETOOLONG, ENOSYS, ELOOP,   ENODATA,
    EOVERFLOW, ELIBBAD, EUSERS, EOPNOTSUPP, ENOBUFS, ETIMEDOUT,    ESTALE, EDQUOT,  EHOSTDOWN,
};
constexpr char error_words[] = "EPERM\0Operation not permitted\0"
                               "ENOENT\0No such file or directory\0"
                               "ESRCH\0No such process\0"
                               "EINTR\0Interrupted system call\0"
                               "EIO\0Input/output error\0"
                               "ENXIO\0No such device or address\0"
                               "E2BIG\0Argument list too long\0"
                               "ENOEXEC\0Exec format error\0"
                               "EBADF\0Bad file descriptor\0"
                               "ECHILD\0No child processes\0"
                               "EAGAIN\0Resource temporarily unavailable\0"
                               "ENOMEM\0Cannot allocate memory\0"
                               "EACCES\0Permission denied\0"
                               "EFAULT\0Bad address\0"
                               "EBUSY\0Device or resource busy\0"
                               "EEXIST\0File exists\0"
                               "ENODEV\0No such device\0"
                               "ENOTDIR\0Not a directory\0"
                               "EISDIR\0Is a directory\0"
                               "EINVAL\0Invalid argument\0"
                               "ENFILE\0Too many open files in system\0"
                               "EMFILE\0Too many open files\0"
                               "ENOTTY\0Inappropriate ioctl for device\0"
                               "ETXTBSY\0Text file busy\0"
                               "EFBIG\0File too large\0"
                               "ENOSPC\0No space left on device\0"
                               "ESPIPE\0Illegal seek\0"
                               "EROFS\0Read-only file system\0"
                               "EMLINK\0Too many links\0"
                               "EPIPE\0Broken pipe\0"
                               "ERANGE\0Numerical result out of range\0"
                               "EDEADLK\0Resource deadlock avoided\0"
                               "ENAMETOOLONG\0File name too long\0"
                               "ENOSYS\0Function not implemented\0"
                               "ELOOP\0Too many levels of symbolic links\0"
                               "ENODATA\0No data available\0"
                               "EOVERFLOW\0Value too large for defined data type\0"
                               "ELIBBAD\0Accessing a corrupted shared library\0"
                               "EUSERS\0Too many users\0"
                               "EOPNOTSUPP\0Operation not supported\0"
                               "ENOBUFS\0No buffer space available\0"
                               "ETIMEDOUT\0Connection timed out\0"
                               "ESTALE\0Stale file handle\0"
                               "EDQUOT\0Disk quota exceeded\0"
                               "EHOSTDOWN\0Host is down\0";

using sys::arch::sigstkflt;

constexpr uint16_t signals[] = {
    SIGHUP,    SIGINT,  SIGQUIT,  SIGILL,  SIGTRAP, SIGABRT, SIGBUS,    SIGFPE,
    SIGKILL,   SIGUSR1, SIGSEGV,  SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,   SIGCHLD,
    SIGCONT,   SIGSTOP, SIGTSTP,  SIGTTIN, SIGTTOU, SIGURG,  SIGXCPU,   SIGXFSZ,
    SIGVTALRM, SIGPROF, SIGWINCH, SIGIO,   SIGPWR,  SIGSYS,  sigstkflt,
};
constexpr char signal_words[] = "SIGHUP\0"
                                "SIGINT\0"
                                "SIGQUIT\0"
                                "SIGILL\0"
                                "SIGTRAP\0"
                                "SIGABRT\0"
                                "SIGBUS\0"
                                "SIGFPE\0"
                                "SIGKILL\0"
                                "SIGUSR1\0"
                                "SIGSEGV\0"
                                "SIGUSR2\0"
                                "SIGPIPE\0"
                                "SIGALRM\0"
                                "SIGTERM\0"
                                "SIGCHLD\0"
                                "SIGCONT\0"
                                "SIGSTOP\0"
                                "SIGTSTP\0"
                                "SIGTTIN\0"
                                "SIGTTOU\0"
                                "SIGURG\0"
                                "SIGXCPU\0"
                                "SIGXFSZ\0"
                                "SIGVTALRM\0"
                                "SIGPROF\0"
                                "SIGWINCH\0"
                                "SIGIO\0"
                                "SIGPWR\0"
                                "SIGSYS\0"
                                "SIGSTKFLT\0";

// Where the words of entry `index` begin, of `each` words an entry.
const char *word(const char *words, size_t index)
{
    for (; index != 0; --index) {
        words += sys::length(words) + 1;
    }
    return words;
}

const char *error_word(sys::Errno error, size_t which)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; ++i) {
        if (errors[i] == static_cast<int>(error)) {
            return word(error_words, 2 * i + which);
        }
    }
    return nullptr;
}

constexpr size_t signal_count = sizeof signals / sizeof *signals;

} // namespace

const char *error_name(sys::Errno error)
{
    return error_word(error, 0);
}

const char *error_text(sys::Errno error)
{
    return error_word(error, 1);
}

const char *signal_name(sys::Signal signal)
{
    for (size_t i = 0; i < signal_count; ++i) {
        if (signals[i] == static_cast<int>(signal)) {
            return word(signal_words, i);
        }
    }
    return nullptr;
}

int signal_number(const char *text)
{
    const char *name = signal_words;
    for (const int number : signals) {
        const size_t size = sys::length(name);
        if (sys::equal(text, {name, size}) || sys::equal(text, {name + 3, size - 3})) {
            return number;
        }
        name += size + 1;
    }
    int number = 0;
    for (; *text >= '0' && *text <= '9' && number <= sys::last_signal; ++text) {
        number = number * 10 + (*text - '0');
    }
    return *text == '\0' && number <= sys::last_signal ? number : 0;
}

} // namespace nsjoin
