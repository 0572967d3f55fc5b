/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subkeys and values of one key, one after the other. A walk of the whole tree ends, whatever the hive says: a key
 * is handed out only under the parent that it names itself, and a list that names a key twice is refused, so each
 * key is met at most once.
 */
#include "base/le.h"
#include "hive/hive.h"

enum { AT_END = 0xffffffff };

static int start(ow_hive *h, uint32_t key, ow_subkey_iter *iter, ow_error *err)
{
        struct hive_list list;
        struct hive_node node;
        int r;

        iter->key_cell = key;
        iter->list = AT_END;
        r = hive_node_decode(h, key, &node, err);
        if (r < 0)
                return r;
        r = hive_list_of(h, &node, &list, err);
        if (r <= 0)
                return r;
        r = hive_list_check_once(h, &list, NULL, err);
        if (r < 0)
                return ow_wrap(err, r, "subkeys of the key at 0x%x", key);
        iter->list = node.subkeys;
        return 0;
}

static int finish(ow_hive *h, ow_subkey_iter *iter, ow_error *err)
{
        struct hive_node node;
        uint32_t list = iter->list;
        int r;

        iter->list = AT_END;
        r = hive_node_decode(h, iter->key_cell, &node, err);
        if (r < 0)
                return r;
        if (iter->seen != node.n_subkeys)
                return ow_fail(err, OW_E_CORRUPT, list, "key at 0x%x counts %u subkeys, its list has %u",
                               iter->key_cell, node.n_subkeys, iter->seen);
        return 0;
}

/* The leaf at iter, when there is one more: 1. */
static int current_leaf(ow_hive *h, ow_subkey_iter *iter, struct hive_list *ret, ow_error *err)
{
        struct hive_list list;
        int r = hive_list_decode(h, iter->list, &list, err);

        if (r < 0) {
                iter->list = AT_END;
                return r;
        }
        if (list.kind != HIVE_RI) {
                *ret = list;
                return iter->inner < list.count;
        }
        while (iter->outer < list.count) {
                iter->leaf = hive_list_cell(&list, iter->outer);
                r = hive_list_decode(h, iter->leaf, ret, err);
                if (r >= 0 && ret->kind == HIVE_RI)
                        r = ow_fail(err, OW_E_CORRUPT, iter->leaf, "list 0x%x is inside a list of its own kind",
                                    iter->leaf);
                if (r >= 0 && iter->inner < ret->count)
                        return 1;
                iter->outer++;
                iter->inner = 0;
                if (r < 0)
                        return r;
        }
        return 0;
}

int ow_hive_next_subkey(ow_hive *hive, ow_key key, ow_subkey_iter *iter, ow_key *ret_key, ow_error *err)
{
        struct hive_list leaf;
        struct hive_node node;
        uint32_t cell;
        int r;

        if (iter->list == 0) {
                r = start(hive, key.cell, iter, err);
                if (r < 0)
                        return r;
        }
        if (iter->list == AT_END)
                return 0;
        r = current_leaf(hive, iter, &leaf, err);
        if (r < 0)
                return r;
        if (r == 0)
                return finish(hive, iter, err);
        cell = hive_list_cell(&leaf, iter->inner++);
        iter->seen++;
        r = hive_node_decode(hive, cell, &node, err);
        if (r < 0)
                return ow_wrap(err, r, "subkey %u of the key at 0x%x", iter->seen - 1, iter->key_cell);
        if (cell == hive->base.root || node.parent != iter->key_cell)
                return ow_fail(err, OW_E_CORRUPT, cell,
                               "key at 0x%x is listed under 0x%x but names 0x%x as its parent", cell, iter->key_cell,
                               node.parent);
        ret_key->cell = cell;
        return 1;
}

int ow_hive_next_value(ow_hive *hive, ow_key key, uint32_t *index, ow_value *ret_value, ow_error *err)
{
        struct hive_value value;
        struct hive_node node;
        ow_view list;
        uint32_t i = *index;
        int r;

        if (i == AT_END)
                return 0;
        *index = AT_END;
        r = hive_node_decode(hive, key.cell, &node, err);
        if (r < 0)
                return r;
        r = hive_values_view(hive, &node, &list, err);
        if (r < 0)
                return r;
        if (i >= list.len / 4)
                return 0;
        *index = i + 1;
        r = hive_value_decode(hive, ow_le32_at(list.p + 4 * (size_t)i), &value, err);
        if (r < 0)
                return ow_wrap(err, r, "value %u of the key at 0x%x", i, key.cell);
        ret_value->cell = value.cell;
        return 1;
}
