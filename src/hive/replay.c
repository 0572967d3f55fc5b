/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which logs apply to a dirty hive, and in which order; docs/formats/regf.md 7.1. */
#include <string.h>

#include "base/alloc.h"
#include "hive/replay.h"

struct logs {
        struct hive_log v[HIVE_MAX_LOGS];
        size_t n;
};

int hive_log_put_page(ow_hive *h, uint32_t offset, const uint8_t *bytes, uint32_t size, ow_error *err)
{
        int r = hive_image_need(&h->image, offset, size, err);

        if (r < 0)
                return r;
        memcpy(h->image.bytes + offset, bytes, size);
        hive_image_mark_dirty(&h->image, offset, size);
        return 0;
}

/* A file that is not a log, or a damaged one, is as good as none. */
static int open_log(ow_hive *h, const ow_source *source, struct hive_log *log, ow_error *err)
{
        uint8_t head[HIVE_BASE_HEAD];
        int r;

        log->source = *source;
        log->usable = false;
        if (source->size < sizeof head || source->size > HIVE_MAX_LOG_BYTES)
                return 0;
        r = source->read(source->state, 0, head, sizeof head, err);
        if (r < 0)
                return ow_wrap(err, r, "read the head of a log");
        if (hive_base_decode((ow_view){ head, sizeof head }, &log->base, NULL) < 0 || !log->base.checksum_ok ||
            hive_base_check(&log->base, NULL) < 0)
                return 0;
        log->usable = log->base.type == HIVE_FILE_HVLE || log->base.type == HIVE_FILE_DIRT ||
                      log->base.type == HIVE_FILE_DIRT_OLD;
        if (!log->usable)
                return 0;
        if (log->base.sequence1 > h->top_sequence)
                h->top_sequence = log->base.sequence1;
        if (log->base.sequence2 > h->top_sequence)
                h->top_sequence = log->base.sequence2;
        return log->base.type == HIVE_FILE_HVLE ? hive_log_hvle_top(log, &h->top_sequence, err) : 0;
}

static int note_replay(ow_hive *h, uint32_t entries, uint32_t pages, bool rebuilt)
{
        h->info.replay = OW_REPLAY_DONE;
        h->info.base_block_rebuilt = h->base_changed = rebuilt;
        h->info.replayed_entries += entries;
        h->info.replayed_pages += pages;
        h->replayed = true;
        return 0;
}

/* The base block as the log remembers it; what lies behind its first 512 bytes stays. */
static void take_base(ow_hive *h, const struct hive_log *log)
{
        uint8_t rest[HIVE_BASE_BYTES];

        memcpy(rest, h->base.raw, sizeof rest);
        h->base = log->base;
        memcpy(h->base.raw + HIVE_BASE_HEAD, rest + HIVE_BASE_HEAD, sizeof rest - HIVE_BASE_HEAD);
        h->base.type = HIVE_FILE_PRIMARY;
}

/*
 * Entries older than the hive are stale; a log goes on where the one before it ended. A log that should have given
 * entries and gives none ends it all: what comes later is built on them.
 */
static int replay_hvle(ow_hive *h, struct logs *logs, ow_error *err)
{
        bool tried[HIVE_MAX_LOGS] = { false };
        uint32_t last = 0;

        for (;;) {
                uint32_t entries, pages;
                struct hive_log *first = NULL;
                int r;

                for (size_t i = 0; i < logs->n; i++) {
                        struct hive_log *log = &logs->v[i];

                        if (log->usable && log->base.type == HIVE_FILE_HVLE && !tried[i] &&
                            log->base.sequence1 >= h->base.sequence2 &&
                            (!first || log->base.sequence1 < first->base.sequence1))
                                first = log;
                }
                if (!first)
                        return 0;
                tried[first - logs->v] = true;
                if (h->info.replayed_entries && first->base.sequence1 != last + 1)
                        return 0;
                r = hive_log_hvle_apply(h, first, &entries, &pages, &last, err);
                if (r < 0 || entries == 0)
                        return r;
                (void)note_replay(h, entries, pages, false);
        }
}

/* The base block of the primary is lost: the log with the newest entries gives one, and only it is applied. */
static int rebuild_hvle(ow_hive *h, struct logs *logs, ow_error *err)
{
        const struct hive_base found = h->base;
        const struct hive_log *newest = NULL;
        uint32_t entries, pages, last, size = h->image.size;
        int r;

        for (size_t i = 0; i < logs->n; i++)
                if (logs->v[i].usable && logs->v[i].base.type == HIVE_FILE_HVLE &&
                    (!newest || logs->v[i].base.sequence1 > newest->base.sequence1))
                        newest = &logs->v[i];
        if (!newest)
                return 0;
        take_base(h, newest);           /* before the entries, which change its flags */
        r = hive_image_set_size(&h->image, newest->base.bins_size, err);
        if (r >= 0)
                r = hive_log_hvle_apply(h, newest, &entries, &pages, &last, err);
        if (r < 0)
                return r;
        if (entries > 0)
                return note_replay(h, entries, pages, true);
        h->base = found;
        return hive_image_reset(&h->image, size, err);
}

