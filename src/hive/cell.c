/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate to the bytes of cells; docs/formats/regf.md 3. */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

static int view(ow_hive *h, uint32_t cell, ow_view *ret, ow_error *err)
{
        struct hive_image *image = &h->image;
        uint32_t raw, len, start, end;
        int r;

        if (cell % HIVE_CELL_LEAST || cell < HIVE_BIN_HEAD || cell >= image->size)
                return ow_fail(err, OW_E_CORRUPT, cell, "no cell can be at 0x%x in %u bytes of bins", cell,
                               image->size);
        r = hive_bin_find(h, cell, &start, &end, err);
        if (r < 0)
                return r;
        if (cell < start + HIVE_BIN_HEAD)
                return ow_fail(err, OW_E_CORRUPT, cell, "cell 0x%x is in the header of its bin", cell);
        r = hive_image_need(image, cell, HIVE_CELL_HEAD, err);
        if (r < 0)
                return r;
        raw = ow_le32_at(image->bytes + cell);
        len = 0u - raw;
        if ((int32_t)raw >= 0)
                return ow_fail(err, OW_E_CORRUPT, cell, "cell 0x%x is in use but marked free", cell);
        if (len < HIVE_CELL_LEAST || len % HIVE_CELL_LEAST || len > end - cell)
                return ow_fail(err, OW_E_CORRUPT, cell, "cell 0x%x has %u bytes, %u are left in its bin", cell, len,
                               end - cell);
        r = hive_image_need(image, cell, len, err);
        if (r < 0)
                return r;
        *ret = (ow_view){ image->bytes + cell + HIVE_CELL_HEAD, len - HIVE_CELL_HEAD };
        return 0;
}

int hive_cell_view_slowly(ow_hive *h, uint32_t cell, ow_view *ret, ow_error *err)
{
        int r = view(h, cell, ret, err), followed;

        if (r != OW_E_CORRUPT || h->chain_followed)
                return r;
        /* Data may look like the header of a bin. What the chain of bins says counts. */
        followed = hive_bin_follow_chain(h, err);
        return followed < 0 ? followed : view(h, cell, ret, err);
}

/* Memory safety of writes does not rest on what the size field says at this moment. */
static uint8_t *span(ow_hive *h, uint32_t cell, size_t body_len, size_t at, size_t size)
{
        assert(cell >= HIVE_BIN_HEAD && cell < h->image.size);
        assert(body_len <= h->image.size - cell - HIVE_CELL_HEAD);
        assert(at <= body_len && size <= body_len - at);
        return h->image.bytes + cell + HIVE_CELL_HEAD + at;
}

void hive_cell_write(ow_hive *h, uint32_t cell, size_t body_len, size_t at, const void *bytes, size_t size)
{
        uint8_t *p = span(h, cell, body_len, at, size);

        if (size == 0)
                return;
        memmove(p, bytes, size); /* the new data of a value may be part of the old */
        hive_image_mark_dirty(&h->image, (uint32_t)(cell + HIVE_CELL_HEAD + at), (uint32_t)size);
}

void hive_cell_move(ow_hive *h, uint32_t cell, size_t body_len, size_t to, size_t from, size_t size)
{
        const uint8_t *source = span(h, cell, body_len, from, size);
        uint8_t *p = span(h, cell, body_len, to, size);

        if (size == 0)
                return;
        memmove(p, source, size);
        hive_image_mark_dirty(&h->image, (uint32_t)(cell + HIVE_CELL_HEAD + to), (uint32_t)size);
}

void hive_cell_zero(ow_hive *h, uint32_t cell, size_t body_len, size_t at, size_t size)
{
        uint8_t *p = span(h, cell, body_len, at, size);

        if (size == 0)
                return;
        memset(p, 0, size);
        hive_image_mark_dirty(&h->image, (uint32_t)(cell + HIVE_CELL_HEAD + at), (uint32_t)size);
}
