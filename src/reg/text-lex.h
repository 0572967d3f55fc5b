/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tokens of .reg text: lines, blanks and comments, quoted strings, hex numbers, continued lines. The bytes have
 * been checked already (see reg/text-input.h). Format: docs/formats/reg-text.md 2.
 */
#ifndef REG_TEXT_LEX_H
#define REG_TEXT_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

#include "base/buffer.h"
#include "base/view.h"

struct reg_lex {
        const char *p;                          /* UTF-8, not NUL-terminated */
        size_t size;
        size_t at;
        uint32_t line;                          /* of at, from 1 */
};

/* OW_E_INVAL with "line N: " before the text and N in err->where. */
int reg_lex_fail(const struct reg_lex *lex, ow_error *err, const char *fmt, ...) OW_PRINTF(3, 4);

/* "line N: expected <what>, found '<the next few characters>'". */
int reg_lex_expected(const struct reg_lex *lex, ow_error *err, const char *what);

/* Moves to the first character of the next line that is neither blank nor a comment. False at the end of the text. */
bool reg_lex_next_line(struct reg_lex *lex);

/* Skips spaces and tabs. */
void reg_lex_blanks(struct reg_lex *lex);

/* The next byte, or 0 at the end of the line or of the text. */
char reg_lex_peek(const struct reg_lex *lex);

/* Steps over c when it is the next byte. */
bool reg_lex_accept(struct reg_lex *lex, char c);

/* The rest of the line without its line end and the blanks before it; lex stays. */
ow_view reg_lex_line_rest(const struct reg_lex *lex);

/* True when only blanks and a comment are left on the line. */
bool reg_lex_at_line_end(struct reg_lex *lex);

/*
 * Skips blanks and, after a '\' that ends its line (a comment may follow it), the line end with the blank and
 * comment lines behind it. An error when '\' is followed by something else, or, unless may_end, by the end of the text.
 */
int reg_lex_continue(struct reg_lex *lex, bool may_end, ow_error *err);

/* A quoted string, at its first quote; appends what it means. It may run over several lines. */
int reg_lex_string(struct reg_lex *lex, ow_buffer *out, ow_error *err);

/* 1 to max_digits hex digits (at most 16); what names them in the message. */
int reg_lex_hex(struct reg_lex *lex, unsigned max_digits, const char *what, uint64_t *ret, ow_error *err);

/* Value of a hex digit, or -1. */
static inline int reg_hex_digit(char c)
{
        return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

#endif
