/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key with all below it, item by item, without a copy of anything. A key is handed out only under the parent that
 * it names itself, once per list and never deeper than keys can be; and everything that is handed out is paid for
 * from a budget of twice the size of the hive. So a walk ends, and no list or data that many share make it long.
 */
#include "base/alloc.h"
#include "base/le.h"
#include "hive/hive.h"

/* A key whose end has not come yet. */
struct frame {
        struct hive_node node;
        uint32_t listed;                /* subkeys that its list had so far */
        bool opened;                    /* list is decoded */
        bool skipped;
        struct hive_list outer, leaf;   /* outer: a list of leaves, or count 0 */
        uint32_t next_leaf, next;       /* indices */
};

struct ow_hive_walk {
        ow_hive *hive;
        unsigned flags;
        uint32_t n_keys;                /* so far, in a walk of the whole hive that has left out nothing */
        bool whole;
        uint64_t budget, patience;      /* bytes: for what is handed out, and for lists that are refused */
        struct frame *frames;
        size_t n, cap;
        uint32_t first;                 /* where it begins, until that came; then HIVE_NIL */
        bool values_due;                /* the list of values of the last key is still to be opened */
        bool inside;                    /* the last item was the last frame's key or a value of it */
        ow_view values;                 /* what is left of that list */
        uint32_t value_index;
};

enum { EARNEST = 256 };                 /* keys after which a walk from the root is taken for one to the end */
enum { RECORD_COST = 32 };              /* bytes: a record and its place in a list take more */

static int pay_from(uint64_t *budget, ow_hive_walk *w, uint64_t bytes, ow_error *err)
{
        if (bytes <= *budget) {
                *budget -= bytes;
                return 0;
        }
        w->n = 0;
        w->values_due = false;
        w->values.len = 0;
        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                       "keys hold more than the %u bytes of the hive: parts of it are used many times",
                       w->hive->image.size);
}

static int pay(ow_hive_walk *w, uint64_t bytes, ow_error *err)
{
        return pay_from(&w->budget, w, bytes, err);
}

/* ---- what is needed soon is asked for early: a walk spends most of its time waiting for memory ---- */

enum { NODE_SUBKEYS = 0x1c, NODE_VALUES = 0x28, VALUE_DATA = 0x08 };
enum { LINE = 64, PEEK = 0x30, SOON = 3, LATER = 6 };

/* Any number may stand for the cell: nothing is read, and nothing is believed. */
static void hint(const struct hive_image *image, uint32_t cell)
{
        if (cell < image->size)
                __builtin_prefetch(image->bytes + cell);
}

static void hint_node(const struct hive_image *image, uint32_t cell)
{
        if (cell < image->size) {
                __builtin_prefetch(&image->bins[cell / HIVE_PAGE]);
                __builtin_prefetch(image->bytes + cell);
                __builtin_prefetch(image->bytes + cell + LINE);
        }
}

/* The cell that a field of a record seems to name, if the record is in memory; else HIVE_NIL. */
static uint32_t peek(const struct hive_image *image, uint32_t cell, uint32_t field)
{
        if (cell >= image->size || image->size - cell < PEEK || !hive_image_has(image, cell, cell + PEEK - 1))
                return HIVE_NIL;
        return ow_le32_at(image->bytes + cell + HIVE_CELL_HEAD + field);
}

static void hint_subkeys(const struct hive_image *image, const struct hive_list *leaf, uint32_t next)
{
        if (leaf->count - next > LATER)
                hint_node(image, hive_list_cell(leaf, next + LATER));
        if (leaf->count - next > SOON) {
                uint32_t node = hive_list_cell(leaf, next + SOON);

                hint(image, peek(image, node, NODE_VALUES));
                hint(image, peek(image, node, NODE_SUBKEYS));
        }
}

static void hint_values(const struct hive_image *image, ow_view list)
{
        if (list.len > 4 * LATER)
                hint(image, ow_le32_at(list.p + 4 * LATER));
        if (list.len > 4 * SOON)
                hint(image, peek(image, ow_le32_at(list.p + 4 * SOON), VALUE_DATA));
}

static struct frame *top(ow_hive_walk *w)
{
        return w->n ? &w->frames[w->n - 1] : NULL;
}

static void fill_key(const ow_hive_walk *w, const struct hive_node *node, enum ow_hive_item_kind kind,
                     ow_hive_item *ret)
{
        *ret = (ow_hive_item){
                .kind = kind,
                .depth = (unsigned)w->n - 1,
                .key = { node->cell },
                .name = hive_name_shown(node->name, hive_node_latin1(node)),
                .written = node->written,
                .n_subkeys = node->n_subkeys,
                .n_values = node->flags & OW_KEY_PREDEFINED ? 0 : node->n_values,
                .flags = node->flags,
                .layer = node->layer,
        };
}

