// SPDX-License-Identifier: Apache-2.0
// Programs that are timed in turns, and a table of how they did. Nothing here knows what they do.
#pragma once

#include <fcntl.h>

#include <algorithm>

#include "program.h"

namespace bench {

/// A program with its arguments, and how long it took, in microseconds.
struct Joiner {
    explicit Joiner(const std::string &command_line) : program(command_line)
    {
        try {
            program.look_up();
        } catch (const LeftOut &reason) {
            left_out = reason.what();
        }
    }

    double quantile(size_t percent) const { return times.at(times.size() * percent / 100); }

    Program program;
    std::vector<double> times = {};
    std::string left_out = {};
};

inline void time_once(Joiner &joiner, const support::File &null)
{
    const auto start = std::chrono::steady_clock::now();
    const pid_t pid = joiner.program.start(null);
    int status = -1;
    waitpid(pid, &status, 0);
    const std::chrono::duration<double, std::micro> taken =
        std::chrono::steady_clock::now() - start;
    joiner.times.push_back(taken.count());
    if (status != 0) {
        joiner.left_out = "fails, see: " + joiner.program.name();
    }
}

inline void time_all(std::deque<Joiner> &joiners, size_t count, std::chrono::milliseconds gap)
{
    const support::File null("/dev/null", O_RDWR);
    for (size_t turn = 0; turn < count; ++turn) {
        for (size_t i = 0; i < joiners.size(); ++i) {
            stop_if_interrupted();
            Joiner &joiner = joiners[(turn + i) % joiners.size()];
            if (joiner.left_out.empty()) {
                std::this_thread::sleep_for(gap);
                time_once(joiner, null);
            }
        }
    }
}

// Without its arguments.
inline std::string short_name(const Joiner &joiner)
{
    const std::string name = joiner.program.name();
    return name.substr(0, name.find(' ', name.find(joiner.program.file().filename())));
}

// "-" for a ratio with what was left out.
inline void print_ratio(const Joiner &joiner, const Joiner *unit)
{
    if (unit == nullptr || unit->times.empty() || !unit->left_out.empty()) {
        printf(" %9s", "-");
    } else {
        printf(" %9.2f", joiner.quantile(50) / unit->quantile(50));
    }
}

inline void print(std::deque<Joiner> &joiners, const Joiner *floor)
{
    printf("%-22s %8s %8s %8s %9s %9s\n", "program", "median", "p99", "least", "to last",
           "to floor");
    for (Joiner &joiner : joiners) {
        std::sort(joiner.times.begin(), joiner.times.end());
    }
    for (const Joiner &joiner : joiners) {
        printf("%-22s", short_name(joiner).c_str());
        if (!joiner.left_out.empty()) {
            printf(" left out: %s\n", joiner.left_out.c_str());
            continue;
        }
        printf(" %8.0f %8.0f %8.0f", joiner.quantile(50), joiner.quantile(99),
               joiner.times.front());
        print_ratio(joiner, &joiners.back());
        print_ratio(joiner, floor);
        printf("\n");
    }
    printf("\n");
    fflush(stdout);
}

} // namespace bench
