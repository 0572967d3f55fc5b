/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bins of a hive as one run of memory that costs only what is touched: address space is reserved once for the
 * largest hive, chunks are read when they are first needed, changed sectors are remembered. Since nothing ever
 * moves, views stay good while the hive grows.
 */
#ifndef HIVE_IMAGE_H
#define HIVE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/io.h>

#include "base/view.h"

enum {
        HIVE_CHUNK_SHIFT = 12,          /* a page: what one lookup reads at a time, and has the kernel fill */
        HIVE_CHUNK = 1 << HIVE_CHUNK_SHIFT,
        HIVE_BLOCK = 2 << 20,           /* what is read at a time, at most */
        HIVE_LARGE_PAGE = 2 << 20,
};

/* What is known of the bin of one page. end 0: nothing yet; start 1: the page is in no bin. */
struct hive_bin_slot {
        uint32_t start, end;
};

struct hive_image {
        ow_source source;
        uint8_t *bytes;                 /* a multiple of HIVE_LARGE_PAGE */
        uint8_t *region;                /* what bytes lie in */
        size_t reserved;                /* bytes of address space behind bytes */
        size_t open;                    /* of them readable and writable */
        uint32_t size;                  /* bytes of bins now */
        uint32_t backed;                /* of them, those that the source holds */
        uint64_t logged;                /* bytes from logs that lie behind those */
        bool all_wanted;                /* somebody goes over the whole hive: read in blocks */
        uint8_t *tables;                /* one lazy mapping for the four below */
        uint8_t *loaded;                /* bit per chunk */
        uint8_t *dirty;                 /* bit per sector */
        uint8_t *seen;                  /* bit per 8 bytes: scratch for walks; always left clear */
        struct hive_bin_slot *bins;     /* per page */
};

int hive_image_init(struct hive_image *image, const ow_source *source, uint32_t size, ow_error *err);
void hive_image_done(struct hive_image *image);

/* Forgets every byte in memory; the next access reads again. size: of the bins from now on. */
int hive_image_reset(struct hive_image *image, uint32_t size, ow_error *err);

/* Longer or shorter bins. Bytes past what the source backs are zero. */
int hive_image_set_size(struct hive_image *image, uint32_t size, ow_error *err);

/* Gives up the pages from size on: nothing there is in use any more. */
void hive_image_cut(struct hive_image *image, uint32_t size);

int hive_image_load(struct hive_image *image, uint32_t offset, uint32_t size, ow_error *err);

/* All from first to last is in memory. False may also mean: more than two chunks, look closer. */
static inline bool hive_image_has(const struct hive_image *image, uint32_t first, uint32_t last)
{
        uint32_t a = first >> HIVE_CHUNK_SHIFT, b = last >> HIVE_CHUNK_SHIFT;

        if (b > a + 1 || !(image->loaded[a / 8] >> a % 8 & 1))
                return false;
        return a == b || (image->loaded[b / 8] >> b % 8 & 1);
}

/* Makes [offset, offset + size), which is inside the bins, readable. */
static inline int hive_image_need(struct hive_image *image, uint32_t offset, uint32_t size, ow_error *err)
{
        return hive_image_has(image, offset, offset + size - 1) ? 0 :
               hive_image_load(image, offset, size, err);
}

void hive_image_mark_dirty(struct hive_image *image, uint32_t offset, uint32_t size);

static inline bool hive_image_is_dirty(const struct hive_image *image, uint32_t sector)
{
        return image->dirty[sector / 8] >> sector % 8 & 1;
}

/* Sets the bit of a cell and says whether it was set before. */
static inline bool hive_image_test_and_mark(struct hive_image *image, uint32_t cell)
{
        uint32_t bit = cell / 8;
        uint8_t mask = (uint8_t)(1u << bit % 8);
        bool was = image->seen[bit / 8] & mask;

        image->seen[bit / 8] |= mask;
        return was;
}

static inline void hive_image_unmark(struct hive_image *image, uint32_t cell)
{
        image->seen[cell / 64] = (uint8_t)(image->seen[cell / 64] & ~(1u << cell / 8 % 8));
}

#endif
