/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a journal: images as they come, in large writes, then the table, then the header that points at it. */
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "disk/journal-disk.h"
#include "disk/journal.h"

enum { BUFFER = 1 << 18 };

int journal_writer_open(struct store *file, struct journal *journal, struct journal_writer *ret, ow_error *err)
{
        *ret = (struct journal_writer){ .file = file, .journal = journal };
        ret->written = sizeof(struct journal_header_disk);      /* the header itself comes last */
        ret->buffer = ow_malloc(BUFFER);
        return ret->buffer ? 0 : ow_fail_nomem(err);
}

static int write_out(struct journal_writer *writer, ow_error *err)
{
        int r = store_write(writer->file, writer->written, writer->buffer, writer->buffered, err);

        if (r < 0)
                return r;
        writer->written += writer->buffered;
        writer->buffered = 0;
        return 0;
}

static int put(struct journal_writer *writer, const uint8_t *bytes, size_t size, ow_error *err)
{
        while (size > 0) {
                size_t n = BUFFER - writer->buffered < size ? BUFFER - writer->buffered : size;
                int r;

                memcpy(writer->buffer + writer->buffered, bytes, n);
                writer->buffered += n;
                bytes += n;
                size -= n;
                if (writer->buffered < BUFFER)
                        continue;
                r = write_out(writer, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int journal_writer_add(struct journal_writer *writer, uint32_t disk, uint64_t offset, const uint8_t *before,
                       const uint8_t *after, uint32_t size, ow_error *err)
{
        struct journal *journal = writer->journal;
        struct journal_extent *extents, *e;
        int r;

        if (journal->n_extents == JOURNAL_MAX_EXTENTS)
                return ow_fail(err, OW_E_LIMIT, offset, "more than %d separate changes", JOURNAL_MAX_EXTENTS);
        extents = ow_grow(journal->extents, journal->n_extents, &writer->extents_cap, sizeof *extents);
        if (!extents)
                return ow_fail_nomem(err);
        journal->extents = extents;
        e = &extents[journal->n_extents];
        *e = (struct journal_extent){ .disk = disk, .size = size, .offset = offset };
        journal_lay_out(journal, journal->n_extents ? e - 1 : NULL, e);
        e->crcs[JOURNAL_BEFORE] = (uint32_t)crc32(0, before, e->sizes[JOURNAL_BEFORE]);
        e->crcs[JOURNAL_AFTER] = (uint32_t)crc32(0, after, e->sizes[JOURNAL_AFTER]);
        journal->n_extents++;
        journal->bytes_changed += size;
        if (size > journal->largest)
                journal->largest = size;
        r = put(writer, before, e->sizes[JOURNAL_BEFORE], err);
        return r < 0 ? r : put(writer, after, e->sizes[JOURNAL_AFTER], err);
}

static void put_text(ow_buffer *table, const char *text)
{
        size_t length = strnlen(text, JOURNAL_MAX_TEXT);
        ow_le32 stored = ow_le32_of((uint32_t)length);

        ow_buffer_put(table, &stored, sizeof stored);
        ow_buffer_put(table, text, length);
}

static void encode_table(const struct journal *journal, ow_buffer *table)
{
        put_text(table, journal->title);
        for (uint32_t i = 0; i < journal->n_disks; i++) {
                for (unsigned image = 0; image < JOURNAL_IMAGES; image++) {
                        ow_le64 size = ow_le64_of(journal->disks[i].sizes[image]);

                        ow_buffer_put(table, &size, sizeof size);
                }
                put_text(table, journal->disks[i].format);
                put_text(table, journal->disks[i].base);
                put_text(table, journal->disks[i].path);
        }
        for (size_t i = 0; i < journal->n_extents; i++) {
                const struct journal_extent *e = &journal->extents[i];
                struct journal_extent_disk d = { ow_le32_of(e->disk), ow_le32_of(e->size), ow_le64_of(e->offset),
                                                 ow_le32_of(e->crcs[JOURNAL_BEFORE]),
                                                 ow_le32_of(e->crcs[JOURNAL_AFTER]) };

                ow_buffer_put(table, &d, sizeof d);
        }
}

int journal_writer_finish(struct journal_writer *writer, ow_error *err)
{
        const struct journal *journal = writer->journal;
        OW_AUTO_BUFFER table = OW_BUFFER_INIT;
        struct journal_header_disk d;
        uint64_t table_offset = writer->written + writer->buffered;
        int r;

        encode_table(journal, &table);
        if (ow_buffer_failed(&table))
                return ow_fail_nomem(err);
        memset(&d, 0, sizeof d);
        memcpy(d.magic, JOURNAL_MAGIC, sizeof d.magic);
        d.version = ow_le32_of(JOURNAL_VERSION);
        d.n_disks = ow_le32_of(journal->n_disks);
        d.n_extents = ow_le64_of(journal->n_extents);
        d.time = ow_le64_of(journal->time);
        memcpy(d.id, journal->id, sizeof d.id);
        d.table_offset = ow_le64_of(table_offset);
        d.table_bytes = ow_le64_of(table.len);
        d.table_crc = ow_le32_of((uint32_t)crc32(0, table.p, (uInt)table.len));
        d.header_crc = ow_le32_of((uint32_t)crc32(0, (const Bytef *)&d, sizeof d));
        r = put(writer, table.p, table.len, err);
        if (r == 0)
                r = write_out(writer, err);
        if (r == 0)
                r = store_write(writer->file, 0, &d, sizeof d, err);
        return r < 0 ? r : store_flush(writer->file, err);
}

void journal_writer_done(struct journal_writer *writer)
{
        ow_free(writer->buffer);
        writer->buffer = NULL;
}
