/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting keys into and taking them out of sorted lists; docs/formats/regf.md 4.2 and 6. */
#include <string.h>

#include "base/le.h"
#include "hive/edit.h"

/* Where a leaf is: its own list, and the ri above it (cell 0: none) with its place there. */
struct place {
        struct hive_list leaf, ri;
        uint32_t outer;
};

/*
 * The list that is to be changed: 1, or 0 when there is none. Where it has not as many keys as its key counts, one of
 * the two is wrong, and an edit could make the difference one that nothing mends.
 */
static int open_list(ow_hive *h, const struct hive_node *parent, struct hive_list *ret, ow_error *err)
{
        uint32_t keys;
        int r = hive_list_of(h, parent, ret, err);

        if (r <= 0 || (ret->kind == HIVE_RI && h->counted.list == ret->cell && h->counted.keys == parent->n_subkeys))
                return r;
        r = hive_list_count(h, ret, &keys, err);
        if (r < 0)
                return r;
        if (keys != parent->n_subkeys)
                return ow_fail(err, OW_E_CORRUPT, parent->cell, "key at 0x%x counts %u subkeys, its list has %u: "
                               "check and repair the hive first", parent->cell, parent->n_subkeys, keys);
        if (ret->kind == HIVE_RI) {
                h->counted.list = ret->cell;
                h->counted.keys = keys;
        }
        return 1;
}

/* The same for a key that another one names as its parent. */
static int open_some(ow_hive *h, const struct hive_node *parent, struct hive_list *ret, ow_error *err)
{
        int r = open_list(h, parent, ret, err);

        return r != 0 ? r : ow_fail(err, OW_E_CORRUPT, parent->cell, "key at 0x%x has no subkeys", parent->cell);
}

/* The edit is done, of parent, whose list was there. */
static void note_count(ow_hive *h, uint32_t there, const struct hive_node *parent)
{
        if (h->counted.list != there)
                return;
        h->counted.list = parent->subkeys;
        h->counted.keys = parent->n_subkeys;
}

/* A leaf with one more element allocates a quarter more than it needs now, so that growing stays cheap. */
static size_t roomy(enum hive_list_kind kind, uint32_t count)
{
        uint32_t elements = count + 1 + count / 4;

        if (kind != HIVE_RI && elements > hive_list_limit(kind) && count < hive_list_limit(kind))
                elements = hive_list_limit(kind);
        return HIVE_LIST_HEAD + (size_t)elements * hive_list_stride(kind);
}

/* The same list with room for one more element: itself, or a copy in a larger cell. */
static int make_room(struct hive_edit *e, struct hive_list *list, ow_error *err)
{
        uint32_t stride = hive_list_stride(list->kind), cell, body_len;
        size_t used = HIVE_LIST_HEAD + (size_t)list->count * stride;
        int r;

        if (list->body.len >= used + stride)
                return 0;
        r = hive_edit_alloc(e, roomy(list->kind, list->count), &cell, &body_len, err);
        if (r < 0)
                return r;
        r = hive_edit_drop(e, list->cell, err);
        if (r < 0)
                return r;
        hive_cell_write(e->hive, cell, body_len, 0, list->body.p, used);
        hive_find_moved(e->hive, list->cell, cell);
        list->cell = cell;
        return hive_cell_view(e->hive, cell, &list->body, err);
}

/* There is room. */
static void put_element(ow_hive *h, struct hive_list *list, uint32_t index, uint32_t child,
                        const struct hive_name *name)
{
        uint32_t stride = hive_list_stride(list->kind);
        size_t at = HIVE_LIST_HEAD + (size_t)index * stride;
        uint8_t element[8];

        (void)hive_list_element(list->kind, child, name, element);
        hive_cell_move(h, list->cell, list->body.len, at + stride, at, (size_t)(list->count - index) * stride);
        hive_cell_write(h, list->cell, list->body.len, at, element, stride);
        list->count++;
        hive_list_store_head(h, list->cell, list->body.len, list->kind, list->count);
}

static void take_element(ow_hive *h, struct hive_list *list, uint32_t index)
{
        uint32_t stride = hive_list_stride(list->kind);
        size_t at = HIVE_LIST_HEAD + (size_t)index * stride;

        list->count--;
        hive_cell_move(h, list->cell, list->body.len, at, at + stride, (size_t)(list->count - index) * stride);
        hive_list_store_head(h, list->cell, list->body.len, list->kind, list->count);
}

