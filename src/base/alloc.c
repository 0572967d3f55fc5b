/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* 0: never fail. Otherwise the number of allocations that are still granted, plus one. */
static size_t fail_from;

void ow_alloc_fail_from(size_t nth)
{
        fail_from = nth;
}

static bool granted(void)
{
        if (fail_from == 0)
                return true;
        if (fail_from == 1)
                return false;
        fail_from--;
        return true;
}

void *ow_malloc(size_t size)
{
        return granted() ? malloc(size ? size : 1) : NULL;
}

void *ow_calloc(size_t count, size_t size)
{
        return granted() ? calloc(count ? count : 1, size ? size : 1) : NULL;
}

void *ow_realloc(void *old, size_t size)
{
        return granted() ? realloc(old, size ? size : 1) : NULL;
}

void *ow_realloc_array(void *old, size_t count, size_t size)
{
        size_t bytes;

        if (__builtin_mul_overflow(count, size, &bytes))
                return NULL;
        return ow_realloc(old, bytes);
}

void ow_free(void *p)
{
        free(p);
}

char *ow_strdup(const char *text)
{
        return ow_strndup(text, strlen(text));
}

char *ow_strndup(const char *text, size_t size)
{
        char *copy = ow_malloc(size + 1);

        if (!copy)
                return NULL;
        memcpy(copy, text, size);
        copy[size] = '\0';
        return copy;
}

char *ow_vasprintf(const char *fmt, va_list ap)
{
        va_list again;
        char *text;
        int n;

        va_copy(again, ap);
        n = vsnprintf(NULL, 0, fmt, again);
        va_end(again);
        text = n < 0 ? NULL : ow_malloc((size_t)n + 1);
        if (text)
                (void)vsnprintf(text, (size_t)n + 1, fmt, ap);
        return text;
}

char *ow_asprintf(const char *fmt, ...)
{
        va_list ap;
        char *text;

        va_start(ap, fmt);
        text = ow_vasprintf(fmt, ap);
        va_end(ap);
        return text;
}

void *ow_grow(void *old, size_t count, size_t *cap, size_t size)
{
        size_t wanted;
        void *moved;

        if (count < *cap)
                return old;
        if (__builtin_mul_overflow(*cap, 2u, &wanted))
                return NULL;
        if (wanted < 8)
                wanted = 8;
        moved = ow_realloc_array(old, wanted, size);
        if (moved)
                *cap = wanted;
        return moved;
}
