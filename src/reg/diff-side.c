/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "reg/diff.h"

void reg_side_close(struct reg_side *side)
{
        ow_hive_walk_close(side->walk);
        reg_held_done(&side->values);
        reg_tree_path_done(&side->path);
        ow_free(side->last);
}

/* r and err of something damaged: told, and 0 to go on behind it. */
static int tell(struct reg_side *side, int r, ow_error *err)
{
        if (!side->lost || (r != OW_E_CORRUPT && r != OW_E_LIMIT))
                return ow_wrap(err, r, "key '%.200s'", reg_tree_path_text(&side->path));
        side->lost(side->lost_state, reg_tree_path_text(&side->path), err);
        return 0;
}

static int next(struct reg_side *side, ow_hive_item *ret, ow_error *err)
{
        for (;;) {
                int r = ow_hive_walk_next(side->walk, ret, err);

                if (r < 0)
                        r = tell(side, r, err);
                else
                        return r;
                if (r < 0)
                        return r;
        }
}

/* Keys side by side must come in order: the comparison goes along both lists once. */
static int note_order(struct reg_side *side, ow_error *err)
{
        size_t depth = side->item.depth;

        if (depth > 0 && depth < side->n_last && ow_hive_name_compare(&side->last[depth], &side->item.name) > 0)
                side->disordered = true;
        while (side->n_last <= depth) {
                ow_hive_name *grown = ow_grow(side->last, side->n_last, &side->cap_last, sizeof *grown);

                if (!grown)
                        return ow_fail_nomem(err);
                side->last = grown;
                side->n_last++;
        }
        side->last[depth] = side->item.name;
        side->n_last = depth + 1;
        return 0;
}

/* item is what the walk gave last, when r > 0. */
static int take_item(struct reg_side *side, int r, ow_error *err)
{
        side->ended = r == 0;
        return r <= 0 ? r : note_order(side, err);
}

int reg_side_check(struct reg_side *side, ow_error *err)
{
        if (!side->disordered)
                return 0;
        side->disordered = false;
        reg_tree_path_leave(&side->path, side->item.depth - 1);
        return tell(side, ow_fail(err, OW_E_CORRUPT, OW_NOWHERE,
                                  "the keys below are not in order: one may count as removed and as added"), err);
}

int reg_side_enter(struct reg_side *side, ow_error *err)
{
        ow_hive_item *item = &side->item;
        int r;

        if (item->depth > 0) {
                r = reg_tree_path_enter(&side->path, item->depth, &item->name, err);
                if (r < 0)
                        return r;
        }
        side->values.n = 0;
        while ((r = next(side, item, err)) > 0 && item->kind == OW_ITEM_VALUE) {
                const struct reg_held held = {
                        .name = item->name, .hive = side->hive, .value = item->value, .type = item->type,
                        .size = item->size, .data = item->data,
                };

                r = reg_held_add(&side->values, &held, err);
                if (r < 0)
                        return r;
        }
        return take_item(side, r, err);
}

int reg_side_skip(struct reg_side *side, ow_error *err)
{
        ow_hive_walk_skip(side->walk);
        return take_item(side, next(side, &side->item, err), err);
}

int reg_side_open(struct reg_side *side, ow_hive *hive, ow_key key, const char *prefix, ow_reg_lost_fn *lost,
                  void *lost_state, ow_error *err)
{
        int r;

        side->hive = hive;
        side->lost = lost;
        side->lost_state = lost_state;
        r = reg_tree_path_init(&side->path, prefix, err);
        if (r == 0)
                r = ow_hive_walk_open(hive, key, OW_WALK_NO_END, &side->walk, err);
        if (r == 0)
                r = take_item(side, next(side, &side->item, err), err);
        return r < 0 ? r : 0;
}
