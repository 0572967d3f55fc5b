/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Storing the data of values the way Windows would; docs/formats/regf.md 4.5 and 4.6. */
#include <string.h>

#include "base/le.h"
#include "hive/edit.h"

/* A cell with room for room bytes, of which these are set. */
static int store_flat(struct hive_edit *e, ow_view bytes, size_t room, uint32_t *ret_cell, ow_error *err)
{
        uint32_t body_len;
        int r = hive_edit_alloc(e, room, ret_cell, &body_len, err);

        if (r < 0)
                return r;
        hive_cell_write(e->hive, *ret_cell, body_len, 0, bytes.p, bytes.len);
        return 0;
}

static int store_big(struct hive_edit *e, ow_view bytes, uint32_t *ret_cell, ow_error *err)
{
        uint32_t count = hive_bigdata_count((uint32_t)bytes.len), list, list_len, body_len;
        uint8_t record[12];
        int r;

        r = hive_edit_alloc(e, 4 * (size_t)count, &list, &list_len, err);
        for (uint32_t i = 0; r >= 0 && i < count; i++) {
                size_t at = (size_t)i * HIVE_SEGMENT_BYTES, left = bytes.len - at;
                ow_view piece;
                uint32_t cell;
                ow_le32 element;

                (void)ow_view_sub(bytes, at, left < HIVE_SEGMENT_BYTES ? left : HIVE_SEGMENT_BYTES, &piece);
                /* Windows gives the last segment a whole cell too, and hivex and libregf count on that. */
                r = store_flat(e, piece, HIVE_SEGMENT_BYTES, &cell, err);
                if (r < 0)
                        return r;
                element = ow_le32_of(cell);
                hive_cell_write(e->hive, list, list_len, 4 * (size_t)i, &element, sizeof element);
        }
        if (r >= 0)
                r = hive_edit_alloc(e, sizeof record, ret_cell, &body_len, err);
        if (r < 0)
                return r;
        hive_cell_write(e->hive, *ret_cell, body_len, 0, record, hive_bigdata_encode(count, list, record));
        return 0;
}

int hive_data_store(struct hive_edit *e, struct hive_value *value, ow_view bytes, ow_error *err)
{
        bool big = hive_minor(e->hive) >= 4;
        size_t limit = big ? HIVE_MAX_VALUE : HIVE_MAX_FLAT_VALUE;
        uint32_t cell = 0;
        int r = 0;

        if (bytes.len > limit)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "value of %zu bytes, limit %zu", bytes.len, limit);
        value->size = (uint32_t)bytes.len;
        value->in_line = bytes.len <= sizeof value->inline_data;
        memset(value->inline_data, 0, sizeof value->inline_data);
        if (value->in_line) {
                if (bytes.len)
                        memcpy(value->inline_data, bytes.p, bytes.len);
                return 0;
        }
        if (big && bytes.len > HIVE_SEGMENT_BYTES)
                r = store_big(e, bytes, &cell, err);
        else
                r = store_flat(e, bytes, bytes.len, &cell, err);
        value->data = cell;
        return r;
}

int hive_data_drop(struct hive_edit *e, const struct hive_value *value, ow_error *err)
{
        struct hive_bigdata db;
        ow_view piece;
        uint32_t cell;
        bool big;
        int r;

        if (value->in_line)
                return 0;
        r = hive_data_open(e->hive, value, &big, &piece, err);
        if (r < 0)
                return r;
        if (big) {
                r = hive_bigdata_decode(e->hive, value->data, value->size, &db, err);
                if (r >= 0)
                        r = hive_edit_drop(e, db.segments, err);
                for (uint32_t i = 0; r >= 0 && i < db.count; i++) {
                        r = hive_bigdata_segment(e->hive, &db, value->size, i, &cell, &piece, err);
                        if (r >= 0)
                                r = hive_edit_drop(e, cell, err);
                }
        }
        return r < 0 ? r : hive_edit_drop(e, value->data, err);
}
