/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash table finds a block; a list, sorted when somebody asks for changes, walks them in disk order. Which sectors
 * of a block differ from the store is worked out on demand, for runs of neighbours with one read, and remembered
 * until the block is written again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "disk/overlay.h"

enum {
        SECTORS = OVERLAY_BLOCK / OVERLAY_SECTOR,
        COMPARE_BLOCKS = 64,            /* blocks compared with one read */
        FIRST_SLOTS = 256,
};

struct overlay_block {
        uint64_t number;
        uint8_t changed;                /* bit n: sector n differs from the store; valid when compared */
        bool compared;
        uint8_t bytes[OVERLAY_BLOCK];
};

static size_t slot_of(const struct overlay *overlay, uint64_t number)
{
        uint64_t h = number * UINT64_C(0x9e3779b97f4a7c15);
        size_t mask = overlay->n_slots - 1;
        size_t at = (size_t)(h >> 32) & mask;

        while (overlay->slots[at] && overlay->slots[at]->number != number)
                at = (at + 1) & mask;
        return at;
}

static struct overlay_block *find(const struct overlay *overlay, uint64_t number)
{
        return overlay->count ? overlay->slots[slot_of(overlay, number)] : NULL;
}

/* Room for one more block at a load of at most one half. */
static int make_room(struct overlay *overlay, ow_error *err)
{
        size_t n = overlay->n_slots ? overlay->n_slots * 2 : FIRST_SLOTS;
        struct overlay_block **order = ow_grow(overlay->order, overlay->count, &overlay->order_cap, sizeof *order);

        if (!order)
                return ow_fail_nomem(err);
        overlay->order = order;
        if (overlay->count < overlay->n_slots / 2)
                return 0;
        struct overlay_block **slots = ow_calloc(n, sizeof *slots);
        if (!slots)
                return ow_fail_nomem(err);
        ow_free(overlay->slots);
        overlay->slots = slots;
        overlay->n_slots = n;
        for (size_t i = 0; i < overlay->count; i++)
                slots[slot_of(overlay, order[i]->number)] = order[i];
        return 0;
}

/* A new block; reading it from base is saved when the caller is about to write all of it. */
static int add(struct overlay *overlay, struct store *base, uint64_t number, bool whole, ow_error *err)
{
        struct overlay_block *block;
        int r;

        if (overlay->count >= OVERLAY_MAX_BYTES / OVERLAY_BLOCK)
                return ow_fail(err, OW_E_LIMIT, number * OVERLAY_BLOCK, "more than %llu MiB of uncommitted changes",
                               (unsigned long long)(OVERLAY_MAX_BYTES >> 20));
        r = make_room(overlay, err);
        if (r < 0)
                return r;
        block = ow_malloc(sizeof *block);
        if (!block)
                return ow_fail_nomem(err);
        block->number = number;
        block->changed = 0;
        block->compared = false;
        r = whole ? 0 : store_read_padded(base, number * OVERLAY_BLOCK, block->bytes, OVERLAY_BLOCK, err);
        if (r < 0) {
                ow_free(block);
                return r;
        }
        if (overlay->count == 0)
                overlay->sorted = true;
        else if (overlay->order[overlay->count - 1]->number > number)
                overlay->sorted = false;
        overlay->order[overlay->count++] = block;
        overlay->slots[slot_of(overlay, number)] = block;
        return 0;
}

int overlay_read(struct overlay *overlay, struct store *base, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        uint8_t *p = buf;
        size_t done = 0, missing = 0;   /* bytes handled; of these, the last ones that base must give */

        if (overlay->count == 0)
                return store_read_padded(base, offset, buf, size, err);
        while (done < size) {
                size_t within = (size_t)((offset + done) % OVERLAY_BLOCK);
                size_t n = OVERLAY_BLOCK - within < size - done ? OVERLAY_BLOCK - within : size - done;
                const struct overlay_block *block = find(overlay, (offset + done) / OVERLAY_BLOCK);

                if (!block) {
                        missing += n;
                } else {
                        int r = store_read_padded(base, offset + done - missing, p + done - missing, missing,
                                                  err);

                        if (r < 0)
                                return r;
                        missing = 0;
                        memcpy(p + done, block->bytes + within, n);
                }
                done += n;
        }
        return store_read_padded(base, offset + done - missing, p + done - missing, missing, err);
}

