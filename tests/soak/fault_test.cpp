// SPDX-License-Identifier: Apache-2.0
// Every system call that nsjoin makes until it has executed the command, failed one at a time with
// each error that its man page lists: either the whole job is done, or no command is started.
#include "tests/soak/errors.h"
#include "tests/soak/scenes.h"
#include "tests/soak/supervisor.h"
#include "tests/support/catch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

using namespace support;
using namespace soak;

namespace {

bool is_exec(long number)
{
    return number == SYS_execve || number == SYS_execveat;
}

// Those that come before the command: in the process that becomes it up to its last exec, and in
// one that waits for it up to where it sleeps. The first is not nsjoin's, but its own exec.
std::vector<Call> until_exec(const std::vector<Call> &calls)
{
    int last_process = 0;
    for (const Call &call : calls) {
        last_process = std::max(last_process, call.process);
    }
    std::vector<Call> result;
    for (int process = 0; process <= last_process; ++process) {
        std::vector<Call> own;
        size_t end = 0;
        bool born = false;
        bool asleep = false;
        for (const Call &call : calls) {
            if (call.process != process) {
                continue;
            }
            own.push_back(call);
            born = born || call.number == SYS_clone || call.number == SYS_clone3;
            if (process == last_process ? is_exec(call.number) : !asleep) {
                end = own.size();
            }
            asleep = asleep || (born && call.number == SYS_ppoll);
        }
        const bool never_executed = process == last_process && end <= 1;
        result.insert(result.end(), own.begin() + (process == 0 ? 1 : 0),
                      never_executed ? own.end() : own.begin() + static_cast<long>(end));
    }
    return result;
}

bool same(const Observation &a, const Observation &b)
{
    return a.answer.status == b.answer.status && a.answer.output == b.answer.output &&
           a.answer.error == b.answer.error;
}

bool is_one_line(const std::string &text)
{
    return text.rfind("nsjoin: ", 0) == 0 && text.find('\n') == text.size() - 1;
}

bool is_warning(const std::string &text)
{
    return is_one_line(text) && text.rfind(warning, 0) == 0;
}

// What was said besides what is usually said.
std::string said(const Observation &seen, const Observation &usual)
{
    const std::string &error = seen.answer.error;
    return error.rfind(usual.answer.error, 0) == 0 && is_warning(usual.answer.error)
               ? error.substr(usual.answer.error.size())
               : error;
}

struct Outcomes {
    int done = 0;
    int refused = 0;
    int not_executable = 0;
    int not_found = 0;
    int wrong = 0;

    int all() const { return done + refused + not_executable + not_found + wrong; }

