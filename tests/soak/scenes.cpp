// SPDX-License-Identifier: Apache-2.0
#include "scenes.h"

#include "tests/support/nsjoin.h"
#include "tests/support/seccomp.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

namespace soak {

using namespace support;

namespace {

using Words = std::vector<std::string>;
using Visit = std::function<void(const Scene &)>;

constexpr unsigned long six =
    CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP;
constexpr int told_descriptor = 100;

// nsjoin with these, and then the command.
Program nsjoin_with(Words options, const Words &command = {report_path()},
                    const std::string &nsjoin = nsjoin_path())
{
    options.insert(options.begin(), nsjoin);
    options.emplace_back("--");
    options.insert(options.end(), command.begin(), command.end());
    return {options};
}

Program rootless(Program program)
{
    program.user = rootless_user();
    return program;
}

// With an open descriptor, 100.
Program with_descriptor(Program program, const std::function<int()> &open_it)
{
    program.before_exec = [open_it] { dup2(open_it(), told_descriptor); };
    return program;
}

// What is wrong with what --status-fd was told: that the command started and exited, or why not.
// What can't be written is missing.
std::string judge_events(const std::string &events, const Observation &seen, const Fault &fault)
{
    std::istringstream lines(events);
    Words kinds;
    for (std::string line; std::getline(lines, line);) {
        const std::string beginning = R"({"event":")";
        if (line.rfind(beginning, 0) != 0 || line.back() != '}') {
            return "it told: " + events;
        }
        const size_t end = line.find('"', beginning.size());
        kinds.push_back(line.substr(beginning.size(), end - beginning.size()));
    }
    const bool ran = !seen.answer.output.empty();
    const Words expected = ran ? Words{"started", "exited"} : Words{"failed"};
    const bool may_miss = fault.call.number == SYS_write;
    const bool right = may_miss ? std::all_of(kinds.begin(), kinds.end(),
                                              [&](const std::string &kind) {
                                                  return std::find(expected.begin(), expected.end(),
                                                                   kind) != expected.end();
                                              })
                                : kinds == expected;
    return right ? "" : "it told: " + events;
}

// With --status-fd, and --kill-child.
void visit_status(const Visit &visit, const std::string &name, Program program)
{
    const auto events = static_cast<int>(syscall(SYS_memfd_create, "events", 1U));
    program.words.insert(
        program.words.begin() + 1,
        {"--keep-fd=2", "--status-fd=" + std::to_string(told_descriptor), "--kill-child=TERM"});
    const auto check = [events](const Observation &seen, const Fault &fault) {
        std::string text(4096, '\0');
        const ssize_t size = pread(events, text.data(), text.size(), 0);
        text.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
        // Its offset is nsjoin's too.
        lseek(events, 0, SEEK_SET);
        return ftruncate(events, 0) == 0 ? judge_events(text, seen, fault)
                                         : std::string("the events stay");
    };
    visit({.name = name,
           .program = with_descriptor(program, [events] { return events; }),
           .check = check});
    close(events);
}

void visit_namespaces(const Visit &visit)
{
    const Holder holder(six);
    const std::string &pid = holder.name();
    visit({"all namespaces", nsjoin_with({pid})});
    visit({"without a PID namespace", nsjoin_with({"-t", pid, "-muinC"})});
    visit({"a PID namespace without a child", nsjoin_with({"-F", pid})});
    visit({"files",
           nsjoin_with({"--net=" + holder.proc("ns/net"), "--uts=" + holder.proc("ns/uts"),
                        "--mount=" + holder.proc("ns/mnt"), "--pid=" + holder.proc("ns/pid")})});
    visit({"the parent of a namespace", nsjoin_with({"-t", pid, "-n", "--user-parent"})});
    Program before_pidfds = nsjoin_with({pid});
    before_pidfds.before_exec = [] {
        refuse({SYS_pidfd_open, SYS_close_range, SYS_clone3}, ENOSYS);
    };
    visit({.name = "before pidfds", .program = before_pidfds, .warns = true});
    Program without_memory_files = nsjoin_with({pid});
    without_memory_files.before_exec = [] { refuse({SYS_memfd_create}, EACCES); };
    visit({"where no memory file can be executed", without_memory_files});
    const std::string name = pid;
    visit({"a descriptor for the process",
           with_descriptor(nsjoin_with({"--pidfd=" + std::to_string(told_descriptor)}),
                           [process = holder.pid()] {
                               return static_cast<int>(syscall(SYS_pidfd_open, process, 0));
                           })});
}

void visit_commands(const Visit &visit)
{
    const Holder holder(six);
    const std::string &pid = holder.name();
    visit({"environment and directories",
           nsjoin_with({pid, "-e", "-w", "-r", "--setenv=FIRST=1", "--setenv=FIRST=2"})});
    visit({"a directory inside", nsjoin_with({pid, "--wdns=/usr", "--clear-env"})});
    visit({"a program brought along", nsjoin_with({pid, "--bring=" + report_path()})});
    const std::filesystem::path path(report_path());
    visit({"a command in PATH",
           nsjoin_with({pid, "--setenv=PATH=/nonexistent:" + path.parent_path().string()},
                       {path.filename().string()})});
    visit({"the shell", nsjoin_with({pid, "--setenv=SHELL=" + path.string()}, {})});
    visit({"a command that is not there", nsjoin_with({pid}, {"/nonexistent"}), 127});
    visit_status(visit, "descriptors, and an end with nsjoin", nsjoin_with({pid}));
}

void visit_users(const Visit &visit)
{
    const Holder holder(six | CLONE_NEWUSER);
    const std::string &pid = holder.name();
    visit({"a user namespace", nsjoin_with({pid})});
    visit({"its users, and capabilities kept",
           nsjoin_with({pid, "-S", "follow", "-G", "follow", "--keep-caps"})});
    visit({"credentials preserved", nsjoin_with({pid, "--preserve-credentials"})});
}

void visit_socket(const Visit &visit)
{
    const Child holder = Child::calling(
        [] {
            dup2(socket(AF_INET, SOCK_DGRAM, 0), told_descriptor);
            pause();
            return 0;
        },
        CLONE_NEWNET);
    const auto ready = [&] {
        return std::filesystem::exists(
            std::filesystem::symlink_status(holder.proc("fd/" + std::to_string(told_descriptor))));
    };
    if (!eventually(ready)) {
        throw std::runtime_error("the holder did not start");
    }
    visit({"the network namespace of a socket",
           nsjoin_with({std::to_string(holder.pid()), "-N", std::to_string(told_descriptor)})});
}

void visit_terminal(const Visit &visit, const std::string &name, Program program)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || unlockpt(master) != 0) {
        std::cout << "left out, as there is no devpts here: " << name << "\n";
        return;
    }
    const int terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    program.standard_input = terminal;
    termios before{};
    tcgetattr(terminal, &before);
    const auto check = [&](const Observation &, const Fault &) {
        termios after{};
        tcgetattr(terminal, &after);
        const bool restored = before.c_iflag == after.c_iflag && before.c_oflag == after.c_oflag &&
                              before.c_cflag == after.c_cflag && before.c_lflag == after.c_lflag;
        tcsetattr(terminal, TCSANOW, &before);
        return std::string(restored ? "" : "the terminal is not as it was");
    };
    visit({.name = name, .program = program, .check = check});
    close(terminal);
    close(master);
}

