/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Windows puts on NTFS and mkntfs does not: reparse points, EFS, and journals. The first two are patched into
 * MFT records, as one more resident attribute.
 */
#include "volume-image.h"

#include "base/le.h"
#include "memory-store.h"

enum { CLUSTER = 4096, RECORD = IMAGE_RECORD };

static void make(struct image *image)
{
        image_need("mkntfs");
        image_new(image);
        image_must(image, "truncate -s 16M %s && mkntfs -F -Q -c %d %s", image->path, CLUSTER, image->path);
        assert_ok(image_open_volume(image, OW_VOLUME_WRITABLE, &err));
}

static void reopen(struct image *image)
{
        assert_ok(ow_volume_flush(image->volume, &err));
        ow_volume_close(image->volume);
        image->volume = NULL;
        assert_ok(image_open_volume(image, OW_VOLUME_WRITABLE, &err));
}

/* Offset on the disk of an MFT record, while the MFT is still in one piece. */
static uint64_t record_offset(struct image *image, uint64_t record)
{
        uint8_t boot[512];

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        return ow_le64_at(boot + 0x30) * CLUSTER + record * RECORD;
}

/* Sets attribute bits, and a reparse point when tag is not 0, in the record of path. */
static void patch(struct image *image, const char *path, uint32_t attributes, uint32_t tag)
{
        uint8_t record[RECORD], *p;
        uint64_t offset;
        ow_stat st;

        assert_int_equal(ow_volume_stat(image->volume, path, &st, NULL), 1);
        offset = record_offset(image, st.id);
        assert_ok(ow_volume_flush(image->volume, &err));
        assert_ok(ow_disk_read(image->disk, offset, record, sizeof record, &err));
        assert_memory_equal(record, "FILE", 4);
        image_fixups(record, true);
        p = record + ow_le16_at(record + 0x14);         /* the first attribute is $STANDARD_INFORMATION */
        assert_int_equal(ow_le32_at(p), 0x10);
        p += ow_le16_at(p + 0x14);
        ow_le32_put(p + 0x20, ow_le32_at(p + 0x20) | attributes | (tag ? OW_ATTR_REPARSE : 0));
        if (tag) {
                p = record + ow_le32_at(record + 0x18) - 8;     /* the end mark */
                assert_int_equal(ow_le32_at(p), 0xffffffff);
                assert_true(p + 48 < record + RECORD - 2);
                memset(p, 0, 48);
                ow_le32_put(p, 0xc0);
                ow_le32_put(p + 4, 40);
                ow_le16_put(p + 14, 15);
                ow_le32_put(p + 16, 16);
                ow_le16_put(p + 20, 24);
                ow_le32_put(p + 24, tag);
                ow_le16_put(p + 28, 8);
                ow_le32_put(p + 40, 0xffffffff);
                ow_le32_put(record + 0x18, (uint32_t)(p + 48 - record));
        }
        image_fixups(record, false);
        assert_ok(ow_disk_write(image->disk, offset, record, sizeof record, &err));
        reopen(image);
}

