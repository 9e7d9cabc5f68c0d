// SPDX-License-Identifier: Apache-2.0
// /proc/PID/cgroup, a list of lines.
#include "fuzz.h"

#include "nsjoin/proc.h"

using namespace nsjoin;
using sys::TextView;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto input = fuzz::bytes(data, size);
    const TextView whole = fuzz::view(input);
    TextView rest = whole;
    TextView line;
    while (take_line(rest, line)) {
        fuzz::require_within(rest, whole);
        fuzz::require_within(line, whole);
        fuzz::require(fuzz::string(line).find('\n') == std::string::npos);
        CgroupLine cgroup;
        if (!parse_cgroup(line, cgroup)) {
            continue;
        }
        // Its parts are all of it: no colon is lost.
        const std::string text = fuzz::string(line);
        const std::string parts =
            ":" + fuzz::string(cgroup.controllers) + ":" + fuzz::string(cgroup.path);
        fuzz::require(text.size() > parts.size());
        fuzz::require(text.compare(text.size() - parts.size(), parts.size(), parts) == 0);
        fuzz::require(cgroup.path.size != 0 && *cgroup.path.data == '/');
        fuzz::require(fuzz::string(cgroup.controllers).find(':') == std::string::npos);
        fuzz::require(has_controllers(cgroup.controllers, cgroup.controllers));
    }
    return 0;
}
