/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bins and the cells that fill them: before the walk, where cells start; after it, which of them nothing leads to.
 * Two free cells side by side are no fault: Windows joins them, but reads them as well; regf.md 3.
 */
#include <stdio.h>

#include "base/le.h"
#include "hive/check.h"

static void may_start(struct hive_check *c, uint32_t at)
{
        c->starts[at / 64] |= (uint8_t)(1u << at / 8 % 8);
}

/* The cell at a place that the cells before it lead to. False: it cannot be one. */
static bool cell_at(const struct hive_check *c, uint32_t at, uint32_t end, uint32_t *ret_size, bool *ret_used)
{
        uint32_t raw = ow_le32_at(c->hive->image.bytes + at), size = raw & 0x80000000u ? 0u - raw : raw;

        *ret_size = size;
        *ret_used = raw & 0x80000000u;
        return size >= HIVE_CELL_LEAST && size % HIVE_CELL_LEAST == 0 && size <= end - at;
}

static void tile_bin(struct hive_check *c, uint32_t start, uint32_t end)
{
        uint32_t size;
        bool used;

        for (uint32_t at = start + HIVE_BIN_HEAD; at < end; at += size) {
                if (!cell_at(c, at, end, &size, &used)) {
                        hive_check_damage(c, at,
                                          "cells of the bin at 0x%x do not fill it: a size of 0x%x at 0x%x", start,
                                          ow_le32_at(c->hive->image.bytes + at), at);
                        for (; at < end; at += HIVE_CELL_LEAST)
                                may_start(c, at);
                        return;
                }
                may_start(c, at);
                if (!used)
                        c->report.free_bytes += size;
        }
}

/* Calls fn for each bin; a run of pages that are in none is told as one gap when tell is set. */
static void each_bin(struct hive_check *c, bool tell, void (*fn)(struct hive_check *c, uint32_t start,
                                                                 uint32_t end))
{
        const struct hive_image *image = &c->hive->image;
        uint32_t size, gap = HIVE_NIL, end = image->size;
        uint32_t readable = c->hive->info.truncated && image->logged == 0 ? image->backed : end;
        char why[sizeof c->error.text] = "";

        for (uint32_t at = 0; at <= end && !c->broken; at += size) {
                int r = at < end ? hive_bin_size(c->hive, at, &size, &c->error) : 0;

                if (r == OW_E_CORRUPT) {
                        if (gap == HIVE_NIL) {
                                gap = at;
                                (void)snprintf(why, sizeof why, "%s", c->error.text);
                        }
                        size = at >= readable ? end - at : HIVE_PAGE;
                        continue;
                }
                if (hive_check_failed(c, r))
                        return;
                if (gap != HIVE_NIL && tell)
                        hive_check_damage(c, gap, "%.200s: nothing in %u bytes can be read", why, at - gap);
                gap = HIVE_NIL;
                if (at == end)
                        return;
                if (!hive_check_failed(c, hive_image_need(&c->hive->image, at, size, &c->error)))
                        fn(c, at, at + size);
        }
}

void hive_check_tiles(struct hive_check *c)
{
        each_bin(c, true, tile_bin);
}

static void count_lost(struct hive_check *c, uint32_t start, uint32_t end)
{
        uint32_t size;
        bool used;

        for (uint32_t at = start + HIVE_BIN_HEAD; at < end && cell_at(c, at, end, &size, &used); at += size) {
                if (!used || hive_check_reached(c, at))
                        continue;
                if (c->report.lost_cells++ == 0)
                        c->first_lost = at;
                c->report.lost_bytes += size;
        }
}

/* The free cells of the bin must be known, for the freed ones to be joined with them. */
static void free_lost(struct hive_check *c, uint32_t start, uint32_t end)
{
        uint32_t size;
        bool used, any = false;

        for (uint32_t at = start + HIVE_BIN_HEAD; at < end && cell_at(c, at, end, &size, &used); at += size)
                any = any || (used && !hive_check_reached(c, at));
        for (uint32_t at = start + HIVE_BIN_HEAD; any && at < end && cell_at(c, at, end, &size, &used); at += size)
                if (!used)
                        hive_space_add(c->hive, at, size);
        for (uint32_t at = start + HIVE_BIN_HEAD; any && at < end && cell_at(c, at, end, &size,
                                                                             &used); at += size) {
                if (!used || hive_check_reached(c, at))
                        continue;
                hive_cell_free(c->hive, at, size - HIVE_CELL_HEAD);
                c->report.free_bytes += size;
        }
}

void hive_check_lost(struct hive_check *c)
{
        each_bin(c, false, count_lost);
        if (c->broken || c->report.lost_cells == 0)
                return;
        if (c->doubt)
                hive_check_tell(c, c->first_lost,
                                "in use, and nothing leads to them: %llu bytes in %llu cell%s; kept, since they may "
                                "belong to what is damaged", (unsigned long long)c->report.lost_bytes,
                                (unsigned long long)c->report.lost_cells, c->report.lost_cells == 1 ? "" : "s");
        else if (hive_check_mends(c, c->first_lost, "in use, but nothing leads to them: %llu bytes in %llu cell%s",
                                  (unsigned long long)c->report.lost_bytes,
                                  (unsigned long long)c->report.lost_cells,
                                  c->report.lost_cells == 1 ? "" : "s"))
                each_bin(c, false, free_lost);
}
