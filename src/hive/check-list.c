/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of one key's subkeys: kind, hints, order, count, and what its node says of them; regf.md 4.2. */
#include "base/le.h"
#include "hive/check.h"

enum { LEAF_COST = 16, MOST_LOOKED_AT = 4 << 20 };     /* in elements; then a key belongs where it says */
enum { MAX_NAME_AT = 0x34, MAX_CLASS_AT = 0x38 };
enum { LARGEST_MAX_NAME = 0xfffe }; /* that field has 16 bits; names beyond it are told by themselves */

/* What the keys of one list have in common. */
struct family {
        struct hive_node *parent;
        struct hive_node previous; /* cell 0: none yet */
        uint32_t count;            /* elements of all leaves */
        uint32_t disorder;         /* of them, not above the one before */
        uint32_t longest_name, longest_class;
        uint32_t empty;              /* leaves */
        bool sound;                  /* every leaf and every element can be read */
        bool ascii;                  /* every name */
        bool leaf_ascii, leaf_sound; /* of the present leaf */
};

static void store_element(struct hive_check *c, const struct hive_list *leaf, uint32_t i,
                          const struct hive_name *name, enum hive_list_kind kind)
{
        uint32_t stride = hive_list_stride(kind);
        uint8_t element[8];

        (void)hive_list_element(kind, hive_list_cell(leaf, i), name, element);
        hive_cell_write(c->hive, leaf->cell, leaf->body.len, HIVE_LIST_HEAD + (size_t)i * stride, element, stride);
}

/* Where one of the first four units is wider than a byte, Windows also writes a hint of zeros, which says nothing. */
static bool starts_wide(const struct hive_name *name)
{
        for (size_t i = 0; i < 4 && i < name->n; i++)
                if (name->units[i] > 0xff)
                        return true;
        return false;
}

/*
 * Only hints of ASCII names have one right answer: Windows' table of upper case is not known to the last letter, and
 * in real hives a few hints of other names are not what the rule says.
 */
static void check_hint(struct hive_check *c, const struct hive_list *leaf, uint32_t i, const struct hive_name *name)
{
        uint32_t at = leaf->cell + HIVE_CELL_HEAD + HIVE_LIST_HEAD + 8 * i + 4, stored;
        const char *what = leaf->kind == HIVE_LH ? "hash" : "hint";
        uint8_t element[8];

        if (leaf->kind == HIVE_LI)
                return;
        (void)hive_list_element(leaf->kind, 0, name, element);
        stored = hive_list_hint(leaf, i);
        if (ow_le32_at(element + 4) == stored || (stored == 0 && leaf->kind == HIVE_LF && starts_wide(name)))
                return;
        if (!name->ascii)
                hive_check_tell(c, at, "list 0x%x: element %u has %s %08x, its name %08x by our table of upper case",
                                leaf->cell, i, what, stored, ow_le32_at(element + 4));
        else if (hive_check_mends(c, at, "list 0x%x: element %u has %s %08x, its name %08x", leaf->cell, i, what,
                                  stored, ow_le32_at(element + 4)))
                store_element(c, leaf, i, name, leaf->kind);
}

static void check_name(struct hive_check *c, const struct hive_list *leaf, uint32_t i, const struct hive_node *node,
                       struct family *f)
{
        HIVE_AUTO_NAME name = { 0 };
        int r = hive_name_init_stored(&name, node->name, hive_node_latin1(node), &c->error);

        if (hive_check_failed(c, r))
                return;
        f->ascii = f->ascii && name.ascii;
        f->leaf_ascii = f->leaf_ascii && name.ascii;
        if (f->longest_name < 2 * name.n)
                f->longest_name = (uint32_t)(2 * name.n);
        check_hint(c, leaf, i, &name);
}

static void check_order(struct hive_check *c, const struct hive_node *node, struct family *f)
{
        int order = f->previous.cell ? hive_check_order(&f->previous, node) : -1;

        if (order == 0)
                hive_check_tell(c, node->cell, "keys at 0x%x and 0x%x have the same name and parent",
                                f->previous.cell, node->cell);
        if (order > 0)
                f->disorder++;
        f->previous = *node;
}

static bool names_cell(struct hive_check *c, const struct hive_list *leaf, uint32_t cell)
{
        uint32_t index;

        c->looked_at += LEAF_COST + leaf->count;
        return hive_list_find_cell(leaf, cell, &index);
}

/* Not by name: whether that finds something depends on hints and order, which may be mended before or after. */
bool hive_check_belongs(struct hive_check *c, const struct hive_node *there, const struct hive_node *node)
{
        struct hive_list list, leaf;

        if (hive_list_of(c->hive, there, &list, NULL) <= 0)
                return false;
        if (list.kind != HIVE_RI)
                return c->looked_at >= MOST_LOOKED_AT || names_cell(c, &list, node->cell);
        for (uint32_t i = 0; i < list.count && c->looked_at < MOST_LOOKED_AT; i++) {
                int r = hive_list_decode(c->hive, hive_list_cell(&list, i), &leaf, NULL);

                c->looked_at += LEAF_COST;
                if (r >= 0 && leaf.kind != HIVE_RI && names_cell(c, &leaf, node->cell))
                        return true;
        }
        return c->looked_at >= MOST_LOOKED_AT;
}

