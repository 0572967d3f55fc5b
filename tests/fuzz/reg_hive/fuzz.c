/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive as a guest's owner may have left it, as `offwin reg` reads it: exported, searched, compared with itself and
 * with an empty one. The first two bytes pick the allocation that fails, 0 for none, and the flags; the rest is the
 * hive. A hive in which a check finds no fault comes back from its export the same; a comparison with itself finds
 * nothing; and what is exported can be read. Caps: a walk hands out at most twice the bytes of the hive.
 */
#include "../hive-common.h"

#include <offwin/reg.h>

#define ROOT "HKEY_LOCAL_MACHINE\\K"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
        if (!ok)
                abort();
}

static int no_row(void *state, const ow_reg_row *row, ow_error *err)
{
        abort();
}

/* Touches all that is handed out. */
static int see_row(void *state, const ow_reg_row *row, ow_error *err)
{
        struct walk *w = state;

        mix(w, row->path, strlen(row->path));
        mix(w, row->before.data, row->before.size);
        mix(w, row->after.data, row->after.size);
        return 0;
}

static int see_match(void *state, const ow_reg_match *match, ow_error *err)
{
        struct walk *w = state;

        mix(w, match->path, strlen(match->path));
        mix(w, match->data, match->size);
        return 0;
}

static void see_lost(void *state, const char *path, const ow_error *why)
{
        mix(state, path, strlen(path));
        mix(state, why->text, strlen(why->text));
}

/* What is asked of one key beside its values. */
static void look(ow_hive *h, const ow_hive_item *item)
{
        char *text;
        ow_key parent;
        ow_blob descriptor;

        (void)!ow_hive_parent(h, item->key, &parent, NULL);
        if (ow_hive_link_target(h, item->key, &text, NULL) > 0)
                ow_text_free(text);
        if (ow_hive_security(h, item->key, &descriptor, NULL) < 0)
                return;
        if (ow_reg_descriptor_text(descriptor.p, descriptor.size, &text, NULL) == 0)
                ow_text_free(text);
        ow_blob_done(&descriptor);
}

/* A value by its name, and as it is shown. */
static void look_at_value(ow_hive *h, const ow_hive_item *item)
{
        char name[2000], *text;
        uint32_t type = 0;
        ow_blob data;

        if (ow_hive_name_utf8(&item->name, name, sizeof name) >= sizeof name ||
            ow_hive_get_value(h, item->key, name, &type, &data, NULL) <= 0)
                return;
        if (ow_reg_display_data(type, data.p, data.size, data.size % 90, &text, NULL) == 0)
                ow_text_free(text);
        ow_blob_done(&data);
}

static void walk(ow_hive *h)
{
        unsigned steps = 5000;
        ow_hive_item item;
        ow_hive_walk *w;
        int r;

        if (ow_hive_walk_open(h, ow_hive_root(h), OW_WALK_NO_DATA, &w, NULL) < 0)
                return;
        while (steps-- > 0 && (r = ow_hive_walk_next(w, &item, NULL)) != 0) {
                if (r == OW_E_NOMEM)
                        break;
                if (r < 0)
                        continue;
                if (item.kind == OW_ITEM_KEY)
                        look(h, &item);
                else if (item.kind == OW_ITEM_VALUE)
                        look_at_value(h, &item);
                if (item.kind == OW_ITEM_KEY && item.n_subkeys == 3)
                        ow_hive_walk_skip(w);
        }
        ow_hive_walk_close(w);
}

static void search(ow_hive *h, unsigned flags)
{
        static const char *const patterns[] = { "a", "^[a-z]+[0-9]?$", "00 ff", NULL };
        static const uint32_t types[] = { OW_REG_SZ, OW_REG_MULTI_SZ, OW_REG_BINARY };
        struct walk seen = { 0 };
        ow_reg_query query = { .pattern = patterns[flags & 3], .types = types, .n_types = flags & 4 ? 3 : 0 };

        query.flags = flags & (OW_REG_FIND_CASE | OW_REG_FIND_WHOLE);
        if ((flags & 3) == 1)
                query.flags |= OW_REG_FIND_REGEX;
        (void)!ow_reg_find(h, ow_hive_root(h), ROOT, &query, see_match, see_lost, &seen, NULL);
}

