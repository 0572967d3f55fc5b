/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Journals and pointers as bytes: what is written is read back, and whatever is changed in them is noticed. */
#include <zlib.h>

#include "test.h"

#include "base/le.h"
#include "disk-world.h"
#include "disk/journal-disk.h"
#include "disk/record.h"

static struct world w;
static struct folder *folder;

static int setup(void **state)
{
        world_init(&w);
        return w.host.open_folder(&w.host, "/w", &folder, NULL);
}

static int teardown(void **state)
{
        folder_close(folder);
        world_done(&w);
        return 0;
}

static char *text(const char *t)
{
        return ow_strdup(t);
}

/* Two disks, three extents; the file is w.files[0]. */
static void make(void)
{
        struct journal journal = { .time = 12345, .title = text("a title"), .n_disks = 2 };
        struct journal_writer writer;
        uint8_t before[1024], after[1024];
        struct store *file;

        journal.disks = ow_calloc(2, sizeof *journal.disks);
        journal.disks[0] = (struct journal_disk){ { 8192, 8192 }, text("raw"), text("a.raw"), text("/w/a.raw") };
        journal.disks[1] = (struct journal_disk){ { 1000, 1000 }, text("qcow2"), text("b"), text("/w/b") };
        memset(journal.id, 0x5a, sizeof journal.id);
        assert_ok(folder->ops->open(folder, "a.raw.offwin-0001.journal", true, &file, &err));
        assert_ok(journal_writer_open(file, &journal, &writer, &err));
        memset(before, 1, sizeof before);
        memset(after, 2, sizeof after);
        assert_ok(journal_writer_add(&writer, 0, 0, before, after, 512, &err));
        assert_ok(journal_writer_add(&writer, 0, 4096, before, after, 1024, &err));
        assert_ok(journal_writer_add(&writer, 1, 512, before, after, 488, &err));
        assert_ok(journal_writer_finish(&writer, &err));
        journal_writer_done(&writer);
        store_close(file);
        journal_done(&journal);
}

static int load(struct journal *journal, ow_error *err)
{
        return journal_load(world_store(&w, &w.files[0], NULL, false), journal, err);
}

static void what_is_written_is_read(void **state)
{
        struct journal journal;
        uint8_t buf[1024];

        make();
        assert_ok(load(&journal, &err));
        assert_string_equal(journal.title, "a title");
        assert_int_equal(journal.time, 12345);
        assert_int_equal(journal.id[15], 0x5a);
        assert_int_equal(journal.n_disks, 2);
        assert_int_equal(journal.disks[1].sizes[JOURNAL_AFTER], 1000);
        assert_string_equal(journal.disks[1].format, "qcow2");
        assert_string_equal(journal.disks[0].path, "/w/a.raw");
        assert_int_equal(journal.n_extents, 3);
        assert_int_equal(journal.bytes_changed, 512 + 1024 + 488);
        assert_int_equal(journal.largest, 1024);
        assert_int_equal(journal.extents[2].disk, 1);
        assert_int_equal(journal.extents[2].offset, 512);
        assert_ok(journal_read(&journal, &journal.extents[2], JOURNAL_BEFORE, buf, &err));
        assert_int_equal(buf[487], 1);
        assert_ok(journal_read(&journal, &journal.extents[1], JOURNAL_AFTER, buf, &err));
        assert_int_equal(buf[1023], 2);
        journal_done(&journal);
}

/* Loading, and reading every image. */
static int read_all(void)
{
        struct journal journal;
        uint8_t buf[4096];
        int r = load(&journal, NULL);

        if (r < 0)
                return r;
        for (size_t i = 0; r == 0 && i < journal.n_extents; i++) {
                assert_true(journal.extents[i].size <= sizeof buf);
                r = journal_read(&journal, &journal.extents[i], JOURNAL_BEFORE, buf, NULL);
                if (r == 0)
                        r = journal_read(&journal, &journal.extents[i], JOURNAL_AFTER, buf, NULL);
        }
        journal_done(&journal);
        return r;
}

static void every_changed_byte_is_noticed(void **state)
{
        make();
        assert_int_equal(read_all(), 0);
        for (size_t i = 0; i < w.files[0].now_size; i++) {
                w.files[0].now[i] ^= 0x40;
                if (read_all() == 0)
                        fail_msg("byte %zu", i);
                w.files[0].now[i] ^= 0x40;
        }
        assert_int_equal(read_all(), 0);
}

