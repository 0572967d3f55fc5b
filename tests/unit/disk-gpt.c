/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GUID partition tables, 512- and 4096-byte sectors, damaged in one place at a time. */
#include <zlib.h>

#include "test.h"

#include "base/le.h"
#include "disk/partition.h"
#include "memory-store.h"

enum { SECTORS = 300 };

static uint8_t image[SECTORS * 4096];
static uint32_t sector_size;

static uint8_t *sector(uint64_t lba)
{
        return image + lba * sector_size;
}

static void seal(uint64_t header_lba, uint64_t entries_lba)
{
        uint8_t *h = sector(header_lba);

        ow_le32_put(h + 0x58, (uint32_t)crc32(0, sector(entries_lba), 128 * 128));
        ow_le32_put(h + 0x10, 0);
        ow_le32_put(h + 0x10, (uint32_t)crc32(0, h, 0x5c));
}

static void header(uint64_t own, uint64_t other, uint64_t entries)
{
        uint8_t *h = sector(own);

        memcpy(h, "EFI PART", 8);
        ow_le32_put(h + 0x08, 0x10000);
        ow_le32_put(h + 0x0c, 0x5c);
        ow_le64_put(h + 0x18, own);
        ow_le64_put(h + 0x20, other);
        ow_le64_put(h + 0x28, 34);
        ow_le64_put(h + 0x30, SECTORS - 34);
        memset(h + 0x38, 0xd1, 16);
        ow_le64_put(h + 0x48, entries);
        ow_le32_put(h + 0x50, 128);
        ow_le32_put(h + 0x54, 128);
}

static void entry(uint64_t entries, unsigned slot, uint64_t first, uint64_t last, const char *name)
{
        uint8_t *e = sector(entries) + slot * 128;

        memset(e, 0x11 + (int)slot, 16);
        memset(e + 16, 0x71 + (int)slot, 16);
        ow_le64_put(e + 0x20, first);
        ow_le64_put(e + 0x28, last);
        for (size_t i = 0; name[i]; i++)
                e[0x38 + 2 * i] = (uint8_t)name[i];
}

static void build(uint32_t size)
{
        static const uint64_t entries[] = { 2, SECTORS - 33 };

        sector_size = size;
        memset(image, 0, sizeof image);
        image[0x1be + 4] = MBR_TYPE_PROTECTIVE;
        ow_le32_put(image + 0x1be + 8, 1);
        ow_le32_put(image + 0x1be + 12, SECTORS - 1);
        image[510] = 0x55;
        image[511] = 0xaa;
        for (unsigned i = 0; i < 2; i++) {
                entry(entries[i], 0, 40, 99, "EFI system partition");
                entry(entries[i], 3, 100, 250, "Basic data partition");
                header(i ? SECTORS - 1 : 1, i ? 1 : SECTORS - 1, entries[i]);
                seal(i ? SECTORS - 1 : 1, entries[i]);
        }
}

static int read_table(ow_partition_table *table, ow_error *err)
{
        ow_disk *disk = memory_disk(image, (size_t)SECTORS * sector_size);
        int r = ow_partition_table_read(disk, table, err);

        ow_disk_close(disk);
        return r;
}

static void check_good(bool from_backup)
{
        ow_partition_table table;
        uint8_t id[16];

        assert_ok(read_table(&table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_GPT);
        assert_int_equal(table.sector_size, sector_size);
        assert_int_equal(table.gpt_from_backup, from_backup);
        assert_int_equal(table.warning[0] != '\0', from_backup);
        assert_int_equal(table.n_partitions, 2);
        assert_int_equal(table.partitions[0].number, 1);
        assert_int_equal(table.partitions[1].number, 4);
        assert_int_equal(table.partitions[1].offset, 100 * sector_size);
        assert_int_equal(table.partitions[1].size, 151 * sector_size);
        assert_string_equal(table.partitions[1].name, "Basic data partition");
        memset(id, 0x74, sizeof id);
        assert_memory_equal(table.partitions[1].gpt_id, id, 16);
        memset(id, 0x14, sizeof id);
        assert_memory_equal(table.partitions[1].gpt_type, id, 16);
        memset(id, 0xd1, sizeof id);
        assert_memory_equal(table.gpt_disk_id, id, 16);
        ow_partition_table_done(&table);
}

static void both_sector_sizes_are_read(void **state)
{
        build(512);
        check_good(false);
        build(4096);
        check_good(false);
}

static void backup_is_used_when_the_primary_is_bad(void **state)
{
        static const uint32_t sizes[] = { 512, 4096 };

        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                build(sizes[i]);
                sector(1)[0x38] ^= 1;                   /* header's checksum */
                check_good(true);
                build(sizes[i]);
                sector(2)[0x38] ^= 1;                   /* entries' checksum */
                check_good(true);
                build(sizes[i]);
                memset(sector(1), 0, sizes[i]);         /* header wiped */
                check_good(true);
        }
}

static void a_bad_backup_alone_is_no_trouble(void **state)
{
        build(512);
        memset(sector(SECTORS - 1), 0xff, 512);
        check_good(false);
}

