/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of an INF to UTF-8. What has no mark and is not UTF-8 is taken as Windows-1252: only texts for people differ.
 */
#include <string.h>

#include "base/le.h"
#include "base/utf16.h"
#include "inf/inf.h"

/* Windows-1252 where it is not Latin-1; the five holes stay C1 controls, as Windows has them. */
static const uint16_t high[32] = {
        0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static bool is_utf8(const uint8_t *p, size_t size)
{
        size_t at = 0;
        uint32_t c;

        while (at < size)
                if (!ow_utf8_next((const char *)p, size, &at, &c) || c == 0)
                        return false;
        return true;
}

static void put_ansi(const uint8_t *p, size_t size, ow_buffer *out)
{
        for (size_t i = 0; i < size; i++) {
                uint16_t unit = p[i] >= 0x80 && p[i] < 0xa0 ? high[p[i] - 0x80] : p[i];
                uint8_t two[2];

                if (unit < 0x80) {
                        ow_buffer_put_byte(out, p[i]);
                        continue;
                }
                ow_le16_put(two, unit);
                ow_utf16_to_utf8((ow_view){ two, sizeof two }, out);
        }
}

int inf_text_decode(const void *bytes, size_t size, ow_buffer *out, ow_error *err)
{
        const uint8_t *p = bytes;
        size_t begin = out->len;

        if (size > OW_INF_MAX_BYTES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "an INF of %zu bytes, limit %d", size, OW_INF_MAX_BYTES);
        if (size >= 2 && p[0] == 0xfe && p[1] == 0xff)
                return ow_fail(err, OW_E_FORMAT, 0, "big-endian UTF-16 is no INF that Windows reads");
        if (size >= 2 && p[0] == 0xff && p[1] == 0xfe)
                ow_utf16_to_utf8((ow_view){ p + 2, size - 2 }, out);
        else if (size >= 2 && p[0] != 0 && p[1] == 0)
                ow_utf16_to_utf8((ow_view){ p, size }, out);
        else if (size >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 && is_utf8(p + 3, size - 3))
                ow_buffer_put(out, p + 3, size - 3);
        else if (size && is_utf8(p, size))
                ow_buffer_put(out, p, size);
        else
                put_ansi(p, size, out);
        if (ow_buffer_failed(out))
                return ow_fail_nomem(err);
        if (out->len > begin && memchr(out->p + begin, 0, out->len - begin))
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "it holds NUL characters: not a text");
        return 0;
}
