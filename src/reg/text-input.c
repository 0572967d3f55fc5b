/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "reg/text-input.h"
#include "reg/widen.h"

enum {
        PIECE_BYTES = 256 << 10,        /* of the text as stored, read at once: stays in the processor's cache */
        MAX_WINDOW = 1 << 30,           /* 64 MiB of data, the most that a hive takes, are 260 MiB of hex */
};

void reg_input_close(struct reg_input *in)
{
        reg_codepage_close(&in->codepage);
        ow_buffer_done(&in->raw);
        ow_buffer_done(&in->window);
}

/* The number of the line that at lies in, when line is that of the first byte. */
static uint32_t line_of(const char *p, size_t at, uint32_t line)
{
        for (size_t i = 0; i < at; i++)
                line += line < UINT32_MAX && (p[i] == '\n' || (p[i] == '\r' && (i + 1 == at || p[i + 1] != '\n')));
        return line;
}

static int fail_at(const char *p, size_t at, uint32_t line, ow_error *err, const char *what)
{
        line = line_of(p, at, line);
        return ow_fail(err, OW_E_INVAL, line, "line %u: %s", line, what);
}

/* The bytes of p from begin on: no NUL, and UTF-8 if they are as stored and not made by us. line is that of p. */
static int check_utf8(const char *p, size_t begin, size_t size, uint32_t line, bool stored, ow_error *err)
{
        const char *nul = memchr(p + begin, 0, size - begin);
        size_t end = nul ? (size_t)(nul - p) : size;

        for (size_t at = stored ? begin : end; at < end;) {
                size_t from = at;
                uint64_t eight;
                uint32_t c;

                if (end - at >= 8) {
                        memcpy(&eight, p + at, 8);
                        if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                                at += 8;
                                continue;
                        }
                }
                if (!ow_utf8_next(p, end, &at, &c) || c == 0) {
                        line = line_of(p, from, line);
                        return ow_fail(err, OW_E_INVAL, line, "line %u: byte 0x%02x is not UTF-8; save the text as "
                                       "UTF-16 or UTF-8, or name its code page (--codepage 1252)", line,
                                       (unsigned)(uint8_t)p[from]);
                }
        }
        return nul ? fail_at(p, end, line, err, "a NUL character does not belong in registry text") : 0;
}

/* Bytes of raw up to the end of its last whole line; 0: there is none. An LF may be to come behind a CR at the end. */
static size_t whole_lines(const struct reg_input *in, ow_view raw)
{
        size_t unit = in->encoding == REG_UTF16 ? 2 : 1, whole = raw.len / unit * unit;

        for (size_t n = whole; n >= unit; n -= unit) {
                unsigned c = unit == 2 ? ow_le16_at(raw.p + n - 2) : raw.p[n - 1];

                if (c == '\n' || (c == '\r' && n < whole))
                        return n;
        }
        return 0;
}

/* Reads on until raw holds a whole line and at least wanted bytes, or the text ends. */
static int fill_raw(struct reg_input *in, size_t wanted, size_t *ret_lines, ow_error *err)
{
        size_t lines = 0;

        while (in->at < in->size && (lines == 0 || in->raw.len < wanted)) {
                size_t more = wanted > in->raw.len + PIECE_BYTES ? wanted - in->raw.len : PIECE_BYTES;
                int r;

                if (more > in->size - in->at)
                        more = (size_t)(in->size - in->at);
                if (in->text->p) {
                        ow_buffer_put(&in->raw, (const uint8_t *)in->text->p + in->at, more);
                } else if (reg_reserve(&in->raw, more)) {
                        r = in->text->source->read(in->text->source->state, in->at, in->raw.p + in->raw.len, more,
                                                   err);
                        if (r < 0)
                                return r;
                        in->raw.len += more;
                }
                if (ow_buffer_failed(&in->raw))
                        return ow_fail_nomem(err);
                in->at += more;
                lines = whole_lines(in, ow_buffer_view(&in->raw));
                wanted = lines ? wanted : 2 * in->raw.len;
        }
        *ret_lines = in->at == in->size ? in->raw.len : lines;
        return 0;
}

