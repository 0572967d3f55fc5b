/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing run of bytes or text. Once memory runs out it stays failed; check once, with ow_buffer_failed(). */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/api.h>

#include "base/macros.h"
#include "base/view.h"

typedef struct ow_buffer {
        uint8_t *p;
        size_t len;
        size_t cap;
        bool failed;
} ow_buffer;

#define OW_BUFFER_INIT { NULL, 0, 0, false }

void ow_buffer_done(ow_buffer *b);
void ow_buffer_put(ow_buffer *b, const void *bytes, size_t size);
void ow_buffer_put_byte(ow_buffer *b, uint8_t byte);
void ow_buffer_put_text(ow_buffer *b, const char *text);
void ow_buffer_printf(ow_buffer *b, const char *fmt, ...) OW_PRINTF(2, 3);
void ow_buffer_vprintf(ow_buffer *b, const char *fmt, va_list ap) OW_PRINTF(2, 0);

static inline bool ow_buffer_failed(const ow_buffer *b)
{
        return b->failed;
}

static inline ow_view ow_buffer_view(const ow_buffer *b)
{
        return (ow_view){ b->p, b->len };
}

/* The text so far, NUL-terminated, now the caller's (ow_free); NULL when the buffer has failed. Empties b. */
char *ow_buffer_take_text(ow_buffer *b);

#define OW_AUTO_BUFFER __attribute__((cleanup(ow_buffer_done))) ow_buffer

#endif
