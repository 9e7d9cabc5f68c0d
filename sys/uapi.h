// SPDX-License-Identifier: Apache-2.0
// The kernel's declarations for programs: numbers, flags and structures of the target architecture.
// Tests use those of their C library, because its headers and the kernel's cannot be combined.
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