/* Appends raw to the window. */
static int convert(struct reg_input *in, ow_view raw, uint32_t line, ow_error *err)
{
        size_t begin = in->window.len, bad = 0;
        int r;

        switch (in->encoding) {
        case REG_UTF16:
                reg_put_utf8(raw, &in->window);
                if (raw.len % 2 && !ow_buffer_failed(&in->window))
                        return fail_at((char *)in->window.p, in->window.len, line, err,
                                       "the text ends in the middle of a UTF-16 character");
                break;
        case REG_CODEPAGE:
                r = reg_codepage_convert(&in->codepage, raw, &in->window, &bad, err);
                if (r == OW_E_INVAL) {
                        line = line_of((char *)in->window.p, in->window.len, line);
                        if (err)
                                err->where = line;
                        return ow_wrap(err, r, "line %u", line);
                }
                break;
        case REG_UTF8:
                ow_buffer_put(&in->window, raw.p, raw.len);
                break;
        }
        if (ow_buffer_failed(&in->window))
                return ow_fail_nomem(err);
        return check_utf8((char *)in->window.p, begin, in->window.len, line, in->encoding == REG_UTF8, err);
}

static void drop_front(ow_buffer *b, size_t size)
{
        b->len -= size;
        if (b->len && size)
                memmove(b->p, b->p + size, b->len);
}

int reg_input_more(struct reg_input *in, size_t used, uint32_t line, ow_error *err)
{
        size_t lines;
        int r;

        drop_front(&in->window, used);
        if (in->window.len > MAX_WINDOW)
                return ow_fail(err, OW_E_LIMIT, line, "line %u: a value of more than %d bytes of text", line,
                               MAX_WINDOW);
        r = fill_raw(in, in->window.len, &lines, err);
        if (r < 0)
                return r;
        if (!reg_reserve(&in->window, 1))       /* so that p is never NULL */
                return ow_fail_nomem(err);
        r = convert(in, (ow_view){ in->raw.p, lines }, line, err);
        if (r < 0)
                return r;
        drop_front(&in->raw, lines);
        in->last = in->at == in->size;
        in->p = (const char *)in->window.p;
        in->len = in->window.len;
        return 0;
}

static int find_encoding(struct reg_input *in, ow_error *err)
{
        uint8_t mark[4] = { 0 };
        size_t n = in->size < 3 ? (size_t)in->size : 3;
        int r;

        if (in->text->p) {
                memcpy(mark, in->text->p, n);
        } else if (n) {
                r = in->text->source->read(in->text->source->state, 0, mark, n, err);
                if (r < 0)
                        return r;
        }
        if (n >= 2 && mark[0] == 0xfe && mark[1] == 0xff)
                return ow_fail(err, OW_E_FORMAT, 1,
                               "registry text is big-endian UTF-16; save it as UTF-16LE or UTF-8");
        in->encoding = REG_UTF8;
        if (n >= 2 && mark[0] == 0xff && mark[1] == 0xfe) {
                in->encoding = REG_UTF16;
                in->at = 2;
        } else if (n >= 3 && memcmp(mark, "\xef\xbb\xbf", 3) == 0) {
                in->at = 3;
        } else if (n >= 2 && mark[0] != 0 && mark[1] == 0) {
                in->encoding = REG_UTF16;       /* ASCII comes first in every .reg text, so its second byte tells */
        } else if (in->text->codepage && in->text->codepage != REG_CODEPAGE_UTF8) {
                in->encoding = REG_CODEPAGE;
                return reg_codepage_open(&in->codepage, in->text->codepage, false, err);
        }
        return 0;
}

int reg_input_open(struct reg_input *in, const ow_reg_text *text, ow_error *err)
{
        int r;

        *in = (struct reg_input){ .text = text, .raw = OW_BUFFER_INIT, .window = OW_BUFFER_INIT };
        in->size = text->p ? text->size : text->source ? text->source->size : 0;
        if (in->size > REG_TEXT_MAX_BYTES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "registry text of %llu bytes, limit %llu",
                               (unsigned long long)in->size, (unsigned long long)REG_TEXT_MAX_BYTES);
        r = find_encoding(in, err);
        if (r < 0)
                return r;
        if (!text->p || in->encoding != REG_UTF8)
                return reg_input_more(in, 0, 1, err);
        in->p = (const char *)text->p + in->at;
        in->len = (size_t)(in->size - in->at);
        in->at = in->size;
        in->last = true;
        return check_utf8(in->p, 0, in->len, 1, true, err);
}