/*
 * True: the key is the parent's, as far as one can tell. One that names no key at all as its parent is put right:
 * readers do not hand it out otherwise.
 */
static bool check_parent(struct hive_check *c, struct hive_node *node, struct family *f)
{
        struct hive_node named;

        if (node->parent == f->parent->cell)
                return true;
        if (node->cell != c->hive->base.root && hive_node_decode(c->hive, node->parent, &named, NULL) < 0) {
                if (hive_check_mends(c, node->cell,
                                     "key at 0x%x is listed under 0x%x but names 0x%x, which is no key, as its "
                                     "parent",
                                     node->cell, f->parent->cell, node->parent)) {
                        node->parent = f->parent->cell;
                        hive_node_store(c->hive, node);
                }
                return true;
        }
        f->sound = f->leaf_sound = false;
        hive_check_damage(c, node->cell, "key at 0x%x is listed under 0x%x but names 0x%x as its parent", node->cell,
                          f->parent->cell, node->parent);
        return node->cell == c->hive->base.root || !hive_check_belongs(c, &named, node);
}

static void go_into(struct hive_check *c, const struct hive_list *leaf, uint32_t i, struct hive_node *node,
                    struct family *f)
{
        if (!check_parent(c, node, f))
                return;
        if (!hive_check_reach(c, node->cell)) {
                f->sound = f->leaf_sound = false;
                return;
        }
        if (node->class_len > f->longest_class && node->class_cell != HIVE_NIL)
                f->longest_class = node->class_len;
        check_name(c, leaf, i, node, f);
        check_order(c, node, f);
        if (c->broken)
                return;
        if (c->depth < HIVE_MAX_DEPTH)
                hive_check_key(c, node);
        else
                hive_check_damage(c, node->cell, "key at 0x%x is more than %d levels deep", node->cell,
                                  HIVE_MAX_DEPTH);
}

static void check_child(struct hive_check *c, const struct hive_list *leaf, uint32_t i, struct family *f)
{
        struct hive_node node;

        f->count++;
        if (hive_check_failed(c, hive_node_decode(c->hive, hive_list_cell(leaf, i), &node, &c->error))) {
                f->sound = f->leaf_sound = false;
                return;
        }
        c->steps[c->depth++] = (struct hive_check_step){ node.name, hive_node_latin1(&node), 0 };
        go_into(c, leaf, i, &node, f);
        c->depth--;
        if (c->in_path > c->depth)
                c->in_path = c->depth;
}

/* lf and lh have elements of the same size: one becomes the other in place. */
static void change_kind(struct hive_check *c, struct hive_list *leaf, enum hive_list_kind kind)
{
        for (uint32_t i = 0; i < leaf->count && !c->broken; i++) {
                HIVE_AUTO_NAME name = { 0 };
                struct hive_node node;
                int r = hive_node_decode(c->hive, hive_list_cell(leaf, i), &node, &c->error);

                if (r >= 0)
                        r = hive_name_init_stored(&name, node.name, hive_node_latin1(&node), &c->error);
                if (hive_check_failed(c, r))
                        return;
                store_element(c, leaf, i, &name, kind);
        }
        hive_list_store_head(c->hive, leaf->cell, leaf->body.len, kind, leaf->count);
}

static void check_leaf(struct hive_check *c, struct hive_list *leaf, struct family *f)
{
        enum hive_list_kind wanted = hive_list_kind_of(c->hive);

        f->leaf_ascii = f->leaf_sound = true;
        if (leaf->count == 0)
                f->empty++;
        for (uint32_t i = 0; i < leaf->count && !c->broken; i++)
                check_child(c, leaf, i, f);
        if (c->broken || leaf->kind == HIVE_LI || leaf->kind == wanted)
                return;
        if (!f->leaf_ascii || !f->leaf_sound)
                hive_check_tell(c, leaf->cell, "list 0x%x is of a kind that version 1.%u does not have", leaf->cell,
                                hive_minor(c->hive));
        else if (hive_check_mends(c, leaf->cell, "list 0x%x is of a kind that version 1.%u does not have", leaf->cell,
                                  hive_minor(c->hive)))
                change_kind(c, leaf, wanted);
}

/* Leaves without elements go; the others move up. */
static void drop_empty(struct hive_check *c, const struct hive_list *ri)
{
        uint32_t kept = 0;

        for (uint32_t i = 0; i < ri->count; i++) {
                ow_le32 cell = ow_le32_of(hive_list_cell(ri, i));
                struct hive_list leaf;

                if (hive_list_decode(c->hive, ow_le32_get(cell), &leaf, NULL) >= 0 && leaf.count == 0) {
                        hive_cell_free(c->hive, leaf.cell, (uint32_t)leaf.body.len);
                        continue;
                }
                hive_cell_write(c->hive, ri->cell, ri->body.len, HIVE_LIST_HEAD + (size_t)kept * sizeof cell, &cell,
                                sizeof cell);
                kept++;
        }
        hive_list_store_head(c->hive, ri->cell, ri->body.len, HIVE_RI, kept);
}