/* Imports text into an empty hive: *ret, the caller's, or NULL. */
static int import(const struct bytes *text, ow_hive **ret)
{
        const ow_reg_text from = { .p = text->p, .size = text->size };
        int r;

        *ret = NULL;
        if ((r = ow_hive_new(5, "fresh", NULL, 0, ret, NULL)) < 0)
                return r;
        return ow_reg_import_text(*ret, ow_hive_root(*ret), ROOT, &from, NULL, NULL);
}

/* The whole hive as text and back; is_clean: then nothing is lost. */
static void round_trip(ow_hive *h, unsigned flags, bool is_clean)
{
        struct bytes text = { NULL, 0 };
        ow_sink sink = bytes_sink(&text);
        struct walk lost = { 0 };
        ow_hive *fresh = NULL;

        if (ow_reg_export(h, ow_hive_root(h), ROOT, flags & OW_REG_EXPORT_UTF16, &sink, NULL) == 0) {
                int r = import(&text, &fresh);

                if (r == 0 && is_clean)
                        (void)!ow_reg_diff(h, ow_hive_root(h), fresh, ow_hive_root(fresh), ROOT, 0, no_row, NULL, NULL,
                                           NULL);
                ow_hive_close(fresh);
        }
        text.size = 0;
        if (ow_reg_export_rescue(h, ow_hive_root(h), ROOT, flags | OW_REG_EXPORT_SKIP_DAMAGED, &sink, see_lost, &lost,
                                 NULL, NULL) == 0) {
                int r = import(&text, &fresh);

                check(r != OW_E_INVAL && r != OW_E_CORRUPT);
                ow_hive_close(fresh);
        }
        free(text.p);
}

static void compare(ow_hive *h, bool is_clean)
{
        const unsigned all = OW_REG_DIFF_TIMES | OW_REG_DIFF_CLASSES | OW_REG_DIFF_SECURITY | OW_REG_DIFF_REMOVED;
        struct bytes text = { NULL, 0 };
        ow_sink sink = bytes_sink(&text);
        ow_key root = ow_hive_root(h), other;
        struct walk seen = { 0 };
        ow_hive *empty;

        (void)!ow_reg_diff(h, root, h, root, ROOT, all, no_row, see_lost, &seen, NULL);
        if (ow_hive_new(5, "empty", NULL, 0, &empty, NULL) < 0)
                return;
        other = ow_hive_root(empty);
        (void)!ow_reg_diff(empty, other, h, root, ROOT, all, see_row, see_lost, &seen, NULL);
        (void)!ow_reg_diff(h, root, empty, other, ROOT, all, see_row, see_lost, &seen, NULL);
        if (ow_reg_diff_export(empty, other, h, root, ROOT, OW_REG_EXPORT_UTF16, &sink, NULL) == 0 && is_clean) {
                const ow_reg_text from = { .p = text.p, .size = text.size };

                if (ow_reg_import_text(empty, other, ROOT, &from, NULL, NULL) == 0)
                        (void)!ow_reg_diff(h, root, empty, other, ROOT, 0, no_row, NULL, NULL, NULL);
        }
        free(text.p);
        ow_hive_close(empty);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes file = { NULL, 0 };
        ow_hive_report report;
        ow_source source;
        ow_hive *h;
        unsigned flags;
        size_t nth;
        bool is_clean;

        if (size < 2)
                return 0;
        flags = data[1] >> 4;
        nth = data[0] | (size_t)(data[1] & 15) << 8;
        (void)bytes_set_size(&file, size - 2, NULL);
        memcpy(file.p, data + 2, size - 2);
        source = bytes_source(&file);
        ow_alloc_fail_from(nth);
        if (ow_hive_load(&source, NULL, 0, OW_HIVE_ACCEPT_DIRTY | OW_HIVE_READONLY, &h, NULL) == 0) {
                is_clean = ow_hive_check(h, &report, NULL, NULL, NULL) == 0 && report.faults == 0;
                walk(h);
                search(h, flags);
                round_trip(h, flags & 1, is_clean);
                compare(h, is_clean);
                ow_hive_close(h);
        }
        ow_alloc_fail_from(0);
        free(file.p);
        return 0;
}
