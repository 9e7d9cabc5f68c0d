// SPDX-License-Identifier: Apache-2.0
// --as-target: the command has what a child of the target has. A target executes a reporter itself,
// and nsjoin executes the same one; every line of both has to be the same.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/directory.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <algorithm>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sstream>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string reporter = R"(
for file in status limits personality oom_score_adj coredump_filter timerslack_ns cgroup \
    attr/current attr/apparmor/current; do
    echo "== $file"; cat /proc/self/$file 2>&1
done
for link in root cwd ns/mnt ns/pid ns/net ns/ipc ns/uts ns/cgroup ns/user ns/time; do
    echo "== $link"; readlink /proc/self/$link
done
echo "== stat"; cut -d ' ' -f 19,40,41 /proc/self/stat
echo "== environment"; env | sort
echo "== ids"; id
echo "== io"; ionice
echo "== end"
)";

// What is not of the confinement: numbers and use of memory of the reporter itself; the parent, the
// session and what it does about signals, which are the caller's.
bool is_compared(const std::string &line)
{
    static const std::vector<std::string> others = {
        "Name:",   "State:",    "Tgid:",        "Ngid:",   "Pid:",    "PPid:",
        "NStgid:", "NSpid:",    "NSpgid:",      "NSsid:",  "Vm",      "Rss",
        "SigQ:",   "SigPnd:",   "ShdPnd:",      "SigBlk:", "SigIgn:", "SigCgt:",
        "FDSize:", "voluntary", "nonvoluntary", "_=",      "OLDPWD=",
    };
    return std::none_of(others.begin(), others.end(), [&](const std::string &other) {
        return line.compare(0, other.size(), other) == 0;
    });
}

std::vector<std::string> compared(const std::string &report)
{
    std::vector<std::string> lines;
    std::istringstream text(report);
    for (std::string line; std::getline(text, line);) {
        if (is_compared(line)) {
            lines.push_back(line);
        }
    }
    return lines;
}

// Ends the process: a target that is not what it should be would show nothing.
void need(bool done)
{
    if (!done) {
        _exit(1);
    }
}

struct Sort {
    std::string name;
    std::function<void()> setup;
    unsigned long namespaces = all_but_user;
};

class Target {
public:
    explicit Target(const Sort &sort) : holder_(sort.namespaces, held(sort))
    {
        if (!eventually([this] { return report().find("== end\n") != std::string::npos; })) {
            throw std::runtime_error("the target has not reported: " + report());
        }
    }

    std::string name() const { return holder_.name(); }
    const Holder &holder() const { return holder_; }
    std::string report() const { return contents(directory_.path() + "/report"); }

private:
    Held held(const Sort &sort) const
    {
        Held held;
        const bool is_mapped = (sort.namespaces & CLONE_NEWUSER) != 0;
        held.before_sleep = [this, is_mapped, setup = sort.setup] {
            const int report =
                open((directory_.path() + "/report").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
            prctl(PR_SET_NAME, "holder");
            need(!is_mapped || eventually([] { return geteuid() == 0; }));
            setup();
            const pid_t child = fork();
            if (child == 0) {
                dup2(report, STDOUT_FILENO);
                for (int signal = 1; signal < NSIG; ++signal) {
                    ::signal(signal, SIG_DFL);
                }
                execl("/bin/sh", "sh", "-c", reporter.c_str(), nullptr);
                _exit(1);
            }
            waitpid(child, nullptr, 0);
            for (;;) {
                pause();
            }
        };
        return held;
    }

    Directory directory_;
    Holder holder_;
};

Answer as_target(const Target &target, std::vector<std::string> more = {"--as-target"})
{
    more.push_back(target.name());
    more.insert(more.end(), {"--", "/bin/sh", "-c", reporter});
    return nsjoin(more);
}

// What is on lines of one and not of the other.
std::string difference(std::vector<std::string> theirs, std::vector<std::string> own)
{
    std::sort(theirs.begin(), theirs.end());
    std::sort(own.begin(), own.end());
    std::vector<std::string> lines;
    std::set_symmetric_difference(theirs.begin(), theirs.end(), own.begin(), own.end(),
                                  std::back_inserter(lines));
    std::string text;
    for (const std::string &line : lines) {
        const bool is_theirs = std::binary_search(theirs.begin(), theirs.end(), line);
        text += (is_theirs ? "target:  " : "command: ") + line + "\n";
    }
    return text;
}

void check_same(const Sort &sort)
{
    CAPTURE(sort.name);
    const Target target(sort);
    const Answer answer = as_target(target);
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    const std::string different = difference(compared(target.report()), compared(answer.output));
    CAPTURE(different);
    CHECK(different.empty());
}

struct Sets {
    uint64_t effective = 0;
    uint64_t permitted = 0;
    uint64_t inheritable = 0;
};

void set_capabilities(const Sets &sets)
{
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    for (unsigned i = 0; i < 2; ++i) {
        data[i].effective = static_cast<uint32_t>(sets.effective >> 32 * i);
        data[i].permitted = static_cast<uint32_t>(sets.permitted >> 32 * i);
        data[i].inheritable = static_cast<uint32_t>(sets.inheritable >> 32 * i);
    }
    need(syscall(SYS_capset, &header, data) == 0);
}

void bound(uint64_t set)
{
    for (unsigned capability = 0; capability <= CAP_LAST_CAP; ++capability) {
        if ((set >> capability & 1) == 0) {
            need(prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0);
        }
    }
}

constexpr uint64_t of_docker = 0xa80425fb;

constexpr uint64_t bit(unsigned capability)
{
    return uint64_t{1} << capability;
}

void become_user(uid_t uid)
{
    need(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0);
    const gid_t groups[] = {uid, 44};
    need(setgroups(2, groups) == 0 && setresgid(uid, uid, uid) == 0 &&
         setresuid(uid, uid, uid) == 0);
    prctl(PR_SET_DUMPABLE, 1);
}

void filter(const std::vector<long> &calls, uint32_t action, unsigned flags = 0)
{
    std::vector<sock_filter> program;
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    for (const long call : calls) {
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, action));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    const sock_fprog all = {static_cast<unsigned short>(program.size()), program.data()};
    need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &all) >= 0);
}

