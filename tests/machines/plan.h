/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h - what a recipe asks for: disks, their partitions with places and types, and what goes into each. */
#ifndef MACHINES_PLAN_H
#define MACHINES_PLAN_H

#include "recipe.h"

enum scheme { SCHEME_NONE, SCHEME_MBR, SCHEME_GPT };
enum { MAX_DISKS = 2, MAX_PARTITIONS = 16, SECTOR = 512, MAX_SECTOR = 4096 };

struct partition {
        const struct section *section;
        uint64_t start, size;           /* bytes on the disk */
        uint32_t sector;                /* bytes, as its disk has them */
        uint8_t mbr_type;
        bool active, logical;
        uint8_t gpt_type[16], gpt_id[16];
        uint64_t gpt_attributes;
        const struct section **contents;        /* [folder], [file] and [hive], in order */
        size_t n_contents;
};

struct disk {
        const struct section *section;
        const char *out;                /* the image to make */
        enum scheme scheme;
        uint64_t size;
        uint32_t sector;                /* bytes: 512, or 4096 */
        uint32_t signature;
        uint8_t gpt_id[16];
        struct partition partitions[MAX_PARTITIONS];
        size_t n_partitions;
};

struct plan {
        struct disk disks[MAX_DISKS];
        size_t n_disks;
};

/* size: another size for the first disk, as text, or NULL. */
int plan_make(const struct recipe *recipe, const char *size, struct plan *ret, ow_error *err);
void plan_done(struct plan *plan);

/* table.c: writes the partition table of disk into fd. */
int table_write(int fd, const struct disk *disk, ow_error *err);

/* format.c: makes the file system of p (mkntfs, mkfs.fat) and puts it in its place in fd; scratch is a file name. */
int format_partition(int fd, const struct partition *p, const char *scratch, ow_error *err);

#endif
