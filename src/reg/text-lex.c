/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf16.h"
#include "reg/text-lex.h"

enum { FOUND_CHARS = 24 };      /* of the text shown in a message */

int reg_lex_fail(const struct reg_lex *lex, ow_error *err, const char *fmt, ...)
{
        char text[200];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        return ow_fail(err, OW_E_INVAL, lex->line, "line %u: %s", lex->line, text);
}

int reg_lex_expected(const struct reg_lex *lex, ow_error *err, const char *what)
{
        ow_view rest = reg_lex_line_rest(lex);
        const char *text = (const char *)rest.p;
        char found[4 * FOUND_CHARS + 1];
        size_t at = 0, len = 0;
        uint32_t c;

        for (unsigned n = 0; n < FOUND_CHARS && at < rest.len; n++) {
                size_t begin = at;

                if (!ow_utf8_next(text, rest.len, &at, &c))
                        break;
                if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
                        found[len++] = '?';     /* a message is one line, and harmless on a terminal */
                        continue;
                }
                memcpy(found + len, text + begin, at - begin);
                len += at - begin;
        }
        found[len] = '\0';
        if (len == 0)
                return reg_lex_fail(lex, err, "expected %s, found the end of the %s", what,
                                    lex->at < lex->size ? "line" : "text");
        return reg_lex_fail(lex, err, "expected %s, found '%s%s'", what, found, at < rest.len ? "..." : "");
}

/* A CR alone ends a line too. */
static bool is_line_end(char c)
{
        return c == '\n' || c == '\r';
}

char reg_lex_peek(const struct reg_lex *lex)
{
        char c = lex->at < lex->size ? lex->p[lex->at] : '\n';

        return is_line_end(c) ? 0 : c;
}

bool reg_lex_accept(struct reg_lex *lex, char c)
{
        if (reg_lex_peek(lex) != c)
                return false;
        lex->at++;
        return true;
}

void reg_lex_blanks(struct reg_lex *lex)
{
        while (lex->at < lex->size && (lex->p[lex->at] == ' ' || lex->p[lex->at] == '\t'))
                lex->at++;
}

/* Past the end of this line. False when there is no other line. */
static bool step_line(struct reg_lex *lex)
{
        while (lex->at < lex->size && !is_line_end(lex->p[lex->at]))
                lex->at++;
        if (lex->at == lex->size)
                return false;
        if (lex->p[lex->at++] == '\r' && lex->at < lex->size && lex->p[lex->at] == '\n')
                lex->at++;
        lex->line += lex->line < UINT32_MAX;
        return true;
}

bool reg_lex_at_line_end(struct reg_lex *lex)
{
        reg_lex_blanks(lex);
        return reg_lex_peek(lex) == 0 || reg_lex_peek(lex) == ';';
}

bool reg_lex_next_line(struct reg_lex *lex)
{
        while (reg_lex_at_line_end(lex)) {
                if (!step_line(lex))
                        return false;
        }
        return true;
}

ow_view reg_lex_line_rest(const struct reg_lex *lex)
{
        const char *p = lex->p + lex->at;
        size_t size = 0;

        while (size < lex->size - lex->at && !is_line_end(p[size]))
                size++;
        while (size > 0 && (p[size - 1] == ' ' || p[size - 1] == '\t'))
                size--;
        return (ow_view){ (const uint8_t *)p, size };
}

int reg_lex_continue(struct reg_lex *lex, bool may_end, ow_error *err)
{
        reg_lex_blanks(lex);
        while (reg_lex_accept(lex, '\\')) {
                if (!reg_lex_at_line_end(lex))
                        return reg_lex_expected(lex, err, "the end of the line after '\\'");
                if (step_line(lex) && reg_lex_next_line(lex))
                        continue;
                if (!may_end)
                        return reg_lex_fail(lex, err, "expected more data after '\\', found the end of the text");
        }
        return 0;
}

int reg_lex_string(struct reg_lex *lex, ow_buffer *out, ow_error *err)
{
        struct reg_lex begin = *lex;

        lex->at++;
        while (lex->at < lex->size) {
                size_t run = lex->at;
                char c;

                while (run < lex->size && lex->p[run] != '"' && lex->p[run] != '\\' && !is_line_end(lex->p[run]))
                        run++;
                ow_buffer_put(out, lex->p + lex->at, run - lex->at);
                lex->at = run;
                if (run == lex->size)
                        break;
                c = lex->p[lex->at++];
                if (c == '"')
                        return ow_buffer_failed(out) ? ow_fail_nomem(err) : 0;
                if (is_line_end(c)) {           /* each pair is one end */
                        lex->line += lex->line < UINT32_MAX && (c == '\n' || lex->at == lex->size ||
                                                                lex->p[lex->at] != '\n');
                } else {
                        c = reg_lex_peek(lex);
                        if (c != '\\' && c != '"')
                                return reg_lex_expected(lex, err, "'\\' or '\"' after '\\' (a backslash in a "
                                                        "string is written twice)");
                        lex->at++;
                }
                ow_buffer_put_byte(out, (uint8_t)c);
        }
        return reg_lex_fail(&begin, err, "the string that begins here has no closing '\"'");
}

int reg_lex_hex(struct reg_lex *lex, unsigned max_digits, const char *what, uint64_t *ret, ow_error *err)
{
        unsigned digits = 0;
        uint64_t n = 0;

        while (digits <= max_digits && reg_hex_digit(reg_lex_peek(lex)) >= 0) {
                n = n << 4 | (unsigned)reg_hex_digit(lex->p[lex->at++]);
                digits++;
        }
        if (digits == 0 || digits > max_digits) {
                lex->at -= digits;
                return reg_lex_expected(lex, err, what);
        }
        *ret = n;
        return 0;
}
