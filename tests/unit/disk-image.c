/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a header is taken for, and which files it may name. Headers are built here; qemu-nbd is not needed. */
#include "test.h"

#include "base/alloc.h"
#include "base/le.h"
#include "base/macros.h"
#include "disk-temp.h"
#include "disk/raw.h"
#include "disk/sniff.h"

enum { SIZE = 256 * 1024 };

static uint8_t bytes[SIZE];

static void be32_put(uint8_t *p, uint32_t n)
{
        for (unsigned i = 0; i < 4; i++)
                p[i] = (uint8_t)(n >> (24 - 8 * i));
}

static void qcow2(const char *backing, const char *format, const char *data_file)
{
        uint8_t *extension = bytes + 104;

        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, "QFI\xfb", 4);
        be32_put(bytes + 4, 3);
        be32_put(bytes + 20, 16);
        be32_put(bytes + 28, 1 << 20);
        be32_put(bytes + 100, 104);
        if (format) {
                be32_put(extension, 0xe2792aca);
                be32_put(extension + 4, (uint32_t)strlen(format));
                memcpy(extension + 8, format, strlen(format));
                extension += 8 + (strlen(format) + 7) / 8 * 8;
        }
        if (data_file) {
                bytes[79] |= 4;
                be32_put(extension, 0x44415441);
                be32_put(extension + 4, (uint32_t)strlen(data_file));
                memcpy(extension + 8, data_file, strlen(data_file));
        }
        if (backing) {
                be32_put(bytes + 12, 2048);
                be32_put(bytes + 16, (uint32_t)strlen(backing));
                memcpy(bytes + 2048, backing, strlen(backing));
        }
}

static void vhd_footer(uint8_t *p, uint32_t type, uint32_t disk_bytes)
{
        uint32_t sum = 0;

        memset(p, 0, 512);
        memcpy(p, "conectix", 8);
        be32_put(p + 0x34, disk_bytes);
        be32_put(p + 0x3c, type);
        for (unsigned i = 0; i < 512; i++)
                sum += p[i];
        be32_put(p + 0x40, ~sum);
}

static void vmdk_sparse(uint64_t capacity, uint32_t flags, const char *text)
{
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, "KDMV", 4);
        ow_le32_put(bytes + 4, 1);
        ow_le32_put(bytes + 8, flags);
        ow_le64_put(bytes + 0x0c, capacity);
        ow_le64_put(bytes + 0x1c, 1);
        ow_le64_put(bytes + 0x24, 20);
        memcpy(bytes + 512, text, strlen(text));
}

static void vmdk_text(const char *text)
{
        memset(bytes, 0, sizeof bytes);
        (void)snprintf((char *)bytes, sizeof bytes, "# Disk DescriptorFile\nversion=1\n%s", text);
}

static struct sniff sniffed(void)
{
        struct sniff sniff = { .format = NULL };
        struct store *store;

        temp_write("sniffed", 0, bytes, SIZE);
        assert_ok(raw_open(temp_path("sniffed"), false, NULL, &store, &err));
        assert_ok(sniff_image(store, &sniff, &err));
        store_close(store);
        return sniff;
}

static void expect_format(const char *want)
{
        struct sniff sniff = sniffed();

        assert_string_equal(sniff.format, want);
        sniff_done(&sniff);
}

