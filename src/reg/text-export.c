/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive as .reg text, key by key, in one walk with its own stack. A damaged hive may lead the walk in circles or
 * through the same cells again and again, so keys, values and data are counted against what the hive has room for.
 * Format: docs/formats/reg-text.md 3.
 */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "reg/path.h"
#include "reg/text-write.h"

enum {
        KEY_MIN_BYTES = 0x50,           /* cell header and fixed part of a key node */
        VALUE_MIN_BYTES = 0x18,         /* cell header and fixed part of a value */
};

struct level {
        ow_key key;
        ow_subkey_iter iter;
        size_t path_len;                /* of this key's path */
};

struct export {
        ow_hive *hive;
        struct reg_writer writer;
        ow_buffer path;
        struct level *levels;
        size_t n_levels, cap_levels;
        uint64_t keys_left, values_left, bytes_left;
};

static void export_done(struct export *x)
{
        reg_writer_done(&x->writer);
        ow_buffer_done(&x->path);
        ow_free(x->levels);
}

static int out_of(struct export *x, const char *what, ow_error *err)
{
        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the hive leads to more %s than it has room for", what);
}

static int export_value(struct export *x, ow_value value, bool want_default, ow_error *err)
{
        __attribute__((cleanup(ow_value_info_done))) ow_value_info info = { 0 };
        __attribute__((cleanup(ow_blob_done))) ow_blob data = { 0 };
        uint32_t type;
        int r;

        r = ow_hive_value_info(x->hive, value, &info, err);
        if (r < 0)
                return r;
        if (x->values_left == 0)
                return out_of(x, "values", err);
        x->values_left--;
        if ((info.name[0] == '\0') != want_default)
                return 0;
        if (info.size > 4) {
                if (info.size > x->bytes_left)
                        return out_of(x, "data", err);
                x->bytes_left -= info.size;
        }
        r = ow_hive_read_value(x->hive, value, &type, &data, err);
        if (r < 0)
                return ow_wrap(err, r, "value '%s'", info.name);
        reg_write_value(&x->writer, info.name, type, (ow_view){ data.p, data.size }, true);
        reg_write_text(&x->writer, "\r\n", 2);
        return 0;
}

/* The default value first, then the others as stored: so does regedit. */
static int export_values(struct export *x, ow_key key, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        int r;

        r = ow_hive_find_value(x->hive, key, "", &value, err);
        if (r > 0)
                r = export_value(x, value, true, err);
        while (r >= 0 && (r = ow_hive_next_value(x->hive, key, &index, &value, err)) > 0)
                r = export_value(x, value, false, err);
        return r;
}

static int push(struct export *x, ow_key key, ow_error *err)
{
        struct level *levels = ow_grow(x->levels, x->n_levels, &x->cap_levels, sizeof *levels);

        if (!levels)
                return ow_fail_nomem(err);
        x->levels = levels;
        levels[x->n_levels++] = (struct level){ .key = key, .path_len = x->path.len };
        return 0;
}

/* path is key's path already. */
static int export_key(struct export *x, ow_key key, ow_error *err)
{
        int r;

        if (x->keys_left == 0)
                return out_of(x, "keys", err);
        if (x->n_levels >= REG_PATH_MAX_DEPTH)
                return ow_fail(err, OW_E_CORRUPT, key.cell, "keys are nested deeper than %d", REG_PATH_MAX_DEPTH);
        x->keys_left--;
        reg_write_text(&x->writer, "[", 1);
        reg_write_text(&x->writer, (const char *)x->path.p, x->path.len);
        reg_write_text(&x->writer, "]\r\n", 3);
        r = export_values(x, key, err);
        if (r < 0)
                return r;
        reg_write_text(&x->writer, "\r\n", 2);
        return push(x, key, err);
}

static int export_subkey(struct export *x, size_t parent_len, ow_key key, ow_error *err)
{
        __attribute__((cleanup(ow_key_info_done))) ow_key_info info = { 0 };
        int r;

        r = ow_hive_key_info(x->hive, key, &info, err);
        if (r < 0)
                return r;
        if (info.name[0] == '\0' || strchr(info.name, '\\'))
                return ow_fail(err, OW_E_CORRUPT, key.cell, "'%s' is not the name of a key", info.name);
        if (strpbrk(info.name, "\r\n"))
                return ow_fail(err, OW_E_UNSUPPORTED, key.cell, "a key has a line break in its name, which .reg text "
                               "cannot hold");
        x->path.len = parent_len;
        ow_buffer_put_byte(&x->path, '\\');
        ow_buffer_put_text(&x->path, info.name);
        return ow_buffer_failed(&x->path) ? ow_fail_nomem(err) : export_key(x, key, err);
}

static int export_tree(struct export *x, ow_key key, ow_error *err)
{
        int r;

        r = export_key(x, key, err);
        while (r >= 0 && x->n_levels > 0 && x->writer.status == 0) {
                struct level *level = &x->levels[x->n_levels - 1];
                size_t path_len = level->path_len;
                ow_key subkey;

                x->path.len = path_len;         /* also the key that a message below names */
                r = ow_hive_next_subkey(x->hive, level->key, &level->iter, &subkey, err);
                if (r == 0)
                        x->n_levels--;
                else if (r > 0)
                        r = export_subkey(x, path_len, subkey, err);
        }
        if (r < 0)
                return ow_wrap(err, r, "key '%.*s'", (int)(x->path.len < 200 ? x->path.len : 200),
                               (const char *)x->path.p);
        return 0;
}

int ow_reg_export(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink, ow_error *err)
{
        static const char header[] = "Windows Registry Editor Version 5.00\r\n\r\n";
        __attribute__((cleanup(export_done))) struct export x = { .hive = hive, .writer = REG_WRITER_INIT };
        ow_hive_info info;
        int r;

        r = reg_path_check(prefix, strlen(prefix), err);
        if (r < 0)
                return ow_wrap(err, r, "export as '%s'", prefix);
        ow_hive_info_get(hive, &info);
        x.keys_left = info.bins_size / KEY_MIN_BYTES;
        x.values_left = info.bins_size / VALUE_MIN_BYTES + x.keys_left;        /* default values are met twice */
        x.bytes_left = info.bins_size;
        x.writer.sink = sink;
        x.writer.utf16 = flags & OW_REG_EXPORT_UTF16;
        ow_buffer_put_text(&x.path, prefix);
        if (ow_buffer_failed(&x.path))
                return ow_fail_nomem(err);

        reg_write_text(&x.writer, header, sizeof header - 1);
        r = export_tree(&x, key, err);
        return r < 0 ? r : reg_writer_finish(&x.writer, err);
}
