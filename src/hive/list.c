/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of subkeys: leaves li, lf, lh, and ri, a list of leaves; docs/formats/regf.md 4.2. */
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

enum { FEW = 8 };               /* elements that are compared with each other to find one that comes twice */

/* Where Windows splits a leaf: one page less bin and cell overhead; seen in hives of 8.1 and 10. */
enum { SPLIT_LF = 506, SPLIT_LH = 1012, RI_MOST = 0xffff };

static const struct {
        char magic[2];
        uint8_t stride;
} kinds[] = {
        [HIVE_LI] = { "li", 4 },
        [HIVE_LF] = { "lf", 8 },
        [HIVE_LH] = { "lh", 8 },
        [HIVE_RI] = { "ri", 4 },
};

int hive_list_decode(ow_hive *h, uint32_t cell, struct hive_list *ret, ow_error *err)
{
        ow_view body, elements;
        size_t kind = 0;
        uint32_t count;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return r;
        while (kind < OW_COUNT(kinds) && memcmp(body.p, kinds[kind].magic, 2) != 0)
                kind++;
        if (kind == OW_COUNT(kinds))
                return ow_fail(err, OW_E_CORRUPT, cell, "list of subkeys at 0x%x starts with %02x%02x", cell,
                               body.p[0], body.p[1]);
        count = ow_le16_at(body.p + 2);
        if (!ow_view_sub(body, HIVE_LIST_HEAD, (size_t)count * kinds[kind].stride, &elements))
                return ow_fail(err, OW_E_CORRUPT, cell, "list of %u subkeys leaves its cell 0x%x of %zu bytes", count,
                               cell, body.len);
        *ret = (struct hive_list){ cell, (enum hive_list_kind)kind, count, body };
        return 0;
}

uint32_t hive_list_stride(enum hive_list_kind kind)
{
        return kinds[kind].stride;
}

uint32_t hive_list_cell(const struct hive_list *list, uint32_t i)
{
        return ow_le32_at(list->body.p + HIVE_LIST_HEAD + (size_t)i * kinds[list->kind].stride);
}

uint32_t hive_list_hint(const struct hive_list *list, uint32_t i)
{
        return ow_le32_at(list->body.p + HIVE_LIST_HEAD + (size_t)i * kinds[list->kind].stride + 4);
}

uint32_t hive_list_find_hash(const struct hive_list *list, uint32_t from, uint32_t hash)
{
        const uint8_t *hints = list->body.p + HIVE_LIST_HEAD + 4;

        while (from < list->count && ow_le32_at(hints + 8 * (size_t)from) != hash)
                from++;
        return from;
}

bool hive_list_find_cell(const struct hive_list *leaf, uint32_t cell, uint32_t *ret_index)
{
        for (uint32_t i = 0; i < leaf->count; i++) {
                if (hive_list_cell(leaf, i) == cell) {
                        *ret_index = i;
                        return true;
                }
        }
        return false;
}

enum hive_list_kind hive_list_kind_of(const ow_hive *h)
{
        return hive_minor(h) >= 5 ? HIVE_LH : HIVE_LF;
}

uint32_t hive_list_limit(enum hive_list_kind kind)
{
        if (kind == HIVE_RI)
                return RI_MOST;
        return kind == HIVE_LF ? SPLIT_LF : SPLIT_LH;
}

/* The first four units in their own case; one that needs two bytes ends the hint. */
static void put_hint(const struct hive_name *name, uint8_t ret[4])
{
        memset(ret, 0, 4);
        for (size_t i = 0; i < 4 && i < name->n && name->units[i] < 0x100; i++)
                ret[i] = (uint8_t)name->units[i];
}

size_t hive_list_element(enum hive_list_kind kind, uint32_t cell, const struct hive_name *name, uint8_t ret[8])
{
        ow_le32_put(ret, cell);
        if (kind == HIVE_LF)
                put_hint(name, ret + 4);
        else if (kind == HIVE_LH)
                ow_le32_put(ret + 4, name->hash);
        return kinds[kind].stride;
}

void hive_list_store_head(ow_hive *h, uint32_t cell, size_t body_len, enum hive_list_kind kind, uint32_t count)
{
        uint8_t head[HIVE_LIST_HEAD];

        memcpy(head, kinds[kind].magic, 2);
        ow_le16_put(head + 2, (uint16_t)count);
        hive_cell_write(h, cell, body_len, 0, head, sizeof head);
}