// A cgroup made for this, removed in the end.
class Cgroup {
public:
    explicit Cgroup(const std::string &hierarchy)
        : path_(hierarchy + "/nsjoin-soak-" + std::to_string(getpid()))
    {
        std::error_code error;
        made_ = std::filesystem::exists(hierarchy + "/cgroup.procs") &&
                std::filesystem::create_directory(path_, error);
    }
    ~Cgroup()
    {
        if (made_) {
            eventually([&] { return rmdir(path_.c_str()) == 0; });
        }
    }
    Cgroup(const Cgroup &) = delete;
    Cgroup &operator=(const Cgroup &) = delete;

    /// False: it can't be.
    bool add(pid_t pid) const
    {
        std::ofstream file(path_ + "/cgroup.procs");
        file << pid << std::flush;
        return made_ && static_cast<bool>(file);
    }

private:
    std::string path_;
    bool made_;
};

void visit_cgroup(const Visit &visit)
{
    // Version 2 alone, or both.
    bool any = false;
    const Cgroup version_2("/sys/fs/cgroup");
    const Cgroup beside("/sys/fs/cgroup/unified");
    const Cgroup version_1("/sys/fs/cgroup/pids");
    Holder holder(six);
    for (const Cgroup *cgroup : {&version_2, &beside, &version_1}) {
        any = cgroup->add(holder.pid()) || any;
    }
    if (!any) {
        std::cout << "left out, as no cgroup can be made here: a cgroup\n";
        return;
    }
    visit({"a cgroup", nsjoin_with({holder.name(), "-c"})});
}

} // namespace

