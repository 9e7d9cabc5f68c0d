// SPDX-License-Identifier: Apache-2.0
// One run: what each stage adds, and later stages read. Nothing in it is changed by a later stage
// than the one named, but for the descriptors that are closed.
#pragma once

#include "cgroup.h"
#include "confinement.h"
#include "fork.h"
#include "ids.h"
#include "plan.h"
#include "prepare.h"
#include "sys/start.h"
#include "terminal.h"

namespace nsjoin {

struct Run {
    explicit Run(const sys::InitialStack &stack) : initial(stack) {}

    const sys::InitialStack &initial;
    /// By parse.
    Options options;
    /// By pin.
    Target target;
    /// By read.
    Plan plan;
    Ids ids;
    Confinement confinement;
    /// By prepare.
    Outside outside;
    Cgroups cgroups;
    Terminal terminal;
    /// By fork. Without one this process becomes the command.
    Fork fork;
};

} // namespace nsjoin
