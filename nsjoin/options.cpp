// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "option_table.h"
#include "option_values.h"

namespace nsjoin {

namespace {

// A value that is needed and was not given is the next word. `argument` stands on the word of the
// option, and is moved onto the last one used.
Failure take(const Option &option, const char *value, const char *const *&argument,
             Options &options)
{
    const char *const word = *argument;
    if (value == nullptr && option.needs_value()) {
        value = argument[1];
        if (value == nullptr) {
            return mistake("a value is missing after %", word);
        }
        ++argument;
    }
    if (option.needs == Needs::target ||
        (option.needs == Needs::target_or_value && value == nullptr)) {
        options.needs_target = word;
    }
    return option.take(value, options, option.name_space);
}

// One word that begins with --.
Failure parse_long(const char *const *&argument, Options &options)
{
    const char *const name = *argument + 2;
    size_t size = 0;
    while (name[size] != '\0' && name[size] != '=') {
        ++size;
    }
    const char *const value = name[size] == '=' ? name + size + 1 : nullptr;
    bool ambiguous = false;
    const Option *const option = find_option({name, size}, ambiguous);
    if (option == nullptr) {
        const char *const hint = ambiguous ? nullptr : nearest_option({name, size});
        return mistake(ambiguous ? "ambiguous option %" : "unknown option %", *argument,
                       hint != nullptr ? "did you mean --&?" : "see --help", hint);
    }
    if (value != nullptr && option->value == Value::none) {
        return mistake("this option takes no value: %", *argument);
    }
    if (value != nullptr && *value == '\0' && option->value == Value::optional) {
        return mistake("the value is empty: %", *argument);
    }
    return take(*option, value, argument, options);
}

bool has_slash(const char *text)
{
    while (*text != '\0' && *text != '/') {
        ++text;
    }
    return *text == '/';
}

// One word of letters.
Failure parse_letters(const char *const *&argument, Options &options)
{
    const char *const word = *argument;
    for (const char *letter = word + 1; *letter != '\0'; ++letter) {
        const Option *const option = find_option(*letter);
        if (option == nullptr) {
            return mistake("unknown option %", word, "see --help");
        }
        const char *value = letter + 1;
        // getopt(3) would take what follows a namespace's letter as its file. Here it is one only
        // if it is a path: -mun are three namespaces.
        if (*value == '\0' || option->value == Value::none ||
            (option->name_space != no_namespace && !has_slash(value))) {
            value = nullptr;
        }
        if (Failure failure = take(*option, value, argument, options); failure) {
            return failure;
        }
        if (value != nullptr || option->needs_value()) {
            break;
        }
    }
    return {};
}

// What can only be said of all of them together.
Failure check(const Options &options)
{
    if (options.wdns != nullptr && options.wd.from != Directory::From::none) {
        return mistake("--wd and --wdns cannot be combined", nullptr);
    }
    if (options.no_fork && (options.pty || options.status_fd >= 0)) {
        return mistake(
            "--no-fork cannot be combined with --pty or --status-fd, which need nsjoin to "
            "wait",
            nullptr);
    }
    if (options.has_target()) {
        return {};
    }
    constexpr const char *usage = "nsjoin <pid> -- command";
    if (options.needs_target != nullptr) {
        return mistake("no process given; one is needed for %", options.needs_target, usage);
    }
    return options.has_files() ? Failure() : mistake("no process given", nullptr, usage);
}

} // namespace

bool Options::has_files() const
{
    for (const char *file : files) {
        if (file != nullptr) {
            return true;
        }
    }
    return false;
}

Failure parse(const char *const *argv, Options &options)
{
    const char *const *argument = argv[0] != nullptr ? argv + 1 : argv;
    bool positional = false;
    for (; *argument != nullptr; ++argument) {
        const char *const word = *argument;
        if (word[0] == '-' && word[1] != '\0') {
            if (sys::equal(word, "--")) {
                ++argument;
                break;
            }
            if (Failure failure = word[1] == '-' ? parse_long(argument, options)
                                                 : parse_letters(argument, options);
                failure) {
                return failure;
            }
            if (options.action == Action::help || options.action == Action::version) {
                return {};
            }
            continue;
        }
        // The process, unless one was given already, or none is needed because files were.
        const bool is_number = word[0] >= '0' && word[0] <= '9';
        if (positional || options.has_target() || (options.has_files() && !is_number)) {
            break;
        }
        if (Failure failure = take_target(word, options, no_namespace); failure) {
            return failure;
        }
        positional = true;
    }
    options.command = argument;
    return check(options);
}

} // namespace nsjoin
