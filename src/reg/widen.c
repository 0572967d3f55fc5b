/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "base/utf16.h"
#include "reg/widen.h"

bool reg_reserve(ow_buffer *b, size_t more)
{
        size_t wanted, cap = b->cap < 256 ? 256 : b->cap;
        uint8_t *moved;

        if (!b->failed && more <= b->cap - b->len)
                return true;
        if (b->failed || __builtin_add_overflow(b->len, more, &wanted) || wanted > SIZE_MAX / 2) {
                b->failed = true;
                return false;
        }
        while (cap < wanted)
                cap *= 2;
        moved = ow_realloc(b->p, cap);
        if (!moved) {
                b->failed = true;
                return false;
        }
        b->p = moved;
        b->cap = cap;
        return true;
}

/* What must be zero in four UTF-16LE units that are ASCII, and in eight bytes that are. */
static const uint8_t wide_mask[8] = { 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff };
static const uint8_t byte_mask[8] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80 };

static inline bool any_of(const uint8_t *p, const uint8_t mask[8])
{
        uint64_t eight, bits;

        memcpy(&eight, p, 8);
        memcpy(&bits, mask, 8);
        return (eight & bits) != 0;
}

static bool is_ascii_unit(const uint8_t *p)
{
        return p[0] < 0x80 && p[1] == 0;
}

/* The first units of utf16 that are ASCII into to; how many. */
static size_t narrow(const uint8_t *utf16, size_t units, uint8_t *to)
{
        size_t n = 0;

        for (; n + 16 <= units; n += 16) {
                const uint8_t *p = utf16 + 2 * n;

                if (any_of(p, wide_mask) || any_of(p + 8, wide_mask) || any_of(p + 16, wide_mask) ||
                    any_of(p + 24, wide_mask))
                        break;
                for (size_t i = 0; i < 16; i++)
                        to[n + i] = p[2 * i];
        }
        for (; n < units && is_ascii_unit(utf16 + 2 * n); n++)
                to[n] = utf16[2 * n];
        return n;
}

void reg_put_utf8(ow_view utf16, ow_buffer *out)
{
        size_t units = utf16.len / 2, at = 0;

        while (at < units && reg_reserve(out, units - at)) {
                size_t n = narrow(utf16.p + 2 * at, units - at, out->p + out->len), begin;

                out->len += n;
                at += n;
                for (begin = at; at < units && !is_ascii_unit(utf16.p + 2 * at);)
                        at++;
                ow_utf16_to_utf8((ow_view){ utf16.p + 2 * begin, 2 * (at - begin) }, out);
        }
}

/* The first bytes of text that are ASCII into to as units; how many. */
static size_t widen(const uint8_t *text, size_t size, uint8_t *to)
{
        size_t n = 0;

        for (; n + 8 <= size && !any_of(text + n, byte_mask); n += 8) {
                for (size_t i = n; i < n + 8; i++) {
                        to[2 * i] = text[i];
                        to[2 * i + 1] = 0;
                }
        }
        for (; n < size && text[n] < 0x80; n++) {
                to[2 * n] = text[n];
                to[2 * n + 1] = 0;
        }
        return n;
}

int reg_put_utf16(ow_view utf8, ow_buffer *out, ow_error *err)
{
        int r = 0;

        for (size_t at = 0; at < utf8.len && r == 0;) {
                size_t begin;

                if (!reg_reserve(out, 2 * (utf8.len - at)))
                        return ow_fail_nomem(err);
                begin = at + widen(utf8.p + at, utf8.len - at, out->p + out->len);
                out->len += 2 * (begin - at);
                for (at = begin; at < utf8.len && utf8.p[at] >= 0x80;)
                        at++;
                r = ow_utf8_to_utf16((const char *)utf8.p + begin, at - begin, out, err);
        }
        return r;
}

void reg_put_wide(ow_view latin1, ow_buffer *out)
{
        if (!reg_reserve(out, 2 * latin1.len))
                return;
        for (size_t i = 0; i < latin1.len; i++) {
                out->p[out->len + 2 * i] = latin1.p[i];
                out->p[out->len + 2 * i + 1] = 0;
        }
        out->len += 2 * latin1.len;
}