/* Calls fn for each leaf of a list, or for the list itself when it is a leaf. Stops at anything but 0. */
static int each_leaf(ow_hive *h, const struct hive_list *list,
                     int (*fn)(ow_hive *h, const struct hive_list *leaf, uint32_t *left), uint32_t *left,
                     ow_error *err)
{
        struct hive_list leaf;
        int r;

        if (list->kind != HIVE_RI)
                return fn(h, list, left);
        for (uint32_t i = 0; i < list->count; i++) {
                r = hive_list_decode(h, hive_list_cell(list, i), &leaf, err);
                if (r == OW_E_CORRUPT)
                        continue;       /* reported when the walk gets there */
                if (r < 0)
                        return r;
                r = fn(h, &leaf, left);
                if (r != 0)
                        return r;
        }
        return 0;
}

/* Marks the keys of a leaf until one is marked already, or until there are more than the hive has room for. */
static int mark_leaf(ow_hive *h, const struct hive_list *leaf, uint32_t *left)
{
        for (uint32_t i = 0; i < leaf->count; i++) {
                uint32_t cell = hive_list_cell(leaf, i);

                if (*left == 0)
                        return 1;
                (*left)--;
                if (cell < h->image.size && hive_image_test_and_mark(&h->image, cell))
                        return 1;
        }
        return 0;
}

static int unmark_leaf(ow_hive *h, const struct hive_list *leaf, uint32_t *left)
{
        for (uint32_t i = 0; i < leaf->count; i++) {
                uint32_t cell = hive_list_cell(leaf, i);

                if (*left == 0)
                        return 1;
                (*left)--;
                if (cell < h->image.size)
                        hive_image_unmark(&h->image, cell);
        }
        return 0;
}

static int count_leaf(ow_hive *h, const struct hive_list *leaf, uint32_t *left)
{
        *left += leaf->count;
        return 0;
}

int hive_list_count(ow_hive *h, const struct hive_list *list, uint32_t *ret, ow_error *err)
{
        *ret = 0;
        return each_leaf(h, list, count_leaf, ret, err);
}

int hive_list_is_left_over(ow_hive *h, const struct hive_node *node, ow_error *err)
{
        struct hive_node first;
        struct hive_list list;
        int r = hive_list_decode(h, node->subkeys, &list, err);

        if (r < 0)
                return r == OW_E_CORRUPT ? 1 : r;
        if (list.kind == HIVE_RI || list.count == 0)
                return 0;
        r = hive_node_decode(h, hive_list_cell(&list, 0), &first, err);
        if (r < 0)
                return r == OW_E_CORRUPT ? 1 : r;
        return first.parent != node->cell;
}

int hive_list_of(ow_hive *h, const struct hive_node *node, struct hive_list *ret, ow_error *err)
{
        int r;

        if (node->subkeys == HIVE_NIL) {
                if (node->n_subkeys == 0)
                        return 0;
                return ow_fail(err, OW_E_CORRUPT, node->cell, "key at 0x%x counts %u subkeys, but has no list of them",
                               node->cell, node->n_subkeys);
        }
        if (node->n_subkeys == 0) {
                r = hive_list_is_left_over(h, node, err);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        r = hive_list_decode(h, node->subkeys, ret, err);
        return r < 0 ? ow_wrap(err, r, "subkeys of the key at 0x%x", node->cell) : 1;
}

static bool few_are_distinct(const struct hive_list *list)
{
        for (uint32_t i = 1; i < list->count; i++)
                for (uint32_t j = 0; j < i; j++)
                        if (hive_list_cell(list, i) == hive_list_cell(list, j))
                                return false;
        return true;
}

int hive_list_check_once(ow_hive *h, const struct hive_list *list, uint64_t *ret_seen, ow_error *err)
{
        /* An element takes 4 bytes. Leaves that overlap could name more than that. */
        const uint32_t most = h->image.size / 4;
        uint32_t left = most, marked;
        int r;

        if (ret_seen)
                *ret_seen = list->count;
        if (list->kind != HIVE_RI && list->count <= FEW && few_are_distinct(list))
                return 0;
        r = each_leaf(h, list, mark_leaf, &left, err);
        marked = most - left;
        if (ret_seen && list->kind == HIVE_RI)
                *ret_seen += marked;
        (void)each_leaf(h, list, unmark_leaf, &marked, NULL);
        if (r == 1)
                return ow_fail(err, OW_E_CORRUPT, list->cell, "list of subkeys at 0x%x names a key twice", list->cell);
        return r;
}