constexpr uint32_t refuse_call = SECCOMP_RET_ERRNO | EPERM;

void set_no_new_privs()
{
    need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
}

void set_limits()
{
    const rlimit files = {77, 88};
    const rlimit cpu = {3000, 4000};
    const rlimit core = {0, 12345};
    need(setrlimit(RLIMIT_NOFILE, &files) == 0 && setrlimit(RLIMIT_CPU, &cpu) == 0 &&
         setrlimit(RLIMIT_CORE, &core) == 0);
}

void set_everything_else()
{
    umask(027);
    set_limits();
    need(nice(5) == 5);
    cpu_set_t processors;
    CPU_ZERO(&processors);
    CPU_SET(0, &processors);
    need(sched_setaffinity(0, sizeof processors, &processors) == 0);
    constexpr int best_effort_6 = 2 << 13 | 6;
    need(syscall(SYS_ioprio_set, 1, 0, best_effort_6) == 0);
    need(personality(ADDR_NO_RANDOMIZE) >= 0);
    need(prctl(PR_SET_TIMERSLACK, 123456, 0, 0, 0) == 0);
    need(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0);
    std::ofstream("/proc/self/coredump_filter") << "0x11";
    std::ofstream("/proc/self/oom_score_adj") << "321";
    need(chdir("/usr/share") == 0);
}

void use_idle_policy()
{
    const sched_param none = {};
    need(sched_setscheduler(0, SCHED_IDLE, &none) == 0);
}

} // namespace

TEST_CASE("as target: the command has what a child of the target has", "[root][native]")
{
    const std::vector<Sort> sorts = {
        {"in all namespaces", [] {}},
        {"in none", [] {}, 0},
        {"everything but capabilities and filters", set_everything_else},
        {"the idle policy", use_idle_policy},
    };
    for (const Sort &sort : sorts) {
        check_same(sort);
    }
}

