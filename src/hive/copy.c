/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copying keys, within a hive or into another one of maybe another version: lists and data are built anew in the form
 * that the target wants, in key order. Times, flags, classes, the order of values and descriptors stay.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/edit.h"

void hive_copy_begin(struct hive_copy *c, struct hive_edit *e, ow_hive *from)
{
        *c = (struct hive_copy){ .edit = e, .from = from, .budget = from->image.size };
}

void hive_copy_done(struct hive_copy *c)
{
        hive_map_done(&c->security);
        hive_tally_done(&c->users);
        ow_free(c->unsaved.v);
}

/* No byte of a sound hive belongs to two things, so a copy is not larger than its source. */
static int spend(struct hive_copy *c, uint64_t bytes, uint32_t where, ow_error *err)
{
        if (bytes > c->budget)
                return ow_fail(err, OW_E_CORRUPT, where,
                               "cells are used twice: a copy would be larger than its hive");
        c->budget -= bytes;
        return 0;
}

static int copy_security(struct hive_copy *c, const struct hive_node *source, uint32_t *ret_cell, ow_error *err)
{
        uint32_t cell = hive_map_get(&c->security, source->security);
        struct hive_security sk;
        int r;

        if (cell == 0) {
                r = hive_security_decode(c->from, source->security, &sk, err);
                if (r < 0)
                        return ow_wrap(err, r, "security of the key at 0x%x", source->cell);
                cell = sk.cell;
                if (c->from != c->edit->hive)
                        r = hive_security_get(c->edit, sk.descriptor, &cell, err);
                if (r < 0)
                        return r;
                if (!hive_map_put(&c->security, source->security, cell))
                        return ow_fail_nomem(err);
        }
        if (!hive_tally_add(&c->users, cell))
                return ow_fail_nomem(err);
        *ret_cell = cell;
        return 0;
}

static int copy_class(struct hive_copy *c, const struct hive_node *source, struct hive_node *target, ow_error *err)
{
        uint32_t body_len;
        ow_view text;
        int r = hive_class_view(c->from, source, &text, err);

        target->class_cell = HIVE_NIL;
        target->class_len = 0;
        if (r < 0 || text.len == 0)
                return r;
        r = spend(c, text.len, source->cell, err);
        if (r >= 0)
                r = hive_edit_alloc(c->edit, text.len, &target->class_cell, &body_len, err);
        if (r < 0)
                return r;
        hive_cell_write(c->edit->hive, target->class_cell, body_len, 0, text.p, text.len);
        target->class_len = source->class_len;
        return 0;
}

static int copy_data(struct hive_copy *c, const struct hive_value *source, struct hive_value *target, ow_error *err)
{
        OW_AUTO_FREE uint8_t *whole = NULL;
        ow_view flat;
        bool big;
        int r = hive_data_open(c->from, source, &big, &flat, err);

        if (r < 0 || !big)
                return r < 0 ? r : hive_data_store(c->edit, target, flat, err);
        if (source->size > HIVE_MAX_VALUE)
                return ow_fail(err, OW_E_LIMIT, source->cell, "value of %u bytes, limit %d", source->size,
                               HIVE_MAX_VALUE);
        whole = ow_malloc(source->size);
        if (!whole)
                return ow_fail_nomem(err);
        r = hive_data_copy(c->from, source, whole, err);
        return r < 0 ? r : hive_data_store(c->edit, target, (ow_view){ whole, source->size }, err);
}

static int copy_value(struct hive_copy *c, uint32_t cell, struct hive_node *owner, uint32_t *ret_cell, ow_error *err)
{
        struct hive_value source, target, check;
        HIVE_AUTO_NAME name = { 0 };
        int r = hive_value_decode(c->from, cell, &source, err);

        if (r < 0)
                return r;
        if (source.flags & HIVE_VALUE_TOMBSTONE)
                return ow_fail(err, OW_E_REFUSED, cell, "value at 0x%x is a tombstone of a layered key: not copied",
                               cell);
        r = hive_name_init_stored(&name, source.name, source.flags & HIVE_VALUE_COMP_NAME, err);
        if (r >= 0)
                r = spend(c, source.name.len + (source.in_line ? 0 : source.size), cell, err);
        if (r < 0)
                return r;
        target = (struct hive_value){ .type = source.type };
        r = hive_edit_alloc(c->edit, hive_value_body_size(&name), &target.cell, &target.body_len, err);
        if (r >= 0)
                r = copy_data(c, &source, &target, err);
        if (r < 0)
                return r;
        hive_value_encode_new(c->edit->hive, &target, &name);
        r = hive_value_decode(c->edit->hive, target.cell, &check, err);
        if (r < 0)
                return r;
        if (owner->max_value_name < 2 * name.n)
                owner->max_value_name = (uint32_t)(2 * name.n);
        if (owner->max_value_data < target.size)
                owner->max_value_data = target.size;
        *ret_cell = target.cell;
        return 0;
}