/* One field of both copies changed, checksums right again. */
static void one_changed_field(void **state)
{
        static const struct { const char *label; bool in_entries; size_t at; uint64_t value; int want; } bad[] = {
                { "header too small", false, 0x0c, 0x5b, OW_E_CORRUPT },
                { "header larger than its sector", false, 0x0c, 513, OW_E_CORRUPT },
                { "wrong own sector", false, 0x18, 7, OW_E_CORRUPT },
                { "entries past the end", false, 0x48, SECTORS - 3, OW_E_CORRUPT },
                { "entries far past the end", false, 0x48, UINT64_MAX, OW_E_CORRUPT },
                { "entries that wrap", false, 0x48, UINT64_MAX / 512 + 2, OW_E_CORRUPT },
                { "entry too small", false, 0x54, 64, OW_E_CORRUPT },
                { "odd entry", false, 0x54, 132, OW_E_CORRUPT },
                { "too many entries", false, 0x50, (UINT64_C(128) << 32) | 8193, OW_E_LIMIT },
                { "ends before it starts", true, 3 * 128 + 0x28, 99, OW_E_CORRUPT },
                { "starts at 0", true, 3 * 128 + 0x20, 0, OW_E_CORRUPT },
                { "size wraps", true, 3 * 128 + 0x28, UINT64_MAX, OW_E_CORRUPT },
                { "byte size wraps", true, 3 * 128 + 0x28, UINT64_MAX / 512 + 10, OW_E_CORRUPT },
                { "overlap", true, 3 * 128 + 0x20, 99, OW_E_CORRUPT },
                { "past the end", true, 3 * 128 + 0x28, 5000, 0 },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_partition_table table = { .scheme = OW_SCHEME_NONE };
                ow_error err = OW_ERROR_INIT;
                int r;

                build(512);
                for (unsigned copy = 0; copy < 2; copy++) {
                        uint64_t lba = copy ? SECTORS - 1 : 1, entries = copy ? SECTORS - 33 : 2;
                        uint8_t *field = sector(bad[i].in_entries ? entries : lba) + bad[i].at;

                        if (bad[i].at < 0x18 && !bad[i].in_entries)
                                ow_le32_put(field, (uint32_t)bad[i].value);
                        else if (bad[i].at == 0x54 && !bad[i].in_entries)
                                ow_le32_put(field, (uint32_t)bad[i].value);
                        else
                                ow_le64_put(field, bad[i].value);
                        seal(lba, entries);
                }
                r = read_table(&table, &err);
                if (r != bad[i].want)
                        fail_msg("%s: %s (%s)", bad[i].label, ow_error_name(r), err.text);
                assert_true(r < 0 ? err.text[0] != '\0' : table.warning[0] != '\0');
                ow_partition_table_done(&table);
        }
}

static void both_copies_gone_is_said(void **state)
{
        ow_partition_table table;

        build(512);
        sector(1)[0] = 'X';
        sector(SECTORS - 1)[0] = 'X';
        assert_fails(OW_E_CORRUPT, read_table(&table, &err));
}

static void a_hybrid_mbr_stands_in(void **state)
{
        ow_partition_table table;

        build(512);
        sector(1)[0] = 'X';
        sector(SECTORS - 1)[0] = 'X';
        image[0x1ce + 4] = 0x07;
        ow_le32_put(image + 0x1ce + 8, 40);
        ow_le32_put(image + 0x1ce + 12, 60);
        assert_ok(read_table(&table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_MBR);
        assert_int_equal(table.n_partitions, 1);
        assert_non_null(strstr(table.warning, "the MBR is used"));
        ow_partition_table_done(&table);
}

static void a_stale_gpt_behind_an_mbr_is_ignored(void **state)
{
        ow_partition_table table;

        build(512);
        image[0x1be + 4] = 0x07;
        assert_ok(read_table(&table, &err));
        assert_int_equal(table.scheme, OW_SCHEME_MBR);
        ow_partition_table_done(&table);
}

static void no_single_bit_crashes_it(void **state)
{
        for (size_t at = 0; at < 0x5c + 256; at++) {
                for (unsigned bit = 0; bit < 8; bit++) {
                        ow_partition_table table = { .scheme = OW_SCHEME_NONE };

                        build(512);
                        image[512 + at] ^= (uint8_t)(1u << bit);
                        if (at < 512 && at != 0x10)
                                seal(1, 2);
                        (void)!read_table(&table, NULL);
                        ow_partition_table_done(&table);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_sector_sizes_are_read),
                cmocka_unit_test(backup_is_used_when_the_primary_is_bad),
                cmocka_unit_test(a_bad_backup_alone_is_no_trouble),
                cmocka_unit_test(one_changed_field),
                cmocka_unit_test(both_copies_gone_is_said),
                cmocka_unit_test(a_hybrid_mbr_stands_in),
                cmocka_unit_test(a_stale_gpt_behind_an_mbr_is_ignored),
                cmocka_unit_test(no_single_bit_crashes_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
