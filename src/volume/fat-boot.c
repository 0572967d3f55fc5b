/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The FAT boot sector. Which of the three it is follows from the number of clusters alone, as Microsoft's "FAT32 File
 * System Specification" says; the text "FAT16   " in it means nothing.
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/le.h"
#include "volume/fat-boot.h"

struct fat_boot_disk {
        uint8_t jump[3];                /* 0x00 0xeb ?? 0x90, or 0xe9 */
        uint8_t oem[8];                 /* 0x03 */
        ow_le16 sector_size;            /* 0x0b bytes */
        uint8_t sectors_per_cluster;    /* 0x0d */
        ow_le16 n_reserved;             /* 0x0e sectors before the first FAT */
        uint8_t n_fats;                 /* 0x10 */
        ow_le16 n_root_entries;         /* 0x11 0 on FAT32 */
        ow_le16 n_sectors_16;           /* 0x13 0: see n_sectors_32 */
        uint8_t media;                  /* 0x15 */
        ow_le16 fat_sectors_16;         /* 0x16 0 on FAT32 */
        ow_le16 geometry[2];            /* 0x18 */
        ow_le32 hidden;                 /* 0x1c */
        ow_le32 n_sectors_32;           /* 0x20 */
        ow_le32 fat_sectors_32;         /* 0x24 FAT32; FAT12 and FAT16 have their tail here */
        ow_le16 flags;                  /* 0x28 bit 7: only the FAT of bits 0-3 is used */
        ow_le16 version;                /* 0x2a */
        ow_le32 root_cluster;           /* 0x2c */
        ow_le16 fsinfo_sector;          /* 0x30 */
        ow_le16 backup_sector;          /* 0x32 */
        uint8_t pad[0x200 - 0x34 - 2];  /* 0x34 tail of FAT32 from 0x40 */
        uint8_t mark[2];                /* 0x1fe 0x55 0xaa */
};
static_assert(sizeof(struct fat_boot_disk) == 512, "FAT boot sector");
static_assert(offsetof(struct fat_boot_disk, backup_sector) == 0x32, "FAT boot sector");

/* The tail, at 0x24 or at 0x40. */
struct fat_tail_disk {
        uint8_t drive;                  /* 0x00 */
        uint8_t state;                  /* 0x01 bit 0: dirty */
        uint8_t mark;                   /* 0x02 0x29: what follows is there */
        ow_le32 serial;                 /* 0x03 */
        uint8_t label[11];              /* 0x07 */
};
static_assert(sizeof(struct fat_tail_disk) == 18, "FAT boot sector tail");

enum {
        TAIL_16 = 0x24,
        TAIL_32 = 0x40,
        FAT12_MAX_CLUSTERS = 4084,
        FAT16_MAX_CLUSTERS = 65524,
        FAT32_MAX_CLUSTERS = 0x0ffffff5,
        MAX_CLUSTER_BYTES = 256 << 10,
        FLAG_ONE_FAT = 0x80,
};

static bool is_power_of_2(uint32_t n)
{
        return n && (n & (n - 1)) == 0;
}

/* What every FAT boot sector has; other sectors rarely have all of it. */
static bool looks_like_fat(const struct fat_boot_disk *d)
{
        bool jump = (d->jump[0] == 0xeb && d->jump[2] == 0x90) || d->jump[0] == 0xe9;

        return jump && d->mark[0] == 0x55 && d->mark[1] == 0xaa && (d->media == 0xf0 || d->media >= 0xf8) &&
               d->n_fats >= 1 && d->n_fats <= 4 && ow_le16_get(d->n_reserved) != 0 &&
               (ow_le16_get(d->n_sectors_16) || ow_le32_get(d->n_sectors_32));
}

static void decode_tail(ow_view sector, struct fat_boot *boot)
{
        size_t at = boot->bits == 32 ? TAIL_32 : TAIL_16;
        struct fat_tail_disk tail;

        (void)ow_view_copy(sector, at, &tail, sizeof tail);
        boot->dirty = tail.state;
        boot->dirty_offset = at + 1;
        if (tail.mark == 0x28 || tail.mark == 0x29)
                boot->serial = ow_le32_get(tail.serial);
        if (tail.mark == 0x29)
                memcpy(boot->label, tail.label, sizeof tail.label);
}

