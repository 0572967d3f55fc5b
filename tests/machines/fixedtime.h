/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fixedtime.h - one moment for a whole build, so that the same recipe always gives the same bytes.
 *
 * The functions stand in a shared library that is linked before libc and answers time(), gettimeofday() and the
 * wall clock of clock_gettime() in this program; children get the same library through LD_PRELOAD.
 */
#ifndef MACHINES_FIXEDTIME_H
#define MACHINES_FIXEDTIME_H

#include <stdint.h>

void fixedtime_set(int64_t unix_seconds);
void fixedtime_for_child(void);         /* after fork(), before exec */

#endif
