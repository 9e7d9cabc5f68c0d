// SPDX-License-Identifier: Apache-2.0
// /proc/PID/mountinfo, its escapes, and where a path lies in a mount.
#include "fuzz.h"

#include "nsjoin/proc.h"

using namespace nsjoin;
using sys::TextView;

namespace {

void check_decode(TextView text)
{
    // One byte more than is needed at most; then just as much, and one less.
    std::vector<char> decoded(text.size + 1);
    fuzz::require(decode(text, decoded.data(), decoded.size()));
    size_t size = text.size;
    for (size_t i = 0; i + 3 < text.size; ++i) {
        const auto octal = [&](size_t at) { return text.data[at] >= '0' && text.data[at] <= '7'; };
        if (text.data[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
            size -= 3;
            i += 3;
        }
    }
    fuzz::require(decoded[size] == '\0');
    std::vector<char> just(size + 1);
    fuzz::require(decode(text, just.data(), just.size()));
    fuzz::require(std::string(just.data(), size) == std::string(decoded.data(), size));
    std::vector<char> short_by_one(size);
    fuzz::require(!decode(text, short_by_one.data(), short_by_one.size()));
}

void check_path_under(TextView path, TextView mount_root)
{
    std::vector<char> root(mount_root.size + 1);
    fuzz::require(decode(mount_root, root.data(), root.size()));
    TextView below;
    if (!path_under(path, root.data(), below)) {
        return;
    }
    fuzz::require_within(below, path);
    fuzz::require(below.size == 0 || *below.data != '/');
    const std::string whole = fuzz::string(path);
    const std::string end = fuzz::string(below);
    fuzz::require(whole.compare(whole.size() - end.size(), end.size(), end) == 0);
    // The root, and at least one slash if anything is below it.
    const std::string begin = root[0] == '/' && root[1] == '\0' ? "" : std::string(root.data());
    fuzz::require(whole.compare(0, begin.size(), begin) == 0);
    fuzz::require(end.empty() || whole.size() > begin.size() + end.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto input = fuzz::bytes(data, size);
    const TextView whole = fuzz::view(input);
    TextView rest = whole;
    TextView line;
    while (take_line(rest, line)) {
        MountLine mount;
        if (!parse_mount(line, mount)) {
            continue;
        }
        for (const TextView part : {mount.root, mount.point, mount.type, mount.super_options}) {
            fuzz::require_within(part, line);
            check_decode(part);
        }
        for (const TextView word : {mount.root, mount.point, mount.type}) {
            fuzz::require(fuzz::string(word).find(' ') == std::string::npos);
        }
        check_path_under(mount.point, mount.root);
        check_path_under(mount.super_options, mount.root);
        fuzz::require(has_controllers(mount.super_options, mount.super_options));
    }
    check_decode(whole);
    return 0;
}
