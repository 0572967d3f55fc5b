/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System calls that may still be used (seccomp). */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include <stdbool.h>

#include <offwin/error.h>

bool filter_available(void);

/* flags: OW_SANDBOX_*; gentle: everything but the ways out. 1 in force, 0 the kernel has no filters, < 0 error. */
int filter_enter(unsigned flags, ow_error *err);

#endif
