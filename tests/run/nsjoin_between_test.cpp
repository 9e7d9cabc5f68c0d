// SPDX-License-Identifier: Apache-2.0
// The process in between, which those inside may stop: what nsjoin knows of the command does not
// depend on it.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/tracer.h"

#include <chrono>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int facts_fd = 9;
constexpr auto deadline = std::chrono::seconds(5);

} // namespace

TEST_CASE("the start is told though the process in between is kept from its end", "[native]")
{
    const Holder holder(CLONE_NEWUSER | CLONE_NEWUTS |
                        GENERATE(as<unsigned long>(), 0, CLONE_NEWPID));
    Pipe facts;
    Tracer tracer({nsjoin_path(), "--status-fd=9", holder.name(), "--", "sleep", "1000"},
                  [&] { give(facts.write_end, facts_fd); });
    if (!tracer.works()) {
        SKIP_TEST("nothing can be traced here");
    }
    bool held = false;
    std::string told;
    const auto until = std::chrono::steady_clock::now() + deadline;
    tracer.run(
        [&](const TracedCall &call) {
            const bool ends = call.process == 1 && call.number == SYS_exit_group;
            held = held || ends;
            return ends ? Then::hold : Then::go_on;
        },
        [&] {
            told += facts.drain();
            return !told.empty() || std::chrono::steady_clock::now() > until;
        });
    CHECK(held);
    CHECK(told.rfind("{\"event\":\"started\",\"pid\":", 0) == 0);
}