static void headers_are_known(void **state)
{
        struct sniff sniff;

        memset(bytes, 0, sizeof bytes);
        expect_format("raw");
        qcow2(NULL, NULL, NULL);
        expect_format("qcow2");
        bytes[7] = 9;                                   /* no such version */
        expect_format("raw");
        qcow2(NULL, NULL, NULL);
        bytes[23] = 30;                                 /* clusters of 1 GiB */
        expect_format("raw");

        memset(bytes, 0, sizeof bytes);
        vhd_footer(bytes, 4, 1 << 20);
        sniff = sniffed();
        assert_true(sniff.no_parent);
        sniff_done(&sniff);
        vhd_footer(bytes, 3, 1 << 20);
        expect_format("vpc");
        bytes[0x34] ^= 1;                               /* checksum */
        expect_format("raw");
        memset(bytes, 0, sizeof bytes);
        vhd_footer(bytes + SIZE - 512, 2, SIZE - 512);
        sniff = sniffed();
        assert_string_equal(sniff.format, "vpc");
        assert_int_equal(sniff.fixed_bytes, SIZE - 512);
        sniff_done(&sniff);
        vhd_footer(bytes + SIZE - 512, 2, SIZE);        /* more than there is */
        expect_format("raw");

        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, "vhdxfile", 8);
        expect_format("raw");
        memcpy(bytes + (128 << 10), "head", 4);
        expect_format("vhdx");
        memcpy(bytes + (64 << 10), "head\0\0\0\0\2", 9);       /* the newer one, with a log in use */
        bytes[(64 << 10) + 48] = 1;
        sniff = sniffed();
        assert_true(sniff.log_pending);
        sniff_done(&sniff);
        bytes[(128 << 10) + 8] = 3;
        sniff = sniffed();
        assert_false(sniff.log_pending);
        sniff_done(&sniff);

        memset(bytes, 0, sizeof bytes);
        ow_le32_put(bytes + 0x40, 0xbeda107f);
        expect_format("raw");
        ow_le32_put(bytes + 0x44, 0x00010001);
        expect_format("vdi");

        vmdk_sparse(1000, 3, "createType=\"monolithicSparse\"\nRW 1000 SPARSE \"was-called-so.vmdk\"\n");
        sniff = sniffed();
        assert_string_equal(sniff.format, "vmdk");
        assert_int_equal(sniff.n_files, 0);             /* the name of the file itself, perhaps an old one */
        assert_false(sniff.no_writing);
        sniff_done(&sniff);
        vmdk_sparse(1000, 3 | 1 << 16, "createType=\"streamOptimized\"\n");
        sniff = sniffed();
        assert_true(sniff.no_writing);
        sniff_done(&sniff);
        vmdk_text("RW 100 FLAT \"a-flat.vmdk\" 0\r\n  rdonly 100 sparse \"a-s001.vmdk\"\nRW 5 ZERO\n");
        sniff = sniffed();
        assert_int_equal(sniff.n_files, 2);
        assert_string_equal(sniff.files[1], "a-s001.vmdk");
        assert_true(sniff.files_sparse[1]);
        assert_false(sniff.files_sparse[0]);
        sniff_done(&sniff);
}

/* The name and the first sector say how far the header is believed. */
static void a_guest_cannot_turn_its_raw_disk_into_something_else(void **state)
{
        static const struct { const char *name; bool boot_record, backing; int want; const char *format; } cases[] = {
                { "disk.raw", false, false, 0, "raw" }, { "disk.RAW", false, true, 0, "raw" },
                { "disk.dd", false, false, 0, "raw" }, { "disk.bin", false, true, 0, "raw" },
                { "disk", true, true, 0, "raw" }, { "disk.img", true, true, 0, "raw" },
                { "disk.qcow2", true, false, 0, "raw" },
                { "disk.img", false, true, OW_E_REFUSED, NULL },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct temp_log log = { 0, "" };
                ow_error why = OW_ERROR_INIT;
                ow_disk *disk = NULL;
                int r;

                qcow2(cases[i].backing ? "secret" : NULL, NULL, NULL);
                if (cases[i].boot_record)
                        memcpy(bytes + 510, "\x55\xaa", 2);
                temp_write(cases[i].name, 0, bytes, SIZE);
                r = temp_open(cases[i].name, false, &log, &disk, &why);
                if (r != cases[i].want)
                        fail_msg("%s: %s: %s", cases[i].name, ow_error_name(r), why.text);
                if (r < 0)
                        continue;
                assert_string_equal(ow_disk_format(disk), cases[i].format);
                assert_int_equal(ow_disk_size(disk), SIZE);
                assert_int_equal(log.warnings, 1);
                ow_disk_close(disk);
        }
}