static void content_behind_filters_is_refused(void **state)
{
        static const struct { uint32_t attributes, tag; const char *said; } cases[] = {
                { 0, 0x80000017, "WOF" },
                { 0, 0x80000013, "deduplicated" },
                { 0, 0xa000000c, "symbolic link" },
                { 0, 0x9000001a, "filter driver" },
                { OW_ATTR_ENCRYPTED, 0, "EFS" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_error said = OW_ERROR_INIT;
                struct image image;
                ow_file *file = NULL;
                ow_stat st;

                make(&image);
                image_put(&image, "file", "data", 4);
                patch(&image, "file", cases[i].attributes, cases[i].tag);
                assert_int_equal(ow_volume_stat(image.volume, "file", &st, NULL), 1);
                assert_int_equal(st.reparse_tag, cases[i].tag);
                assert_int_equal(ow_file_open(image.volume, "file", 0, &file, &said), OW_E_UNSUPPORTED);
                assert_non_null(strstr(said.text, cases[i].said));
                assert_int_equal(ow_file_open(image.volume, "file", OW_FILE_WRITE, &file, &said), OW_E_REFUSED);
                assert_non_null(strstr(said.text, cases[i].said));
                assert_null(file);
                image_done(&image);
        }
}

static void junctions_are_shown_and_not_followed(void **state)
{
        struct image image;
        ow_stat st;

        make(&image);
        assert_ok(ow_volume_create_folder(image.volume, "Documents and Settings", &err));
        patch(&image, "Documents and Settings", OW_ATTR_HIDDEN, 0xa0000003);
        assert_int_equal(ow_volume_stat(image.volume, "documents and settings", &st, NULL), 1);
        assert_int_equal(st.reparse_tag, 0xa0000003);
        assert_int_equal(st.attributes & OW_ATTR_REPARSE, OW_ATTR_REPARSE);
        assert_fails(OW_E_UNSUPPORTED, ow_volume_stat(image.volume, "Documents and Settings\\Guest", &st, &err));
        assert_fails(OW_E_UNSUPPORTED, ow_volume_list(image.volume, "Documents and Settings", image_count, NULL, &err));
        assert_fails(OW_E_UNSUPPORTED,
                     ow_volume_create_folder(image.volume, "Documents and Settings\\x", &err));
        image_done(&image);
}

/* OneDrive marks its folders, but their names are where they seem to be. */
static void folders_of_cloud_drives_are_folders(void **state)
{
        struct image image;

        make(&image);
        assert_ok(ow_volume_create_folder(image.volume, "OneDrive", &err));
        image_put(&image, "OneDrive\\here.txt", "here", 4);
        patch(&image, "OneDrive", 0, 0x9000001a);
        image_expect(&image, "OneDrive\\here.txt", "here", 4);
        assert_int_equal(image_list(&image, "OneDrive", NULL).n, 1);
        image_done(&image);
}

/* Start of the journal on the disk; its clusters are in one piece on a new volume. */
static uint64_t journal_offset(struct image *image)
{
        uint8_t record[RECORD], *p;
        uint64_t cluster = 0;

        assert_ok(ow_disk_read(image->disk, record_offset(image, 2), record, sizeof record, &err));
        for (p = record + ow_le16_at(record + 0x14); ow_le32_at(p) != 0x80; p += ow_le32_at(p + 4))
                assert_true(ow_le32_at(p) < 0x80);
        p += ow_le16_at(p + 0x20);                      /* runs: sizes of the two numbers, length, place */
        for (unsigned i = p[0] >> 4; i > 0; i--)
                cluster = cluster << 8 | p[(p[0] & 15) + i];
        return cluster * CLUSTER;
}

static void put_restart_page(struct image *image, uint64_t offset, uint16_t major, uint16_t flags, uint64_t lsn)
{
        uint8_t page[4096] = "RSTR";

        ow_le16_put(page + 0x04, 0x1e);
        ow_le16_put(page + 0x06, 9);
        ow_le32_put(page + 0x10, 4096);
        ow_le32_put(page + 0x14, 4096);
        ow_le16_put(page + 0x18, 0x30);
        ow_le16_put(page + 0x1a, major == 1);
        ow_le16_put(page + 0x1c, major);
        ow_le64_put(page + 0x30, lsn);
        ow_le16_put(page + 0x3e, flags);
        ow_le16_put(page + 0x1e, 1);
        for (size_t i = 1; i <= 8; i++)
                ow_le16_put(page + i * 512 - 2, 1);
        assert_ok(ow_disk_write(image->disk, offset, page, sizeof page, &err));
}

static void the_newer_restart_page_decides(void **state)
{
        static const struct { uint16_t major[2], flags[2]; uint64_t lsn[2]; bool unclean; } cases[] = {
                { { 1, 1 }, { 2, 2 }, { 5, 6 }, false },
                { { 1, 1 }, { 2, 0 }, { 5, 6 }, true },         /* written last: in use */
                { { 1, 1 }, { 2, 0 }, { 7, 6 }, false },
                { { 1, 1 }, { 0, 2 }, { 5, 6 }, false },
                { { 2, 2 }, { 2, 2 }, { 5, 6 }, true },         /* Windows 8 and newer, in use or fast startup */
                { { 1, 2 }, { 2, 2 }, { 5, 6 }, true },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_volume_info info;
                struct image image;
                uint64_t offset;

                make(&image);
                offset = journal_offset(&image);
                for (size_t k = 0; k < 2; k++)
                        put_restart_page(&image, offset + k * 4096, cases[i].major[k], cases[i].flags[k],
                                         cases[i].lsn[k]);
                ow_volume_close(image.volume);
                image.volume = NULL;
                assert_ok(image_open_volume(&image, 0, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_int_equal(info.unclean_journal, cases[i].unclean);
                ow_volume_close(image.volume);
                image.volume = NULL;
                if (cases[i].unclean)
                        assert_fails(OW_E_DIRTY, image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                else
                        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                image_done(&image);
        }
}

static void a_damaged_journal_is_not_clean(void **state)
{
        uint8_t junk[512];
        struct image image;

        make(&image);
        image_pattern(junk, sizeof junk, 1);
        assert_ok(ow_disk_write(image.disk, journal_offset(&image), junk, sizeof junk, &err));
        ow_volume_close(image.volume);
        image.volume = NULL;
        assert_fails(OW_E_DIRTY, image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(image_open_volume(&image, 0, &err));
        image_done(&image);
}

struct messages {
        size_t n;
        char last[200];
};

static void take_message(void *state, enum ow_log_level level, const char *text)
{
        struct messages *m = state;

        m->n++;
        (void)snprintf(m->last, sizeof m->last, "%s", text);
}

/* A volume that ends in the middle can be looked at; it warns, and is not written to. */
static void a_cut_volume_is_read_with_a_warning(void **state)
{
        struct messages messages = { 0 };
        ow_log log = { &messages, take_message };
        ow_partition partition;
        uint8_t *bytes = malloc(16 << 20);
        ow_volume *volume = NULL;
        struct image image;
        ow_disk *disk;

        make(&image);
        image_put(&image, "f", "data", 4);
        assert_ok(ow_volume_flush(image.volume, &err));
        assert_ok(ow_disk_read(image.disk, 0, bytes, 16 << 20, &err));
        disk = memory_disk(bytes, 12 << 20);
        partition = (ow_partition){ .size = 16 << 20 };
        assert_ok(ow_volume_open(disk, NULL, &partition, 0, &log, &volume, &err));
        assert_true(messages.n > 0);
        ow_volume_close(volume);
        assert_fails(OW_E_REFUSED, ow_volume_open(disk, NULL, &partition, OW_VOLUME_WRITABLE, &log, &volume, &err));
        ow_disk_close(disk);
        image_done(&image);
        free(bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(content_behind_filters_is_refused),
                cmocka_unit_test(junctions_are_shown_and_not_followed),
                cmocka_unit_test(folders_of_cloud_drives_are_folders),
                cmocka_unit_test(the_newer_restart_page_decides),
                cmocka_unit_test(a_damaged_journal_is_not_clean),
                cmocka_unit_test(a_cut_volume_is_read_with_a_warning),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
