/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands behind "name"= in .reg text, as bytes. Format: docs/formats/reg-text.md 2.3 to 2.6. */
#include <string.h>
#include <strings.h>

#include "base/le.h"
#include "reg/text-parse.h"
#include "reg/widen.h"

enum { WORD_CHARS = 8 };

/* The bytes that come as "xx,xx," without anything between: nearly all. How many. */
static size_t take_run(struct reg_lex *lex, ow_buffer *out)
{
        const char *p = lex->p + lex->at;
        size_t most = (lex->size - lex->at) / 3, n = 0;

        if (most > 4096)
                most = 4096;
        if (!reg_reserve(out, most))
                return 0;
        for (; n < most; n++, p += 3) {
                int high = reg_hex_digit(p[0]), low = reg_hex_digit(p[1]);

                if ((high | low) < 0 || p[2] != ',')
                        break;
                out->p[out->len + n] = (uint8_t)(high << 4 | low);
        }
        out->len += n;
        lex->at += 3 * n;
        return n;
}

/* "hex:" and "hex(n):" data, from the first byte on. Behind a comma the line may end; after its '\' the text too. */
static int parse_hex_bytes(struct reg_parser *p, ow_error *err)
{
        struct reg_lex *lex = &p->lex;
        uint64_t byte;
        int r;

        r = reg_lex_continue(lex, false, err);
        if (r < 0)
                return r;
        while (!reg_lex_at_line_end(lex)) {
                if (take_run(lex, &p->data) == 0) {
                        r = reg_lex_hex(lex, 2, "a byte of one or two hex digits", &byte, err);
                        if (r < 0)
                                return r;
                        ow_buffer_put_byte(&p->data, (uint8_t)byte);
                        r = reg_lex_continue(lex, false, err);
                        if (r < 0)
                                return r;
                        if (!reg_lex_accept(lex, ','))
                                break;
                }
                r = reg_lex_continue(lex, true, err);
                if (r < 0)
                        return r;
        }
        return ow_buffer_failed(&p->data) ? ow_fail_nomem(err) : 0;
}

/* REGEDIT4 keeps the strings of hex(1), hex(2) and hex(7) in the code page of the machine that wrote them. */
static int widen_ansi(struct reg_parser *p, uint32_t line, ow_error *err)
{
        OW_AUTO_BUFFER wide = OW_BUFFER_INIT;
        size_t bad = 0;
        int r;

        if (p->data.len > 0 && p->data.p[p->data.len - 1] != 0)
                ow_buffer_put_byte(&p->data, 0);        /* as regedit: one, also for a list */
        if (ow_buffer_failed(&p->data))
                return ow_fail_nomem(err);
        if (p->ansi.number) {
                r = reg_codepage_convert(&p->ansi, ow_buffer_view(&p->data), &wide, &bad, err);
                if (err && r == OW_E_INVAL)
                        err->where = line;
                if (r < 0)
                        return ow_wrap(err, r, "line %u", line);
        } else {
                for (size_t i = 0; i < p->data.len; i++) {
                        if (p->data.p[i] >= 0x80)
                                return ow_fail(err, OW_E_INVAL, line, "line %u: byte %02x of a REGEDIT4 string depends "
                                               "on the code page of the machine that wrote it; name it (--codepage "
                                               "1252)", line, p->data.p[i]);
                }
                reg_put_wide(ow_buffer_view(&p->data), &wide);
        }
        if (ow_buffer_failed(&wide))
                return ow_fail_nomem(err);
        p->data.len = 0;
        ow_buffer_put(&p->data, wide.p, wide.len);
        return 0;
}

static int parse_hex(struct reg_parser *p, uint32_t *ret_type, ow_error *err)
{
        uint32_t line = p->lex.line;
        uint64_t type = OW_REG_BINARY;
        int r;

        if (reg_lex_accept(&p->lex, '(')) {
                r = reg_lex_hex(&p->lex, 8, "a type of up to 8 hex digits after 'hex('", &type, err);
                if (r < 0)
                        return r;
                if (!reg_lex_accept(&p->lex, ')'))
                        return reg_lex_expected(&p->lex, err, "')' after the type number");
        }
        if (!reg_lex_accept(&p->lex, ':'))
                return reg_lex_expected(&p->lex, err, "'(' or ':' after 'hex'");
        *ret_type = (uint32_t)type;
        r = parse_hex_bytes(p, err);
        if (r < 0)
                return r;
        if (p->regedit4 && (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ))
                return widen_ansi(p, line, err);
        return 0;
}

