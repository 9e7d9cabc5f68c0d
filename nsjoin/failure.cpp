// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

namespace nsjoin {

// Not inline, as it is called all over the place.
Failure::Failure(Stage in, const char *what, const char *on, sys::Errno why, const char *way_out)
    : text(what), subject(on), hint(way_out), detail(nullptr), error(why), stage(in),
      status(status_failed)
{
}

} // namespace nsjoin
