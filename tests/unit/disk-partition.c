/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which of table, tables or bare file system a disk has; boot sectors that look like each other; real images. */
#include "test.h"

#include "base/le.h"
#include "disk/partition.h"
#include "memory-store.h"

static uint8_t image[1 << 20];

static int read_table(size_t size, ow_partition_table *table, ow_error *err)
{
        ow_disk *disk = memory_disk(image, size);
        int r = ow_partition_table_read(disk, table, err);

        ow_disk_close(disk);
        return r;
}

static void boot_sector(const char *oem, uint16_t sector_bytes)
{
        memset(image, 0, sizeof image);
        memcpy(image, "\xeb\x52\x90", 3);
        memcpy(image + 3, oem, 8);
        ow_le16_put(image + 0x0b, sector_bytes);
        image[0x0d] = 8;
        ow_le16_put(image + 0x0e, 6);
        image[0x10] = 2;
        image[0x15] = 0xf8;
        ow_le32_put(image + 0x20, 2048);
        image[510] = 0x55;
        image[511] = 0xaa;
}

static void a_bare_file_system_is_one_partition(void **state)
{
        static const char *const oem[] = { "NTFS    ", "MSDOS5.0", "-FVE-FS-", "mkfs.fat" };

        for (size_t i = 0; i < OW_COUNT(oem); i++) {
                ow_partition_table table;

                boot_sector(oem[i], 512);
                assert_ok(read_table(sizeof image, &table, &err));
                assert_int_equal(table.scheme, OW_SCHEME_NONE);
                assert_int_equal(table.n_partitions, 1);
                assert_int_equal(table.partitions[0].number, 0);
                assert_int_equal(table.partitions[0].offset, 0);
                assert_int_equal(table.partitions[0].size, sizeof image);
                assert_int_equal(table.sector_size, 512);
                ow_partition_table_done(&table);
        }
        boot_sector("NTFS    ", 4096);
        ow_partition_table table;
        assert_ok(read_table(sizeof image, &table, &err));
        assert_int_equal(table.sector_size, 4096);
        ow_partition_table_done(&table);
}

/* A boot loader in an MBR also starts with a jump; only a file system has the numbers behind it. */
static void a_boot_loader_is_not_a_file_system(void **state)
{
        static const struct { size_t at; uint8_t value; } loader[] = {
                { 0x0b, 0x01 }, { 0x0d, 3 }, { 0x10, 0 }, { 0x15, 0x12 },
        };

        for (size_t i = 0; i < OW_COUNT(loader); i++) {
                ow_partition_table table;

                boot_sector("LOADER99", 512);
                image[loader[i].at] = loader[i].value;
                assert_ok(read_table(sizeof image, &table, &err));
                assert_int_equal(table.scheme, OW_SCHEME_MBR);
                ow_partition_table_done(&table);
        }
}

static void nothing_known_is_said(void **state)
{
        ow_partition_table table;

        memset(image, 0, sizeof image);
        assert_fails(OW_E_FORMAT, read_table(sizeof image, &table, &err));
        memset(image, 0x90, sizeof image);
        assert_fails(OW_E_FORMAT, read_table(sizeof image, &table, &err));
        assert_fails(OW_E_FORMAT, read_table(511, &table, &err));
        assert_fails(OW_E_FORMAT, read_table(0, &table, &err));
}

static uint8_t *real_image(const char *name, size_t *ret_size)
{
        const char *folder = getenv("OFFWIN_DATA");
        char command[1200];
        size_t cap = 64 << 20, size = 0, n;
        uint8_t *bytes;
        FILE *pipe;

        if (!folder)
                return NULL;
        (void)snprintf(command, sizeof command, "xz -dc '%s/images/%s.xz' 2>/dev/null", folder, name);
        pipe = popen(command, "r");
        assert_non_null(pipe);
        bytes = malloc(cap);
        assert_non_null(bytes);
        while (size < cap && (n = fread(bytes + size, 1, cap - size, pipe)) > 0)
                size += n;
        if (pclose(pipe) != 0 || size == 0) {
                free(bytes);
                return NULL;
        }
        *ret_size = size;
        return bytes;
}

static void a_real_image_shorter_than_its_table(void **state)
{
        ow_partition_table table;
        size_t size = 0;
        uint8_t *bytes = real_image("grr-ntfs_img.dd", &size);
        ow_disk *disk;

        if (!bytes) {
                print_message("skipped: images/grr-ntfs_img.dd is not here\n");
                skip();
        }
        disk = memory_disk(bytes, size);
        assert_ok(ow_partition_table_read(disk, &table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_MBR);
        assert_int_equal(table.n_partitions, 1);
        assert_int_equal(table.partitions[0].mbr_type, 0x07);
        assert_int_equal(table.partitions[0].offset % 512, 0);
        assert_memory_equal(bytes + table.partitions[0].offset + 3, "NTFS    ", 8);
        assert_true(table.partitions[0].offset + table.partitions[0].size > size);
        assert_non_null(strstr(table.warning, "partition 1 ends at byte"));
        ow_partition_table_done(&table);
        ow_disk_close(disk);
        free(bytes);
}

static void a_real_bare_volume(void **state)
{
        ow_partition_table table;
        size_t size = 0;
        uint8_t *bytes = real_image("ntfs-testfs1", &size);
        ow_disk *disk;

        if (!bytes) {
                print_message("skipped: images/ntfs-testfs1 is not here\n");
                skip();
        }
        disk = memory_disk(bytes, size);
        assert_ok(ow_partition_table_read(disk, &table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_NONE);
        assert_int_equal(table.partitions[0].size, size);
        ow_partition_table_done(&table);
        ow_disk_close(disk);
        free(bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_bare_file_system_is_one_partition),
                cmocka_unit_test(a_boot_loader_is_not_a_file_system),
                cmocka_unit_test(nothing_known_is_said),
                cmocka_unit_test(a_real_image_shorter_than_its_table),
                cmocka_unit_test(a_real_bare_volume),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
