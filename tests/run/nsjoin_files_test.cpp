// SPDX-License-Identifier: Apache-2.0
// Namespaces that are given by files and by descriptors rather than by a process.
#include "tests/support/catch.h"
#include "tests/support/namespaces.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

void check_namespaces(const Answer &answer, const std::string &expected)
{
    CHECK(answer.error.empty());
    CHECK(answer.output == expected);
    CHECK(answer.status == Status{0, 0});
}

void check_refused(const std::vector<std::string> &options, const std::string &why)
{
    const Directory directory;
    std::vector<std::string> arguments = options;
    arguments.insert(arguments.end(), {"--", "touch", directory.path("started")});
    const Answer answer = nsjoin(arguments);
    CAPTURE(why, answer.error);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(why) != std::string::npos);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
    CHECK(access(directory.path("started").c_str(), F_OK) != 0);
}

// In the process that will be nsjoin: mounts of its own.
void leave_mounts()
{
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        _exit(1);
    }
}

} // namespace

TEST_CASE("each kind of namespace is joined from a file, without a process", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(all_but_user | CLONE_NEWUSER);
    for (const auto &kind : kinds) {
        CAPTURE(kind.name);
        const std::string file = holder.proc("ns/" + kind.file);
        const std::string expected = namespaces_of(holder, kind.flag);
        check_namespaces(nsjoin(and_print_namespaces({"--" + kind.name + "=" + file})), expected);
        check_namespaces(nsjoin(and_print_namespaces({"-" + kind.letter + file})), expected);
    }
}

TEST_CASE("all kinds are joined from files at once, without root too", "[native]")
{
    const uid_t owner = geteuid() != 0 ? geteuid() : 65534;
    Held held;
    held.owner = owner;
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(all_but_user | CLONE_NEWUSER, held);
    std::vector<std::string> arguments;
    for (const auto &kind : kinds) {
        arguments.push_back("--" + kind.name + "=" + holder.proc("ns/" + kind.file));
    }
    arguments = and_print_namespaces(arguments);
    const std::string expected = namespaces_of(holder, all_but_user | CLONE_NEWUSER);
    check_namespaces(nsjoin(arguments), expected);
    check_namespaces(nsjoin_as(owner, arguments), expected);
}

TEST_CASE("a namespace that is mounted on a file outlives its processes and is joined", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory directory;
    const std::string file = directory.path("net");
    std::ofstream(file).close();
    std::string expected;
    const Answer answer = nsjoin({"--net=" + file, "--", "readlink", "/proc/self/ns/net"}, [&] {
        leave_mounts();
        const Holder holder(CLONE_NEWNET);
        dprintf(STDOUT_FILENO, "%s\n", holder.link("ns/net").c_str());
        if (mount(holder.proc("ns/net").c_str(), file.c_str(), nullptr, MS_BIND, nullptr) != 0) {
            _exit(1);
        }
    });
    CHECK(answer.error.empty());
    const size_t half = answer.output.size() / 2;
    CHECK(answer.output.rfind("net:[", 0) == 0);
    CHECK(answer.output.substr(0, half) == answer.output.substr(half));
    CHECK(answer.output !=
          read_link("/proc/self/ns/net") + "\n" + read_link("/proc/self/ns/net") + "\n");
}

TEST_CASE("a namespace is joined from a file where there is no /proc", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("mounting wants root");
    }
    const Directory directory;
    const std::string file = directory.file("blue", "");
    Held held;
    held.before_sleep = [] {
        if (sethostname("blue", 4) != 0) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWUTS, held);
    const bool has_placeholder = GENERATE(false, true);
    const Answer answer = nsjoin({"--uts=" + file, "--", "uname", "-n"}, [&] {
        leave_mounts();
        if (mount(holder.proc("ns/uts").c_str(), file.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
            mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
            _exit(1);
        }
        if (has_placeholder) {
            close(STDIN_FILENO);
        }
    });
    check_namespaces(answer, "blue\n");
    // A process is in /proc.
    const Answer refused = nsjoin({holder.name(), "--", "true"}, [] {
        leave_mounts();
        if (mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
            _exit(1);
        }
    });
    CHECK(refused.error == "nsjoin: there is no procfs on /proc (mount -t proc proc /proc)\n");
}

