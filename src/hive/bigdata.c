/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of more than 16344 bytes, in segments; docs/formats/regf.md 4.6. */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

struct bigdata_disk {
        uint8_t magic[2];       /* 0x00 "db" */
        ow_le16 count;          /* 0x02 segments */
        ow_le32 segments;       /* 0x04 cell: their cells */
        uint8_t unused[4];      /* 0x08 Windows makes the cell 16 bytes long */
};
static_assert(sizeof(struct bigdata_disk) == 12, "regf big data");

enum { READ_BYTES = 8 };        /* of the record are needed to read it */

uint32_t hive_bigdata_count(uint32_t size)
{
        return (size + HIVE_SEGMENT_BYTES - 1) / HIVE_SEGMENT_BYTES;
}

int hive_bigdata_decode(ow_hive *h, uint32_t cell, uint32_t size, struct hive_bigdata *ret, ow_error *err)
{
        struct bigdata_disk d;
        ow_view body, list;
        uint32_t count;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return r;
        if (!ow_view_copy(body, 0, &d, READ_BYTES))
                return ow_fail(err, OW_E_CORRUPT, cell, "data of %u bytes are in cell 0x%x of %zu", size, cell,
                               body.len);
        if (memcmp(d.magic, "db", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, cell, "data of %u bytes are in cell 0x%x of %zu", size, cell,
                               body.len);
        if (size > h->image.size)
                return ow_fail(err, OW_E_CORRUPT, cell, "big data at 0x%x: %u bytes in a hive of %u", cell, size,
                               h->image.size);
        count = ow_le16_get(d.count);
        r = hive_cell_view(h, ow_le32_get(d.segments), &list, err);
        if (r < 0)
                return ow_wrap(err, r, "big data at 0x%x", cell);
        if (count != hive_bigdata_count(size) || list.len / 4 < count)
                return ow_fail(err, OW_E_CORRUPT, cell, "big data at 0x%x: %u segments, room for %zu, for %u bytes",
                               cell, count, list.len / 4, size);
        *ret = (struct hive_bigdata){ cell, ow_le32_get(d.segments), count, list };
        return 0;
}

int hive_bigdata_segment(ow_hive *h, const struct hive_bigdata *db, uint32_t size, uint32_t i, uint32_t *ret_cell,
                         ow_view *ret, ow_error *err)
{
        uint32_t cell = ow_le32_at(db->list.p + 4 * (size_t)i), left = size - i * HIVE_SEGMENT_BYTES;
        ow_view body;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return ow_wrap(err, r, "big data at 0x%x", db->cell);
        if (left > HIVE_SEGMENT_BYTES)
                left = HIVE_SEGMENT_BYTES;
        if (!ow_view_sub(body, 0, left, ret))
                return ow_fail(err, OW_E_CORRUPT, cell, "segment of big data at 0x%x holds %zu bytes, needs %u", cell,
                               body.len, left);
        *ret_cell = cell;
        return 0;
}

size_t hive_bigdata_encode(uint32_t count, uint32_t segments, uint8_t ret[12])
{
        struct bigdata_disk d = { .magic = "db", .count = ow_le16_of((uint16_t)count),
                                  .segments = ow_le32_of(segments) };

        memcpy(ret, &d, sizeof d);
        return sizeof d;
}
