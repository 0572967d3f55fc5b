/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One journal: which bytes of which disks a commit changes, before and after. It is written once and then never
 * changed; what has become of the commit is told by the file's name (disk/record.h). docs/formats/journal.md 2.
 */
#ifndef DISK_JOURNAL_H
#define DISK_JOURNAL_H

#include "disk/store.h"

enum {
        JOURNAL_SECTOR = 512,
        JOURNAL_MAX_EXTENT = 1 << 18,   /* bytes; a longer run of changes becomes several extents */
        JOURNAL_MAX_EXTENTS = 1 << 20,
        JOURNAL_MAX_DISKS = 64,
        JOURNAL_MAX_TEXT = 4096,        /* bytes of a path or title */
        JOURNAL_ID = 16,
};

#define JOURNAL_MAX_GROWTH (UINT64_C(2) << 30)  /* bytes by which a file may become longer */

enum journal_image { JOURNAL_BEFORE, JOURNAL_AFTER, JOURNAL_IMAGES };

/* Who a disk of a journal is. Texts are the holder's. */
struct journal_disk {
        uint64_t sizes[JOURNAL_IMAGES]; /* bytes; they differ for a plain file that becomes longer or shorter */
        char *format;
        char *base;                     /* what its records are named after */
        char *path;                     /* absolute path, or URI */
};

struct journal_extent {
        uint32_t disk;                  /* index */
        uint32_t size;                  /* bytes */
        uint64_t offset;                /* on the disk */
        uint64_t data_offset;           /* of the before-image in the file; the after-image follows it */
        uint32_t sizes[JOURNAL_IMAGES]; /* bytes of each image: size, or less where the disk has ended by then */
        uint32_t crcs[JOURNAL_IMAGES];
};

struct journal {
        struct store *file;
        uint8_t id[JOURNAL_ID];
        uint64_t time;                  /* FILETIME */
        char *title;
        struct journal_disk *disks;
        uint32_t n_disks;
        struct journal_extent *extents; /* by disk, then offset */
        size_t n_extents;
        uint64_t bytes_changed;
        uint32_t largest;               /* bytes of the largest extent */
};

static inline uint64_t journal_size(const struct journal *journal, uint32_t disk, enum journal_image image)
{
        return journal->disks[disk].sizes[image];
}

/* The disk could have this size between the two states. */
bool journal_disk_had(const struct journal_disk *disk, uint64_t size_bytes);

void journal_done(struct journal *journal);

/* Takes file over, also on failure. OW_E_CORRUPT for anything that is not a whole journal. */
int journal_load(struct store *file, struct journal *ret, ow_error *err);

/* extent's place in the file and sizes of its images, from the extent before it (NULL: it is the first). */
void journal_lay_out(const struct journal *journal, const struct journal_extent *last, struct journal_extent *extent);

/*
 * One image of one extent, with zeros where it is shorter than the extent; buf has room for extent->size.
 * OW_E_CORRUPT when its checksum is wrong.
 */
int journal_read(const struct journal *journal, const struct journal_extent *extent, enum journal_image image,
                 uint8_t *buf, ow_error *err);

/* Gives the disks their size and every extent's image, and flushes them. stores: as journal->disks. */
int journal_apply(const struct journal *journal, struct store *const *stores, enum journal_image image, ow_error *err);

/*
 * Looks whether the disks hold the after-image and have its size, or (either) sector by sector before- or after-image
 * and a size between. OW_E_CONFLICT with the first other byte in err->where.
 */
int journal_verify(const struct journal *journal, struct store *const *stores, bool either, ow_error *err);

/* ---- writing one ---- */

struct journal_writer {
        struct store *file;             /* the caller's */
        struct journal *journal;        /* id, time, title and disks are the caller's; extents grow here */
        size_t extents_cap;
        uint8_t *buffer;
        size_t buffered;
        uint64_t written;               /* bytes of the file, buffered ones not counted */
};

/* journal describes the disks; file is empty and open for writing. Images of an extent that reaches past an end of
 * its disk are cut there. */
int journal_writer_open(struct store *file, struct journal *journal, struct journal_writer *ret, ow_error *err);
int journal_writer_add(struct journal_writer *writer, uint32_t disk, uint64_t offset, const uint8_t *before,
                       const uint8_t *after, uint32_t size, ow_error *err);
/* Table and header, then a flush: after 0 the journal survives a power cut (its name may not). */
int journal_writer_finish(struct journal_writer *writer, ow_error *err);
void journal_writer_done(struct journal_writer *writer);

#endif
