/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a partition holds, by its type and its first and last sector. */
#include "volume-image.h"

#include "base/guid.h"
#include "memory-store.h"

enum { SIZE = 1 << 20 };

struct probed {
        uint8_t *bytes;
        ow_disk *disk;
        ow_partition partition;
        ow_partition_table table;
};

static void begin(struct probed *p)
{
        *p = (struct probed){ .bytes = calloc(1, SIZE) };
        assert_non_null(p->bytes);
        p->disk = memory_disk(p->bytes, SIZE);
        p->partition = (ow_partition){ .number = 1, .offset = 64 << 10, .size = SIZE - (64 << 10) };
}

static void end(struct probed *p)
{
        ow_disk_close(p->disk);
        free(p->bytes);
}

static void put(struct probed *p, size_t at, const void *bytes, size_t size)
{
        memcpy(p->bytes + p->partition.offset + at, bytes, size);
}

static void put_guid(struct probed *p, size_t at, const char *text)
{
        ow_guid guid;

        assert_true(ow_guid_parse(text, &guid));
        put(p, at, guid.b, sizeof guid.b);
}

/* The kind is told, and opening says code with a sentence. */
static void expect(struct probed *p, enum ow_volume_kind want, int code)
{
        enum ow_volume_kind kind = OW_VOLUME_UNKNOWN;
        ow_volume *volume = NULL;

        assert_ok(ow_volume_probe(p->disk, &p->table, &p->partition, &kind, &err));
        assert_int_equal(kind, want);
        assert_fails(code, ow_volume_open(p->disk, &p->table, &p->partition, 0, NULL, &volume, &err));
        assert_null(volume);
}

static void signatures_are_known(void **state)
{
        static const struct { char bytes[9]; size_t at; enum ow_volume_kind kind; int code; } cases[] = {
                { "", 3, OW_VOLUME_UNKNOWN, OW_E_FORMAT },
                { "-FVE-FS-", 3, OW_VOLUME_BITLOCKER, OW_E_UNSUPPORTED },
                { "EXFAT   ", 3, OW_VOLUME_EXFAT, OW_E_UNSUPPORTED },
                { "ReFS\0\0\0\0", 3, OW_VOLUME_REFS, OW_E_UNSUPPORTED },
                { "NTFS    ", 3, OW_VOLUME_NTFS, OW_E_CORRUPT },
                { "ntfs    ", 3, OW_VOLUME_UNKNOWN, OW_E_FORMAT },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct probed p;

                begin(&p);
                put(&p, cases[i].at, cases[i].bytes, 8);
                expect(&p, cases[i].kind, cases[i].code);
                end(&p);
        }
}

static void bitlocker_ids_are_known(void **state)
{
        static const struct { size_t at; const char *guid; } cases[] = {
                { 0xa0, "4967d63b-2e29-4ad8-8399-f6a339e3d001" },
                { 0x1a8, "4967d63b-2e29-4ad8-8399-f6a339e3d001" },
                { 0x1a8, "92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct probed p;

                begin(&p);
                put(&p, 3, "MSWIN4.1", 8);
                put_guid(&p, cases[i].at, cases[i].guid);
                expect(&p, OW_VOLUME_BITLOCKER, OW_E_UNSUPPORTED);
                end(&p);
        }
}

static void partition_types_decide(void **state)
{
        static const struct { const char *guid; enum ow_volume_kind kind; } cases[] = {
                { "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3", OW_VOLUME_LDM },
                { "af9b60a0-1431-4f62-bc68-3311714a69ad", OW_VOLUME_LDM },
                { "e75caf8f-f680-4cee-afa3-b001e56efc2d", OW_VOLUME_STORAGE_SPACES },
                { "e3c9e316-0b5c-4db8-817d-f92df00215ae", OW_VOLUME_RESERVED },
        };
        struct probed p;
        ow_guid guid;

        begin(&p);
        put(&p, 3, "NTFS    ", 8);
        p.table.scheme = OW_SCHEME_GPT;
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                assert_true(ow_guid_parse(cases[i].guid, &guid));
                memcpy(p.partition.gpt_type, guid.b, 16);
                expect(&p, cases[i].kind, OW_E_UNSUPPORTED);
        }
        p.table.scheme = OW_SCHEME_MBR;
        p.partition.mbr_type = 0x42;
        expect(&p, OW_VOLUME_LDM, OW_E_UNSUPPORTED);
        p.partition.mbr_type = 0x07;
        expect(&p, OW_VOLUME_NTFS, OW_E_CORRUPT);
        end(&p);
}

static void odd_partitions_do_not_fail(void **state)
{
        static const struct { uint64_t offset, size; } cases[] = {
                { 0, 0 }, { 0, 1 }, { SIZE - 1, 1 }, { SIZE, 512 }, { SIZE * 2, SIZE }, { 0, UINT64_MAX },
                { UINT64_MAX, UINT64_MAX }, { 512, UINT64_MAX },
        };
        struct probed p;

        begin(&p);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                p.partition.offset = cases[i].offset;
                p.partition.size = cases[i].size;
                expect(&p, OW_VOLUME_UNKNOWN, OW_E_FORMAT);
        }
        end(&p);
}

static void a_damaged_ntfs_boot_sector_is_told_from_nothing(void **state)
{
        uint8_t zeros[512] = { 0 }, boot[512], linux_magic[2] = { 0x53, 0xef };
        enum ow_volume_kind kind;
        ow_error said = OW_ERROR_INIT;
        struct image image;

        image_need("mkntfs");
        image_new(&image);
        image_must(&image, "truncate -s 8M %s && mkntfs -F -Q %s", image.path, image.path);
        assert_ok(image_open_volume(&image, 0, &err));
        ow_volume_close(image.volume);
        image.volume = NULL;
        assert_ok(ow_disk_read(image.disk, 0, boot, sizeof boot, &err));

        /* One field is bad. */
        boot[0x0d] = 3;
        assert_ok(ow_disk_write(image.disk, 0, boot, sizeof boot, &err));
        assert_int_equal(image_open_volume(&image, 0, &said), OW_E_CORRUPT);
        assert_non_null(strstr(said.text, "backup boot sector"));
        assert_non_null(strstr(said.text, "is good"));

        /* All of it is gone. */
        assert_ok(ow_disk_write(image.disk, 0, zeros, sizeof zeros, &err));
        assert_ok(ow_volume_probe(image.disk, NULL, &image.partition, &kind, &err));
        assert_int_equal(kind, OW_VOLUME_NTFS);
        assert_int_equal(image_open_volume(&image, 0, &said), OW_E_CORRUPT);
        assert_non_null(strstr(said.text, "overwritten"));

        /* Something else lives here now. */
        assert_ok(ow_disk_write(image.disk, 0x438, linux_magic, 2, &err));
        assert_fails(OW_E_FORMAT, image_open_volume(&image, 0, &err));
        assert_ok(ow_disk_write(image.disk, 0x438, zeros, 2, &err));

        /* The backup is gone as well. */
        assert_ok(ow_disk_write(image.disk, (8 << 20) - 512, zeros, sizeof zeros, &err));
        assert_fails(OW_E_FORMAT, image_open_volume(&image, 0, &err));
        image_done(&image);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(signatures_are_known),
                cmocka_unit_test(bitlocker_ids_are_known),
                cmocka_unit_test(partition_types_decide),
                cmocka_unit_test(odd_partitions_do_not_fail),
                cmocka_unit_test(a_damaged_ntfs_boot_sector_is_told_from_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
