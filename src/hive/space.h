/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room for cells. Free cells are found by walking the chain of bins from the first one, a little at a time and only
 * when an edit needs room; of a bin in which an edit frees a cell they are looked up at once, so that neighbours
 * join. Why not next to the parent: whether a page starts a bin can be told for sure only by the chain, since the
 * data of a value may look like a bin header.
 */
#ifndef HIVE_SPACE_H
#define HIVE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/hive.h>

#include "hive/map.h"

enum {
        HIVE_SPACE_EXACT = 2048, /* classes of one size each, in steps of 8 bytes */
        HIVE_SPACE_CLASSES = HIVE_SPACE_EXACT + 32,
        /*
         * Looking for free cells in a large, well filled hive costs more than it gains. So many bytes of bins are
         * looked through before the hive grows for the first time, and so many more for each byte that it grows.
         */
        HIVE_SPACE_SCAN_FIRST = 512 << 10,
        HIVE_SPACE_SCAN_PER_BYTE = 16,
};

struct hive_free_cell {
        uint32_t start, size;
        uint32_t next, previous;        /* in its class; 0 ends */
};

struct hive_space {
        struct hive_free_cell *cells;   /* element 0 is unused */
        size_t n, cap;
        uint32_t spare;                 /* head of unused elements */
        struct hive_map by_start, by_end;
        struct hive_map bins;           /* start + 1 of each bin whose free cells are known before its turn */
        /* What is left of the last bin that was added: taken from only when nothing else fits, and in no class. */
        uint32_t top, top_size;
        uint32_t heads[HIVE_SPACE_CLASSES];
        uint64_t filled[(HIVE_SPACE_CLASSES + 63) / 64];
        uint32_t scanned;               /* bins before this offset are known */
        uint32_t grown;                 /* bytes of bins added since load */
        bool given_back;                /* a cell was freed since the last save */
        bool chain_broken;              /* the bin at scanned is damaged: nothing behind it is used */
};

void hive_space_done(struct hive_space *space);

/* A zeroed cell with body_size bytes after its size field. */
int hive_cell_alloc(ow_hive *h, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err);

/* Gives back a cell of body_len as viewed; joins it with free neighbours of its bin. Cannot fail. */
void hive_cell_free(ow_hive *h, uint32_t cell, uint32_t body_len);

/* Gives back what a cell of body_len has beyond the first wanted bytes, unless it is too little to bother. */
void hive_cell_trim(ow_hive *h, uint32_t cell, uint32_t body_len, uint32_t wanted);

/* Cuts off the bins at the end in which no cell is in use. Cannot fail. */
void hive_space_shrink(ow_hive *h);

/* Remembers a free cell that is there already. Without memory it is just not reused. */
void hive_space_add(ow_hive *h, uint32_t start, uint32_t size);

#endif