static void every_shorter_file_is_refused(void **state)
{
        size_t size;

        make();
        for (size = w.files[0].now_size; w.files[0].now_size > 0;) {
                w.files[0].now_size--;
                assert_true(read_all() < 0);
        }
        w.files[0].now_size = size;
        assert_int_equal(read_all(), 0);
}

static void seal(void)
{
        uint8_t *h = w.files[0].now;
        size_t table = (size_t)ow_le64_at(h + 0x30), size = (size_t)ow_le64_at(h + 0x38);

        if (table + size <= w.files[0].now_size)
                ow_le32_put(h + 0x40, (uint32_t)crc32(0, h + table, (uInt)size));
        ow_le32_put(h + 0x44, 0);
        ow_le32_put(h + 0x44, (uint32_t)crc32(0, h, 512));
}

/* Offsets of the size fields of disk a and b in the table, behind its title. */
enum { SIZES_A = 4 + 7, SIZES_B = SIZES_A + 16 + 4 + 3 + 4 + 5 + 4 + 8 };

static void only_plain_files_change_their_size(void **state)
{
        static const struct { const char *label; size_t at; uint64_t value; int want; } cases[] = {
                { "shorter", SIZES_A + 8, 8192 - 512, 0 },
                { "longer", SIZES_A + 8, 8192 + 512, 0 },
                { "much longer", SIZES_A + 8, 8192 + JOURNAL_MAX_GROWTH + 1, OW_E_LIMIT },
                { "beyond all files", SIZES_A + 8, UINT64_MAX, OW_E_LIMIT },
                { "was beyond all files", SIZES_A, UINT64_MAX, OW_E_LIMIT },
                { "a qcow2", SIZES_B + 8, 1512, OW_E_CORRUPT },
                { "an extent that is cut differently", SIZES_A + 8, 4096 + 512, OW_E_CORRUPT },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct journal journal = { .file = NULL };
                ow_error err = OW_ERROR_INIT;
                uint8_t *h;
                int r;

                world_done(&w);
                world_init(&w);
                make();
                h = w.files[0].now;
                ow_le64_put(h + ow_le64_at(h + 0x30) + cases[i].at, cases[i].value);
                seal();
                r = load(&journal, &err);
                if (r != cases[i].want)
                        fail_msg("%s: %s (%s)", cases[i].label, ow_error_name(r), err.text);
                journal_done(&journal);
        }
}

/* The checks behind the checksums. Offsets into the table count from its end, where the extents are. */
static void one_changed_field(void **state)
{
        static const struct { const char *label; size_t header, from_end; uint32_t value; int want; } bad[] = {
                { "version", 0x08, 0, 1, OW_E_UNSUPPORTED },
                { "no disks", 0x0c, 0, 0, OW_E_CORRUPT },
                { "too many disks", 0x0c, 0, 65, OW_E_CORRUPT },
                { "more disks than the table has", 0x0c, 0, 40, OW_E_CORRUPT },
                { "more extents than the table has", 0x10, 0, 4, OW_E_CORRUPT },
                { "fewer extents", 0x10, 0, 2, OW_E_CORRUPT },
                { "far too many extents", 0x14, 0, 1, OW_E_LIMIT },
                { "table past the end", 0x30, 0, 100000, OW_E_CORRUPT },
                { "table that wraps", 0x34, 0, UINT32_MAX, OW_E_CORRUPT },
                { "table too large", 0x38, 0, 100000, OW_E_CORRUPT },
                { "no such disk", 0, 24, 2, OW_E_CORRUPT },
                { "empty extent", 0, 20, 0, OW_E_CORRUPT },
                { "extent too large", 0, 20, JOURNAL_MAX_EXTENT + 512, OW_E_CORRUPT },
                { "odd size inside the disk", 0, 44, 1000, OW_E_CORRUPT },
                { "odd offset", 0, 40, 4097, OW_E_CORRUPT },
                { "past the end of its disk", 0, 40, 8192, OW_E_CORRUPT },
                { "offset wraps", 0, 36, UINT32_MAX, OW_E_CORRUPT },
                { "out of order", 0, 40, 0, OW_E_CORRUPT },
                { "disks out of order", 0, 72, 1, OW_E_CORRUPT },
                { "other sizes than the file holds", 0, 44, 512, OW_E_CORRUPT },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;
                struct journal journal;
                size_t end;
                int r;

                world_done(&w);
                world_init(&w);
                make();
                end = w.files[0].now_size;
                ow_le32_put(w.files[0].now + (bad[i].from_end ? end - bad[i].from_end : bad[i].header), bad[i].value);
                seal();
                r = load(&journal, &err);
                if (r != bad[i].want)
                        fail_msg("%s: %s (%s)", bad[i].label, ow_error_name(r), err.text);
                assert_true(err.text[0]);
        }
}

