// SPDX-License-Identifier: Apache-2.0
// A line of /proc/PID/cgroup names a hierarchy and the cgroup in it; a line of mountinfo says where
// that hierarchy is mounted. Both are read from the caller's /proc, so paths are as the caller's
// cgroup namespace sees them. cgroups(7), cgroup_namespaces(7).

#include "cgroup.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr long cgroup_fs = 0x27e0eb;    // CGROUP_SUPER_MAGIC
constexpr long cgroup2_fs = 0x63677270; // CGROUP2_SUPER_MAGIC

constexpr size_t path_max = 4096;

// Files that may be long, once at a time.
char own_text[16384];
char target_text[16384];
char mount_text[16384];

// Is the caller in it as well?
bool is_own(TextView own, const CgroupLine &cgroup)
{
    TextView line;
    while (take_line(own, line)) {
        CgroupLine each;
        if (parse_cgroup(line, each) && each.hierarchy == cgroup.hierarchy &&
            equal(each.path, cgroup.path)) {
            return true;
        }
    }
    return false;
}

// Opens the cgroup if `mount` is of its hierarchy and shows it.
Fd open_in(const MountLine &mount, const CgroupLine &cgroup)
{
    const bool version_2 = cgroup.hierarchy == 0;
    if (version_2 ? !equal(mount.type, TextView("cgroup2"))
                  : !equal(mount.type, TextView("cgroup")) ||
                        !has_controllers(mount.super_options, cgroup.controllers)) {
        return {};
    }
    // Outside the caller's cgroup namespace.
    const TextView outside("/..");
    if (cgroup.path.size >= outside.size &&
        equal(TextView(cgroup.path.data, outside.size), outside) &&
        (cgroup.path.size == outside.size || cgroup.path.data[outside.size] == '/')) {
        return {};
    }
    static char text[path_max];
    static char path[path_max];
    TextView below;
    if (!decode(mount.root, text, sizeof text) || !path_under(cgroup.path, text, below) ||
        below.size >= sizeof path || !decode(mount.point, text, sizeof text)) {
        return {};
    }
    Fd directory;
    if (const auto point = open(working_directory, text, O_PATH | O_DIRECTORY, directory); !point) {
        return {};
    }
    if (below.size != 0) {
        for (size_t i = 0; i < below.size; ++i) {
            path[i] = below.data[i];
        }
        path[below.size] = '\0';
        if (const auto opened = open(directory.get(), path, O_PATH | O_DIRECTORY, directory);
            !opened) {
            return {};
        }
    }
    // Something else may be mounted over it.
    return file_system_type(directory.get()) == (version_2 ? cgroup2_fs : cgroup_fs)
               ? static_cast<Fd &&>(directory)
               : Fd();
}

// Looks through all mounts, of which there may be thousands, a piece at a time.
Failure find(const Target &target, const CgroupLine &cgroup, Fd &directory)
{
    const char *const unreadable = "cannot read the mounts, to find the cgroup of %";
    Fd file;
    if (Failure failure = check(open(target.proc.get(), "self/mountinfo", O_RDONLY, file),
                                unreadable, target.name);
        failure) {
        return failure;
    }
    size_t filled = 0;
    bool skipping = false;
    for (;;) {
        const auto got = read(file.get(), mount_text + filled, sizeof mount_text - filled);
        if (!got) {
            return Failure(unreadable, target.name, got.error());
        }
        filled += static_cast<size_t>(got.value());
        TextView text(mount_text, filled);
        size_t complete = filled;
        if (got.value() != 0) {
            while (complete != 0 && mount_text[complete - 1] != '\n') {
                --complete;
            }
        }
        TextView lines(mount_text, complete);
        TextView line;
        while (take_line(lines, line)) {
            MountLine mount;
            if (!skipping && parse_mount(line, mount)) {
                directory = open_in(mount, cgroup);
                if (directory) {
                    return {};
                }
            }
            skipping = false;
        }
        if (got.value() == 0) {
            return Failure("no cgroup file system is mounted that shows the cgroup of %",
                           target.name);
        }
        // A line that does not fit is none of a cgroup's.
        if (complete == 0 && filled == sizeof mount_text) {
            skipping = true;
            filled = 0;
            continue;
        }
        for (size_t i = complete; i < filled; ++i) {
            mount_text[i - complete] = mount_text[i];
        }
        filled -= complete;
    }
}