static void set_element_cell(ow_hive *h, const struct hive_list *ri, uint32_t index, uint32_t cell)
{
        ow_le32 value = ow_le32_of(cell);

        hive_cell_write(h, ri->cell, ri->body.len, HIVE_LIST_HEAD + (size_t)index * sizeof value, &value,
                        sizeof value);
}

static int new_list(struct hive_edit *e, enum hive_list_kind kind, uint32_t capacity, struct hive_list *ret,
                    ow_error *err)
{
        uint32_t cell, body_len;
        int r;

        r = hive_edit_alloc(e, HIVE_LIST_HEAD + (size_t)capacity * hive_list_stride(kind), &cell, &body_len, err);
        if (r < 0)
                return r;
        hive_list_store_head(e->hive, cell, body_len, kind, 0);
        return hive_list_decode(e->hive, cell, ret, err);
}

static int find_place(ow_hive *h, const struct hive_list *list, const struct hive_name *name, struct place *ret,
                      ow_error *err)
{
        int r;

        memset(ret, 0, sizeof *ret);
        if (list->kind != HIVE_RI) {
                ret->leaf = *list;
                return 0;
        }
        if (list->count == 0)
                return ow_fail(err, OW_E_CORRUPT, list->cell, "list of lists at 0x%x is empty", list->cell);
        ret->ri = *list;
        r = hive_find_leaf(h, list, name, &ret->outer, err);
        if (r < 0)
                return r;
        r = hive_list_decode(h, hive_list_cell(list, ret->outer), &ret->leaf, err);
        if (r >= 0 && ret->leaf.kind == HIVE_RI)
                return ow_fail(err, OW_E_CORRUPT, ret->leaf.cell, "list 0x%x is inside a list of its own kind",
                               ret->leaf.cell);
        return r;
}

/* One leaf becomes two halves, both under an ri; the new element goes where it belongs. */
static int split(struct hive_edit *e, struct hive_node *parent, struct place *p, uint32_t index,
                 const struct hive_name *name, uint32_t child, ow_error *err)
{
        struct hive_list right, ri = p->ri, *target = &p->leaf;
        uint32_t half = p->leaf.count / 2, moved = p->leaf.count - half;
        uint32_t stride = hive_list_stride(p->leaf.kind);
        size_t kept = HIVE_LIST_HEAD + (size_t)half * stride;
        int r;

        if (ri.count >= hive_list_limit(HIVE_RI))
                return ow_fail(err, OW_E_LIMIT, ri.cell, "key at 0x%x has %u lists of subkeys", parent->cell,
                               ri.count);
        r = new_list(e, p->leaf.kind, moved + moved / 4 + 1, &right, err);
        if (r < 0)
                return r;
        r = ri.cell ? make_room(e, &ri, err) : new_list(e, HIVE_RI, 2, &ri, err);
        if (r < 0)
                return r;

        hive_cell_write(e->hive, right.cell, right.body.len, HIVE_LIST_HEAD, p->leaf.body.p + kept,
                        (size_t)moved * stride);
        right.count = moved;
        hive_list_store_head(e->hive, right.cell, right.body.len, right.kind, moved);
        p->leaf.count = half;
        hive_list_store_head(e->hive, p->leaf.cell, p->leaf.body.len, p->leaf.kind, half);
        if (ri.count == 0)
                put_element(e->hive, &ri, 0, p->leaf.cell, name);
        put_element(e->hive, &ri, p->outer + 1, right.cell, name);
        if (index > half) {
                target = &right;
                index -= half;
        }
        put_element(e->hive, target, index, child, name);
        parent->subkeys = ri.cell;
        return 0;
}

static int insert(struct hive_edit *e, struct hive_node *parent, const struct hive_name *name, uint32_t child,
                  ow_error *err)
{
        struct hive_list list;
        struct place p;
        uint32_t index;
        bool equal;
        int r;

        r = open_list(e->hive, parent, &list, err);
        if (r < 0)
                return r;
        if (r == 0 || list.count == 0) {
                /* Some writers leave an empty list behind; it is not worth keeping, nor failing for. */
                if (r > 0)
                        (void)hive_edit_drop(e, list.cell, NULL);
                r = new_list(e, hive_list_kind_of(e->hive), 1, &p.leaf, err);
                if (r < 0)
                        return r;
                put_element(e->hive, &p.leaf, 0, child, name);
                parent->subkeys = p.leaf.cell;
                return 0;
        }
        r = find_place(e->hive, &list, name, &p, err);
        if (r < 0)
                return r;
        r = hive_find_slot(e->hive, &p.leaf, name, &index, &equal, err);
        if (r < 0)
                return r;
        if (equal)
                return ow_fail(err, OW_E_EXISTS, parent->cell, "subkey exists already");
        if (p.leaf.count >= hive_list_limit(p.leaf.kind))
                return split(e, parent, &p, index, name, child, err);
        r = make_room(e, &p.leaf, err);
        if (r < 0)
                return r;
        put_element(e->hive, &p.leaf, index, child, name);
        if (p.ri.cell)
                set_element_cell(e->hive, &p.ri, p.outer, p.leaf.cell);
        else
                parent->subkeys = p.leaf.cell;
        return 0;
}

