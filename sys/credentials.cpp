// SPDX-License-Identifier: Apache-2.0
#include "credentials.h"

namespace sys {

Result<void> effective_capabilities(uint64_t &capabilities)
{
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    const auto got = call<void>(__NR_capget, &header, data);
    capabilities = uint64_t{data[1].effective} << 32 | data[0].effective;
    return got;
}

Result<void> pass_on_capabilities()
{
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (const auto got = call<void>(__NR_capget, &header, data); !got) {
        return got;
    }
    // Only an inheritable capability can become ambient.
    for (auto &word : data) {
        word.inheritable = word.permitted;
        word.effective = word.permitted;
    }
    if (const auto set = call<void>(__NR_capset, &header, data); !set) {
        return set;
    }
    for (unsigned capability = 0; capability < 64; ++capability) {
        if ((data[capability / 32].permitted >> capability % 32 & 1) == 0) {
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
