/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a partition holds. The partition's type decides for what has no own boot sector (dynamic disks, Storage
 * Spaces, Microsoft reserved); else the boot sector does; else the backup that NTFS keeps in its last sector.
 * Sources: Microsoft's lists of partition types; libyal's notes on BitLocker, ReFS and exFAT volume headers.
 */
#include <string.h>

#include "base/guid.h"
#include "base/le.h"
#include "base/macros.h"
#include "volume/fat-boot.h"
#include "volume/ntfs-boot.h"
#include "volume/probe.h"

enum {
        MBR_TYPE_LDM = 0x42,
        NTFS_SLACK_SECTORS = 16,        /* of a partition behind its NTFS, the backup boot sector among them */
};

static const struct {
        const char *guid;
        enum ow_volume_kind kind;
} gpt_types[] = {
        { "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", OW_VOLUME_LDM },              /* LDM metadata */
        { "af9b60a0-1431-4f62-bc68-3311714a69ad", OW_VOLUME_LDM },              /* LDM data */
        { "e75caf8f-f680-4cee-afa3-b001e56efc2d", OW_VOLUME_STORAGE_SPACES },
        { "e3c9e316-0b5c-4db8-817d-f92df00215ae", OW_VOLUME_RESERVED },
};

static const char *const bitlocker_ids[] = {
        "4967d63b-2e29-4ad8-8399-f6a339e3d001",
        "92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8",         /* only used space is encrypted */
};

/* What may stand over an old NTFS that still has its backup boot sector: then it is not a damaged NTFS. */
static const struct {
        uint32_t offset;
        const char *magic;
        uint8_t size;
} foreign[] = {
        { 0x438, "\x53\xef", 2 },               /* ext2, ext3, ext4 */
        { 0, "XFSB", 4 },
        { 0, "LUKS\xba\xbe", 6 },
        { 0x200, "LABELONE", 8 },               /* LVM */
        { 0xff6, "SWAPSPACE2", 10 },
};

enum { FOREIGN_BYTES = 4096 };

void volume_window_of(ow_disk *disk, const ow_partition *partition, struct volume_window *ret)
{
        uint64_t disk_size = ow_disk_size(disk);
        uint64_t offset = partition->offset < disk_size ? partition->offset : disk_size;
        uint64_t size = partition->size < disk_size - offset ? partition->size : disk_size - offset;

        *ret = (struct volume_window){ .disk = disk, .offset = offset, .size = size };
}

static int check_window(const struct volume_window *window, uint64_t offset, size_t size, ow_error *err)
{
        if (offset > window->size || size > window->size - offset)
                return ow_fail(err, OW_E_CORRUPT, offset,
                               "the file system reaches past the %llu bytes of its partition",
                               (unsigned long long)window->size);
        return 0;
}

int volume_window_read(const struct volume_window *window, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        int r = check_window(window, offset, size, err);

        return r < 0 ? r : ow_disk_read(window->disk, window->offset + offset, buf, size, err);
}

int volume_window_write(const struct volume_window *window, uint64_t offset, const void *buf, size_t size,
                        ow_error *err)
{
        int r = check_window(window, offset, size, err);

        return r < 0 ? r : ow_disk_write(window->disk, window->offset + offset, buf, size, err);
}

static bool guid_equals(const uint8_t bytes[16], const char *text)
{
        ow_guid guid;

        return ow_guid_parse(text, &guid) && memcmp(guid.b, bytes, sizeof guid.b) == 0;
}

/* The two places: of a fixed disk's header, and of BitLocker To Go, which looks like FAT32 else. */
static bool is_bitlocker(ow_view boot)
{
        static const size_t places[] = { 0xa0, 0x1a8 };
        ow_view id;

        if (ow_view_sub(boot, 3, 8, &id) && memcmp(id.p, "-FVE-FS-", 8) == 0)
                return true;
        for (size_t i = 0; i < OW_COUNT(places); i++) {
                if (!ow_view_sub(boot, places[i], 16, &id))
                        continue;
                for (size_t k = 0; k < OW_COUNT(bitlocker_ids); k++) {
                        if (guid_equals(id.p, bitlocker_ids[k]))
                                return true;
                }
        }
        return false;
}