/* Hands out the key at cell, which is listed under parent. */
static int enter(ow_hive_walk *w, uint32_t cell, const struct hive_node *parent, ow_hive_item *ret, ow_error *err)
{
        struct frame *f;
        int r;

        if (w->n == w->cap) {
                f = ow_grow(w->frames, w->n, &w->cap, sizeof *f);
                if (!f)
                        return ow_fail_nomem(err);
                w->frames = f;
                if (parent)
                        parent = &top(w)->node;
        }
        f = &w->frames[w->n];
        r = hive_node_decode(w->hive, cell, &f->node, err);
        if (r < 0)
                return r;
        if (parent && (cell == w->hive->base.root || f->node.parent != parent->cell))
                return ow_fail(err, OW_E_CORRUPT, cell,
                               "key at 0x%x is listed under 0x%x but names 0x%x as its parent", cell, parent->cell,
                               f->node.parent);
        if (w->n == HIVE_MAX_DEPTH)
                return ow_fail(err, OW_E_CORRUPT, cell, "key at 0x%x is more than %d levels deep", cell,
                               HIVE_MAX_DEPTH);
        hint(&w->hive->image, f->node.values);
        hint(&w->hive->image, f->node.subkeys);
        f->listed = f->next_leaf = f->next = 0;
        f->outer.count = f->leaf.count = 0;
        f->opened = f->skipped = f->node.n_subkeys == 0 && f->node.subkeys == HIVE_NIL;
        w->n++;
        if (w->whole && ++w->n_keys == EARNEST)
                w->hive->image.all_wanted = true;
        w->values_due = !(w->flags & OW_WALK_NO_VALUES) && f->node.n_values > 0;
        w->inside = true;
        fill_key(w, &f->node, OW_ITEM_KEY, ret);
        return 1;
}

/* ---- values ---- */

static int open_values(ow_hive_walk *w, ow_error *err)
{
        int r;

        w->values_due = false;
        w->value_index = 0;
        r = hive_values_view(w->hive, &top(w)->node, &w->values, err);
        for (size_t i = 0; r >= 0 && i < LATER && 4 * i < w->values.len; i++)
                hint(&w->hive->image, ow_le32_at(w->values.p + 4 * i));
        return r < 0 ? r : pay(w, w->values.len, err);
}

/* Where the data are when they lie in one run; NULL: in pieces, or damaged, which is said by who asks for them. */
static int find_data(ow_hive_walk *w, const struct hive_value *v, const uint8_t **ret, ow_error *err)
{
        struct hive_bigdata db;
        ow_error damage;
        ow_view flat;
        bool big;
        int r;

        *ret = NULL;
        if (v->in_line) {
                *ret = hive_value_inline(v);
                return 0;
        }
        r = hive_data_open(w->hive, v, &big, &flat, &damage);
        if (r >= 0 && big)
                r = hive_bigdata_decode(w->hive, v->data, v->size, &db, &damage);
        if (r == OW_E_CORRUPT)
                return 0;
        if (r < 0) {
                if (err)
                        *err = damage;
                return r;
        }
        if (!big)
                *ret = flat.p;
        return pay(w, v->size, err);
}

static int next_value(ow_hive_walk *w, ow_hive_item *ret, ow_error *err)
{
        const struct hive_node *node = &top(w)->node;
        uint32_t cell = ow_le32_at(w->values.p);
        struct hive_value v;
        int r;

        hint_values(&w->hive->image, w->values);
        w->values.p += 4;
        w->values.len -= 4;
        w->value_index++;
        r = hive_value_decode(w->hive, cell, &v, err);
        if (r < 0)
                return ow_wrap(err, r, "value %u of the key at 0x%x", w->value_index - 1, node->cell);
        *ret = (ow_hive_item){
                .kind = OW_ITEM_VALUE,
                .depth = (unsigned)w->n - 1,
                .key = { node->cell },
                .name = hive_name_shown(v.name, v.flags & HIVE_VALUE_COMP_NAME),
                .value = { cell },
                .type = v.type,
                .size = v.size,
        };
        r = pay(w, RECORD_COST, err);
        if (r >= 0 && !(w->flags & OW_WALK_NO_DATA))
                r = find_data(w, &v, &ret->data, err);
        return r < 0 ? r : 1;
}

/* ---- subkeys ---- */

