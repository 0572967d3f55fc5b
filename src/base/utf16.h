/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UTF-16LE as Windows stores it <-> UTF-8 as our callers see it. Windows does not check its strings, so a lone
 * surrogate is legal on disk; it becomes its three-byte form ("WTF-8") and comes back unchanged. NUL units of texts
 * are kept: lengths are explicit on both sides. In names, which we hand out as C strings, a NUL becomes two bytes,
 * OW_UTF8_NUL. Whatever reads UTF-8 takes these for a NUL, so a reader of files that have no business with them asks.
 */
#ifndef BASE_UTF16_H
#define BASE_UTF16_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

#include "base/buffer.h"
#include "base/view.h"

/* The NUL of a name; both bytes are above ASCII, so no text has them by accident. */
#define OW_UTF8_NUL "\xc0\x80"

/* Appends utf16 (an odd last byte is ignored) as UTF-8; failure is the buffer's. */
void ow_utf16_to_utf8(ow_view utf16, ow_buffer *out);

/* Appends the first size bytes of utf8 as UTF-16LE. OW_E_INVAL with the byte offset for malformed UTF-8. */
int ow_utf8_to_utf16(const char *utf8, size_t size, ow_buffer *out, ow_error *err);

/* The code point at byte *at, of which two bytes are there, or half a pair; moves *at past it. */
uint32_t ow_utf16_next(ow_view utf16, size_t *at);

/* Without the NUL units at its end, nor an odd last byte. */
ow_view ow_utf16_trim(ow_view utf16);

/* The text of utf16, NUL-terminated, the caller's (ow_free); trailing NUL units are dropped. NULL: no memory. */
char *ow_utf16_text(ow_view utf16);

/* As above for one byte per character, Latin-1 (compressed names of the registry). */
char *ow_latin1_text(ow_view latin1);

/*
 * Decodes one code point of the size bytes at *at and moves *at past it. A malformed byte gives false, and *at
 * stays. Surrogates in three-byte form decode to themselves, OW_UTF8_NUL to 0.
 */
bool ow_utf8_next(const char *utf8, size_t size, size_t *at, uint32_t *ret);

/* What ends a line, hides text, turns its direction round, drives a terminal, or is half a character: never shown. */
bool ow_text_is_unsafe(uint32_t c);

/* The strings of REG_MULTI_SZ data: each with its NUL, but not the NUL that ends the list. */
ow_view ow_utf16_list(ow_view data);
/* The next of these strings, without its NUL; moves *rest past it. An empty one is a string too. false: no more. */
bool ow_utf16_next_string(ow_view *rest, ow_view *ret);

/* A code point of at most 0x10ffff, one of a surrogate in three-byte form: how many bytes it is; or appended. */
size_t ow_utf8_encode(uint32_t c, uint8_t ret[4]);
void ow_utf8_put(ow_buffer *out, uint32_t c);

#endif
