/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening and closing: base block, logs when it is dirty, root key. The rest is read when it is asked for. */
#include <string.h>

#include "base/alloc.h"
#include "hive/hive.h"
#include "hive/replay.h"

static int read_base(ow_hive *h, const ow_source *source, ow_error *err)
{
        uint8_t block[HIVE_BASE_BYTES] = { 0 };
        size_t size = source->size < sizeof block ? (size_t)source->size : sizeof block;
        int r = 0;

        if (size > 0)
                r = source->read(source->state, 0, block, size, err);
        if (r < 0)
                return ow_wrap(err, r, "read the base block");
        r = hive_base_decode((ow_view){ block, size }, &h->base, err);
        if (r < 0)
                return r;
        if (h->base.checksum_ok && h->base.type != HIVE_FILE_PRIMARY)
                return ow_fail(err, OW_E_FORMAT, 0x1c, "a transaction log (type %u), not a hive", h->base.type);
        return 0;
}

static int check_root(ow_hive *h, ow_error *err)
{
        struct hive_node root;
        int r = hive_node_decode(h, h->base.root, &root, err);

        return r < 0 ? ow_wrap(err, r, "root key") : 0;
}

/* A log can make a hive longer, but only by what it brings. */
static void find_lost(ow_hive *h)
{
        struct hive_image *image = &h->image;

        for (uint32_t s = image->backed / HIVE_SECTOR; s < image->size / HIVE_SECTOR; s++)
                if (hive_image_is_dirty(image, s))
                        image->logged += HIVE_SECTOR;
        h->info.truncated = image->backed / HIVE_SECTOR * HIVE_SECTOR + image->logged < image->size;
        /* A replay has looked at bins as if all of them were there. */
        if (h->info.truncated) {
                memset(image->bins, 0, image->size / HIVE_PAGE * sizeof *image->bins);
                h->chain_followed = false;
        }
}

static void fill_info(ow_hive *h)
{
        ow_hive_info *info = &h->info;

        info->major = h->base.major;
        info->minor = h->base.minor;
        info->written = h->base.written;
        info->bins_size = h->image.size;
        hive_base_name(&h->base, info->name, sizeof info->name);
}

static int load(ow_hive *h, const ow_source *source, const ow_source *logs, size_t n_logs, unsigned flags,
                ow_error *err)
{
        bool base_ok;
        int r;

        h->readonly = flags & OW_HIVE_READONLY;
        h->file_size = source->size;
        r = read_base(h, source, err);
        if (r < 0 && (r != OW_E_FORMAT || n_logs == 0))
                return r;
        base_ok = r >= 0;
        r = hive_replay(h, source, logs, n_logs, base_ok, flags & OW_HIVE_ACCEPT_DIRTY, err);
        if (r < 0)
                return r;
        find_lost(h);
        h->keeps_time = h->base.written != 0;
        fill_info(h);
        return check_root(h, err);
}

int ow_hive_load(const ow_source *source, const ow_source *logs, size_t n_logs, unsigned flags, ow_hive **ret_hive,
                 ow_error *err)
{
        OW_AUTO(ow_hive) h = NULL;
        int r;

        if (n_logs > HIVE_MAX_LOGS)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%zu logs, a hive has at most %d", n_logs, HIVE_MAX_LOGS);
        h = ow_calloc(1, sizeof *h);
        if (!h)
                return ow_fail_nomem(err);
        r = load(h, source, logs, n_logs, flags, err);
        if (r < 0)
                return r;
        *ret_hive = OW_TAKE(h);
        return 0;
}

void ow_hive_close(ow_hive *hive)
{
        if (!hive)
                return;
        hive_image_done(&hive->image);
        hive_space_done(&hive->space);
        hive_map_done(&hive->changed);
        hive_trail_done(&hive->trail);
        hive_find_forget(hive);
        ow_free(hive);
}

void ow_hive_info_get(const ow_hive *hive, ow_hive_info *ret)
{
        *ret = hive->info;
        ret->bins_size = hive->image.size;
}

bool ow_hive_edited(const ow_hive *hive)
{
        return hive->edited;
}

bool ow_hive_changed(const ow_hive *hive)
{
        return hive->edited || hive->replayed;
}

ow_key ow_hive_root(const ow_hive *hive)
{
        return (ow_key){ hive->base.root };
}
