/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry values as lines of text, as a person reads a .reg file. */
#ifndef REPORT_DATUM_H
#define REPORT_DATUM_H

#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>

#include "base/buffer.h"
#include "base/view.h"

/*
 * Appends "name"=data as .reg text has it, expandable and multi-strings in quotes too where these tell their bytes
 * exactly: other data never looks the same. Long data is shown by its type, size and beginning, and where other is
 * long too, by what differs from it; other: the other side of a change, or NULL. May hold several lines, without a
 * final newline. Not escaped yet.
 */
int report_datum_line(const char *name, const ow_datum *datum, const ow_datum *other, ow_buffer *out, ow_error *err);

/* Appends "name" as .reg text writes it, or @, in one line. Not escaped yet but for line ends. */
void report_datum_name(const char *name, ow_buffer *out);

/*
 * A name in a list of values, the caller's (ow_free): as it is; @ for the default value, and in quotes one that would
 * look like that: "@", and what begins with a quote. Not escaped yet. NULL: no memory.
 */
char *report_datum_listed(const char *name);

/* Appends only the data: one line per string, also an empty one; numbers decimal, anything else in hex. Lines end in
 * '\n'; escaped. */
int report_datum_plain(uint32_t type, const void *data, size_t size, ow_buffer *out, ow_error *err);

/*
 * A string as UTF-8, the caller's (ow_free): without the NULs at its end, OW_UTF8_NUL for one inside, which
 * report_escape() and JSON take for what it is. NULL: no memory.
 */
char *report_string_text(ow_view utf16);

/* "REG_SZ" or "0x1234". text: 24 bytes. */
enum { REPORT_TYPE_TEXT = 24 };
void report_type_name(uint32_t type, char text[REPORT_TYPE_TEXT]);

#endif
