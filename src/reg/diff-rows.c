/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "reg/diff.h"
#include "reg/item.h"

int reg_held_add(struct reg_held_list *list, const struct reg_held *held, ow_error *err)
{
        struct reg_held *all = ow_grow(list->all, list->n, &list->cap, sizeof *all);

        if (!all)
                return ow_fail_nomem(err);
        list->all = all;
        all[list->n++] = *held;
        return 0;
}

void reg_held_done(struct reg_held_list *list)
{
        ow_free(list->all);
        *list = (struct reg_held_list){ NULL, 0, 0 };
}

static int compare_held(const void *a, const void *b)
{
        const struct reg_held *ha = a, *hb = b;
        int order = ow_hive_name_compare(&ha->name, &hb->name);

        /* Of equal names, which only damage leaves, always the same one comes first. */
        return order ? order : (ha->value.cell > hb->value.cell) - (ha->value.cell < hb->value.cell);
}

/* By name, as Windows orders. */
static void sort(struct reg_held_list *list)
{
        if (list->n > 1)
                qsort(list->all, list->n, sizeof *list->all, compare_held);
}

/*
 * The data of *held, whole; holder keeps it when it had to be put together. Data that cannot be read are told, and
 * their value is as good as not there: *held becomes NULL.
 */
static int whole_data(const struct reg_rows *rows, const char *path, const struct reg_held **held, ow_blob *holder,
                      ow_reg_side *ret, ow_error *err)
{
        const struct reg_held *v = *held;
        ow_view data;
        int r;

        if (!v)
                return 0;
        r = reg_whole_data(v->hive, v->value, v->data, v->size, holder, &data, err);
        if (r == 0)
                *ret = (ow_reg_side){ .type = v->type, .data = data.p, .size = data.len };
        if (!rows->lost || (r != OW_E_CORRUPT && r != OW_E_LIMIT))
                return r;
        rows->lost(rows->state, path, err);
        *held = NULL;
        return 0;
}

static bool is_same(const ow_reg_side *a, const ow_reg_side *b)
{
        return a->type == b->type && a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* Short names, and that is nearly all, need no memory of their own. */
struct name_text {
        char brief[256];
        ow_buffer held;
        const char *text;
};

static int name_of(const ow_hive_name *name, struct name_text *ret, ow_error *err)
{
        size_t size = ow_hive_name_utf8(name, ret->brief, sizeof ret->brief);

        ret->text = ret->brief;
        if (size < sizeof ret->brief)
                return 0;
        ret->text = reg_name_text(&ret->held, name);
        return ret->text ? 0 : ow_fail_nomem(err);
}

/* One row about the value of a (before) and b (after), either may be NULL, unless they are equal. */
static int row_of_value(const struct reg_rows *rows, const char *path, const struct reg_held *a,
                        const struct reg_held *b, ow_error *err)
{
        __attribute__((cleanup(ow_blob_done))) ow_blob a_data = { 0 };
        __attribute__((cleanup(ow_blob_done))) ow_blob b_data = { 0 };
        struct name_text name = { .held = OW_BUFFER_INIT };
        ow_reg_row row = { .path = path };
        int r;

        r = whole_data(rows, path, &a, &a_data, &row.before, err);
        if (r == 0)
                r = whole_data(rows, path, &b, &b_data, &row.after, err);
        if (r < 0 || (!a && !b) || (a && b && is_same(&row.before, &row.after)))
                return r;
        row.kind = !a ? OW_REG_DIFF_VALUE_ADDED : !b ? OW_REG_DIFF_VALUE_REMOVED : OW_REG_DIFF_VALUE_CHANGED;
        r = name_of(a ? &a->name : &b->name, &name, err);
        if (r == 0) {
                row.name = name.text;
                r = rows->row(rows->state, &row, err);
        }
        ow_buffer_done(&name.held);
        return r;
}

/* The usual case: the same names in the same order with the same data. */
static bool all_same(const struct reg_held_list *a, const struct reg_held_list *b)
{
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++) {
                const struct reg_held *va = &a->all[i], *vb = &b->all[i];

                if (va->type != vb->type || va->size != vb->size || ow_hive_name_compare(&va->name, &vb->name) != 0)
                        return false;
                if (va->size && (!va->data || !vb->data || memcmp(va->data, vb->data, va->size) != 0))
                        return false;
        }
        return true;
}

int reg_rows_values(const struct reg_rows *rows, const char *path, struct reg_held_list *a, struct reg_held_list *b,
                    ow_error *err)
{
        struct reg_held_list none = { NULL, 0, 0 };
        size_t i = 0, k = 0;
        int r = 0;

        a = a ? a : &none;
        b = b ? b : &none;
        if (all_same(a, b))
                return 0;
        sort(a);
        sort(b);
        while (r == 0 && (i < a->n || k < b->n)) {
                int order = i == a->n ? 1 : k == b->n ? -1 : ow_hive_name_compare(&a->all[i].name, &b->all[k].name);
                const struct reg_held *va = order <= 0 ? &a->all[i++] : NULL;
                const struct reg_held *vb = order >= 0 ? &b->all[k++] : NULL;

                r = row_of_value(rows, path, va, vb, err);
        }
        return r;
}

int reg_rows_key(const struct reg_rows *rows, enum ow_reg_diff_kind kind, const char *path, ow_error *err)
{
        const ow_reg_row row = { .kind = kind, .path = path };

        return rows->row(rows->state, &row, err);
}
