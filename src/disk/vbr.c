/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot sector of a file system, just enough to tell it from a partition table: both end in 55 AA.
 * Source: docs/formats/partitions.md 3.
 */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "base/macros.h"
#include "disk/partition.h"

struct vbr_disk {
        uint8_t jump[3];                /* 0x00 EB xx 90 or E9 xx xx */
        uint8_t oem[8];                 /* 0x03 */
        ow_le16 sector_bytes;           /* 0x0b */
        uint8_t cluster_sectors;        /* 0x0d */
        ow_le16 reserved_sectors;       /* 0x0e */
        uint8_t n_fats;                 /* 0x10 */
        ow_le16 n_root_entries;         /* 0x11 */
        ow_le16 sectors16;              /* 0x13 */
        uint8_t media;                  /* 0x15 */
        ow_le16 fat_sectors;            /* 0x16 */
        uint8_t geometry[8];            /* 0x18 */
        ow_le32 sectors32;              /* 0x20 */
        uint8_t rest[474];              /* 0x24 */
        ow_le16 magic;                  /* 0x1fe */
};
static_assert(sizeof(struct vbr_disk) == 512, "boot sector");
static_assert(offsetof(struct vbr_disk, sectors32) == 0x20, "boot sector");

static bool power_of_two(uint32_t n)
{
        return n != 0 && (n & (n - 1)) == 0;
}

static bool sane_sector(uint32_t bytes)
{
        return power_of_two(bytes) && bytes >= 512 && bytes <= 4096;
}

/* Other systems write other names, so FAT is known by numbers that a boot loader in an MBR will not have by chance. */
static bool looks_like_fat(const struct vbr_disk *d)
{
        bool jump = (d->jump[0] == 0xeb && d->jump[2] == 0x90) || d->jump[0] == 0xe9;

        return jump && sane_sector(ow_le16_get(d->sector_bytes)) && power_of_two(d->cluster_sectors) &&
               ow_le16_get(d->reserved_sectors) != 0 && (d->n_fats == 1 || d->n_fats == 2) &&
               (d->media == 0xf0 || d->media >= 0xf8) &&
               (ow_le16_get(d->sectors16) != 0 || ow_le32_get(d->sectors32) != 0);
}

bool vbr_decode(ow_view sector, struct vbr *ret)
{
        static const struct { char oem[9]; const char *name; } known[] = {
                { "NTFS    ", "NTFS" }, { "EXFAT   ", "exFAT" }, { "-FVE-FS-", "BitLocker" },
        };
        struct vbr_disk d;
        struct vbr vbr = { 512, NULL };

        if (!ow_view_copy(sector, 0, &d, sizeof d) || ow_le16_get(d.magic) != 0xaa55)
                return false;
        for (size_t i = 0; i < OW_COUNT(known); i++)
                if (memcmp(d.oem, known[i].oem, sizeof d.oem) == 0)
                        vbr.name = known[i].name;
        if (!vbr.name && looks_like_fat(&d))
                vbr.name = "FAT";
        if (!vbr.name)
                return false;
        if (sane_sector(ow_le16_get(d.sector_bytes)))
                vbr.sector_bytes = ow_le16_get(d.sector_bytes);
        *ret = vbr;
        return true;
}
