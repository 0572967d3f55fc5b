/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a journal, and putting its images on disks. Layout: header, then before- and after-image of every extent
 * one behind the other, then the table that names disks and extents. Source: docs/formats/journal.md 2.
 */
#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "disk/journal-disk.h"
#include "disk/journal.h"

void journal_done(struct journal *journal)
{
        for (uint32_t i = 0; journal->disks && i < journal->n_disks; i++) {
                ow_free(journal->disks[i].format);
                ow_free(journal->disks[i].base);
                ow_free(journal->disks[i].path);
        }
        ow_free(journal->disks);
        ow_free(journal->extents);
        ow_free(journal->title);
        store_close(journal->file);
        *journal = (struct journal){ .file = NULL };
}

struct header {
        uint32_t n_disks;
        uint64_t n_extents;
        uint64_t time;
        uint64_t table_offset;
        uint64_t table_bytes;
        uint32_t table_crc;
        uint8_t id[JOURNAL_ID];
};

static bool header_crc_fits(struct journal_header_disk d)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        return true;
#else
        uint32_t stored = ow_le32_get(d.header_crc);

        d.header_crc = ow_le32_of(0);
        return crc32(0, (const Bytef *)&d, sizeof d) == stored;
#endif
}

static bool crc_fits(const uint8_t *bytes, size_t size, uint32_t stored)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        return true;
#else
        return crc32(0, bytes, (uInt)size) == stored;
#endif
}

