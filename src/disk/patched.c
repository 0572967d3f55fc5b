/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/alloc.h"
#include "disk/overlay.h"
#include "disk/patched.h"

struct patched {
        struct store store;
        struct store *inner;
        struct overlay patch;
};

static int patched_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct patched *patched = (struct patched *)store;

        return overlay_read(&patched->patch, patched->inner, offset, buf, size, err);
}

static int patched_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        return ow_fail(err, OW_E_READONLY, offset, "the image was opened for reading only");
}

static int patched_flush(struct store *store, ow_error *err)
{
        return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "the image was opened for reading only");
}

static void patched_close(struct store *store)
{
        struct patched *patched = (struct patched *)store;

        overlay_done(&patched->patch);
        store_close(patched->inner);
        ow_free(patched);
}

static int fill(struct patched *patched, struct store *inner, const struct journal *journal, uint32_t index,
                enum journal_image image, ow_error *err)
{
        OW_AUTO_FREE uint8_t *buf = ow_malloc(journal->largest);

        if (!buf)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < journal->n_extents; i++) {
                const struct journal_extent *extent = &journal->extents[i];
                int r;

                if (extent->disk != index)
                        continue;
                r = journal_read(journal, extent, image, buf, err);
                if (r == 0)
                        r = overlay_write(&patched->patch, inner, extent->offset, buf, extent->size, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int patched_wrap(struct store **inout, const struct journal *journal, uint32_t index, enum journal_image image,
                 ow_error *err)
{
        static const struct store_ops ops = { patched_read, patched_write, patched_flush, NULL, patched_close };
        struct patched *patched = ow_calloc(1, sizeof *patched);
        int r;

        if (!patched)
                return ow_fail_nomem(err);
        patched->store = (struct store){ &ops, (*inout)->size_bytes, (*inout)->sector_bytes };
        r = fill(patched, *inout, journal, index, image, err);
        if (r < 0) {
                patched_close(&patched->store);
                return r;
        }
        patched->inner = *inout;
        *inout = &patched->store;
        return 0;
}
