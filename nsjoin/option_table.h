// SPDX-License-Identifier: Apache-2.0
// Which options there are: those of nsenter, in its order, and some that it does not have. What
// they mean is for options.cpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sys/text.h"

namespace nsjoin {

enum class Value : uint8_t { none, required, optional };

enum class Which : uint8_t {
    target,
    all,
    name_space,
    net_socket,
    user_parent,
    uid,
    gid,
    preserve,
    keep_caps,
    root,
    wd,
    wdns,
    env,
    no_fork,
    cgroup,
    context,
    help,
    version,
    // What nsenter does not have.
    pidfd,
    clear_env,
    setenv,
    bring,
    keep_fd,
    kill_child,
    status_fd,
    pty,
    list,
};

/// One of them. No letter: 0.
struct Option {
    char letter;
    Value value;
    Which which;
    /// Its name, how its value is called in the help, and the help, each ended with a zero.
    const char *name;
};

/// The option called so, or, as getopt_long(3) has it, the only one whose name begins so; null:
/// there is none, or more than one, which is `ambiguous`. What is short for an option of nsenter
/// stays so, whatever else there is here.
const Option *find_option(sys::TextView name, bool &ambiguous);

/// The option of this letter; null: there is none.
const Option *find_option(char letter);

/// The name of the option that may have been meant; null: none is near.
const char *nearest_option(sys::TextView name);

/// An option as --help shows it. No letter: 0; no value: empty, one that may be left out in
/// brackets.
struct HelpLine {
    char letter;
    const char *name;
    const char *value;
    const char *text;
};
/// The options in their order, `index` from 0; false: there are no more.
bool help_line(size_t index, HelpLine &line);

} // namespace nsjoin
