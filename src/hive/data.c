/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data of a value, in whichever of three ways they are stored: inside the record, in one cell, or as big data.
 * Some writers put more than 16344 bytes into one cell whatever the version; a cell that is large enough is
 * taken as that. docs/formats/regf.md 4.5.
 */
#include <string.h>

#include "hive/hive.h"

int hive_data_open(ow_hive *h, const struct hive_value *value, bool *ret_big, ow_view *ret_flat, ow_error *err)
{
        ow_view body;
        int r;

        *ret_big = false;
        if (value->in_line) {
                *ret_flat = (ow_view){ value->inline_data, value->size };
                return 0;
        }
        r = hive_cell_view(h, value->data, &body, err);
        if (r < 0)
                return ow_wrap(err, r, "data of the value at 0x%x", value->cell);
        if (ow_view_sub(body, 0, value->size, ret_flat))
                return 0;
        if (value->size <= HIVE_SEGMENT_BYTES || hive_minor(h) < 4)
                return ow_fail(err, OW_E_CORRUPT, value->data, "data of the value at 0x%x: %u bytes in a cell of %zu",
                               value->cell, value->size, body.len);
        *ret_big = true;
        return 0;
}

/* Hands out the data piece by piece; stops early when step says so. */
static int walk(ow_hive *h, const struct hive_value *value, int (*step)(void *state, ow_view piece), void *state,
                ow_error *err)
{
        struct hive_bigdata db;
        uint32_t cell;
        ow_view piece;
        bool big;
        int r;

        r = hive_data_open(h, value, &big, &piece, err);
        if (r < 0)
                return r;
        if (!big)
                return step(state, piece);
        r = hive_bigdata_decode(h, value->data, value->size, &db, err);
        for (uint32_t i = 0; r >= 0 && i < db.count; i++) {
                r = hive_bigdata_segment(h, &db, value->size, i, &cell, &piece, err);
                if (r < 0)
                        return r;
                r = step(state, piece);
                if (r > 0)
                        return r;
        }
        return r;
}

static int copy_piece(void *state, ow_view piece)
{
        uint8_t **at = state;

        if (piece.len)
                memcpy(*at, piece.p, piece.len);
        *at += piece.len;
        return 0;
}

int hive_data_copy(ow_hive *h, const struct hive_value *value, uint8_t *buf, ow_error *err)
{
        return walk(h, value, copy_piece, &buf, err);
}

static int compare_piece(void *state, ow_view piece)
{
        ow_view *rest = state, part;

        if (!ow_view_sub(*rest, 0, piece.len, &part) || !ow_view_equal(part, piece))
                return 1;
        (void)ow_view_from(*rest, piece.len, rest);
        return 0;
}

int hive_data_equal(ow_hive *h, const struct hive_value *value, ow_view bytes, ow_error *err)
{
        int r;

        if (value->size != bytes.len)
                return 0;
        r = walk(h, value, compare_piece, &bytes, err);
        return r < 0 ? r : r == 0;
}
