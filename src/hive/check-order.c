/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of subkeys that are out of order. When all names differ there is one right order, so sorting is no guess;
 * but only for ASCII names are we sure that our upper case is that of the Windows which sorted the list.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/check.h"

struct gathering {
        struct hive_check *check;
        uint32_t *cells;
        uint32_t n, cap;
};

int hive_check_order(const struct hive_node *a, const struct hive_node *b)
{
        const ow_hive_name x = hive_name_shown(a->name, hive_node_latin1(a));
        const ow_hive_name y = hive_name_shown(b->name, hive_node_latin1(b));

        return ow_hive_name_compare(&x, &y);
}

static void gather_leaf(struct gathering *g, const struct hive_list *leaf)
{
        for (uint32_t i = 0; i < leaf->count && g->n < g->cap; i++)
                g->cells[g->n++] = hive_list_cell(leaf, i);
}

static void put_leaf(struct gathering *g, const struct hive_list *leaf)
{
        struct hive_check *c = g->check;
        uint32_t stride = hive_list_stride(leaf->kind);

        for (uint32_t i = 0; i < leaf->count && g->n < g->cap && !c->broken; i++, g->n++) {
                HIVE_AUTO_NAME name = { 0 };
                struct hive_node node;
                uint8_t element[8];
                int r = hive_node_decode(c->hive, g->cells[g->n], &node, &c->error);

                if (r >= 0)
                        r = hive_name_init_stored(&name, node.name, hive_node_latin1(&node), &c->error);
                if (hive_check_failed(c, r))
                        return;
                (void)hive_list_element(leaf->kind, g->cells[g->n], &name, element);
                hive_cell_write(c->hive, leaf->cell, leaf->body.len, HIVE_LIST_HEAD + (size_t)i * stride,
                                element, stride);
        }
}

static void each_leaf(struct gathering *g, uint32_t cell, void (*fn)(struct gathering *g,
                                                                     const struct hive_list *leaf))
{
        struct hive_list list, leaf;

        g->n = 0;
        if (hive_list_decode(g->check->hive, cell, &list, NULL) < 0)
                return;
        if (list.kind != HIVE_RI) {
                fn(g, &list);
                return;
        }
        for (uint32_t i = 0; i < list.count; i++)
                if (hive_list_decode(g->check->hive, hive_list_cell(&list, i), &leaf, NULL) >= 0 &&
                    leaf.kind != HIVE_RI)
                        fn(g, &leaf);
}

/* In the sorted run, those that have the name of the one before. */
static uint32_t tell_duplicates(struct hive_check *c, const struct gathering *g)
{
        uint32_t found = 0;

        for (uint32_t i = 1; i < g->n; i++) {
                struct hive_node a, b;

                if (hive_node_decode(c->hive, g->cells[i - 1], &a, NULL) < 0 ||
                    hive_node_decode(c->hive, g->cells[i], &b, NULL) < 0 || hive_check_order(&a, &b) != 0)
                        continue;
                found++;
                hive_check_tell(c, b.cell, "keys at 0x%x and 0x%x have the same name and parent", a.cell, b.cell);
        }
        return found;
}

void hive_check_sort(struct hive_check *c, const struct hive_node *node, uint32_t count, bool may_sort)
{
        OW_AUTO_FREE uint32_t *cells = NULL;
        struct gathering g = { .check = c, .cap = count };

        if (!may_sort) {
                hive_check_tell(c, node->subkeys, "subkeys of the key at 0x%x are not in order", node->cell);
                return;
        }
        g.cells = cells = ow_malloc(count * sizeof *cells);
        if (!cells) {
                c->broken = ow_fail_nomem(&c->error);
                return;
        }
        each_leaf(&g, node->subkeys, gather_leaf);
        qsort_r(g.cells, g.n, sizeof *g.cells, hive_node_order, c->hive);
        if (tell_duplicates(c, &g) > 0)
                hive_check_tell(c, node->subkeys, "subkeys of the key at 0x%x are not in order", node->cell);
        else if (hive_check_mends(c, node->subkeys, "subkeys of the key at 0x%x are not in order", node->cell))
                each_leaf(&g, node->subkeys, put_leaf);
}
