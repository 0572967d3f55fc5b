/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes written but not committed: blocks of 4 KiB in memory over a store that they do not touch. The store is named
 * in every call, because one overlay lives over different layers of the same disk.
 */
#ifndef DISK_OVERLAY_H
#define DISK_OVERLAY_H

#include "disk/store.h"

enum {
        OVERLAY_BLOCK = 4096,
        OVERLAY_SECTOR = 512,           /* changes are told in these */
};

/* More than this is not a repair any more; the guard is for our own mistakes. */
#define OVERLAY_MAX_BYTES (UINT64_C(2) << 30)

struct overlay_block;

struct overlay {
        struct overlay_block **slots;   /* hash table, open addressing */
        size_t n_slots;                 /* 0 or a power of two */
        struct overlay_block **order;   /* the same blocks, by number once sorted is set */
        size_t order_cap;
        size_t count;
        bool sorted;
        bool resized;                   /* size_bytes counts, not base's */
        uint64_t size_bytes;
};

/* Bytes that are seen through the overlay. */
static inline uint64_t overlay_size(const struct overlay *overlay, const struct store *base)
{
        return overlay->resized ? overlay->size_bytes : base->size_bytes;
}

/* What is cut off is gone, also when the size grows again; new bytes are zero. At most OVERLAY_MAX_BYTES are new. */
int overlay_set_size(struct overlay *overlay, struct store *base, uint64_t size_bytes, ow_error *err);

/* base is read for what the overlay does not hold. The range lies inside overlay_size(). */
int overlay_read(struct overlay *overlay, struct store *base, uint64_t offset, void *buf, size_t size, ow_error *err);
int overlay_write(struct overlay *overlay, struct store *base, uint64_t offset, const void *buf, size_t size,
                  ow_error *err);

/*
 * The first run of sectors at or after *offset that differ from base. 1 found, 0 no more, < 0 error. What the smaller
 * of the two sizes leaves out is one run, from the sector with that end on, whatever its bytes are.
 */
int overlay_next_change(struct overlay *overlay, struct store *base, uint64_t *offset, uint64_t *ret_size,
                        ow_error *err);

/* Forgets all blocks and frees what they took. */
void overlay_done(struct overlay *overlay);

#endif