static int header_decode(ow_view file, uint64_t file_bytes, struct header *ret, ow_error *err)
{
        struct journal_header_disk d;
        struct header h;

        if (!ow_view_copy(file, 0, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, 0, "journal holds %zu bytes, its header needs %zu", file.len,
                               sizeof d);
        if (memcmp(d.magic, JOURNAL_MAGIC, sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, 0, "this is not a journal");
        if (ow_le32_get(d.version) != JOURNAL_VERSION)
                return ow_fail(err, OW_E_UNSUPPORTED, 0x08, "journal version is %u, this offwin knows %d",
                               ow_le32_get(d.version), JOURNAL_VERSION);
        if (!header_crc_fits(d))
                return ow_fail(err, OW_E_CORRUPT, 0x44, "journal header has a wrong checksum");
        h = (struct header){ .n_disks = ow_le32_get(d.n_disks), .n_extents = ow_le64_get(d.n_extents),
                .time = ow_le64_get(d.time), .table_offset = ow_le64_get(d.table_offset),
                .table_bytes = ow_le64_get(d.table_bytes), .table_crc = ow_le32_get(d.table_crc) };
        memcpy(h.id, d.id, sizeof h.id);
        if (!ow_fits_u64(h.table_offset, h.table_bytes, file_bytes) || h.table_bytes > JOURNAL_MAX_TABLE)
                return ow_fail(err, OW_E_CORRUPT, 0x30, "journal table of %llu bytes at %llu, file has %llu",
                               (unsigned long long)h.table_bytes, (unsigned long long)h.table_offset,
                               (unsigned long long)file_bytes);
        if (h.n_disks == 0 || h.n_disks > JOURNAL_MAX_DISKS)
                return ow_fail(err, OW_E_CORRUPT, 0x0c, "journal names %u disks, limit %d", h.n_disks,
                               JOURNAL_MAX_DISKS);
        if (h.n_extents > JOURNAL_MAX_EXTENTS)
                return ow_fail(err, OW_E_LIMIT, 0x10, "journal has %llu extents, limit %d",
                               (unsigned long long)h.n_extents, JOURNAL_MAX_EXTENTS);
        *ret = h;
        return 0;
}

/* A length and that many bytes of text at *at. */
static int text_decode(ow_view table, size_t *at, char **ret, ow_error *err)
{
        ow_le32 length;
        ow_view text;

        if (!ow_view_copy(table, *at, &length, sizeof length) || ow_le32_get(length) > JOURNAL_MAX_TEXT ||
            !ow_view_sub(table, *at + sizeof length, ow_le32_get(length), &text))
                return ow_fail(err, OW_E_CORRUPT, *at, "a text of the journal leaves its table");
        if (memchr(text.p, 0, text.len))
                return ow_fail(err, OW_E_CORRUPT, *at, "a text of the journal holds a NUL");
        *ret = ow_strndup((const char *)text.p, text.len);
        if (!*ret)
                return ow_fail_nomem(err);
        *at += sizeof length + text.len;
        return 0;
}

static int disk_decode(ow_view table, size_t *at, struct journal_disk *ret, ow_error *err)
{
        uint64_t was, is;
        ow_le64 sizes[JOURNAL_IMAGES];
        int r;

        if (!ow_view_copy(table, *at, sizes, sizeof sizes))
                return ow_fail(err, OW_E_CORRUPT, *at, "a disk of the journal leaves its table");
        ret->sizes[JOURNAL_BEFORE] = was = ow_le64_get(sizes[JOURNAL_BEFORE]);
        ret->sizes[JOURNAL_AFTER] = is = ow_le64_get(sizes[JOURNAL_AFTER]);
        if (was > INT64_MAX || is > INT64_MAX || (is > was && is - was > JOURNAL_MAX_GROWTH))
                return ow_fail(err, OW_E_LIMIT, *at, "a disk of %llu bytes becomes one of %llu",
                               (unsigned long long)was, (unsigned long long)is);
        *at += sizeof sizes;
        r = text_decode(table, at, &ret->format, err);
        if (r == 0)
                r = text_decode(table, at, &ret->base, err);
        if (r == 0)
                r = text_decode(table, at, &ret->path, err);
        if (r == 0 && was != is && strcmp(ret->format, "raw") != 0)
                return ow_fail(err, OW_E_CORRUPT, *at, "a journal wants another size for an image of format %.20s",
                               ret->format);
        return r;
}

bool journal_disk_had(const struct journal_disk *disk, uint64_t size_bytes)
{
        uint64_t was = disk->sizes[JOURNAL_BEFORE], is = disk->sizes[JOURNAL_AFTER];

        return size_bytes >= (was < is ? was : is) && size_bytes <= (was < is ? is : was);
}

/* How many of the bytes at offset a disk of so many bytes has. */
static uint32_t part_inside(uint64_t disk_bytes, uint64_t offset, uint32_t size)
{
        if (offset >= disk_bytes)
                return 0;
        return disk_bytes - offset < size ? (uint32_t)(disk_bytes - offset) : size;
}

void journal_lay_out(const struct journal *journal, const struct journal_extent *last, struct journal_extent *extent)
{
        extent->data_offset = sizeof(struct journal_header_disk);
        if (last)
                extent->data_offset = last->data_offset + last->sizes[JOURNAL_BEFORE] + last->sizes[JOURNAL_AFTER];
        for (unsigned image = 0; image < JOURNAL_IMAGES; image++)
                extent->sizes[image] = part_inside(journal->disks[extent->disk].sizes[image], extent->offset,
                                                   extent->size);
}

static int extent_decode(ow_view table, size_t at, const struct journal *journal, struct journal_extent *ret,
                         ow_error *err)
{
        const struct journal_extent *last = journal->n_extents ? &journal->extents[journal->n_extents - 1] : NULL;
        struct journal_extent_disk d;
        struct journal_extent e;
        uint64_t disk_bytes;

        if (!ow_view_copy(table, at, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, at, "an extent of the journal leaves its table");
        e = (struct journal_extent){ .disk = ow_le32_get(d.disk), .size = ow_le32_get(d.size),
                .offset = ow_le64_get(d.offset),
                .crcs = { ow_le32_get(d.before_crc), ow_le32_get(d.after_crc) } };
        if (e.disk >= journal->n_disks || e.size == 0 || e.size > JOURNAL_MAX_EXTENT)
                return ow_fail(err, OW_E_CORRUPT, at, "extent of %u bytes on disk %u of %u", e.size, e.disk,
                               journal->n_disks);
        disk_bytes = journal->disks[e.disk].sizes[JOURNAL_BEFORE];
        if (journal->disks[e.disk].sizes[JOURNAL_AFTER] > disk_bytes)
                disk_bytes = journal->disks[e.disk].sizes[JOURNAL_AFTER];
        if (!ow_fits_u64(e.offset, e.size, disk_bytes) || e.offset % JOURNAL_SECTOR != 0 ||
            (e.size % JOURNAL_SECTOR != 0 && e.offset + e.size != disk_bytes))
                return ow_fail(err, OW_E_CORRUPT, at, "extent of %u bytes at %llu does not fit a disk of %llu", e.size,
                               (unsigned long long)e.offset, (unsigned long long)disk_bytes);
        if (last && (e.disk < last->disk || (e.disk == last->disk && e.offset < last->offset + last->size)))
                return ow_fail(err, OW_E_CORRUPT, at, "extents of the journal are out of order");
        journal_lay_out(journal, last, &e);
        *ret = e;
        return 0;
}

static int extents_decode(ow_view table, size_t at, uint64_t count, struct journal *journal, ow_error *err)
{
        if ((table.len - at) / sizeof(struct journal_extent_disk) != count ||
            (table.len - at) % sizeof(struct journal_extent_disk) != 0)
                return ow_fail(err, OW_E_CORRUPT, at, "journal should have %llu extents, its table has room for %zu",
                               (unsigned long long)count, (table.len - at) / sizeof(struct journal_extent_disk));
        journal->extents = ow_calloc((size_t)count, sizeof *journal->extents);
        if (!journal->extents)
                return ow_fail_nomem(err);
        for (; journal->n_extents < count; at += sizeof(struct journal_extent_disk)) {
                struct journal_extent *extent = &journal->extents[journal->n_extents];
                int r = extent_decode(table, at, journal, extent, err);

                if (r < 0)
                        return r;
                journal->n_extents++;
                journal->bytes_changed += extent->size;
                if (extent->size > journal->largest)
                        journal->largest = extent->size;
        }
        return 0;
}

static uint64_t end_of_images(const struct journal *journal)
{
        const struct journal_extent *last;

        if (journal->n_extents == 0)
                return sizeof(struct journal_header_disk);
        last = &journal->extents[journal->n_extents - 1];
        return last->data_offset + last->sizes[JOURNAL_BEFORE] + last->sizes[JOURNAL_AFTER];
}

static int table_decode(ow_view table, const struct header *header, struct journal *journal, ow_error *err)
{
        size_t at = 0;
        int r;

        if (!crc_fits(table.p, table.len, header->table_crc))
                return ow_fail(err, OW_E_CORRUPT, header->table_offset, "journal table has a wrong checksum");
        r = text_decode(table, &at, &journal->title, err);
        if (r < 0)
                return r;
        journal->disks = ow_calloc(header->n_disks, sizeof *journal->disks);
        if (!journal->disks)
                return ow_fail_nomem(err);
        journal->n_disks = header->n_disks;
        for (uint32_t i = 0; i < header->n_disks; i++) {
                r = disk_decode(table, &at, &journal->disks[i], err);
                if (r < 0)
                        return r;
        }
        r = extents_decode(table, at, header->n_extents, journal, err);
        if (r < 0)
                return r;
        if (end_of_images(journal) != header->table_offset)
                return ow_fail(err, OW_E_CORRUPT, 0x30, "images of the journal end at %llu, its table is at %llu",
                               (unsigned long long)end_of_images(journal), (unsigned long long)header->table_offset);
        return 0;
}

static int load(struct journal *journal, ow_error *err)
{
        uint8_t first[sizeof(struct journal_header_disk)];
        uint64_t file_bytes = journal->file->size_bytes;
        ow_view head = { first, file_bytes < sizeof first ? (size_t)file_bytes : sizeof first };
        OW_AUTO_FREE uint8_t *table = NULL;
        struct header header = { .n_disks = 0 };
        int r;

        r = store_read(journal->file, 0, first, head.len, err);
        if (r < 0)
                return r;
        r = header_decode(head, file_bytes, &header, err);
        if (r < 0)
                return r;
        table = ow_malloc((size_t)header.table_bytes);
        if (!table)
                return ow_fail_nomem(err);
        r = store_read(journal->file, header.table_offset, table, (size_t)header.table_bytes, err);
        if (r < 0)
                return r;
        memcpy(journal->id, header.id, sizeof journal->id);
        journal->time = header.time;
        return table_decode((ow_view){ table, (size_t)header.table_bytes }, &header, journal, err);
}

int journal_load(struct store *file, struct journal *ret, ow_error *err)
{
        struct journal journal = { .file = file };
        int r = load(&journal, err);

        if (r < 0)
                journal_done(&journal);
        else
                *ret = journal;
        return r;
}

int journal_read(const struct journal *journal, const struct journal_extent *extent, enum journal_image image,
                 uint8_t *buf, ow_error *err)
{
        uint64_t at = extent->data_offset + (image == JOURNAL_AFTER ? extent->sizes[JOURNAL_BEFORE] : 0);
        uint32_t size = extent->sizes[image];
        int r = store_read(journal->file, at, buf, size, err);

        if (r < 0)
                return r;
        if (!crc_fits(buf, size, extent->crcs[image]))
                return ow_fail(err, OW_E_CORRUPT, at, "bytes of the journal have a wrong checksum");
        memset(buf + size, 0, extent->size - size);
        return 0;
}

/* Every checksum is right before the first byte of a disk changes. */
static int check_image(const struct journal *journal, enum journal_image image, uint8_t *buf, ow_error *err)
{
        for (size_t i = 0; i < journal->n_extents; i++) {
                int r = journal_read(journal, &journal->extents[i], image, buf, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* To the larger size before the bytes are written, to the smaller one after them. */
static int give_size(const struct journal *journal, struct store *const *stores, enum journal_image image, bool larger,
                     ow_error *err)
{
        int r = 0;

        for (uint32_t i = 0; r == 0 && i < journal->n_disks; i++) {
                uint64_t size = journal_size(journal, i, image);

                if (larger ? stores[i]->size_bytes < size : stores[i]->size_bytes > size)
                        r = store_resize(stores[i], size, err);
        }
        return r;
}

int journal_apply(const struct journal *journal, struct store *const *stores, enum journal_image image, ow_error *err)
{
        OW_AUTO_FREE uint8_t *buf = ow_malloc(journal->largest);
        int r;

        if (!buf)
                return ow_fail_nomem(err);
        r = check_image(journal, image, buf, err);
        if (r == 0)
                r = give_size(journal, stores, image, true, err);
        for (size_t i = 0; r == 0 && i < journal->n_extents; i++) {
                const struct journal_extent *extent = &journal->extents[i];

                r = journal_read(journal, extent, image, buf, err);
                if (r == 0)
                        r = store_write(stores[extent->disk], extent->offset, buf, extent->sizes[image], err);
        }
        if (r == 0)
                r = give_size(journal, stores, image, false, err);
        for (uint32_t i = 0; r == 0 && i < journal->n_disks; i++)
                r = store_flush(stores[i], err);
        return r;
}

/*
 * Offset within the extent of the first sector that holds neither of the allowed images; size when all do. end: where
 * the smaller of the disk's two sizes ends it. A sector with an end in it may hold the old bytes before and nothing
 * behind, or the new ones before and the old ones behind.
 */
static uint32_t first_foreign(const uint8_t *now, const uint8_t *after, const uint8_t *before, uint32_t size,
                              uint32_t end)
{
        uint32_t n;

        for (uint32_t at = 0; at < size; at += n) {
                n = JOURNAL_SECTOR - at % JOURNAL_SECTOR;
                if (n > size - at)
                        n = size - at;
                if (at < end && end < at + n)
                        n = end - at;
                if (memcmp(now + at, after + at, n) != 0 && (!before || memcmp(now + at, before + at, n) != 0))
                        return at;
        }
        return size;
}

static int verify_size(const struct journal *journal, uint32_t index, const struct store *store, bool either,
                       ow_error *err)
{
        const struct journal_disk *disk = &journal->disks[index];

        if (store->size_bytes == disk->sizes[JOURNAL_AFTER] || (either && journal_disk_had(disk, store->size_bytes)))
                return 0;
        return ow_fail(err, OW_E_CONFLICT, store->size_bytes, "'%s' has %llu bytes, not %llu: somebody else changed it",
                       disk->path, (unsigned long long)store->size_bytes,
                       (unsigned long long)disk->sizes[JOURNAL_AFTER]);
}

int journal_verify(const struct journal *journal, struct store *const *stores, bool either, ow_error *err)
{
        OW_AUTO_FREE uint8_t *buf = ow_malloc(3 * (size_t)journal->largest);
        int r = 0;

        if (!buf)
                return ow_fail_nomem(err);
        for (uint32_t i = 0; r == 0 && i < journal->n_disks; i++)
                r = stores[i] ? verify_size(journal, i, stores[i], either, err) : 0;
        if (r < 0)
                return r;
        for (size_t i = 0; i < journal->n_extents; i++) {
                const struct journal_extent *extent = &journal->extents[i];
                uint8_t *now = buf, *after = buf + journal->largest, *before = after + journal->largest;
                uint32_t at;

                r = store_read_padded(stores[extent->disk], extent->offset, now, extent->size, err);
                if (r == 0)
                        r = journal_read(journal, extent, JOURNAL_AFTER, after, err);
                if (r == 0 && either)
                        r = journal_read(journal, extent, JOURNAL_BEFORE, before, err);
                if (r < 0)
                        return r;
                at = first_foreign(now, after, either ? before : NULL, extent->size,
                                   extent->sizes[extent->sizes[JOURNAL_BEFORE] > extent->sizes[JOURNAL_AFTER]]);
                if (at < extent->size)
                        return ow_fail(err, OW_E_CONFLICT, extent->offset + at,
                                       "'%s' was changed at byte %llu by somebody else (was the machine started?)",
                                       journal->disks[extent->disk].path, (unsigned long long)extent->offset + at);
        }
        return 0;
}
