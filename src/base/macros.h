/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cleanup by scope. An OW_AUTO object is abandoned when its scope ends: its destructor never flushes, commits or
 * fails. OW_TAKE() hands it over instead.
 */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stddef.h>
#include <unistd.h>

#define OW_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* OW_DEFINE_AUTO(ow_hive, ow_hive_close) lets "OW_AUTO(ow_hive) h = NULL;" close itself. */
#define OW_DEFINE_AUTO(type, destroy)                   \
        static inline void ow_auto_##type(type **p)     \
        {                                               \
                destroy(*p);                            \
        }                                               \
        struct ow_auto_semicolon_##type
#define OW_AUTO(type) __attribute__((cleanup(ow_auto_##type))) type *

static inline void *ow_take_pointer(void *slot)
{
        void **p = slot;
        void *taken = *p;

        *p = NULL;
        return taken;
}
#define OW_TAKE(p) ((__typeof__(p))ow_take_pointer(&(p)))

static inline void ow_auto_fd(int *fd)
{
        if (*fd >= 0)
                (void)close(*fd);
}
#define OW_AUTO_FD __attribute__((cleanup(ow_auto_fd))) int

static inline int ow_take_fd(int *fd)
{
        int taken = *fd;

        *fd = -1;
        return taken;
}

#endif
