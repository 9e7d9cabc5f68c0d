// SPDX-License-Identifier: Apache-2.0
// Who the command runs as.
#pragma once

#include "plan.h"

namespace nsjoin {

/// Linux allows 65,536 supplementary groups; nobody has that many.
constexpr size_t max_groups = 1024;

/// In the numbers of the user namespace that the command will be in.
struct Ids {
    /// False: the caller's are kept.
    bool sets_user = false;
    bool sets_group = false;
    /// Those to follow are known only inside.
    bool is_followed_inside = false;
    uint32_t uid = 0;
    uint32_t gid = 0;
    /// The user as the caller's user namespace numbers it; ~0: not known.
    uint32_t outside_uid = ~0U;
    /// Those that the target has and that are mapped. In static memory.
    const uint32_t *groups = nullptr;
    size_t group_count = 0;
};

/// What `options` and the target say, for the user namespace of `plan`. `status` is the target's
/// status file if it was read already, else empty.
Failure read_ids(const Options &options, const Target &target, const Plan &plan,
                 sys::TextView status, Ids &ids);

/// What could only be read in the user namespace, which has been joined.
Failure read_ids_inside(const Options &options, const Target &target, Ids &ids);

} // namespace nsjoin
