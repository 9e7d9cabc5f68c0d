// SPDX-License-Identifier: Apache-2.0
// nothing: a program that ends at once. What it takes to run it is all the work of others: join.cpp
// measures those with it.

#include "sys/process.h"

extern "C" [[noreturn]] void _start()
{
    sys::exit(0);
}
