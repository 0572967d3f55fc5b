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

static void forget(struct hive_space *s, uint32_t i)
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

/* Element of the smallest known free cell that holds size bytes, or 0. */
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

/* Element of a free cell, found or made. */
static int find_room(ow_hive *h, uint32_t size, uint32_t *ret, ow_error *err)
{
        uint32_t start, bin_size;
        int r;

        for (;;) {
                *ret = best_fit(&h->space, size);
                if (*ret)
                        return 0;
                r = scan_some(h, err);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;
        }
        r = hive_bin_append(h, size, &start, &bin_size, err);
        if (r < 0)
                return r;
        h->space.grown += bin_size;
        if (h->space.scanned == start)
                h->space.scanned += bin_size;
        hive_space_add(h, start + BIN_HEAD, bin_size - BIN_HEAD);
        *ret = hive_map_get(&h->space.by_start, start + BIN_HEAD);
        return *ret ? 0 : ow_fail_nomem(err);
}

int hive_cell_alloc(ow_hive *h, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err)
{
        uint32_t size, element, start, found;
        int r;

        if (body_size > HIVE_MAX_BINS / 2)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a cell of %zu bytes is larger than a hive", body_size);
        size = ((uint32_t)body_size + CELL_HEAD + CELL_UNIT - 1) / CELL_UNIT * CELL_UNIT;
        for (;;) {
                r = find_room(h, size, &element, err);
                if (r < 0)
                        return r;
                start = h->space.cells[element].start;
                found = h->space.cells[element].size;
                forget(&h->space, element);
                /* Where cells overlap, the place may have become something else since it was remembered. */
                if (ow_le32_at(h->image.bytes + start) == found)
                        break;
        }
        if (found > size) {
                set_head(h, start + size, found - size);
                hive_space_add(h, start + size, found - size);
        }
        set_head(h, start, 0u - size);
        hive_cell_zero(h, start, size - CELL_HEAD, 0, size - CELL_HEAD);
        *ret_cell = start;
        *ret_body_len = size - CELL_HEAD;
        return 0;
}

void hive_cell_free(ow_hive *h, uint32_t cell, uint32_t body_len)
{
        struct hive_space *s = &h->space;
        uint32_t start = cell, end = cell + CELL_HEAD + body_len, i;

        assert(end <= h->image.size);
        /* Two cells of different bins never touch: a bin header lies between them. */
        i = hive_map_get(&s->by_end, start);
        if (i) {
                start = s->cells[i].start;
                forget(s, i);
        }
        i = hive_map_get(&s->by_start, end);
        if (i) {
                end += s->cells[i].size;
                forget(s, i);
        }
        set_head(h, start, end - start);
        hive_space_add(h, start, end - start);
}

void hive_cell_trim(ow_hive *h, uint32_t cell, uint32_t body_len, uint32_t wanted)
{
        uint32_t size = (wanted + CELL_HEAD + CELL_UNIT - 1) / CELL_UNIT * CELL_UNIT;
        uint32_t excess = body_len + CELL_HEAD - size;

        if (size > body_len + CELL_HEAD || excess < TRIM_LEAST)
                return;
        set_head(h, cell, 0u - size);
        hive_cell_free(h, cell + size, excess - CELL_HEAD);
}
