/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding, splitting and joining free cells; docs/formats/regf.md 3. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/hive.h"

enum { CELL_HEAD = 4, CELL_UNIT = 8, BIN_HEAD = 32, PROBES = 32, TRIM_LEAST = 64 };

static size_t class_of(uint32_t size)
{
        uint32_t units = size / CELL_UNIT;

        if (units < HIVE_SPACE_EXACT)
                return units;
        return HIVE_SPACE_EXACT + (size_t)(31 - __builtin_clz(units / HIVE_SPACE_EXACT));
}

void hive_space_done(struct hive_space *space)
{
        ow_free(space->cells);
        hive_map_done(&space->by_start);
        hive_map_done(&space->by_end);
        hive_map_done(&space->bins);
        memset(space, 0, sizeof *space);
}

static void link_cell(struct hive_space *s, uint32_t i)
{
        size_t c = class_of(s->cells[i].size);

        s->cells[i].previous = 0;
        s->cells[i].next = s->heads[c];
        if (s->heads[c])
                s->cells[s->heads[c]].previous = i;
        s->heads[c] = i;
        s->filled[c / 64] |= 1ull << c % 64;
}

static void unlink_cell(struct hive_space *s, uint32_t i)
{
        struct hive_free_cell *f = &s->cells[i];
        size_t c = class_of(f->size);

        if (f->previous)
                s->cells[f->previous].next = f->next;
        else
                s->heads[c] = f->next;
        if (f->next)
                s->cells[f->next].previous = f->previous;
        if (!s->heads[c])
                s->filled[c / 64] &= ~(1ull << c % 64);
}

static void forget(struct hive_space *s, uint32_t i)
{
        struct hive_free_cell *f = &s->cells[i];

        unlink_cell(s, i);
        hive_map_remove(&s->by_start, f->start);
        hive_map_remove(&s->by_end, f->start + f->size);
        f->next = s->spare;
        s->spare = i;
}

static uint32_t new_element(struct hive_space *s)
{
        uint32_t i = s->spare;
        struct hive_free_cell *moved;

        if (i) {
                s->spare = s->cells[i].next;
                return i;
        }
        if (s->n == 0)
                s->n = 1;
        moved = ow_grow(s->cells, s->n < s->cap ? s->n : s->cap, &s->cap, sizeof *s->cells);
        if (!moved)
                return 0;
        s->cells = moved;
        return (uint32_t)s->n++;
}

void hive_space_add(ow_hive *h, uint32_t start, uint32_t size)
{
        struct hive_space *s = &h->space;
        uint32_t i;

        if (s->top_size && start == s->top)
                return;
        /* A damaged hive may name a place twice. */
        if (hive_map_get(&s->by_start, start) || hive_map_get(&s->by_end, start + size))
                return;
        if (!hive_map_reserve(&s->by_start, 1) || !hive_map_reserve(&s->by_end, 1))
                return;
        i = new_element(s);
        if (!i)
                return;
        s->cells[i] = (struct hive_free_cell){ .start = start, .size = size };
        (void)hive_map_put(&s->by_start, start, i);
        (void)hive_map_put(&s->by_end, start + size, i);
        link_cell(s, i);
}

/* Element of a known free cell that holds size bytes, or 0: the smallest; from 16 KiB on, one of about that size. */
static uint32_t best_fit(const struct hive_space *s, uint32_t size)
{
        size_t c = class_of(size), word;
        uint64_t bits;

        if (c >= HIVE_SPACE_EXACT) {
                uint32_t i = s->heads[c];

                for (unsigned probes = 0; i && probes < PROBES; probes++, i = s->cells[i].next)
                        if (s->cells[i].size >= size)
                                return i;
                c++;
        }
        for (word = c / 64; word < OW_COUNT(s->filled); word++) {
                bits = s->filled[word];
                if (word == c / 64)
                        bits &= ~0ull << c % 64;
                if (bits)
                        return s->heads[word * 64 + (size_t)__builtin_ctzll(bits)];
        }
        return 0;
}

static void set_head(ow_hive *h, uint32_t cell, uint32_t head)
{
        ow_le32_put(h->image.bytes + cell, head);
        hive_image_mark_dirty(&h->image, cell, CELL_HEAD);
}

/* Adds the free cells of the bin at start. Nothing is added unless its cells fill it exactly. */
static int scan_bin(ow_hive *h, uint32_t start, uint32_t size, ow_error *err)
{
        uint32_t at, len, end = start + size;
        int r = hive_image_need(&h->image, start, size, err);

        if (r < 0)
                return r;
        for (unsigned pass = 0; pass < 2; pass++) {
                for (at = start + BIN_HEAD; at < end; at += len) {
                        uint32_t raw = ow_le32_at(h->image.bytes + at);

                        len = raw & 0x80000000u ? 0u - raw : raw;
                        if (len < CELL_UNIT || len % CELL_UNIT || len > end - at)
                                return 0;
                        if (pass == 1 && raw == len)
                                hive_space_add(h, at, len);
                }
        }
        return 0;
}

