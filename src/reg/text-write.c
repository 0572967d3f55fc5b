/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "reg/text-write.h"
#include "reg/widen.h"

enum {
        SPILL_BYTES = 64 << 10,         /* handed to the sink at once */
        WRAP_COLUMN = 77,               /* regedit breaks hex data behind the comma that reaches this column */
        HEX_PIECE = 4096,               /* bytes of data between two looks at the room */
};

void reg_writer_done(struct reg_writer *w)
{
        ow_buffer_done(&w->out);
        ow_buffer_done(&w->scratch);
}

static void hand_over(struct reg_writer *w)
{
        if (!w->sink || w->status < 0 || ow_buffer_failed(&w->out) || w->out.len == 0)
                return;
        w->status = w->sink->write(w->sink->state, w->offset, w->out.p, w->out.len, &w->error);
        w->offset += w->out.len;
        w->out.len = 0;
}

void reg_writer_spill(struct reg_writer *w)
{
        if (w->out.len >= SPILL_BYTES && !w->hold)
                hand_over(w);
}

int reg_writer_finish(struct reg_writer *w, ow_error *err)
{
        hand_over(w);
        if (w->status < 0) {
                if (err)
                        *err = w->error;
                return w->status;
        }
        return ow_buffer_failed(&w->out) || ow_buffer_failed(&w->scratch) ? ow_fail_nomem(err) : 0;
}

/* ---- text; room for it was made before ---- */

static void put(struct reg_writer *w, uint8_t ascii)
{
        w->out.p[w->out.len++] = ascii;
        if (w->wide)
                w->out.p[w->out.len++] = 0;
}

void reg_write_ascii(struct reg_writer *w, const char *text)
{
        size_t size = strlen(text);

        if (!reg_reserve(&w->out, 2 * size))
                return;
        for (size_t i = 0; i < size; i++)
                put(w, (uint8_t)text[i]);
}

void reg_write_header(struct reg_writer *w)
{
        if (w->wide)
                ow_buffer_put(&w->out, "\xff\xfe", 2);
        reg_write_ascii(w, "Windows Registry Editor Version 5.00\r\n\r\n");
}

static bool is_special(uint32_t c)
{
        return c == '"' || c == '\\';
}

static void write_latin1(struct reg_writer *w, ow_view text, bool escape)
{
        if (!reg_reserve(&w->out, 4 * text.len))
                return;
        for (size_t i = 0; i < text.len; i++) {
                uint8_t c = text.p[i];

                if (escape && is_special(c))
                        put(w, '\\');
                if (c >= 0x80 && !w->wide) {
                        put(w, (uint8_t)(0xc0 | c >> 6));
                        c = 0x80 | (c & 0x3f);
                }
                put(w, c);
        }
}

/* UTF-16LE to UTF-16LE. */
static void write_units(struct reg_writer *w, ow_view text, bool escape)
{
        uint8_t *to;

        if (!reg_reserve(&w->out, 2 * text.len))
                return;
        to = w->out.p + w->out.len;
        for (size_t i = 0; i + 2 <= text.len; i += 2) {
                uint16_t c = ow_le16_at(text.p + i);

                if (escape && is_special(c)) {
                        ow_le16_put(to, '\\');
                        to += 2;
                }
                ow_le16_put(to, c);
                to += 2;
        }
        w->out.len = (size_t)(to - w->out.p);
}

/* UTF-8 to UTF-8. */
static void write_bytes(struct reg_writer *w, const uint8_t *text, size_t size, bool escape)
{
        uint8_t *to;

        if (!reg_reserve(&w->out, 2 * size))
                return;
        to = w->out.p + w->out.len;
        for (size_t i = 0; i < size; i++) {
                if (escape && is_special(text[i]))
                        *to++ = '\\';
                *to++ = text[i];
        }
        w->out.len = (size_t)(to - w->out.p);
}

static void write_utf16(struct reg_writer *w, ow_view text, bool escape)
{
        if (w->wide) {
                write_units(w, text, escape);
                return;
        }
        w->scratch.len = 0;
        reg_put_utf8(text, &w->scratch);
        write_bytes(w, w->scratch.p, w->scratch.len, escape);
}

void reg_write_utf8(struct reg_writer *w, const char *text, size_t size, bool escape)
{
        const ow_view view = { (const uint8_t *)text, size };
        ow_error error = OW_ERROR_INIT;

        if (!w->wide) {
                write_bytes(w, view.p, size, escape);
                return;
        }
        w->scratch.len = 0;
        if (reg_put_utf16(view, &w->scratch, &error) < 0 && w->status == 0) {
                w->status = error.code;
                w->error = error;
        }
        write_units(w, ow_buffer_view(&w->scratch), escape);
}

void reg_write_name(struct reg_writer *w, const ow_hive_name *name, bool escape)
{
        const ow_view text = { name->p, name->size };

        if (name->latin1)
                write_latin1(w, text, escape);
        else
                write_utf16(w, text, escape);
}

/* ---- data ---- */