std::string report_path()
{
    const char *const path = std::getenv("REPORT");
    if (path == nullptr) {
        throw std::runtime_error("REPORT must name the command; `make test-soak` sets it");
    }
    return path;
}

void for_each_scene(const Visit &visit)
{
    visit_namespaces(visit);
    visit_commands(visit);
    visit_users(visit);
    visit_socket(visit);
    const Holder holder(six);
    visit_terminal(visit, "a terminal", nsjoin_with({holder.name(), "--pty"}));
    visit_cgroup(visit);
}

void for_each_rootless_scene(const Visit &visit)
{
    const Programs programs;
    Held held;
    held.owner = rootless_user();
    const Holder holder(six | CLONE_NEWUSER, held);
    const std::string &pid = holder.name();
    const auto nsjoin = [&](const Words &options, const Words &command) {
        return rootless(nsjoin_with(options, command, programs.nsjoin()));
    };
    const Words report{programs.report()};
    visit({"rootless, all namespaces", nsjoin({pid}, report)});
    visit({"rootless, without a sealed copy", nsjoin({"-t", pid, "-Uuin"}, report)});
    visit({"rootless, without a child", nsjoin({"-F", "-t", pid, "-UmuinC"}, report)});
    visit({"rootless, files",
           nsjoin({"--user=" + holder.proc("ns/user"), "--mount=" + holder.proc("ns/mnt"),
                   "--pid=" + holder.proc("ns/pid")},
                  report)});
    visit({"rootless, environment, directories, users and capabilities",
           nsjoin({pid, "-e", "-w", "-r", "-S", "follow", "--keep-caps"}, report)});
    visit({"rootless, a program brought along",
           nsjoin({pid, "--bring=" + programs.report()}, report)});
    visit({"rootless, a command that is not there", nsjoin({pid}, {"/nonexistent"}), 127});
    visit_status(visit, "rootless, descriptors, and an end with nsjoin", nsjoin({pid}, report));
    visit({"rootless, a descriptor for the process",
           with_descriptor(nsjoin({"--pidfd=" + std::to_string(told_descriptor)}, report),
                           [process = holder.pid()] {
                               return static_cast<int>(syscall(SYS_pidfd_open, process, 0));
                           })});
    visit_terminal(visit, "rootless, a terminal", nsjoin({pid, "--pty"}, report));
}

uid_t rootless_user()
{
    constexpr uid_t nobody = 65534;
    return geteuid() == 0 ? nobody : geteuid();
}

bool has_user_namespaces()
{
    return Child::calling([] {
               if (geteuid() == 0) {
                   become(rootless_user());
               }
               return unshare(CLONE_NEWUSER) == 0 ? 0 : 1;
           }).wait() == Status{0, 0};
}

Programs::Programs()
{
    for (const auto &[from, to] :
         {std::pair(nsjoin_path(), nsjoin()), std::pair(report_path(), report())}) {
        std::filesystem::copy_file(from, to);
        chmod(to.c_str(), 0755);
    }
}

} // namespace soak
