/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "base/utf16.h"
#include "volume/path.h"

static bool is_separator(char c)
{
        return c == '\\' || c == '/';
}

/* UTF-16 units of a name, or -1 for malformed UTF-8. Stores the first VOLUME_MAX_NAME of them. */
static int to_units(const char *p, size_t size, uint16_t *units, size_t *ret_count)
{
        size_t at = 0, n = 0;

        while (at < size) {
                uint32_t c;
                uint16_t pair[2];
                size_t n_pair = 1;

                if (!ow_utf8_next(p, size, &at, &c))
                        return -1;
                pair[0] = (uint16_t)c;
                if (c >= 0x10000) {
                        pair[0] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
                        pair[1] = (uint16_t)(0xdc00 + ((c - 0x10000) & 0x3ff));
                        n_pair = 2;
                }
                for (size_t i = 0; i < n_pair; i++, n++) {
                        if (units && n < VOLUME_MAX_NAME)
                                units[n] = pair[i];
                }
        }
        *ret_count = n;
        return 0;
}

static int add_name(struct volume_path *path, const char *p, size_t size, ow_error *err)
{
        size_t n_units;

        if (size == 1 && p[0] == '.')
                return 0;
        if (size == 2 && p[0] == '.' && p[1] == '.')
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "path '%.200s' holds '..'", path->text);
        if (path->depth == VOLUME_MAX_DEPTH)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "path '%.200s' has more than %d names", path->text,
                               VOLUME_MAX_DEPTH);
        if (to_units(p, size, NULL, &n_units) < 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "path '%.200s' is not UTF-8", path->text);
        if (n_units > VOLUME_MAX_NAME)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "path '%.200s' has a name of %zu characters, limit %d",
                               path->text, n_units, VOLUME_MAX_NAME);
        path->names[path->depth].p = p;
        path->names[path->depth].size = size;
        path->depth++;
        return 0;
}

int volume_path_parse(const char *text, struct volume_path *ret, ow_error *err)
{
        size_t start = 0, i = 0;

        if (!text)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no path");
        ret->text = text;
        ret->depth = 0;
        for (;; i++) {
                int r;

                if (text[i] != '\0' && !is_separator(text[i]))
                        continue;
                if (i > start) {
                        r = add_name(ret, text + start, i - start, err);
                        if (r < 0)
                                return r;
                }
                if (text[i] == '\0')
                        return 0;
                start = i + 1;
        }
}

void volume_path_name(const struct volume_path *path, size_t at, struct volume_name *ret)
{
        (void)to_units(path->names[at].p, path->names[at].size, ret->units, &ret->n_units);
}

int volume_name_check(const struct volume_name *name, const char *path, ow_error *err)
{
        uint16_t last = name->units[name->n_units - 1];

        for (size_t i = 0; i < name->n_units; i++) {
                uint16_t c = name->units[i];

                if (c < 0x20 || (c < 0x80 && strchr("\"*:<>?|/\\", (char)c)))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                       "'%.200s': Windows does not allow character 0x%02x in a name", path, c);
        }
        if (last == '.' || last == ' ')
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.200s': a name must not end in a dot or a space",
                               path);
        return 0;
}
