// SPDX-License-Identifier: Apache-2.0
// The command line as a value. Pure: nothing here calls the kernel.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "namespaces.h"

namespace nsjoin {

enum class Action { run, list, help, version };

/// A user or group id to take on.
struct Id {
    enum class From { caller, number, target };
    From from = From::caller;
    uint32_t number = 0;
    /// As it was given.
    const char *text = "0";
};

/// A directory to go to.
struct Directory {
    enum class From { none, target, path };
    From from = From::none;
    const char *path = nullptr;
};

enum class Environment { caller, target, empty };

/// Is the command to be confined as the target is? If something of that cannot be: is it an error?
enum class AsTarget { no, all, best_effort };

constexpr size_t max_kept = 64;
constexpr size_t max_set = 256;

/// What was asked for. All strings are those of argv.
struct Options {
    Action action = Action::run;

    /// The target: a process by its number, as it was given, or a pidfd, or none of them.
    const char *target = nullptr;
    int pid = 0;
    /// Of the pidfd, which makes the number unmistakable; 0: not given.
    uint64_t inode = 0;
    int pidfd = -1;
    bool require_pidfd = false;
    /// An option that makes no sense without a target; null: none does.
    const char *needs_target = nullptr;

    /// Empty, and none from a file: all in which the target differs.
    NamespaceSet from_target;
    const char *files[namespace_count] = {};
    bool user_parent = false;
    /// Of a socket of the target whose net namespace is wanted; -1: not given.
    int net_socket = -1;

    Id uid;
    Id gid;
    bool preserve_credentials = false;
    bool keep_caps = false;
    bool follow_context = false;
    bool join_cgroup = false;
    bool no_fork = false;

    Directory root;
    Directory wd;
    /// Looked up inside.
    const char *wdns = nullptr;

    AsTarget as_target = AsTarget::no;
    Environment environment = Environment::caller;
    /// Not in the object, which with all that is on the stack then fits into one page; so it is of
    /// the last options that were parsed.
    static inline const char *set[max_set];
    size_t set_count = 0;

    const char *bring = nullptr;
    int keep[max_kept] = {};
    size_t keep_count = 0;
    /// 0: not asked for.
    int kill_child = 0;
    int status_fd = -1;
    bool pty = false;

    /// Ends with a null; empty: a shell.
    const char *const *command = nullptr;

    bool has_target() const { return target != nullptr; }
    bool has_files() const;
};

/// argv, as main() has it, to `options`.
Failure parse(const char *const *argv, Options &options);

} // namespace nsjoin
