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

static int patched_resize(struct store *store, uint64_t size_bytes, ow_error *err)
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
        int r;

        if (!buf)
                return ow_fail_nomem(err);
        r = overlay_set_size(&patched->patch, inner, journal_size(journal, index, image), err);
        for (size_t i = 0; r == 0 && i < journal->n_extents; i++) {
                const struct journal_extent *extent = &journal->extents[i];

                if (extent->disk != index)
                        continue;
                r = journal_read(journal, extent, image, buf, err);
                if (r == 0)
                        r = overlay_write(&patched->patch, inner, extent->offset, buf, extent->sizes[image], err);
        }
        return r;
}

int patched_wrap(struct store **inout, const struct journal *journal, uint32_t index, enum journal_image image,
                 ow_error *err)
{
        static const struct store_ops fixed_ops = {
                .read = patched_read, .write = patched_write, .flush = patched_flush, .close = patched_close,
        };
        static const struct store_ops file_ops = {      /* a transaction may change the size, which never gets here */
                .read = patched_read, .write = patched_write, .flush = patched_flush, .close = patched_close,
                .resize = patched_resize,
        };
        struct patched *patched = ow_calloc(1, sizeof *patched);
        int r;

        if (!patched)
                return ow_fail_nomem(err);
        patched->store = (struct store){ store_can_resize(*inout) ? &file_ops : &fixed_ops,
                                           journal_size(journal, index, image), (*inout)->sector_bytes };
        r = fill(patched, *inout, journal, index, image, err);
        if (r < 0) {
                patched_close(&patched->store);
                return r;
        }
        patched->inner = *inout;
        *inout = &patched->store;
        return 0;
}