static int open_subkeys(ow_hive_walk *w, struct frame *f, ow_error *err)
{
        struct hive_list list;
        uint64_t seen;
        int r;

        f->opened = true;
        f->skipped = true;              /* until it is known to be sound */
        r = hive_list_of(w->hive, &f->node, &list, err);
        if (r <= 0)
                return r;
        r = hive_list_check_once(w->hive, &list, &seen, err);
        /* To refuse a list costs as much as to take it, and many keys may share it. */
        if (r == OW_E_CORRUPT && pay_from(&w->patience, w, 4 * seen, err) < 0)
                return OW_E_CORRUPT;
        if (r < 0)
                return ow_wrap(err, r, "subkeys of the key at 0x%x", f->node.cell);
        f->skipped = false;
        *(list.kind == HIVE_RI ? &f->outer : &f->leaf) = list;
        for (uint32_t i = 0; list.kind != HIVE_RI && i < LATER && i < list.count; i++)
                hint_node(&w->hive->image, hive_list_cell(&list, i));
        return pay(w, 4 * seen, err);
}

/* The next leaf of a list of leaves: 1, or 0 when there is none. */
static int next_leaf(ow_hive_walk *w, struct frame *f, ow_error *err)
{
        uint32_t cell;
        int r;

        if (f->next_leaf >= f->outer.count)
                return 0;
        cell = hive_list_cell(&f->outer, f->next_leaf++);
        r = hive_list_decode(w->hive, cell, &f->leaf, err);
        if (r >= 0 && f->leaf.kind == HIVE_RI)
                r = ow_fail(err, OW_E_CORRUPT, cell, "list 0x%x is inside a list of its own kind", cell);
        f->next = 0;
        if (r < 0) {
                f->leaf.count = 0;
                return r;
        }
        return 1;
}

/* All subkeys came, or the rest is not wanted. */
static int leave(ow_hive_walk *w, struct frame *f, ow_hive_item *ret, ow_error *err)
{
        if (!f->skipped && f->listed != f->node.n_subkeys) {
                f->skipped = true;
                return ow_fail(err, OW_E_CORRUPT, f->node.subkeys, "key at 0x%x counts %u subkeys, its list has %u",
                               f->node.cell, f->node.n_subkeys, f->listed);
        }
        if (!(w->flags & OW_WALK_NO_END))
                fill_key(w, &f->node, OW_ITEM_KEY_END, ret);
        w->n--;
        return w->flags & OW_WALK_NO_END ? 0 : 1;
}

/* One step: an item, an error, or 0 when there is more to do. */
static int step(ow_hive_walk *w, struct frame *f, ow_hive_item *ret, ow_error *err)
{
        int r;

        if (!f->opened) {
                r = open_subkeys(w, f, err);
                if (r < 0)
                        return r;
        }
        while (f->next >= f->leaf.count) {
                r = next_leaf(w, f, err);
                if (r < 0)
                        return r;
                if (r == 0)
                        return leave(w, f, ret, err);
        }
        f->listed++;
        hint_subkeys(&w->hive->image, &f->leaf, f->next);
        r = pay(w, RECORD_COST, err);
        if (r >= 0)
                r = enter(w, hive_list_cell(&f->leaf, f->next++), &f->node, ret, err);
        return r;
}

int ow_hive_walk_next(ow_hive_walk *walk, ow_hive_item *ret, ow_error *err)
{
        int r = 0;

        if (walk->first != HIVE_NIL) {
                uint32_t cell = walk->first;

                walk->first = HIVE_NIL;
                return enter(walk, cell, NULL, ret, err);
        }
        if (walk->values_due) {
                r = open_values(walk, err);
                if (r < 0)
                        return r;
        }
        if (walk->values.len >= 4)
                return next_value(walk, ret, err);
        walk->inside = false;
        while (r == 0 && walk->n > 0)
                r = step(walk, top(walk), ret, err);
        return r;
}

void ow_hive_walk_skip(ow_hive_walk *walk)
{
        struct frame *f = top(walk);

        if (!f || !walk->inside)
                return;
        walk->whole = false;
        walk->values_due = false;
        walk->values.len = 0;
        f->opened = f->skipped = true;
}

int ow_hive_walk_open(ow_hive *hive, ow_key key, unsigned flags, ow_hive_walk **ret_walk, ow_error *err)
{
        ow_hive_walk *w = ow_calloc(1, sizeof *w);

        if (!w)
                return ow_fail_nomem(err);
        w->hive = hive;
        w->flags = flags;
        w->budget = w->patience = 2 * (uint64_t)hive->image.size;
        w->whole = key.cell == hive->base.root && !(flags & (OW_WALK_NO_VALUES | OW_WALK_NO_DATA));
        w->first = key.cell;
        *ret_walk = w;
        return 0;
}

void ow_hive_walk_close(ow_hive_walk *walk)
{
        if (!walk)
                return;
        if (walk->n_keys >= EARNEST)
                walk->hive->image.all_wanted = false;
        ow_free(walk->frames);
        ow_free(walk);
}
