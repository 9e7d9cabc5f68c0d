// SPDX-License-Identifier: Apache-2.0
// arm, EABI, v6 in ARM state: as v7. What differs is what compilers make of it.
#pragma once

#include "arm.h"
