/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Restart pages of $LogFile. Field meanings as in the Linux-NTFS documentation and seen on volumes of NT 4 to
 * Windows 10: up to 2000 the client list says whether the journal is open, from XP on a flag says "clean", and
 * Windows 8 and newer switch to version 2.0 while the volume is in use.
 */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "volume/journal.h"

struct restart_page_disk {
        uint8_t magic[4];               /* 0x00 "RSTR", or "CHKD" after chkdsk */
        ow_le16 fixup_offset;           /* 0x04 */
        ow_le16 fixup_count;            /* 0x06 one for the mark, one per 512 bytes */
        ow_le64 chkdsk_lsn;             /* 0x08 */
        ow_le32 page_size;              /* 0x10 bytes of this page */
        ow_le32 log_page_size;          /* 0x14 bytes of a record page */
        ow_le16 area_offset;            /* 0x18 */
        ow_le16 minor;                  /* 0x1a */
        ow_le16 major;                  /* 0x1c */
};
static_assert(sizeof(struct restart_page_disk) == 0x1e, "$LogFile restart page");

struct restart_area_disk {
        ow_le64 lsn;                    /* 0x00 */
        ow_le16 n_clients;              /* 0x08 */
        ow_le16 free_client;            /* 0x0a */
        ow_le16 used_client;            /* 0x0c index of the first client that has the journal open, or 0xffff */
        ow_le16 flags;                  /* 0x0e AREA_* */
};
static_assert(sizeof(struct restart_area_disk) == 0x10, "$LogFile restart area");

enum {
        AREA_CLEAN = 0x0002,
        NO_CLIENT = 0xffff,
        SECTOR = 512,                   /* fixups guard 512-byte pieces on every sector size */
};

int journal_page_size(ow_view start, uint32_t *ret, ow_error *err)
{
        struct restart_page_disk d;
        uint32_t size;

        if (!ow_view_copy(start, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "restart page has %zu bytes, needs %zu", start.len, sizeof d);
        if (memcmp(d.magic, "RSTR", 4) != 0 && memcmp(d.magic, "CHKD", 4) != 0)
                return ow_fail(err, OW_E_FORMAT, 0, "not a restart page");
        size = ow_le32_get(d.page_size);
        if (size < JOURNAL_MIN_PAGE || size > JOURNAL_MAX_PAGE || (size & (size - 1)))
                return ow_fail(err, OW_E_CORRUPT, 0x10, "restart page says it has %u bytes", size);
        *ret = size;
        return 0;
}

/* Puts back the two bytes at the end of each 512, after checking that all of them carry the mark. */
static int undo_fixups(uint8_t *page, size_t size, const struct restart_page_disk *d, ow_error *err)
{
        size_t offset = ow_le16_get(d->fixup_offset), n = size / SECTOR;
        const uint8_t *fixups;

        if (ow_le16_get(d->fixup_count) != n + 1)
                return ow_fail(err, OW_E_CORRUPT, 0x06, "restart page has %u fixups, needs %zu",
                               ow_le16_get(d->fixup_count), n + 1);
        if (offset < sizeof *d || offset + 2 * (n + 1) > size || offset % 2)
                return ow_fail(err, OW_E_CORRUPT, 0x04, "restart page has its fixups at %zu", offset);
        fixups = page + offset;
        for (size_t i = 0; i < n; i++) {
                uint8_t *end = page + (i + 1) * SECTOR - 2;

                if (end[0] != fixups[0] || end[1] != fixups[1])
                        return ow_fail(err, OW_E_CORRUPT, (i + 1) * SECTOR - 2, "restart page was not written whole");
                end[0] = fixups[2 * (i + 1)];
                end[1] = fixups[2 * (i + 1) + 1];
        }
        return 0;
}

int journal_restart_decode(ow_view page, struct journal_restart *ret, ow_error *err)
{
        OW_AUTO_FREE uint8_t *copy = NULL;
        struct restart_area_disk area;
        struct restart_page_disk d;
        uint32_t size;
        int r;

        r = journal_page_size(page, &size, err);
        if (r < 0)
                return r;
        if (size != page.len)
                return ow_fail(err, OW_E_CORRUPT, 0x10, "restart page says %u bytes and has %zu", size, page.len);
        copy = ow_malloc(size);
        if (!copy)
                return ow_fail_nomem(err);
        memcpy(copy, page.p, size);
        memcpy(&d, copy, sizeof d);
        r = undo_fixups(copy, size, &d, err);
        if (r < 0)
                return r;
        if (!ow_view_copy((ow_view){ copy, size }, ow_le16_get(d.area_offset), &area, sizeof area) ||
            ow_le16_get(d.area_offset) % 8 || ow_le16_get(d.area_offset) < sizeof d)
                return ow_fail(err, OW_E_CORRUPT, 0x18, "restart page has its area at %u", ow_le16_get(d.area_offset));

        *ret = (struct journal_restart){
                .page_size = size,
                .major = ow_le16_get(d.major),
                .minor = ow_le16_get(d.minor),
                .lsn = ow_le64_get(area.lsn),
                .clean = ow_le16_get(area.used_client) == NO_CLIENT || (ow_le16_get(area.flags) & AREA_CLEAN),
        };
        return 0;
}
