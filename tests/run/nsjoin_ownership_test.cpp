// SPDX-License-Identifier: Apache-2.0
// All or nothing, whoever owns the namespaces and whatever the caller may do.
#include "tests/support/catch.h"
#include "tests/support/namespaces.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uid_t nobody = 65534;

void check_refused(const Answer &answer, const std::string &why)
{
    CAPTURE(answer.error, why);
    CHECK(is_one_line(answer.error));
    CHECK(answer.error.find(why) != std::string::npos);
    CHECK(answer.output.empty());
    CHECK(answer.status == Status{125, 0});
}

// Root's capabilities but `capability`, also after exec.
void drop(int capability)
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    syscall(SYS_capget, &header, data);
    data[0].effective &= ~(1U << capability);
    data[0].permitted &= ~(1U << capability);
    if (syscall(SYS_capset, &header, data) != 0) {
        _exit(1);
    }
}

} // namespace

TEST_CASE("who owns a namespace does not matter to one who may join it", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    // The net and time namespaces belong to the caller's user namespace, the others to their own.
    Held held;
    held.before_sleep = [] {
        become(nobody);
        if (unshare(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS) != 0) {
            _exit(1);
        }
    };
    held.ids = "0 65534 1\n";
    const Holder holder(CLONE_NEWNET | CLONE_NEWTIME, held);
    constexpr unsigned long of_user = CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNS;
    const Answer root = nsjoin(and_print_namespaces({holder.name()}));
    CHECK(root.error.empty());
    CHECK(root.output == namespaces_of(holder, of_user | CLONE_NEWNET | CLONE_NEWTIME));

    // CAP_SYS_CHROOT, which a mount namespace wants, is only to be had in the user namespace; the
    // net namespace can only be joined before.
    const Answer either =
        nsjoin(and_print_namespaces({holder.name()}), [] { drop(CAP_SYS_CHROOT); });
    CHECK(either.error.empty());
    CHECK(either.output == namespaces_of(holder, of_user | CLONE_NEWNET | CLONE_NEWTIME));

    const Answer owner = nsjoin_as(nobody, and_print_namespaces({"-Uuim", holder.name()}));
    CHECK(owner.error.empty());
    CHECK(owner.output == namespaces_of(holder, of_user));
}

TEST_CASE("one namespace that can't be joined, and the command is in none", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Held held;
    held.before_sleep = [] {
        become(nobody);
        if (unshare(CLONE_NEWUSER | CLONE_NEWUTS) != 0) {
            _exit(1);
        }
    };
    held.ids = "0 65534 1\n";
    const Holder holder(CLONE_NEWNET | CLONE_NEWPID, held);
    const Directory directory;
    const std::string mark = directory.path("mark");
    const std::vector<std::string> command{holder.name(), "--", "sh", "-c", ": >" + mark};
    const auto refused = [&](std::vector<std::string> options, const std::string &what) {
        options.insert(options.end(), command.begin(), command.end());
        check_refused(nsjoin_as(nobody, options), "cannot join the " + what +
                                                      ": Operation not permitted (CAP_SYS_ADMIN is "
                                                      "missing in the user namespace that owns it");
        CHECK(access(mark.c_str(), F_OK) != 0);
    };
    chmod(directory.path("").c_str(), 0777);
    const std::string net = holder.proc("ns/net");
    refused({"-Uun"}, "net namespace of process " + holder.name());
    refused({"-Up"}, "pid namespace of process " + holder.name());
    refused({}, "pid namespace of process " + holder.name());
    refused({"-Uu", "--net=" + net}, "net namespace of " + net);
    // Some of them it may.
    std::vector<std::string> allowed{"-Uu"};
    allowed.insert(allowed.end(), command.begin(), command.end());
    const Answer answer = nsjoin_as(nobody, allowed);
    CHECK(answer.error.empty());
    CHECK(access(mark.c_str(), F_OK) == 0);
}

TEST_CASE("--follow-context without SELinux is refused with the reason", "[native]")
{
    if (access("/sys/fs/selinux/enforce", F_OK) == 0) {
        SKIP_TEST("SELinux is in use here");
    }
    const Holder holder(0);
    for (const std::string option : {"-Z", "--follow-context"}) {
        check_refused(nsjoin({option, holder.name(), "--", "echo"}), "SELinux context");
    }
}