static void a_fixed_vhd_needs_no_qemu(void **state)
{
        uint8_t footer[512], old[512];
        ow_disk *disk;

        memset(bytes, 7, sizeof bytes);
        vhd_footer(bytes + SIZE - 512, 2, SIZE - 512);
        memcpy(footer, bytes + SIZE - 512, 512);
        temp_write("disk.vhd", 0, bytes, SIZE);
        assert_ok(temp_open("disk.vhd", true, NULL, &disk, &err));
        assert_string_equal(ow_disk_format(disk), "vpc");
        assert_int_equal(ow_disk_size(disk), SIZE - 512);
        assert_ok(ow_disk_read(disk, SIZE - 1024, old, 512, &err));
        assert_int_equal(old[511], 7);
        assert_fails(OW_E_INVAL, ow_disk_write(disk, SIZE - 512, "x", 1, &err));
        ow_disk_close(disk);
}

static void no_header_leads_out_of_its_folder(void **state)
{
        static const char *const names[] = { "/etc/passwd", "../secret", "sub/../../secret", "sub/file", "link", "",
                                             "json:{\"driver\":\"raw\"}", "nbd:localhost:1", "fat:/etc" };

        assert_int_equal(mkdir(temp_path("sub"), 0700), 0);
        temp_write("sub/file", 0, "x", 1);
        assert_int_equal(symlink("/etc/passwd", temp_path("link")), 0);
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                char text[200];
                ow_disk *disk;

                qcow2(NULL, NULL, names[i]);
                temp_write("data.qcow2", 0, bytes, SIZE);
                assert_fails(OW_E_REFUSED, temp_open("data.qcow2", false, NULL, &disk, &err));
                (void)snprintf(text, sizeof text, "RW 100 FLAT \"%s\" 0\n", names[i]);
                vmdk_text(text);
                temp_write("flat.vmdk", 0, bytes, SIZE);
                assert_fails(OW_E_REFUSED, temp_open("flat.vmdk", true, NULL, &disk, &err));
                vmdk_sparse(0, 3, text);
                temp_write("inside.vmdk", 0, bytes, SIZE);
                assert_fails(OW_E_REFUSED, temp_open("inside.vmdk", false, NULL, &disk, &err));
                if (!*names[i])
                        continue;
                qcow2(names[i], "raw", NULL);
                temp_write("top.qcow2", 0, bytes, SIZE);
                assert_fails(OW_E_REFUSED, temp_open("top.qcow2", false, NULL, &disk, &err));
                qcow2("middle.qcow2", NULL, NULL);
                temp_write("upper.qcow2", 0, bytes, SIZE);
                qcow2(names[i], NULL, NULL);
                temp_write("middle.qcow2", 0, bytes, SIZE);
                assert_fails(OW_E_REFUSED, temp_open("upper.qcow2", false, NULL, &disk, &err));
        }
}