/* Where the FATs, the root folder and the data lie; all from 32-bit and smaller counts, so 64 bits cannot overflow. */
static int decode_places(const struct fat_boot_disk *d, struct fat_boot *boot, ow_error *err)
{
        uint64_t n_sectors = ow_le16_get(d->n_sectors_16), fat_sectors = ow_le16_get(d->fat_sectors_16);
        uint64_t n_clusters;

        if (n_sectors == 0)
                n_sectors = ow_le32_get(d->n_sectors_32);
        if (fat_sectors == 0)
                fat_sectors = ow_le32_get(d->fat_sectors_32);
        if (fat_sectors == 0)
                return ow_fail(err, OW_E_CORRUPT, 0x16, "FAT boot sector says a FAT of 0 sectors");
        boot->size = n_sectors * boot->sector_size;
        boot->fat_offset = (uint64_t)ow_le16_get(d->n_reserved) * boot->sector_size;
        boot->fat_size = fat_sectors * boot->sector_size;
        boot->root_offset = boot->fat_offset + d->n_fats * boot->fat_size;
        boot->root_size = (ow_le16_get(d->n_root_entries) * 32u + boot->sector_size - 1) / boot->sector_size *
                          boot->sector_size;
        boot->data_offset = boot->root_offset + boot->root_size;
        if (boot->data_offset >= boot->size)
                return ow_fail(err, OW_E_CORRUPT, 0x20, "FAT boot sector says %llu sectors, too few for its own tables",
                               (unsigned long long)n_sectors);
        n_clusters = (boot->size - boot->data_offset) / boot->cluster_size;
        if (n_clusters == 0 || n_clusters > FAT32_MAX_CLUSTERS)
                return ow_fail(err, OW_E_CORRUPT, 0x20, "FAT boot sector says %llu clusters",
                               (unsigned long long)n_clusters);
        boot->n_clusters = (uint32_t)n_clusters;
        if (ow_le16_get(d->fat_sectors_16) == 0)
                boot->bits = 32;        /* also with few clusters, as Windows and mkfs.fat -F 32 have it */
        else
                boot->bits = n_clusters <= FAT12_MAX_CLUSTERS ? 12 : 16;
        if (boot->bits == 16 && n_clusters > FAT16_MAX_CLUSTERS)
                return ow_fail(err, OW_E_CORRUPT, 0x20, "FAT boot sector says %llu clusters, too many for FAT16",
                               (unsigned long long)n_clusters);
        if (boot->fat_size * 8 / boot->bits < n_clusters + 2)
                return ow_fail(err, OW_E_CORRUPT, 0x16, "FAT boot sector says FATs of %llu bytes, too small for %llu "
                               "clusters", (unsigned long long)boot->fat_size, (unsigned long long)n_clusters);
        return 0;
}

static int decode_32(const struct fat_boot_disk *d, struct fat_boot *boot, ow_error *err)
{
        uint32_t flags = ow_le16_get(d->flags), fsinfo = ow_le16_get(d->fsinfo_sector);

        boot->root_cluster = ow_le32_get(d->root_cluster);
        if (boot->root_cluster < 2 || boot->root_cluster > boot->n_clusters + 1)
                return ow_fail(err, OW_E_CORRUPT, 0x2c, "FAT boot sector puts the root folder at cluster %u of %u",
                               boot->root_cluster, boot->n_clusters);
        if (ow_le16_get(d->version) != 0)
                return ow_fail(err, OW_E_UNSUPPORTED, 0x2a, "FAT32 version 0x%04x", ow_le16_get(d->version));
        if (flags & FLAG_ONE_FAT) {
                boot->active_fat = flags & 0xf;
                boot->mirrored = 0;
        }
        if (boot->active_fat >= boot->n_fats)
                return ow_fail(err, OW_E_CORRUPT, 0x28, "FAT boot sector uses FAT %u of %u", boot->active_fat,
                               boot->n_fats);
        if (fsinfo && fsinfo != 0xffff && (uint64_t)(fsinfo + 1) * boot->sector_size <= boot->fat_offset)
                boot->fsinfo_offset = (uint64_t)fsinfo * boot->sector_size;
        return 0;
}

int fat_boot_decode(ow_view sector, struct fat_boot *ret, ow_error *err)
{
        struct fat_boot boot = { .mirrored = 1 };
        struct fat_boot_disk d;
        int r;

        if (!ow_view_copy(sector, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "boot sector has %zu bytes, needs %zu", sector.len, sizeof d);
        if (!looks_like_fat(&d))
                return ow_fail(err, OW_E_FORMAT, 0, "boot sector is not of FAT");
        boot.sector_size = ow_le16_get(d.sector_size);
        if (!is_power_of_2(boot.sector_size) || boot.sector_size < 512 || boot.sector_size > 4096)
                return ow_fail(err, OW_E_FORMAT, 0x0b, "boot sector says %u bytes per sector", boot.sector_size);
        if (!is_power_of_2(d.sectors_per_cluster))
                return ow_fail(err, OW_E_FORMAT, 0x0d, "boot sector says clusters of %u sectors",
                               d.sectors_per_cluster);
        boot.cluster_size = boot.sector_size * d.sectors_per_cluster;
        if (boot.cluster_size > MAX_CLUSTER_BYTES)
                return ow_fail(err, OW_E_CORRUPT, 0x0d, "FAT boot sector says clusters of %u bytes",
                               boot.cluster_size);
        boot.n_fats = d.n_fats;
        r = decode_places(&d, &boot, err);
        if (r < 0)
                return r;
        if (boot.bits == 32) {
                r = decode_32(&d, &boot, err);
                if (r < 0)
                        return r;
        } else if (boot.root_size == 0) {
                return ow_fail(err, OW_E_CORRUPT, 0x11, "FAT boot sector says a root folder of 0 entries");
        }
        decode_tail(sector, &boot);
        *ret = boot;
        return 0;
}
