// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include "names.h"
#include "sys/text.h"

namespace nsjoin {

namespace {

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

struct Option {
    char letter;
    Value value;
    Which which;
    /// Its name, how its value is called in the help, and the help, each ended with a zero.
    const char *name;
};

constexpr Option table[] = {
    {'t', Value::required, Which::target,
     "target\0<pid>[:<inode>]\0the process; its number alone will do"},
    {0, Value::required, Which::pidfd, "pidfd\0<fd>\0the process, by an open pidfd"},
    {'a', Value::none, Which::all, "all\0\0all its namespaces: the default"},
    {'m', Value::optional, Which::name_space, "mount\0[<file>]\0its mount namespace"},
    {'u', Value::optional, Which::name_space, "uts\0[<file>]\0its UTS namespace: host name"},
    {'i', Value::optional, Which::name_space, "ipc\0[<file>]\0its IPC namespace"},
    {'n', Value::optional, Which::name_space, "net\0[<file>]\0its network namespace"},
    {'N', Value::required, Which::net_socket,
     "net-socket\0<fd>\0the network namespace of its socket"},
    {'p', Value::optional, Which::name_space, "pid\0[<file>]\0its PID namespace"},
    {'C', Value::optional, Which::name_space, "cgroup\0[<file>]\0its cgroup namespace"},
    {'U', Value::optional, Which::name_space, "user\0[<file>]\0its user namespace"},
    {0, Value::none, Which::user_parent, "user-parent\0\0the user namespace above these"},
    {'T', Value::optional, Which::name_space, "time\0[<file>]\0its time namespace"},
    {'S', Value::required, Which::uid, "setuid\0<uid>|follow\0run as this user, or as its user"},
    {'G', Value::required, Which::gid,
     "setgid\0<gid>|follow\0run as this group alone, or as its group"},
    {0, Value::none, Which::preserve,
     "preserve-credentials\0\0keep user and groups in a user namespace"},
    {0, Value::none, Which::keep_caps,
     "keep-caps\0\0keep what capabilities a user namespace gives"},
    {'r', Value::optional, Which::root,
     "root\0[<dir>]\0its root directory, or <dir> as seen from here"},
    {'w', Value::optional, Which::wd,
     "wd\0[<dir>]\0its working directory, or <dir> as seen from here"},
    {'W', Value::optional, Which::wdns, "wdns\0[<dir>]\0the working directory, as seen inside"},
    {'e', Value::none, Which::env, "env\0\0its environment instead of yours"},
    {0, Value::none, Which::clear_env, "clear-env\0\0an empty environment"},
    {0, Value::required, Which::setenv, "setenv\0<k>=<v>\0set a variable; may repeat"},
    {'c', Value::none, Which::cgroup, "join-cgroup\0\0run in its cgroup"},
    {'Z', Value::none, Which::context, "follow-context\0\0run in its SELinux context"},
    {'F', Value::none, Which::no_fork, "no-fork\0\0no new process, even for a PID namespace"},
    {0, Value::required, Which::bring, "bring\0<file>\0run this static program from here"},
    {0, Value::required, Which::keep_fd, "keep-fd\0<fd>\0leave this open; may repeat"},
    {0, Value::optional, Which::kill_child,
     "kill-child\0[<signal>]\0the command ends with nsjoin, by SIGKILL or this"},
    {0, Value::required, Which::status_fd,
     "status-fd\0<fd>\0write JSON lines: started, failed, exited"},
    {0, Value::none, Which::pty, "pty\0\0a new terminal for the command"},
    {0, Value::none, Which::list, "list\0\0show its namespaces and yours"},
    {'h', Value::none, Which::help, "help\0\0this text"},
    {'V', Value::none, Which::version, "version\0\0the version"},
};
constexpr size_t table_size = sizeof table / sizeof *table;

constexpr uint32_t max_id = 0xfffffffe;
constexpr uint32_t max_int = 0x7fffffff;

Failure mistake(const char *text, const char *subject, const char *hint = nullptr,
                const char *detail = nullptr)
{
    Failure failure(Stage::parse, text, subject, sys::Errno::none, hint);
    failure->detail = detail;
    return failure;
}

// The number of decimal digits that `text` begins with, which `end` is set behind. False: there is
// none, or it is greater than `max`.
bool number(const char *text, uint64_t max, uint64_t &value, const char *&end)
{
    value = 0;
    end = text;
    for (; *end >= '0' && *end <= '9'; ++end) {
        const auto digit = static_cast<uint64_t>(*end - '0');
        // No division: 32-bit machines have none for 64 bits.
        constexpr uint64_t last_before_overflow = ~uint64_t{0} / 10;
        if (value > last_before_overflow || value * 10 + digit < digit) {
            return false;
        }
        value = value * 10 + digit;
        if (value > max) {
            return false;
        }
    }
    return end != text;
}

bool whole_number(const char *text, uint64_t max, uint64_t &value)
{
    const char *end = nullptr;
    return number(text, max, value, end) && *end == '\0';
}

// How many characters have to be put in, left out or exchanged to make one of the other. Of long
// words only the beginning counts.
size_t distance(const char *a, size_t a_size, const char *b)
{
    constexpr size_t longest = 24;
    size_t row[longest + 1];
    const size_t b_size = sys::length(b) < longest ? sys::length(b) : longest;
    for (size_t j = 0; j <= b_size; ++j) {
        row[j] = j;
    }
    for (size_t i = 0; i < a_size; ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_size; ++j) {
            size_t best = diagonal + (a[i] == b[j] ? 0 : 1);
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            best = row[j] + 1 < best ? row[j] + 1 : best;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[b_size];
}

bool begins(const char *text, const char *with, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        if (text[i] != with[i]) {
            return false;
        }
    }
    return true;
}

// The option called so, or, as getopt_long(3) has it, the only one whose name begins so. What is
// short for an option of nsenter stays so, whatever else there is here.
const Option *find_long(const char *name, size_t size, bool &ambiguous)
{
    const Option *found = nullptr;
    size_t count = 0;
    bool own_alone = true;
    for (const auto &option : table) {
        if (begins(option.name, name, size)) {
            if (option.name[size] == '\0') {
                ambiguous = false;
                return &option;
            }
            const bool is_own = option.which >= Which::pidfd;
            if (!is_own && own_alone) {
                own_alone = false;
                count = 0;
            }
            if (is_own == own_alone) {
                found = &option;
                ++count;
            }
        }
    }
    ambiguous = count > 1;
    return count == 1 ? found : nullptr;
}

const Option *find_letter(char letter)
{
    for (const auto &option : table) {
        if (option.letter == letter && letter != '\0') {
            return &option;
        }
    }
    return nullptr;
}

const char *nearest(const char *name, size_t size)
{
    const char *best = nullptr;
    size_t best_distance = 4;
    for (const auto &option : table) {
        const size_t d = distance(name, size, option.name);
        if (d < best_distance) {
            best = option.name;
            best_distance = d;
        }
    }
    return best;
}

Failure parse_target(const char *text, Options &options)
{
    if (options.no_fork && (options.pty || options.status_fd >= 0)) {
        return mistake("--no-fork excludes --pty and --status-fd", nullptr);
    }
    if (options.has_target()) {
        return mistake("two processes given, the second is", text);
    }
    options.target = text;
    uint64_t value = 0;
    const char *end = nullptr;
    if (!number(text, max_int, value, end) || value == 0 || (*end != '\0' && *end != ':')) {
        return mistake("not a process number:", text, "it is from 1 to 2147483647");
    }
    options.pid = static_cast<int>(value);
    if (*end == ':' &&
        (!whole_number(end + 1, ~uint64_t{0}, options.inode) || options.inode == 0)) {
        return mistake("not the inode number of a pidfd:", end + 1);
    }
    return {};
}

Failure parse_id(const char *text, Id &id)
{
    uint64_t value = 0;
    if (sys::equal(text, "follow")) {
        id = {Id::From::target, 0, text};
    } else if (whole_number(text, max_id, value)) {
        id = {Id::From::number, static_cast<uint32_t>(value), text};
    } else {
        return mistake("not a number of a user or group, nor follow:", text);
    }
    return {};
}

Failure parse_descriptor(const char *text, int &fd)
{
    uint64_t value = 0;
    if (!whole_number(text, max_int, value)) {
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
    const Option *const option = find_long(name, size, ambiguous);
    if (option == nullptr) {
        const char *const hint = ambiguous ? nullptr : nearest(name, size);
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
        const Option *const option = find_letter(*letter);
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

bool help_line(size_t index, HelpLine &line)
{
    if (index == table_size) {
        return false;
    }
    line.letter = table[index].letter;
    line.name = table[index].name;
    line.value = line.name + sys::length(line.name) + 1;
    line.text = line.value + sys::length(line.value) + 1;
    return true;
}

} // namespace nsjoin
