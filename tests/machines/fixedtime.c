/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fixedtime.c - see fixedtime.h. Before fixedtime_set() (or without FIXEDTIME in a child) the time is the real one. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "fixedtime.h"

#define VISIBLE __attribute__((visibility("default")))

static bool is_fixed;
static int64_t moment;

__attribute__((constructor)) static void from_parent(void)
{
        const char *text = getenv("FIXEDTIME");

        if (text != NULL) {
                is_fixed = true;
                moment = strtoll(text, NULL, 10);
        }
}

VISIBLE void fixedtime_set(int64_t unix_seconds)
{
        is_fixed = true;
        moment = unix_seconds;
}

VISIBLE void fixedtime_for_child(void)
{
        char text[24];
        Dl_info self;

        if (!is_fixed || !dladdr((void *)&moment, &self) || self.dli_fname == NULL)
                return;
        (void)snprintf(text, sizeof text, "%lld", (long long)moment);
        (void)setenv("FIXEDTIME", text, 1);
        (void)setenv("LD_PRELOAD", self.dli_fname, 1);
}

VISIBLE int clock_gettime(clockid_t clock, struct timespec *ret)
{
        if (!is_fixed || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE))
                return (int)syscall(SYS_clock_gettime, clock, ret);
        *ret = (struct timespec){ .tv_sec = moment, .tv_nsec = 0 };
        return 0;
}

VISIBLE time_t time(time_t *ret)
{
        struct timespec now = { 0 };

        (void)clock_gettime(CLOCK_REALTIME, &now);
        if (ret != NULL)
                *ret = now.tv_sec;
        return now.tv_sec;
}

VISIBLE int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
        struct timespec now = { 0 };

        (void)clock_gettime(CLOCK_REALTIME, &now);
        *ret = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = (suseconds_t)(now.tv_nsec / 1000) };
        return 0;
}