static bool has_at(ow_view bytes, size_t offset, const char *magic, size_t size)
{
        ow_view part;

        return ow_view_sub(bytes, offset, size, &part) && memcmp(part.p, magic, size) == 0;
}

enum ow_volume_kind volume_boot_kind(ow_view boot)
{
        struct fat_boot fat;

        if (is_bitlocker(boot))
                return OW_VOLUME_BITLOCKER;
        if (has_at(boot, 3, "NTFS    ", 8))
                return OW_VOLUME_NTFS;
        if (has_at(boot, 3, "EXFAT   ", 8))
                return OW_VOLUME_EXFAT;
        if (has_at(boot, 3, "ReFS\0\0\0\0", 8))
                return OW_VOLUME_REFS;
        /* A FAT with a field that cannot be is still one: volume_fat_open() says which. */
        if (fat_boot_decode(boot, &fat, NULL) != OW_E_FORMAT)
                return OW_VOLUME_FAT;
        return OW_VOLUME_UNKNOWN;
}

static bool is_foreign(const struct volume_window *window)
{
        uint8_t start[FOREIGN_BYTES];

        if (volume_window_read(window, 0, start, sizeof start, NULL) < 0)
                return false;
        for (size_t i = 0; i < OW_COUNT(foreign); i++) {
                if (has_at((ow_view){ start, sizeof start }, foreign[i].offset, foreign[i].magic, foreign[i].size))
                        return true;
        }
        return false;
}

bool volume_ntfs_backup_is_good(const struct volume_window *window, uint64_t partition_size)
{
        static const uint32_t sector_sizes[] = { 512, 4096 };
        uint8_t sector[VOLUME_BOOT_BYTES];
        struct ntfs_boot boot;

        for (size_t i = 0; i < OW_COUNT(sector_sizes); i++) {
                uint32_t size = sector_sizes[i];

                if (partition_size < size ||
                    volume_window_read(window, (partition_size / size - 1) * size, sector, sizeof sector, NULL) < 0)
                        continue;
                /* A volume much smaller than the partition is one that was here before. */
                if (ntfs_boot_decode((ow_view){ sector, sizeof sector }, &boot, NULL) == 0 &&
                    boot.sector_size == size && boot.n_sectors < partition_size / size &&
                    partition_size / size - boot.n_sectors <= NTFS_SLACK_SECTORS)
                        return true;
        }
        return false;
}

static enum ow_volume_kind kind_by_type(const ow_partition_table *table, const ow_partition *partition)
{
        if (!table)
                return OW_VOLUME_UNKNOWN;
        if (table->scheme == OW_SCHEME_MBR && partition->mbr_type == MBR_TYPE_LDM)
                return OW_VOLUME_LDM;
        for (size_t i = 0; table->scheme == OW_SCHEME_GPT && i < OW_COUNT(gpt_types); i++) {
                if (guid_equals(partition->gpt_type, gpt_types[i].guid))
                        return gpt_types[i].kind;
        }
        return OW_VOLUME_UNKNOWN;
}

int ow_volume_probe(ow_disk *disk, const ow_partition_table *table, const ow_partition *partition,
                    enum ow_volume_kind *ret, ow_error *err)
{
        struct volume_window window;
        uint8_t boot[VOLUME_BOOT_BYTES];
        enum ow_volume_kind kind;
        int r;

        if (!disk || !partition || !ret)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no disk or no partition to look at");
        kind = kind_by_type(table, partition);
        volume_window_of(disk, partition, &window);
        if (kind == OW_VOLUME_UNKNOWN && window.size >= sizeof boot) {
                r = volume_window_read(&window, 0, boot, sizeof boot, err);
                if (r < 0)
                        return r;
                kind = volume_boot_kind((ow_view){ boot, sizeof boot });
                if (kind == OW_VOLUME_UNKNOWN && !is_foreign(&window) &&
                    volume_ntfs_backup_is_good(&window, partition->size))
                        kind = OW_VOLUME_NTFS;
        }
        *ret = kind;
        return 0;
}
