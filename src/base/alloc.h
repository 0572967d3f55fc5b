/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every allocation of the library goes through here, so that tests can make the nth one fail. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

#include <offwin/api.h>

#include "base/macros.h"

/* All return NULL when memory has run out or, in the array forms, when count * size overflows. */
void *ow_malloc(size_t size);
void *ow_calloc(size_t count, size_t size);
void *ow_realloc(void *old, size_t size);
void *ow_realloc_array(void *old, size_t count, size_t size);
void ow_free(void *p);
char *ow_strdup(const char *text);
char *ow_strndup(const char *text, size_t size);
char *ow_asprintf(const char *fmt, ...) OW_PRINTF(1, 2);
char *ow_vasprintf(const char *fmt, va_list ap) OW_PRINTF(1, 0);

/*
 * Room for one more element in a grown array of *count elements: doubles *cap when it is full.
 * Returns the array (maybe moved) or NULL, in which case @old is still valid.
 */
void *ow_grow(void *old, size_t count, size_t *cap, size_t size);

/* Tests only: the nth allocation from now (1 = the next one) fails, and so do all after it until called with 0. */
void ow_alloc_fail_from(size_t nth);

static inline void ow_auto_free(void *slot)
{
        void **p = slot;

        ow_free(*p);
}
#define OW_AUTO_FREE __attribute__((cleanup(ow_auto_free)))

#endif