static int copy_values(struct hive_copy *c, const struct hive_node *source, struct hive_node *target, ow_error *err)
{
        uint32_t body_len, cell;
        ow_view list;
        int r = hive_values_view(c->from, source, &list, err);

        target->values = HIVE_NIL;
        target->max_value_name = target->max_value_data = 0;
        /* The number of a predefined-handle key is its handle, and is kept; there is no list. */
        if (r < 0 || list.len == 0)
                return r;
        r = spend(c, list.len, source->cell, err);
        if (r >= 0)
                r = hive_edit_alloc(c->edit, list.len, &target->values, &body_len, err);
        for (size_t at = 0; r >= 0 && at < list.len; at += 4) {
                ow_le32 element;

                r = copy_value(c, ow_le32_at(list.p + at), target, &cell, err);
                if (r < 0)
                        break;
                element = ow_le32_of(cell);
                hive_cell_write(c->edit->hive, target->values, body_len, at, &element, sizeof element);
        }
        return r;
}

/* ---- subkeys ---- */

struct cells {
        uint32_t *v;
        size_t n, cap;
};

/* The first that does not come behind the one before it; n when there is none. */
static size_t find_disorder(ow_hive *h, const struct cells *cells)
{
        size_t i = 1;

        while (i < cells->n && hive_node_order(&cells->v[i - 1], &cells->v[i], h) < 0)
                i++;
        return i < cells->n ? i : cells->n;
}

/* The subkeys in the order that they must have, whatever order a careless writer has left them in. */
static int collect(ow_hive *h, uint32_t key, struct cells *ret, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_key child;
        size_t at;
        int r;

        while ((r = ow_hive_next_subkey(h, (ow_key){ key }, &iter, &child, err)) > 0) {
                uint32_t *moved = ow_grow(ret->v, ret->n, &ret->cap, sizeof *ret->v);

                if (!moved)
                        return ow_fail_nomem(err);
                ret->v = moved;
                ret->v[ret->n++] = child.cell;
        }
        if (r < 0 || find_disorder(h, ret) == ret->n)
                return r;
        qsort_r(ret->v, ret->n, sizeof *ret->v, hive_node_order, h);
        at = find_disorder(h, ret);
        if (at < ret->n)
                return ow_fail(err, OW_E_CORRUPT, ret->v[at], "two keys below 0x%x have the name of 0x%x", key,
                               ret->v[at]);
        return 0;
}

/* One subkey and its element in a leaf. */
static int copy_subkey(struct hive_copy *c, uint32_t cell, struct hive_node *parent, unsigned depth,
                       enum hive_list_kind kind, uint8_t ret_element[8], ow_error *err)
{
        HIVE_AUTO_NAME name = { 0 };
        struct hive_node node;
        int r = hive_node_decode(c->from, cell, &node, err);

        if (r >= 0)
                r = hive_name_init_stored(&name, node.name, hive_node_latin1(&node), err);
        if (r >= 0)
                r = hive_copy_tree(c, &node, &name, parent->cell, depth, err);
        if (r < 0)
                return r;
        (void)hive_list_element(kind, node.cell, &name, ret_element);
        if (parent->max_name < 2 * name.n)
                parent->max_name = (uint16_t)(2 * name.n);
        if (parent->max_class < node.class_len)
                parent->max_class = node.class_len;
        return 0;
}

static int copy_leaf(struct hive_copy *c, const uint32_t *cells, uint32_t count, struct hive_node *parent,
                     unsigned depth, uint32_t *ret_cell, ow_error *err)
{
        enum hive_list_kind kind = hive_list_kind_of(c->edit->hive);
        uint32_t stride = hive_list_stride(kind), body_len;
        int r = hive_edit_alloc(c->edit, HIVE_LIST_HEAD + (size_t)count * stride, ret_cell, &body_len, err);

        for (uint32_t i = 0; r >= 0 && i < count; i++) {
                uint8_t element[8];

                r = copy_subkey(c, cells[i], parent, depth, kind, element, err);
                if (r < 0)
                        return r;
                hive_cell_write(c->edit->hive, *ret_cell, body_len, HIVE_LIST_HEAD + (size_t)i * stride, element,
                                stride);
        }
        if (r >= 0)
                hive_list_store_head(c->edit->hive, *ret_cell, body_len, kind, count);
        return r;
}

/* More than one leaf holds are spread over half-full ones, as Windows leaves them, so that each has room. */
static int copy_leaves(struct hive_copy *c, const struct cells *cells, struct hive_node *parent, unsigned depth,
                       ow_error *err)
{
        uint32_t each = hive_list_limit(hive_list_kind_of(c->edit->hive)) / 2, count, body_len, leaf;
        uint32_t leaves = (uint32_t)((cells->n + each - 1) / each);
        int r;

        if (leaves > hive_list_limit(HIVE_RI))
                return ow_fail(err, OW_E_LIMIT, parent->cell, "key has %zu subkeys", cells->n);
        r = hive_edit_alloc(c->edit, HIVE_LIST_HEAD + (size_t)leaves * hive_list_stride(HIVE_RI), &parent->subkeys,
                            &body_len, err);
        for (uint32_t i = 0; r >= 0 && i < leaves; i++) {
                ow_le32 element;

                count = i + 1 < leaves ? each : (uint32_t)(cells->n - (size_t)i * each);
                r = copy_leaf(c, cells->v + (size_t)i * each, count, parent, depth, &leaf, err);
                if (r < 0)
                        return r;
                element = ow_le32_of(leaf);
                hive_cell_write(c->edit->hive, parent->subkeys, body_len, HIVE_LIST_HEAD + (size_t)i * sizeof element,
                                &element, sizeof element);
        }
        if (r >= 0)
                hive_list_store_head(c->edit->hive, parent->subkeys, body_len, HIVE_RI, leaves);
        return r;
}

