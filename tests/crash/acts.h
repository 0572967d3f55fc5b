/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runs of the crash test change. Each commits, and returns 0 or an OW_E_*. */
#ifndef TESTS_CRASH_ACTS_H
#define TESTS_CRASH_ACTS_H

#include <offwin/error.h>

struct act {
        const char *name;
        const char *const machines[2];  /* recipes, or files made by this program ("=hive", "=log"); NULL: no second */
        int (*commit)(const char *const *paths, size_t n, ow_error *err);
};

extern const struct act acts[];
extern const size_t n_acts;

#endif
