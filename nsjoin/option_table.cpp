// SPDX-License-Identifier: Apache-2.0
#include "option_table.h"

namespace nsjoin {

namespace {

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

const Option *find_option(sys::TextView name, bool &ambiguous)
{
    const Option *found = nullptr;
    size_t count = 0;
    bool own_alone = true;
    for (const auto &option : table) {
        if (begins(option.name, name)) {
            if (option.name[name.size] == '\0') {
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

const Option *find_option(char letter)
{
    for (const auto &option : table) {
        if (option.letter == letter && letter != '\0') {
            return &option;
        }
    }
    return nullptr;
}

const char *nearest_option(sys::TextView name)
{
    const char *best = nullptr;
    size_t best_distance = 4;
    for (const auto &option : table) {
        const size_t d = distance(name, option.name);
        if (d < best_distance) {
            best = option.name;
            best_distance = d;
        }
    }
    return best;
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
