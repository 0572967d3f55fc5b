/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: comparing, hashing, storing. docs/formats/regf.md 5. */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "hive/hive.h"
#include "hive/name.h"

static int start(struct hive_name *name, size_t most, ow_error *err)
{
        name->n = 0;
        name->hash = 0;
        name->latin1 = name->ascii = true;
        name->units = name->small;
        if (most > HIVE_NAME_SMALL) {
                name->units = ow_malloc(2 * most * sizeof *name->units);
                if (!name->units) {
                        name->units = name->small;
                        return ow_fail_nomem(err);
                }
        }
        name->upper = name->units + most;
        return 0;
}

static void put(struct hive_name *name, uint32_t unit)
{
        uint16_t upper = ow_upcase((uint16_t)unit);

        name->units[name->n] = (uint16_t)unit;
        name->upper[name->n] = upper;
        name->n++;
        name->hash = name->hash * 37 + upper;
        name->latin1 = name->latin1 && unit < 0x100;
        name->ascii = name->ascii && unit < 0x80;
}

/* Nearly all there is. */
static inline void put_ascii(struct hive_name *name, uint8_t c)
{
        uint8_t upper = (uint8_t)(c - 'a') < 26 ? (uint8_t)(c - 0x20) : c;

        name->units[name->n] = c;
        name->upper[name->n] = upper;
        name->n++;
        name->hash = name->hash * 37 + upper;
}

int hive_name_init(struct hive_name *name, const char *utf8, size_t size, size_t max_units, ow_error *err)
{
        uint32_t c;
        int r;

        name->units = name->small;
        if (size > 3 * max_units)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "name of %zu bytes is longer than %zu UTF-16 units", size,
                               max_units);
        r = start(name, size, err); /* a byte of UTF-8 never gives more than one unit */
        if (r < 0)
                return r;
        for (size_t at = 0; at < size;) {
                if ((uint8_t)utf8[at] < 0x80) {
                        put_ascii(name, (uint8_t)utf8[at++]);
                        continue;
                }
                if (!ow_utf8_next(utf8, size, &at, &c))
                        return ow_fail(err, OW_E_INVAL, at, "byte %zu (0x%02x) of a name is not UTF-8", at,
                                       (unsigned)(uint8_t)utf8[at]);
                if (c >= 0x10000) {
                        put(name, 0xd800 + ((c - 0x10000) >> 10));
                        c = 0xdc00 + ((c - 0x10000) & 0x3ff);
                }
                put(name, c);
        }
        if (name->n > max_units)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "name of %zu UTF-16 units, limit %zu", name->n,
                               max_units);
        return 0;
}

int hive_name_init_stored(struct hive_name *name, ow_view stored, bool latin1, ow_error *err)
{
        size_t n = hive_name_units(stored, latin1);
        int r = start(name, n, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                uint16_t unit = hive_name_unit(stored, latin1, i);

                if (unit < 0x80)
                        put_ascii(name, (uint8_t)unit);
                else
                        put(name, unit);
        }
        return 0;
}

void hive_name_cut(struct hive_name *name, size_t n)
{
        if (n >= name->n)
                return;
        if (n > 0 && (name->units[n - 1] & 0xfc00) == 0xd800)
                n--;
        name->n = n;
        name->latin1 = true;
        for (size_t i = 0; i < n; i++)
                name->latin1 = name->latin1 && name->units[i] < 0x100;
}

void hive_name_done(struct hive_name *name)
{
        if (name->units != name->small)
                ow_free(name->units);
        name->units = name->small;
}

int hive_name_order(ow_view stored, bool latin1, const struct hive_name *name)
{
        size_t n = hive_name_units(stored, latin1);

        for (size_t i = 0; i < n && i < name->n; i++) {
                uint16_t a = hive_name_unit(stored, latin1, i), b = name->upper[i];

                /* Equal already: what is upper case stays as it is. */
                if (a == b)
                        continue;
                a = ow_upcase(a);
                if (a != b)
                        return a < b ? -1 : 1;
        }
        return (n > name->n) - (n < name->n);
}

