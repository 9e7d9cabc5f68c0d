// SPDX-License-Identifier: Apache-2.0
// join: what it takes to join six namespaces of a pause and run a program there that does nothing.
// It measures and never judges.
//
// usage: join <count> <pause> <nothing> <floor> <joiner>...
//
// All are paths, or found in PATH. A joiner takes what nsenter does; with the last of them the
// others are compared, and with the floor. All take turns, so that what else the machine does hits
// each of them alike; and all are started in the same way, by vfork and execve, with PATH as their
// only variable and those in front of a joiner (LANG=C.UTF-8 nsenter). The clock runs from before
// the one until the end of what was started is known.

#include <stdlib.h>
#include <sys/utsname.h>

#include "joiner.h"
#include "pod.h"
#include "tests/support/system_calls.h"

namespace {

using namespace bench;

/// What all runs have in common.
struct Course {
    size_t count;
    std::string pause;
    std::string nothing;
    std::string floor;
    std::vector<std::string> joiners;
};

std::string join_with(const std::string &joiner, const Pod &pod, const std::string &rest)
{
    return joiner + " -t " + pod.pid() + " -m -u -i -n -p -C " + rest;
}

void compare(const Course &course, const Pod &pod, std::chrono::milliseconds gap)
{
    std::deque<Joiner> joiners;
    joiners.emplace_back(course.floor + " " + pod.pid() + " " + course.nothing);
    for (const std::string &joiner : course.joiners) {
        joiners.emplace_back(join_with(joiner, pod, course.nothing));
    }
    time_all(joiners, course.count, gap);
    print(joiners, &joiners.front());
}

void compare_with_cgroup(const Course &course, const Pod &pod)
{
    std::deque<Joiner> joiners;
    for (const std::string &joiner : course.joiners) {
        joiners.emplace_back(join_with(joiner, pod, "-c " + course.nothing));
    }
    time_all(joiners, course.count, {});
    print(joiners, nullptr);
}

// Resident while the command runs, for which pause is as good as any, and has for a while.
std::string resident(const Program &program)
{
    const support::File null("/dev/null", O_RDWR);
    Processes waiting;
    waiting.emplace_back(program.start(null));
    std::this_thread::sleep_for(std::chrono::seconds(1));
    settle(waiting);
    return value(waiting.front(), "smaps_rollup", "Rss");
}

void print_costs(const Course &course, const Pod &pod)
{
    printf("%-22s %8s %12s %14s\n", "program", "bytes", "system calls", "RSS (waiting)");
    std::vector<std::string> starts{course.floor + " " + pod.pid()};
    for (const std::string &joiner : course.joiners) {
        starts.push_back(join_with(joiner, pod, ""));
    }
    for (const std::string &start : starts) {
        const Joiner run(start + " " + course.nothing);
        printf("%-22s", short_name(run).c_str());
        Joiner wait(start + " " + course.pause);
        if (!wait.left_out.empty()) {
            printf(" left out: %s\n", wait.left_out.c_str());
            continue;
        }
        const auto calls = support::count_system_calls(run.program.words());
        printf(" %8s %12s %10s KiB\n", std::to_string(file_size(run.program.file())).c_str(),
               calls ? std::to_string(*calls).c_str() : "-", resident(wait.program).c_str());
    }
}

void measure_all(const Course &course)
{
    const Pod pod(course.pause);
    utsname system{};
    uname(&system);
    printf("Linux %s on %s, six namespaces of a pause joined %zu times by each; microseconds\n\n"
           "back to back\n",
           system.release, system.machine, course.count);
    compare(course, pod, {});
    constexpr std::chrono::milliseconds idle(20);
    printf("after 20 ms of idling\n");
    compare(course, pod, idle);
    printf("back to back, and its cgroup joined too (-c)\n");
    if (pod.has_cgroup()) {
        compare_with_cgroup(course, pod);
    } else {
        printf("left out: no hierarchy of version 2 is mounted\n\n");
    }
    print_costs(course, pod);
}

} // namespace

int main(int argc, char **argv)
{
    const size_t count = argc > 5 ? strtoul(argv[1], nullptr, 10) : 0;
    if (count == 0) {
        fputs("usage: join <count> <pause> <nothing> <floor> <joiner>...\n", stderr);
        return 2;
    }
    return run("join", [&] {
        // Inside another directory is the current one.
        measure_all({count,
                     std::filesystem::absolute(argv[2]),
                     std::filesystem::absolute(argv[3]),
                     argv[4],
                     {argv + 5, argv + argc}});
    });
}
