/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two trees side by side. Both walks give keys in name order, so one pass over both finds what is in one only: of two
 * keys at hand the deeper one, or the one that comes first by name, has no partner.
 */
#include <string.h>

#include <offwin/reg.h>

#include "base/le.h"
#include "reg/diff.h"

struct diff {
        struct reg_side a, b;
        struct reg_rows rows;
        unsigned flags;
};

static void diff_done(struct diff *d)
{
        reg_side_close(&d->a);
        reg_side_close(&d->b);
}

/* ---- what belongs to a key and is no value ---- */

static int compare_times(struct diff *d, const char *path, uint64_t a, uint64_t b, ow_error *err)
{
        uint8_t before[8], after[8];
        const ow_reg_row row = {
                .kind = OW_REG_DIFF_TIME, .path = path, .before = { .data = before, .size = sizeof before },
                .after = { .data = after, .size = sizeof after },
        };

        ow_le64_put(before, a);
        ow_le64_put(after, b);
        return a == b ? 0 : d->rows.row(d->rows.state, &row, err);
}

static int compare_blobs(struct diff *d, enum ow_reg_diff_kind kind, const char *path, const ow_blob *a,
                         const ow_blob *b, ow_error *err)
{
        const ow_reg_row row = {
                .kind = kind, .path = path, .before = { .data = a->p, .size = a->size },
                .after = { .data = b->p, .size = b->size },
        };

        if (a->size == b->size && (a->size == 0 || memcmp(a->p, b->p, a->size) == 0))
                return 0;
        return d->rows.row(d->rows.state, &row, err);
}

static int compare_classes(struct diff *d, const char *path, ow_key a, ow_key b, ow_error *err)
{
        __attribute__((cleanup(ow_key_info_done))) ow_key_info a_info = { 0 };
        __attribute__((cleanup(ow_key_info_done))) ow_key_info b_info = { 0 };
        int r = ow_hive_key_info(d->a.hive, a, &a_info, err);

        if (r == 0)
                r = ow_hive_key_info(d->b.hive, b, &b_info, err);
        return r < 0 ? r : compare_blobs(d, OW_REG_DIFF_CLASS, path, &a_info.class_name, &b_info.class_name, err);
}

static int compare_security(struct diff *d, const char *path, ow_key a, ow_key b, ow_error *err)
{
        __attribute__((cleanup(ow_blob_done))) ow_blob a_blob = { 0 };
        __attribute__((cleanup(ow_blob_done))) ow_blob b_blob = { 0 };
        int r = ow_hive_security(d->a.hive, a, &a_blob, err);

        if (r == 0)
                r = ow_hive_security(d->b.hive, b, &b_blob, err);
        return r < 0 ? r : compare_blobs(d, OW_REG_DIFF_DESCRIPTOR, path, &a_blob, &b_blob, err);
}

/* r of something that could not be compared: told when it is damage. */
static int tell(struct diff *d, int r, const char *path, ow_error *err)
{
        if (!d->a.lost || (r != OW_E_CORRUPT && r != OW_E_LIMIT))
                return r;
        d->a.lost(d->a.lost_state, path, err);
        return 0;
}

static int compare_extras(struct diff *d, const char *path, const ow_hive_item *a, const ow_hive_item *b,
                          ow_error *err)
{
        int r = 0;

        if (d->flags & OW_REG_DIFF_TIMES)
                r = compare_times(d, path, a->written, b->written, err);
        if (r == 0 && (d->flags & OW_REG_DIFF_CLASSES))
                r = tell(d, compare_classes(d, path, a->key, b->key, err), path, err);
        if (r == 0 && (d->flags & OW_REG_DIFF_SECURITY))
                r = tell(d, compare_security(d, path, a->key, b->key, err), path, err);
        return r;
}

/* ---- keys ---- */

static int compare_pair(struct diff *d, ow_error *err)
{
        const ow_hive_item a = d->a.item, b = d->b.item;
        const char *path;
        int r;

        r = reg_side_enter(&d->a, err);
        if (r >= 0)
                r = reg_side_enter(&d->b, err);
        if (r < 0)
                return r;
        path = reg_tree_path_text(&d->a.path);
        r = compare_extras(d, path, &a, &b, err);
        return r < 0 ? r : reg_rows_values(&d->rows, path, &d->a.values, &d->b.values, err);
}

/* Rows for the key at hand, its values, and all below it. */
static int whole_tree(struct diff *d, struct reg_side *side, bool added, ow_error *err)
{
        unsigned depth = side->item.depth;
        int r = 0;

        do {
                r = reg_side_enter(side, err);
                if (r >= 0)
                        r = reg_rows_key(&d->rows, added ? OW_REG_DIFF_KEY_ADDED : OW_REG_DIFF_KEY_REMOVED,
                                         reg_tree_path_text(&side->path), err);
                if (r >= 0)
                        r = reg_rows_values(&d->rows, reg_tree_path_text(&side->path), added ? NULL : &side->values,
                                            added ? &side->values : NULL, err);
        } while (r >= 0 && !side->ended && side->item.depth > depth);
        return r;
}

static int removed_tree(struct diff *d, ow_error *err)
{
        struct reg_side *side = &d->a;
        int r;

        if (d->flags & OW_REG_DIFF_REMOVED)
                return whole_tree(d, side, false, err);
        r = reg_tree_path_enter(&side->path, side->item.depth, &side->item.name, err);
        if (r == 0)
                r = reg_rows_key(&d->rows, OW_REG_DIFF_KEY_REMOVED, reg_tree_path_text(&side->path), err);
        return r < 0 ? r : reg_side_skip(side, err);
}

static int compare_trees(struct diff *d, ow_error *err)
{
        int r = 0;

        while (r >= 0 && (!d->a.ended || !d->b.ended)) {
                int order;

                r = reg_side_check(&d->a, err);
                if (r == 0)
                        r = reg_side_check(&d->b, err);
                if (r < 0)
                        return r;
                if (d->a.ended || d->b.ended)
                        order = d->a.ended ? 1 : -1;
                else if (d->a.item.depth != d->b.item.depth)
                        order = d->a.item.depth > d->b.item.depth ? -1 : 1;
                else
                        order = d->a.item.depth ? ow_hive_name_compare(&d->a.item.name, &d->b.item.name) : 0;
                r = order == 0 ? compare_pair(d, err) :
                    order < 0 ? removed_tree(d, err) : whole_tree(d, &d->b, true, err);
        }
        return r < 0 ? r : 0;
}

int ow_reg_diff(ow_hive *a, ow_key a_key, ow_hive *b, ow_key b_key, const char *prefix, unsigned flags,
                ow_reg_row_fn *row, ow_reg_lost_fn *lost, void *state, ow_error *err)
{
        __attribute__((cleanup(diff_done))) struct diff d = {
                .a = REG_SIDE_INIT, .b = REG_SIDE_INIT, .rows = { row, lost, state }, .flags = flags,
        };
        ow_error mine = OW_ERROR_INIT;
        int r;

        if (!err)
                err = &mine;            /* lost is told in any case */
        r = reg_side_open(&d.a, a, a_key, prefix, lost, state, err);
        if (r == 0)
                r = reg_side_open(&d.b, b, b_key, prefix, lost, state, err);
        return r < 0 ? r : compare_trees(&d, err);
}