// Does the file say so? False where it is not there, as in the root cgroup.
bool says(FdRef directory, const char *file, TextView what, size_t line_count)
{
    char buffer[256];
    TextView text = read_beginning(directory, file, buffer, sizeof buffer);
    TextView line;
    for (; line_count != 0 && take_line(text, line); --line_count) {
        if (equal(line, what)) {
            return true;
        }
    }
    return false;
}

// A process that is born frozen never gets to run, nor to say why. "frozen" is 0 as long as a
// member can't be stopped, and so says less than what was asked for, of it or of one above,
// cgroups(7).
bool is_frozen(FdRef directory)
{
    if (says(directory, "cgroup.events", "frozen 1", 16)) {
        return true;
    }
    Fd above;
    for (FdRef at = directory; file_system_type(at) == cgroup2_fs; at = above.get()) {
        if (says(at, "cgroup.freeze", "1", 1)) {
            return true;
        }
        if (!open(at, "..", O_PATH | O_DIRECTORY, above)) {
            return false;
        }
    }
    return false;
}

Failure frozen(const Target &target)
{
    return Failure("the cgroup of % is frozen", target.name, Errno::none,
                   "thaw it, or leave out -c");
}

Failure add(const Target &target, const CgroupLine &cgroup, Cgroups &cgroups)
{
    Fd directory;
    if (Failure none = find(target, cgroup, directory); none) {
        return none;
    }
    if (cgroup.hierarchy == 0) {
        if (is_frozen(directory.get())) {
            return frozen(target);
        }
        cgroups.directory = static_cast<Fd &&>(directory);
        return {};
    }
    if (has_controllers(cgroup.controllers, "freezer") &&
        !says(directory.get(), "freezer.state", "THAWED", 1)) {
        return frozen(target);
    }
    if (cgroups.count == max_hierarchies) {
        return Failure("% is in more than 24 cgroup hierarchies", target.name);
    }
    Fd &processes = cgroups.processes[cgroups.count++];
    if (Failure failure = check(open(directory.get(), "cgroup.procs", O_WRONLY, processes),
                                "cannot open the cgroup of %", target.name);
        failure) {
        return failure;
    }
    return {};
}

} // namespace

Failure find_cgroups(const Target &target, Cgroups &cgroups)
{
    const TextView own =
        read_beginning(target.proc.get(), "self/cgroup", own_text, sizeof own_text);
    TextView theirs =
        read_beginning(target.directory.get(), "cgroup", target_text, sizeof target_text);
    if (theirs.size == 0 || theirs.size == sizeof target_text) {
        return explain(target, "cannot read the cgroup of %", Errno::none);
    }
    TextView line;
    while (take_line(theirs, line)) {
        CgroupLine cgroup;
        if (!parse_cgroup(line, cgroup)) {
            return Failure("cannot parse the cgroup of %", target.name);
        }
        // Moving takes long, and is not needed where it changes nothing.
        if (is_own(own, cgroup)) {
            continue;
        }
        if (Failure none = add(target, cgroup, cgroups); none) {
            return none;
        }
    }
    return {};
}

Failure enter_cgroups(const Target &target, Cgroups &cgroups)
{
    if (cgroups.directory) {
        Fd file;
        if (Failure failure = check(open(cgroups.directory.get(), "cgroup.procs", O_WRONLY, file),
                                    "cannot open the cgroup of %", target.name);
            failure) {
            return failure;
        }
        if (Failure failure = check(write(file.get(), TextView("0")),
                                    "cannot enter the cgroup of %", target.name);
            failure) {
            return failure;
        }
    }
    for (size_t i = 0; i < cgroups.count; ++i) {
        if (Failure failure = check(write(cgroups.processes[i].get(), TextView("0")),
                                    "cannot enter the cgroup of %", target.name);
            failure) {
            return failure;
        }
    }
    return {};
}

} // namespace nsjoin
