// SPDX-License-Identifier: Apache-2.0
// memory: what a sleeping process costs. Starts many of each program, each of them in a memory
// cgroup of its own, and prints what the kernel charged for one. It measures and never judges.
//
// usage: memory <count> <command line>...
//
// The first command line is what the others are compared with. Each is split at spaces, and its
// first word looked up in PATH.
//
// What it takes for the figures to be all of a process, and nothing else:
//   - fork and exec happen inside of the cgroup, so that the task, its kernel stack and its page
//     tables are charged there. It is this process that goes in for that and comes back. It uses
//     vfork, as after fork it would have pages to copy: nothing of its own is charged there.
//   - One more of each program is there first, outside: the page cache of files is charged to it.
//   - All happens on one CPU. Each CPU keeps charges in stock for the cgroups that it dealt with
//     last: up to 64 pages, and for small objects a part of a page.
//   - So that these stocks are given back, some more are started after those that count.

#include <sched.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include <algorithm>
#include <numeric>

#include "nest.h"
#include "program.h"

namespace {

using namespace bench;

constexpr size_t uncounted = 64;

/// Where processes are started.
struct Place {
    support::Hierarchy hierarchy = memory_hierarchy();
    std::unique_ptr<Nest> nest = make_nest(hierarchy);
    support::File home{hierarchy.directory(hierarchy.own) + "/cgroup.procs", O_WRONLY};
    support::File null{"/dev/null", O_RDWR};

    /// Program::start() in a cgroup.
    pid_t start_in(const support::Cgroup &cgroup, const Program &program) const
    {
        const support::File procs(cgroup.directory() + "/cgroup.procs", O_WRONLY);
        procs.write("0");
        const pid_t pid = program.start(null);
        home.write("0");
        return pid;
    }
};

/// What one process costs, in KiB.
struct Cost {
    double median, mean, least, most;
    std::string resident, proportional, dirty, page_tables;
};

/// The first of the processes is not charged. What is asked of one is asked of one with the median
/// charge.
Cost summary(const std::vector<double> &charged, const Processes &processes)
{
    std::vector<double> charges = charged;
    std::sort(charges.begin(), charges.end());
    const size_t count = charges.size();
    const double median = charges[count / 2];
    const auto found = std::find(charged.begin(), charged.end(), median) - charged.begin();
    const support::Child &one = processes[static_cast<size_t>(found) + 1];
    return {
        .median = median,
        .mean = std::accumulate(charges.begin(), charges.end(), 0.0) / static_cast<double>(count),
        .least = charges.front(),
        .most = charges.back(),
        .resident = value(one, "smaps_rollup", "Rss"),
        .proportional = value(one, "smaps_rollup", "Pss"),
        .dirty = value(one, "smaps_rollup", "Private_Dirty"),
        .page_tables = value(one, "status", "VmPTE"),
    };
}

Cost measure(const Program &program, size_t count, const Place &place)
{
    std::deque<support::Cgroup> cgroups;
    Processes processes;
    processes.emplace_back(program.start(place.null));
    settle(processes);
    while (cgroups.size() < count + uncounted) {
        stop_if_interrupted();
        cgroups.emplace_back(place.hierarchy,
                             place.nest->path() + "/" + std::to_string(cgroups.size()));
        processes.emplace_back(place.start_in(cgroups.back(), program));
    }
    settle(processes);

    const bool first = place.hierarchy.version == 1;
    const std::string charge = first ? "/memory.usage_in_bytes" : "/memory.current";
    std::vector<double> charges;
    for (size_t i = 0; i < count; ++i) {
        const std::string bytes = support::contents(cgroups[i].directory() + charge);
        charges.push_back(std::stod(bytes) / 1024);
    }
    return summary(charges, processes);
}

void print(const Program &program, const Cost &cost, double unit)
{
    printf("%9s %8.1f %6.2f %7.1f %5.0f %5.0f %6s %6s %8s %7s\n",
           std::to_string(file_size(program.file())).c_str(), cost.median, cost.median / unit,
           cost.mean, cost.least, cost.most, cost.resident.c_str(), cost.proportional.c_str(),
           cost.dirty.c_str(), cost.page_tables.c_str());
}

void measure_all(char **command_lines, size_t count)
{
    const Place place;
    utsname system{};
    uname(&system);
    printf("Linux %s on %s, memory cgroup v%d, %zu processes of each program; sizes in KiB\n\n"
           "%-17s%9s %8s %6s %7s %5s %5s %6s %6s %8s %7s\n",
           system.release, system.machine, place.hierarchy.version, count, "program", "bytes",
           "charged", "ratio", "mean", "min", "max", "RSS", "PSS", "private", "tables");
    double unit = 0;
    for (; *command_lines != nullptr; ++command_lines) {
        Program program(*command_lines);
        printf("%-17s", program.name().c_str());
        fflush(stdout);
        try {
            program.look_up();
            const Cost cost = measure(program, count, place);
            unit = unit > 0 ? unit : cost.median;
            print(program, cost, unit);
        } catch (const LeftOut &reason) {
            printf(" left out: %s\n", reason.what());
        }
    }
}

void stay_on_one_cpu()
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(static_cast<size_t>(sched_getcpu()), &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
        throw support::refused("stay on one CPU");
    }
}

} // namespace

int main(int argc, char **argv)
{
    const size_t count = argc > 2 ? strtoul(argv[1], nullptr, 10) : 0;
    if (count == 0) {
        fputs("usage: memory <count> <command line>...\n", stderr);
        return 2;
    }
    return run("memory", [&] {
        stay_on_one_cpu();
        measure_all(argv + 2, count);
    });
}