bool hive_name_equal(ow_view stored, bool latin1, const struct hive_name *name)
{
        return hive_name_units(stored, latin1) == name->n && hive_name_order(stored, latin1, name) == 0;
}

size_t hive_name_store(const struct hive_name *name, uint8_t *ret)
{
        for (size_t i = 0; ret && i < name->n; i++) {
                if (name->latin1)
                        ret[i] = (uint8_t)name->units[i];
                else
                        ow_le16_put(ret + 2 * i, name->units[i]);
        }
        return name->latin1 ? name->n : 2 * name->n;
}

const char *hive_path_next(const char *path, size_t *ret_size)
{
        while (*path == '\\')
                path++;
        *ret_size = strcspn(path, "\\");
        return path;
}

/* One code point of a stored name at unit *i; moves *i past it. */
static uint32_t next_code_point(ow_view stored, bool latin1, size_t *i)
{
        size_t at = 2 * *i;
        uint32_t c;

        if (latin1)
                return stored.p[(*i)++];
        c = ow_utf16_next(stored, &at);
        *i = at / 2;
        return c;
}

static size_t utf8_of(uint32_t c, uint8_t ret[4])
{
        if (c != 0)
                return ow_utf8_encode(c, ret);
        memcpy(ret, OW_UTF8_NUL, 2);
        return 2;
}

/* Is a byte 0 or beyond ASCII? May say so wrongly behind one that is. */
static bool has_other_than_ascii(uint64_t word)
{
        return (word | (word - 0x0101010101010101u)) & 0x8080808080808080u;
}

/* The ASCII characters but NUL that the name starts with, at most most; copied. */
static size_t copy_ascii(const ow_hive_name *name, char *buf, size_t most)
{
        size_t i = 0;

        if (!name->latin1)
                return 0;
        if (most > name->size)
                most = name->size;
        for (uint64_t word; i + sizeof word <= most; i += sizeof word) {
                memcpy(&word, name->p + i, sizeof word);
                if (has_other_than_ascii(word))
                        break;
                memcpy(buf + i, &word, sizeof word);
        }
        for (; i < most && name->p[i] > 0 && name->p[i] < 0x80; i++)
                buf[i] = (char)name->p[i];
        return i;
}

size_t ow_hive_name_utf8(const ow_hive_name *name, char *buf, size_t size)
{
        ow_view stored = { name->p, name->size };
        size_t units = hive_name_units(stored, name->latin1), done = size ? copy_ascii(name, buf, size - 1) : 0;
        size_t total = done;
        uint8_t bytes[4];

        for (size_t i = done; i < units;) {
                size_t n = utf8_of(next_code_point(stored, name->latin1, &i), bytes);

                /* What came after a character that did not fit is only counted. */
                if (done == total && size > 0 && n < size - done) {
                        memcpy(buf + done, bytes, n);
                        done += n;
                }
                total += n;
        }
        if (size > 0)
                buf[done] = '\0';
        return total;
}

char *hive_name_text(ow_view stored, bool latin1)
{
        const ow_hive_name name = { stored.p, (uint32_t)stored.len, latin1 };
        size_t size = (latin1 ? 2 : 3) * hive_name_units(stored, latin1) + 1; /* at most, and the NUL */
        char *text = ow_malloc(size);

        if (text)
                (void)ow_hive_name_utf8(&name, text, size);
        return text;
}

int ow_hive_name_compare(const ow_hive_name *a, const ow_hive_name *b)
{
        ow_view av = { a->p, a->size }, bv = { b->p, b->size };
        size_t an = hive_name_units(av, a->latin1), bn = hive_name_units(bv, b->latin1);

        for (size_t i = 0; i < an && i < bn; i++) {
                uint16_t ca = ow_upcase(hive_name_unit(av, a->latin1, i));
                uint16_t cb = ow_upcase(hive_name_unit(bv, b->latin1, i));

                if (ca != cb)
                        return ca < cb ? -1 : 1;
        }
        return (an > bn) - (an < bn);
}
