// SPDX-License-Identifier: Apache-2.0
// What nsjoin says is lacking where it is refused something: tested by taking away just that.
#include "tests/support/catch.h"
#include "tests/support/command.h"
#include "tests/support/namespaces.h"
#include "tests/support/seccomp.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

using namespace support;

namespace {

constexpr uid_t nobody = 65534;
const std::string eperm = ": Operation not permitted";

// Root's capabilities without these, also after exec.
void drop(const std::vector<int> &capabilities)
{
    for (const int capability : capabilities) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
            _exit(1);
        }
    }
}

void drop_all()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    if (syscall(SYS_capset, &header, none) != 0) {
        _exit(1);
    }
}

Words and_true(Words options, const Holder &holder)
{
    return options + Words{holder.name(), "--", "true"};
}

// nsjoin fails, and says `what`, the error, and the hint `why`.
void check_hint(const Answer &answer, const std::string &what, const std::string &why)
{
    CHECK(answer.error == "nsjoin: " + what + " (" + why + ")\n");
    CHECK(answer.status == Status{125, 0});
}

} // namespace

TEST_CASE("the capability that joining takes is named if it is missing", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(all_but_user);
    for (const auto &kind : kinds) {
        if (kind.flag == CLONE_NEWUSER) {
            continue;
        }
        CAPTURE(kind.name);
        const std::string what =
            "cannot join the " + kind.name + " namespace of process " + holder.name();
        const Words arguments = and_true({"-" + kind.letter}, holder);
        check_hint(nsjoin(arguments, [] { drop({CAP_SYS_ADMIN}); }), what + eperm,
                   "CAP_SYS_ADMIN is missing");
        const Answer answer = nsjoin(arguments, [] { drop({CAP_SYS_CHROOT}); });
        if (kind.flag == CLONE_NEWNS) {
            check_hint(answer, what + eperm, "CAP_SYS_CHROOT is missing");
        } else {
            CHECK(answer.status == Status{0, 0});
        }
    }
}

TEST_CASE("the user namespace that an owner's capabilities depend on is named", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.owner = nobody;
    const Holder theirs(CLONE_NEWUSER | CLONE_NEWNET, held);
    const std::string user = "cannot join the user namespace of ";
    const std::string net = "cannot join the net namespace of ";
    check_hint(nsjoin(and_true({"-U"}, theirs), [] { drop({CAP_SYS_ADMIN}); }),
               user + "process " + theirs.name() + eperm, "CAP_SYS_ADMIN is missing");
    check_hint(nsjoin_as(nobody, and_true({"-n"}, theirs)),
               net + "process " + theirs.name() + eperm,
               "CAP_SYS_ADMIN is missing; joining its user namespace, -U, may give it");
    CHECK(nsjoin_as(nobody, and_true({"-Un"}, theirs)).status == Status{0, 0});

    // From a user namespace beside it, where nsjoin has all capabilities.
    const std::string fd = "/proc/self/fd/77";
    const auto beside = [&](const std::string &file) {
        return [&theirs, file] {
            give(open(theirs.proc(file).c_str(), O_RDONLY | O_CLOEXEC), 77);
            if (unshare(CLONE_NEWUSER) != 0) {
                _exit(1);
            }
            std::ofstream("/proc/self/uid_map") << "0 0 1";
        };
    };
    check_hint(nsjoin({"--net=" + fd, "--", "true"}, beside("ns/net")), net + fd + eperm,
               "CAP_SYS_ADMIN is missing in the user namespace that owns it, which is not below "
               "the one that nsjoin is in");
    check_hint(nsjoin({"--preserve-credentials", "--user=" + fd, "--", "true"}, beside("ns/user")),
               user + fd + eperm, "it is not below the user namespace that nsjoin is in");
}

TEST_CASE("a filter is named if no capability is missing", "[native]")
{
    const Holder holder(joinable(CLONE_NEWUTS));
    const Answer answer = nsjoin(and_true({geteuid() == 0 ? "-u" : "-U"}, holder),
                                 [] { refuse({SYS_setns}, EPERM); });
    const std::string why =
        geteuid() == 0 ? "the seccomp filter of nsjoin forbids it" : "CAP_SYS_ADMIN is missing";
    check_hint(answer,
               std::string("cannot join the ") + (geteuid() == 0 ? "uts" : "user") +
                   " namespace of process " + holder.name() + eperm,
               why);
}

TEST_CASE("why a process may not be looked into is said", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const auto check = [](const Holder &holder, const std::string &why, bool as_nobody) {
        CAPTURE(why);
        const Words arguments = and_true({"-u"}, holder);
        const Answer answer = as_nobody ? nsjoin_as(nobody, arguments)
                                        : nsjoin(arguments, [] { drop({CAP_SYS_PTRACE}); });
        check_hint(answer,
                   "cannot see the namespaces of process " + holder.name() + ": Permission denied",
                   why + ", and CAP_SYS_PTRACE is missing");
    };
    const Holder of_root(CLONE_NEWUTS);
    check(of_root, "it belongs to another user or group", true);
    check(of_root, "it has capabilities that you lack", false);

    Held held;
    held.before_sleep = [] {
        drop_all();
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    };
    check(Holder(CLONE_NEWUTS, held), "it is protected from being traced", false);

    held.before_sleep = [] {
        if (setresgid(nobody, nobody, nobody) != 0) {
            _exit(1);
        }
    };
    check(Holder(CLONE_NEWUTS, held), "it belongs to another user or group", false);
}

