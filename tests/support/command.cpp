// SPDX-License-Identifier: Apache-2.0
#include "tests/support/command.h"

#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <unistd.h>

namespace support {

Words operator+(Words first, const Words &words)
{
    first.insert(first.end(), words.begin(), words.end());
    return first;
}

unsigned long joinable(unsigned long namespaces)
{
    return namespaces | (geteuid() == 0 ? 0 : CLONE_NEWUSER);
}

void execute(const Words &words, const std::vector<const char *> *environment)
{
    const std::vector<char *> arguments = pointers(words);
    if (environment != nullptr) {
        execve(arguments[0], arguments.data(), const_cast<char **>(environment->data()));
    } else {
        execv(arguments[0], arguments.data());
    }
    _exit(99);
}

Child start_nsjoin(const Words &arguments, const std::function<void()> &before_exec)
{
    Words words{nsjoin_path()};
    if (!native()) {
        words.insert(words.begin(), std::getenv("RUNNER"));
    }
    words = words + arguments;
    return Child::calling([&]() -> int {
        dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
        for (int signal = 1; signal < NSIG; ++signal) {
            ::signal(signal, SIG_DFL);
        }
        if (before_exec) {
            before_exec();
        }
        execute(words);
    });
}

void give(int end, int as)
{
    dup2(end, as);
}

std::string line_of(Pipe &pipe)
{
    std::string line;
    eventually([&] {
        line += pipe.drain();
        return !line.empty() && line.back() == '\n';
    });
    return line;
}

pid_t child_of(pid_t parent)
{
    const std::string number = std::to_string(parent);
    std::istringstream children(contents("/proc/" + number + "/task/" + number + "/children"));
    pid_t child = 0;
    children >> child;
    return child;
}

} // namespace support