int hive_list_insert(struct hive_edit *e, struct hive_node *parent, const struct hive_name *name, uint32_t child,
                     ow_error *err)
{
        uint32_t there = parent->subkeys;
        int r = insert(e, parent, name, child, err);

        if (r < 0)
                return ow_wrap(err, r, "subkeys of the key at 0x%x", parent->cell);
        parent->n_subkeys++;
        note_count(e->hive, there, parent);
        if (parent->max_name < 2 * name->n)
                parent->max_name = (uint16_t)(2 * name->n);
        return 0;
}

/* Where the list names that child: by its name, or, where the order is wrong, wherever it is. */
static int find_child(ow_hive *h, const struct hive_list *list, const struct hive_node *child, struct place *p,
                      uint32_t *ret_index, ow_error *err)
{
        HIVE_AUTO_NAME name = { 0 };
        int r;

        r = hive_name_init_stored(&name, child->name, hive_node_latin1(child), err);
        if (r < 0)
                return r;
        r = find_place(h, list, &name, p, err);
        if (r < 0)
                return r;
        if (hive_list_find_cell(&p->leaf, child->cell, ret_index))
                return 0;
        for (p->outer = 0; p->outer < p->ri.count; p->outer++) {
                r = hive_list_decode(h, hive_list_cell(&p->ri, p->outer), &p->leaf, err);
                if (r < 0)
                        return r;
                if (p->leaf.kind != HIVE_RI && hive_list_find_cell(&p->leaf, child->cell, ret_index))
                        return 0;
        }
        return ow_fail(err, OW_E_CORRUPT, list->cell, "key at 0x%x is not among the subkeys of its parent 0x%x",
                       child->cell, child->parent);
}

/* ---- taking out ---- */

/* A list of one leaf is replaced by the leaf. */
static void collapse(struct hive_edit *e, struct hive_node *parent, const struct hive_list *ri)
{
        uint32_t leaf;

        if (ri->count != 1)
                return;
        leaf = hive_list_cell(ri, 0);
        if (hive_edit_drop(e, ri->cell, NULL) >= 0)
                parent->subkeys = leaf;
}

/* Both lists leave their cells, for one that holds all; or the left one takes in the right one. */
static bool join(struct hive_edit *e, struct hive_list *left, const struct hive_list *right)
{
        uint32_t stride = hive_list_stride(left->kind);
        size_t kept = HIVE_LIST_HEAD + (size_t)left->count * stride, more = (size_t)right->count * stride;
        struct hive_list both = *left;

        if (hive_edit_drop(e, right->cell, NULL) < 0)
                return false;
        if (left->body.len < kept + more) {
                if (hive_edit_drop(e, left->cell, NULL) < 0) {
                        hive_edit_undrop(e);
                        return false;
                }
                if (new_list(e, left->kind, left->count + right->count, &both, NULL) < 0) {
                        hive_edit_undrop(e);
                        hive_edit_undrop(e);
                        return false;
                }
                hive_cell_write(e->hive, both.cell, both.body.len, 0, left->body.p, kept);
        }
        hive_cell_write(e->hive, both.cell, both.body.len, kept, right->body.p + HIVE_LIST_HEAD, more);
        hive_list_store_head(e->hive, both.cell, both.body.len, both.kind, left->count + right->count);
        left->cell = both.cell;
        return true;
}

/*
 * The leaf at p->outer and a neighbour become one when both together fill at most half of what Windows puts into one
 * leaf. What cannot be done for want of room is left: two small leaves are no fault.
 */
