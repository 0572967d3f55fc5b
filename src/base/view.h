/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes that somebody else owns. Only these functions do arithmetic on their pointer. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct ow_view {
        const uint8_t *p;
        size_t len;
} ow_view;

/* False, and *ret untouched, when [offset, offset + size) is not inside v. */
static inline bool ow_view_sub(ow_view v, size_t offset, size_t size, ow_view *ret)
{
        if (offset > v.len || size > v.len - offset)
                return false;
        *ret = (ow_view){ offset ? v.p + offset : v.p, size }; /* an empty view may have no address */
        return true;
}

/* Everything from offset on; false when offset lies past the end. */
static inline bool ow_view_from(ow_view v, size_t offset, ow_view *ret)
{
        return offset <= v.len && ow_view_sub(v, offset, v.len - offset, ret);
}

static inline bool ow_view_copy(ow_view v, size_t offset, void *buf, size_t size)
{
        ow_view part;

        if (!ow_view_sub(v, offset, size, &part))
                return false;
        if (size)
                memcpy(buf, part.p, size);
        return true;
}

static inline bool ow_view_equal(ow_view a, ow_view b)
{
        return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
