/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"

void ow_buffer_done(ow_buffer *b)
{
        ow_free(b->p);
        *b = (ow_buffer)OW_BUFFER_INIT;
}

static bool reserve(ow_buffer *b, size_t more)
{
        size_t wanted, cap;
        uint8_t *moved;

        if (b->failed)
                return false;
        if (__builtin_add_overflow(b->len, more, &wanted)) {
                b->failed = true;
                return false;
        }
        if (wanted <= b->cap)
                return true;
        cap = b->cap < 128 ? 128 : b->cap;
        while (cap < wanted && cap <= SIZE_MAX / 2)
                cap *= 2;
        moved = cap < wanted ? NULL : ow_realloc(b->p, cap);
        if (!moved) {
                b->failed = true;
                return false;
        }
        b->p = moved;
        b->cap = cap;
        return true;
}

void ow_buffer_put(ow_buffer *b, const void *bytes, size_t size)
{
        if (size == 0 || !reserve(b, size))
                return;
        memcpy(b->p + b->len, bytes, size);
        b->len += size;
}

void ow_buffer_put_byte(ow_buffer *b, uint8_t byte)
{
        ow_buffer_put(b, &byte, 1);
}

void ow_buffer_put_text(ow_buffer *b, const char *text)
{
        ow_buffer_put(b, text, strlen(text));
}

void ow_buffer_vprintf(ow_buffer *b, const char *fmt, va_list ap)
{
        va_list again;
        int n;

        va_copy(again, ap);
        n = vsnprintf(NULL, 0, fmt, again);
        va_end(again);
        if (n < 0 || !reserve(b, (size_t)n + 1)) {
                b->failed = true;
                return;
        }
        (void)vsnprintf((char *)b->p + b->len, (size_t)n + 1, fmt, ap);
        b->len += (size_t)n;
}

void ow_buffer_printf(ow_buffer *b, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        ow_buffer_vprintf(b, fmt, ap);
        va_end(ap);
}

char *ow_buffer_take_text(ow_buffer *b)
{
        char *text;

        ow_buffer_put_byte(b, 0);
        if (b->failed) {
                ow_buffer_done(b);
                return NULL;
        }
        text = (char *)b->p;
        *b = (ow_buffer)OW_BUFFER_INIT;
        return text;
}