/* What the user trusts is followed, but never to anything that is not a file. */
static void a_trusted_header_may_lead_out(void **state)
{
        ow_disk_options options = { .flags = OW_DISK_ALLOW_OUTSIDE };
        ow_error why = OW_ERROR_INIT;
        ow_disk *disk;

        assert_int_equal(mkdir(temp_path("sub"), 0700), 0);
        temp_write("below", 0, "below", 5);
        qcow2("../below", "raw", NULL);
        temp_write("sub/top.qcow2", 0, bytes, SIZE);
        assert_int_equal(ow_disk_open(temp_path("sub/top.qcow2"), NULL, &disk, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "--allow-outside"));
        /* The image is no more than a header: what counts is that it is not refused for its names. */
        assert_int_not_equal(ow_disk_open(temp_path("sub/top.qcow2"), &options, &disk, &why), OW_E_REFUSED);
        qcow2("nbd:localhost:1", NULL, NULL);
        temp_write("sub/top.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_REFUSED, ow_disk_open(temp_path("sub/top.qcow2"), &options, &disk, &err));
}

static void chains_that_cannot_be_are_refused(void **state)
{
        ow_disk *disk;

        qcow2("self.qcow2", NULL, NULL);
        temp_write("self.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_LIMIT, temp_open("self.qcow2", false, NULL, &disk, &err));
        qcow2("gone.qcow2", NULL, NULL);
        temp_write("top.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_ABSENT, temp_open("top.qcow2", false, NULL, &disk, &err));
        qcow2("self.qcow2", "vmdk", NULL);
        temp_write("top.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_CONFLICT, temp_open("top.qcow2", false, NULL, &disk, &err));
        qcow2(NULL, NULL, NULL);
        bytes[35] = 1;
        temp_write("crypt.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_UNSUPPORTED, temp_open("crypt.qcow2", false, NULL, &disk, &err));
        qcow2(NULL, NULL, NULL);
        be32_put(bytes + 12, SIZE - 10);
        be32_put(bytes + 16, 100);
        temp_write("cut.qcow2", 0, bytes, SIZE);
        assert_fails(OW_E_CORRUPT, temp_open("cut.qcow2", false, NULL, &disk, &err));
        vmdk_text("RW 100 SPARSE \"part.vmdk\"\n");
        temp_write("whole.vmdk", 0, bytes, SIZE);
        vmdk_sparse(0, 3, "RW 100 FLAT \"/etc/passwd\" 0\n");
        temp_write("part.vmdk", 0, bytes, SIZE);
        assert_fails(OW_E_REFUSED, temp_open("whole.vmdk", false, NULL, &disk, &err));
}

/* What is no disk image at all says what it is and what to do; a name or a boot record that says raw comes first. */
static void other_files_are_told_what_they_are(void **state)
{
        static const struct { const char *magic; size_t at, size; const char *says; } cases[] = {
                { "QED", 0, 4, "qemu-img convert" }, { "QFI\xfb\0\0\0\1", 0, 8, "version 1" },
                { "ustar", 257, 5, "tar -xf" }, { "\x1f\x8b\x08", 0, 3, "gzip" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_error why = OW_ERROR_INIT;
                ow_disk *disk;

                memset(bytes, 0, sizeof bytes);
                memcpy(bytes + cases[i].at, cases[i].magic, cases[i].size);
                temp_write("file", 0, bytes, SIZE);
                assert_int_equal(temp_open("file", false, NULL, &disk, &why), OW_E_UNSUPPORTED);
                assert_non_null(strstr(why.text, cases[i].says));
                temp_write("file.raw", 0, bytes, SIZE);
                assert_ok(temp_open("file.raw", false, NULL, &disk, &err));
                ow_disk_close(disk);
                memcpy(bytes + 510, "\x55\xaa", 2);
                temp_write("file", 0, bytes, SIZE);
                assert_ok(temp_open("file", false, NULL, &disk, &err));
                ow_disk_close(disk);
        }
}

/* No header, however it is broken, does more than fail. */
static void every_changed_byte_is_survived(void **state)
{
        qcow2("base", "raw", "data");
        for (size_t at = 0; at < 160; at++) {
                for (unsigned value = 0; value < 256; value += 51) {
                        uint8_t old = bytes[at];
                        struct sniff sniff = { .format = NULL };
                        struct store *store;

                        bytes[at] = (uint8_t)value;
                        temp_write("sniffed", 0, bytes, 4096);
                        bytes[at] = old;
                        assert_ok(raw_open(temp_path("sniffed"), false, NULL, &store, &err));
                        if (sniff_image(store, &sniff, NULL) == 0)
                                sniff_done(&sniff);
                        store_close(store);
                }
        }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)
        const struct CMUnitTest tests[] = {
                TEST(headers_are_known),
                TEST(a_guest_cannot_turn_its_raw_disk_into_something_else),
                TEST(a_fixed_vhd_needs_no_qemu),
                TEST(no_header_leads_out_of_its_folder),
                TEST(a_trusted_header_may_lead_out),
                TEST(chains_that_cannot_be_are_refused),
                TEST(other_files_are_told_what_they_are),
                TEST(every_changed_byte_is_survived),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
