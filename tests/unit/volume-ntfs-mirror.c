/* SPDX-License-Identifier: GPL-2.0-or-later */
/* $MFT and $MFTMirr that differ: read by the better copy, never written to. */
#include "volume-image.h"

#include "base/le.h"

enum { CLUSTER = 4096, RECORD = 1024 };

static void make(struct image *image)
{
        image_need("mkntfs");
        image_new(image);
        image_must(image, "truncate -s 16M %s && mkntfs -F -Q -c %d %s", image->path, CLUSTER, image->path);
        assert_ok(image_open_volume(image, OW_VOLUME_WRITABLE, &err));
        image_put(image, "file", "some text", 9);
        assert_ok(ow_volume_flush(image->volume, &err));
        ow_volume_close(image->volume);
        image->volume = NULL;
}

/* Where a record is: in $MFT, or its copy. */
static uint64_t record_at(struct image *image, bool copy, uint64_t record)
{
        uint8_t boot[512];

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        return ow_le64_at(boot + (copy ? 0x38 : 0x30)) * CLUSTER + record * RECORD;
}

static void damage(struct image *image, bool copy, uint64_t record, uint64_t at)
{
        uint64_t place = record_at(image, copy, record) + at;
        uint8_t byte;

        assert_ok(ow_disk_read(image->disk, place, &byte, 1, &err));
        byte ^= 0x55;
        assert_ok(ow_disk_write(image->disk, place, &byte, 1, &err));
}

static const struct { const char *label; bool copy; uint64_t record, at; } harmless[] = {
        { "the copy of $MFT has no magic", true, 0, 0 },
        { "the copy of $MFTMirr has another byte", true, 1, 0xa0 },
        { "the copy of $Volume was not written whole", true, 3, 510 },
        { "$MFT has no magic", false, 0, 0 },
        { "$LogFile was not written whole", false, 2, 511 },
        { "$Volume has no fixups", false, 3, 6 },
};

static void one_good_copy_is_enough_to_read(void **state)
{
        for (size_t i = 0; i < OW_COUNT(harmless); i++) {
                struct image image;
                uint64_t changed;

                make(&image);
                print_message("%s\n", harmless[i].label);
                damage(&image, harmless[i].copy, harmless[i].record, harmless[i].at);
                changed = image_changed(&image);
                assert_ok(image_open_volume(&image, 0, &err));
                image_expect(&image, "file", "some text", 9);
                ow_volume_close(image.volume);
                image.volume = NULL;
                assert_fails(OW_E_REFUSED, image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                assert_int_equal(image_changed(&image), changed);
                image_done(&image);
        }
}

static void two_bad_copies_are_not(void **state)
{
        struct image image;

        make(&image);
        damage(&image, false, 0, 0);
        damage(&image, true, 0, 0);
        assert_fails(OW_E_CORRUPT, image_open_volume(&image, 0, &err));
        image_done(&image);
}

static void the_refusal_says_what_differs(void **state)
{
        ow_error err = OW_ERROR_INIT;
        struct image image;

        make(&image);
        damage(&image, true, 1, 0);
        assert_int_equal(image_open_volume(&image, OW_VOLUME_WRITABLE, &err), OW_E_REFUSED);
        assert_non_null(strstr(err.text, "$MFTMirr"));
        assert_non_null(strstr(err.text, "chkdsk"));
        image_done(&image);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_good_copy_is_enough_to_read),
                cmocka_unit_test(two_bad_copies_are_not),
                cmocka_unit_test(the_refusal_says_what_differs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
