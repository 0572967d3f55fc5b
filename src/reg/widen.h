/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bulk conversions between UTF-8, Latin-1 and UTF-16LE. Nearly all registry text is ASCII, and exports run to hundreds
 * of megabytes, so runs of that take the short way; the rest goes by base/utf16.h.
 */
#ifndef REG_WIDEN_H
#define REG_WIDEN_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>

#include "base/buffer.h"
#include "base/view.h"

/* Room for more bytes behind b->len; false, and b failed, when there is no memory. */
bool reg_reserve(ow_buffer *b, size_t more);

/* Appends UTF-16LE (an odd last byte is ignored) as UTF-8. */
void reg_put_utf8(ow_view utf16, ow_buffer *out);

/* Appends UTF-8 as UTF-16LE; OW_E_INVAL when it is not UTF-8. */
int reg_put_utf16(ow_view utf8, ow_buffer *out, ow_error *err);

/* Appends Latin-1 as UTF-16LE. */
void reg_put_wide(ow_view latin1, ow_buffer *out);

#endif