TEST_CASE("as target: capabilities and users", "[root][native]")
{
    const std::vector<Sort> sorts = {
        {"those of Docker",
         [] {
             bound(of_docker);
             set_capabilities({of_docker, of_docker, 0});
         }},
        {"a bounding set that lacks what is inheritable",
         [] {
             set_capabilities({of_docker, of_docker, bit(CAP_NET_RAW) | bit(CAP_KILL)});
             bound(of_docker & ~bit(CAP_KILL));
         }},
        {"none, and user 1000",
         [] {
             bound(0);
             become_user(1000);
             set_capabilities({});
         }},
        {"ambient ones of user 1000",
         [] {
             become_user(1000);
             const uint64_t set = bit(CAP_NET_BIND_SERVICE) | bit(CAP_NET_RAW);
             set_capabilities({set, set, set});
             for (const int each : {CAP_NET_BIND_SERVICE, CAP_NET_RAW}) {
                 need(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, each, 0, 0) == 0);
             }
         }},
        {"mapped root", [] {}, all_but_user | CLONE_NEWUSER},
        {"mapped root with few",
         [] {
             bound(of_docker);
             set_capabilities({of_docker, of_docker, 0});
         },
         all_but_user | CLONE_NEWUSER},
        {"mapped root in a nested user namespace",
         [] {
             need(unshare(CLONE_NEWUSER) == 0);
             std::ofstream("/proc/self/setgroups") << "deny";
             std::ofstream("/proc/self/uid_map") << "0 0 1";
             std::ofstream("/proc/self/gid_map") << "0 0 1";
             need(geteuid() == 0);
         },
         CLONE_NEWUSER | CLONE_NEWUTS},
    };
    for (const Sort &sort : sorts) {
        check_same(sort);
    }
}

TEST_CASE("as target: filters and no_new_privs", "[root][native]")
{
    const std::vector<long> rare = {SYS_mount, SYS_swapon};
    const std::vector<Sort> sorts = {
        {"no_new_privs alone", set_no_new_privs},
        {"a filter without no_new_privs", [&] { filter(rare, refuse_call); }},
        {"a filter with no_new_privs",
         [&] {
             set_no_new_privs();
             filter(rare, refuse_call);
         }},
        {"thirty filters",
         [&] {
             for (int i = 0; i < 30; ++i) {
                 filter(rare, refuse_call, i % 2 == 0 ? 0 : SECCOMP_FILTER_FLAG_LOG);
             }
         }},
        {"what a command would need to give up privileges is refused",
         [] {
             filter({SYS_ptrace, SYS_capset, SYS_setuid, SYS_setgid, SYS_setresuid, SYS_setresgid,
                     SYS_setgroups, SYS_prctl},
                    refuse_call);
         }},
        {"and any further filter as well",
         [] {
             filter({SYS_seccomp, SYS_prctl}, refuse_call);
         }},
        {"the capabilities of Docker and its user",
         [&] {
             filter(rare, refuse_call);
             bound(of_docker);
             become_user(1000);
             set_capabilities({0, 0, 0});
         }},
        {"few capabilities of root, no_new_privs and a filter",
         [&] {
             bound(of_docker | bit(CAP_SYS_ADMIN));
             set_capabilities({of_docker, of_docker, 0});
             set_no_new_privs();
             filter(rare, refuse_call);
         }},
        {"a filter in a user namespace", [&] { filter(rare, refuse_call); },
         all_but_user | CLONE_NEWUSER},
    };
    for (const Sort &sort : sorts) {
        check_same(sort);
    }
}

TEST_CASE("as target: the filters that the target has refuse calls of the command",
          "[root][native]")
{
    const Target target({"", [] { filter({SYS_mkdir, SYS_mkdirat}, SECCOMP_RET_ERRNO | EXDEV); }});
    const Answer answer =
        nsjoin({"--as-target", target.name(), "--", "/bin/mkdir", "/tmp/not-made"});
    CHECK(answer.error.find("Invalid cross-device link") != std::string::npos);
    CHECK(answer.status == Status{1, 0});
}

TEST_CASE("as target: options change what is started from", "[root][native]")
{
    const Target target({"", [] {
                             bound(of_docker);
                             become_user(1000);
                             set_capabilities({of_docker, of_docker, 0});
                             umask(077);
                         }});
    const auto with = [&](std::vector<std::string> more) {
        more.insert(more.begin(), "--as-target");
        return as_target(target, more);
    };
    const Answer as_root = with({"-S", "0", "-G", "0"});
    CHECK(field(as_root.output, "Uid") == "0 0 0 0");
    CHECK(field(as_root.output, "CapBnd") == "00000000a80425fb");
    CHECK(field(as_root.output, "CapEff") == "00000000a80425fb");
    const Answer elsewhere = with({"-w/usr", "--clear-env", "--setenv", "A=b"});
    CHECK(elsewhere.output.find("== cwd\n/usr\n") != std::string::npos);
    CHECK(elsewhere.output.find("\nA=b\n") != std::string::npos);
    CHECK(elsewhere.output.find("\nPATH=") == std::string::npos);
    // Its names would be looked up in the caller's mount namespace.
    const Answer trusting = with({"--net"});
    CHECK(trusting.error.find("--env: the command would use the environment of process " +
                              target.name()) != std::string::npos);
    CHECK(trusting.status == Status{125, 0});
    const Answer net = with({"--net", "--clear-env"});
    CHECK(net.output.find(target.holder().link("ns/net")) != std::string::npos);
    CHECK(net.output.find(target.holder().link("ns/pid")) == std::string::npos);
    CHECK(field(net.output, "Umask") == "0077");
}