/* One set of pages, from the first log that belongs to this state of the hive; the newer where several do. */
static int replay_dirt(ow_hive *h, struct logs *logs, bool base_ok, ow_error *err)
{
        uint64_t written = h->base.written, first_bin = written;
        uint32_t size = h->image.size;
        int r = 0;

        /* A damaged base block may still show its time; the first bin keeps a copy, which may be older. */
        if (!base_ok) {
                r = hive_bin_first_time(h, &first_bin, err);
                if (r < 0 && r != OW_E_CORRUPT)
                        return r;
        }
        for (;;) {
                struct hive_log *best = NULL;
                uint32_t pages;

                for (size_t i = 0; i < logs->n; i++) {
                        struct hive_log *log = &logs->v[i];

                        if (log->usable && log->base.type != HIVE_FILE_HVLE &&
                            (log->base.written == written || log->base.written == first_bin) &&
                            log->base.sequence1 == log->base.sequence2 &&
                            (!best || log->base.sequence1 > best->base.sequence1))
                                best = log;
                }
                if (!best)
                        return 0;
                best->usable = false;
                r = hive_log_dirt_apply(h, best, &pages, err);
                if (r < 0)
                        return r;
                if (pages) {
                        if (!base_ok)
                                take_base(h, best);
                        return note_replay(h, 1, pages, !base_ok);
                }
                r = hive_image_reset(&h->image, size, err);
                if (r < 0)
                        return r;
        }
}

/* A Windows that writes new logs keeps no time any more by which one could tell that an old log is stale. */
static int replay(ow_hive *h, struct logs *logs, bool base_ok, ow_error *err)
{
        for (size_t i = 0; i < logs->n; i++)
                if (logs->v[i].usable && logs->v[i].base.type == HIVE_FILE_HVLE)
                        return base_ok ? replay_hvle(h, logs, err) : rebuild_hvle(h, logs, err);
        return replay_dirt(h, logs, base_ok, err);
}

/* All pages of the file, for a base block that nothing vouches for. */
static uint32_t held_size(const ow_source *source)
{
        uint64_t held = source->size > HIVE_BASE_BYTES ? source->size - HIVE_BASE_BYTES : 0;

        return held < HIVE_MAX_BINS ? (uint32_t)((held + HIVE_PAGE - 1) / HIVE_PAGE * HIVE_PAGE) : HIVE_MAX_BINS;
}

/*
 * Sets the size of the bins where the checksum does not vouch for it: no bin that the file holds is left out, since
 * what is added later would go over it; and what the base block says is in the file and is not, counts as lost.
 */
static int find_size(ow_hive *h, ow_error *err)
{
        uint32_t stated = h->base.bins_size, at = h->image.size, size, end = 0;

        while (at > 0 && end == 0) {
                int r;

                at -= HIVE_PAGE;
                r = hive_bin_size(h, at, &size, err);
                if (r < 0 && r != OW_E_CORRUPT)
                        return r;
                if (r >= 0)
                        end = at + size;
        }
        if (stated % HIVE_PAGE == 0 && stated <= HIVE_MAX_BINS && stated > end)
                end = stated;
        h->base.bins_size = end;
        return hive_image_set_size(&h->image, end, err);
}

static int no_log(ow_hive *h, bool base_ok, size_t n_logs, bool accept_dirty, ow_error *err)
{
        int r = 0;

        h->info.replay = OW_REPLAY_NO_LOGS;
        if (!base_ok)
                return ow_fail(err, OW_E_FORMAT, 0, "not a registry hive, and no log to make its base block from");
        if (accept_dirty && !h->base.checksum_ok)
                r = find_size(h, err);
        if (accept_dirty)
                return r < 0 ? r : hive_base_check(&h->base, err);
        if (!h->base.checksum_ok)
                return ow_fail(err, OW_E_DIRTY, 0x1fc,
                               "base block has a wrong checksum, and none of %zu logs replaces it", n_logs);
        return ow_fail(err, OW_E_DIRTY, 4, "hive is dirty (sequence numbers %u and %u), and none of %zu logs applies",
                       h->base.sequence1, h->base.sequence2, n_logs);
}

int hive_replay(ow_hive *h, const ow_source *source, const ow_source *logs, size_t n_logs, bool base_ok,
                bool accept_dirty, ow_error *err)
{
        OW_AUTO_FREE struct logs *opened = ow_calloc(1, sizeof *opened);
        bool trusted = base_ok && h->base.checksum_ok;
        int r;

        if (!opened)
                return ow_fail_nomem(err);
        h->info.primary_sequence = h->base.sequence1;
        h->info.secondary_sequence = h->base.sequence2;
        if (base_ok)
                h->top_sequence = h->base.sequence1 > h->base.sequence2 ? h->base.sequence1 : h->base.sequence2;
        for (size_t i = 0; i < n_logs; i++) {
                r = open_log(h, &logs[i], &opened->v[opened->n++], err);
                if (r < 0)
                        return r;
        }
        if (trusted) {
                r = hive_base_check(&h->base, err);
                if (r < 0)
                        return r;
        }
        r = hive_image_init(&h->image, source, trusted ? h->base.bins_size : held_size(source), err);
        if (r < 0)
                return r;
        h->info.replay = OW_REPLAY_NOT_NEEDED;
        if (trusted && h->base.sequence1 == h->base.sequence2)
                return 0;
        r = replay(h, opened, trusted, err);
        if (r < 0)
                return r;
        if (h->info.replay != OW_REPLAY_DONE)
                return no_log(h, base_ok, n_logs, accept_dirty, err);
        h->base.bins_size = h->image.size;
        return 0;
}
