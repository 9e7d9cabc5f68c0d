// SPDX-License-Identifier: Apache-2.0
// What the process that becomes the command changes in itself, once it is inside.
#pragma once

namespace nsjoin {

class Failure;
struct Run;

/// Terminal, root, working directory, security context, descriptors, ids, capabilities, signals.
Failure become(Run &run);

/// Lets signals reach the command. Fails if nsjoin has ended: who is left behind must not run.
Failure release(const Run &run);

} // namespace nsjoin
