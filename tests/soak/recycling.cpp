// SPDX-License-Identifier: Apache-2.0
#include "recycling.h"

#include "tests/soak/pods.h"
#include "tests/soak/scenes.h"
#include "tests/support/seccomp.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/sched.h>
#include <memory>
#include <optional>
#include <random>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

namespace soak {

using namespace support;

namespace {

constexpr int pod_count = 4;
constexpr int slot_count = 2;
constexpr int history_size = 1 << 20;
constexpr int could_not_recycle = 99;

// The process that has the number of a slot now. A new one begins with an odd version, and is there
// with the next even one.
struct Slot {
    std::atomic<int> version;
    std::atomic<unsigned long long> inode;
    // The pod of each process that has had it.
    std::array<std::atomic<unsigned char>, history_size> pods;
};

struct Shared {
    std::array<Slot, slot_count> slots;
    std::atomic<int> started;
    std::atomic<int> ran;
    std::atomic<int> certain;
    std::atomic<int> refused;
    std::atomic<bool> stop;
    std::atomic<bool> complained;
    char wrong[4096];
};

Shared *map_shared()
{
    void *const memory =
        mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::runtime_error("no memory");
    }
    return new (memory) Shared;
}

// The kernel gives numbers below 300 only until they have been used up once.
constexpr int reserved = 300;

pid_t number_of(int slot)
{
    return reserved - 1 - slot;
}

// Has the number of one slot used again and again.
int recycle(Shared &shared, int index, const std::vector<Pod> &pods)
{
    Slot &slot = shared.slots[static_cast<size_t>(index)];
    std::minstd_rand random(static_cast<unsigned>(index) + 1);
    pid_t pid = 0;
    for (int generation = 0; !shared.stop && generation < history_size; ++generation) {
        const auto pod = static_cast<unsigned char>(
            (generation == 0 ? 0
                             : slot.pods[static_cast<size_t>(generation) - 1] + 1 +
                                   static_cast<int>(random() % (pod_count - 1))) %
            pod_count);
        if (!enter(pods[pod])) {
            return could_not_recycle;
        }
        slot.pods[static_cast<size_t>(generation)] = pod;
        slot.version = 2 * generation + 1;
        if (pid != 0) {
            kill(pid, SIGKILL);
            waitpid(pid, nullptr, 0);
        }
        int pidfd = -1;
        // In the pod somebody may have the number for the moment.
        while ((pid = make_process(pods[pod], number_of(index), Born::child, pidfd)) < 0) {
            if (errno != EEXIST || shared.stop) {
                return shared.stop ? 0 : could_not_recycle;
            }
        }
        struct stat status {};
        fstat(pidfd, &status);
        close(pidfd);
        slot.inode = status.st_ino;
        slot.version = 2 * generation + 2;
        usleep(static_cast<useconds_t>(random() % 3000));
    }
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return 0;
}

// How the numbers are given.
enum class By { number, number_and_inode, number_before_pidfds };

struct Joiner {
    By by;
    uid_t user;
};

struct Join {
    std::optional<Namespaces> reported;
    int status = 0;
    bool left_process = false;
};

Join run_nsjoin(const std::string &program, const std::string &report, const std::string &target,
                const char *which, int output)
{
    // Its offset is that of the command's stdout as well.
    if (ftruncate(output, 0) != 0 || lseek(output, 0, SEEK_SET) != 0) {
        _exit(could_not_recycle);
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    const std::array<const char *, 8> words{"nsjoin", which,          "-t",         target.c_str(),
                                            "--",     report.c_str(), "namespaces", nullptr};
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, program.c_str(), &actions, nullptr,
                                   const_cast<char *const *>(words.data()), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        _exit(could_not_recycle);
    }
    Join join;
    waitpid(pid, &join.status, 0);
    while (waitpid(-1, nullptr, __WALL) > 0) {
        join.left_process = true;
    }
    char text[1024];
    const ssize_t size = pread(output, text, sizeof text, 0);
    if (size <= 0) {
        return join;
    }
    join.reported = reported_in(std::string(text, static_cast<size_t>(size)));
    return join;
}

// Keeps the first complaint, and ends it all.
void complain(Shared &shared, const std::string &target, const Join &join,
              const std::string &expected)
{
    std::string text = "nsjoin " + target + " ended with wait status " +
                       std::to_string(join.status) + (join.left_process ? ", left a process" : "") +
                       " and ran in";
    if (join.reported) {
        for (const auto &name : *join.reported) {
            text += " " + name;
        }
    } else {
        text += " nothing";
    }
    text += ", expected: " + expected;
    if (!shared.complained.exchange(true)) {
        text.copy(shared.wrong, sizeof shared.wrong - 1);
        shared.stop = true;
    }
}

int join_often(Shared &shared, Joiner joiner, int joins, const Programs &programs,
               const std::vector<Pod> &pods)
{
    const auto [by, user] = joiner;
    const std::string program = programs.nsjoin();
    const std::string report = programs.report();
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const auto output = static_cast<int>(syscall(SYS_memfd_create, "report", 1U));
    dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDERR_FILENO);
    if (by == By::number_before_pidfds) {
        refuse({SYS_pidfd_open}, ENOSYS);
    }
    if (user != 0) {
        become(user);
    }
    // Root needs not be in their user namespace.
    const size_t first_joined = user != 0 ? 0 : 1;
    std::minstd_rand random(static_cast<unsigned>(by) + 1 + user);
    while (!shared.stop && shared.started++ < joins) {
        const auto index = static_cast<size_t>(random() % slot_count);
        Slot &slot = shared.slots[index];
        const int before = slot.version;
        const unsigned long long inode = slot.inode;
        const bool known = before % 2 == 0 && before != 0 && slot.version == before;
        std::string target = std::to_string(number_of(static_cast<int>(index)));
        const bool certain = by == By::number_and_inode && known;
        if (certain) {
            target += ":" + std::to_string(inode);
        }
        // Most leave out PID and mount, the last of `names`: without a child they are quicker.
        const bool all = random() % 4 == 0;
        const size_t joined = all ? names.size() : names.size() - 2;
        const std::string which = std::string(user != 0 ? "-U" : "-") + (all ? "Ciunpm" : "Ciun");
        const Join join = run_nsjoin(program, report, target, which.c_str(), output);
        if (!join.left_process && !join.reported && WIFEXITED(join.status) &&
            WEXITSTATUS(join.status) == 125) {
            ++shared.refused;
            continue;
        }
        const int pod = join.reported ? pod_of(*join.reported, pods, first_joined, joined) : -1;
        // Those that may have had the number meanwhile; asked for by its inode, it is the one.
        const int first = (before + 1) / 2 - 1;
        const int last = certain ? first : (slot.version + 1) / 2 - 1;
        bool right = false;
        for (int i = std::max(0, first - (before % 2)); i <= last; ++i) {
            right = right || slot.pods[static_cast<size_t>(i)] == pod;
        }
        if (!right || join.left_process || !WIFEXITED(join.status) ||
            WEXITSTATUS(join.status) != reported) {
            std::string expected;
            for (int i = std::max(0, first - (before % 2)); i <= last; ++i) {
                expected += " one of";
                for (const auto &name : pods[slot.pods[static_cast<size_t>(i)]].namespaces) {
                    expected += " " + name;
                }
            }
            complain(shared, target, join,
                     expected + (by == By::number_before_pidfds ? " before pidfds" : ""));
            return 0;
        }
        ++shared.ran;
        shared.certain += certain ? 1 : 0;
    }
    return 0;
}

