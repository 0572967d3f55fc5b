/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NTFS at its ends: no cluster, no MFT record, or only single clusters are left. What cannot be done is said, what was
 * there stays, and the volume is sound afterwards. Clusters are taken by bits in $Bitmap, which is quicker than files.
 */
#include "volume-image.h"

#include "base/le.h"

enum { RECORD = IMAGE_RECORD };

static uint32_t cluster_size(struct image *image)
{
        uint8_t boot[512];

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        return ow_le16_at(boot + 0x0b) * (uint32_t)boot[0x0d];
}

/* Where on the disk the unnamed data of a metafile begins; on a new volume it is in one piece. */
static uint64_t data_offset(struct image *image, unsigned record)
{
        uint8_t boot[512], bytes[RECORD], *p;
        uint64_t cluster = 0;

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        assert_ok(ow_disk_read(image->disk, ow_le64_at(boot + 0x30) * cluster_size(image) + record * RECORD, bytes,
                               sizeof bytes, &err));
        assert_memory_equal(bytes, "FILE", 4);
        for (p = bytes + ow_le16_at(bytes + 0x14); ow_le32_at(p) != 0x80; p += ow_le32_at(p + 4))
                assert_true(ow_le32_at(p) < 0x80);
        p += ow_le16_at(p + 0x20);                      /* runs: sizes of the two numbers, length, place */
        for (unsigned i = p[0] >> 4; i > 0; i--)
                cluster = cluster << 8 | p[(p[0] & 15) + i];
        return cluster * cluster_size(image);
}

/* Sets (taken) or clears (free) the bits of mask in each byte of a part of $Bitmap: in eighths of the volume. */
static void set_clusters(struct image *image, unsigned first_eighth, uint8_t mask, bool taken)
{
        uint64_t n = ow_disk_size(image->disk) / cluster_size(image) / 8, skip = n / 8 * first_eighth;
        uint64_t at = data_offset(image, 6);
        uint8_t *bits = malloc(n);

        assert_ok(ow_disk_read(image->disk, at, bits, n, &err));
        for (uint64_t i = skip; i < n; i++)
                bits[i] = taken ? bits[i] | mask : bits[i] & (uint8_t)~mask;
        assert_ok(ow_disk_write(image->disk, at, bits, n, &err));
        free(bits);
}

static void reopen(struct image *image)
{
        if (image->volume)
                assert_ok(ow_volume_flush(image->volume, &err));
        ow_volume_close(image->volume);
        image->volume = NULL;
        assert_ok(image_open_volume(image, OW_VOLUME_WRITABLE, &err));
}

/* A volume with a file "hive" of hive_size bytes; from an eighth on, only clusters without a bit in mask are free. */
static void make(struct image *image, unsigned mib, unsigned cluster, const uint8_t *hive, size_t hive_size,
                 unsigned first_eighth, uint8_t mask)
{
        image_need("mkntfs");
        image_new(image);
        image_must(image, "truncate -s %uM %s && mkntfs -F -Q -c %u %s", mib, image->path, cluster, image->path);
        assert_ok(image_open_volume(image, OW_VOLUME_WRITABLE, &err));
        image_put(image, "hive", hive, hive_size);
        reopen(image);
        set_clusters(image, first_eighth, mask, true);
        reopen(image);
}

static void expect_sound(struct image *image)
{
        assert_ok(ow_volume_flush(image->volume, &err));
        image_save(image);
        image_must(image, "ntfsfix -n %s", image->out);
        image_must(image, "ntfsls -R -s %s", image->out);
}

enum { FOLDERS = 60 };

/* With room for a few names each, which do not need a cluster. */
static void make_folders(struct image *image)
{
        char name[32];

        for (unsigned n = 0; n < FOLDERS; n++) {
                (void)snprintf(name, sizeof name, "%u", n);
                assert_ok(ow_volume_create_folder(image->volume, name, &err));
        }
        reopen(image);
}

/* Makes small files, one folder after the other, until there is no room for one more; returns how many there were. */
static unsigned fill_records(struct image *image, ow_error *ret_said)
{
        char name[32];

        for (unsigned n = 0; n < 2000; n++) {
                ow_file *file = NULL;
                int r;

                (void)snprintf(name, sizeof name, "%u\\small %u", n % FOLDERS, n / FOLDERS);
                r = ow_file_open(image->volume, name, OW_FILE_CREATE | OW_FILE_EXCLUSIVE, &file, ret_said);
                ow_file_close(file);
                if (r < 0)
                        return n;
        }
        fail_msg("no end of MFT records");
        return 0;
}

