/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/le.h"
#include "base/macros.h"
#include "volume/ntfs-boot.h"

/* As mkntfs and Windows make it for a 32 MiB volume of 4096-byte clusters. */
static void put_boot(uint8_t sector[512])
{
        static const uint8_t start[0x50] = {
                0xeb, 0x52, 0x90, 'N', 'T', 'F', 'S', ' ', ' ', ' ', ' ', 0x00, 0x02, 0x08, [0x15] = 0xf8,
                [0x28] = 0xff, 0xff, [0x30] = 0x04, [0x39] = 0x08, [0x40] = 0xf6, [0x44] = 0x01,
                [0x48] = 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
        };

        memset(sector, 0, 512);
        memcpy(sector, start, sizeof start);
        sector[510] = 0x55;
        sector[511] = 0xaa;
}

static void a_good_sector_is_decoded(void **state)
{
        uint8_t sector[512];
        struct ntfs_boot boot;

        put_boot(sector);
        assert_ok(ntfs_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
        assert_int_equal(boot.sector_size, 512);
        assert_int_equal(boot.cluster_size, 4096);
        assert_int_equal(boot.record_size, 1024);
        assert_int_equal(boot.n_sectors, 65535);
        assert_int_equal(boot.mft_offset, 4 * 4096);
        assert_int_equal(boot.mirror_offset, 2048 * 4096);
        assert_true(boot.serial == UINT64_C(0x1122334455667788));
}

static void large_clusters_are_a_power(void **state)
{
        uint8_t sector[512];
        struct ntfs_boot boot;

        put_boot(sector);
        sector[0x0d] = 0xf7;            /* 2^9 sectors: 256 KiB */
        sector[0x30] = 1;
        sector[0x38] = 2;
        sector[0x39] = 0;
        sector[0x44] = 0xf4;            /* 4096 bytes */
        assert_ok(ntfs_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
        assert_int_equal(boot.cluster_size, 256 << 10);
        assert_int_equal(boot.mirror_offset, 512 << 10);
}

static const struct { const char *label; size_t at; uint8_t byte; int want; size_t where; } bad[] = {
        { "other file system",          0x03, 'X',  OW_E_FORMAT,  0x03 },
        { "sector of 768",              0x0b, 0x03, OW_E_CORRUPT, 0x0b },
        { "sector of 0",                0x0c, 0x00, OW_E_CORRUPT, 0x0b },
        { "sector of 32 KiB",           0x0c, 0x80, OW_E_CORRUPT, 0x0b },
        { "cluster of 0",               0x0d, 0x00, OW_E_CORRUPT, 0x0d },
        { "cluster of 3 sectors",       0x0d, 0x03, OW_E_CORRUPT, 0x0d },
        { "cluster of 16 MiB",          0x0d, 0xf1, OW_E_CORRUPT, 0x0d },
        { "cluster code out of range",  0x0d, 0x90, OW_E_CORRUPT, 0x0d },
        { "reserved sectors",           0x0e, 0x01, OW_E_CORRUPT, 0x0e },
        { "number of FATs",             0x10, 0x02, OW_E_CORRUPT, 0x10 },
        { "size of FAT",                0x16, 0x01, OW_E_CORRUPT, 0x16 },
        { "no sectors to speak of",     0x29, 0x00, OW_E_CORRUPT, 0x38 },
        { "2^63 sectors",               0x2f, 0x80, OW_E_CORRUPT, 0x28 },
        { "MFT at 0",                   0x30, 0x00, OW_E_CORRUPT, 0x30 },
        { "MFT behind the end",         0x32, 0x01, OW_E_CORRUPT, 0x30 },
        { "MFT at a negative cluster",  0x37, 0xff, OW_E_CORRUPT, 0x30 },
        { "mirror behind the end",      0x3a, 0x01, OW_E_CORRUPT, 0x38 },
        { "records of 0",               0x40, 0x00, OW_E_CORRUPT, 0x40 },
        { "records of 2 GiB",           0x40, 0xe1, OW_E_CORRUPT, 0x40 },
        { "records of 1 byte",          0x40, 0xff, OW_E_CORRUPT, 0x40 },
        { "index blocks of 3 clusters", 0x44, 0x03, OW_E_CORRUPT, 0x44 },
        { "index blocks of 1 GiB",      0x44, 0xe2, OW_E_CORRUPT, 0x44 },
};

static void each_bad_field_is_refused(void **state)
{
        struct ntfs_boot boot;
        uint8_t sector[512];

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;

                put_boot(sector);
                sector[bad[i].at] = bad[i].byte;
                print_message("%s\n", bad[i].label);
                assert_int_equal(ntfs_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err), bad[i].want);
                assert_int_equal(err.code, bad[i].want);
                assert_int_equal(err.where, bad[i].where);
                assert_true(err.text[0]);
        }
        assert_fails(OW_E_FORMAT, ntfs_boot_decode((ow_view){ sector, 511 }, &boot, &err));
}

static void mft_and_mirror_are_two(void **state)
{
        struct ntfs_boot boot;
        uint8_t sector[512];

        put_boot(sector);
        memcpy(sector + 0x38, sector + 0x30, 8);
        assert_fails(OW_E_CORRUPT, ntfs_boot_decode((ow_view){ sector, sizeof sector }, &boot, &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_sector_is_decoded),
                cmocka_unit_test(large_clusters_are_a_power),
                cmocka_unit_test(each_bad_field_is_refused),
                cmocka_unit_test(mft_and_mirror_are_two),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