static void check_leaves(struct hive_check *c, const struct hive_list *ri, struct family *f)
{
        for (uint32_t i = 0; i < ri->count && !c->broken; i++) {
                uint32_t cell = hive_list_cell(ri, i);
                struct hive_list leaf;

                if (hive_check_failed(c, hive_list_decode(c->hive, cell, &leaf, &c->error)) ||
                    !hive_check_reach(c, cell)) {
                        f->sound = false;
                } else if (leaf.kind == HIVE_RI) {
                        hive_check_damage(c, cell, "list 0x%x is inside a list of its own kind", cell);
                        f->sound = false;
                } else {
                        check_leaf(c, &leaf, f);
                }
        }
        if (c->broken || f->empty == 0 || f->count == 0)
                return;
        if (!f->sound)
                hive_check_tell(c, ri->cell, "%u leaves of the list 0x%x are empty", f->empty, ri->cell);
        else if (hive_check_mends(c, ri->cell, "%u leaves of the list 0x%x are empty", f->empty, ri->cell))
                drop_empty(c, ri);
}

/* A list without a single key, and a node that counts none. */
static void check_empty(struct hive_check *c, const struct hive_list *list, struct hive_node *node)
{
        if (!hive_check_mends(c, list->cell, "key at 0x%x has no subkeys, but a list of them", node->cell))
                return;
        node->subkeys = HIVE_NIL;
        hive_node_store(c->hive, node);
        for (uint32_t i = 0; list->kind == HIVE_RI && i < list->count; i++) {
                struct hive_list leaf;

                if (hive_list_decode(c->hive, hive_list_cell(list, i), &leaf, NULL) >= 0)
                        hive_cell_free(c->hive, leaf.cell, (uint32_t)leaf.body.len);
        }
        hive_cell_free(c->hive, list->cell, (uint32_t)list->body.len);
}

static void check_totals(struct hive_check *c, const struct hive_list *list, const struct family *f)
{
        struct hive_node *node = f->parent;
        uint32_t longest;

        if (f->count == 0 && node->n_subkeys == 0 && f->sound) {
                check_empty(c, list, node);
                return;
        }
        if (f->count != node->n_subkeys && (!f->sound || f->count == 0)) {
                hive_check_damage(c, node->cell, "key at 0x%x counts %u subkeys, its list has %u", node->cell,
                                  node->n_subkeys, f->count);
        } else if (f->count != node->n_subkeys &&
                   hive_check_mends(c, node->cell, "key at 0x%x counts %u subkeys, its list has %u", node->cell,
                                    node->n_subkeys, f->count)) {
                node->n_subkeys = f->count;
                hive_node_store(c->hive, node);
        }
        if (f->disorder)
                hive_check_sort(c, node, f->count, f->sound && f->ascii);
        longest = node->max_name;
        hive_check_largest(c, node, &longest, MAX_NAME_AT,
                           f->longest_name < LARGEST_MAX_NAME ? f->longest_name : LARGEST_MAX_NAME,
                           "longest subkey name");
        if (longest > node->max_name) {
                node->max_name = (uint16_t)longest;
                hive_node_store(c->hive, node);
        }
        hive_check_largest(c, node, &node->max_class, MAX_CLASS_AT, f->longest_class, "longest subkey class");
}

/* Where the node counts no subkeys, other readers do not look at its list: it need not be one, nor be its own. */
static bool is_left_over(struct hive_check *c, const struct hive_node *node)
{
        if (node->n_subkeys != 0)
                return false;
        return hive_list_is_left_over(c->hive, node, NULL) != 0 || hive_check_reached(c, node->subkeys);
}

void hive_check_subkeys(struct hive_check *c, struct hive_node *node)
{
        struct family f = { .parent = node, .sound = true, .ascii = true };
        struct hive_list list;

        if (node->subkeys == HIVE_NIL) {
                if (node->n_subkeys)
                        hive_check_damage(c, node->cell, "key at 0x%x counts %u subkeys, but has no list of them",
                                          node->cell, node->n_subkeys);
                return;
        }
        if (is_left_over(c, node)) {
                if (hive_check_mends(c, node->cell, "key at 0x%x has no subkeys, but names 0x%x as their list",
                                     node->cell, node->subkeys)) {
                        node->subkeys = HIVE_NIL;
                        hive_node_store(c->hive, node);
                }
                return;
        }
        if (hive_check_failed(c, hive_list_decode(c->hive, node->subkeys, &list, &c->error)) ||
            !hive_check_reach(c, node->subkeys))
                return;
        if (list.kind == HIVE_RI)
                check_leaves(c, &list, &f);
        else
                check_leaf(c, &list, &f);
        if (!c->broken)
                check_totals(c, &list, &f);
}