// Linux 6.14: pid_max is each PID namespace's own. Before, it would be the host's.
void have_few_numbers()
{
    utsname system{};
    uname(&system);
    char *end = nullptr;
    const long major = std::strtol(system.release, &end, 10);
    const long minor = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
    if (major > 6 || (major == 6 && minor >= 14)) {
        std::ofstream("/proc/sys/kernel/pid_max") << 400;
    }
}

// Process 1 of the PID namespace in which numbers are used again.
[[noreturn]] void run_init(Shared &shared, int joins, const Programs &programs)
{
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("proc", "/proc", "proc", 0, nullptr) != 0) {
        _exit(could_not_recycle);
    }
    have_few_numbers();
    for (int i = 0; i < reserved; ++i) {
        Child::calling([] { return 0; }).wait();
    }
    const std::vector<Pod> pods = make_pods(pod_count, rootless_user());
    const auto recycler = [&](int slot) {
        return Child::calling([&, slot] { return recycle(shared, slot, pods); });
    };
    const auto joiner = [&](By by, uid_t user = 0) {
        return Child::calling([&, by, user] {
            return join_often(shared, {by, user}, joins, programs, pods);
        });
    };
    Child recycler_0 = recycler(0);
    Child recycler_1 = recycler(1);
    Child joiner_0 = joiner(By::number);
    Child joiner_1 = joiner(By::number_and_inode);
    Child joiner_2 = joiner(By::number_before_pidfds);
    Child joiner_3 = joiner(By::number, rootless_user());
    while (!joiner_3.ended() || !joiner_0.ended() || !joiner_1.ended() || !joiner_2.ended()) {
        // Without them it shows nothing.
        if (recycler_0.ended() || recycler_1.ended()) {
            _exit(could_not_recycle);
        }
        usleep(10'000);
    }
    // With process 1 all of them go. To end the pods first could take for ever: they wait for the
    // recyclers' processes to be reaped.
    _exit(0);
}

} // namespace

std::string join_recycled_numbers(int joins, Count &count)
{
    const Programs programs;
    Shared &shared = *map_shared();
    Child init = Child::calling([&]() -> int { run_init(shared, joins, programs); },
                                CLONE_NEWPID | CLONE_NEWNS);
    // As long as it gets on.
    for (int before = -1; !init.ended() && before != shared.started;) {
        before = shared.started;
        eventually([&] { return init.ended() || shared.started > before + joins / 100; });
    }
    count = {shared.ran, shared.certain, shared.refused, 0};
    for (const Slot &slot : shared.slots) {
        count.processes += slot.version / 2;
    }
    std::string wrong = shared.wrong;
    if (!init.ended()) {
        wrong = "it does not go on";
    } else if (const Status status = init.wait(); wrong.empty() && !(status == Status{0, 0})) {
        wrong = "process 1 of the PID namespace ended with " + std::to_string(status.code);
    }
    munmap(&shared, sizeof shared);
    return wrong;
}

} // namespace soak
