/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The NTFS boot sector, checked before libntfs-3g sees the volume: everything that it computes sizes and places from.
 * Source: Microsoft "NTFS technical reference", BPB and extended BPB; facts about large clusters from Windows 10 1709.
 */
#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/checked.h"
#include "base/le.h"
#include "volume/ntfs-boot.h"

struct ntfs_boot_disk {
        uint8_t jump[3];                /* 0x00 */
        uint8_t oem[8];                 /* 0x03 "NTFS    " */
        ow_le16 sector_size;            /* 0x0b bytes */
        uint8_t sectors_per_cluster;    /* 0x0d count up to 128, or 0x100 - log2 for larger ones */
        uint8_t zero[7];                /* 0x0e FAT fields, all 0 */
        uint8_t media;                  /* 0x15 */
        ow_le16 zero_fat;               /* 0x16 */
        ow_le16 geometry[2];            /* 0x18 */
        ow_le32 hidden;                 /* 0x1c sectors before the partition */
        ow_le32 zero_sectors;           /* 0x20 */
        uint8_t drive[4];               /* 0x24 */
        ow_le64 n_sectors;              /* 0x28 */
        ow_le64 mft_cluster;            /* 0x30 */
        ow_le64 mirror_cluster;         /* 0x38 */
        uint8_t record_clusters;        /* 0x40 count, or 0x100 - log2 of the bytes */
        uint8_t pad_1[3];               /* 0x41 */
        uint8_t index_clusters;         /* 0x44 the same for index blocks */
        uint8_t pad_2[3];               /* 0x45 */
        ow_le64 serial;                 /* 0x48 */
        uint8_t rest[0x200 - 0x50];     /* 0x50 checksum (unused), code, 0x55 0xaa */
};
static_assert(sizeof(struct ntfs_boot_disk) == 512, "NTFS boot sector");
static_assert(offsetof(struct ntfs_boot_disk, serial) == 0x48, "NTFS boot sector");

enum {
        NTFS_MAX_CLUSTER = 2 << 20,     /* bytes; Windows 10 1709 */
        NTFS_MAX_RECORD = 4096,         /* bytes; Windows makes 1024, or 4096 on 4096-byte sectors */
        NTFS_MAX_INDEX = 64 << 10,      /* bytes; Windows makes 4096 */
};

static bool is_power_of_2(uint64_t n)
{
        return n && (n & (n - 1)) == 0;
}

/* Bytes that a "count of clusters or 0x100 - log2(bytes)" field stands for; 0 when it cannot be. */
static uint64_t record_bytes(uint8_t field, uint32_t cluster_size)
{
        if (field < 0x80)
                return is_power_of_2(field) ? (uint64_t)field * cluster_size : 0;
        return field >= 0xe1 ? UINT64_C(1) << (0x100 - field) : 0;
}

static int decode_sizes(const struct ntfs_boot_disk *d, struct ntfs_boot *boot, ow_error *err)
{
        uint64_t cluster, record, index;
        uint8_t per_cluster = d->sectors_per_cluster;

        boot->sector_size = ow_le16_get(d->sector_size);
        if (!is_power_of_2(boot->sector_size) || boot->sector_size < 512 || boot->sector_size > 4096)
                return ow_fail(err, OW_E_CORRUPT, 0x0b, "NTFS boot sector says %u bytes per sector",
                               boot->sector_size);
        cluster = per_cluster <= 128 ? per_cluster : per_cluster >= 0xf0 ? UINT64_C(1) << (0x100 - per_cluster) : 0;
        cluster *= boot->sector_size;
        if (!is_power_of_2(cluster) || cluster > NTFS_MAX_CLUSTER)
                return ow_fail(err, OW_E_CORRUPT, 0x0d, "NTFS boot sector says clusters of 0x%02x sectors",
                               per_cluster);
        boot->cluster_size = (uint32_t)cluster;
        record = record_bytes(d->record_clusters, boot->cluster_size);
        if (record < 512 || record > NTFS_MAX_RECORD)
                return ow_fail(err, OW_E_CORRUPT, 0x40, "NTFS boot sector says MFT records of 0x%02x clusters",
                               d->record_clusters);
        boot->record_size = (uint32_t)record;
        index = record_bytes(d->index_clusters, boot->cluster_size);
        if (index < 512 || index > NTFS_MAX_INDEX)
                return ow_fail(err, OW_E_CORRUPT, 0x44, "NTFS boot sector says index blocks of 0x%02x clusters",
                               d->index_clusters);
        return 0;
}

static int decode_place(uint64_t cluster, const struct ntfs_boot *boot, uint64_t at, const char *what,
                        uint64_t *ret_offset, ow_error *err)
{
        uint64_t n_clusters = boot->n_sectors / (boot->cluster_size / boot->sector_size);

        if (cluster == 0 || cluster >= n_clusters)
                return ow_fail(err, OW_E_CORRUPT, at, "NTFS boot sector puts the %s at cluster %llu of %llu", what,
                               (unsigned long long)cluster, (unsigned long long)n_clusters);
        *ret_offset = cluster * boot->cluster_size;     /* no overflow: below n_sectors * sector_size */
        return 0;
}

int ntfs_boot_decode(ow_view sector, struct ntfs_boot *ret, ow_error *err)
{
        struct ntfs_boot boot = { 0 };
        struct ntfs_boot_disk d;
        uint64_t bytes;
        int r;

        if (!ow_view_copy(sector, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "boot sector has %zu bytes, needs %zu", sector.len, sizeof d);
        if (memcmp(d.oem, "NTFS    ", sizeof d.oem) != 0)
                return ow_fail(err, OW_E_FORMAT, 0x03, "boot sector is not of NTFS");
        r = decode_sizes(&d, &boot, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < sizeof d.zero; i++) {
                if (d.zero[i])
                        return ow_fail(err, OW_E_CORRUPT, 0x0e + i, "NTFS boot sector has FAT fields that are not 0");
        }
        if (ow_le16_get(d.zero_fat) || ow_le32_get(d.zero_sectors))
                return ow_fail(err, OW_E_CORRUPT, 0x16, "NTFS boot sector has FAT fields that are not 0");
        boot.n_sectors = ow_le64_get(d.n_sectors);
        if (boot.n_sectors == 0 || !ow_mul_u64(boot.n_sectors, boot.sector_size, &bytes) || bytes > INT64_MAX)
                return ow_fail(err, OW_E_CORRUPT, 0x28, "NTFS boot sector says %llu sectors",
                               (unsigned long long)boot.n_sectors);
        r = decode_place(ow_le64_get(d.mft_cluster), &boot, 0x30, "MFT", &boot.mft_offset, err);
        if (r < 0)
                return r;
        r = decode_place(ow_le64_get(d.mirror_cluster), &boot, 0x38, "MFT mirror", &boot.mirror_offset, err);
        if (r < 0)
                return r;
        if (boot.mft_offset == boot.mirror_offset)
                return ow_fail(err, OW_E_CORRUPT, 0x38, "NTFS boot sector puts MFT and mirror at one place");
        boot.serial = ow_le64_get(d.serial);
        *ret = boot;
        return 0;
}
