/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of rows: bytes in lower case hex. */
#ifndef GUEST_NSI_HEX_H
#define GUEST_NSI_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline void nsi_hex_put(char *text, const uint8_t *bytes, size_t size)
{
        static const char digits[] = "0123456789abcdef";

        for (size_t i = 0; i < size; i++) {
                *text++ = digits[bytes[i] >> 4];
                *text++ = digits[bytes[i] & 15];
        }
        *text = '\0';
}

/* The first size bytes that text spells; false when it is shorter or holds anything else. Windows compares names
 * without case, so both cases are read. */
static inline bool nsi_hex_get(const char *text, uint8_t *bytes, size_t size)
{
        for (size_t i = 0; i < 2 * size; i++) {
                char c = text[i];
                unsigned digit;

                if (c >= '0' && c <= '9')
                        digit = (unsigned)(c - '0');
                else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                        digit = (unsigned)((c | 0x20) - 'a') + 10;
                else
                        return false; /* also the end of text */
                bytes[i / 2] = (uint8_t)(i % 2 ? bytes[i / 2] | digit : digit << 4);
        }
        return true;
}

#endif