TEST_CASE("why a descriptor of a process may not be taken is said", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS);
    const Directory directory;
    const std::string what = "cannot get the socket for --net-socket of process " + holder.name();
    const Words arguments = and_true({"-N0"}, holder);
    const auto set_scope = [&](const std::string &scope) {
        // Where there is no Yama as well.
        if (unshare(CLONE_NEWNS) != 0 ||
            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("none", "/proc/sys/kernel", "tmpfs", 0, nullptr) != 0 ||
            mkdir("/proc/sys/kernel/yama", 0755) != 0) {
            _exit(1);
        }
        std::ofstream("/proc/sys/kernel/yama/ptrace_scope") << scope << "\n";
    };
    const std::string yama =
        "sysctl kernel.yama.ptrace_scope forbids it without CAP_SYS_PTRACE, or at all";
    check_hint(nsjoin(arguments, [&] { refuse({SYS_pidfd_getfd}, EPERM); }), what + eperm,
               "the seccomp filter of nsjoin forbids it");
    for (const auto &[scope, why] :
         {std::pair{"0", "it has capabilities that you lack, and CAP_SYS_PTRACE is missing"},
          {"1", yama.c_str()},
          {"2", yama.c_str()},
          {"3", yama.c_str()}}) {
        CAPTURE(scope);
        check_hint(nsjoin(arguments,
                          [&, scope = scope] {
                              set_scope(scope);
                              drop({CAP_SYS_PTRACE});
                          }),
                   what + eperm, why);
    }
    const Answer nobody_may = nsjoin(arguments, [&] {
        set_scope("3");
        refuse({SYS_pidfd_getfd}, EPERM);
    });
    check_hint(nobody_may, what + eperm, yama);
}

TEST_CASE("the capability that an id or a root directory takes is named if it is missing",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Holder holder(CLONE_NEWUTS);
    const auto without = [&](int capability, const std::string &option) {
        return nsjoin(and_true({"-u", option}, holder), [=] { drop({capability}); });
    };
    check_hint(without(CAP_SETUID, "-S7"), "cannot become user 7" + eperm, "CAP_SETUID is missing");
    check_hint(without(CAP_SETGID, "-G7"), "cannot set supplementary groups" + eperm,
               "CAP_SETGID is missing");
    check_hint(without(CAP_SYS_CHROOT, "-r/"), "cannot change the root directory" + eperm,
               "CAP_SYS_CHROOT is missing");
    check_hint(nsjoin(and_true({"-u", "-S7"}, holder), [] { refuse({SYS_setuid}, EPERM); }),
               "cannot become user 7" + eperm, "the seccomp filter of nsjoin forbids it");
    const Answer denied = nsjoin({"-G0", "--net=/proc/self/ns/net", "--", "true"}, [] {
        if (unshare(CLONE_NEWUSER) != 0) {
            _exit(1);
        }
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << "0 0 1";
        std::ofstream("/proc/self/gid_map") << "0 0 1";
    });
    check_hint(denied, "cannot set supplementary groups" + eperm,
               "its user namespace denies setgroups(2)");
}

TEST_CASE("the capabilities that the README gives to a container are enough, and each is needed",
          "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // Those of a default container of Docker's, and the ones that the README adds.
    const std::vector<int> given{
        CAP_CHOWN,       CAP_DAC_OVERRIDE,     CAP_FSETID,    CAP_FOWNER,
        CAP_MKNOD,       CAP_NET_RAW,          CAP_SETGID,    CAP_SETUID,
        CAP_SETFCAP,     CAP_SETPCAP,          CAP_KILL,      CAP_SYS_CHROOT,
        CAP_AUDIT_WRITE, CAP_NET_BIND_SERVICE, CAP_SYS_ADMIN, CAP_SYS_PTRACE};
    const Holder holder(all_but_user);
    const auto answer = [&](int without) {
        std::vector<int> dropped;
        for (int each = 0; prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; ++each) {
            if (each == without || std::find(given.begin(), given.end(), each) == given.end()) {
                dropped.push_back(each);
            }
        }
        return nsjoin({holder.name(), "--", "true"}, [&] { drop(dropped); });
    };
    const Answer enough = answer(-1);
    CHECK(enough.error.empty());
    CHECK(enough.status == Status{0, 0});
    CHECK(answer(CAP_SYS_ADMIN).error.find("(CAP_SYS_ADMIN is missing)") != std::string::npos);
    CHECK(answer(CAP_SYS_CHROOT).error.find("(CAP_SYS_CHROOT is missing)") != std::string::npos);
    CHECK(answer(CAP_SYS_PTRACE).error.find("CAP_SYS_PTRACE is missing)") != std::string::npos);
}