static int parse_number(struct reg_parser *p, unsigned digits, const char *what, ow_error *err)
{
        uint8_t bytes[8];
        uint64_t n = 0;
        int r;

        reg_lex_blanks(&p->lex);
        r = reg_lex_hex(&p->lex, digits, what, &n, err);
        if (r < 0)
                return r;
        ow_le64_put(bytes, n);
        ow_buffer_put(&p->data, bytes, digits / 2);
        return 0;
}

int reg_parse_string(struct reg_parser *p, ow_error *err)
{
        int r;

        if (reg_lex_peek(&p->lex) != '"')
                return reg_lex_expected(&p->lex, err, "a string in quotes");
        p->text.len = 0;
        r = reg_lex_string(&p->lex, &p->text, err);
        if (r < 0)
                return r;
        r = reg_put_utf16(ow_buffer_view(&p->text), &p->data, err);
        if (r < 0)
                return r;
        ow_buffer_put(&p->data, "\0", 2);
        return 0;
}

static int parse_multi(struct reg_parser *p, ow_error *err)
{
        int r = reg_lex_continue(&p->lex, false, err);

        if (r < 0)
                return r;
        while (!reg_lex_at_line_end(&p->lex)) {
                r = reg_parse_string(p, err);
                if (r < 0)
                        return r;
                if (p->text.len == 0)
                        return reg_lex_fail(&p->lex, err, "an empty string would end the list");
                reg_lex_blanks(&p->lex);
                if (!reg_lex_accept(&p->lex, ','))
                        break;
                r = reg_lex_continue(&p->lex, false, err);
                if (r < 0)
                        return r;
                if (reg_lex_peek(&p->lex) != '"')
                        return reg_lex_expected(&p->lex, err, "a string in quotes after ','");
        }
        ow_buffer_put(&p->data, "\0", 2);
        return 0;
}

/* The letters before ':' or '('; empty when there are none or too many. */
static void take_word(struct reg_lex *lex, char word[WORD_CHARS])
{
        size_t at = lex->at, n = 0;

        for (char c = reg_lex_peek(lex); (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); c = reg_lex_peek(lex)) {
                if (n == WORD_CHARS - 1) {
                        n = 0;
                        break;
                }
                word[n++] = c;
                lex->at++;
        }
        word[n] = '\0';
        if (n == 0)
                lex->at = at;
}

/* Words that regedit does not know; see OW_REG_EXTENDED. 1 taken, 0 not one of them. */
static int parse_extension(struct reg_parser *p, const char *word, uint32_t *ret_type, ow_error *err)
{
        bool multi = strcasecmp(word, "multi") == 0;
        bool expand = strcasecmp(word, "expand") == 0;
        int r;

        if (!multi && !expand && strcasecmp(word, "qword") != 0)
                return 0;
        if (!(p->flags & OW_REG_EXTENDED))
                return reg_lex_fail(&p->lex, err,
                                    "'%s:' is not known to regedit and not accepted here; write hex(%s):", word,
                                    multi ? "7" : expand ? "2" : "b");
        if (!reg_lex_accept(&p->lex, ':'))
                return reg_lex_expected(&p->lex, err, "':' after the type");
        *ret_type = multi ? OW_REG_MULTI_SZ : expand ? OW_REG_EXPAND_SZ : OW_REG_QWORD;
        reg_lex_blanks(&p->lex);
        r = multi ? parse_multi(p, err) :
            expand ? reg_parse_string(p, err) : parse_number(p, 16, "1 to 16 hex digits after 'qword:'", err);
        return r < 0 ? r : 1;
}

int reg_parse_typed_data(struct reg_parser *p, uint32_t *ret_type, ow_error *err)
{
        struct reg_lex begin = p->lex;
        char word[WORD_CHARS];
        int r;

        take_word(&p->lex, word);
        if (strcasecmp(word, "hex") == 0)
                return parse_hex(p, ret_type, err);
        if (strcasecmp(word, "dword") == 0 && reg_lex_accept(&p->lex, ':')) {
                *ret_type = OW_REG_DWORD;
                return parse_number(p, 8, "1 to 8 hex digits after 'dword:'", err);
        }
        r = parse_extension(p, word, ret_type, err);
        if (r == 0)
                return reg_lex_expected(&begin, err, p->flags & OW_REG_EXTENDED ?
                                        "a string, dword:, hex:, multi:, expand:, qword: or -" :
                                        "a string, dword:, hex: or -");
        return r < 0 ? r : 0;
}