TEST_CASE("without /proc and without root nsjoin ends, and says why", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("chroot wants root");
    }
    const Directory root;
    std::filesystem::copy_file(nsjoin_path(), root.path("nsjoin"));
    const Answer answer = run({"/nsjoin", "1", "--", "/nsjoin", "-V"}, [&] {
        if (chroot(root.path().c_str()) != 0 || chdir("/") != 0) {
            _exit(1);
        }
        become(65534);
        alarm(60);
    });
    CHECK(answer.error == "nsjoin: cannot open /proc/self/exe: No such file or directory\n");
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("a namespace is joined from a descriptor of the caller's", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNET | CLONE_NEWUTS);
    const auto arguments =
        and_print_namespaces({"--net=/proc/self/fd/79", "--uts=/proc/self/fd/78"});
    check_namespaces(nsjoin(arguments,
                            [&] {
                                const int net = open(holder.proc("ns/net").c_str(), O_RDONLY);
                                const int uts = open(holder.proc("ns/uts").c_str(), O_RDONLY);
                                if (dup2(uts, 78) != 78 || dup2(net, 79) != 79) {
                                    _exit(1);
                                }
                            }),
                     namespaces_of(holder, CLONE_NEWNET | CLONE_NEWUTS));
}

TEST_CASE("files and a process are mixed, and the file goes before", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC);
    const Holder other(CLONE_NEWNET | CLONE_NEWPID);
    const Answer answer =
        nsjoin({"--net=" + other.proc("ns/net"), "-u", holder.name(), "--", "readlink",
                "/proc/self/ns/net", "/proc/self/ns/uts", "/proc/self/ns/ipc"});
    CHECK(answer.error.empty());
    CHECK(answer.output == other.link("ns/net") + "\n" + holder.link("ns/uts") + "\n" +
                               read_link("/proc/self/ns/ipc") + "\n");
    const Answer all = nsjoin({"-a", "--net=" + other.proc("ns/net"), "-t", holder.name(), "--",
                               "readlink", "/proc/self/ns/net", "/proc/self/ns/uts"});
    CHECK(all.error.empty());
    CHECK(all.output == other.link("ns/net") + "\n" + holder.link("ns/uts") + "\n");
    const Answer born = nsjoin({"--pid=" + other.proc("ns/pid"), "-n", holder.name(), "--",
                                "readlink", "/proc/self/ns/net", "/proc/self/ns/pid"});
    CHECK(born.error.empty());
    CHECK(born.output == holder.link("ns/net") + "\n" + other.link("ns/pid") + "\n");
}

TEST_CASE("a file that is no namespace of the kind is refused in one line, and nothing is run",
          "[native]")
{
    const Directory directory;
    std::ofstream(directory.path("file")).close();
    mkfifo(directory.path("fifo").c_str(), 0600);
    const std::string wrong = " is not a net namespace";
    check_refused({"--net=" + directory.path("file")}, directory.path("file") + wrong);
    check_refused({"--net=" + directory.path("fifo")}, directory.path("fifo") + wrong);
    check_refused({"--net=" + directory.path("")}, wrong);
    check_refused({"--net=/dev/null"}, "/dev/null" + wrong);
    check_refused({"--net=" + directory.path("missing")}, "missing: No such file or directory");
    check_refused({"--net=/proc/self/fd/77"}, "No such file or directory");
    for (const auto &kind : kinds) {
        const std::string other = kind.name == "net" ? "/proc/self/ns/uts" : "/proc/self/ns/net";
        check_refused({"--" + kind.name + "=" + other},
                      other + " is not a " + kind.name + " namespace");
    }
}