static void merge(struct hive_edit *e, struct hive_node *parent, struct place *p)
{
        struct hive_list left, right;
        uint32_t first;

        if (p->ri.count < 2)
                return;
        first = p->outer + 1 < p->ri.count ? p->outer : p->outer - 1;
        if (hive_list_decode(e->hive, hive_list_cell(&p->ri, first), &left, NULL) < 0 ||
            hive_list_decode(e->hive, hive_list_cell(&p->ri, first + 1), &right, NULL) < 0 ||
            left.kind == HIVE_RI || right.kind != left.kind || left.cell == right.cell ||
            left.count + right.count > hive_list_limit(left.kind) / 2 || !join(e, &left, &right))
                return;
        set_element_cell(e->hive, &p->ri, first, left.cell);
        take_element(e->hive, &p->ri, first + 1);
        collapse(e, parent, &p->ri);
}

/* Gives back most of a cell that its list no longer fills. */
static void trim(struct hive_edit *e, const struct hive_list *leaf)
{
        size_t used = HIVE_LIST_HEAD + (size_t)leaf->count * hive_list_stride(leaf->kind);

        if (leaf->body.len / 4 > used)
                hive_cell_trim(e->hive, leaf->cell, (uint32_t)leaf->body.len, (uint32_t)(2 * used));
}

/* Cannot fail: the cell of a leaf that becomes empty was dropped before. */
static void take_out(struct hive_edit *e, struct hive_node *parent, struct place *p, uint32_t index)
{
        if (p->leaf.count > 1) {
                take_element(e->hive, &p->leaf, index);
                trim(e, &p->leaf);
                merge(e, parent, p);
        } else if (p->ri.count > 1) {
                take_element(e->hive, &p->ri, p->outer);
                collapse(e, parent, &p->ri);
        } else {
                parent->subkeys = HIVE_NIL;
        }
}

int hive_list_remove(struct hive_edit *e, struct hive_node *parent, const struct hive_node *child, ow_error *err)
{
        uint32_t index, there = parent->subkeys;
        struct hive_list list;
        struct place p;
        int r = open_some(e->hive, parent, &list, err);

        if (r >= 0)
                r = find_child(e->hive, &list, child, &p, &index, err);
        if (r >= 0 && p.leaf.count == 1)
                r = hive_edit_drop(e, p.leaf.cell, err);
        if (r >= 0 && p.leaf.count == 1 && p.ri.count == 1)
                r = hive_edit_drop(e, p.ri.cell, err);
        if (r < 0)
                return r;
        parent->n_subkeys--;
        take_out(e, parent, &p, index);
        note_count(e->hive, there, parent);
        return 0;
}

/* ---- renaming ---- */

static void move_in_leaf(ow_hive *h, struct hive_list *leaf, uint32_t from, uint32_t to, uint32_t cell,
                         const struct hive_name *name)
{
        take_element(h, leaf, from);
        put_element(h, leaf, to > from ? to - 1 : to, cell, name);
}

/* The new element is in another leaf than the old one. Nothing is read that insert() has not read or made. */
static int move_between(struct hive_edit *e, struct hive_node *parent, struct place *p, uint32_t index,
                        const struct hive_name *name, uint32_t new_cell, ow_error *err)
{
        int r = p->leaf.count == 1 ? hive_edit_drop(e, p->leaf.cell, err) : 0;

        if (r >= 0)
                r = insert(e, parent, name, new_cell, err);
        if (r >= 0)
                r = hive_list_decode(e->hive, parent->subkeys, &p->ri, err);
        if (r < 0)
                return r;
        for (p->outer = 0; p->outer < p->ri.count; p->outer++) {
                if (hive_list_cell(&p->ri, p->outer) == p->leaf.cell) {
                        take_out(e, parent, p, index);
                        break;
                }
        }
        return 0;
}

int hive_list_rename(struct hive_edit *e, struct hive_node *parent, const struct hive_node *child,
                     const struct hive_name *name, uint32_t new_cell, ow_error *err)
{
        struct hive_list list;
        struct place from, to;
        uint32_t index, slot, there = parent->subkeys;
        bool equal;
        int r = open_some(e->hive, parent, &list, err);

        if (r >= 0)
                r = find_child(e->hive, &list, child, &from, &index, err);
        if (r >= 0)
                r = find_place(e->hive, &list, name, &to, err);
        if (r >= 0)
                r = hive_find_slot(e->hive, &to.leaf, name, &slot, &equal, err);
        if (r < 0)
                return r;
        if (from.leaf.cell == to.leaf.cell)
                move_in_leaf(e->hive, &from.leaf, index, slot, new_cell, name);
        else
                r = move_between(e, parent, &from, index, name, new_cell, err);
        if (r < 0)
                return r;
        note_count(e->hive, there, parent);
        if (parent->max_name < 2 * name->n)
                parent->max_name = (uint16_t)(2 * name->n);
        return 0;
}
