/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another name or another class for a key. */
#include <string.h>

#include "hive/edit.h"

/* The subkeys of a key that moves: each must be readable before the first is told. */
static int check_subkeys(ow_hive *h, uint32_t key, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_key child;
        int r;

        do
                r = ow_hive_next_subkey(h, (ow_key){ key }, &iter, &child, err);
        while (r > 0);
        return r;
}

/* All was read by check_subkeys(): nothing fails. */
static void tell_leaf(ow_hive *h, const struct hive_list *leaf, uint32_t parent)
{
        struct hive_node node;

        for (uint32_t i = 0; i < leaf->count; i++) {
                if (hive_node_decode(h, hive_list_cell(leaf, i), &node, NULL) < 0)
                        continue;
                node.parent = parent;
                hive_node_store(h, &node);
        }
}

static void tell_subkeys(ow_hive *h, const struct hive_node *node, uint32_t parent)
{
        struct hive_list list, leaf;

        if (hive_list_of(h, node, &list, NULL) <= 0)
                return;
        if (list.kind != HIVE_RI) {
                tell_leaf(h, &list, parent);
                return;
        }
        for (uint32_t i = 0; i < list.count; i++)
                if (hive_list_decode(h, hive_list_cell(&list, i), &leaf, NULL) >= 0)
                        tell_leaf(h, &leaf, parent);
}

/* The cell of the key under its new name: its own where that has room. */
static int find_cell(struct hive_edit *e, const struct hive_node *node, const struct hive_name *name,
                     struct hive_node *ret, ow_error *err)
{
        size_t wanted = hive_node_body_size(name);
        int r;

        *ret = *node;
        if (node->body_len >= wanted)
                return 0;
        r = check_subkeys(e->hive, node->cell, err);
        if (r >= 0)
                r = hive_edit_alloc(e, wanted, &ret->cell, &ret->body_len, err);
        return r < 0 ? r : hive_edit_drop(e, node->cell, err);
}

static int rename_key(struct hive_edit *e, const struct hive_node *node, struct hive_node *parent,
                      const struct hive_name *name, uint32_t *ret_cell, ow_error *err)
{
        struct hive_node renamed;
        ow_hive *h = e->hive;
        int r = find_cell(e, node, name, &renamed, err);

        if (r >= 0 && !hive_map_reserve(&h->changed, 2))
                r = ow_fail_nomem(err);
        if (r >= 0)
                r = hive_list_rename(e, parent, node, name, renamed.cell, err);
        if (r < 0)
                return r;
        hive_trail_forget(&h->trail);
        hive_node_store(h, parent);
        if (renamed.cell == node->cell) {
                hive_node_store_name(h, &renamed, name);
        } else {
                hive_node_encode_new(h, &renamed, name);
                tell_subkeys(h, &renamed, renamed.cell);
        }
        (void)hive_map_put(&h->changed, parent->cell, 1);
        (void)hive_map_put(&h->changed, renamed.cell, 1);
        hive_edit_commit(e);
        *ret_cell = renamed.cell;
        return 0;
}

int ow_hive_rename_key(ow_hive *hive, ow_key key, const char *name, ow_key *ret_key, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME wanted = { 0 };
        struct hive_node node, parent;
        uint32_t cell = key.cell;
        int r;

        if (key.cell == hive->base.root)
                return ow_fail(err, OW_E_INVAL, key.cell, "the root of a hive cannot be renamed");
        r = hive_key_name_init(&wanted, name, err);
        if (r >= 0)
                r = hive_edit_begin(&e, hive, key.cell, &node, err);
        if (r >= 0 && (node.flags & OW_KEY_LINK))
                r = ow_fail(err, OW_E_REFUSED, key.cell, "key at 0x%x is a link: not renamed", key.cell);
        if (r >= 0)
                r = hive_node_decode(hive, node.parent, &parent, err);
        if (r >= 0)
                r = hive_edit_may(&parent, err);
        if (r >= 0)
                r = hive_find_subkey(hive, &parent, &wanted, &cell, err);
        if (r > 0 && cell != key.cell)
                r = ow_fail(err, OW_E_EXISTS, cell, "there is a key \"%s\" already", name);
        if (r >= 0)
                r = rename_key(&e, &node, &parent, &wanted, &cell, err);
        if (r < 0)
                return r;
        if (ret_key)
                ret_key->cell = cell;
        return 0;
}

/* ---- class ---- */

/* A cell that holds the class: the one that is there, when it has room. */
static int store_class(struct hive_edit *e, struct hive_node *node, ow_view text, ow_error *err)
{
        ow_view body = { NULL, 0 };
        bool had = node->class_len && node->class_cell != HIVE_NIL;
        uint32_t body_len, cell = HIVE_NIL;
        int r = 0;

        if (had && hive_cell_view(e->hive, node->class_cell, &body, NULL) >= 0 && text.len && body.len >= text.len &&
            body.len - text.len < 8) {
                hive_cell_write(e->hive, node->class_cell, body.len, 0, text.p, text.len);
                hive_cell_zero(e->hive, node->class_cell, body.len, text.len, body.len - text.len);
                node->class_len = (uint16_t)text.len;
                return 0;
        }
        if (text.len)
                r = hive_edit_alloc(e, text.len, &cell, &body_len, err);
        if (r >= 0 && had) {
                /* A damaged old class is left where it is. */
                r = hive_edit_drop(e, node->class_cell, err);
                r = r == OW_E_CORRUPT ? 0 : r;
        }
        if (r < 0)
                return r;
        if (text.len)
                hive_cell_write(e->hive, cell, body_len, 0, text.p, text.len);
        node->class_cell = cell;
        node->class_len = (uint16_t)text.len;
        return 0;
}

/* The key, ready to be edited, and its parent; the root has none. */
static int look(struct hive_edit *e, ow_hive *h, uint32_t key, struct hive_node *ret, struct hive_node *ret_parent,
                ow_error *err)
{
        int r = hive_edit_begin(e, h, key, ret, err);

        if (r >= 0 && key != h->base.root)
                r = hive_node_decode(h, ret->parent, ret_parent, err);
        if (r >= 0 && key != h->base.root)
                r = hive_edit_may(ret_parent, err);
        if (r >= 0 && !hive_map_reserve(&h->changed, 1))
                r = ow_fail_nomem(err);
        return r;
}

int ow_hive_set_class(ow_hive *hive, ow_key key, const void *utf16le, size_t size, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        ow_view wanted = { utf16le, size }, now;
        struct hive_node node, parent = { 0 };
        int r;

        if (size % 2)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a class of %zu bytes is not UTF-16", size);
        if (size > UINT16_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "class of %zu bytes, limit %d", size, UINT16_MAX - 1);
        r = look(&e, hive, key.cell, &node, &parent, err);
        if (r < 0)
                return r;
        if (hive_class_view(hive, &node, &now, NULL) >= 0 && ow_view_equal(now, wanted))
                return 0;
        r = store_class(&e, &node, wanted, err);
        if (r < 0)
                return r;
        hive_node_store(hive, &node);
        if (parent.cell && parent.max_class < size) {
                parent.max_class = (uint32_t)size;
                hive_node_store(hive, &parent);
        }
        (void)hive_map_put(&hive->changed, key.cell, 1);
        hive_edit_commit(&e);
        return 0;
}
