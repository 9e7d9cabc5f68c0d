// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

#include "option_values.h"

namespace nsjoin {

namespace {

// The columns as they are written: what is not in Option is put into the words of the table.
struct Row {
    const char *name;
    char letter;
    Value value;
    Kind kind;
    Needs needs;
    Origin origin;
    decltype(Option::take) take;
    const char *help;
};

using enum Value;
using enum Kind;
using enum Needs;
using enum Origin;

constexpr Row rows[] = {
    {"target", 't', required, process, no_target, nsenter, take_target,
     "the target process; -t can be omitted"},
    {"pidfd", 0, required, pidfd, no_target, ours, take_pidfd,
     "the target process, by an open pidfd"},
    {"require-pidfd", 0, none, nothing, no_target, ours, take_choice<&Options::require_pidfd>,
     "fail where the process cannot be held by a pidfd"},
    {"all", 'a', none, nothing, target, nsenter, take_all, "all the target's namespaces (default)"},

    // One for each of the namespaces, which say name, letter and help.
    {nullptr, 0, optional, file, target_or_value, nsenter, take_namespace, nullptr},
    {"user-parent", 0, none, nothing, no_target, nsenter, take_choice<&Options::user_parent>,
     "parent of the user namespace"},
    {"net-socket", 'N', required, descriptor, target, nsenter,
     take_descriptor<&Options::net_socket>, "network namespace of the target's socket <fd>"},
    {"setuid", 'S', required, user, no_target, nsenter, take_id<&Options::uid>,
     "user ID to run as, or the target's (follow)"},
    {"setgid", 'G', required, group, no_target, nsenter, take_id<&Options::gid>,
     "group ID to run as, or the target's (follow)"},
    {"preserve-credentials", 0, none, nothing, no_target, nsenter,
     take_choice<&Options::preserve_credentials>, "keep your user and groups in a user namespace"},
    {"keep-caps", 0, none, nothing, no_target, nsenter, take_choice<&Options::keep_caps>,
     "keep capabilities gained in a user namespace"},
    {"root", 'r', optional, directory, target_or_value, nsenter, take_directory<&Options::root>,
     "the target's root directory, or <dir> of yours"},
    {"wd", 'w', optional, directory, target_or_value, nsenter, take_directory<&Options::wd>,
     "the target's working directory, or <dir> of yours"},
    {"wdns", 'W', optional, inside, target_or_value, nsenter, take_wdns,
     "the target's working directory, or <dir> inside"},
    {"env", 'e', none, nothing, target, nsenter,
     take_choice<&Options::environment, Environment::target>, "the target's environment"},
    {"clear-env", 0, none, nothing, no_target, ours,
     take_choice<&Options::environment, Environment::empty>, "an empty environment"},
    {"setenv", 0, repeated, variable, no_target, ours, take_variable,
     "set an environment variable; repeatable"},
    {"join-cgroup", 'c', none, nothing, target, nsenter, take_choice<&Options::join_cgroup>,
     "run in the target's cgroup"},
    {"follow-context", 'Z', none, nothing, target, nsenter, take_choice<&Options::follow_context>,
     "run in the target's SELinux context"},
    {"no-fork", 'F', none, nothing, no_target, nsenter, take_choice<&Options::no_fork>,
     "do not fork, even for a PID namespace"},
    {"as-target", 0, optional, effort, target, ours, take_as_target,
     "run as confined as the target, in all respects"},
    {"bring", 0, required, file, no_target, ours, take_text<&Options::bring>,
     "run this static program from outside"},
    {"keep-fd", 0, repeated, descriptor, no_target, ours, take_kept,
     "keep this descriptor open; repeatable"},
    {"kill-child", 0, optional, signal, no_target, ours, take_signal,
     "if nsjoin dies, send the command KILL, or <signal>"},
    {"status-fd", 0, required, descriptor, no_target, ours, take_status_fd,
     "write events to <fd>, a line of JSON each"},
    {"pty", 0, none, nothing, no_target, ours, take_choice<&Options::pty>,
     "run the command on a new terminal"},
    {"list", 0, none, nothing, target, ours, take_choice<&Options::action, Action::list>,
     "list the target's namespaces and yours"},
    {"help", 'h', none, nothing, no_target, nsenter, take_choice<&Options::action, Action::help>,
     "print this help"},
    {"version", 'V', none, nothing, no_target, nsenter,
     take_choice<&Options::action, Action::version>, "print the version"},
};

// Calls `visit` with each row, and the index of its namespace.
template <typename Visit>
constexpr void for_each_row(Visit visit)
{
    for (Row row : rows) {
        if (row.name != nullptr) {
            visit(row, no_namespace);
            continue;
        }
        for (size_t i = namespace_count; i-- != 0;) {
            row.name = namespaces[i].name;
            row.letter = namespaces[i].letter;
            row.help = namespaces[i].help;
            visit(row, static_cast<uint8_t>(i));
        }
    }
}

constexpr size_t option_count = sizeof rows / sizeof *rows - 1 + namespace_count;

constexpr size_t words_size()
{
    size_t size = 0;
    for_each_row([&](const Row &row, uint8_t /*name_space*/) {
        size += sys::length(row.name) + 1 + sys::length(row.help) + 1;
    });
    return size;
}

// As the program has it, which is half as large as the rows.
struct Table {
    Option options[option_count] = {};
    /// The name of each option and its help, each ended with a zero.
    char words[words_size()] = {};
};

constexpr Table make_table()
{
    Table made;
    Option *option = made.options;
    size_t size = 0;
    for_each_row([&](const Row &row, uint8_t name_space) {
        *option++ = {row.take,   static_cast<uint16_t>(size),
                     row.letter, row.value,
                     row.kind,   row.needs,
                     row.origin, name_space};
        const char *const row_words[] = {row.name, row.help};
        for (const char *word : row_words) {
            for (size_t i = 0; i <= sys::length(word); ++i) {
                made.words[size++] = word[i];
            }
        }
    });
    return made;
}

constexpr Table table = make_table();

constexpr const char *placeholders[] = {
    "",      "<pid>[:<inode>]", "<fd>",         "<fd>",         "<file>",         "<dir>",
    "<dir>", "<signal>",        "<uid>|follow", "<gid>|follow", "<name>=<value>", "best-effort",
};

// How many characters have to be put in, left out or exchanged to make one of the other. Of long
// words only the beginning counts.
size_t distance(sys::TextView a, const char *b)
{
    constexpr size_t longest = 24;
    size_t row[longest + 1];
    const size_t b_size = sys::length(b) < longest ? sys::length(b) : longest;
    for (size_t j = 0; j <= b_size; ++j) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.size; ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_size; ++j) {
            size_t best = diagonal + (a.data[i] == b[j] ? 0 : 1);
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            best = row[j] + 1 < best ? row[j] + 1 : best;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[b_size];
}

bool begins(const char *text, sys::TextView with)
{
    for (size_t i = 0; i < with.size; ++i) {
        if (text[i] != with.data[i]) {
            return false;
        }
    }
    return true;
}

} // namespace

const char *Option::name() const
{
    return table.words + words;
}

const char *Option::help() const
{
    return name() + sys::length(name()) + 1;
}

const char *Option::placeholder() const
{
    return placeholders[static_cast<size_t>(kind)];
}

const Option *option_at(size_t index)
{
    return index < option_count ? &table.options[index] : nullptr;
}

const Option *find_option(sys::TextView name, bool &ambiguous)
{
    const Option *found = nullptr;
    size_t count = 0;
    Origin origin = ours;
    for (const Option &option : table.options) {
        if (begins(option.name(), name)) {
            if (option.name()[name.size] == '\0') {
                ambiguous = false;
                return &option;
            }
            // One of nsenter's takes precedence.
            if (option.origin < origin) {
                origin = option.origin;
                count = 0;
            }
            if (option.origin == origin) {
                found = &option;
                ++count;
            }
        }
    }
    ambiguous = count > 1;
    return count == 1 ? found : nullptr;
}

const Option *find_option(char letter)
{
    for (const Option &option : table.options) {
        if (option.letter == letter && letter != '\0') {
            return &option;
        }
    }
    return nullptr;
}

const char *candidates(sys::TextView name)
{
    // No more begin with the same letter.
    static char list[128];
    size_t size = 0;
    Origin origin = ours;
    for (const Option &option : table.options) {
        if (!begins(option.name(), name) || option.origin > origin) {
            continue;
        }
        // As in find_option().
        size = option.origin < origin ? 0 : size;
        origin = option.origin;
        const char *const parts[] = {size != 0 ? ", --" : "--", option.name()};
        for (const char *part : parts) {
            for (; *part != '\0' && size < sizeof list - 1; ++part) {
                list[size++] = *part;
            }
        }
    }
    list[size] = '\0';
    return list;
}

const char *nearest_option(sys::TextView name)
{
    constexpr size_t too_far = 4;
    constexpr size_t longest = 32;
    const char *best = nullptr;
    size_t best_rank = ~size_t{0};
    for (const Option &option : table.options) {
        const char *const own = option.name();
        const size_t size = sys::length(own);
        size_t rank = longest - size;
        if (!sys::begins_with(name, {own, size})) {
            const size_t d = distance(name, own);
            if (d >= too_far || 2 * d > name.size) {
                continue;
            }
            rank = longest + d + (*name.data == *own ? 0 : too_far);
        }
        if (rank < best_rank) {
            best = own;
            best_rank = rank;
        }
    }
    return best;
}

} // namespace nsjoin
