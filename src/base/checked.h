/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums and products of numbers that come from a disk. True: *ret holds the exact result. */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

static inline bool ow_add_u64(uint64_t a, uint64_t b, uint64_t *ret)
{
        return !__builtin_add_overflow(a, b, ret);
}

static inline bool ow_sub_u64(uint64_t a, uint64_t b, uint64_t *ret)
{
        return !__builtin_sub_overflow(a, b, ret);
}

static inline bool ow_mul_u64(uint64_t a, uint64_t b, uint64_t *ret)
{
        return !__builtin_mul_overflow(a, b, ret);
}

/* True when [offset, offset + size) lies inside [0, limit). */
static inline bool ow_fits_u64(uint64_t offset, uint64_t size, uint64_t limit)
{
        return offset <= limit && size <= limit - offset;
}

#endif
