/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs of the bench that use libhivex share. */
#ifndef BENCH_HIVEX_TOOL_H
#define BENCH_HIVEX_TOOL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hivex.h>

static inline void hivex_require(int good)
{
        if (!good) {
                perror("libhivex");
                exit(1);
        }
}

/* For writing. hivex cannot make a hive: an empty one must be there. */
static inline hive_h *hivex_open_rw(const char *path)
{
        hive_h *h = hivex_open(path, HIVEX_OPEN_WRITE);

        hivex_require(h != NULL);
        return h;
}

static inline void hivex_save(hive_h *h)
{
        hivex_require(hivex_commit(h, NULL, 0) == 0);
        hivex_require(hivex_close(h) == 0);
}

static inline double hivex_ms(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

#endif
