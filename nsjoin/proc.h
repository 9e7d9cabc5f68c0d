// SPDX-License-Identifier: Apache-2.0
// What files of /proc say, proc(5). Pure: text in, views of it out. The text may be anything: names
// of processes, mounts and cgroups are chosen by whoever made them.
#pragma once

#include <stdint.h>

#include "sys/text.h"

namespace nsjoin {

/// The value of `key` in a file of lines `Key:<tab>value`, such as status and fdinfo; empty: not
/// there.
sys::TextView field(sys::TextView text, const char *key);

/// Which way an id goes through a map.
enum class Direction { to_inside, to_outside };

/// An id through the lines of /proc/PID/uid_map or gid_map, user_namespaces(7): `inside outside
/// count`; false: it is not mapped.
bool map_id(sys::TextView map, Direction direction, uint32_t id, uint32_t &mapped);

/// The field `number` of /proc/PID/stat, from the state on, which is 3; empty: not there. The name
/// in front of it may have anything in it, parentheses and spaces too.
sys::TextView stat_field(sys::TextView stat, int number);

/// One line of /proc/PID/cgroup, cgroups(7).
struct CgroupLine {
    /// 0 and no controllers: version 2.
    uint32_t hierarchy = 0;
    sys::TextView controllers;
    /// May have colons in it.
    sys::TextView path;
};
bool parse_cgroup(sys::TextView line, CgroupLine &cgroup);

/// What is needed of a line of /proc/PID/mountinfo. Its texts are escaped: decode().
struct MountLine {
    /// The directory of the file system that is mounted, and where.
    sys::TextView root;
    sys::TextView point;
    sys::TextView type;
    sys::TextView super_options;
};
bool parse_mount(sys::TextView line, MountLine &mount);

/// Are all of `controllers`, separated by commas, among the `options`, separated likewise?
bool has_controllers(sys::TextView options, sys::TextView controllers);

/// `text` with its octal escapes (\040) decoded, ended with a zero, to `buffer`; false: it does not
/// fit.
bool decode(sys::TextView text, char *buffer, size_t size);

/// The part of `path` that is under `root`, without a slash in front; false: it is not under it.
bool path_under(sys::TextView path, const char *root, sys::TextView &rest);

/// The interpreter that the beginning of a program asks for: of a script the first word behind #!,
/// of an ELF file PT_INTERP. Empty: none is needed, or it lies beyond this beginning.
sys::TextView interpreter(sys::TextView program);

} // namespace nsjoin