/* The root gets its security descriptor by number, as Windows has it: new files need no cluster for theirs then. */
static void number_descriptor_of_root(struct image *image)
{
        enum { SHORT = 48, LONG = 72 };
        uint8_t boot[512], record[RECORD], *p;
        uint64_t offset;

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        offset = ow_le64_at(boot + 0x30) * cluster_size(image) + 5 * RECORD;
        assert_ok(ow_disk_read(image->disk, offset, record, sizeof record, &err));
        image_fixups(record, true);
        p = record + ow_le16_at(record + 0x14);
        assert_int_equal(ow_le32_at(p), 0x10);
        assert_int_equal(ow_le32_at(p + 0x10), SHORT);
        assert_true(ow_le32_at(record + 0x18) + LONG - SHORT < RECORD);
        memmove(p + 24 + LONG, p + 24 + SHORT, (size_t)(record + ow_le32_at(record + 0x18) - (p + 24 + SHORT)));
        memset(p + 24 + SHORT, 0, LONG - SHORT);
        ow_le32_put(p + 24 + 0x34, 0x100);
        ow_le32_put(p + 0x04, 24 + LONG);
        ow_le32_put(p + 0x10, LONG);
        ow_le32_put(record + 0x18, ow_le32_at(record + 0x18) + LONG - SHORT);
        image_fixups(record, false);
        assert_ok(ow_disk_write(image->disk, offset, record, sizeof record, &err));
        reopen(image);
}

static void a_full_mft_says_so(void **state)
{
        ow_error said = OW_ERROR_INIT;
        uint8_t hive[20000];
        struct image image;
        unsigned n;

        image_pattern(hive, sizeof hive, 1);
        make(&image, 16, 4096, hive, sizeof hive, 0, 0);
        number_descriptor_of_root(&image);
        make_folders(&image);
        set_clusters(&image, 0, 0xff, true);
        reopen(&image);
        n = fill_records(&image, &said);
        print_message("%u files: %s\n", n, said.text);
        assert_int_equal(said.code, OW_E_NOSPACE);
        assert_non_null(strstr(said.text, "the table of files ($MFT) is full"));
        assert_fails(OW_E_NOSPACE, ow_volume_create_folder(image.volume, "folder", &err));
        image_expect(&image, "hive", hive, sizeof hive);
        assert_int_equal(image_list(&image, "", "folder").found, 0);
        expect_sound(&image);
        /* What needs no room still works, and what is given back can be used. */
        hive[0] ^= 1;
        image_put(&image, "hive", hive, sizeof hive);
        assert_ok(ow_volume_remove(image.volume, "0\\small 0", &err));
        image_put(&image, "again", "x", 1);
        image_expect(&image, "again", "x", 1);
        image_expect(&image, "hive", hive, sizeof hive);
        expect_sound(&image);
        image_done(&image);
}

/* Thousands of pieces need an attribute list and records of their own. */
static void a_file_in_many_pieces_is_whole(void **state)
{
        enum { SIZE = 6 << 20, OLD = 70000 };
        uint8_t *bytes = malloc(SIZE);
        struct image image;
        ow_file *file = NULL;

        image_pattern(bytes, SIZE, 2);
        make(&image, 32, 512, bytes, OLD, 0, 0xaa);
        assert_ok(ow_file_open(image.volume, "hive", OW_FILE_WRITE, &file, &err));
        assert_ok(ow_file_write(file, 0, bytes, SIZE, &err));
        ow_file_close(file);
        reopen(&image);
        image_expect(&image, "hive", bytes, SIZE);
        expect_sound(&image);
        image_must(&image, "ntfsinfo -F hive %s", image.out);
        assert_true(image_said(&image, "ATTRIBUTE_LIST"));
        image_host_file(&image, "want", bytes, SIZE);
        image_must(&image, "ntfscat %s hive >%s/hive && cmp %s/hive %s/want", image.out, image.folder, image.folder,
                   image.folder);
        image_done(&image);
        free(bytes);
}

/* Room enough, but in more pieces than a file is to have. */
static void too_many_pieces_are_said(void **state)
{
        enum { SIZE = 24 << 20, OLD = 70000 };
        uint8_t *bytes = malloc(SIZE);
        ow_error said = OW_ERROR_INIT;
        struct image image;
        ow_file *file = NULL;

        image_pattern(bytes, SIZE, 3);
        make(&image, 64, 512, bytes, OLD, 0, 0xaa);
        assert_ok(ow_file_open(image.volume, "hive", OW_FILE_WRITE, &file, &err));
        assert_true(ow_file_write(file, 0, bytes, SIZE, &said) < 0);
        print_message("%s: %s\n", ow_error_name(said.code), said.text);
        assert_int_equal(said.code, OW_E_NOSPACE);
        assert_non_null(strstr(said.text, "in too many pieces"));
        assert_int_equal(ow_file_size(file), OLD);
        ow_file_close(file);
        image_expect(&image, "hive", bytes, OLD);
        expect_sound(&image);
        image_done(&image);
        free(bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_full_mft_says_so),
                cmocka_unit_test(a_file_in_many_pieces_is_whole),
                cmocka_unit_test(too_many_pieces_are_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