static int copy_subkeys(struct hive_copy *c, const struct hive_node *source, struct hive_node *target, unsigned depth,
                        ow_error *err)
{
        OW_AUTO_FREE uint32_t *owned = NULL;
        struct cells cells = { NULL, 0, 0 };
        int r;

        target->subkeys = HIVE_NIL;
        target->n_subkeys = 0;
        target->max_name = 0;
        target->max_class = 0;
        r = collect(c->from, source->cell, &cells, err);
        owned = cells.v;
        if (r < 0 || cells.n == 0)
                return r;
        if (cells.n <= hive_list_limit(hive_list_kind_of(c->edit->hive)))
                r = copy_leaf(c, cells.v, (uint32_t)cells.n, target, depth + 1, &target->subkeys, err);
        else
                r = copy_leaves(c, &cells, target, depth + 1, err);
        target->n_subkeys = (uint32_t)cells.n;
        return r;
}

/* What waits for the time of the next save does so in the copy too. */
static int note_unsaved(struct hive_copy *c, const struct hive_node *source, const struct hive_node *target,
                        ow_error *err)
{
        if (!hive_map_get(&c->from->changed, source->cell))
                return 0;
        if (!hive_cells_reserve(&c->unsaved))
                return ow_fail_nomem(err);
        c->unsaved.v[c->unsaved.n++] = (struct hive_cell_ref){ target->cell, target->body_len };
        return 0;
}

int hive_copy_tree(struct hive_copy *c, struct hive_node *node, const struct hive_name *name, uint32_t parent,
                   unsigned depth, ow_error *err)
{
        struct hive_node target = *node, check;
        int r = 0;

        if (node->layer || !c->whole)
                r = hive_edit_may(node, err);
        if (r >= 0 && name->n > HIVE_MAX_KEY_NAME)
                r = ow_fail(err, OW_E_CORRUPT, node->cell, "name of the key at 0x%x has %zu UTF-16 units, limit %d: "
                            "not copied", node->cell, name->n, HIVE_MAX_KEY_NAME);
        if (r >= 0 && depth > HIVE_MAX_DEPTH)
                r = ow_fail(err, OW_E_LIMIT, node->cell, "keys would be more than %d levels deep", HIVE_MAX_DEPTH);
        if (r >= 0)
                r = spend(c, node->name.len, node->cell, err);
        /* The key comes first, as in every hive of Windows: the root is the first cell. */
        if (r >= 0)
                r = hive_edit_alloc(c->edit, hive_node_body_size(name), &target.cell, &target.body_len, err);
        if (r >= 0)
                r = copy_security(c, node, &target.security, err);
        if (r < 0)
                return r;
        target.parent = parent;
        /* A spare byte before 1.5, in hives of before Windows 8: anything may be in it. */
        if (hive_minor(c->from) < 5 && hive_minor(c->edit->hive) >= 5)
                target.access = 0;
        if (!c->whole)
                target.flags &= (uint16_t)~(OW_KEY_HIVE_ENTRY | OW_KEY_NO_DELETE);
        r = note_unsaved(c, node, &target, err);
        if (r >= 0)
                r = copy_class(c, node, &target, err);
        if (r >= 0)
                r = copy_values(c, node, &target, err);
        if (r >= 0)
                r = copy_subkeys(c, node, &target, depth, err);
        if (r < 0)
                return r;
        hive_node_encode_new(c->edit->hive, &target, name);
        r = hive_node_decode(c->edit->hive, target.cell, &check, err);
        if (r >= 0)
                *node = check;
        return r;
}

int hive_copy_may_link(struct hive_copy *c, ow_error *err)
{
        if (!hive_map_reserve(&c->edit->hive->changed, c->unsaved.n + 1))
                return ow_fail_nomem(err);
        for (size_t i = 0; i < c->users.n; i++) {
                int r = hive_security_may_gain(c->edit->hive, c->users.v[i].number, c->users.v[i].count, err);

                if (r < 0)
                        return ow_wrap(err, r, "security of copied keys");
        }
        return 0;
}

void hive_copy_link(struct hive_copy *c)
{
        for (size_t i = 0; i < c->unsaved.n; i++)
                (void)hive_map_put(&c->edit->hive->changed, c->unsaved.v[i].cell, 1);
        for (size_t i = 0; i < c->users.n; i++)
                hive_security_gain(c->edit->hive, c->users.v[i].number, c->users.v[i].count);
}
