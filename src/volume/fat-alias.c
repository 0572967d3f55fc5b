/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Short names of FAT: eight and three bytes in upper case. Bytes from 0x80 on are of the code page of the Windows that
 * wrote them, which the volume does not tell; code page 437 is taken. Short names that we make are plain ASCII.
 */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "volume/fat.h"

enum {
        CASE_BASE = 0x08,               /* Windows NT: show the base in lower case */
        CASE_EXTENSION = 0x10,
        MAX_TAIL = 70000,               /* more than a folder has entries */
};

static const uint16_t cp437[128] = {
        0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7, 0x00ea, 0x00eb, 0x00e8, 0x00ef,
        0x00ee, 0x00ec, 0x00c4, 0x00c5, 0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
        0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192, 0x00e1, 0x00ed, 0x00f3, 0x00fa,
        0x00f1, 0x00d1, 0x00aa, 0x00ba, 0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
        0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
        0x255d, 0x255c, 0x255b, 0x2510, 0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
        0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
        0x2558, 0x2552, 0x2553, 0x256b, 0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
        0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4, 0x03a6, 0x0398, 0x03a9, 0x03b4,
        0x221e, 0x03c6, 0x03b5, 0x2229, 0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
        0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

static void put_text(const uint8_t *bytes, size_t size, bool lower, struct volume_name *ret)
{
        while (size && bytes[size - 1] == ' ')
                size--;
        for (size_t i = 0; i < size; i++) {
                uint16_t c = bytes[i] < 0x80 ? bytes[i] : cp437[bytes[i] - 0x80];

                ret->units[ret->n_units++] = lower && c >= 'A' && c <= 'Z' ? (uint16_t)(c + 0x20) : c;
        }
}

void fat_alias_text(const uint8_t short_name[11], unsigned nt_case, struct volume_name *ret)
{
        size_t before;

        ret->n_units = 0;
        put_text(short_name, 8, nt_case & CASE_BASE, ret);
        before = ret->n_units;
        ret->units[ret->n_units++] = '.';
        put_text(short_name + 8, 3, nt_case & CASE_EXTENSION, ret);
        if (ret->n_units == before + 1)         /* no extension, so no dot */
                ret->n_units = before;
}

void fat_alias_label(const char *label, char *ret, size_t size)
{
        size_t n = 0;

        for (; *label && n + 3 < size; label++) {
                uint8_t byte = (uint8_t)*label;
                uint16_t c = byte < 0x80 ? byte : cp437[byte - 0x80];

                if (c < 0x80) {
                        ret[n++] = (char)c;
                } else if (c < 0x800) {
                        ret[n++] = (char)(0xc0 | c >> 6);
                        ret[n++] = (char)(0x80 | (c & 0x3f));
                } else {
                        ret[n++] = (char)(0xe0 | c >> 12);
                        ret[n++] = (char)(0x80 | (c >> 6 & 0x3f));
                        ret[n++] = (char)(0x80 | (c & 0x3f));
                }
        }
        ret[n] = '\0';
}

static bool is_short_char(uint16_t c)
{
        return c > 0x20 && c < 0x7f && !strchr("\"*+,./:;<=>?[\\]|", (char)c);
}

/* Where the extension begins (behind its dot), or n_units when there is none; a leading dot makes no extension. */
static size_t extension_of(const struct volume_name *name)
{
        for (size_t i = name->n_units; i-- > 1;) {
                if (name->units[i] == '.')
                        return i + 1;
        }
        return name->n_units;
}

bool fat_alias_exact(const struct volume_name *name, uint8_t ret[11])
{
        size_t extension = extension_of(name);
        size_t base_size = extension < name->n_units ? extension - 1 : name->n_units;
        size_t extension_size = name->n_units - extension;

        if (base_size == 0 || base_size > 8 || extension_size > 3)
                return false;
        memset(ret, ' ', 11);
        for (size_t i = 0; i < base_size + extension_size; i++) {
                uint16_t c = name->units[i < base_size ? i : extension + (i - base_size)];

                if (!is_short_char(c) || (c >= 'a' && c <= 'z'))
                        return false;
                ret[i < base_size ? i : 8 + (i - base_size)] = (uint8_t)c;
        }
        return true;
}

/* Upper case, without spaces and dots, other characters that are not allowed as '_'. Returns the bytes stored. */
static size_t squeeze(const uint16_t *units, size_t n_units, uint8_t *ret, size_t max)
{
        size_t n = 0;

        for (size_t i = 0; i < n_units && n < max; i++) {
                uint16_t c = ow_upcase(units[i]);

                if (c == ' ' || c == '.')
                        continue;
                ret[n++] = is_short_char(c) ? (uint8_t)c : '_';
        }
        return n;
}

/* The number of "~n" in a short name that has this base in front of it, or 0. */
static uint32_t tail_of(const uint8_t name[11], const uint8_t *base, size_t base_size)
{
        uint32_t number = 0;
        size_t tilde = 0, i;

        for (i = 0; i < 8 && name[i] != ' '; i++) {
                if (name[i] == '~')
                        tilde = i;
        }
        if (tilde == 0 || memcmp(name, base, tilde < base_size ? tilde : base_size) != 0 ||
            (tilde < 6 && tilde < base_size && i < 8))
                return 0;
        for (size_t k = tilde + 1; k < i; k++) {
                if (name[k] < '0' || name[k] > '9')
                        return 0;
                number = number * 10 + (name[k] - '0');
        }
        return number;
}

int fat_alias_make(const struct volume_name *name, const uint8_t *bytes, size_t size, uint8_t ret[11], ow_error *err)
{
        uint8_t used[MAX_TAIL / 8 + 1] = { 0 };
        uint8_t base[8], extension[3];
        size_t at_extension = extension_of(name), base_size, extension_size, at = 0;
        struct fat_entry entry;
        uint32_t number = 1;
        char tail[8];

        base_size = squeeze(name->units, at_extension < name->n_units ? at_extension - 1 : name->n_units, base, 6);
        extension_size = squeeze(name->units + at_extension, name->n_units - at_extension, extension, 3);
        if (base_size == 0)
                base[base_size++] = '_';
        while (fat_entry_next(bytes, size, &at, &entry)) {
                uint32_t taken = tail_of(entry.short_name, base, base_size);

                if (taken < MAX_TAIL)
                        used[taken / 8] |= (uint8_t)(1u << taken % 8);
        }
        while (number < MAX_TAIL && used[number / 8] & 1u << number % 8)
                number++;
        if (number == MAX_TAIL)
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "no short name is left for this name in its folder");
        (void)snprintf(tail, sizeof tail, "~%u", number);
        if (base_size > 8 - strlen(tail))
                base_size = 8 - strlen(tail);
        memset(ret, ' ', 11);
        memcpy(ret, base, base_size);
        memcpy(ret + base_size, tail, strlen(tail));
        memcpy(ret + 8, extension, extension_size);
        return 0;
}
