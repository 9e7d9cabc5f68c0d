// SPDX-License-Identifier: Apache-2.0
// null: the least that an ordinary program can cost. It only sleeps, and is linked as the linker
// does by itself: what it is charged is what the kernel keeps for any process. memory.cpp measures
// the others against it.

#include "sys/call.h"

extern "C" [[noreturn]] void _start()
{
    for (;;) {
#ifdef __NR_pause
        static_cast<void>(sys::call<void>(__NR_pause));
#else
        static_cast<void>(sys::call<void>(__NR_ppoll, 0, 0, 0, 0));
#endif
    }
}
