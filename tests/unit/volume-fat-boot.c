/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/macros.h"
#include "volume/fat-boot.h"

/* A floppy of 1440 KiB, as every formatter makes it. */
static void put_12(uint8_t sector[512])
{
        static const uint8_t start[0x36] = {
                0xeb, 0x3c, 0x90, 'M', 'S', 'D', 'O', 'S', '5', '.', '0', 0x00, 0x02, 0x01, 0x01, 0x00, 0x02, 0xe0,
                0x00, 0x40, 0x0b, 0xf0, 0x09, 0x00, [0x26] = 0x29, 0x78, 0x56, 0x34, 0x12, 'L', 'A', 'B', 'E', 'L', ' ',
                ' ', ' ', ' ', ' ', ' ',
        };

        memset(sector, 0, 512);
        memcpy(sector, start, sizeof start);
        sector[510] = 0x55;
        sector[511] = 0xaa;
}

/* 64 MiB of one-sector clusters. */
static void put_32(uint8_t sector[512])
{
        static const uint8_t start[0x52] = {
                0xeb, 0x58, 0x90, 'M', 'S', 'D', 'O', 'S', '5', '.', '0', 0x00, 0x02, 0x01, 0x20, 0x00, 0x02,
                [0x15] = 0xf8, [0x22] = 0x02, [0x24] = 0x00, 0x04, [0x2c] = 0x02, [0x30] = 0x01, [0x32] = 0x06,
                [0x41] = 0x01, 0x29, 0x78, 0x56, 0x34, 0x12,
        };

        memset(sector, 0, 512);
        memcpy(sector, start, sizeof start);
        sector[510] = 0x55;
        sector[511] = 0xaa;
}

static void good_sectors_are_decoded(void **state)
{
        struct fat_boot boot;
        uint8_t sector[512];

        put_12(sector);
        assert_ok(fat_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
        assert_int_equal(boot.bits, 12);
        assert_int_equal(boot.n_clusters, 2847);
        assert_int_equal(boot.fat_offset, 512);
        assert_int_equal(boot.root_offset, 19 * 512);
        assert_int_equal(boot.root_size, 224 * 32);
        assert_int_equal(boot.data_offset, 33 * 512);
        assert_int_equal(boot.serial, 0x12345678);
        assert_string_equal(boot.label, "LABEL      ");
        assert_int_equal(boot.dirty, 0);

        put_32(sector);
        assert_ok(fat_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
        assert_int_equal(boot.bits, 32);
        assert_int_equal(boot.n_clusters, 131072 - 32 - 2048);
        assert_int_equal(boot.root_cluster, 2);
        assert_int_equal(boot.fsinfo_offset, 512);
        assert_int_equal(boot.dirty, 1);
        assert_int_equal(boot.mirrored, 1);
}

static void one_active_fat_is_understood(void **state)
{
        struct fat_boot boot;
        uint8_t sector[512];

        put_32(sector);
        sector[0x28] = 0x81;
        assert_ok(fat_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
        assert_int_equal(boot.active_fat, 1);
        assert_int_equal(boot.mirrored, 0);
}

static const struct bad { const char *label; size_t at; uint8_t byte; int want; size_t where; } bad_12[] = {
        { "no jump",                    0x00, 0x00, OW_E_FORMAT,  0 },
        { "no mark",                    0x1ff, 0x00, OW_E_FORMAT, 0 },
        { "media byte",                 0x15, 0x01, OW_E_FORMAT,  0 },
        { "no FATs",                    0x10, 0x00, OW_E_FORMAT,  0 },
        { "9 FATs",                     0x10, 0x09, OW_E_FORMAT,  0 },
        { "nothing reserved",           0x0e, 0x00, OW_E_FORMAT,  0 },
        { "sector of 768",              0x0b, 0x01, OW_E_FORMAT,  0x0b },
        { "sector of 8 KiB",            0x0c, 0x20, OW_E_FORMAT,  0x0b },
        { "cluster of 3",               0x0d, 0x03, OW_E_FORMAT,  0x0d },
        { "FAT32, and so no sense",      0x16, 0x00, OW_E_CORRUPT, 0x20 },
        { "FAT too small",              0x16, 0x01, OW_E_CORRUPT, 0x16 },
        { "tables larger than volume",  0x17, 0x10, OW_E_CORRUPT, 0x20 },
        { "no root entries",            0x11, 0x00, OW_E_CORRUPT, 0x11 },
}, bad_32[] = {
        { "root at 0",                  0x2c, 0x00, OW_E_CORRUPT, 0x2c },
        { "root at 1",                  0x2c, 0x01, OW_E_CORRUPT, 0x2c },
        { "root behind the end",        0x2e, 0x02, OW_E_CORRUPT, 0x2c },
        { "a version to come",          0x2a, 0x01, OW_E_UNSUPPORTED, 0x2a },
        { "third of two FATs",          0x28, 0x82, OW_E_CORRUPT, 0x28 },
        { "FAT too small",              0x25, 0x03, OW_E_CORRUPT, 0x16 },
};

static void expect_bad(void (*put)(uint8_t *), const struct bad *bad, size_t n)
{
        struct fat_boot boot;
        uint8_t sector[512];

        for (size_t i = 0; i < n; i++) {
                ow_error err = OW_ERROR_INIT;

                put(sector);
                sector[bad[i].at] = bad[i].byte;
                print_message("%s\n", bad[i].label);
                assert_int_equal(fat_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err), bad[i].want);
                assert_int_equal(err.code, bad[i].want);
                assert_int_equal(err.where, bad[i].where);
        }
}

static void each_bad_field_is_refused(void **state)
{
        expect_bad(put_12, bad_12, OW_COUNT(bad_12));
        expect_bad(put_32, bad_32, OW_COUNT(bad_32));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(good_sectors_are_decoded),
                cmocka_unit_test(one_active_fat_is_understood),
                cmocka_unit_test(each_bad_field_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