static void names_tell_the_state(void **state)
{
        static const struct { const char *name; bool want; uint32_t sequence; enum record_state state; } cases[] = {
                { "disk.raw.offwin-0001.journal", true, 1, RECORD_DONE },
                { "disk.raw.offwin-12345.pending", true, 12345, RECORD_PENDING },
                { "disk.raw.offwin-0002.partial", true, 2, RECORD_PARTIAL },
                { "disk.raw.offwin-0002.undoing", true, 2, RECORD_UNDOING },
                { "disk.raw.offwin-0002.pointer", true, 2, RECORD_POINTER },
                { "disk.raw.offwin-0002.pending-pointer", true, 2, RECORD_POINTER_PENDING },
                { "disk.raw.offwin-0000.journal", false, 0, 0 }, { "disk.raw.offwin-001.journal", false, 0, 0 },
                { "disk.raw.offwin-0001.journal.bak", false, 0, 0 }, { "disk.raw.offwin-0001", false, 0, 0 },
                { "disk.raw", false, 0, 0 }, { "disk.ra", false, 0, 0 },
                { "disk.raw2.offwin-0001.journal", false, 0, 0 },
                { "disk.raw.offwin-1234567890.journal", false, 0, 0 }, { "disk.raw.offwin-0001.", false, 0, 0 },
                { "", false, 0, 0 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct record record = { 0, RECORD_PARTIAL };

                assert_int_equal(record_parse("disk.raw", cases[i].name, &record), cases[i].want);
                if (!cases[i].want)
                        continue;
                OW_AUTO_FREE char *name = record_name("disk.raw", record);
                assert_string_equal(name, cases[i].name);
                assert_int_equal(record.sequence, cases[i].sequence);
                assert_int_equal(record.state, cases[i].state);
        }
}

static void pointers_lead_nowhere_else_when_damaged(void **state)
{
        struct pointer pointer = { .sequence = 7, .base = text("a.raw"), .folder = text("/w"),
                                   .own_folder = text("/x") };
        struct pointer got;

        memset(pointer.id, 9, sizeof pointer.id);
        assert_ok(pointer_write(folder, "p", &pointer, &err));
        assert_fails(OW_E_EXISTS, pointer_write(folder, "p", &pointer, &err));
        assert_ok(pointer_load(folder, "p", &got, &err));
        assert_int_equal(got.sequence, 7);
        assert_string_equal(got.base, "a.raw");
        assert_string_equal(got.folder, "/w");
        assert_string_equal(got.own_folder, "/x");
        assert_memory_equal(got.id, pointer.id, JOURNAL_ID);
        pointer_done(&got);
        for (size_t i = 0; i < w.files[0].now_size; i++) {
                w.files[0].now[i] ^= 1;
                assert_true(pointer_load(folder, "p", &got, NULL) < 0);
                w.files[0].now[i] ^= 1;
        }
        ow_free(pointer.base);
        pointer.base = text("../a.raw");
        assert_ok(pointer_write(folder, "q", &pointer, &err));
        assert_fails(OW_E_CORRUPT, pointer_load(folder, "q", &got, &err));
        pointer_done(&pointer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        const struct CMUnitTest tests[] = {
                TEST(what_is_written_is_read),
                TEST(every_changed_byte_is_noticed),
                TEST(every_shorter_file_is_refused),
                TEST(one_changed_field),
                TEST(only_plain_files_change_their_size),
                TEST(names_tell_the_state),
                TEST(pointers_lead_nowhere_else_when_damaged),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
