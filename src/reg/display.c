/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data of values for people, both ways: one safe line to read, and the data for what somebody typed. Showing costs
 * no more than max_chars, however large the data.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "reg/text-lex.h"
#include "reg/types.h"

/* ---- out ---- */

struct line {
        ow_buffer text;
        size_t chars, max;
        size_t cut;                     /* bytes of text when it was three characters below max */
};

static bool is_full(const struct line *l)
{
        return l->chars > l->max;
}

/* One character; size bytes of UTF-8. */
static void put_char(struct line *l, const void *utf8, size_t size)
{
        if (is_full(l))
                return;
        ow_buffer_put(&l->text, utf8, size);
        l->chars++;
        if (l->chars + 3 <= l->max)
                l->cut = l->text.len;
}

static void put_ascii(struct line *l, const char *text)
{
        for (; *text; text++)
                put_char(l, text, 1);
}

static void put_escaped(struct line *l, uint32_t c)
{
        char escape[16];

        if (c == '\n' || c == '\r' || c == '\t')
                (void)snprintf(escape, sizeof escape, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else if (c == '\\' || c == '"')
                (void)snprintf(escape, sizeof escape, "\\%c", (char)c);
        else
                (void)snprintf(escape, sizeof escape, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
        put_ascii(l, escape);
}

/* Does what would be shown of a string hold something that cannot stand as it is? */
static bool needs_escapes(const struct line *l, ow_view utf16, bool in_list)
{
        size_t chars = l->chars;

        for (size_t at = 0; at + 2 <= utf16.len && chars <= l->max; chars++) {
                uint32_t c = ow_utf16_next(utf16, &at);

                if (ow_text_is_unsafe(c) || (in_list && c == '"'))
                        return true;
        }
        return false;
}

/* "as it is", so that paths stay what they are; or $"with \n, \u0000, \\ and \"", which is never mistaken for that. */
static void put_string(struct line *l, ow_view utf16, bool in_list)
{
        bool escapes = needs_escapes(l, utf16, in_list);

        put_ascii(l, escapes ? "$\"" : "\"");
        for (size_t at = 0; at + 2 <= utf16.len && !is_full(l);) {
                uint32_t c = ow_utf16_next(utf16, &at);
                uint8_t utf8[4];

                if (escapes && (c == '\\' || c == '"' || ow_text_is_unsafe(c))) {
                        put_escaped(l, c);
                        continue;
                }
                put_char(l, utf8, ow_utf8_encode(c, utf8));
        }
        put_ascii(l, "\"");
}

static void put_list(struct line *l, ow_view utf16)
{
        ow_view one, rest = ow_utf16_list(utf16);

        put_ascii(l, "[");
        for (bool first = true; !is_full(l) && ow_utf16_next_string(&rest, &one); first = false) {
                put_ascii(l, first ? "" : ", ");
                put_string(l, one, true);
        }
        put_ascii(l, "]");
}

static void put_bytes(struct line *l, ow_view data)
{
        char text[4];

        if (data.len == 0)
                put_ascii(l, "(empty)");
        for (size_t i = 0; i < data.len && !is_full(l); i++) {
                (void)snprintf(text, sizeof text, "%s%02x", i ? " " : "", data.p[i]);
                put_ascii(l, text);
        }
}

static void put_number(struct line *l, uint64_t n, int digits)
{
        char text[64];

        (void)snprintf(text, sizeof text, "%llu (0x%0*llx)", (unsigned long long)n, digits, (unsigned long long)n);
        put_ascii(l, text);
}

static void put_data(struct line *l, uint32_t type, ow_view data)
{
        bool even = data.len % 2 == 0;

        if ((type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_LINK) && even)
                put_string(l, ow_utf16_trim(data), false);
        else if (type == OW_REG_MULTI_SZ && even)
                put_list(l, data);
        else if (type == OW_REG_DWORD && data.len == 4)
                put_number(l, ow_le32_at(data.p), 8);
        else if (type == OW_REG_DWORD_BIG_ENDIAN && data.len == 4)
                put_number(l, __builtin_bswap32(ow_le32_at(data.p)), 8);
        else if (type == OW_REG_QWORD && data.len == 8)
                put_number(l, ow_le64_at(data.p), 16);
        else
                put_bytes(l, data);
}

int ow_reg_display_data(uint32_t type, const void *data, size_t size, size_t max_chars, char **ret, ow_error *err)
{
        struct line l = { .text = OW_BUFFER_INIT, .max = max_chars ? max_chars : SIZE_MAX - 3 };
        char *text;

        put_data(&l, type, (ow_view){ data, size });
        if (is_full(&l)) {
                l.text.len = l.cut;
                ow_buffer_put(&l.text, "...", max_chars < 3 ? max_chars : 3);
        }
        text = ow_buffer_take_text(&l.text);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}

/* ---- in ---- */

static int take_string(const char *text, bool nul, ow_buffer *out, ow_error *err)
{
        int r = ow_utf8_to_utf16(text, strlen(text), out, err);

        if (r < 0)
                return r;
        ow_buffer_put(out, "\0", nul ? 2 : 0);
        return 0;
}

static int take_list(const char *const *texts, size_t n_texts, ow_buffer *out, ow_error *err)
{
        for (size_t i = 0; i < n_texts; i++) {
                int r = take_string(texts[i], true, out, err);

                if (r < 0)
                        return ow_wrap(err, r, "string %zu of the list", i + 1);
        }
        ow_buffer_put(out, "\0", 2);
        return 0;
}

static int take_number(const char *text, uint64_t max, size_t size, bool big_endian, ow_buffer *out, ow_error *err)
{
        uint8_t bytes[8];
        uint64_t n;

        if (!reg_parse_number(text, max, &n))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not a number from 0 to %llu, decimal or 0x...",
                               text, (unsigned long long)max);
        ow_le64_put(bytes, big_endian ? __builtin_bswap32((uint32_t)n) : n);
        ow_buffer_put(out, bytes, size);
        return 0;
}

static int take_bytes(const char *text, ow_buffer *out, ow_error *err)
{
        size_t at = 0;

        for (;;) {
                int high, low;

                at += strspn(text + at, " ,\t");
                if (!text[at])
                        return 0;
                high = reg_hex_digit(text[at]);
                low = high < 0 ? -1 : reg_hex_digit(text[at + 1]);
                if (low < 0)
                        return ow_fail(err, OW_E_INVAL, at,
                                       "expected two hex digits per byte at character %zu of '%s'", at + 1, text);
                ow_buffer_put_byte(out, (uint8_t)(high << 4 | low));
                at += 2;
        }
}

static int take_data(uint32_t type, const char *const *texts, size_t n_texts, ow_buffer *out, ow_error *err)
{
        if (type == OW_REG_MULTI_SZ)
                return take_list(texts, n_texts, out, err);
        if (n_texts != 1)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "expected one text for the data, got %zu", n_texts);
        switch (type) {
        case OW_REG_SZ:
        case OW_REG_EXPAND_SZ:
                return take_string(texts[0], true, out, err);
        case OW_REG_LINK:               /* the one string type that Windows stores without a NUL */
                return take_string(texts[0], false, out, err);
        case OW_REG_DWORD:
        case OW_REG_DWORD_BIG_ENDIAN:
                return take_number(texts[0], UINT32_MAX, 4, type == OW_REG_DWORD_BIG_ENDIAN, out, err);
        case OW_REG_QWORD:
                return take_number(texts[0], UINT64_MAX, 8, false, out, err);
        default:
                return take_bytes(texts[0], out, err);
        }
}

int ow_reg_parse_data(uint32_t type, const char *const *texts, size_t n_texts, ow_blob *ret, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        int r;

        r = take_data(type, texts, n_texts, &out, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&out))
                return ow_fail_nomem(err);
        *ret = (ow_blob){ out.p, out.len };
        out = (ow_buffer)OW_BUFFER_INIT;
        return 0;
}
