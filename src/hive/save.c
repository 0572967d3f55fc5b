/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing what has changed, as runs of sectors in file order; docs/formats/regf.md 1 and 8. */
#include <string.h>

#include "base/alloc.h"
#include "hive/hive.h"

static int stamp_keys(ow_hive *h, uint64_t now, ow_error *err)
{
        for (size_t i = 0; h->changed.entries && i <= h->changed.mask; i++) {
                struct hive_node node;
                uint32_t cell = h->changed.entries[i].key;
                int r = cell ? hive_node_decode(h, cell, &node, err) : 0;

                if (r < 0)
                        return ow_wrap(err, r, "set the time of a changed key");
                if (cell)
                        hive_node_stamp(h, &node, now);
        }
        return 0;
}

/* The base block as it will be, checked by reading it back. */
static int next_base(const ow_hive *h, uint64_t now, struct hive_base *ret, ow_error *err)
{
        struct hive_base check;
        uint32_t sequence = h->top_sequence == UINT32_MAX ? 1 : h->top_sequence + 1;
        int r;

        *ret = h->base;
        ret->sequence1 = ret->sequence2 = sequence;
        ret->type = HIVE_FILE_PRIMARY;
        ret->bins_size = h->image.size;
        if (h->keeps_time)
                ret->written = now;
        hive_base_encode(ret);
        r = hive_base_decode((ow_view){ ret->raw, sizeof ret->raw }, &check, err);
        if (r >= 0)
                r = hive_base_check(&check, err);
        if (r >= 0 && (!check.checksum_ok || check.bins_size != h->image.size || check.root != h->base.root))
                r = ow_fail(err, OW_E_CORRUPT, 0, "base block does not read back as written");
        return r;
}

static int write_run(ow_hive *h, const ow_sink *sink, uint32_t first, uint32_t end, ow_error *err)
{
        uint64_t at = (uint64_t)first * HIVE_SECTOR;
        size_t size = (size_t)(end - first) * HIVE_SECTOR;
        int r = hive_image_need(&h->image, (uint32_t)at, (uint32_t)size, err);

        if (r >= 0)
                r = sink->write(sink->state, HIVE_BASE_BYTES + at, h->image.bytes + at, size, err);
        return r < 0 ? ow_wrap(err, r, "write %zu bytes of the hive at %llu", size,
                               (unsigned long long)(HIVE_BASE_BYTES + at)) : 0;
}

static int write_bins(ow_hive *h, const ow_sink *sink, ow_error *err)
{
        uint32_t sectors = h->image.size / HIVE_SECTOR;

        for (uint32_t s = 0; s < sectors;) {
                uint32_t end = s;
                int r;

                while (end < sectors && hive_image_is_dirty(&h->image, end))
                        end++;
                if (end == s) {
                        s = s % 8 == 0 && h->image.dirty[s / 8] == 0 ? s + 8 : s + 1;
                        continue;
                }
                r = write_run(h, sink, s, end, err);
                if (r < 0)
                        return r;
                s = end;
        }
        return 0;
}

static int grow_file(const ow_hive *h, const ow_sink *sink, uint64_t size, ow_error *err)
{
        int r;

        if (size <= h->file_size)
                return 0;
        if (!sink->set_size && h->file_size == 0)
                return 0;       /* a new file: writing makes it as long as it must be */
        if (!sink->set_size)
                return ow_fail(err, OW_E_NOSPACE, h->file_size,
                               "hive must grow from %llu to %llu bytes, its file cannot",
                               (unsigned long long)h->file_size, (unsigned long long)size);
        r = sink->set_size(sink->state, size, err);
        return r < 0 ? ow_wrap(err, r, "make the hive %llu bytes long", (unsigned long long)size) : 0;
}

static int shrink_file(ow_hive *h, const ow_sink *sink, uint64_t size, ow_error *err)
{
        int r = sink->set_size(sink->state, size, err);

        if (r < 0)
                return ow_wrap(err, r, "make the hive %llu bytes long", (unsigned long long)size);
        h->file_size = size;
        return 0;
}

int ow_hive_save(ow_hive *hive, uint64_t now, const ow_sink *sink, ow_error *err)
{
        OW_AUTO_FREE struct hive_base *base = NULL;
        bool has_tail = hive->file_size > HIVE_BASE_BYTES + (uint64_t)hive->base.bins_size;
        uint64_t size;
        int r;

        if (hive->readonly)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "hive was opened read-only");
        if (!ow_hive_changed(hive))
                return 0;
        if (hive->info.truncated)
                return ow_fail(err, OW_E_CORRUPT, hive->image.backed, "hive is longer than its file and its logs: "
                               "what is missing is lost, and it is not written");
        base = ow_malloc(sizeof *base);
        if (!base)
                return ow_fail_nomem(err);
        hive_space_shrink(hive);
        size = HIVE_BASE_BYTES + (uint64_t)hive->image.size;
        r = stamp_keys(hive, now, err);
        if (r >= 0)
                r = next_base(hive, now, base, err);
        if (r >= 0 && hive->keeps_time)
                r = hive_bin_stamp_first(hive, now, err);
        if (r >= 0)
                r = grow_file(hive, sink, size, err);
        if (r < 0)
                return r;
        r = sink->write(sink->state, 0, base->raw, hive->base_changed ? HIVE_BASE_BYTES : HIVE_BASE_HEAD, err);
        if (r < 0)
                return ow_wrap(err, r, "write the base block");
        r = write_bins(hive, sink, err);
        /* What lies behind the bins of some hives is not ours to cut. */
        if (r >= 0 && size < hive->file_size && !has_tail && sink->set_size)
                r = shrink_file(hive, sink, size, err);
        if (r < 0)
                return r;

        hive->base = *base;
        hive->top_sequence = base->sequence1;
        if (size > hive->file_size)
                hive->file_size = size;
        memset(hive->image.dirty, 0, hive->image.size / HIVE_SECTOR / 8);
        hive_map_done(&hive->changed);
        hive->edited = hive->replayed = hive->base_changed = false;
        return 0;
}
