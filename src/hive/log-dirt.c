/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of Windows 2000 to 8: one bitmap of dirty sectors and those sectors. docs/formats/regf.md 7.2. */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/replay.h"

enum { MARK_AT = HIVE_SECTOR, BITMAP_AT = HIVE_SECTOR + 4 };

static bool is_set(const uint8_t *bitmap, uint32_t sector)
{
        return bitmap[sector / 8] >> sector % 8 & 1;
}

/* The bitmap, one bit per sector of the bins; NULL in *ret when the log has none that fits. */
static int read_bitmap(const struct hive_log *log, uint8_t **ret, ow_error *err)
{
        uint32_t sectors = log->base.bins_size / HIVE_SECTOR, used = 0;
        size_t size = sectors / 8;
        OW_AUTO_FREE uint8_t *bytes = NULL;
        uint64_t data_at = (BITMAP_AT + (uint64_t)size + HIVE_SECTOR - 1) / HIVE_SECTOR * HIVE_SECTOR;
        int r;

        *ret = NULL;
        if (data_at > log->source.size)
                return 0;
        bytes = ow_malloc(4 + size);
        if (!bytes)
                return ow_fail_nomem(err);
        r = log->source.read(log->source.state, MARK_AT, bytes, 4 + size, err);
        if (r < 0)
                return ow_wrap(err, r, "read the log");
        if (memcmp(bytes, "DIRT", 4) != 0)
                return 0;
        memmove(bytes, bytes + 4, size);
        for (uint32_t s = 0; s < sectors; s++)
                used += is_set(bytes, s);
        if ((uint64_t)used * HIVE_SECTOR > log->source.size - data_at)
                return 0;
        *ret = OW_TAKE(bytes);
        return 0;
}

/* Every bin that has a changed sector has a sound header. */
static int check_bins(ow_hive *h, const uint8_t *bitmap, bool *ret_sound, ow_error *err)
{
        uint32_t start, end;

        *ret_sound = true;
        for (uint32_t s = 0; s < h->image.size / HIVE_SECTOR; s++) {
                int r;

                if (!is_set(bitmap, s))
                        continue;
                r = hive_bin_find(h, s * HIVE_SECTOR, &start, &end, err);
                if (r == OW_E_CORRUPT) {
                        *ret_sound = false;
                        return 0;
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

int hive_log_dirt_apply(ow_hive *h, const struct hive_log *log, uint32_t *ret_pages, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bitmap = NULL;
        uint8_t sector[HIVE_SECTOR];
        uint64_t at;
        bool sound;
        int r;

        *ret_pages = 0;
        r = read_bitmap(log, &bitmap, err);
        if (r < 0 || !bitmap)
                return r;
        r = hive_image_set_size(&h->image, log->base.bins_size, err);
        at = (BITMAP_AT + (uint64_t)h->image.size / HIVE_SECTOR / 8 + HIVE_SECTOR - 1) / HIVE_SECTOR * HIVE_SECTOR;
        for (uint32_t s = 0; r >= 0 && s < h->image.size / HIVE_SECTOR; s++) {
                if (!is_set(bitmap, s))
                        continue;
                r = log->source.read(log->source.state, at, sector, sizeof sector, err);
                if (r >= 0)
                        r = hive_log_put_page(h, s * HIVE_SECTOR, sector, sizeof sector, err);
                at += sizeof sector;
                *ret_pages += 1;
        }
        if (r >= 0)
                r = check_bins(h, bitmap, &sound, err);
        if (r < 0)
                return ow_wrap(err, r, "replay the log");
        if (!sound)
                *ret_pages = 0;
        return 0;
}
