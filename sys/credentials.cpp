// SPDX-License-Identifier: Apache-2.0
#include "credentials.h"

namespace sys {

namespace {

constexpr __user_cap_header_struct version = {_LINUX_CAPABILITY_VERSION_3, 0};

} // namespace

Result<void> capabilities(Capabilities &sets)
{
    __user_cap_header_struct header = version;
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    const auto got = call<void>(__NR_capget, &header, data);
    sets.effective = uint64_t{data[1].effective} << 32 | data[0].effective;
    sets.permitted = uint64_t{data[1].permitted} << 32 | data[0].permitted;
    sets.inheritable = uint64_t{data[1].inheritable} << 32 | data[0].inheritable;
    return got;
}

Result<void> set_capabilities(const Capabilities &sets)
{
    __user_cap_header_struct header = version;
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    for (unsigned word = 0; word < _LINUX_CAPABILITY_U32S_3; ++word) {
        data[word].effective = static_cast<uint32_t>(sets.effective >> 32 * word);
        data[word].permitted = static_cast<uint32_t>(sets.permitted >> 32 * word);
        data[word].inheritable = static_cast<uint32_t>(sets.inheritable >> 32 * word);
    }
    return call<void>(__NR_capset, &header, data);
}

Result<void> pass_on_capabilities()
{
    Capabilities sets;
    if (const auto got = capabilities(sets); !got) {
        return got;
    }
    // Only an inheritable capability can become ambient.
    sets.inheritable = sets.permitted;
    sets.effective = sets.permitted;
    if (const auto set = set_capabilities(sets); !set) {
        return set;
    }
    return set_ambient(sets.permitted);
}

Result<void> set_ambient(uint64_t capabilities)
{
    for (unsigned capability = 0; capability < capability_count; ++capability) {
        if ((capabilities >> capability & 1) == 0) {
            continue;
        }
        const auto raised =
            call<void>(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        if (!raised) {
            return raised;
        }
    }
    return Result<void>(0);
}

} // namespace sys
