/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MBR and chains of logical partitions. */
#include "test.h"

#include "base/le.h"
#include "disk/partition.h"
#include "memory-store.h"

enum { SECTORS = 4096 };

static uint8_t image[SECTORS * 512];

static void entry(uint32_t sector, unsigned slot, uint8_t type, uint32_t lba, uint32_t sectors)
{
        uint8_t *p = image + sector * 512 + 0x1be + 16 * slot;

        p[4] = type;
        ow_le32_put(p + 8, lba);
        ow_le32_put(p + 12, sectors);
        image[sector * 512 + 510] = 0x55;
        image[sector * 512 + 511] = 0xaa;
}

/* Two primaries, an extended one with two logicals. */
static void build(void)
{
        memset(image, 0, sizeof image);
        ow_le32_put(image + 0x1b8, 0xa1b2c3d4);
        entry(0, 0, 0x07, 63, 200);
        image[0x1be] = 0x80;
        entry(0, 1, 0x0c, 300, 100);
        entry(0, 3, 0x0f, 1000, 2000);
        entry(1000, 0, 0x07, 63, 500);
        entry(1000, 1, 0x05, 600, 600);
        entry(1600, 0, 0x0b, 63, 500);
}

static int read_table(size_t size, ow_partition_table *table, ow_error *err)
{
        ow_disk *disk = memory_disk(image, size);
        int r = ow_partition_table_read(disk, table, err);

        ow_disk_close(disk);
        return r;
}

static void primaries_and_logicals_are_numbered_as_the_guest_does(void **state)
{
        static const struct { uint32_t number; uint64_t lba, sectors; uint8_t type; } want[] = {
                { 1, 63, 200, 0x07 }, { 2, 300, 100, 0x0c }, { 5, 1063, 500, 0x07 }, { 6, 1663, 500, 0x0b },
        };
        ow_partition_table table;

        build();
        assert_ok(read_table(sizeof image, &table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_MBR);
        assert_int_equal(table.sector_size, 512);
        assert_int_equal(table.mbr_signature, 0xa1b2c3d4);
        assert_string_equal(table.warning, "");
        assert_int_equal(table.n_partitions, OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++) {
                assert_int_equal(table.partitions[i].number, want[i].number);
                assert_int_equal(table.partitions[i].offset, want[i].lba * 512);
                assert_int_equal(table.partitions[i].size, want[i].sectors * 512);
                assert_int_equal(table.partitions[i].mbr_type, want[i].type);
                assert_int_equal(table.partitions[i].active, i == 0);
        }
        ow_partition_table_done(&table);
}

/* One field changed each time: what comes of it, and what the warning says. */
static void one_changed_field(void **state)
{
        static const struct {
                const char *label;
                uint32_t sector;
                size_t at;
                uint32_t value;
                int want;
                size_t n;
                const char *warning;
        } cases[] = {
                { "no magic", 0, 0x1fc, 0, OW_E_FORMAT, 0, NULL },
                { "status", 0, 0x1ce, 0x0c000001, OW_E_FORMAT, 0, NULL },
                { "starts at 0", 0, 0x1be + 8, 0, OW_E_CORRUPT, 0, NULL },
                { "overlaps next", 0, 0x1be + 12, 238, OW_E_CORRUPT, 0, NULL },
                { "touches next", 0, 0x1be + 12, 237, 0, 4, "" },
                { "empty", 0, 0x1be + 12, 0, 0, 3, "partition 1 is empty" },
                { "past the end", 1600, 0x1be + 12, 100000, 0, 4, "partition 6 ends at byte" },
                { "far past the end", 1600, 0x1be + 12, UINT32_MAX, 0, 4, "partition 6 ends at byte" },
                { "logical overlaps logical", 1000, 0x1be + 12, 601, OW_E_CORRUPT, 0, NULL },
                { "chain leaves the disk", 1000, 0x1ce + 8, UINT32_MAX, 0, 3, "leaves the disk" },
                { "chain leads into nothing", 1000, 0x1ce + 8, 700, 0, 3, "is broken" },
                { "chain runs in a circle", 1000, 0x1ce + 8, 0, OW_E_CORRUPT, 0, NULL },
                { "chain ends", 1000, 0x1ce + 4, 0, 0, 3, "" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_partition_table table = { .scheme = OW_SCHEME_NONE };
                ow_error err = OW_ERROR_INIT;
                int r;

                build();
                ow_le32_put(image + cases[i].sector * 512 + cases[i].at, cases[i].value);
                r = read_table(sizeof image, &table, &err);
                if (r != cases[i].want)
                        fail_msg("%s: %s (%s)", cases[i].label, ow_error_name(r), err.text);
                if (r < 0) {
                        assert_true(err.text[0]);
                        assert_null(table.partitions);
                        continue;
                }
                if (table.n_partitions != cases[i].n || !strstr(table.warning, cases[i].warning) ||
                    (!*cases[i].warning && *table.warning))
                        fail_msg("%s: %zu partitions, '%s'", cases[i].label, table.n_partitions, table.warning);
                ow_partition_table_done(&table);
        }
}

static void endless_chain_meets_its_limit(void **state)
{
        ow_partition_table table;

        memset(image, 0, sizeof image);
        entry(0, 0, 0x05, 10, 4000);
        for (uint32_t i = 0; i < 400; i++) {
                entry(10 + i * 4, 0, 0x07, 1, 2);
                entry(10 + i * 4, 1, 0x05, (i + 1) * 4, 4);
        }
        assert_fails(OW_E_LIMIT, read_table(sizeof image, &table, &err));
}

static void sector_size_is_told_by_the_first_file_system(void **state)
{
        ow_partition_table table;

        memset(image, 0, sizeof image);
        entry(0, 0, 0x07, 256, 100);
        memcpy(image + 256 * 4096 + 3, "NTFS    ", 8);
        image[256 * 4096 + 510] = 0x55;
        image[256 * 4096 + 511] = 0xaa;
        assert_ok(read_table(sizeof image, &table, &err));
        assert_int_equal(table.sector_size, 4096);
        assert_int_equal(table.partitions[0].offset, 256 * 4096);
        ow_partition_table_done(&table);
}

static void every_shorter_image_is_survived(void **state)
{
        for (size_t sectors = 0; sectors < SECTORS; sectors += 7) {
                ow_partition_table table = { .scheme = OW_SCHEME_NONE };
                ow_error err = OW_ERROR_INIT;

                build();
                if (read_table(sectors * 512 + 100, &table, &err) == 0)
                        assert_true(*table.warning || sectors >= 2163);
                else
                        assert_int_equal(err.code, OW_E_FORMAT);
                ow_partition_table_done(&table);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(primaries_and_logicals_are_numbered_as_the_guest_does),
                cmocka_unit_test(one_changed_field),
                cmocka_unit_test(endless_chain_meets_its_limit),
                cmocka_unit_test(sector_size_is_told_by_the_first_file_system),
                cmocka_unit_test(every_shorter_image_is_survived),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
