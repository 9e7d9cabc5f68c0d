// SPDX-License-Identifier: Apache-2.0
#include "option_values.h"

#include "names.h"
#include "proc.h"

namespace nsjoin {

namespace {

constexpr uint32_t max_id = 0xfffffffe;
constexpr uint32_t max_int = 0x7fffffff;

// The command could forge what is reported there.
Failure shared_status_fd(const char *value)
{
    return mistake("--status-fd cannot be a descriptor that the command gets: %", value,
                   "use one from 3 up that --keep-fd does not name");
}

// Without the digits that it begins with.
const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9') {
        ++text;
    }
    return text;
}

} // namespace

bool is_process(const char *word)
{
    const char *rest = skip_digits(word);
    if (rest != word && *rest == ':') {
        word = rest + 1;
        rest = skip_digits(word);
    }
    return rest != word && *rest == '\0';
}

bool is_container(const char *word)
{
    size_t size = 0;
    for (; word[size] != '\0'; ++size) {
        const char byte = word[size];
        if ((byte < '0' || byte > '9') && (byte < 'a' || byte > 'f')) {
            return false;
        }
    }
    // Only digits are too great a number, which has a hint of its own.
    return size >= 12 && size <= 64 && *skip_digits(word) != '\0';
}

Failure mistake(const char *text, const char *subject, const char *hint, const char *detail)
{
    return Failure(text, subject, sys::Errno::none, hint, detail);
}

Failure parse_id(const char *text, Id &id)
{
    uint64_t value = 0;
    if (sys::equal(text, "follow")) {
        id = {Id::From::target, 0, text};
    } else if (sys::parse_number({text, sys::length(text)}, max_id, value)) {
        id = {Id::From::number, static_cast<uint32_t>(value), text};
    } else {
        return mistake("invalid user or group ID: %", text, "expected a number or follow");
    }
    return {};
}

Failure parse_descriptor(const char *text, int &fd)
{
    uint64_t value = 0;
    if (!sys::parse_number({text, sys::length(text)}, max_int, value)) {
        return mistake("invalid file descriptor: %", text);
    }
    fd = static_cast<int>(value);
    return {};
}

Failure take_target(const char *text, Options &options, size_t /*name_space*/)
{
    if (options.has_target()) {
        return mistake("more than one process given: %", text);
    }
    options.target = text;
    sys::TextView inode(text, sys::length(text));
    const sys::TextView pid = take_word(inode, ':');
    uint64_t value = 0;
    if (!parse_number(pid, max_int, value) || value == 0) {
        return mistake(no_process_id, text,
                       is_container(text) ? find_container : "expected 1 to 2147483647");
    }
    options.pid = static_cast<int>(value);
    if (text[pid.size] == ':' &&
        (!parse_number(inode, ~uint64_t{0}, options.inode) || options.inode == 0)) {
        return mistake("invalid inode number of a pidfd: %", text + pid.size + 1);
    }
    return {};
}

Failure take_pidfd(const char *value, Options &options, size_t /*name_space*/)
{
    if (options.has_target()) {
        return mistake("more than one process given: --pidfd %", value);
    }
    options.target = value;
    return parse_descriptor(value, options.pidfd);
}

Failure take_all(const char * /*value*/, Options &options, size_t /*name_space*/)
{
    options.from_target = NamespaceSet::all();
    return {};
}

Failure take_namespace(const char *value, Options &options, size_t name_space)
{
    options.files[name_space] = value;
    if (value == nullptr) {
        options.from_target.add(namespaces[name_space].flag);
    } else if (is_process(value)) {
        return mistake("--&=<file> was given a number: %", value,
                       namespaces[name_space].flag == CLONE_NEWUSER
                           ? "for a process write --user %, for a user ID -S %, for a file ./%"
                           : "for a process write --& %, for a file ./%",
                       namespaces[name_space].name);
    }
    return {};
}

Failure take_as_target(const char *value, Options &options, size_t /*name_space*/)
{
    options.as_target = value == nullptr ? AsTarget::all : AsTarget::best_effort;
    return value == nullptr || sys::equal(value, "best-effort")
               ? Failure()
               : mistake("invalid value of --as-target: %", value, "expected best-effort or none");
}

Failure take_wdns(const char *value, Options &options, size_t name_space)
{
    if (value == nullptr) {
        return take_directory<&Options::wd>(value, options, name_space);
    }
    options.wdns = value;
    return {};
}

Failure take_variable(const char *value, Options &options, size_t /*name_space*/)
{
    size_t name = 0;
    while (value[name] != '=' && value[name] != '\0') {
        ++name;
    }
    if (name == 0 || value[name] == '\0') {
        return mistake("invalid variable: %", value, "expected <name>=<value>");
    }
    if (options.set_count == max_set) {
        return mistake("more than 256 --setenv options: %", value);
    }
    options.set[options.set_count++] = value;
    return {};
}

Failure take_kept(const char *value, Options &options, size_t /*name_space*/)
{
    if (options.keep_count == max_kept) {
        return mistake("more than 64 --keep-fd options: %", value);
    }
    int &fd = options.keep[options.keep_count];
    if (Failure failure = parse_descriptor(value, fd); failure) {
        return failure;
    }
    ++options.keep_count;
    return fd == options.status_fd ? shared_status_fd(value) : Failure();
}

Failure take_signal(const char *value, Options &options, size_t /*name_space*/)
{
    options.kill_child = signal_number(value != nullptr ? value : "KILL");
    return options.kill_child != 0
               ? Failure()
               : mistake("unknown signal: %", value, "examples: TERM, SIGTERM, 15");
}

Failure take_status_fd(const char *value, Options &options, size_t /*name_space*/)
{
    int fd = -1;
    if (Failure failure = parse_descriptor(value, fd); failure) {
        return failure;
    }
    // A mistake is reported on it, but not where the command's output goes.
    if (fd <= 2) {
        return shared_status_fd(value);
    }
    options.status_fd = fd;
    for (size_t i = 0; i < options.keep_count; ++i) {
        if (options.keep[i] == fd) {
            return shared_status_fd(value);
        }
    }
    return {};
}

} // namespace nsjoin