TEST_CASE("as target: a target without filters is not stopped", "[root][native]")
{
    const Target target({"", [] {}});
    const Answer answer = nsjoin({"--as-target", target.name(), "--", "/bin/true"},
                                 [] { refuse({SYS_ptrace}, EPERM); });
    // nsjoin is under a filter then, which a child of the target is not.
    CHECK(answer.error.find("cannot take on the no_new_privs of process " + target.name()) !=
          std::string::npos);
    CHECK(answer.status == Status{125, 0});
    const Answer effort = nsjoin({"--as-target=best-effort", target.name(), "--", "/bin/true"},
                                 [] { refuse({SYS_ptrace}, EPERM); });
    CHECK(effort.error.find("nsjoin: warning: cannot take on the no_new_privs") !=
          std::string::npos);
    CHECK(effort.error.find("nsjoin: warning: cannot take on the seccomp filters") !=
          std::string::npos);
    CHECK(std::count(effort.error.begin(), effort.error.end(), '\n') == 2);
    CHECK(effort.status == Status{0, 0});
}

namespace {

void check_refused(const Sort &sort, const std::string &why)
{
    CAPTURE(sort.name);
    const Target target(sort);
    const Answer answer = nsjoin({"--as-target", target.name(), "--", "/bin/echo", "ran"});
    CAPTURE(answer.error);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(why) != std::string::npos);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
    CHECK(field(contents(target.holder().proc("status")), "TracerPid") == "0");
    CHECK(field(contents(target.holder().proc("status")), "State") == "S (sleeping)");
}

const std::vector<long> rare_call = {SYS_swapon};

} // namespace

TEST_CASE("as target: what cannot be taken on is an error", "[root][native]")
{
    check_refused({"different ids", [] { need(setresuid(0, 1000, 0) == 0); }}, "different real");
    check_refused(
        {"a listener",
         [] { filter(rare_call, SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER); }},
        "notifies");
}

namespace {

// Traces its parent, as a debugger does, until that ends.
void trace_parent()
{
    const pid_t target = getppid();
    need(ptrace(PTRACE_SEIZE, target, 0, 0) == 0);
    for (int status = 0; waitpid(target, &status, __WALL) == target && WIFSTOPPED(status);) {
        const bool is_event = status >> 16 != 0;
        ptrace(PTRACE_CONT, target, 0, is_event ? 0 : WSTOPSIG(status));
    }
    _exit(0);
}

} // namespace

TEST_CASE("as target: one that is being traced has to be read without a stop", "[root][native]")
{
    const auto be_traced = [] {
        if (fork() == 0) {
            trace_parent();
        }
        need(eventually([] { return field(contents("/proc/self/status"), "TracerPid") != "0"; }));
    };
    const Target filtered({"",
                           [&] {
                               filter(rare_call, refuse_call);
                               be_traced();
                           },
                           CLONE_NEWUTS});
    const Answer answer = nsjoin({"--as-target", filtered.name(), "--", "/bin/true"});
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find("it is being traced") != std::string::npos);
    CHECK(answer.status == Status{125, 0});
    const Target plain({"", be_traced, CLONE_NEWUTS});
    CHECK(nsjoin({"--as-target", plain.name(), "--", "/bin/true"}).status == Status{0, 0});
}

TEST_CASE("as target: one that is stopped stays stopped", "[root][native]")
{
    const Target target({"", [] { filter(rare_call, refuse_call); }});
    const auto state = [&] { return field(contents(target.holder().proc("status")), "State"); };
    kill(target.holder().pid(), SIGSTOP);
    REQUIRE(eventually([&] { return state() == "T (stopped)"; }));
    const Answer answer = nsjoin({"--as-target", target.name(), "--", "/bin/true"});
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    CHECK(eventually([&] { return state() == "T (stopped)"; }));
    kill(target.holder().pid(), SIGCONT);
    CHECK(eventually([&] { return state() == "S (sleeping)"; }));
}
