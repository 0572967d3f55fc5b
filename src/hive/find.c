/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking up subkeys and values by name. Hashes and hints of the fast lists are tried first, because a look at a
 * list costs one read and a look at a key node costs another. Lists are sorted, except where a careless writer
 * made them: what the sorted way does not find is looked for one by one while the list is short.
 */
#include "base/le.h"
#include "base/upcase.h"
#include "hive/hive.h"

enum {
        FEW = 4,                /* keys that are looked at without searching in order first */
        SHORT_LIST = 64,        /* elements of a leaf without hashes that are also searched one by one */
        SHORT_RI = 8,           /* leaves of a list that are all searched */
        LEAF_EMPTY = 2,
        /* What is known of the order of an ri list: names that were not in their place, up to the first, or: */
        MISSES = 8,
        ORDERED,
        DISORDERED,
};

void hive_find_forget(ow_hive *h)
{
        hive_names_forget(&h->names);
        hive_ring_forget(&h->ring);
        hive_map_done(&h->orders);
}

void hive_find_moved(ow_hive *h, uint32_t from, uint32_t to)
{
        uint32_t known = hive_map_get(&h->orders, from);

        /* Without memory it is learned again. */
        if (known)
                (void)hive_map_put(&h->orders, to, known);
}

/* < 0, 0, > 0 in *ret: the name of that key node against name. */
static int order_of(ow_hive *h, uint32_t cell, const struct hive_name *name, int *ret, ow_error *err)
{
        ow_view stored;
        bool latin1;
        int r = hive_node_name(h, cell, &stored, &latin1, err);

        if (r < 0)
                return r;
        *ret = hive_name_order(stored, latin1, name);
        return 0;
}