/* Can a quoted string hold data and give back just these bytes? */
static bool is_plain_string(ow_view data)
{
        if (data.len < 2 || data.len % 2 || ow_le16_at(data.p + data.len - 2) != 0)
                return false;
        for (size_t i = 0; i + 2 < data.len; i += 2) {
                uint32_t c = ow_le16_at(data.p + i);

                if (c < 0x10 && (c == 0 || c == '\r' || c == '\n'))
                        return false;
                if ((c & 0xf800) == 0xd800) {
                        if (c >= 0xdc00 || (ow_le16_at(data.p + i + 2) & 0xfc00) != 0xdc00)
                                return false;
                        i += 2;
                }
        }
        return true;
}

static const char digits[] = "0123456789abcdef";

/* "xx," of n bytes; up to two bytes behind them are written over. */
static uint8_t *put_hex(const uint8_t *data, size_t n, uint8_t *to)
{
        for (size_t i = 0; i < n; i++, to += 3) {
                to[0] = (uint8_t)digits[data[i] >> 4];
                to[1] = (uint8_t)digits[data[i] & 15];
                to[2] = ',';
        }
        return to;
}

static uint8_t *put_wide_hex(const uint8_t *data, size_t n, uint8_t *to)
{
        for (size_t i = 0; i < n; i++, to += 6)
                ow_le64_put(to, (uint64_t)(uint8_t)digits[data[i] >> 4] |
                            (uint64_t)(uint8_t)digits[data[i] & 15] << 16 | (uint64_t)',' << 32);
        return to;
}

/* Bytes that still fit on the line: the one whose comma reaches WRAP_COLUMN is the last. */
static size_t bytes_on_line(size_t column)
{
        return column >= WRAP_COLUMN ? 1 : (WRAP_COLUMN - column + 2) / 3;
}

static void write_hex(struct reg_writer *w, ow_view data, size_t column, bool wrap)
{
        size_t left = wrap ? bytes_on_line(column) : SIZE_MAX;

        for (size_t at = 0; at < data.len;) {
                size_t n = data.len - at < left ? data.len - at : left;
                uint8_t *to;

                n = n < HEX_PIECE ? n : HEX_PIECE;
                reg_writer_spill(w);
                if (!reg_reserve(&w->out, 6 * n + 16))
                        return;
                to = w->out.p + w->out.len;
                to = w->wide ? put_wide_hex(data.p + at, n, to) : put_hex(data.p + at, n, to);
                w->out.len = (size_t)(to - w->out.p);
                at += n;
                left -= n;
                if (left > 0 || at == data.len)
                        continue;
                reg_write_ascii(w, "\\\r\n  ");
                left = bytes_on_line(2);
        }
        if (data.len > 0)
                w->out.len -= w->wide ? 2 : 1;  /* no comma behind the last */
}

/* UTF-16 units from begin to the end of out. */
static size_t columns(const struct reg_writer *w, size_t begin)
{
        size_t n = 0;

        if (w->wide)
                return (w->out.len - begin) / 2;
        for (size_t i = begin; i < w->out.len; i++) {
                if ((w->out.p[i] & 0xc0) != 0x80)
                        n += w->out.p[i] < 0xf0 ? 1 : 2;
        }
        return n;
}

static void write_number(struct reg_writer *w, const char *before, uint32_t n, unsigned min_digits)
{
        char text[9], *p = text + 8;

        *p = '\0';
        for (unsigned i = 0; i < min_digits || n > 0; i++, n >>= 4)
                *--p = digits[n & 15];
        reg_write_ascii(w, before);
        reg_write_ascii(w, p);
}

void reg_write_data(struct reg_writer *w, size_t line_begin, uint32_t type, ow_view data, bool wrap)
{
        if (type == OW_REG_SZ && is_plain_string(data)) {
                reg_write_ascii(w, "\"");
                write_utf16(w, (ow_view){ data.p, data.len - 2 }, true);
                reg_write_ascii(w, "\"");
        } else if (type == OW_REG_DWORD && data.len == 4) {
                write_number(w, "dword:", ow_le32_at(data.p), 8);
        } else {
                if (type == OW_REG_BINARY) {
                        reg_write_ascii(w, "hex:");
                } else {
                        write_number(w, "hex(", type, 1);
                        reg_write_ascii(w, "):");
                }
                if (!ow_buffer_failed(&w->out))
                        write_hex(w, data, wrap ? columns(w, line_begin) : 0, wrap);
        }
}

void reg_write_value(struct reg_writer *w, const ow_hive_name *name, uint32_t type, ow_view data)
{
        size_t begin;

        reg_writer_spill(w);
        begin = w->out.len;
        if (name->size) {
                reg_write_ascii(w, "\"");
                reg_write_name(w, name, true);
                reg_write_ascii(w, "\"=");
        } else {
                reg_write_ascii(w, "@=");
        }
        reg_write_data(w, begin, type, data, true);
        reg_write_ascii(w, "\r\n");
}

int ow_reg_format_value(const char *name, uint32_t type, const void *data, size_t size, bool wrap, char **ret,
                        ow_error *err)
{
        __attribute__((cleanup(reg_writer_done))) struct reg_writer w = REG_WRITER_INIT;
        char *text;
        int r;

        reg_write_ascii(&w, *name ? "\"" : "@=");
        reg_write_utf8(&w, name, strlen(name), true);
        reg_write_ascii(&w, *name ? "\"=" : "");
        reg_write_data(&w, 0, type, (ow_view){ data, size }, wrap);
        r = reg_writer_finish(&w, err);
        if (r < 0)
                return r;
        text = ow_buffer_take_text(&w.out);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}