TEST_CASE("a terminal in place of a namespace is refused and does not become the caller's",
          "[native]")
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || unlockpt(master) != 0 || ptsname(master) == nullptr) {
        close(master);
        SKIP_TEST("there are no terminals here");
    }
    const std::string terminal = ptsname(master);
    // A session without a terminal takes the first that it opens. All its processes in front are
    // sent SIGHUP then, as soon as the first has ended.
    Pipe question;
    Pipe sign;
    const Answer answer = nsjoin({"--net=" + terminal, "--", "true"}, [&] {
        setsid();
        if (fork() == 0) {
            dup2(question.read_end, STDIN_FILENO);
            dup2(sign.write_end, STDOUT_FILENO);
            closefrom(STDERR_FILENO);
            char byte;
            _exit(read(STDIN_FILENO, &byte, 1) == 0 && write(STDOUT_FILENO, "alive", 5) == 5 ? 0
                                                                                             : 1);
        }
    });
    question.close_write();
    sign.close_write();
    char alive[6] = {};
    CHECK(read(sign.read_end, alive, 5) == 5);
    close(master);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(terminal + " is not a net namespace") != std::string::npos);
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("a file that can't be read is refused with the reason", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory directory;
    std::ofstream(directory.path("secret")).close();
    chmod(directory.path("secret").c_str(), 0600);
    const Answer answer = nsjoin_as(65534, {"--net=" + directory.path("secret"), "--", "true"});
    CHECK(answer.error ==
          "nsjoin: cannot open " + directory.path("secret") + ": Permission denied\n");
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("a PID namespace whose process 1 has ended is refused with that reason", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Answer answer = nsjoin({"--pid=/proc/self/fd/79", "--", "true"}, [] {
        const Holder holder(CLONE_NEWPID);
        const int pid = open(holder.proc("ns/pid").c_str(), O_RDONLY);
        if (dup2(pid, 79) != 79) {
            _exit(1);
        }
    });
    CHECK(is_one_line(answer.error));
    CAPTURE(answer.error);
    CHECK(answer.error.find("process 1 of that PID namespace may have ended") != std::string::npos);
    CHECK(answer.status == Status{125, 0});
}

TEST_CASE("the net namespace of a socket of the process is joined", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // Another than the one that the process is in.
    Pipe pipe;
    Held held;
    held.before_sleep = [&] {
        dprintf(pipe.write_end, "%s\n", read_link("/proc/self/ns/net").c_str());
        if (dup2(socket(AF_INET, SOCK_DGRAM, 0), 77) != 77 || unshare(CLONE_NEWNET) != 0) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWNET, held);
    const std::string of_socket = pipe.drain();
    CHECK(of_socket != holder.link("ns/net") + "\n");
    for (const std::string option : {"-N77", "--net-socket=77"}) {
        const Answer answer =
            nsjoin({option, holder.name(), "--", "readlink", "/proc/self/ns/net"});
        CHECK(answer.error.empty());
        CHECK(answer.output == of_socket);
        CHECK(answer.status == Status{0, 0});
    }
    check_refused({"-N78", holder.name()}, "cannot get the socket for --net-socket of process " +
                                               holder.name() + ": Bad file descriptor");
}

TEST_CASE("--net-socket takes a socket and nothing else", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // A tun device answers the question for its namespace as a socket does.
    std::vector<const char *> paths{"/dev/null", "/proc/self/ns/net", "/etc", "/etc/passwd"};
    if (access("/dev/net/tun", R_OK | W_OK) == 0) {
        paths.push_back("/dev/net/tun");
    }
    for (const char *path : paths) {
        CAPTURE(path);
        Held held;
        held.before_sleep = [&] {
            int file = open(path, O_RDWR | O_CLOEXEC);
            if (file < 0) {
                file = open(path, O_RDONLY | O_CLOEXEC);
            }
            if (dup2(file, 77) != 77) {
                _exit(1);
            }
        };
        const Holder holder(CLONE_NEWNET, held);
        check_refused({"-N77", holder.name()}, "not a socket");
        check_refused({"--net-socket=77", holder.name()}, "not a socket");
    }
    Held held;
    held.before_sleep = [] {
        int ends[2];
        if (pipe(ends) != 0 || dup2(ends[0], 77) != 77) {
            _exit(1);
        }
    };
    const Holder holder(CLONE_NEWNET, held);
    check_refused({"-N77", holder.name()}, "not a socket");
}

namespace {

// In a user namespace whose ids are not mapped yet, and which its creator may map for one user.
void map_root(uid_t outside)
{
    const std::string map = "0 " + std::to_string(outside) + " 1";
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << map;
    std::ofstream("/proc/self/gid_map") << map;
}

} // namespace

TEST_CASE("--user-parent joins the user namespace above, or the one that owns another", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Pipe pipe;
    Held held;
    held.before_sleep = [&] {
        map_root(0);
        dprintf(pipe.write_end, "%s\n", read_link("/proc/self/ns/user").c_str());
        if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
            _exit(1);
        }
        map_root(0);
    };
    const Holder holder(CLONE_NEWUSER, held);
    const std::string above = pipe.drain();
    const std::string own = holder.link("ns/user") + "\n";
    CHECK(above != own);
    const auto user_of = [&](const std::string &option) {
        return nsjoin(
            {option, "--user-parent", holder.name(), "--", "readlink", "/proc/self/ns/user"});
    };
    check_namespaces(user_of("-U"), above);
    check_namespaces(user_of("-u"), own);
    check_refused({"--user-parent", holder.name()},
                  "no namespace was asked for that has a --user-parent");
}
