/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"

static bool is_high(uint32_t c)
{
        return c >= 0xd800 && c <= 0xdbff;
}

static bool is_low(uint32_t c)
{
        return c >= 0xdc00 && c <= 0xdfff;
}

size_t ow_utf8_encode(uint32_t c, uint8_t ret[4])
{
        static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

        for (size_t i = n; i-- > 1; c >>= 6)
                ret[i] = (uint8_t)(0x80 | (c & 0x3f));
        ret[0] = (uint8_t)(marks[n] | c);
        return n;
}

void ow_utf8_put(ow_buffer *out, uint32_t c)
{
        uint8_t bytes[4];

        ow_buffer_put(out, bytes, ow_utf8_encode(c, bytes));
}

uint32_t ow_utf16_next(ow_view utf16, size_t *at)
{
        uint32_t c = ow_le16_at(utf16.p + *at), low;

        *at += 2;
        if (!is_high(c) || *at + 2 > utf16.len)
                return c;
        low = ow_le16_at(utf16.p + *at);
        if (!is_low(low))
                return c;
        *at += 2;
        return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

/* Nearly all text is ASCII: it goes in by runs. Returns where the first other unit is, or a run was full. */
static size_t put_ascii(ow_view utf16, size_t from, size_t units, ow_buffer *out)
{
        uint8_t run[128];
        size_t n = 0;

        while (from < units && n < sizeof run && utf16.p[2 * from + 1] == 0 && utf16.p[2 * from] < 0x80)
                run[n++] = utf16.p[2 * from++];
        if (n)
                ow_buffer_put(out, run, n);
        return from;
}

void ow_utf16_to_utf8(ow_view utf16, ow_buffer *out)
{
        size_t units = utf16.len / 2;

        for (size_t i = 0; (i = put_ascii(utf16, i, units, out)) < units;) {
                size_t at = 2 * i;

                ow_utf8_put(out, ow_utf16_next(utf16, &at));
                i = at / 2;
        }
}

bool ow_utf8_next(const char *utf8, size_t size, size_t *at, uint32_t *ret)
{
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        const uint8_t *p = (const uint8_t *)utf8;
        uint8_t first;
        uint32_t c;
        size_t n;

        if (*at >= size)
                return false;
        first = p[*at];
        if (first < 0x80) {
                n = 1;
                c = first;
        } else if ((first & 0xe0) == 0xc0) {
                n = 2;
                c = first & 0x1f;
        } else if ((first & 0xf0) == 0xe0) {
                n = 3;
                c = first & 0x0f;
        } else if ((first & 0xf8) == 0xf0) {
                n = 4;
                c = first & 0x07;
        } else {
                return false;
        }
        if (n > size - *at)
                return false;
        for (size_t i = 1; i < n; i++) {
                if ((p[*at + i] & 0xc0) != 0x80)
                        return false;
                c = c << 6 | (p[*at + i] & 0x3f);
        }
        if ((c < least[n] && !(c == 0 && n == 2)) || c > 0x10ffff)
                return false;
        *at += n;
        *ret = c;
        return true;
}

static void put_unit(ow_buffer *out, uint32_t unit)
{
        uint8_t b[2];

        ow_le16_put(b, (uint16_t)unit);
        ow_buffer_put(out, b, sizeof b);
}

int ow_utf8_to_utf16(const char *utf8, size_t size, ow_buffer *out, ow_error *err)
{
        uint32_t c;

        for (size_t at = 0; at < size;) {
                if (!ow_utf8_next(utf8, size, &at, &c))
                        return ow_fail(err, OW_E_INVAL, at, "byte %zu (0x%02x) is not UTF-8", at,
                                       (unsigned)(uint8_t)utf8[at]);
                if (c < 0x10000) {
                        put_unit(out, c);
                } else {
                        put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
                        put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
                }
        }
        return ow_buffer_failed(out) ? ow_fail_nomem(err) : 0;
}

ow_view ow_utf16_trim(ow_view utf16)
{
        utf16.len &= ~(size_t)1;
        while (utf16.len >= 2 && ow_le16_at(utf16.p + utf16.len - 2) == 0)
                utf16.len -= 2;
        return utf16;
}

char *ow_utf16_text(ow_view utf16)
{
        ow_buffer out = OW_BUFFER_INIT;

        ow_utf16_to_utf8(ow_utf16_trim(utf16), &out);
        return ow_buffer_take_text(&out);
}

char *ow_latin1_text(ow_view latin1)
{
        ow_buffer out = OW_BUFFER_INIT;

        for (size_t i = 0; i < latin1.len; i++)
                ow_utf8_put(&out, latin1.p[i]);
        return ow_buffer_take_text(&out);
}

bool ow_text_is_unsafe(uint32_t c)
{
        return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xdfff) ||
               c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

ow_view ow_utf16_list(ow_view data)
{
        data.len &= ~(size_t)1;
        if (data.len >= 2 && ow_le16_at(data.p + data.len - 2) == 0)
                data.len -= 2;
        return data;
}

bool ow_utf16_next_string(ow_view *rest, ow_view *ret)
{
        size_t size = 0, past;

        if (rest->len < 2)
                return false;
        while (size + 2 <= rest->len && ow_le16_at(rest->p + size) != 0)
                size += 2;
        past = size + 2 < rest->len ? size + 2 : rest->len;
        *ret = (ow_view){ rest->p, size };
        *rest = (ow_view){ rest->p + past, rest->len - past };
        return true;
}
