// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "names.h"
#include "option_table.h"
#include "option_values.h"

namespace nsjoin {

namespace {

constexpr const char *usage = "nsjoin <pid> -- command";

// A value that is needed and was not given is the next word. `argument` stands on the word of the
// option, and is moved onto the last one used. `bare` becomes the option if it could have had a
// value and has none.
Failure take(const Option &option, const char *value, const char *const *&argument,
             Options &options, const Option *&bare)
{
    const char *const word = *argument;
    bare = value == nullptr && option.value == Value::optional ? &option : nullptr;
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
Failure parse_long(const char *const *&argument, Options &options, const Option *&bare)
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
        if (ambiguous && size != 0) {
            return mistake("ambiguous option %", *argument, "it can be &",
                           candidates({name, size}));
        }
        const char *const near = nearest_option({name, size});
        return mistake("unknown option %", *argument,
                       near != nullptr ? "did you mean --&?" : "see --help", near);
    }
    if (value != nullptr && option->value == Value::none) {
        return mistake("this option takes no value: %", *argument);
    }
    if (value != nullptr && *value == '\0' && option->value == Value::optional) {
        return mistake("the value is empty: %", *argument);
    }
    return take(*option, value, argument, options, bare);
}

// Of several letters, which one?
Failure unknown_letter(const char *word, char letter)
{
    static char text[2];
    if (word[2] == '\0') {
        return mistake("unknown option %", word, "see --help");
    }
    bool ambiguous = false;
    if (const Option *const option = find_option({word + 1, sys::length(word + 1)}, ambiguous)) {
        return mistake("unknown option %", word, "did you mean --&?", option->name());
    }
    text[0] = letter;
    return mistake("unknown option -& in %", word, "see --help", text);
}

// Is this word probably meant as the value of the option in front of it, which can be given only
// with =?
bool is_value_of(const Option *bare, const char *word)
{
    return bare != nullptr &&
           (bare->kind == Kind::signal ? signal_number(word) != 0 : sys::contains(word, '/'));
}

// One word of letters.
Failure parse_letters(const char *const *&argument, Options &options, const Option *&bare)
{
    const char *const word = *argument;
    for (const char *letter = word + 1; *letter != '\0'; ++letter) {
        const Option *const option = find_option(*letter);
        if (option == nullptr) {
            return unknown_letter(word, *letter);
        }
        const char *value = letter + 1;
        if (*value == '=' && option->value != Value::none) {
            return mistake("the value of a letter follows it without =: %", word,
                           "or write --&=<value>", option->name());
        }
        // getopt(3) would take what follows a namespace's letter as its file. Here it is one only
        // if it is a path: -mun are three namespaces.
        if (*value == '\0' || option->value == Value::none ||
            (option->name_space != no_namespace && !sys::contains(value, '/'))) {
            value = nullptr;
        }
        if (Failure failure = take(*option, value, argument, options, bare); failure) {
            return failure;
        }
        if (value != nullptr || option->needs_value()) {
            break;
        }
    }
    return {};
}

// The word that would be the process.
Failure not_a_process(const char *word, const Option *bare)
{
    if (bare != nullptr) {
        return mistake(no_process_id, word, "write --&=%", bare->name());
    }
    return mistake(no_process_id, word, is_container(word) ? find_container : usage);
}

// The word that would be the command, with no -- in front of it. `before` is the option in front of
// a process that was given without one.
Failure check_command(const char *word, const Options &options, bool positional,
                      const Option *before, const Option *bare)
{
    if (bare != nullptr && bare->kind == Kind::signal && is_value_of(bare, word)) {
        return mistake("% would be the command", word, "write --&=%, or -- before a command",
                       bare->name());
    }
    if (!positional || !is_process(word)) {
        return {};
    }
    return before != nullptr && is_value_of(before, options.target)
               ? mistake("more than one process given: & and %", word, "write --kill-child=&",
                         options.target)
               : mistake("more than one process given: & and %", word,
                         "write -- before a command that is a number", options.target);
}

// --as-target is the start, which the other options change.
void complete(Options &options)
{
    if (options.as_target == AsTarget::no) {
        return;
    }
    options.join_cgroup = true;
    if (options.environment == Environment::caller) {
        options.environment = Environment::target;
    }
    if (options.root.from == Directory::From::none) {
        options.root.from = Directory::From::target;
    }
    if (options.wd.from == Directory::From::none && options.wdns == nullptr) {
        options.wd.from = Directory::From::target;
    }
    Id *const ids[] = {&options.uid, &options.gid};
    for (Id *id : ids) {
        if (id->from == Id::From::caller && !options.preserve_credentials) {
            *id = {Id::From::target, 0, "of the target"};
        }
    }
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
    if (options.action == Action::list && options.command[0] != nullptr) {
        return mistake("--list runs no command: %", options.command[0]);
    }
    if (options.has_target()) {
        return {};
    }
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
    // The process was given without an option, and, if so, behind this one.
    bool positional = false;
    const Option *before = nullptr;
    const Option *bare = nullptr;
    for (; *argument != nullptr; ++argument) {
        const char *const word = *argument;
        if (word[0] == '-' && word[1] != '\0') {
            if (sys::equal(word, "--")) {
                ++argument;
                break;
            }
            if (Failure failure = word[1] == '-' ? parse_long(argument, options, bare)
                                                 : parse_letters(argument, options, bare);
                failure) {
                return failure;
            }
            if (options.action == Action::help || options.action == Action::version) {
                return {};
            }
            continue;
        }
        // The process, unless one was given already, or none is needed because files were.
        if (options.has_target() || (options.has_files() && !is_process(word))) {
            if (Failure failure = check_command(word, options, positional, before, bare); failure) {
                return failure;
            }
            break;
        }
        if (word[0] < '0' || word[0] > '9') {
            return not_a_process(word, is_value_of(bare, word) ? bare : nullptr);
        }
        if (Failure failure = take_target(word, options, no_namespace); failure) {
            return failure;
        }
        positional = true;
        before = bare;
        bare = nullptr;
    }
    options.command = argument;
    complete(options);
    return check(options);
}

} // namespace nsjoin