    Outcomes &operator+=(const Outcomes &other)
    {
        done += other.done;
        refused += other.refused;
        not_executable += other.not_executable;
        not_found += other.not_found;
        wrong += other.wrong;
        return *this;
    }
};

std::ostream &operator<<(std::ostream &out, const Outcomes &outcomes)
{
    return out << outcomes.all() << " faults: " << outcomes.done << " did the whole job, "
               << outcomes.refused << " ended with 125, " << outcomes.not_executable
               << " with 126, " << outcomes.not_found << " with 127, " << outcomes.wrong
               << " otherwise";
}

// Is it the exec of a command? Else nsjoin executes its sealed copy, before it opens the process.
bool executes_command(const std::vector<Call> &calls, const Call &call)
{
    const auto place = std::find(calls.begin(), calls.end(), call);
    return is_exec(call.number) && std::none_of(place, calls.end(), [&](const Call &later) {
               return later.process == call.process && later.number == SYS_pidfd_open;
           });
}

// What is wrong with it; empty: nothing.
std::string sort(const Observation &seen, const Observation &usual, const Fault &fault,
                 Outcomes &outcomes)
{
    const Status status = seen.answer.status;
    if (seen.hung) {
        return "it hangs";
    }
    if (!seen.failed_call) {
        return "the call was not made";
    }
    if (seen.left_child) {
        return "it left a process";
    }
    if (same(seen, usual)) {
        ++outcomes.done;
        return "";
    }
    // A warning that can't be written is none.
    if (fault.call.number == SYS_write && is_warning(usual.answer.error) &&
        status == usual.answer.status && seen.answer.output == usual.answer.output &&
        seen.answer.error.empty()) {
        ++outcomes.done;
        return "";
    }
    if (!seen.answer.output.empty()) {
        return "the command ran";
    }
    // A $SHELL that can't be seen is none, and /bin/sh finds nothing to read.
    if (fault.call.number == SYS_faccessat && status == Status{0, 0} && seen.answer.error.empty()) {
        ++outcomes.done;
        return "";
    }
    const std::string error = said(seen, usual);
    const bool silenced = fault.call.number == SYS_write && error.empty();
    if (!silenced && (!is_one_line(error) || is_warning(error))) {
        return "it does not say why in one line";
    }
    const bool of_command =
        executes_command(usual.calls, fault.call) || usual.answer.status.code == 127;
    if (status == Status{125, 0}) {
        ++outcomes.refused;
    } else if (status == Status{126, 0} && of_command) {
        ++outcomes.not_executable;
    } else if (status == Status{127, 0} && of_command) {
        ++outcomes.not_found;
    } else {
        return "that is not how it may end";
    }
    return "";
}

// Fails each of the calls with each of the errors.
Outcomes fail_each(const Scene &scene)
{
    Outcomes outcomes;
    const auto usual = observe(scene.program, {});
    CAPTURE(scene.name, usual.answer.status, usual.answer.error);
    CHECK(usual.answer.status == Status{scene.status, 0});
    CHECK(usual.answer.error.empty() == (scene.status == reported && !scene.warns));
    CHECK(is_warning(usual.answer.error) == scene.warns);
    if (scene.check) {
        CHECK(scene.check(usual, {}).empty());
    }
    const auto again = observe(scene.program, {});
    CHECK(same(again, usual));
    if (scene.check) {
        CHECK(scene.check(again, {}).empty());
    }
    for (const Call &call : until_exec(usual.calls)) {
        const CallErrors *const known = errors_of(call.number);
        CAPTURE(call.number);
        REQUIRE(known != nullptr);
        for (const int error : known->errors) {
            // Else the shell would be given the program, as a script: execvp(3). And ENOENT for an
            // open program is what a script gets: it is tried again with its descriptor left open.
            const bool all_further = (is_exec(call.number) && error == ENOEXEC) ||
                                     (call.number == SYS_execveat && error == ENOENT);
            const Fault fault{call, error, all_further};
            const auto seen = observe(scene.program, fault);
            std::string wrong = sort(seen, usual, fault, outcomes);
            if (wrong.empty() && scene.check) {
                wrong = scene.check(seen, fault);
            }
            if (!wrong.empty()) {
                ++outcomes.wrong;
                UNSCOPED_INFO(scene.name << ": " << known->name << " no. " << call.occurrence + 1
                                         << " in process " << call.process << " failed with "
                                         << std::strerror(error) << ": " << wrong << ": "
                                         << seen.answer.status << "\n"
                                         << seen.answer.error << seen.answer.output);
                CHECK(wrong.empty());
            }
        }
    }
    std::cout << scene.name << ": " << outcomes << std::endl;
    return outcomes;
}

void fail_all(void (*for_each)(const std::function<void(const Scene &)> &))
{
    REQUIRE(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    Outcomes all;
    for_each([&](const Scene &scene) { all += fail_each(scene); });
    std::cout << "in all: " << all << std::endl;
    CHECK(all.all() > 1000);
    CHECK(all.done > 0);
    CHECK(all.refused > 0);
}

} // namespace

TEST_CASE("whichever system call fails, the whole job is done or no command is started", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    fail_all(for_each_scene);
}

TEST_CASE("without root too, whichever system call fails, the job is done or no command is started",
          "[native]")
{
    if (!has_user_namespaces()) {
        SKIP_TEST("users can't make user namespaces here");
    }
    fail_all(for_each_rootless_scene);
}
