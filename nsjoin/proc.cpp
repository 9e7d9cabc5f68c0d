// SPDX-License-Identifier: Apache-2.0
#include "proc.h"

#include "sys/uapi.h"

namespace nsjoin {

using sys::TextView;

TextView field(TextView text, const char *key)
{
    TextView line;
    while (take_line(text, line)) {
        const TextView name = take_word(line, ':');
        if (sys::equal(name, {key, sys::length(key)})) {
            while (line.size != 0 && (*line.data == '\t' || *line.data == ' ')) {
                line = skip(line, 1);
            }
            return line;
        }
    }
    return {};
}

bool map_id(TextView map, Direction direction, uint32_t id, uint32_t &mapped)
{
    TextView line;
    while (take_line(map, line)) {
        uint32_t numbers[3];
        size_t count = 0;
        while (line.size != 0 && count < 3) {
            const TextView word = take_word(line, ' ');
            if (word.size != 0 && !parse_number(word, numbers[count++])) {
                return false;
            }
        }
        if (count < 3) {
            return false;
        }
        const size_t from = direction == Direction::to_inside ? 1 : 0;
        // No overflow: only what lies behind the beginning is subtracted.
        if (id >= numbers[from] && id - numbers[from] < numbers[2]) {
            mapped = numbers[1 - from] + (id - numbers[from]);
            return true;
        }
    }
    return false;
}

TextView stat_field(TextView stat, int number)
{
    size_t end = stat.size;
    while (end != 0 && stat.data[end - 1] != ')') {
        --end;
    }
    if (end == 0 || end == stat.size) {
        return {};
    }
    TextView rest = skip(stat, end + 1);
    rest = take_word(rest, '\n');
    constexpr int state = 3;
    for (; number > state; --number) {
        take_word(rest, ' ');
    }
    return take_word(rest, ' ');
}

bool parse_cgroup(TextView line, CgroupLine &cgroup)
{
    const TextView number = take_word(line, ':');
    cgroup.controllers = take_word(line, ':');
    cgroup.path = line;
    return parse_number(number, cgroup.hierarchy) && line.size != 0 && *line.data == '/';
}

bool parse_mount(TextView line, MountLine &mount)
{
    // 36 35 98:0 /root /point rw,noatime shared:1 ... - type source options
    for (int i = 0; i < 3; ++i) {
        take_word(line, ' ');
    }
    mount.root = take_word(line, ' ');
    mount.point = take_word(line, ' ');
    take_word(line, ' ');
    while (line.size != 0 && !sys::equal(take_word(line, ' '), TextView("-"))) {
    }
    mount.type = take_word(line, ' ');
    take_word(line, ' ');
    mount.super_options = line;
    return mount.type.size != 0;
}

bool has_controllers(TextView options, TextView controllers)
{
    while (controllers.size != 0) {
        const TextView controller = take_word(controllers, ',');
        TextView rest = options;
        bool found = false;
        while (rest.size != 0 && !found) {
            found = sys::equal(take_word(rest, ','), controller);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

bool decode(TextView text, char *buffer, size_t size)
{
    size_t written = 0;
    for (size_t i = 0; i < text.size; ++i) {
        if (written + 1 >= size) {
            return false;
        }
        const auto octal = [&](size_t at) {
            return at < text.size && text.data[at] >= '0' && text.data[at] <= '7';
        };
        if (text.data[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
            buffer[written++] =
                static_cast<char>((text.data[i + 1] - '0') * 64 + (text.data[i + 2] - '0') * 8 +
                                  text.data[i + 3] - '0');
            i += 3;
        } else {
            buffer[written++] = text.data[i];
        }
    }
    if (written >= size) {
        return false;
    }
    buffer[written] = '\0';
    return true;
}

bool path_under(TextView path, const char *root, TextView &rest)
{
    size_t size = sys::length(root);
    if (size == 1 && *root == '/') {
        size = 0;
    }
    if (path.size < size || !sys::equal(TextView(path.data, size), TextView(root, size))) {
        return false;
    }
    rest = skip(path, size);
    if (rest.size != 0 && *rest.data != '/') {
        return false;
    }
    while (rest.size != 0 && *rest.data == '/') {
        rest = skip(rest, 1);
    }
    return true;
}

namespace {

// A number of `size` bytes in a file of this machine's byte order; 0 where the file has ended.
uint64_t number_at(TextView file, uint64_t at, size_t size)
{
    uint64_t value = 0;
    if (at <= file.size && file.size - at >= size) {
        constexpr bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
        __builtin_memcpy(reinterpret_cast<char *>(&value) + (big_endian ? sizeof value - size : 0),
                         file.data + at, size);
    }
    return value;
}

// elf(5), of both classes.
TextView elf_interpreter(TextView file)
{
    constexpr char class_64 = 2;
    const bool wide = file.data[EI_CLASS] == class_64;
    const size_t word = wide ? 8 : 4;
    uint64_t header = number_at(file, wide ? 32 : 28, word);
    const uint64_t header_size = wide ? 56 : 32;
    for (uint64_t count = number_at(file, wide ? 56 : 44, 2); count != 0; --count) {
        if (number_at(file, header, 4) == PT_INTERP) {
            const uint64_t offset = number_at(file, header + (wide ? 8 : 4), word);
            const uint64_t size = number_at(file, header + (wide ? 32 : 16), word);
            // Ends with a zero.
            if (offset < file.size && size > 1 && size <= file.size - offset) {
                return {file.data + offset, static_cast<size_t>(size - 1)};
            }
        }
        header += header_size;
    }
    return {};
}

} // namespace

TextView interpreter(TextView program)
{
    if (program.size < 2) {
        return {};
    }
    if (program.data[0] == '#' && program.data[1] == '!') {
        TextView line = skip(program, 2);
        line = take_word(line, '\n');
        while (line.size != 0 && (*line.data == ' ' || *line.data == '\t')) {
            line = skip(line, 1);
        }
        line = take_word(line, ' ');
        return take_word(line, '\t');
    }
    return program.size > EI_CLASS && sys::equal(TextView(program.data, SELFMAG), TextView(ELFMAG))
               ? elf_interpreter(program)
               : TextView();
}

} // namespace nsjoin
