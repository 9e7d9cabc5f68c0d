// SPDX-License-Identifier: Apache-2.0
// --status-fd: a line of JSON a fact.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr int facts_fd = 9;
const std::string to_facts = "--status-fd=9";

struct Facts {
    std::string lines;
    Answer answer;
};

Facts facts(const Words &arguments)
{
    Pipe told;
    Facts facts;
    facts.answer = nsjoin(Words{to_facts} + arguments, [&] { give(told.write_end, facts_fd); });
    facts.lines = told.drain();
    return facts;
}

// The number behind "pid": in the only line that there is so far.
pid_t started_pid(const std::string &line)
{
    const std::string beginning = "{\"event\":\"started\",\"pid\":";
    if (line.rfind(beginning, 0) != 0 || line.substr(line.size() - 2) != "}\n") {
        return -1;
    }
    return std::stoi(line.substr(beginning.size()));
}

bool is_asleep(pid_t pid)
{
    return contents("/proc/" + std::to_string(pid) + "/stat").find(") S ") != std::string::npos;
}

} // namespace

TEST_CASE("the start and the end of a command are told, with its number and status", "[native]")
{
    const Holder holder(both_ways());
    const Facts told = facts({holder.name(), "--", "readlink", "/proc/self"});
    CHECK(told.answer.error.empty());
    std::string pid = told.answer.output;
    REQUIRE(!pid.empty());
    pid.pop_back();
    CHECK(told.lines ==
          "{\"event\":\"started\",\"pid\":" + pid + "}\n{\"event\":\"exited\",\"status\":0}\n");
    const std::string lines = facts({holder.name(), "--", "sh", "-c", "exit 42"}).lines;
    CHECK(lines.substr(lines.find('\n')) == "\n{\"event\":\"exited\",\"status\":42}\n");
}

TEST_CASE("the start is told while the command runs", "[native]")
{
    const Holder holder(both_ways());
    Pipe input;
    Pipe told;
    Child running = start_nsjoin({to_facts, holder.name(), "--", "cat"}, [&] {
        give(input.read_end, STDIN_FILENO);
        give(told.write_end, facts_fd);
    });
    const pid_t pid = started_pid(line_of(told));
    CHECK(contents("/proc/" + std::to_string(pid) + "/comm") == "cat\n");
    input.close_write();
    CHECK(running.wait() == Status{0, 0});
    CHECK(told.drain() == "{\"event\":\"exited\",\"status\":0}\n");
}

TEST_CASE("the signal that ended the command is told, by name where it has one", "[native]")
{
    const Holder holder(both_ways());
    const auto exited = [&](const std::string &signal) {
        const Facts told = facts({holder.name(), "--", "sh", "-c", "kill -" + signal + " $$"});
        CHECK(told.answer.status == Status{0, std::stoi(signal)});
        return told.lines.substr(told.lines.find('\n') + 1);
    };
    CHECK(exited("9") == "{\"event\":\"exited\",\"signal\":9,\"name\":\"SIGKILL\"}\n");
    CHECK(exited("15") == "{\"event\":\"exited\",\"signal\":15,\"name\":\"SIGTERM\"}\n");
    CHECK(exited("40") == "{\"event\":\"exited\",\"signal\":40}\n");
}

TEST_CASE("what failed is told, and nothing else then")
{
    const Holder holder(both_ways());
    const std::string none = R"(,"errno":0})";
    const std::string enoent = R"(,"errno":2,"name":"ENOENT"})";
    const std::string eacces = R"(,"errno":13,"name":"EACCES"})";
    std::vector<std::pair<Words, std::string>> table{
        {{"--nonsense"}, R"("parse")" + none},
        {{"2147483647"}, R"("pin")" + none},
        {{"--net=/no/such/file"}, R"("read")" + enoent},
        {{"-w/no/such/directory", holder.name()}, R"("prepare")" + enoent},
    };
    // qemu-user makes no child that sends another signal than SIGCHLD.
    if (native()) {
        table.push_back({{"-W/no/such/directory", holder.name()}, R"("become")" + enoent});
        table.push_back({{holder.name(), "/no/such/command"}, R"("exec")" + enoent});
        table.push_back({{holder.name(), "/"}, R"("exec")" + eacces});
    }
    for (const auto &[arguments, rest] : table) {
        CAPTURE(arguments);
        CHECK(facts(arguments).lines == "{\"event\":\"failed\",\"step\":" + rest + "\n");
    }
}

TEST_CASE("the command does not notice that nobody reads --status-fd", "[native]")
{
    const Holder holder(both_ways());
    Pipe input;
    Child running = start_nsjoin({to_facts, holder.name(), "--", "cat"}, [&] {
        int ends[2];
        if (pipe(ends) != 0) {
            _exit(98);
        }
        dup2(ends[1], facts_fd);
        closefrom(facts_fd + 1);
        for (int number = 3; number < facts_fd; ++number) {
            if (number != input.read_end) {
                close(number);
            }
        }
        give(input.read_end, STDIN_FILENO);
    });
    // Both sleep: nsjoin has tried to tell that it started, and has seen what came of it.
    const auto settled = [&] {
        const pid_t command = child_of(running.pid());
        return command != 0 && contents("/proc/" + std::to_string(command) + "/comm") == "cat\n" &&
               is_asleep(command) && is_asleep(running.pid());
    };
    CHECK(eventually([&] { return running.ended() || settled(); }));
    CHECK(!running.ended());
    input.close_write();
    CHECK(running.wait() == Status{0, 0});
}
