/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/guid.h"

/* Which disk byte stands at each place of the text form. */
static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

static bool dash_before(unsigned i)
{
        return i == 4 || i == 6 || i == 8 || i == 10;
}

void ow_guid_format(const ow_guid *guid, char text[OW_GUID_TEXT])
{
        size_t at = 0;

        text[at++] = '{';
        for (unsigned i = 0; i < 16; i++) {
                if (dash_before(i))
                        text[at++] = '-';
                at += (size_t)snprintf(text + at, OW_GUID_TEXT - at, "%02x", guid->b[order[i]]);
        }
        text[at++] = '}';
        text[at] = '\0';
}

static int digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

bool ow_guid_parse(const char *text, ow_guid *ret)
{
        bool braces = *text == '{';
        ow_guid guid;

        text += braces;
        for (unsigned i = 0; i < 16; i++) {
                int high, low;

                if (dash_before(i) && *text++ != '-')
                        return false;
                high = digit(text[0]);
                low = high < 0 ? -1 : digit(text[1]);
                if (low < 0)
                        return false;
                guid.b[order[i]] = (uint8_t)(high << 4 | low);
                text += 2;
        }
        if (braces && *text++ != '}')
                return false;
        if (*text != '\0')
                return false;
        *ret = guid;
        return true;
}

bool ow_guid_is_zero(const ow_guid *guid)
{
        static const ow_guid zero;

        return memcmp(guid, &zero, sizeof zero) == 0;
}