/* Looks through a few more bins. 1: went on, 0: there are no more. */
static int scan_some(ow_hive *h, ow_error *err)
{
        struct hive_space *s = &h->space;
        uint64_t allowance = HIVE_SPACE_SCAN_FIRST + (uint64_t)s->grown * HIVE_SPACE_SCAN_PER_BYTE;
        uint32_t size;
        int r;

        if (s->chain_broken || s->scanned >= h->image.size || s->scanned >= allowance)
                return 0;
        r = hive_bin_size(h, s->scanned, &size, err);
        if (r == OW_E_CORRUPT) {
                s->chain_broken = true;
                return 0;
        }
        if (r < 0)
                return r;
        r = scan_bin(h, s->scanned, size, err);
        if (r < 0)
                return r;
        s->scanned += size;
        return 1;
}

/* A free cell that is large enough, found or made: no longer known as free, but still so in the image. */
static int find_room(ow_hive *h, uint32_t size, uint32_t *ret_start, uint32_t *ret_size, ow_error *err)
{
        struct hive_space *s = &h->space;
        uint32_t i, start, bin_size;
        int r;

        for (;;) {
                i = best_fit(s, size);
                if (i) {
                        *ret_start = s->cells[i].start;
                        *ret_size = s->cells[i].size;
                        forget(s, i);
                        return 0;
                }
                if (s->top_size >= size) {
                        *ret_start = s->top;
                        *ret_size = s->top_size;
                        s->top_size = 0;
                        return 0;
                }
                r = scan_some(h, err);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;
        }
        r = hive_bin_append(h, size, &start, &bin_size, err);
        if (r < 0)
                return r;
        s->grown += bin_size;
        if (s->scanned == start)
                s->scanned += bin_size;
        *ret_start = start + BIN_HEAD;
        *ret_size = bin_size - BIN_HEAD;
        return 0;
}

/* Remembers what an allocation has left over. The end of the hive stays apart from the rest. */
static void keep_rest(ow_hive *h, uint32_t start, uint32_t size)
{
        struct hive_space *s = &h->space;

        set_head(h, start, size);
        if (start + size < h->image.size) {
                hive_space_add(h, start, size);
                return;
        }
        if (s->top_size) {
                uint32_t old = s->top, old_size = s->top_size;

                s->top_size = 0;
                hive_space_add(h, old, old_size);
        }
        s->top = start;
        s->top_size = size;
}

int hive_cell_alloc(ow_hive *h, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err)
{
        uint32_t size, start, found;
        int r;

        if (body_size > HIVE_MAX_BINS / 2)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a cell of %zu bytes is larger than a hive", body_size);
        size = ((uint32_t)body_size + CELL_HEAD + CELL_UNIT - 1) / CELL_UNIT * CELL_UNIT;
        do {
                r = find_room(h, size, &start, &found, err);
                if (r < 0)
                        return r;
                /* Where cells overlap, the place may have become something else since it was remembered. */
        } while (ow_le32_at(h->image.bytes + start) != found);
        if (found > size)
                keep_rest(h, start + size, found - size);
        set_head(h, start, 0u - size);
        hive_cell_zero(h, start, size - CELL_HEAD, 0, size - CELL_HEAD);
        *ret_cell = start;
        *ret_body_len = size - CELL_HEAD;
        return 0;
}

/* The free cell i, which ends or starts where another one does now, has other bounds. The maps have room for that. */
static void resize(ow_hive *h, uint32_t i, uint32_t start, uint32_t end)
{
        struct hive_space *s = &h->space;
        struct hive_free_cell *f = &s->cells[i];
        uint32_t old_end = f->start + f->size;

        unlink_cell(s, i);
        if (f->start != start) {
                hive_map_remove(&s->by_start, f->start);
                (void)hive_map_put(&s->by_start, start, i);
        }
        if (old_end != end) {
                hive_map_remove(&s->by_end, old_end);
                (void)hive_map_put(&s->by_end, end, i);
        }
        f->start = start;
        f->size = end - start;
        link_cell(s, i);
}

/* Of a bin that comes from the file and whose turn is still to come. In doubt, or without memory, cells do not join.
 */
