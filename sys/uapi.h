// SPDX-License-Identifier: Apache-2.0
// What the kernel declares to programs: numbers, flags and structures, for the machine that is
// built for. Not so in tests, which have a libc: its headers and the kernel's do not go together.
#pragma once

#include <asm/unistd.h>
#include <linux/auxvec.h>
#include <linux/prctl.h>

#if __STDC_HOSTED__
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#else
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/wait.h>
#endif