int hive_find_slot(ow_hive *h, const struct hive_list *leaf, const struct hive_name *name, uint32_t *ret_index,
                   bool *ret_equal, ow_error *err)
{
        uint32_t low = 0, high = leaf->count;
        int order, r;

        *ret_equal = false;
        /* Keys are often made in order: look at the end first. */
        if (high > 0) {
                r = order_of(h, hive_list_cell(leaf, high - 1), name, &order, err);
                if (r < 0)
                        return r;
                if (order < 0)
                        low = high;
        }
        while (low < high) {
                uint32_t middle = low + (high - low) / 2;

                r = order_of(h, hive_list_cell(leaf, middle), name, &order, err);
                if (r < 0)
                        return r;
                if (order == 0)
                        *ret_equal = true;
                if (order < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        *ret_index = low;
        return 0;
}

/* > 0: the leaf at index begins above name, or is empty (LEAF_EMPTY). */
static int leaf_order(ow_hive *h, const struct hive_list *ri, uint32_t index, const struct hive_name *name, int *ret,
                      ow_error *err)
{
        struct hive_list leaf;
        int r = hive_list_decode(h, hive_list_cell(ri, index), &leaf, err);

        if (r < 0)
                return r;
        if (leaf.kind == HIVE_RI)
                return ow_fail(err, OW_E_CORRUPT, leaf.cell, "list 0x%x is inside a list of its own kind", leaf.cell);
        *ret = LEAF_EMPTY;
        return leaf.count > 0 ? order_of(h, hive_list_cell(&leaf, 0), name, ret, err) : 0;
}

/* 1: name belongs into the leaf that was found last in this list, 0 not. Names often come in order. */
static int is_near(ow_hive *h, const struct hive_list *ri, const struct hive_name *name, ow_error *err)
{
        uint32_t near = h->near.outer;
        int order, r;

        if (h->near.list != ri->cell || near >= ri->count)
                return 0;
        r = leaf_order(h, ri, near, name, &order, err);
        if (r < 0 || order > 0)
                return r;
        if (near + 1 == ri->count)
                return 1;
        r = leaf_order(h, ri, near + 1, name, &order, err);
        return r < 0 ? r : order > 0 && order != LEAF_EMPTY;
}

int hive_find_leaf(ow_hive *h, const struct hive_list *ri, const struct hive_name *name, uint32_t *ret_index,
                   ow_error *err)
{
        uint32_t low = 0, high = ri->count;
        int order, r = is_near(h, ri, name, err);

        if (r < 0)
                return r;
        if (r > 0) {
                *ret_index = h->near.outer;
                return 0;
        }
        while (high - low > 1) {
                uint32_t middle = low + (high - low) / 2, at = middle;

                /* Of an empty leaf the next one that has keys says which half it is. */
                do
                        r = leaf_order(h, ri, at, name, &order, err);
                while (r >= 0 && order == LEAF_EMPTY && ++at < high);
                if (r < 0)
                        return r;
                if (order <= 0)
                        low = at;
                else
                        high = middle;
        }
        h->near.list = ri->cell;
        h->near.outer = low;
        *ret_index = low;
        return 0;
}

/* Could a key of that name have this hint? A zero byte says nothing about what follows. */
static bool hint_fits(uint32_t hint, const struct hive_name *name)
{
        for (size_t i = 0; i < 4; i++) {
                uint8_t c = (uint8_t)(hint >> 8 * i);

                if (c == 0)
                        return true;
                if (i >= name->n || ow_upcase(c) != name->upper[i])
                        return false;
        }
        return true;
}

/* The first element, from that one on, that may be the key; count when there is none. */
static uint32_t next_candidate(const struct hive_list *leaf, uint32_t from, const struct hive_name *name)
{
        /* Not every writer knows the upper case of letters outside ASCII, which goes into hashes; nor their hints. */
        if (leaf->kind == HIVE_LI || !name->ascii)
                return from;
        if (leaf->kind == HIVE_LH)
                return hive_list_find_hash(leaf, from, name->hash);
        while (from < leaf->count && !hint_fits(hive_list_hint(leaf, from), name))
                from++;
        return from;
}

static int find_one_by_one(ow_hive *h, const struct hive_list *leaf, const struct hive_name *name, uint32_t *ret_cell,
                           ow_error *err)
{
        for (uint32_t i = 0; (i = next_candidate(leaf, i, name)) < leaf->count; i++) {
                int order, r = order_of(h, hive_list_cell(leaf, i), name, &order, err);

                if (r < 0)
                        return r;
                if (order == 0) {
                        *ret_cell = hive_list_cell(leaf, i);
                        return 1;
                }
        }
        return 0;
}

static int find_in_leaf(ow_hive *h, const struct hive_list *leaf, const struct hive_name *name, uint32_t *ret_cell,
                        ow_error *err)
{
        uint32_t i, candidates = 0;
        bool equal = false;

        if (leaf->kind == HIVE_RI)
                return ow_fail(err, OW_E_CORRUPT, leaf->cell, "list 0x%x is inside a list of its own kind",
                               leaf->cell);
        if (leaf->kind == HIVE_LH && name->ascii)
                return find_one_by_one(h, leaf, name, ret_cell, err);
        for (i = 0; (i = next_candidate(leaf, i, name)) < leaf->count && candidates <= SHORT_LIST; i++)
                candidates++;
        if (candidates > FEW) {
                if (hive_find_slot(h, leaf, name, &i, &equal, NULL) >= 0 && equal) {
                        *ret_cell = hive_list_cell(leaf, i);
                        return 1;
                }
                if (candidates > SHORT_LIST)
                        return 0;
        }
        return find_one_by_one(h, leaf, name, ret_cell, err);
}

/* Each name of the leaf comes behind the one before, *last, as we order them. */
static bool leaf_goes_up(ow_hive *h, const struct hive_list *leaf, ow_hive_name *last)
{
        for (uint32_t i = 0; i < leaf->count; i++) {
                ow_hive_name name;
                ow_view stored;
                bool latin1;

                if (hive_node_name(h, hive_list_cell(leaf, i), &stored, &latin1, NULL) < 0)
                        return false;
                name = hive_name_shown(stored, latin1);
                if (last->p && ow_hive_name_compare(last, &name) >= 0)
                        return false;
                *last = name;
        }
        return true;
}

static bool goes_up(ow_hive *h, const struct hive_list *ri)
{
        ow_hive_name last = { NULL, 0, false };
        struct hive_list leaf;

        for (uint32_t i = 0; i < ri->count; i++)
                if (hive_list_decode(h, hive_list_cell(ri, i), &leaf, NULL) < 0 || leaf.kind == HIVE_RI ||
                    !leaf_goes_up(h, &leaf, &last))
                        return false;
        return true;
}

/*
 * A name that is not where it should be is nowhere else, when the list is in our order. Not every writer knows the
 * upper case of letters outside ASCII; going over the list to see pays only for one that many names are looked for in.
 * Edits keep the order.
 */
static bool is_ordered(ow_hive *h, const struct hive_list *ri)
{
        uint32_t known = hive_map_get(&h->orders, ri->cell);

        if (known < MISSES)
                known++;
        else if (known == MISSES)
                known = goes_up(h, ri) ? ORDERED : DISORDERED;
        else
                return known == ORDERED;
        return hive_map_put(&h->orders, ri->cell, known) && known == ORDERED;
}

static int find_in_ri(ow_hive *h, const struct hive_list *ri, const struct hive_name *name, uint32_t *ret_cell,
                      ow_error *err)
{
        uint32_t likely = ri->count;
        struct hive_list leaf;
        bool all = ri->count <= SHORT_RI;
        int r;

        if (hive_find_leaf(h, ri, name, &likely, NULL) >= 0 && likely < ri->count) {
                r = hive_list_decode(h, hive_list_cell(ri, likely), &leaf, err);
                if (r < 0)
                        return r;
                r = find_in_leaf(h, &leaf, name, ret_cell, err);
                if (r != 0)
                        return r;
                all = all || (!name->ascii && !is_ordered(h, ri));
        } else {
                all = true;
        }
        for (uint32_t i = 0; all && i < ri->count; i++) {
                if (i == likely)
                        continue;
                r = hive_list_decode(h, hive_list_cell(ri, i), &leaf, err);
                if (r < 0)
                        return r;
                r = find_in_leaf(h, &leaf, name, ret_cell, err);
                if (r != 0)
                        return r;
        }
        return 0;
}

int hive_find_subkey(ow_hive *h, const struct hive_node *parent, const struct hive_name *name, uint32_t *ret_cell,
                     ow_error *err)
{
        struct hive_list list;
        int r;

        r = hive_list_of(h, parent, &list, err);
        if (r <= 0)
                return r;
        r = list.kind == HIVE_RI ? find_in_ri(h, &list, name, ret_cell, err)
                                 : find_in_leaf(h, &list, name, ret_cell, err);
        return r < 0 ? ow_wrap(err, r, "subkeys of the key at 0x%x", parent->cell) : r;
}

int hive_values_view(ow_hive *h, const struct hive_node *node, ow_view *ret, ow_error *err)
{
        ow_view body;
        int r;

        *ret = (ow_view){ NULL, 0 };
        if (node->n_values == 0 || (node->flags & OW_KEY_PREDEFINED))
                return 0;
        r = hive_cell_view(h, node->values, &body, err);
        if (r < 0)
                return ow_wrap(err, r, "values of the key at 0x%x", node->cell);
        if (body.len / 4 < node->n_values)
                return ow_fail(err, OW_E_CORRUPT, node->values, "key at 0x%x has %u values, its list holds %zu",
                               node->cell, node->n_values, body.len / 4);
        (void)ow_view_sub(body, 0, 4 * (size_t)node->n_values, ret);
        return 0;
}

int hive_class_view(ow_hive *h, const struct hive_node *node, ow_view *ret, ow_error *err)
{
        ow_view body;
        int r;

        *ret = (ow_view){ NULL, 0 };
        if (node->class_len == 0 || node->class_cell == HIVE_NIL)
                return 0;
        r = hive_cell_view(h, node->class_cell, &body, err);
        if (r < 0)
                return ow_wrap(err, r, "class of the key at 0x%x", node->cell);
        if (!ow_view_sub(body, 0, node->class_len, ret))
                return ow_fail(err, OW_E_CORRUPT, node->class_cell,
                               "class of the key at 0x%x: %u bytes in a cell of %zu", node->cell, node->class_len,
                               body.len);
        return 0;
}

int hive_find_value(ow_hive *h, const struct hive_node *node, const struct hive_name *name, struct hive_value *ret,
                    ow_error *err)
{
        ow_view list;
        int r = hive_values_view(h, node, &list, err), damage = 0;

        if (r < 0)
                return r;
        r = hive_names_find(h, node, list, name, ret);
        if (r >= 0)
                return r;
        for (uint32_t i = 0; i < list.len / 4; i++) {
                struct hive_value v;

                r = hive_value_decode(h, ow_le32_at(list.p + 4 * (size_t)i), &v, err);
                if (r == OW_E_CORRUPT) {
                        damage = r;     /* the one we look for may still come */
                        continue;
                }
                if (r < 0)
                        return r;
                if (hive_name_equal(v.name, v.flags & HIVE_VALUE_COMP_NAME, name)) {
                        *ret = v;
                        return 1;
                }
        }
        return damage;
}
