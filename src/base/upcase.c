/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "base/utf16.h"

/* Units first, first + step, ... last become themselves plus delta. Sorted by first. */
static const struct run {
        uint16_t first, last;
        uint8_t step;
        int32_t delta;
} runs[] = {
#include "base/upcase-table.h"
};

uint16_t ow_upcase(uint16_t unit)
{
        size_t low = 0, high = OW_COUNT(runs);

        if (unit < 0x80)
                return unit >= 'a' && unit <= 'z' ? (uint16_t)(unit - 0x20) : unit;
        while (low < high) {
                size_t mid = low + (high - low) / 2;

                if (unit > runs[mid].last)
                        low = mid + 1;
                else if (unit < runs[mid].first)
                        high = mid;
                else if ((unit - runs[mid].first) % runs[mid].step == 0)
                        return (uint16_t)(unit + runs[mid].delta);
                else
                        break;
        }
        return unit;
}

/* Hands out the UTF-16 units of a UTF-8 text one by one; a malformed byte counts as itself. */
struct units {
        const char *text;
        size_t size;
        size_t at;
        uint32_t low; /* second half of a pair, still to come */
};

static bool next_unit(struct units *u, uint16_t *ret)
{
        uint32_t c;

        if (u->low) {
                *ret = (uint16_t)u->low;
                u->low = 0;
                return true;
        }
        if (u->at >= u->size)
                return false;
        if (!ow_utf8_next(u->text, u->size, &u->at, &c))
                c = (uint8_t)u->text[u->at++];
        if (c >= 0x10000) {
                u->low = 0xdc00 + ((c - 0x10000) & 0x3ff);
                c = 0xd800 + ((c - 0x10000) >> 10);
        }
        *ret = (uint16_t)c;
        return true;
}

static uint8_t upcase_ascii(uint8_t c)
{
        return (uint8_t)(c - 'a') < 26 ? (uint8_t)(c - 'a' + 'A') : c;
}

int ow_name_compare_n(const char *a, size_t a_size, const char *b, size_t b_size)
{
        const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;
        size_t both = a_size < b_size ? a_size : b_size, at = 0;
        struct units ua, ub;
        uint16_t ca, cb;

        /* Most names are ASCII, and most comparisons end within it. */
        for (; at < both && (p[at] | q[at]) < 0x80; at++)
                if (p[at] != q[at] && upcase_ascii(p[at]) != upcase_ascii(q[at]))
                        return upcase_ascii(p[at]) < upcase_ascii(q[at]) ? -1 : 1;
        ua = (struct units){ a, a_size, at, 0 };
        ub = (struct units){ b, b_size, at, 0 };
        for (;;) {
                bool more_a = next_unit(&ua, &ca), more_b = next_unit(&ub, &cb);

                if (!more_a || !more_b)
                        return (int)more_a - (int)more_b;
                ca = ow_upcase(ca);
                cb = ow_upcase(cb);
                if (ca != cb)
                        return ca < cb ? -1 : 1;
        }
}

int ow_name_compare(const char *a, const char *b)
{
        return ow_name_compare_n(a, strlen(a), b, strlen(b));
}
