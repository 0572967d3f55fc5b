/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small text work on fixed buffers: copies that never cut a UTF-8 sequence, lists, case-blind comparison. */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/internal.h"

void guest_copy(char *buf, size_t size, const char *text)
{
        size_t len = strlen(text);

        if (len >= size) {
                len = size - 1;
                while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
                        len--;
        }
        memcpy(buf, text, len);
        buf[len] = '\0';
}

void guest_append(char *buf, size_t size, const char *part)
{
        size_t at = strlen(buf);
        const char *gap = at ? ", " : "";

        if (strlen(gap) + strlen(part) < size - at)
                (void)snprintf(buf + at, size - at, "%s%s", gap, part);
}

static uint8_t ascii_upper(uint8_t c)
{
        return c >= 'a' && c <= 'z' ? (uint8_t)(c - 0x20) : c;
}

/* Nearly every name is ASCII and differs in its first letters; only what is not takes the long way. */
bool guest_text_equal(const char *a, const char *b)
{
        for (;; a++, b++) {
                uint8_t x = (uint8_t)*a, y = (uint8_t)*b;

                if ((x | y) & 0x80)
                        return ow_name_compare(a, b) == 0;
                if (ascii_upper(x) != ascii_upper(y))
                        return false;
                if (x == '\0')
                        return true;
        }
}

bool guest_text_begins(const char *text, const char *prefix)
{
        size_t size = strlen(prefix);

        return strlen(text) >= size && ow_name_compare_n(text, size, prefix, size) == 0;
}

bool guest_text_contains(const char *text, const char *part)
{
        return strcasestr(text, part) != NULL;
}

size_t guest_path_part(const char *path, const char **ret_next)
{
        size_t len = strcspn(path, "\\");

        *ret_next = path[len] ? path + len + 1 : path + len;
        return len;
}
