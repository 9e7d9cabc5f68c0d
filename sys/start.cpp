// SPDX-License-Identifier: Apache-2.0
// The entry point. It is assembly because no function can run before there is a stack; start.h says
// what it does.

#include SYS_ARCH

asm(".text\n"
    ".globl _start\n"
    ".type _start, %function\n"
    "_start:\n" SYS_ENTRY);
