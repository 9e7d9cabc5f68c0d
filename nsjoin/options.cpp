// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "names.h"
#include "option_table.h"
#include "sys/text.h"

namespace nsjoin {

namespace {

constexpr uint32_t max_id = 0xfffffffe;
constexpr uint32_t max_int = 0x7fffffff;

Failure mistake(const char *text, const char *subject, const char *hint = nullptr,
                const char *detail = nullptr)
{
    Failure failure(Stage::parse, text, subject, sys::Errno::none, hint);
    failure->detail = detail;
    return failure;
}

Failure parse_target(const char *text, Options &options)
{
    if (options.has_target()) {
        return mistake("two processes given, the second is", text);
    }
    options.target = text;
    sys::TextView inode(text, sys::length(text));
    const sys::TextView pid = take_word(inode, ':');
    uint64_t value = 0;
    if (!parse_number(pid, max_int, value) || value == 0) {
        return mistake("not a process number:", text, "it is from 1 to 2147483647");
    }
    options.pid = static_cast<int>(value);
    if (text[pid.size] == ':' &&
        (!parse_number(inode, ~uint64_t{0}, options.inode) || options.inode == 0)) {
        return mistake("not the inode number of a pidfd:", text + pid.size + 1);
    }
    return {};
}

Failure parse_id(const char *text, Id &id)
{
    uint64_t value = 0;
    if (sys::equal(text, "follow")) {
        id = {Id::From::target, 0, text};
    } else if (sys::parse_number({text, sys::length(text)}, max_id, value)) {
        id = {Id::From::number, static_cast<uint32_t>(value), text};
    } else {
        return mistake("not a number of a user or group, nor follow:", text);
    }
    return {};
}

Failure parse_descriptor(const char *text, int &fd)
{
    uint64_t value = 0;
    if (!sys::parse_number({text, sys::length(text)}, max_int, value)) {
        return mistake("not a file descriptor:", text);
    }
    fd = static_cast<int>(value);
    return {};
}

Directory directory(const char *value)
{
    return value != nullptr ? Directory{Directory::From::path, value}
                            : Directory{Directory::From::target, nullptr};
}

Failure apply(const Option &option, const char *value, Options &options)
{
    switch (option.which) {
    case Which::target:
        return parse_target(value, options);
    case Which::pidfd:
        if (options.has_target()) {
            return mistake("two processes given, the second is --pidfd", value);
        }
        options.target = value;
        return parse_descriptor(value, options.pidfd);
    case Which::all:
        options.from_target = NamespaceSet::all();
        break;
    case Which::name_space:
        for (size_t i = 0; i < namespace_count; ++i) {
            if (namespaces[i].letter == option.letter) {
                options.files[i] = value;
                if (value == nullptr) {
                    options.from_target.add(namespaces[i].flag);
                }
            }
        }
        break;
    case Which::net_socket:
        return parse_descriptor(value, options.net_socket);
    case Which::user_parent:
        options.user_parent = true;
        break;
    case Which::uid:
        return parse_id(value, options.uid);
    case Which::gid:
        return parse_id(value, options.gid);
    case Which::preserve:
        options.preserve_credentials = true;
        break;
    case Which::keep_caps:
        options.keep_caps = true;
        break;
    case Which::root:
        options.root = directory(value);
        break;
    case Which::wd:
        options.wd = directory(value);
        break;
    case Which::wdns:
        if (value != nullptr) {
            options.wdns = value;
        } else {
            options.wd = directory(nullptr);
        }
        break;
    case Which::env:
        options.environment = Environment::target;
        break;
    case Which::clear_env:
        options.environment = Environment::empty;
        break;
    case Which::setenv: {
        size_t name = 0;
        while (value[name] != '=' && value[name] != '\0') {
            ++name;
        }
        if (name == 0 || value[name] == '\0') {
            return mistake("not of the form NAME=VALUE:", value);
        }
        if (options.set_count == max_set) {
            return mistake("more than 256 times --setenv, at", value);
        }
        options.set[options.set_count++] = value;
        break;
    }
    case Which::no_fork:
        options.no_fork = true;
        break;
    case Which::cgroup:
        options.join_cgroup = true;
        break;
    case Which::context:
        options.follow_context = true;
        break;
    case Which::bring:
        options.bring = value;
        break;
    case Which::keep_fd:
        if (options.keep_count == max_kept) {
            return mistake("more than 64 times --keep-fd, at", value);
        }
        return parse_descriptor(value, options.keep[options.keep_count++]);
    case Which::kill_child:
        options.kill_child = value != nullptr ? signal_number(value) : signal_number("KILL");
        if (options.kill_child == 0) {
            return mistake("not a signal:", value, "such as TERM, SIGTERM or 15");
        }
        break;
    case Which::status_fd:
        return parse_descriptor(value, options.status_fd);
    case Which::pty:
        options.pty = true;
        break;
    case Which::list:
        options.action = Action::list;
        break;
    case Which::help:
        options.action = Action::help;
        break;
    case Which::version:
        options.action = Action::version;
        break;
    }
    return {};
}

// One word that begins with --; `argument` stands on it, and is moved onto the last one used.
Failure parse_long(const char *const *&argument, Options &options)
{
    const char *const name = *argument + 2;
    size_t size = 0;
    while (name[size] != '\0' && name[size] != '=') {
        ++size;
    }
    const char *value = name[size] == '=' ? name + size + 1 : nullptr;
    bool ambiguous = false;
    const Option *const option = find_option({name, size}, ambiguous);
    if (option == nullptr) {
        const char *const hint = ambiguous ? nullptr : nearest_option({name, size});
        return mistake(ambiguous ? "more than one option begins with" : "unknown option", *argument,
                       hint != nullptr ? "did you mean --%" : "see --help", hint);
    }
    if (option->value == Value::none && value != nullptr) {
        return mistake("no value can be given in", *argument);
    }
    if (option->value == Value::required && value == nullptr) {
        value = argument[1];
        if (value == nullptr) {
            return mistake("a value is missing behind", *argument);
        }
        ++argument;
    }
    if (value != nullptr && *value == '\0' && option->value == Value::optional) {
        return mistake("the value is empty in", *argument);
    }
    return apply(*option, value, options);
}

// One word of letters.
Failure parse_letters(const char *const *&argument, Options &options)
{
    const char *const word = *argument;
    for (const char *letter = word + 1; *letter != '\0'; ++letter) {
        const Option *const option = find_option(*letter);
        if (option == nullptr) {
            return mistake("unknown option", word, "see --help");
        }
        const char *value = letter[1] != '\0' ? letter + 1 : nullptr;
        bool last = false;
        switch (option->value) {
        case Value::none:
            value = nullptr;
            break;
        case Value::required:
            if (value == nullptr) {
                value = argument[1];
                if (value == nullptr) {
                    return mistake("a value is missing behind", word);
                }
                ++argument;
            }
            last = true;
            break;
        case Value::optional:
            // getopt(3) takes what follows for the file. That is only meant if it is a path: -mun
            // are three namespaces.
            if (value != nullptr && option->which == Which::name_space) {
                const char *slash = value;
                while (*slash != '\0' && *slash != '/') {
                    ++slash;
                }
                value = *slash == '/' ? value : nullptr;
            }
            last = value != nullptr;
            break;
        }
        if (Failure failure = apply(*option, value, options); failure) {
            return failure;
        }
        if (last) {
            break;
        }
    }
    return {};
}

// Does something of it want a process?
Failure check(const Options &options)
{
    if (options.action == Action::help || options.action == Action::version) {
        return {};
    }
    if (options.wdns != nullptr && options.wd.from != Directory::From::none) {
        return mistake("--wd and --wdns exclude each other", nullptr);
    }
    if (options.no_fork && (options.pty || options.status_fd >= 0)) {
        return mistake("--no-fork leaves nobody to wait, as --pty and --status-fd want", nullptr);
    }
    if (options.has_target()) {
        return {};
    }
    const char *wanting = nullptr;
    if (!options.from_target.empty()) {
        wanting = "a namespace without a file";
    } else if (options.net_socket >= 0) {
        wanting = "--net-socket";
    } else if (options.environment == Environment::target) {
        wanting = "--env";
    } else if (options.root.from == Directory::From::target) {
        wanting = "--root without a directory";
    } else if (options.wd.from == Directory::From::target) {
        wanting = "--wd without a directory";
    } else if (options.join_cgroup) {
        wanting = "--join-cgroup";
    } else if (options.follow_context) {
        wanting = "--follow-context";
    } else if (options.uid.from == Id::From::target || options.gid.from == Id::From::target) {
        wanting = "follow";
    }
    if (wanting != nullptr) {
        return mistake("no process given, which is wanted by", wanting, "nsjoin <pid> -- command");
    }
    if (options.action == Action::list || !options.has_files()) {
        return mistake("no process given", nullptr, "nsjoin <pid> -- command");
    }
    return {};
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
        // The process, unless there is one, or there may be none as files were given.
        const bool is_number = word[0] >= '0' && word[0] <= '9';
        if (positional || options.has_target() || (options.has_files() && !is_number)) {
            break;
        }
        if (Failure failure = parse_target(word, options); failure) {
            return failure;
        }
        positional = true;
    }
    options.command = argument;
    return check(options);
}

} // namespace nsjoin
