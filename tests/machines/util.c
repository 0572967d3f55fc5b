/* SPDX-License-Identifier: GPL-2.0-or-later */
/* util.c - memory, growing text, and the numbers, times and GUIDs that recipes are written in. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

static void *checked(void *p)
{
        if (p == NULL) {
                fputs("mkmachine: out of memory\n", stderr);
                exit(1);
        }
        return p;
}

void *need_memory(size_t size)
{
        return checked(calloc(1, size ? size : 1));
}

void *need_resize(void *old, size_t size)
{
        return checked(realloc(old, size ? size : 1));
}

char *need_copy(const char *text)
{
        return checked(strdup(text));
}

char *need_copy_part(const char *text, size_t size)
{
        return checked(strndup(text, size));
}

char *need_printf(const char *fmt, ...)
{
        char *text = NULL;
        va_list ap;

        va_start(ap, fmt);
        if (vasprintf(&text, fmt, ap) < 0)
                text = NULL;
        va_end(ap);
        return checked(text);
}

void free_text(char **slot)
{
        free(*slot);
}

void close_descriptor(int *fd)
{
        if (*fd >= 0)
                (void)close(*fd);
}

/* ---- growing bytes ---- */

void bytes_done(struct bytes *b)
{
        free(b->p);
        *b = (struct bytes){ 0 };
}

void bytes_put(struct bytes *b, const void *p, size_t size)
{
        if (b->len + size + 1 > b->cap) {
                b->cap = (b->len + size + 1) * 2;
                b->p = need_resize(b->p, b->cap);
        }
        if (size)
                memcpy(b->p + b->len, p, size);
        b->len += size;
        b->p[b->len] = '\0';
}

void bytes_text(struct bytes *b, const char *text)
{
        bytes_put(b, text, strlen(text));
}

void bytes_printf(struct bytes *b, const char *fmt, ...)
{
        char *text = NULL;
        va_list ap;

        va_start(ap, fmt);
        if (vasprintf(&text, fmt, ap) < 0)
                text = NULL;
        va_end(ap);
        bytes_text(b, checked(text));
        free(text);
}

void put_le(uint8_t *at, uint64_t value, unsigned size)
{
        for (unsigned i = 0; i < size; i++)
                at[i] = (uint8_t)(value >> (8 * i));
}

void bytes_le(struct bytes *b, uint64_t value, unsigned size)
{
        uint8_t le[8];

        put_le(le, value, size);
        bytes_put(b, le, size);
}

static bool put_code_point(struct bytes *b, uint32_t c)
{
        if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
                return false;
        if (c >= 0x10000) {
                bytes_le(b, 0xd800 + ((c - 0x10000) >> 10), 2);
                bytes_le(b, 0xdc00 + ((c - 0x10000) & 0x3ff), 2);
        } else {
                bytes_le(b, c, 2);
        }
        return true;
}

bool bytes_utf16(struct bytes *b, const char *utf8)
{
        const uint8_t *p = (const uint8_t *)utf8;

        while (*p) {
                unsigned more = *p < 0x80 ? 0 : *p >> 5 == 6 ? 1 : *p >> 4 == 14 ? 2 : *p >> 3 == 30 ? 3 : 9;
                uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);

                if (more == 9)
                        return false;
                for (p++; more > 0; more--, p++) {
                        if (*p >> 6 != 2)
                                return false;
                        c = c << 6 | (*p & 0x3f);
                }
                if (!put_code_point(b, c))
                        return false;
        }
        return true;
}

/* ---- numbers, times, names ---- */

bool parse_number(const char *text, uint64_t *ret)
{
        char *end;

        if (!isdigit((unsigned char)*text))
                return false;
        *ret = strtoull(text, &end, strncasecmp(text, "0x", 2) == 0 ? 16 : 10);
        return *end == '\0';
}

bool parse_size(const char *text, uint64_t *ret)
{
        static const struct { char suffix; uint64_t unit; } units[] = {
                { 's', 512 }, { 'K', 1 << 10 }, { 'M', 1 << 20 }, { 'G', 1 << 30 },
                { 'T', 1ull << 40 },
        };
        AUTO_TEXT digits = need_copy(text);
        size_t len = strlen(digits);

        for (size_t i = 0; i < COUNT(units); i++) {
                if (len < 2 || digits[len - 1] != units[i].suffix)
                        continue;
                digits[len - 1] = '\0';
                if (!parse_number(digits, ret) || *ret > UINT64_MAX / units[i].unit)
                        return false;
                *ret *= units[i].unit;
                return true;
        }
        return parse_number(text, ret);
}

bool parse_hex(const char *text, struct bytes *out)
{
        for (;;) {
                char pair[3];

                text += strspn(text, " ,");
                if (*text == '\0')
                        return true;
                if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
                        return false;
                memcpy(pair, text, 2);
                pair[2] = '\0';
                bytes_le(out, strtoul(pair, NULL, 16), 1);
                text += 2;
        }
}

bool parse_guid(const char *text, uint8_t ret[16])
{
        static const uint8_t place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
        size_t n = 0;

        text += *text == '{';
        for (; *text && *text != '}'; text++) {
                if (*text == '-')
                        continue;
                if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) || n >= 16)
                        return false;
                ret[place[n++]] = (uint8_t)strtoul((char[]){ text[0], text[1], 0 }, NULL, 16);
                text++;
        }
        return n == 16;
}

bool parse_time(const char *text, int64_t *ret)
{
        struct tm tm = { 0 };
        const char *end = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);

        if (end == NULL || *end != '\0')
                return false;
        *ret = timegm(&tm);
        return true;
}

uint64_t filetime_of(int64_t unix_seconds)
{
        return (uint64_t)(unix_seconds + 11644473600) * 10000000;
}

char *trim(char *text)
{
        size_t len = strlen(text);

        while (len > 0 && isspace((unsigned char)text[len - 1]))
                text[--len] = '\0';
        return text + strspn(text, " \t");
}

char *folder_of(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash == NULL ? need_copy(".") : need_copy_part(path, (size_t)(slash - path));
}

char *join_path(const char *folder, const char *name)
{
        return *name == '/' ? need_copy(name) : need_printf("%s/%s", folder, name);
}

/* splitmix64 */
uint32_t dice_next(struct dice *d)
{
        uint64_t z = d->state += 0x9e3779b97f4a7c15u;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return (uint32_t)(z >> 32);
}
