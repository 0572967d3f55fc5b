/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names: comparing, hashing, storing. docs/formats/regf.md 5. */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
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

int hive_name_init(struct hive_name *name, const char *utf8, size_t size, size_t max_units, ow_error *err)
{
        uint32_t c;
        int r;

        name->units = name->small;
        if (size > 3 * max_units)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "name of %zu bytes is longer than %zu UTF-16 units", size,
                               max_units);
        r = start(name, size, err);     /* a byte of UTF-8 never gives more than one unit */
        if (r < 0)
                return r;
        for (size_t at = 0; at < size;) {
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

static size_t stored_units(ow_view stored, bool latin1)
{
        return latin1 ? stored.len : stored.len / 2;
}

static uint16_t stored_unit(ow_view stored, bool latin1, size_t i)
{
        return latin1 ? stored.p[i] : ow_le16_at(stored.p + 2 * i);
}

int hive_name_init_stored(struct hive_name *name, ow_view stored, bool latin1, ow_error *err)
{
        size_t n = stored_units(stored, latin1);
        int r = start(name, n, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                put(name, stored_unit(stored, latin1, i));
        return 0;
}

void hive_name_done(struct hive_name *name)
{
        if (name->units != name->small)
                ow_free(name->units);
        name->units = name->small;
}

int hive_name_order(ow_view stored, bool latin1, const struct hive_name *name)
{
        size_t n = stored_units(stored, latin1);

        for (size_t i = 0; i < n && i < name->n; i++) {
                uint16_t a = ow_upcase(stored_unit(stored, latin1, i)), b = name->upper[i];

                if (a != b)
                        return a < b ? -1 : 1;
        }
        return (n > name->n) - (n < name->n);
}

bool hive_name_equal(ow_view stored, bool latin1, const struct hive_name *name)
{
        return stored_units(stored, latin1) == name->n && hive_name_order(stored, latin1, name) == 0;
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

static char *utf16_text(ow_view stored)
{
        ow_buffer out = OW_BUFFER_INIT;

        ow_utf16_to_utf8(stored, &out);
        return ow_buffer_take_text(&out);
}

char *hive_name_text(ow_view stored, bool latin1)
{
        size_t ascii = 0;

        if (!latin1)
                return utf16_text(stored);
        while (ascii < stored.len && stored.p[ascii] < 0x80)
                ascii++;
        if (ascii == stored.len)
                return ow_strndup((const char *)stored.p, stored.len);
        return ow_latin1_text(stored);
}