static void know_bin(ow_hive *h, uint32_t cell)
{
        struct hive_space *s = &h->space;
        uint32_t start, end;

        if (cell >= h->image.backed || cell < s->scanned || hive_bin_find(h, cell, &start, &end, NULL) < 0 ||
            hive_map_get(&s->bins, start + 1) || !hive_bin_is_no_data(h, start) ||
            !hive_map_put(&s->bins, start + 1, 1))
                return;
        (void)scan_bin(h, start, end - start, NULL);
}

/* Joins with what is left of the last bin. */
static bool join_top(ow_hive *h, uint32_t start, uint32_t end)
{
        struct hive_space *s = &h->space;
        uint32_t i;

        if (s->top_size == 0 || end != s->top)
                return false;
        i = hive_map_get(&s->by_end, start);
        if (i) {
                start = s->cells[i].start;
                forget(s, i);
        }
        s->top_size += s->top - start;
        s->top = start;
        set_head(h, s->top, s->top_size);
        return true;
}

void hive_cell_free(ow_hive *h, uint32_t cell, uint32_t body_len)
{
        struct hive_space *s = &h->space;
        uint32_t start = cell, end = cell + CELL_HEAD + body_len, before, behind;

        assert(end <= h->image.size);
        s->given_back = true;
        know_bin(h, cell);
        if (body_len >= 2 && memcmp(h->image.bytes + cell + CELL_HEAD, "nk", 2) == 0)
                hive_trail_forget(&h->trail);
        if (h->names.key == cell)
                hive_names_forget(&h->names);
        hive_map_remove(&h->orders, cell);
        if (join_top(h, start, end))
                return;
        /* Two cells of different bins never touch: a bin header lies between them. */
        before = hive_map_get(&s->by_end, start);
        behind = hive_map_get(&s->by_start, end);
        if (before)
                start = s->cells[before].start;
        if (behind) {
                end = s->cells[behind].start + s->cells[behind].size;
                if (before)
                        forget(s, behind);
        }
        set_head(h, start, end - start);
        if (before || behind)
                resize(h, before ? before : behind, start, end);
        else
                hive_space_add(h, start, end - start);
}

void hive_cell_trim(ow_hive *h, uint32_t cell, uint32_t body_len, uint32_t wanted)
{
        uint32_t size = (wanted + CELL_HEAD + CELL_UNIT - 1) / CELL_UNIT * CELL_UNIT;
        uint32_t excess = body_len + CELL_HEAD - size;

        if (size > body_len + CELL_HEAD || excess < TRIM_LEAST)
                return;
        /* First a cell in use: to free it, the cells of the bin may be gone through, and those have to fill it. */
        set_head(h, cell + size, 0u - excess);
        set_head(h, cell, 0u - size);
        hive_cell_free(h, cell + size, excess - CELL_HEAD);
}

/* Where the last bin starts, when no cell in it is in use. */
static bool last_seems_free(ow_hive *h, uint32_t *ret_start)
{
        uint32_t start, end, len;

        if (h->image.size <= HIVE_PAGE || hive_bin_find(h, h->image.size - 1, &start, &end, NULL) < 0 ||
            end != h->image.size || start == 0 || hive_image_need(&h->image, start, end - start, NULL) < 0)
                return false;
        for (uint32_t at = start + BIN_HEAD; at < end; at += len) {
                len = ow_le32_at(h->image.bytes + at);
                if (len < CELL_UNIT || len % CELL_UNIT || len > end - at)
                        return false;
        }
        *ret_start = start;
        return true;
}

/* Data may look like bins, one behind the other: what goes for good is what the chain from the first bin says. */
static bool last_is_free(ow_hive *h, uint32_t *ret_start)
{
        if (!h->chain_followed && (!last_seems_free(h, ret_start) || hive_bin_follow_chain(h, NULL) < 0))
                return false;
        return h->chain_end == h->image.size && last_seems_free(h, ret_start);
}

/* The last bin, all free, goes. */
static void cut(ow_hive *h, uint32_t start)
{
        struct hive_space *s = &h->space;

        for (uint32_t at = start + BIN_HEAD; at < h->image.size; at += ow_le32_at(h->image.bytes + at)) {
                uint32_t i = hive_map_get(&s->by_start, at);

                if (i)
                        forget(s, i);
        }
        if (s->top_size && s->top >= start)
                s->top_size = 0;
        if (s->scanned > start)
                s->scanned = start;
        hive_map_remove(&s->bins, start + 1);
        hive_image_cut(&h->image, start);
        h->chain_end = start;
}

void hive_space_shrink(ow_hive *h)
{
        uint32_t start;

        if (!h->space.given_back)
                return;
        h->space.given_back = false;
        while (last_is_free(h, &start))
                cut(h, start);
}
