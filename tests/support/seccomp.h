// SPDX-License-Identifier: Apache-2.0
// Seccomp filters for the process that is about to run the program under test.
#pragma once

#include <vector>

namespace support {

/// From now on each of `calls` fails with `error`.
void refuse(const std::vector<long> &calls, int error);

/// From now on setns(2) is as before Linux 5.8: more than one namespace at once is EINVAL.
void refuse_joining_at_once();

/// From now on `call` fails with `error` where its argument number `argument` is null.
void refuse_null(long call, int argument, int error);

/// From now on the process is killed for every call but these.
void allow_only(const std::vector<long> &calls);

} // namespace support
