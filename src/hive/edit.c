/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of every edit: room first, then links, then what is no longer used. */
#include <string.h>

#include "base/alloc.h"
#include "hive/edit.h"

int hive_edit_may(const struct hive_node *node, ow_error *err)
{
        if (node->layer)
                return ow_fail(err, OW_E_REFUSED, node->cell,
                               "key at 0x%x is layered (0x%02x): only shown, not edited", node->cell, node->layer);
        if (node->flags & OW_KEY_PREDEFINED)
                return ow_fail(err, OW_E_REFUSED, node->cell,
                               "key at 0x%x stands for a predefined handle: not edited", node->cell);
        return 0;
}

int hive_edit_begin(struct hive_edit *e, ow_hive *h, uint32_t key, struct hive_node *ret, ow_error *err)
{
        int r;

        memset(e, 0, sizeof *e);
        e->hive = h;
        if (h->readonly)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "hive was opened read-only");
        if (h->info.truncated)
                return ow_fail(err, OW_E_REFUSED, h->image.backed,
                               "hive has %u bytes of bins, its file holds %u: not edited; `export` saves what can "
                               "be read", h->image.size, h->image.backed);
        r = hive_node_decode(h, key, ret, err);
        return r < 0 ? r : hive_edit_may(ret, err);
}

bool hive_cells_reserve(struct hive_cells *cells)
{
        void *moved = ow_grow(cells->v, cells->n, &cells->cap, sizeof *cells->v);

        if (moved)
                cells->v = moved;
        return moved != NULL;
}

int hive_edit_alloc(struct hive_edit *e, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err)
{
        int r;

        if (e->untracked)
                return hive_cell_alloc(e->hive, body_size, ret_cell, ret_body_len, err);
        if (!hive_cells_reserve(&e->fresh))
                return ow_fail_nomem(err);
        r = hive_cell_alloc(e->hive, body_size, ret_cell, ret_body_len, err);
        if (r < 0)
                return r;
        e->fresh.v[e->fresh.n++] = (struct hive_cell_ref){ *ret_cell, *ret_body_len };
        return 0;
}

int hive_edit_drop(struct hive_edit *e, uint32_t cell, ow_error *err)
{
        ow_view body;
        int r = hive_cell_view(e->hive, cell, &body, err);

        if (r < 0)
                return r;
        if (!hive_cells_reserve(&e->stale))
                return ow_fail_nomem(err);
        if (hive_image_test_and_mark(&e->hive->image, cell))
                return ow_fail(err, OW_E_CORRUPT, cell, "cell 0x%x is used twice", cell);
        e->stale.v[e->stale.n++] = (struct hive_cell_ref){ cell, (uint32_t)body.len };
        return 0;
}

void hive_edit_undrop(struct hive_edit *e)
{
        hive_image_unmark(&e->hive->image, e->stale.v[--e->stale.n].cell);
}

static void unmark_stale(struct hive_edit *e)
{
        for (size_t i = 0; i < e->stale.n; i++)
                hive_image_unmark(&e->hive->image, e->stale.v[i].cell);
}

void hive_edit_commit(struct hive_edit *e)
{
        unmark_stale(e);
        for (size_t i = 0; i < e->stale.n; i++) {
                hive_map_remove(&e->hive->changed, e->stale.v[i].cell);
                hive_cell_free(e->hive, e->stale.v[i].cell, e->stale.v[i].body_len);
        }
        e->stale.n = e->fresh.n = 0;
        e->described = false;
        e->hive->edited = true;
}

void hive_edit_done(struct hive_edit *e)
{
        if (!e->hive)
                return;
        unmark_stale(e);
        if (e->described)
                hive_ring_forget(&e->hive->ring);
        for (size_t i = e->fresh.n; i-- > 0;)
                hive_cell_free(e->hive, e->fresh.v[i].cell, e->fresh.v[i].body_len);
        ow_free(e->stale.v);
        ow_free(e->fresh.v);
}
