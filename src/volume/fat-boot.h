/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot sector of FAT12, FAT16 and FAT32. */
#ifndef VOLUME_FAT_BOOT_H
#define VOLUME_FAT_BOOT_H

#include <stdint.h>

#include <offwin/error.h>

#include "base/view.h"

struct fat_boot {
        uint32_t bits;                  /* 12, 16 or 32 */
        uint32_t sector_size;           /* bytes, 512 to 4096 */
        uint32_t cluster_size;          /* bytes, up to 256 KiB */
        uint32_t n_clusters;            /* data clusters; they are numbered 2 to n_clusters + 1 */
        uint64_t size;                  /* bytes of the file system; offsets below are from its start */
        uint64_t fat_offset;            /* bytes, first copy */
        uint64_t fat_size;              /* bytes of one copy */
        uint32_t n_fats;
        uint32_t active_fat;            /* the copy to read */
        uint32_t mirrored;              /* all copies are written, else only the active one */
        uint64_t root_offset;           /* FAT12, FAT16: bytes */
        uint32_t root_size;             /* FAT12, FAT16: bytes */
        uint32_t root_cluster;          /* FAT32 */
        uint64_t fsinfo_offset;         /* FAT32: bytes; 0 when there is none */
        uint64_t data_offset;           /* bytes, of cluster 2 */
        uint32_t serial;
        uint64_t dirty_offset;          /* of the byte whose bit 0 says "not put away properly" */
        uint8_t dirty;                  /* that byte */
        char label[12];                 /* as stored, with its spaces; "" when the sector has none */
};

/* OW_E_FORMAT: not FAT at all; OW_E_CORRUPT: FAT, with a field that cannot be (err->where: its offset). */
int fat_boot_decode(ow_view sector, struct fat_boot *ret, ow_error *err);

#endif
