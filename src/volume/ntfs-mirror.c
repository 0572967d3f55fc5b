/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first records of $MFT are also in $MFTMirr, and libntfs-3g opens no volume where the two differ. For reading, it
 * is shown the better of the two in both places: a record that was written whole, else its copy. Nothing is repaired on
 * the image, and such a volume is not written to.
 */
#include <string.h>

#include "base/alloc.h"
#include "volume/ntfs.h"

enum {
        MIN_RECORDS = 4,
        MAX_AREA = 2 << 20,             /* one cluster of the largest size */
        SECTOR = 512,                   /* fixups guard 512-byte pieces on every sector size */
};

/* "FILE", and the mark of the last write at the end of each sector. */
static bool is_whole(const uint8_t *record, size_t size)
{
        size_t fixups, n;

        if (memcmp(record, "FILE", 4) != 0)
                return false;
        fixups = (size_t)(record[4] | record[5] << 8);
        n = (size_t)(record[6] | record[7] << 8);
        if (n != size / SECTOR + 1 || fixups % 2 || fixups < 0x28 || fixups + 2 * n > size)
                return false;
        for (size_t i = 1; i < n; i++)
                if (memcmp(record + i * SECTOR - 2, record + fixups, 2) != 0)
                        return false;
        return true;
}

int nt_mirror_prepare(struct nt_fs *fs, const struct ntfs_boot *boot, ow_error *err)
{
        size_t area = boot->cluster_size > MIN_RECORDS * boot->record_size ? boot->cluster_size
                                                                          : MIN_RECORDS * boot->record_size;
        struct nt_device *d = &fs->device;
        OW_AUTO_FREE uint8_t *table = NULL;
        OW_AUTO_FREE uint8_t *mirror = NULL;
        bool differ = false;
        int r;

        if (area > MAX_AREA || area > d->window.size || boot->mft_offset > d->window.size - area ||
            boot->mirror_offset > d->window.size - area)
                return 0;               /* libntfs-3g will say what is wrong */
        table = ow_malloc(area);
        mirror = ow_malloc(area);
        if (!table || !mirror)
                return ow_fail_nomem(err);
        r = volume_window_read(&d->window, boot->mft_offset, table, area, err);
        if (r == 0)
                r = volume_window_read(&d->window, boot->mirror_offset, mirror, area, err);
        if (r < 0)
                return r;
        for (size_t at = 0; at < area; at += boot->record_size) {
                if (memcmp(table + at, mirror + at, boot->record_size) == 0)
                        continue;
                differ = true;
                if (!is_whole(table + at, boot->record_size) && is_whole(mirror + at, boot->record_size))
                        memcpy(table + at, mirror + at, boot->record_size);
        }
        if (!differ)
                return 0;
        d->patch = OW_TAKE(table);
        d->patch_size = area;
        d->patch_at[0] = boot->mft_offset;
        d->patch_at[1] = boot->mirror_offset;
        return 0;
}
