/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mbr.c, gpt.c and vbr.c decode, and how partition.c collects it. docs/formats/partitions.md. */
#ifndef DISK_PARTITION_H
#define DISK_PARTITION_H

#include <offwin/disk.h>

#include "base/view.h"

/* Appends to table->warning; what does not fit is cut. */
void partition_warn(ow_partition_table *table, const char *fmt, ...) OW_PRINTF(2, 3);

/* Appends a copy of partition; table->partitions grows. OW_E_NOMEM. */
int partition_add(ow_partition_table *table, const ow_partition *partition, ow_error *err);

/* ---- mbr.c ---- */

enum { MBR_BYTES = 512, MBR_ENTRIES = 4, MBR_TYPE_PROTECTIVE = 0xee };

struct mbr_entry {
        uint8_t type;                   /* 0: unused */
        bool active;
        uint32_t lba;
        uint32_t sectors;
};

struct mbr {
        uint32_t signature;
        struct mbr_entry entries[MBR_ENTRIES];
};

/* OW_E_FORMAT when sector is no MBR or EBR. */
int mbr_decode(ow_view sector, struct mbr *ret, ow_error *err);

bool mbr_is_extended(uint8_t type);

/* Adds primary and logical partitions; table->sector_size is set. */
int mbr_read_partitions(ow_disk *disk, const struct mbr *mbr, ow_partition_table *table, ow_error *err);

/* ---- gpt.c ---- */

/* Fills table from the primary or the backup header. OW_E_FORMAT when neither has the magic; OW_E_CORRUPT. */
int gpt_read_partitions(ow_disk *disk, uint32_t sector_size, ow_partition_table *table, ow_error *err);

/* ---- vbr.c ---- */

struct vbr {
        uint32_t sector_bytes;          /* as the file system counts */
        const char *name;               /* "NTFS", "FAT", ... */
};

/* True when sector is the boot sector of a file system of Windows. */
bool vbr_decode(ow_view sector, struct vbr *ret);

#endif