int overlay_write(struct overlay *overlay, struct store *base, uint64_t offset, const void *buf, size_t size,
                  ow_error *err)
{
        const uint8_t *p = buf;

        while (size > 0) {
                uint64_t number = offset / OVERLAY_BLOCK;
                size_t within = (size_t)(offset % OVERLAY_BLOCK);
                size_t n = OVERLAY_BLOCK - within < size ? OVERLAY_BLOCK - within : size;
                struct overlay_block *block = find(overlay, number);

                if (!block) {
                        int r = add(overlay, base, number, n == OVERLAY_BLOCK, err);

                        if (r < 0)
                                return r;
                        block = find(overlay, number);
                        assert(block);          /* it was just added */
                }
                memcpy(block->bytes + within, p, n);
                block->compared = false;
                p += n;
                offset += n;
                size -= n;
        }
        return 0;
}

static int by_number(const void *a, const void *b)
{
        const struct overlay_block *const *x = a, *const *y = b;

        return (*x)->number < (*y)->number ? -1 : (*x)->number > (*y)->number;
}

static void sort(struct overlay *overlay)
{
        if (!overlay->sorted && overlay->count > 1)
                qsort(overlay->order, overlay->count, sizeof *overlay->order, by_number);
        overlay->sorted = true;
}

/* Index of the first block with this number or a higher one. */
static size_t lower_bound(const struct overlay *overlay, uint64_t number)
{
        size_t low = 0, high = overlay->count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (overlay->order[middle]->number < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

/* Of one block. Behind the end both have zeros. */
static uint8_t sectors_that_differ(const uint8_t *a, const uint8_t *b)
{
        uint8_t mask = 0;

        for (size_t s = 0; s < SECTORS; s++)
                if (memcmp(a + s * OVERLAY_SECTOR, b + s * OVERLAY_SECTOR, OVERLAY_SECTOR) != 0)
                        mask |= (uint8_t)(1u << s);
        return mask;
}

/* Makes sure that block i is compared, and its neighbours with it when they lie side by side on the disk. */
static int compare_run(struct overlay *overlay, struct store *base, size_t i, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = NULL;
        struct overlay_block **run = overlay->order + i;
        size_t count = 1;
        int r;

        if (run[0]->compared)
                return 0;
        while (count < COMPARE_BLOCKS && i + count < overlay->count && !run[count]->compared &&
               run[count]->number == run[0]->number + count)
                count++;
        bytes = ow_malloc(count * OVERLAY_BLOCK);
        if (!bytes)
                return ow_fail_nomem(err);
        r = store_read_padded(base, run[0]->number * OVERLAY_BLOCK, bytes, count * OVERLAY_BLOCK, err);
        if (r < 0)
                return r;
        for (size_t k = 0; k < count; k++) {
                run[k]->changed = sectors_that_differ(run[k]->bytes, bytes + k * OVERLAY_BLOCK);
                run[k]->compared = true;
        }
        return 0;
}

/* 1 and the next sector >= *sector that is (or, with want false, is not) changed within block i; 0 none in it. */
static int scan(const struct overlay_block *block, bool want, unsigned *sector)
{
        while (*sector < SECTORS && (block->changed >> *sector & 1) != want)
                ++*sector;
        return *sector < SECTORS;
}

/* From a changed sector of block i on: where the changes stop. */
static int end_of_run(struct overlay *overlay, struct store *base, size_t i, unsigned sector, uint64_t *ret_end,
                      ow_error *err)
{
        uint64_t number;

        do {
                int r = compare_run(overlay, base, i, err);

                if (r < 0)
                        return r;
                number = overlay->order[i]->number;
                if (scan(overlay->order[i], false, &sector)) {
                        *ret_end = number * OVERLAY_BLOCK + sector * OVERLAY_SECTOR;
                        break;
                }
                *ret_end = (number + 1) * OVERLAY_BLOCK;
                sector = 0;
                i++;
        } while (i < overlay->count && overlay->order[i]->number == number + 1);
        return 0;
}

/* Among the bytes before limit. */
static int next_written(struct overlay *overlay, struct store *base, uint64_t limit, uint64_t *offset,
                        uint64_t *ret_size, ow_error *err)
{
        unsigned sector;

        if (*offset >= limit)
                return 0;               /* an odd last sector must not be found again from its end */
        sort(overlay);
        for (size_t i = lower_bound(overlay, *offset / OVERLAY_BLOCK); i < overlay->count; i++) {
                const struct overlay_block *block = overlay->order[i];
                uint64_t end, start = block->number * OVERLAY_BLOCK;
                int r = start < limit ? compare_run(overlay, base, i, err) : 0;

                if (r < 0 || start >= limit)
                        return r;
                sector = *offset > start ? (unsigned)((*offset - start) / OVERLAY_SECTOR) : 0;
                if (!scan(block, true, &sector))
                        continue;
                if (start + sector * OVERLAY_SECTOR >= limit)
                        return 0;
                r = end_of_run(overlay, base, i, sector, &end, err);
                if (r < 0)
                        return r;
                *offset = start + sector * OVERLAY_SECTOR;
                *ret_size = (end < limit ? end : limit) - *offset;
                return 1;
        }
        return 0;
}

int overlay_next_change(struct overlay *overlay, struct store *base, uint64_t *offset, uint64_t *ret_size,
                        ow_error *err)
{
        uint64_t now = overlay_size(overlay, base), was = base->size_bytes;
        uint64_t less = now < was ? now : was, more = now < was ? was : now;
        uint64_t tail = less == more ? more : less / OVERLAY_SECTOR * OVERLAY_SECTOR;   /* from here on all is change */
        int r = next_written(overlay, base, tail, offset, ret_size, err);

        if (r != 0 || *offset >= more || tail == more)
                return r;
        if (*offset < tail)
                *offset = tail;
        *ret_size = more - *offset;
        return 1;
}

/* Zeros where the overlay's last block goes on behind its end, and nothing behind that block. */
static void cut_off(struct overlay *overlay, uint64_t size_bytes)
{
        uint64_t last = size_bytes / OVERLAY_BLOCK;
        size_t within = (size_t)(size_bytes % OVERLAY_BLOCK), keep;

        sort(overlay);
        keep = lower_bound(overlay, within ? last + 1 : last);
        for (size_t i = keep; i < overlay->count; i++)
                ow_free(overlay->order[i]);
        overlay->count = keep;
        if (within && keep && overlay->order[keep - 1]->number == last) {
                memset(overlay->order[keep - 1]->bytes + within, 0, OVERLAY_BLOCK - within);
                overlay->order[keep - 1]->compared = false;
        }
        if (overlay->n_slots)
                memset(overlay->slots, 0, overlay->n_slots * sizeof(struct overlay_block *));
        for (size_t i = 0; i < keep; i++)
                overlay->slots[slot_of(overlay, overlay->order[i]->number)] = overlay->order[i];
}

/* Bytes of base that were cut off before must not come back. */
static int write_zeros(struct overlay *overlay, struct store *base, uint64_t from, uint64_t to, ow_error *err)
{
        static const uint8_t zeros[OVERLAY_BLOCK];

        while (from < to) {
                size_t n = (size_t)(to - from < OVERLAY_BLOCK ? to - from : OVERLAY_BLOCK);
                int r = overlay_write(overlay, base, from, zeros, n, err);

                if (r < 0)
                        return r;
                from += n;
        }
        return 0;
}

int overlay_set_size(struct overlay *overlay, struct store *base, uint64_t size_bytes, ow_error *err)
{
        uint64_t now = overlay_size(overlay, base);
        uint64_t again = size_bytes < base->size_bytes ? size_bytes : base->size_bytes;
        int r;

        if (size_bytes > base->size_bytes && size_bytes - base->size_bytes > OVERLAY_MAX_BYTES)
                return ow_fail(err, OW_E_LIMIT, size_bytes, "a file would grow by more than %llu MiB",
                               (unsigned long long)(OVERLAY_MAX_BYTES >> 20));
        if (size_bytes < now)
                cut_off(overlay, size_bytes);
        r = write_zeros(overlay, base, now, again, err);
        if (r < 0)
                return r;               /* zeros behind the old size, which is still the size: nobody sees them */
        overlay->resized = true;
        overlay->size_bytes = size_bytes;
        return 0;
}

void overlay_done(struct overlay *overlay)
{
        for (size_t i = 0; i < overlay->count; i++)
                ow_free(overlay->order[i]);
        ow_free(overlay->order);
        ow_free(overlay->slots);
        *overlay = (struct overlay){ .count = 0 };
}
