/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "reg/text-write.h"

enum {
        SPILL_BYTES = 64 << 10,         /* handed to the sink at once */
        WRAP_COLUMN = 77,               /* regedit breaks hex data behind the comma that reaches this column */
};

void reg_writer_done(struct reg_writer *w)
{
        ow_buffer_done(&w->text);
        ow_buffer_done(&w->wide);
}

/* text as UTF-16LE into w->wide. Nearly all of it is ASCII, so runs of that are widened here and in pieces. */
static int widen(struct reg_writer *w, ow_view text)
{
        uint8_t chunk[1024] = { 0 };
        int r = 0;

        for (size_t at = 0; at < text.len && r == 0;) {
                size_t n = 0, begin;

                for (; n < sizeof chunk && at < text.len && text.p[at] < 0x80; n += 2)
                        chunk[n] = text.p[at++];
                ow_buffer_put(&w->wide, chunk, n);
                for (begin = at; at < text.len && text.p[at] >= 0x80;)
                        at++;
                r = ow_utf8_to_utf16((const char *)text.p + begin, at - begin, &w->wide, &w->error);
        }
        return r;
}

static void spill(struct reg_writer *w)
{
        ow_view out = ow_buffer_view(&w->text);

        if (!w->sink || w->status < 0 || ow_buffer_failed(&w->text) || out.len == 0)
                return;
        if (w->utf16) {
                w->wide.len = 0;
                if (w->offset == 0)
                        ow_buffer_put(&w->wide, "\xff\xfe", 2);
                w->status = widen(w, out);
                if (w->status < 0)
                        return;
                out = ow_buffer_view(&w->wide);
        }
        w->status = w->sink->write(w->sink->state, w->offset, out.p, out.len, &w->error);
        w->offset += out.len;
        w->text.len = 0;
}

int reg_writer_finish(struct reg_writer *w, ow_error *err)
{
        spill(w);
        if (w->status < 0) {
                if (err)
                        *err = w->error;
                return w->status;
        }
        return ow_buffer_failed(&w->text) || ow_buffer_failed(&w->wide) ? ow_fail_nomem(err) : 0;
}

void reg_write_text(struct reg_writer *w, const char *text, size_t size)
{
        ow_buffer_put(&w->text, text, size);
        if (w->text.len >= SPILL_BYTES)
                spill(w);
}

static void write_escaped(struct reg_writer *w, const char *text, size_t size)
{
        while (size > 0) {
                size_t run = 0;

                while (run < size && text[run] != '"' && text[run] != '\\')
                        run++;
                ow_buffer_put(&w->text, text, run);
                if (run < size) {
                        ow_buffer_put_byte(&w->text, '\\');
                        ow_buffer_put_byte(&w->text, (uint8_t)text[run++]);
                }
                text += run;
                size -= run;
        }
}

/* Can a quoted string hold data and give back just these bytes? *ret_ascii: and is it ASCII. */
static bool is_plain_string(ow_view data, bool *ret_ascii)
{
        uint32_t all = 0;

        if (data.len < 2 || data.len % 2 || ow_le16_at(data.p + data.len - 2) != 0)
                return false;
        for (size_t i = 0; i + 2 < data.len; i += 2) {
                uint32_t c = ow_le16_at(data.p + i);

                if (c == 0 || c == '\r' || c == '\n')
                        return false;
                if ((c & 0xf800) == 0xd800) {
                        uint32_t next = ow_le16_at(data.p + i + 2);

                        if (c >= 0xdc00 || (next & 0xfc00) != 0xdc00)
                                return false;
                        i += 2;
                }
                all |= c;
        }
        *ret_ascii = all < 0x80;
        return true;
}

static void write_string(struct reg_writer *w, ow_view data, bool ascii)
{
        char chunk[256];

        reg_write_text(w, "\"", 1);
        if (!ascii) {
                w->wide.len = 0;
                ow_utf16_to_utf8(data, &w->wide);
                write_escaped(w, (const char *)w->wide.p, w->wide.len);
        }
        for (size_t i = 0; ascii && i < data.len;) {
                size_t n = 0;

                for (; n < sizeof chunk && i < data.len; i += 2)
                        chunk[n++] = (char)data.p[i];
                write_escaped(w, chunk, n);
        }
        reg_write_text(w, "\"", 1);
}

static void write_hex(struct reg_writer *w, ow_view data, size_t column, bool wrap)
{
        static const char digits[] = "0123456789abcdef";
        char line[3 * 32 + 8];
        size_t n = 0;

        for (size_t i = 0; i < data.len; i++) {
                line[n++] = digits[data.p[i] >> 4];
                line[n++] = digits[data.p[i] & 15];
                if (i + 1 == data.len)
                        break;
                line[n++] = ',';
                column += 3;
                if (wrap && column >= WRAP_COLUMN) {
                        memcpy(line + n, "\\\r\n  ", 5);
                        reg_write_text(w, line, n + 5);
                        column = 2;
                        n = 0;
                } else if (n >= sizeof line - 8) {
                        reg_write_text(w, line, n);
                        n = 0;
                }
        }
        reg_write_text(w, line, n);
}

/* Columns of UTF-8 text as regedit counts them: UTF-16 units. */
static size_t columns(const char *text, size_t size)
{
        size_t n = 0;

        for (size_t i = 0; i < size; i++) {
                unsigned char c = (unsigned char)text[i];

                if ((c & 0xc0) != 0x80)
                        n += c < 0xf0 ? 1 : 2;
        }
        return n;
}

void reg_write_value(struct reg_writer *w, const char *name, uint32_t type, ow_view data, bool wrap)
{
        size_t begin = w->text.len, column;
        bool ascii;

        if (*name) {
                ow_buffer_put_byte(&w->text, '"');
                write_escaped(w, name, strlen(name));
                ow_buffer_put(&w->text, "\"=", 2);
        } else {
                ow_buffer_put(&w->text, "@=", 2);
        }
        if (type == OW_REG_SZ && is_plain_string(data, &ascii)) {
                write_string(w, (ow_view){ data.p, data.len - 2 }, ascii);
                return;
        }
        if (type == OW_REG_DWORD && data.len == 4) {
                ow_buffer_printf(&w->text, "dword:%08x", ow_le32_at(data.p));
                return;
        }
        if (type == OW_REG_BINARY)
                ow_buffer_put(&w->text, "hex:", 4);
        else
                ow_buffer_printf(&w->text, "hex(%x):", type);
        if (ow_buffer_failed(&w->text))
                return;
        column = columns((const char *)w->text.p + begin, w->text.len - begin);
        write_hex(w, data, column, wrap);
}

int ow_reg_format_value(const char *name, uint32_t type, const void *data, size_t size, bool wrap, char **ret,
                        ow_error *err)
{
        __attribute__((cleanup(reg_writer_done))) struct reg_writer w = REG_WRITER_INIT;
        char *text;
        int r;

        reg_write_value(&w, name, type, (ow_view){ data, size }, wrap);
        r = reg_writer_finish(&w, err);
        if (r < 0)
                return r;
        text = ow_buffer_take_text(&w.text);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}
