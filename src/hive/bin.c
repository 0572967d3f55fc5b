/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bins: runs of 4096-byte pages with a 32-byte header, filled with cells; docs/formats/regf.md 2. To find the bin
 * of a cell we go back page by page to the nearest header, and remember the answer per page, so that one lookup
 * does not need the headers of the whole file. A page is gone over once, whatever the hive claims.
 */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

enum {
        BIN_HEAD = 32,
        NO_BIN = 1,
        CHAIN_MOST = 1 << 17,           /* bins; each costs a page of memory */
};

struct bin_disk {
        uint8_t magic[4];       /* 0x00 "hbin" */
        ow_le32 offset;         /* 0x04 of this bin from the first one */
        ow_le32 size;           /* 0x08 multiple of 4096 */
        uint8_t reserved[8];    /* 0x0c */
        ow_le64 time;           /* 0x14 first bin only: copy of the base block's */
        ow_le32 spare;          /* 0x1c */
};
static_assert(sizeof(struct bin_disk) == BIN_HEAD, "regf bin");
static_assert(offsetof(struct bin_disk, time) == 0x14, "regf bin");

int hive_bin_size(ow_hive *h, uint32_t offset, uint32_t *ret_size, ow_error *err)
{
        struct bin_disk d;
        uint32_t size;
        int r;

        if (offset >= h->image.size)
                return ow_fail(err, OW_E_CORRUPT, offset, "no bin starts at 0x%x: there are %u bytes of bins", offset,
                               h->image.size);
        /* A base block can promise gigabytes to a small file: behind its end is only what a log brought. */
        if (h->info.truncated && offset >= h->image.backed && !hive_image_is_dirty(&h->image, offset / HIVE_SECTOR))
                return ow_fail(err, OW_E_CORRUPT, offset, "0x%x is past the end of the file", offset);
        r = hive_image_need(&h->image, offset, BIN_HEAD, err);
        if (r < 0)
                return r;
        memcpy(&d, h->image.bytes + offset, sizeof d);
        if (memcmp(d.magic, "hbin", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, offset, "no bin starts at 0x%x", offset);
        if (ow_le32_get(d.offset) != offset)
                return ow_fail(err, OW_E_CORRUPT, offset, "bin at 0x%x says it is at 0x%x", offset,
                               ow_le32_get(d.offset));
        size = ow_le32_get(d.size);
        if (size == 0 || size % HIVE_PAGE || size > h->image.size - offset)
                return ow_fail(err, OW_E_CORRUPT, offset, "bin at 0x%x has %u bytes, %u are left", offset, size,
                               h->image.size - offset);
        *ret_size = size;
        return 0;
}

static void remember(ow_hive *h, uint32_t from_page, uint32_t to_page, struct hive_bin_slot slot)
{
        for (uint32_t p = from_page; p <= to_page; p++)
                h->image.bins[p] = slot;
}

/* The bin that size bytes at start hold; of a file that was cut off what is left of it. */
static struct hive_bin_slot slot_of(const ow_hive *h, uint32_t start, uint32_t size)
{
        struct hive_bin_slot slot = { start, start + size };

        /* What a cut-off file no longer holds is not taken for zeros; a log may have bins behind it. */
        if (h->info.truncated && start < h->image.backed && slot.end > h->image.backed)
                slot.end = h->image.backed;
        return slot;
}

/* Goes back from page to the nearest header or to a page that is known, and remembers what that says. */
static int discover(ow_hive *h, uint32_t page, ow_error *err)
{
        struct hive_bin_slot found = { NO_BIN, NO_BIN };
        uint32_t first = 0, size;
        int r;

        for (uint32_t p = page + 1; p-- > 0;) {
                const struct hive_bin_slot *known = &h->image.bins[p];

                if (known->end != 0) {
                        if (known->end > page * HIVE_PAGE)
                                found = *known;
                        first = p + 1;
                        break;
                }
                r = hive_bin_size(h, p * HIVE_PAGE, &size, err);
                if (r == OW_E_CORRUPT)
                        continue;
                if (r < 0)
                        return r;
                found = slot_of(h, p * HIVE_PAGE, size);
                first = p;
                if (found.end <= page * HIVE_PAGE) {
                        first = (found.end + HIVE_PAGE - 1) / HIVE_PAGE;
                        remember(h, p, first - 1, found);
                        found = (struct hive_bin_slot){ NO_BIN, NO_BIN };
                }
                break;
        }
        remember(h, first, page, found);
        return 0;
}

int hive_bin_discover(ow_hive *h, uint32_t offset, ow_error *err)
{
        uint32_t page = offset / HIVE_PAGE;
        int r;

        if (h->image.bins[page].end == 0) {
                r = discover(h, page, err);
                if (r < 0)
                        return r;
        }
        if (h->image.bins[page].start == NO_BIN)
                return ow_fail(err, OW_E_CORRUPT, offset,
                               offset < h->image.backed || !h->info.truncated ? "no bin holds 0x%x" :
                               "0x%x is past the end of the file", offset);
        return 0;
}

int hive_bin_follow_chain(ow_hive *h, ow_error *err)
{
        uint32_t size;
        int r = 0;

        h->chain_followed = true;
        h->chain_end = 0;
        for (uint32_t bins = 0; h->chain_end < h->image.size && bins < CHAIN_MOST; bins++) {
                uint32_t at = h->chain_end;

                r = hive_bin_size(h, at, &size, err);
                if (r < 0)
                        break;
                remember(h, at / HIVE_PAGE, (at + size) / HIVE_PAGE - 1, slot_of(h, at, size));
                h->chain_end += size;
        }
        return r == OW_E_CORRUPT ? 0 : r;
}

bool hive_bin_is_no_data(ow_hive *h, uint32_t start)
{
        uint32_t before = start, end;

        /* As far back as one cell reaches that is read: flat values are taken from writers of any version. */
        while (before > 0 && start - before <= HIVE_MAX_FLAT_VALUE) {
                uint32_t at = before;

                if (hive_bin_find(h, at - 1, &before, &end, NULL) < 0 || end != at)
                        return false;
        }
        return true;
}

int hive_bin_append(ow_hive *h, uint32_t cell_size, uint32_t *ret_start, uint32_t *ret_size, ow_error *err)
{
        uint32_t start = h->image.size;
        uint64_t size = ((uint64_t)cell_size + BIN_HEAD + HIVE_PAGE - 1) / HIVE_PAGE * HIVE_PAGE;
        struct bin_disk d = { .magic = "hbin", .offset = ow_le32_of(start), .size = ow_le32_of((uint32_t)size) };
        int r;

        if (size > HIVE_MAX_BINS - start)
                return ow_fail(err, OW_E_LIMIT, start, "hive would grow past %u bytes", HIVE_MAX_BINS);
        r = hive_image_set_size(&h->image, start + (uint32_t)size, err);
        if (r < 0)
                return r;
        r = hive_image_need(&h->image, start, (uint32_t)size, err);
        if (r < 0) {
                h->image.size = start;
                return r;
        }
        memset(h->image.bytes + start, 0, size);
        memcpy(h->image.bytes + start, &d, sizeof d);
        ow_le32_put(h->image.bytes + start + BIN_HEAD, (uint32_t)size - BIN_HEAD);
        hive_image_mark_dirty(&h->image, start, (uint32_t)size);
        remember(h, start / HIVE_PAGE, (start + (uint32_t)size) / HIVE_PAGE - 1,
                 (struct hive_bin_slot){ start, start + (uint32_t)size });
        if (h->chain_followed && h->chain_end == start)
                h->chain_end += (uint32_t)size;
        *ret_start = start;
        *ret_size = (uint32_t)size;
        return 0;
}

int hive_bin_first_time(ow_hive *h, uint64_t *ret, ow_error *err)
{
        uint32_t size;
        int r = hive_bin_size(h, 0, &size, err);

        if (r < 0)
                return r;
        *ret = ow_le64_at(h->image.bytes + offsetof(struct bin_disk, time));
        return 0;
}

int hive_bin_stamp_first(ow_hive *h, uint64_t now, ow_error *err)
{
        const uint32_t at = offsetof(struct bin_disk, time);
        uint64_t time;
        int r = hive_bin_first_time(h, &time, err);

        if (r < 0)
                return r == OW_E_CORRUPT ? 0 : r;
        if (time != now) {
                ow_le64_put(h->image.bytes + at, now);
                hive_image_mark_dirty(&h->image, at, sizeof now);
        }
        return 0;
}
