// SPDX-License-Identifier: Apache-2.0
// The one table of options: those of nsenter, in its order, and those that it does not have. The
// command line is parsed by it, and --help and the completions are made from it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "failure.h"
#include "namespaces.h"
#include "sys/text.h"

namespace nsjoin {

struct Options;

/// Does an option take a value? The repeated ones need one, and may be given several times.
enum class Value : uint8_t { none, optional, required, repeated };

/// What a value is.
enum class Kind : uint8_t {
    nothing,
    process,
    pidfd,
    descriptor,
    file,
    directory,
    /// A directory that is looked up inside.
    inside,
    signal,
    user,
    group,
    variable,
    effort,
};

/// Does it need a target?
enum class Needs : uint8_t { no_target, target, target_or_value };

/// Whose option it is. An abbreviation of one of nsenter's keeps its meaning.
enum class Origin : uint8_t { nsenter, ours };

constexpr uint8_t no_namespace = namespace_count;

struct Option {
    /// Puts `value`, null if there is none, into `options`. Only a namespace's wants its index.
    Failure (*take)(const char *value, Options &options, size_t name_space);
    /// Where its name begins, among the words of the table.
    uint16_t words;
    /// 0: it has none.
    char letter;
    Value value;
    Kind kind;
    Needs needs;
    Origin origin;
    /// Index of the namespace that it joins.
    uint8_t name_space;

    const char *name() const;
    /// As --help has it.
    const char *help() const;
    /// What --help calls its value, such as <file>.
    const char *placeholder() const;

    bool needs_value() const { return value >= Value::required; }
    /// Does it say which process is the target?
    bool is_target() const { return kind == Kind::process || kind == Kind::pidfd; }
};

/// In their order, from 0; null: there are no more.
const Option *option_at(size_t index);

/// The option of this name, or, as in getopt_long(3), the only one whose name begins with it; null:
/// there is none, or there are several, which is `ambiguous`.
const Option *find_option(sys::TextView name, bool &ambiguous);

/// The option of this letter; null: there is none.
const Option *find_option(char letter);

/// The names of those whose name begins so and that are ambiguous, separated by commas. Static.
const char *candidates(sys::TextView name);

/// The name of the option that was probably meant: one that `name` begins with, or the nearest of
/// those that have at least half of its letters, first among those that begin with the same one.
/// Null: there is none.
const char *nearest_option(sys::TextView name);

} // namespace nsjoin
