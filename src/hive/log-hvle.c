/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of Windows 8.1 and newer: a chain of numbered, checksummed entries. docs/formats/regf.md 7.3. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/replay.h"

enum { LOG_UNIT = 512, FLAG_KTM = 1 };

struct entry_disk {
        uint8_t magic[4];       /* 0x00 "HvLE" */
        ow_le32 size;           /* 0x04 bytes of the entry, multiple of 512 */
        ow_le32 flags;          /* 0x08 bit 0 goes into the base block */
        ow_le32 sequence;       /* 0x0c */
        ow_le32 bins_size;      /* 0x10 of the hive after this entry */
        ow_le32 n_pages;        /* 0x14 */
        ow_le64 hash1;          /* 0x18 of everything from 0x28 */
        ow_le64 hash2;          /* 0x20 of 0x00..0x1f */
};                              /* 0x28 references, then pages */
static_assert(sizeof(struct entry_disk) == 0x28, "hive log entry");
static_assert(offsetof(struct entry_disk, hash2) == 0x20, "hive log entry");

struct entry {
        ow_view bytes;          /* all of it */
        uint32_t sequence, bins_size, n_pages, flags;
};

/* Every check that does not need the rest of the log. NULL: the entry is good; otherwise what is wrong. */
static const char *decode(ow_view bytes, struct entry *ret)
{
        struct entry_disk d;
        ow_view body, references;
        uint64_t pages = 0;

        if (!ow_view_copy(bytes, 0, &d, sizeof d) || memcmp(d.magic, "HvLE", sizeof d.magic) != 0)
                return "no entry";
        if (hive_marvin32(bytes.p, offsetof(struct entry_disk, hash2)) != ow_le64_get(d.hash2))
                return "wrong hash of the head";
        if (!ow_view_from(bytes, sizeof d, &body) || hive_marvin32(body.p, body.len) != ow_le64_get(d.hash1))
                return "wrong hash of the pages";
        if (ow_le32_get(d.bins_size) == 0 || ow_le32_get(d.bins_size) % HIVE_PAGE ||
            ow_le32_get(d.bins_size) > HIVE_MAX_BINS)
                return "wrong size of the bins";
        if (!ow_view_sub(body, 0, 8 * (size_t)ow_le32_get(d.n_pages), &references))
                return "too many pages";
        for (size_t i = 0; i < references.len; i += 8) {
                uint32_t offset = ow_le32_at(references.p + i), size = ow_le32_at(references.p + i + 4);

                if (size == 0 || offset > ow_le32_get(d.bins_size) || size > ow_le32_get(d.bins_size) - offset)
                        return "page outside the bins";
                pages += size;
        }
        if (pages > body.len - references.len)
                return "pages leave the entry";
        *ret = (struct entry){ bytes, ow_le32_get(d.sequence), ow_le32_get(d.bins_size), ow_le32_get(d.n_pages),
                               ow_le32_get(d.flags) };
        return NULL;
}

static int apply(ow_hive *h, const struct entry *e, ow_error *err)
{
        size_t at = sizeof(struct entry_disk) + 8 * (size_t)e->n_pages;
        int r = hive_image_set_size(&h->image, e->bins_size, err);

        for (size_t i = 0; r >= 0 && i < e->n_pages; i++) {
                const uint8_t *reference = e->bytes.p + sizeof(struct entry_disk) + 8 * i;
                uint32_t size = ow_le32_at(reference + 4);

                r = hive_log_put_page(h, ow_le32_at(reference), e->bytes.p + at, size, err);
                at += size;
        }
        if (r >= 0)
                h->base.flags = (h->base.flags & ~(uint32_t)FLAG_KTM) | (e->flags & FLAG_KTM);
        return r;
}

/* The size and number of what looks like an entry at offset: 1; nothing there: 0. */
static int peek(const struct hive_log *log, uint64_t offset, uint32_t *ret_size, uint32_t *ret_sequence,
                ow_error *err)
{
        struct entry_disk d;
        int r;

        if (log->source.size < sizeof d || offset > log->source.size - sizeof d)
                return 0;
        r = log->source.read(log->source.state, offset, &d, sizeof d, err);
        if (r < 0)
                return ow_wrap(err, r, "read the log");
        *ret_size = ow_le32_get(d.size);
        *ret_sequence = ow_le32_get(d.sequence);
        return memcmp(d.magic, "HvLE", sizeof d.magic) == 0 && *ret_size >= LOG_UNIT && *ret_size % LOG_UNIT == 0 &&
               *ret_size <= log->source.size - offset;
}

int hive_log_hvle_apply(ow_hive *h, const struct hive_log *log, uint32_t *ret_entries, uint32_t *ret_pages,
                        uint32_t *ret_last, ow_error *err)
{
        uint32_t size, sequence, expected = log->base.sequence1;
        uint64_t offset = LOG_UNIT;
        int r;

        *ret_entries = *ret_pages = 0;
        while ((r = peek(log, offset, &size, &sequence, err)) > 0 && sequence == expected) {
                OW_AUTO_FREE uint8_t *bytes = ow_malloc(size);
                struct entry entry;

                if (!bytes)
                        return ow_fail_nomem(err);
                r = log->source.read(log->source.state, offset, bytes, size, err);
                if (r < 0)
                        return ow_wrap(err, r, "read the log");
                if (decode((ow_view){ bytes, size }, &entry))
                        return 0;       /* the chain ends before the first bad entry */
                r = apply(h, &entry, err);
                if (r < 0)
                        return ow_wrap(err, r, "apply log entry %u", sequence);
                *ret_entries += 1;
                *ret_pages += entry.n_pages;
                *ret_last = sequence;
                expected = sequence + 1;
                offset += size;
        }
        return r < 0 ? r : 0;
}

int hive_log_hvle_top(const struct hive_log *log, uint32_t *ret_top, ow_error *err)
{
        uint32_t size, sequence;
        int r;

        for (uint64_t offset = LOG_UNIT; (r = peek(log, offset, &size, &sequence, err)) > 0; offset += size)
                if (sequence > *ret_top)
                        *ret_top = sequence;
        return r;
}
