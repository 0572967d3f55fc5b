/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that undo each other: a text may remove a key and make it again as it was. The first row of a key or value knows
 * what was there; what is there now is read.
 */
#include <stdlib.h>
#include <strings.h>

#include "reg-edit.h"

static bool is_key(const ow_change *change)
{
        return change->kind != OW_CHANGE_VALUE;
}

static int by_place(const ow_change *a, const ow_change *b)
{
        int order = strcasecmp(a->where, b->where);

        if (order == 0)
                order = is_key(b) - is_key(a);
        return order ? order : strcasecmp(a->name, b->name);
}

/* The first row of each place comes first. */
static int compare(const void *a, const void *b)
{
        const ow_change *const *left = a, *const *right = b;
        int order = by_place(*left, *right);

        return order ? order : (*left > *right) - (*left < *right);
}

/* 1 the key at where is not as it was before the row, 0 it is, < 0 error. */
static int settle_key(struct editor *editor, ow_change *row, ow_error *err)
{
        bool was = row->kind == OW_CHANGE_KEY_DELETE;
        ow_regkey at;
        int r = target_find(editor->target, row->where, &at, err);

        return r < 0 ? r : (r > 0) != was;
}

static int settle_value(struct editor *editor, ow_change *row, ow_error *err)
{
        ow_datum now = { 0 };
        ow_regkey at;
        int r = target_find(editor->target, row->where, &at, err);

        if (r > 0)
                r = editor_read(at, row->name, &now, err);
        if (r < 0)
                return r;
        ow_blob_done(&row->after.data);
        row->after = now;
        return !datum_same(&row->before, &row->after);
}

/* Marks what goes by taking its place; sorted holds the rows by place. */
static int settle(struct editor *editor, ow_change **sorted, bool *gone, ow_error *err)
{
        const ow_change *first = editor->rows.items;

        for (size_t i = 0; i < editor->rows.count; i++) {
                ow_change *row = sorted[i];
                int r = 0;

                if (i == 0 || by_place(sorted[i - 1], row) != 0)
                        r = is_key(row) ? settle_key(editor, row, err) : settle_value(editor, row, err);
                if (r < 0)
                        return r;
                gone[row - first] = r == 0;
        }
        return 0;
}

static void drop(struct change_list *rows, const bool *gone)
{
        size_t kept = 0;

        for (size_t i = 0; i < rows->count; i++) {
                if (gone[i])
                        change_done(&rows->items[i]);
                else
                        rows->items[kept++] = rows->items[i];
        }
        rows->count = kept;
}

int editor_net(struct editor *editor, ow_error *err)
{
        size_t n = editor->rows.count;
        ow_change **sorted = calloc(n + 1, sizeof *sorted);
        bool *gone = calloc(n + 1, sizeof *gone);
        int r = sorted && gone ? 0 : ow_fail_nomem(err);

        for (size_t i = 0; r == 0 && i < n; i++)
                sorted[i] = &editor->rows.items[i];
        if (r == 0) {
                qsort(sorted, n, sizeof(ow_change *), compare);
                r = settle(editor, sorted, gone, err);
        }
        if (r == 0)
                drop(&editor->rows, gone);
        free(sorted);
        free(gone);
        return r;
}
