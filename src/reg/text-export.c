/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive as .reg text, key by key, straight from the walk: no value is copied unless its data lies in several cells.
 * Format: docs/formats/reg-text.md 3.
 */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "reg/item.h"
#include "reg/text-write.h"
#include "reg/tree-path.h"

enum { HOLD_BYTES = 1 << 20 };          /* text of one key that waits for its default value */

struct export {
        ow_hive *hive;
        ow_hive_walk *walk;
        struct reg_writer writer;
        struct reg_tree_path path;
        size_t values_at;               /* in writer.out: where the values of this key begin, while they are held */
        bool in_key;                    /* a key is open: its empty line is still to come */
        bool has_default;               /* the default value of this key is written */
        bool skip_damaged;
        ow_reg_lost_fn *lost;
        void *lost_state;
        ow_reg_counts counts;
};

static void export_done(struct export *x)
{
        ow_hive_walk_close(x->walk);
        reg_writer_done(&x->writer);
        reg_tree_path_done(&x->path);
}

/* What cannot be written: an error, or told and passed over. */
static int give_up(struct export *x, int r, ow_error *err)
{
        if (!x->skip_damaged || (r != OW_E_CORRUPT && r != OW_E_LIMIT && r != OW_E_UNSUPPORTED))
                return ow_wrap(err, r, "key '%.200s'", reg_tree_path_text(&x->path));
        if (x->lost)
                x->lost(x->lost_state, reg_tree_path_text(&x->path), err);
        return 0;
}

static int write_value(struct export *x, const ow_hive_item *item, ow_error *err)
{
        __attribute__((cleanup(ow_blob_done))) ow_blob whole = { 0 };
        ow_view data;
        int r = reg_whole_data(x->hive, item->value, item->data, item->size, &whole, &data, err);

        if (r < 0)
                return r;
        reg_write_value(&x->writer, &item->name, item->type, data);
        x->counts.values++;
        return 0;
}

/* Moves what lies behind at to the place where the values of this key begin. */
static void move_to_front(struct export *x, size_t at)
{
        ow_buffer *out = &x->writer.out, *scratch = &x->writer.scratch;
        size_t size = out->len - at;

        if (ow_buffer_failed(out))
                return;
        scratch->len = 0;
        ow_buffer_put(scratch, out->p + at, size);
        if (ow_buffer_failed(scratch))
                return;
        memmove(out->p + x->values_at + size, out->p + x->values_at, at - x->values_at);
        memcpy(out->p + x->values_at, scratch->p, size);
}

/* The values of this key are too many to wait any longer: looks whether there is a default value among them. */
static int stop_holding(struct export *x, ow_key key, ow_error *err)
{
        ow_hive_item item = { .name = { .latin1 = true } };
        ow_value_info info;
        size_t at = x->writer.out.len;
        int r;

        x->writer.hold = false;
        r = ow_hive_find_value(x->hive, key, "", &item.value, err);
        if (r > 0)
                r = ow_hive_value_info(x->hive, item.value, &info, err) < 0 ? -1 : 1;
        if (r <= 0)
                return 0;               /* what is damaged comes up again in the walk */
        item.type = info.type;
        item.size = info.size;
        ow_value_info_done(&info);
        x->writer.hold = true;          /* until it has moved */
        r = write_value(x, &item, err);
        if (r == 0)
                move_to_front(x, at);
        x->writer.hold = false;
        x->has_default = r == 0;
        return 0;
}

/* The default value comes first, then the others as stored: so does regedit. */
static int export_value(struct export *x, const ow_hive_item *item, ow_error *err)
{
        bool is_default = item->name.size == 0;
        size_t at;
        int r;

        if (is_default && x->has_default)
                return 0;
        r = reg_check_name(&item->name, false, err);
        if (r < 0)
                return r;
        if (x->writer.hold && !is_default &&
            (x->writer.out.len - x->values_at > HOLD_BYTES || item->size > HOLD_BYTES / 8)) {
                r = stop_holding(x, item->key, err);
                if (r < 0)
                        return r;
        }
        at = x->writer.out.len;
        r = write_value(x, item, err);
        if (r < 0 || !is_default)
                return r;
        x->has_default = true;
        if (x->writer.hold)
                move_to_front(x, at);
        x->writer.hold = false;
        return 0;
}

static void end_key(struct export *x)
{
        x->writer.hold = false;
        if (x->in_key)
                reg_write_ascii(&x->writer, "\r\n");
        x->in_key = false;
        reg_writer_spill(&x->writer);
}

static int export_key(struct export *x, const ow_hive_item *item, ow_error *err)
{
        struct reg_writer *w = &x->writer;
        int r;

        end_key(x);
        if (item->depth > 0) {
                reg_tree_path_leave(&x->path, item->depth - 1);
                r = reg_check_name(&item->name, true, err);
                if (r < 0) {
                        ow_hive_walk_skip(x->walk);
                        return r;
                }
                r = reg_tree_path_enter(&x->path, item->depth, &item->name, err);
                if (r < 0)
                        return r;
        }
        reg_write_ascii(w, "[");
        reg_write_utf8(w, (char *)x->path.text.p, x->path.text.len, false);
        reg_write_ascii(w, "]\r\n");
        x->counts.keys++;
        x->in_key = true;
        x->has_default = false;
        x->values_at = w->out.len;
        w->hold = item->n_values > 1;
        return 0;
}

static int export_tree(struct export *x, ow_error *err)
{
        ow_hive_item item;
        int r = 1;

        while (r >= 0 && x->writer.status == 0) {
                r = ow_hive_walk_next(x->walk, &item, err);
                if (r == 0)
                        break;
                if (r > 0)
                        r = item.kind == OW_ITEM_KEY ? export_key(x, &item, err) : export_value(x, &item, err);
                if (r < 0)
                        r = give_up(x, r, err);
        }
        end_key(x);
        return r;
}

int ow_reg_export_rescue(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink,
                         ow_reg_lost_fn *lost, void *lost_state, ow_reg_counts *ret, ow_error *err)
{
        __attribute__((cleanup(export_done))) struct export x = {
                .hive = hive, .writer = REG_WRITER_INIT, .path = REG_TREE_PATH_INIT,
                .skip_damaged = flags & OW_REG_EXPORT_SKIP_DAMAGED, .lost = lost, .lost_state = lost_state,
        };
        ow_error mine = OW_ERROR_INIT;
        int r;

        if (!err)
                err = &mine;            /* lost is told in any case */
        r = reg_tree_path_init(&x.path, prefix, err);
        if (r < 0)
                return r;
        r = ow_hive_walk_open(hive, key, OW_WALK_NO_END, &x.walk, err);
        if (r < 0)
                return r;
        x.writer.sink = sink;
        x.writer.wide = flags & OW_REG_EXPORT_UTF16;
        reg_write_header(&x.writer);
        r = export_tree(&x, err);
        if (r < 0)
                return r;
        r = reg_writer_finish(&x.writer, err);
        if (r == 0 && ret)
                *ret = x.counts;
        return r;
}

int ow_reg_export(ow_hive *hive, ow_key key, const char *prefix, unsigned flags, const ow_sink *sink, ow_error *err)
{
        return ow_reg_export_rescue(hive, key, prefix, flags, sink, NULL, NULL, NULL, err);
}
