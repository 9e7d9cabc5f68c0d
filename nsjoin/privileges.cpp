// SPDX-License-Identifier: Apache-2.0
// The rules are those of setns(2), ptrace(2) and capabilities(7), in the order in which the kernel
// checks them. What is read is of this process at the time of the refusal: joining a user namespace
// has changed its capabilities.

#include "privileges.h"

#include <linux/capability.h>

#include "sys/credentials.h"
#include "sys/namespace.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr const char *security_module = "a security module forbids it";

// Does this process lack any of these capabilities, each a bit? It may have no /proc to
// look at, so the kernel is asked.
bool lacks_any(uint64_t wanted)
{
    Capabilities own;
    return sys::capabilities(own) && (wanted & ~own.effective) != 0;
}

bool lacks(unsigned capability)
{
    return lacks_any(uint64_t{1} << capability);
}

const char *forbidden(const char *otherwise = security_module)
{
    return is_filtered() ? "the seccomp filter of nsjoin forbids it" : otherwise;
}

// The process has all ids of `kind` as the file system id of this one, the last of four?
bool is_same_owner(TextView own, TextView theirs, const char *kind)
{
    TextView mine = field(own, kind);
    TextView ids = field(theirs, kind);
    for (int i = 0; i < 3; ++i) {
        take_word(mine, '\t');
    }
    for (int i = 0; i < 3; ++i) {
        if (!equal(take_word(ids, '\t'), mine)) {
            return false;
        }
    }
    return true;
}

} // namespace

const char *why_refused(unsigned capability, const char *missing)
{
    return lacks(capability) ? missing : forbidden();
}

const char *why_no_groups()
{
    return lacks(CAP_SETGID) ? "CAP_SETGID is missing"
                             : forbidden("its user namespace denies setgroups(2)");
}

const char *why_not_joined(const Target &target, size_t index, FdRef file)
{
    const unsigned long flag = namespaces[index].flag;
    const auto above = flag == CLONE_NEWUSER ? parent_of_namespace(file) : owner_of_namespace(file);
    Fd owner;
    if (above) {
        owner = above.value();
    }
    if (lacks(CAP_SYS_ADMIN)) {
        FileIdentity yours;
        FileIdentity its;
        // Whoever made the user namespace has the capability once in it.
        const bool may_have_it = flag != CLONE_NEWUSER && owner &&
                                 identify(target.proc.get(), "self/ns/user", 0, yours) &&
                                 identify(owner.get(), "", AT_EMPTY_PATH, its) && yours != its;
        return may_have_it ? "CAP_SYS_ADMIN is missing; joining its user namespace, -U, may give it"
                           : "CAP_SYS_ADMIN is missing";
    }
    if (flag == CLONE_NEWNS && lacks(CAP_SYS_CHROOT)) {
        return "CAP_SYS_CHROOT is missing";
    }
    if (!above && above.error() == Errno::eperm) {
        return flag == CLONE_NEWUSER
                   ? "it is not below the user namespace that nsjoin is in"
                   : "CAP_SYS_ADMIN is missing in the user namespace that owns it, which is not "
                     "below the one that nsjoin is in";
    }
    return forbidden();
}

const char *why_hidden(const Target &target)
{
    if (!lacks(CAP_SYS_PTRACE)) {
        return "a security module forbids it, or its user namespace is not below yours";
    }
    char own_text[4096];
    char text[4096];
    const TextView own =
        read_beginning(target.proc.get(), "self/status", own_text, sizeof own_text);
    const TextView theirs = read_beginning(target.directory.get(), "status", text, sizeof text);
    if (!is_same_owner(own, theirs, "Uid") || !is_same_owner(own, theirs, "Gid")) {
        return "it belongs to another user or group, and CAP_SYS_PTRACE is missing";
    }
    return lacks_any(number_of_digits(field(theirs, "CapPrm"), 16))
               ? "it has capabilities that you lack, and CAP_SYS_PTRACE is missing"
               : "it is protected from being traced, and CAP_SYS_PTRACE is missing";
}

const char *why_not_traced(const Target &target)
{
    char scope[1] = {'0'};
    static_cast<void>(read_beginning(target.proc.get(), "sys/kernel/yama/ptrace_scope", scope, 1));
    const bool is_lacking = lacks(CAP_SYS_PTRACE);
    if (*scope == '3' || (is_lacking && *scope != '0')) {
        return "sysctl kernel.yama.ptrace_scope forbids it without CAP_SYS_PTRACE, or at all";
    }
    return !is_lacking && is_filtered() ? forbidden() : why_hidden(target);
}

} // namespace nsjoin
