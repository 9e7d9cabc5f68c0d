// SPDX-License-Identifier: Apache-2.0
// How the value of an option gets into Options. Pure, as options.h.
#pragma once

#include "option_table.h"
#include "options.h"

namespace nsjoin {

/// A mistake in the command line.
Failure mistake(const char *text, const char *subject, const char *hint = nullptr,
                const char *detail = nullptr);

/// Of a word that should be a process, and of one that looks like a container's.
inline constexpr const char *no_process_id = "% is not a process ID";
inline constexpr const char *find_container =
    "the process of a container: docker inspect -f '{{.State.Pid}}' %";

/// Can `word` only be a process: digits, or digits:digits?
bool is_process(const char *word);
/// Is it an id of a container, whole or as engines print it, 12 hexadecimal digits or more?
bool is_container(const char *word);

Failure parse_id(const char *text, Id &id);
Failure parse_descriptor(const char *text, int &fd);

// Each of these is what an option of the table does with its value.
Failure take_target(const char *value, Options &options, size_t name_space);
Failure take_pidfd(const char *value, Options &options, size_t name_space);
Failure take_all(const char *value, Options &options, size_t name_space);
Failure take_namespace(const char *value, Options &options, size_t name_space);
Failure take_as_target(const char *value, Options &options, size_t name_space);
Failure take_wdns(const char *value, Options &options, size_t name_space);
Failure take_variable(const char *value, Options &options, size_t name_space);
Failure take_kept(const char *value, Options &options, size_t name_space);
Failure take_signal(const char *value, Options &options, size_t name_space);
Failure take_status_fd(const char *value, Options &options, size_t name_space);

template <auto field, auto choice = true>
Failure take_choice(const char * /*value*/, Options &options, size_t /*name_space*/)
{
    options.*field = choice;
    return {};
}

template <const char *Options::*field>
Failure take_text(const char *value, Options &options, size_t /*name_space*/)
{
    options.*field = value;
    return {};
}

template <Directory Options::*field>
Failure take_directory(const char *value, Options &options, size_t /*name_space*/)
{
    options.*field = {value != nullptr ? Directory::From::path : Directory::From::target, value};
    return {};
}

template <Id Options::*field>
Failure take_id(const char *value, Options &options, size_t /*name_space*/)
{
    if (sys::equal(value, "follow")) {
        options.needs_target = value;
    }
    return parse_id(value, options.*field);
}

template <int Options::*field>
Failure take_descriptor(const char *value, Options &options, size_t /*name_space*/)
{
    return parse_descriptor(value, options.*field);
}

} // namespace nsjoin
